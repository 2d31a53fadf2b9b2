/** `tiaowen index`: one round over the folders, or, watching, one after every change until it is told to stop. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { OnStep } from './build-index.ts'
import { FolderWatch } from './documents/folder-watch.ts'
import { libraryListPath, openUploadsFolder } from './documents/library-list.ts'
import type { SkippedFile } from './documents/load.ts'
import type { Config } from './config.ts'
import type { Embedder } from './embedding/embedder.ts'
import { PolicyError } from './errors.ts'
import { openEmbedder } from './open-embedder.ts'
import { openSearch } from './open-search.ts'
import { livingEntries, openForBuilding, withoutServing, type Previous } from './retrieval/library-files.ts'
import { currentPointer } from './store/generations.ts'
import { openIndex, updateIndex, type Changes } from './update-index.ts'

export interface RoundsRequest {
  /** Stay, and begin a round whenever files have changed. */
  readonly watch: boolean
  readonly log: (message: string) => void
  readonly onProgress?: OnStep
  /** Ends the watching. */
  readonly signal: AbortSignal
  /** The embedder of the program that asks for the round: where it cannot be opened any more, there is no round. */
  readonly mustEmbed?: string
  /** For tests; default: the model found on this machine. */
  readonly embedder?: Embedder
}

/** What a round came to. */
export interface Round extends Changes {
  readonly kind: 'round'
  readonly generation: string
  readonly wasBuilt: boolean
  readonly documents: number
  readonly clauses: number
  /** Embedder of the vectors; null where keywords have to do. */
  readonly embedder: string | null
  readonly vectors: 'hnsw' | 'exact' | null
  readonly embedded: number
  readonly seconds: number
  readonly skipped: readonly SkippedFile[]
  /** Why there are no vectors. */
  readonly notice?: string
}

/** A round that failed while watching; the next change, or some time, begins another. */
export interface Failed {
  readonly kind: 'failed'
  readonly error: PolicyError
}

/** A round that failed is tried again after this long even when no file changes: a disk may have been emptied. */
const AGAIN_MS = 30_000

/** @throws PolicyError `model-missing`, and as updateIndex, from the first round; later ones are told and gone over. */
export async function* indexRounds(config: Config, request: RoundsRequest): AsyncGenerator<Round | Failed> {
  const model = request.embedder ? { embedder: request.embedder } : openEmbedder(config)
  const embedder = model.embedder && (request.watch ? model.embedder : new OnceEmbedder(model.embedder))
  const reason = 'reason' in model ? model.reason : undefined
  if (request.mustEmbed !== undefined && !embedder) throw modelGone(request.mustEmbed, reason)
  const onBlind = (why: string): void =>
    request.log(`系统不通知文件变化，改为每十秒查看一次 the system tells of no changes; looking every ten seconds: ${why}`)
  const engine = await openSearch(config, { log: request.log })
  const watching = request.watch ? await watchLibrary(config, onBlind) : undefined
  let previous: Previous | undefined
  try {
    for (let first = true; ; first = false) {
      const began = performance.now()
      let hasFailed = false
      try {
        previous = await inPlace(config.indexFolder, previous, request.log)
        const round = await roundOf(config, request, previous, embedder, engine)
        previous = withoutServing(round.current)
        const seconds = (performance.now() - began) / 1000
        if (first || round.wasBuilt) yield { ...tell(round), seconds, ...(reason === undefined ? {} : { notice: reason }) }
      } catch (error) {
        if (first) throw error
        hasFailed = true
        yield { kind: 'failed', error: asPolicyError(error) }
      }
      if (!watching || !(await nextRound(watching, hasFailed, request.signal))) return
    }
  } finally {
    watching?.close()
    await Promise.all([embedder?.close(), engine?.close()])
  }
}

/** An index without vectors must not take the place of one that has them because a file went away meanwhile. */
const modelGone = (embedder: string, reason = '') =>
  new PolicyError('model-missing', `向量模型 ${embedder} 的文件不见了或已损坏，索引没有更新，原有的索引继续回答。请恢复模型文件。${reason}`)

/** The operator's folders, that of uploads, and the list of what was taken out of the library. */
async function watchLibrary({ folders, dataFolder }: Config, onBlind: (why: string) => void): Promise<FolderWatch> {
  const uploads = await openUploadsFolder(dataFolder)
  return FolderWatch.open([...new Set([...folders, uploads])], { onBlind, files: [libraryListPath(dataFolder)] })
}

/** Waits until there is something to do; false: it is over. */
async function nextRound(watching: FolderWatch, hasFailed: boolean, signal: AbortSignal): Promise<boolean> {
  if (!hasFailed) return watching.changed(signal)
  const waiting = new AbortController()
  const ends = AbortSignal.any([signal, waiting.signal])
  await Promise.race([watching.changed(ends), sleep(AGAIN_MS, undefined, { signal: ends }).catch(() => {})])
  waiting.abort()
  return !signal.aborted
}

/** What CURRENT names, opened unless it is what this process wrote last. */
async function inPlace(
  indexFolder: string,
  previous: Previous | undefined,
  log: (message: string) => void,
): Promise<Previous | undefined> {
  if (previous && (await currentPointer(indexFolder))?.manifestSha256 === previous.manifestSha256) return previous
  return openIndex(indexFolder, openForBuilding, log)
}

function roundOf(
  { folders, dataFolder, indexFolder }: Config,
  { log, onProgress }: RoundsRequest,
  previous: Previous | undefined,
  embedder: Embedder | undefined,
  engine: Awaited<ReturnType<typeof openSearch>>,
) {
  return updateIndex({
    folders,
    dataFolder,
    indexFolder,
    log,
    ...(embedder ? { embedder } : {}),
    ...(engine ? { engine } : {}),
    ...(previous ? { previous } : {}),
    ...(onProgress ? { onProgress } : {}),
  })
}

function tell({ loaded, changes, current, wasBuilt, embedded }: Awaited<ReturnType<typeof updateIndex>>) {
  const hasGraphs = current.forEngine || Object.keys(current.files).some((name) => name.endsWith('.hnsw'))
  return {
    kind: 'round' as const,
    ...changes,
    generation: current.generation,
    wasBuilt,
    documents: current.documents.length,
    clauses: livingEntries(current),
    embedder: current.embedder,
    vectors: current.embedder === null ? null : hasGraphs ? ('hnsw' as const) : ('exact' as const),
    embedded,
    skipped: loaded.skipped.map(({ folder, source, code, message }) => ({ folder, source, code, message })),
  }
}

/** Closed as soon as its one batch of texts is done: the memory of its workers is free while the index is written. */
class OnceEmbedder implements Embedder {
  readonly id: string
  readonly dimensions: number
  readonly #inner: Embedder
  #closed: Promise<void> | undefined

  constructor(inner: Embedder) {
    this.#inner = inner
    this.id = inner.id
    this.dimensions = inner.dimensions
  }

  embedQuestion: Embedder['embedQuestion'] = (question) => this.#inner.embedQuestion(question)

  embedInBatches: Embedder['embedInBatches'] = async (texts, onBatch) => {
    await this.#inner.embedInBatches(texts, onBatch)
    await this.close()
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#inner.close())
  }
}

const asPolicyError = (error: unknown): PolicyError =>
  error instanceof PolicyError ? error : new PolicyError('internal', String(error), { cause: error })
