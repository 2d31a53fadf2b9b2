/** Config → a running Assistant; the one place that chooses real parts. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Assistant, SkippedFile, Status, TextVersion } from './answering/assistant.ts'
import type { LibraryDesk } from './answering/library-desk.ts'
import { heldIn } from './answering/missing-law.ts'
import { fallbackOfModel } from './answering/model-answer.ts'
import type { TokenLedger } from './answering/token-budget.ts'
import { LocalAssistant } from './answering/local-assistant.ts'
import { fallbackOfReranker } from './answering/reranking.ts'
import { documentById } from './clauses/by-id.ts'
import { knownNames } from './clauses/lookup.ts'
import { nameIndexOf } from './clauses/name-index.ts'
import { outlineOf, type OutlineNode } from './clauses/outline-nodes.ts'
import { parseDocument } from './clauses/tree.ts'
import type { Config } from './config.ts'
import { readLibraryList } from './documents/library-list.ts'
import { openRegistry, readStoredText, type Registry } from './documents/registry.ts'
import { storedSource } from './documents/stored-source.ts'
import type { Embedder } from './embedding/embedder.ts'
import { PolicyError } from './errors.ts'
import { roundInProcess } from './index-process.ts'
import { LocalDesk } from './library/desk.ts'
import { giveBackMemory } from './memory.ts'
import { openAnswerModel, type OpenedModel } from './open-answer-model.ts'
import { openEmbedder } from './open-embedder.ts'
import { openReranker } from './open-reranker.ts'
import { openSearch } from './open-search.ts'
import { takePreparedIndex } from './prepared-index.ts'
import { loadCharacters } from './questions/cedict.ts'
import { prepareSlips } from './questions/slips.ts'
import { loadDictionary } from './questions/words.ts'
import { isHeld } from './retrieval/engine.ts'
import { openLibrary, served, type Built, type Opened } from './retrieval/library-files.ts'
import { vectorSearchOf, type Library } from './retrieval/library.ts'
import { currentPointer, openCurrent, type Generation, type Pointer } from './store/generations.ts'
import type { Reranker } from './reranking/reranker.ts'
import { observedAssistant, type Observers } from './telemetry/observed-assistant.ts'
import { observedModel } from './telemetry/observed-model.ts'
import { turn } from './turn.ts'
import type { DocumentId, Fallback } from './types.ts'
import { openIndex, updateIndex } from './update-index.ts'
import type { WeaviateEngine } from './weaviate/weaviate-engine.ts'

export interface App {
  readonly assistant: Assistant
  /** Settles when what serves agrees with the documents; rejects with PolicyError when it cannot be brought there. */
  readonly settled: Promise<void>
  /** Where people change the library; opened when it is first asked for, by one process at a time. */
  readonly desk: LibraryDesk
  close(): Promise<void>
}

export interface AppOptions {
  readonly log: (message: string) => void
  readonly onProgress?: (step: string, done: number, total: number) => void
  /** Answer from the index as it is; documents are not looked at. */
  readonly frozen?: boolean
  /** Generations that another process writes are served as they come. */
  readonly follow?: boolean
  /** For tests; how long until a generation that could not be read is tried again. */
  readonly lookAgainMs?: number
  /** For tests; default: the model found on this machine. */
  readonly embedder?: Embedder
  /** For tests; default: the one that the configuration names, or none. */
  readonly reranker?: Reranker
  /** Counts, times, traces and tells what is asked; absent: nothing is. */
  readonly observers?: Observers
  /** Where copies of the program count the tokens of the language model; absent: each for itself. */
  readonly tokens?: TokenLedger
}

export { openEmbedder }

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
  readonly #writer: OpenedModel | undefined
  readonly #reranker: Reranker | undefined
  /** The cluster that searches; opened with the app. */
  #engine: WeaviateEngine | undefined
  /** The generation on the disk, as it was opened or written. */
  #opened: Opened | undefined
  /** Documents that answer by keywords while their vectors are made. */
  #unsaved: Built | undefined
  /** What of it serves. */
  #serving: Library | undefined
  #building: Status['building']
  #problem: PolicyError | undefined
  #skipped: Status['skipped'] & {} = []
  #desk: LocalDesk | undefined
  /** The manifest that was looked at last. */
  #seen: string | undefined
  #looking: Promise<void> = Promise.resolve()
  /** Why what CURRENT names cannot be served, or CURRENT not be read; said once, tried again until it can. */
  #unreadable: string | undefined
  /** When that is tried again. */
  #tryAgainAt = 0
  #following: Promise<void> | undefined
  readonly #closing = new AbortController()
  #tidying: NodeJS.Timeout | undefined
  /** When the library was last asked for something, or came to serve. */
  #asked = 0
  #tidied = -1

  constructor(config: Config, options: AppOptions) {
    this.#config = config
    this.#options = options
    this.#reranker = options.reranker ?? (config.reranker && openReranker(config.reranker, config.embeddingThreads))
    const model = options.embedder ? { embedder: options.embedder } : openEmbedder(config)
    this.#embedder = model.embedder
    this.#noModel =
      'reason' in model && model.reason !== undefined ? { from: 'hybrid', reason: model.reason } : undefined
    if (this.#noModel) options.log(this.#noModel.reason)
    if ('origin' in model && model.origin !== undefined) options.log(`向量模型 model: ${model.origin}`)
    if (this.#reranker) options.log(`重排模型 reranker: ${this.#reranker.name}（${this.#reranker.state().weights}）`)
    this.#writer = config.llm && openAnswerModel(config.llm, options.tokens)
    for (const notice of this.#writer?.notices ?? []) options.log(notice)
    const { observers } = options
    const writer = this.#writer && observers ? { ...this.#writer, model: observedModel(this.#writer.model, observers) } : this.#writer
    const assistant = new LocalAssistant({
      library: () => this.#library(),
      ...(this.#embedder ? { embedder: this.#embedder } : {}),
      ...(writer ? { writer } : {}),
      ...(this.#reranker ? { reranker: this.#reranker } : {}),
      textOf: (id, sha) => this.#textOf(id, sha),
      status: () => this.#status(),
      log: options.log,
      onWithheld: () => observers?.metrics?.rejected('quotation'),
    })
    this.assistant = observers ? observedAssistant(assistant, observers) : assistant
  }

  async open(): Promise<void> {
    const { log, frozen, follow } = this.#options
    this.#tidying = setInterval(() => this.#tidy(), QUIET_MS).unref()
    if (follow) this.#reranker?.warm()
    if (!frozen) await takePreparedIndex(this.#config, log)
    const metrics = this.#options.observers?.metrics
    this.#engine = await openSearch(this.#config, { log, ...(metrics && { metrics }) })
    if (follow) this.#engine?.watch(this.#closing.signal)
    const engine = this.#engine
    const open = (generation: Generation) => openLibrary(generation, undefined, engine)
    this.#opened = await openIndex(this.#config.indexFolder, open, log, () => this.#isDamaged())
    if (this.#opened) this.#serve(this.#opened)
    setImmediate(loadDictionary)
    if (this.#opened) void this.#prepare(this.#opened.library.documents)
    if (frozen) return
    this.settled = this.#settle()
    const ended = this.settled.catch((error: unknown) => {
      this.#problem =
        error instanceof PolicyError ? error : new PolicyError('internal', String(error), { cause: error })
      log(`索引未能更新 the index could not be brought up to date: ${this.#problem.message}`)
      if (this.#unsaved) this.#serve(this.#unsaved, { from: 'hybrid', reason: this.#problem.message })
    })
    if (follow) this.#following = ended.then(() => this.#follow())
  }

  get desk(): LibraryDesk {
    return (this.#desk ??= this.#openDesk())
  }

  #openDesk(): LocalDesk {
    const desk = new LocalDesk({
      dataFolder: this.#config.dataFolder,
      enabled: this.#config.uploads,
      documents: () => this.#serving?.documents ?? [],
      generation: () => this.#serving?.generation ?? null,
      skipped: () => this.#skipped,
      progress: () => this.#building,
      index: () => this.#indexAnew(),
      log: this.#options.log,
      signal: this.#closing.signal,
    })
    this.settled.catch(() => desk.indexSoon()) // another process may have been writing
    return desk
  }

  async close(): Promise<void> {
    this.#closing.abort()
    clearInterval(this.#tidying)
    await this.settled.catch(() => {})
    await this.#desk?.close()
    await this.#following
    await Promise.all([this.#embedder?.close(), this.#reranker?.close(), this.#engine?.close()])
  }

  /** A round in a process of its own, over when what it made serves. */
  async #indexAnew(): Promise<void> {
    await this.settled.catch(() => {})
    const { log } = this.#options
    const { signal } = this.#closing
    const onProgress = (step: string, done: number, total: number) => (this.#building = { step, done, total })
    try {
      const mustEmbed = this.#options.embedder ? undefined : this.#embedder?.id
      const watcher = { onProgress, log, signal, ...(mustEmbed !== undefined && { mustEmbed }) }
      const { skipped } = await this.#timed(roundInProcess(this.#config, watcher))
      this.#tellSkipped(skipped)
      this.#problem = undefined
      await this.#look()
    } finally {
      this.#building = undefined
    }
  }

  /** What came of a round of indexing, timed. */
  async #timed<Result>(round: Promise<Result>): Promise<Result> {
    const metrics = this.#options.observers?.metrics
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    try {
      const result = await round
      metrics?.built('done', seconds())
      return result
    } catch (error) {
      if (!this.#closing.signal.aborted) metrics?.built('failed', seconds())
      throw error
    }
  }

  #isDamaged(): void {
    this.#options.observers?.metrics?.corrupt()
  }

  /** Looks at CURRENT, 143 bytes, four times a second until the app is closed. */
  async #follow(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#look()
      await sleep(FOLLOW_MS, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {})
    }
  }

  /** Serves what CURRENT names, unless it does already; after whoever looks just now. */
  #look(): Promise<void> {
    const look = async (): Promise<void> => {
      const current = await this.#pointer()
      if (!current) return
      const isServed = current.manifestSha256 === this.#opened?.manifestSha256
      if (isServed) this.#unreadable = undefined
      if (isServed || (current.manifestSha256 === this.#seen && performance.now() < this.#tryAgainAt)) return
      const isNew = current.manifestSha256 !== this.#seen
      this.#seen = current.manifestSha256
      await this.#change(current.generation, isNew)
    }
    return (this.#looking = this.#looking.then(look))
  }

  /** What CURRENT names; undefined while it cannot be read, which is said once. */
  async #pointer(): Promise<Pointer | undefined> {
    const { indexFolder } = this.#config
    try {
      const pointer = await currentPointer(indexFolder)
      if (!pointer && this.#opened) throw new Error('no CURRENT')
      return pointer
    } catch (error) {
      this.#tellUnreadable(`${indexFolder} 中没有可读的索引，原有的一代继续回答 the one in use goes on serving: ${wordsOf(error)}`)
      return undefined
    }
  }

  /**
   * Another process has written a generation: it takes the place of the one that serves, in one step. Segments that it
   * shares with that one stay as they are in memory; all else is hashed as it is read. What is damaged is left alone:
   * the writer, or the next start, mends it.
   */
  async #change(name: string, isNew: boolean): Promise<void> {
    const { log } = this.#options
    const began = performance.now()
    let release = (): void => {}
    try {
      const current = await openCurrent(this.#config.indexFolder, { verify: 'sizes', pin: true, mend: false })
      release = current.release
      if (current.generation?.name !== name) throw new Error(`${name} is not whole`)
      const opened = await openLibrary(current.generation, this.#opened, this.#engine)
      await this.#take(opened)
      this.#problem = undefined
      this.#unreadable = undefined
      void this.#desk?.checkServed().catch((error: unknown) => log(wordsOf(error)))
      log(`改用新的一代 now serving ${name}（${Math.round(performance.now() - began)} ms）`)
    } catch (error) {
      this.#isDamaged()
      this.#tellUnreadable(`${name} 无法读取，原有的一代继续回答 cannot be read; the one in use goes on serving: ${wordsOf(error)}`)
      this.#tryAgainAt = performance.now() + (this.#options.lookAgainMs ?? LOOK_AGAIN_MS)
      if (isNew) this.#desk?.indexSoon() // whoever writes next sets a damaged one aside
    } finally {
      release()
    }
  }

  #tellUnreadable(words: string): void {
    if (this.#unreadable !== words) this.#options.log(words)
    this.#unreadable = words
  }

  /** A generation takes the place of the one that serves, ready for its first question. */
  async #take(opened: Opened): Promise<void> {
    await this.#prepare(opened.library.documents, this.#opened?.library.documents)
    this.#opened = opened
    this.#unsaved = undefined
    this.#serve(opened)
  }

  /** What the first question would wait for; of a server bit by bit, so that nothing that comes in waits for it. */
  async #prepare(documents: Library['documents'], before?: Library['documents']): Promise<void> {
    await prepareSlips(documents, before)
    if (!this.#options.follow) return
    const steps = [loadCharacters, () => nameIndexOf(knownNames(documents)), () => heldIn({ documents }).lacking]
    for (const step of steps) {
      await turn()
      step()
    }
  }

  #serve({ library }: Built, fallback?: Fallback): void {
    const usable = usableBy(this.#embedder?.id, library)
    const reason = this.#noModel ?? fallback ?? usable.fallback
    this.#serving = { ...usable, ...(reason ? { fallback: reason } : {}) }
    this.#engine?.serve(library.engine ? library.segments.filter(isHeld) : [])
    this.#asked = performance.now()
  }

  /** Documents → index, unless it is so already. */
  async #settle(): Promise<void> {
    const { folders, dataFolder, indexFolder } = this.#config
    const { log, onProgress } = this.#options
    try {
      const began = performance.now()
      const { current, wasBuilt } = await updateIndex({
        folders,
        dataFolder,
        indexFolder,
        ...(this.#embedder ? { embedder: this.#embedder } : {}),
        ...(this.#engine ? { engine: this.#engine } : {}),
        ...(this.#opened ? { previous: this.#opened } : {}),
        log,
        onLoaded: ({ skipped }) => this.#tellSkipped(skipped),
        onStale: () => (this.#building = { step: 'keywords', done: 0, total: 1 }),
        onProgress: (step, done, total) => {
          if (this.#building) this.#building = { step, done, total }
          onProgress?.(step, done, total)
        },
        onKeywords: (built) => this.#serveMeanwhile(built),
      })
      if (!wasBuilt) return
      this.#options.observers?.metrics?.built('done', (performance.now() - began) / 1000)
      await this.#take(await served(current, this.#engine))
    } finally {
      this.#building = undefined
    }
  }

  /** Each file once, until it is another reason. */
  #tellSkipped(skipped: readonly SkippedFile[]): void {
    const told = new Set(this.#skipped.map(({ source, message }) => `${source}\n${message}`))
    const fresh = skipped.filter(({ source, message }) => !told.has(`${source}\n${message}`))
    for (const { source, message } of fresh) this.#options.log(`未收录 skipped ${source}: ${message}`)
    this.#skipped = skipped.map(({ source, code, message, folder }) => ({ source, code, message, ...(folder !== undefined && { folder }) }))
  }

  /** While the first vectors are made, keywords answer. */
  #serveMeanwhile(built: Built): void {
    if (this.#serving) return
    this.#unsaved = { ...built, library: { ...built.library, generation: 'building' } }
    const reason = '正在建立向量索引，暂用关键词检索 vectors are being made; keyword search serves meanwhile'
    this.#serve(this.#unsaved, { from: 'hybrid', reason })
  }

  /** Once after each time of questions, and after a library came to serve. */
  #tidy(): void {
    if (this.#tidied > this.#asked || performance.now() - this.#asked < QUIET_MS) return
    giveBackMemory()
    this.#tidied = performance.now()
  }

  #library(): Library {
    this.#asked = performance.now()
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
    if (text === undefined) return undefined
    return {
      text,
      textSha256,
      superseded: true,
      outline: () => outlineOfOlder(id, registry.documents[id]?.source ?? id, text),
      ...(current ? {} : { removed: await this.#calledBefore(id, registry) }),
    }
  }

  /** What a document that is gone was called. */
  async #calledBefore(id: DocumentId, { documents }: Registry): Promise<NonNullable<TextVersion['removed']>> {
    const { removed } = await readLibraryList(this.#config.dataFolder)
    const source = documents[id]?.source ?? id
    const { title = source, titleFrom } = removed.find((one) => one.id === id) ?? {}
    return { source, title, ...(titleFrom && { titleFrom }) }
  }

  #status(): Status {
    const library = this.#serving
    const languageModel = this.#writer?.model.state()
    const reranker = this.#reranker?.state()
    const search = this.#engine?.state()
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
      ...(search ? { search } : {}),
      ...(languageModel ? { languageModel } : {}),
      ...(reranker ? { reranker } : {}),
      fallbacks: [
        library ? library.fallback : this.#noModel,
        problem,
        search && search.state !== 'ok' ? { from: 'search', reason: search.reason ?? search.state } : undefined,
        this.#unreadable === undefined ? undefined : { from: 'current-index', reason: this.#unreadable },
        languageModel && fallbackOfModel(languageModel),
        reranker && fallbackOfReranker(reranker),
      ].filter((fallback) => fallback !== undefined),
      ...(this.#skipped.length > 0 ? { skipped: this.#skipped } : {}),
      ...(this.#building ? { building: this.#building } : {}),
    }
  }
}

const FOLLOW_MS = 250
/** A generation that could not be read: descriptors may have been out, or a disk away. */
const LOOK_AGAIN_MS = 5_000
/** Memory is given back when nobody has asked anything for so long: it takes a fifth of a second. */
const QUIET_MS = 5_000

/** Longer ones, of some three megabytes, would keep everybody waiting: the longest law has a third of that. */
const LONGEST_READ_ANEW = 1_000_000

/** The clauses of a text that is indexed no longer, so that old links still say where they lead. */
function outlineOfOlder(id: DocumentId, source: string, text: string): readonly OutlineNode[] {
  return text.length > LONGEST_READ_ANEW ? [] : outlineOf(parseDocument(storedSource(id, source, text)))
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

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
