/**
 * `tiaowen/langchain`: Tiaowen as a library for programs made with LangChain. Opens documents in this process; no
 * server is needed.
 */
import { delimiter, join, resolve } from 'node:path'
import type { Assistant } from './answering/assistant.ts'
import { openApp } from './app.ts'
import { readConfig } from './config.ts'
import type { Embedder } from './embedding/embedder.ts'
import { openEmbedder } from './open-embedder.ts'

export { TiaowenEmbeddings, TiaowenRetriever, type ClauseMetadata, type TiaowenRetrieverInput } from './langchain/adapter.ts'
export { toTools } from './langchain/tools.ts'
export { PolicyError } from './errors.ts'
export type { Assistant, Embedder }

export interface OpenOptions {
  /** Folders of documents, read only. */
  readonly folders: readonly string[]
  /** Where the index and what else Tiaowen makes is kept; made where there is none. */
  readonly home: string
  /** Of the embedding model (`npm run model` of a checkout fetches it); absent: search by keywords alone. */
  readonly modelFolder?: string
  readonly log?: (message: string) => void
}

export interface OpenedTiaowen {
  readonly assistant: Assistant
  /** Absent without a model. */
  readonly embedder?: Embedder
  close(): Promise<void>
}

/**
 * Reads the documents, brings their index up to date, and is ready to be asked.
 * @throws PolicyError, each with a code and what to do: 'folder-missing', 'model-missing', 'index-unwritable', …
 * @example
 * const tiaowen = await openTiaowen({ folders: ['/data/policies'], home: './tiaowen' })
 * const retriever = new TiaowenRetriever({ assistant: tiaowen.assistant, limit: 3 })
 */
export async function openTiaowen({ folders, home, modelFolder, log = () => {} }: OpenOptions): Promise<OpenedTiaowen> {
  const config = readConfig({
    TIAOWEN_SEEDS: 'off',
    TIAOWEN_FOLDERS: folders.map((folder) => resolve(folder)).join(delimiter),
    TIAOWEN_DATA_FOLDER: join(home, 'data'),
    TIAOWEN_INDEX_FOLDER: join(home, 'index'),
    TIAOWEN_MODEL_DIR: modelFolder ?? 'off',
  })
  const { embedder, reason } = modelFolder === undefined ? {} : openEmbedder(config)
  if (reason !== undefined) log(reason)
  const app = await openApp(config, { log, ...(embedder && { embedder }) })
  try {
    await app.settled
  } catch (error) {
    await app.close()
    throw error
  }
  return { assistant: app.assistant, ...(embedder && { embedder }), close: () => app.close() }
}
