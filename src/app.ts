/** Config → a running Assistant; the one place that chooses real parts. */
import { fileURLToPath } from 'node:url'
import type { Assistant, Status, TextVersion } from './answering/assistant.ts'
import { LocalAssistant } from './answering/local-assistant.ts'
import { buildGeneration, fingerprintOf, loadDocuments, type Loaded } from './build-index.ts'
import { CHUNKER } from './chunks/chunk.ts'
import type { Config } from './config.ts'
import { openRegistry, readStoredText } from './documents/registry.ts'
import type { Embedder } from './embedding/embedder.ts'
import { findModel } from './embedding/model-files.ts'
import { TransformersEmbedder } from './embedding/transformers-embedder.ts'
import { PolicyError } from './errors.ts'
import { loadDictionary } from './questions/words.ts'
import { LibraryMeta, openLibrary, type Built, type Opened } from './retrieval/library-files.ts'
import { documentById } from './clauses/by-id.ts'
import { vectorSearchOf, type Library } from './retrieval/library.ts'
import { openCurrent, type Generation } from './store/generations.ts'
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

/** What a generation on the disk was made from, and which of its optional files are damaged. */
type Current = LibraryMeta & { readonly damaged: readonly string[] }

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))

/** The embedder of this machine, or the reason why there is none. */
export function openEmbedder(config: Config): {
  readonly embedder?: Embedder
  readonly reason?: string
  readonly origin?: string
} {
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
  /** The generation on the disk, as it was opened or written. */
  #opened: Opened | undefined
  /** Documents that answer by keywords while their vectors are made. */
  #unsaved: Built | undefined
  /** What of it serves. */
  #serving: Library | undefined
  /** What the generation on the disk was made from; absent when there is none that serves. */
  #current: Current | undefined
  #building: Status['building']
  #problem: PolicyError | undefined
  #skipped: Loaded['skipped'] = []

  constructor(config: Config, options: AppOptions) {
    this.#config = config
    this.#options = options
    const model = options.embedder ? { embedder: options.embedder } : openEmbedder(config)
    this.#embedder = model.embedder
    this.#noModel =
      'reason' in model && model.reason !== undefined ? { from: 'hybrid', reason: model.reason } : undefined
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
    if (opened.generation) await this.#read(opened.generation)
    setImmediate(loadDictionary)
    if (this.#options.frozen) return
    this.settled = this.#settle()
    this.settled.catch((error: unknown) => {
      this.#problem =
        error instanceof PolicyError ? error : new PolicyError('internal', String(error), { cause: error })
      this.#options.log(`索引未能更新 the index could not be brought up to date: ${this.#problem.message}`)
      if (this.#unsaved) this.#serve(this.#unsaved, { from: 'hybrid', reason: this.#problem.message })
    })
  }

  async close(): Promise<void> {
    await this.settled.catch(() => {})
    await this.#embedder?.close()
  }

  async #read(generation: Generation): Promise<void> {
    try {
      this.#opened = await openLibrary(generation)
      this.#serve(this.#opened)
      this.#current = { ...LibraryMeta.parse(generation.meta), damaged: generation.damaged.map(({ file }) => file) }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#options.log(`${generation.name} 无法读取，将重建 cannot be read and is built anew: ${why}`)
    }
  }

  #serve({ library }: Built, fallback?: Fallback): void {
    const usable = usableBy(this.#embedder?.id, library)
    const reason = this.#noModel ?? fallback ?? usable.fallback
    this.#serving = { ...usable, ...(reason ? { fallback: reason } : {}) }
  }

  /** Documents → index, unless it is so already. */
  async #settle(): Promise<void> {
    const { folders, dataFolder, indexFolder } = this.#config
    const { log, onProgress } = this.#options
    const loaded = await loadDocuments(folders, dataFolder)
    for (const notice of loaded.notices) log(notice)
    for (const { source, message } of loaded.skipped) log(`未收录 skipped ${source}: ${message}`)
    this.#skipped = loaded.skipped
    const embedder = this.#embedder?.id ?? null
    const reason = whyStale(this.#current, await fingerprintOf(loaded, embedder), embedder)
    if (reason === undefined) return
    log(`建立索引 building the index: ${reason}`)
    this.#building = { step: 'keywords', done: 0, total: 1 }
    try {
      this.#opened = await buildGeneration({
        loaded,
        indexFolder,
        ...(this.#embedder ? { embedder: this.#embedder } : {}),
        ...(this.#opened ? { previous: this.#opened } : {}),
        onProgress: (step, done, total) => {
          this.#building = { step, done, total }
          onProgress?.(step, done, total)
        },
        onKeywords: (built) => this.#serveMeanwhile(built),
        store: { onEvent: ({ message }) => log(message) },
      })
      this.#unsaved = undefined
      this.#serve(this.#opened)
    } finally {
      this.#building = undefined
    }
  }

  /** While the first vectors are made, keywords answer. */
  #serveMeanwhile(built: Built): void {
    if (this.#serving) return
    this.#unsaved = { ...built, library: { ...built.library, generation: 'building' } }
    const reason = '正在建立向量索引，暂用关键词检索 vectors are being made; keyword search serves meanwhile'
    this.#serve(this.#unsaved, { from: 'hybrid', reason })
  }

  #library(): Library {
    if (this.#serving) return this.#serving
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
    const textSha256 = registry.documents[id]?.texts
      .map((version) => version.textSha256)
      .find((sha) => sha.startsWith(prefix))
    if (textSha256 === undefined) return undefined
    const text = await readStoredText(this.#config.dataFolder, textSha256)
    return text === undefined ? undefined : { text, textSha256, superseded: true }
  }

  #status(): Status {
    const library = this.#serving
    const problem = this.#problem && { from: 'current-documents', reason: this.#problem.message }
    return {
      ready: library !== undefined,
      retrieval: library?.embedder && this.#embedder ? 'hybrid' : 'keyword',
      generation: library?.generation ?? null,
      embedder: library?.embedder ?? null,
      vectors: (library && vectorSearchOf(library)) ?? null,
      documents: library?.documents.length ?? 0,
      clauses: library?.entries.living ?? 0,
      chunks: library ? library.units.size + library.windows.size : 0,
      fallbacks: [library ? library.fallback : this.#noModel, problem].filter((fallback) => fallback !== undefined),
      ...(this.#skipped.length > 0 ? { skipped: this.#skipped.map(({ source, message }) => ({ source, message })) } : {}),
      ...(this.#building ? { building: this.#building } : {}),
    }
  }
}

/** Why an index has to be built; undefined when what there is agrees with the documents and is whole. */
function whyStale(current: Current | undefined, wanted: string, embedder: string | null): string | undefined {
  if (!current) return '没有可用的索引 there is none to use'
  if (current.damaged.length > 0) return `${current.damaged.join('、')} 已损坏 is damaged`
  if (current.fingerprint === wanted) return undefined
  if (current.embedder !== embedder)
    return `向量模型由 ${current.embedder ?? '无'} 变为 ${embedder ?? '无'} the embedder is another`
  if (current.chunker !== CHUNKER) return `切分方法由 ${current.chunker} 变为 ${CHUNKER} the chunker is another`
  return '文件有变化 the documents have changed'
}

/** Vectors of one embedder mean nothing to another: the library then serves by its keywords. */
function usableBy(embedder: string | undefined, library: Library): Library {
  if (library.embedder === null || library.embedder === embedder) return library
  const reason =
    `索引由另一向量模型（${library.embedder}）建立，重建之前只用关键词检索 ` +
    'the index was made with another embedder; keyword search serves until it is built anew'
  const { units, windows } = library
  const fallback = { from: 'hybrid', reason }
  return { ...library, embedder: null, units: units.withoutVectors(), windows: windows.withoutVectors(), fallback }
}
