/** Config → a running Assistant; the one place that chooses real parts. */
import { fileURLToPath } from 'node:url'
import type { Assistant, Status, TextVersion } from './answering/assistant.ts'
import { LocalAssistant } from './answering/local-assistant.ts'
import { loadDictionary } from './answering/words.ts'
import { buildGeneration, fingerprintOf, loadDocuments, type Loaded } from './build-index.ts'
import type { Config } from './config.ts'
import { openRegistry, readStoredText } from './documents/registry.ts'
import type { Embedder } from './embedding/embedder.ts'
import { findModel } from './embedding/model-files.ts'
import { TransformersEmbedder } from './embedding/transformers-embedder.ts'
import { PolicyError } from './errors.ts'
import { documentById } from './retrieval/library.ts'
import { buildLibrary, LibraryMeta, openLibrary, type Built } from './retrieval/library-files.ts'
import { openCurrent } from './store/generations.ts'
import type { DocumentId, Fallback } from './types.ts'

export interface App {
  readonly assistant: Assistant
  /** Settles when what serves agrees with the documents; rejects with PolicyError when it cannot be brought there. */
  readonly settled: Promise<void>
  close(): Promise<void>
}

export interface AppOptions {
  readonly log: (message: string) => void
  readonly onProgress?: (step: string, done: number, total: number) => void
  /** Answer from the index as it is; documents are not looked at. */
  readonly frozen?: boolean
  /** For tests; default: the model found on this machine. */
  readonly embedder?: Embedder
}

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))

/** The embedder of this machine, or the reason why there is none. */
export function openEmbedder(config: Config): { readonly embedder?: Embedder; readonly reason?: string; readonly origin?: string } {
  const search = findModel({ modelDirectory: config.modelDir, checkout: CHECKOUT })
  if (search.outcome === 'missing') return { reason: search.reason }
  const { folder, origin, sha256 } = search.model
  return {
    embedder: new TransformersEmbedder({ modelFolder: folder, modelSha256: sha256, workers: config.embeddingThreads }),
    origin,
  }
}

/** Opens what is there and serves it at once; what the documents have that it has not is built beside it. */
export async function openApp(config: Config, options: AppOptions): Promise<App> {
  const app = new RunningApp(config, options)
  await app.open()
  return app
}

class RunningApp implements App {
  readonly assistant: Assistant
  settled: Promise<void> = Promise.resolve()
  readonly #config: Config
  readonly #options: AppOptions
  readonly #embedder: Embedder | undefined
  readonly #noModel: Fallback | undefined
  #built: Built | undefined
  #building: Status['building']
  #problem: PolicyError | undefined

  constructor(config: Config, options: AppOptions) {
    this.#config = config
    this.#options = options
    const model = options.embedder ? { embedder: options.embedder } : openEmbedder(config)
    this.#embedder = model.embedder
    this.#noModel = 'reason' in model && model.reason !== undefined ? { from: 'hybrid', reason: model.reason } : undefined
    if (this.#noModel) options.log(this.#noModel.reason)
    if ('origin' in model && model.origin !== undefined) options.log(`向量模型 model: ${model.origin}`)
    this.assistant = new LocalAssistant({
      library: () => this.#library(),
      ...(this.#embedder ? { embedder: this.#embedder } : {}),
      textOf: (id, sha) => this.#textOf(id, sha),
      status: () => this.#status(),
      log: options.log,
    })
  }

  async open(): Promise<void> {
    const opened = await openCurrent(this.#config.indexFolder, { onEvent: ({ message }) => this.#options.log(message) })
    if (opened.generation) this.#built = await this.#read(opened.generation)
    setImmediate(loadDictionary)
    if (this.#options.frozen) return
    this.settled = this.#settle()
    this.settled.catch((error: unknown) => {
      this.#problem = error instanceof PolicyError ? error : new PolicyError('internal', String(error), { cause: error })
      this.#options.log(`索引未能更新 the index could not be brought up to date: ${this.#problem.message}`)
    })
  }

  async close(): Promise<void> {
    await this.settled.catch(() => {})
    await this.#embedder?.close()
  }

  async #read(generation: Parameters<typeof openLibrary>[0]): Promise<Built | undefined> {
    try {
      return await openLibrary(generation)
    } catch (error) {
      this.#options.log(`${generation.name} 无法读取，将重建 cannot be read and is built anew: ${error instanceof Error ? error.message : error}`)
      return undefined
    }
  }

  /** Documents → index, unless it is so already. */
  async #settle(): Promise<void> {
    const { folders, dataFolder, indexFolder } = this.#config
    const loaded = await loadDocuments(folders, dataFolder)
    for (const notice of loaded.notices) this.#options.log(notice)
    for (const { source, message } of loaded.skipped) this.#options.log(`未收录 skipped ${source}: ${message}`)
    const serving = this.#built
    const current = await openCurrent(indexFolder, { verify: 'sizes' })
    const recorded = current.generation && LibraryMeta.safeParse(current.generation.meta)
    const wanted = fingerprintOf(loaded.documents, this.#embedder?.id ?? null)
    const whole = current.generation?.damaged.length === 0
    if (serving && whole && recorded?.success && recorded.data.fingerprint === wanted) return
    if (!serving && this.#embedder) this.#built = await this.#keywordsFirst(loaded)
    this.#building = { step: 'embedding', done: 0, total: 1 }
    try {
      this.#built = await buildGeneration({
        loaded,
        indexFolder,
        ...(this.#embedder ? { embedder: this.#embedder } : {}),
        ...(serving ? { previous: serving } : {}),
        onProgress: (step, done, total) => {
          this.#building = { step, done, total }
          this.#options.onProgress?.(step, done, total)
        },
        store: { onEvent: ({ message }) => this.#options.log(message) },
      })
    } finally {
      this.#building = undefined
    }
  }

  /** While vectors are made, the keyword index answers. */
  #keywordsFirst(loaded: Loaded): Promise<Built> {
    const fallback = { from: 'hybrid', reason: '正在建立向量索引，暂用关键词检索 vectors are being made; keyword search serves meanwhile' }
    return buildLibrary({ documents: loaded.documents, twins: loaded.twins, generation: 'building', fallback })
  }

  #library(): Built['library'] {
    if (this.#built) {
      const { library } = this.#built
      return this.#noModel && !library.fallback ? { ...library, fallback: this.#noModel } : library
    }
    if (this.#problem) throw this.#problem
    throw new PolicyError(
      this.#options.frozen ? 'index-missing' : 'index-building',
      this.#options.frozen
        ? `${this.#config.indexFolder} 中没有索引，请先运行 npm run tiaowen -- index。There is no index yet.`
        : '正在读取文件、建立索引，请稍候再问。The index is being built; try again in a moment.',
    )
  }

  async #textOf(id: DocumentId, prefix?: string): Promise<TextVersion | undefined> {
    const current = documentById(this.#library(), id)
    if (current && (prefix === undefined || current.textSha256.startsWith(prefix))) {
      return { text: current.text, textSha256: current.textSha256, superseded: false }
    }
    if (prefix === undefined || prefix.length < 16) return undefined
    const { registry } = await openRegistry(this.#config.dataFolder, new Date())
    const textSha256 = registry.documents[id]?.texts.map((version) => version.textSha256).find((sha) => sha.startsWith(prefix))
    if (textSha256 === undefined) return undefined
    const text = await readStoredText(this.#config.dataFolder, textSha256)
    return text === undefined ? undefined : { text, textSha256, superseded: true }
  }

  #status(): Status {
    const library = this.#built?.library
    const problem = this.#problem && { from: 'current-documents', reason: this.#problem.message }
    return {
      ready: library !== undefined,
      retrieval: library?.embedder && this.#embedder ? 'hybrid' : 'keyword',
      generation: library?.generation ?? null,
      embedder: library?.embedder ?? null,
      vectors: library?.windows.plain?.kind ?? null,
      documents: library?.documents.length ?? 0,
      clauses: library?.clauses.chunks.length ?? 0,
      chunks: library?.windows.chunks.length ?? 0,
      fallbacks: [this.#noModel, library?.fallback, problem].filter((fallback) => fallback !== undefined),
      ...(this.#building ? { building: this.#building } : {}),
    }
  }
}
