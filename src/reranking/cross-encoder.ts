/** A cross-encoder by transformers.js in a worker thread, held to a time limit and left alone where it is too slow. */
import { WorkerPool, type WorkerSettings } from '../embedding/worker-pool.ts'
import { piecesOf } from './pairs.ts'
import type { RerankerFiles } from './reranker-files.ts'
import { RerankerTrouble, type Reranker, type RerankerState } from './reranker.ts'

/** What the thread is told besides the folder. */
export interface PairSettings extends WorkerSettings {
  readonly isQuantised: boolean
  readonly hasExternalData: boolean
  readonly maxTokens: number
  readonly threads: number
}

export interface CrossEncoderSettings {
  readonly files: RerankerFiles
  /** For all passages of a question together, from when the model is loaded. */
  readonly timeoutMs: number
  /** Cores it computes with. */
  readonly threads: number
  /** For tests; default: pair-worker.ts. */
  readonly script?: URL
  /** For tests; default: 10 seconds. */
  readonly loadingMs?: number
}

/**
 * Of 308 lay questions over 1,342 laws 63 % have an article that answers among the first 10 found by keywords, 73 %
 * among 30, 78 % among 50; each passage costs the same.
 */
const MOST = 30
/** Of a passage longer than the model reads: of the paragraphs of a plan, which run to a thousand characters, the whole. */
const MOST_PIECES = 3
/** Pieces a batch: the time limit, an abort and the end of the process take hold between two of them. */
const BATCH = 3
/** What the first questions wait until the model is loaded. */
const LOADING_MS = 10_000
/** After so many questions in a row that took too long it rests. */
const SLOW_ALLOWED = 2
const REST_MS = 60_000

const NAMES = {
  failed: '重排模型没有给出分值 reranking failed',
  died: '重排线程两次中断，请检查模型文件并重启程序 the reranking worker died twice; check the files of the model and restart',
  closed: '重排模块已关闭 the reranker is closed',
}

interface Opened {
  readonly pool: WorkerPool
  /** Settles when the model has scored its first pair. */
  readonly loaded: Promise<void>
}

export class CrossEncoder implements Reranker {
  readonly name: string
  readonly most = MOST
  readonly #weights: string
  readonly #maxTokens: number
  readonly #script: URL
  readonly #settings: PairSettings
  readonly #timeoutMs: number
  readonly #loadingMs: number
  #opened: Opened | undefined
  #isLoaded = false
  #isClosed = false
  #failure: string | undefined
  #trouble: string | undefined
  /** Questions in a row that took too long. */
  #slow = 0
  #restsUntil = 0

  constructor({ files, timeoutMs, threads, script, loadingMs = LOADING_MS }: CrossEncoderSettings) {
    const { folder, name, weights, hasExternalData, maxTokens } = files
    this.name = name
    this.#weights = weights
    this.#maxTokens = maxTokens
    this.#timeoutMs = timeoutMs
    this.#loadingMs = loadingMs
    const isQuantised = weights === 'onnx/model_quantized.onnx'
    this.#settings = { modelFolder: folder, isQuantised, hasExternalData, maxTokens, threads }
    this.#script = script ?? new URL('./pair-worker.ts', import.meta.url)
  }

  warm(): void {
    if (!this.#isClosed) this.#open()
  }

  /** A passage longer than the model reads is as good as the best of its pieces. */
  async scores(question: string, passages: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    if (this.#isClosed) throw new RerankerTrouble(NAMES.closed)
    if (this.#failure !== undefined) throw new RerankerTrouble(this.#failure)
    if (this.#isResting) throw new RerankerTrouble(this.#trouble ?? '')
    const { pool, loaded } = this.#open()
    await this.#until(loaded, signal)
    const limit = AbortSignal.timeout(this.#timeoutMs)
    try {
      const pieces = passages.map((passage) => piecesOf(passage, question, this.#maxTokens, MOST_PIECES))
      const each = await inBatches(pool, question, pieces.flat(), AbortSignal.any([signal, limit]))
      let next = 0
      const scores = pieces.map(({ length }) => Math.max(...each.slice(next, (next += length))))
      this.#slow = 0
      this.#trouble = undefined
      return scores
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw limit.aborted ? this.#tooSlow() : this.#failed(pool, error)
    }
  }

  state(): RerankerState {
    const trouble = this.#failure ?? this.#trouble
    return { name: this.name, weights: this.#weights, state: this.#state, ...(trouble !== undefined ? { trouble } : {}) }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#opened?.pool.close()
  }

  get #state(): RerankerState['state'] {
    if (this.#failure !== undefined) return 'failed'
    if (!this.#opened) return 'idle'
    if (!this.#isLoaded) return 'loading'
    return this.#isResting ? 'resting' : 'ready'
  }

  #open(): Opened {
    if (this.#opened) return this.#opened
    const pool = new WorkerPool(this.#script, this.#settings, 1, undefined, NAMES)
    const loaded = pool.embed(['条', '款'], 'urgent').then(() => {
      this.#isLoaded = true
    })
    loaded.catch((error: unknown) => {
      this.#failure = wordsOf(error)
    })
    return (this.#opened = { pool, loaded })
  }

  get #isResting(): boolean {
    return performance.now() < this.#restsUntil
  }

  async #until(loaded: Promise<void>, signal: AbortSignal): Promise<void> {
    if (this.#isLoaded) return
    const limit = AbortSignal.timeout(this.#loadingMs)
    try {
      await Promise.race([loaded, aborted(AbortSignal.any([signal, limit]))])
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (!limit.aborted) throw new RerankerTrouble(wordsOf(error), { cause: error })
      throw new RerankerTrouble('重排模型尚未载入，条款按检索的次序排列 the reranker is still being loaded')
    }
  }

  #tooSlow(): RerankerTrouble {
    const seconds = this.#timeoutMs / 1000
    const slow = `重排未能在 ${seconds} 秒内完成，条款按检索的次序排列 reranking took longer than ${seconds} s`
    this.#slow += 1
    this.#trouble = slow
    if (this.#slow >= SLOW_ALLOWED) {
      this.#slow = 0
      this.#restsUntil = performance.now() + REST_MS
      this.#trouble = `${slow}；暂停 ${REST_MS / 1000} 秒后再试 it is left alone for ${REST_MS / 1000} s`
    }
    return new RerankerTrouble(slow)
  }

  #failed(pool: WorkerPool, error: unknown): RerankerTrouble {
    this.#trouble = wordsOf(error)
    if (pool.hasFailed) this.#failure = this.#trouble
    return new RerankerTrouble(this.#trouble, { cause: error })
  }
}

/** One batch after the other: questions that come meanwhile take turns. */
async function inBatches(
  pool: WorkerPool,
  question: string,
  passages: readonly string[],
  signal: AbortSignal,
): Promise<number[]> {
  // equally long ones together: a batch is as wide as its longest
  const order = passages.map((_, at) => at).sort((one, other) => passages[one]!.length - passages[other]!.length)
  const scores = new Array<number>(passages.length)
  for (let from = 0; from < order.length; from += BATCH) {
    const batch = order.slice(from, from + BATCH)
    const values = await pool.embed([question, ...batch.map((at) => passages[at]!)], 'urgent', signal)
    batch.forEach((at, place) => (scores[at] = values[place]!))
  }
  return scores
}

/** Rejects when the signal is aborted, and else never settles. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
