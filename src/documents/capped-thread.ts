/**
 * Threads that read files, ended when one takes too long or too much memory: whoever waits gets a sentence and goes on.
 * A thread takes half a second to start; one that answered takes the next file too, and ends when there is none.
 */
import { getHeapStatistics } from 'node:v8'
import { Worker, type MessagePort } from 'node:worker_threads'
import { PolicyError, type ErrorCode } from '../errors.ts'

export interface ThreadLimits {
  /** From when the thread takes the file. */
  readonly longestMs: number
  readonly mostMemoryMb: number
}

/** Said by every thread as it takes a file: its time counts from here. */
interface Begun {
  readonly outcome: 'begun'
}

/** What came of an order, and what the thread has taken of memory for it. */
interface Answered<Said> {
  readonly outcome: 'answered'
  readonly said: Said | Refused
  readonly heapMb: number
}

interface Refused {
  readonly outcome: 'refused'
  readonly code: ErrorCode
  readonly message: string
}

export interface CappedThreads {
  /** Ends the sentences of refusals, e.g. `再上传。` */
  readonly next: string
  /** Threads kept for the next file; 0: each file has a new one. */
  readonly mostIdle: number
  readonly idleMs?: number
}

/** On a machine that is busy with much else a slow start is no fault of the file. */
const STARTING_MS = 60_000
const IDLE_MS = 10_000
/** A heap that has grown is given back only with its thread. */
const LARGEST_IDLE_MB = 128

interface Thread {
  readonly worker: Worker
  readonly mostMemoryMb: number
  ending?: NodeJS.Timeout
}

/** `Order` goes to the thread as a message; it tells that it took it, and then once what came of it. */
export class CappedReader<Order, Said extends { readonly outcome: string }> {
  readonly #entry: URL
  readonly #options: CappedThreads
  readonly #idle: Thread[] = []

  constructor(entry: URL, options: CappedThreads) {
    this.#entry = entry
    this.#options = options
  }

  /**
   * @param name of the file, for the sentences
   * @throws PolicyError the reader's own, or 'file-format' where it took too long or too much memory; the signal's reason
   */
  async read(order: Order, name: string, limits: ThreadLimits, signal?: AbortSignal): Promise<Said> {
    signal?.throwIfAborted()
    const thread = this.#taken(limits) ?? this.#started(limits)
    let answered: Answered<Said>
    try {
      answered = await this.#answered(thread.worker, order, name, limits, signal)
    } catch (error) {
      await thread.worker.terminate()
      throw error
    }
    const { said, heapMb } = answered
    if (heapMb > LARGEST_IDLE_MB) void thread.worker.terminate()
    else this.#keep(thread)
    if (isRefused(said)) throw new PolicyError(said.code, said.message)
    return said
  }

  #started({ mostMemoryMb }: ThreadLimits): Thread {
    const worker = new Worker(this.#entry, {
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
    })
    worker.on('error', () => {}) // one that dies while nobody waits for it is not used again
    return { worker, mostMemoryMb }
  }

  #taken({ mostMemoryMb }: ThreadLimits): Thread | undefined {
    const at = this.#idle.findIndex((thread) => thread.mostMemoryMb === mostMemoryMb)
    const thread = at < 0 ? undefined : this.#idle.splice(at, 1)[0]
    clearTimeout(thread?.ending)
    return thread && thread.worker.threadId >= 0 ? thread : undefined
  }

  #keep(thread: Thread): void {
    const { mostIdle, idleMs = IDLE_MS } = this.#options
    if (this.#idle.length >= mostIdle) return void thread.worker.terminate()
    thread.worker.unref()
    this.#idle.push(thread)
    thread.ending = setTimeout(() => {
      this.#idle.splice(this.#idle.indexOf(thread), 1)
      void thread.worker.terminate()
    }, idleMs).unref()
  }

  async #answered(worker: Worker, order: Order, name: string, limits: ThreadLimits, signal?: AbortSignal): Promise<Answered<Said>> {
    const { next } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<Answered<Said>>()
    const refuse = (why: string, cause?: unknown) =>
      reject(new PolicyError('file-format', `${name} ${why}`, cause === undefined ? {} : { cause }))
    const onError = (cause: Error & { readonly code?: string }) => {
      const isMemory = cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
      refuse(isMemory ? `读取时占用内存过多，已停止。请拆分后${next}` : `无法读取，文件可能已损坏。请另存一份${next}`, cause)
    }
    const onExit = () => refuse(`读取时中断了。请另存一份${next}`)
    const after = (ms: number) =>
      setTimeout(() => refuse(`读取超过 ${ms / 1000} 秒，已停止。请拆分，或另存为 txt 后${next}`), ms)
    let late = after(STARTING_MS)
    const onMessage = (told: Begun | Answered<Said>) => {
      clearTimeout(late)
      if (told.outcome === 'begun') late = after(limits.longestMs)
      else resolve(told)
    }
    const onAbort = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', onAbort, { once: true })
    worker.ref()
    worker.on('message', onMessage).once('error', onError).once('exit', onExit)
    worker.postMessage(order)
    try {
      return await promise
    } finally {
      clearTimeout(late)
      signal?.removeEventListener('abort', onAbort)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
    }
  }
}

const isRefused = (said: { readonly outcome: string }): said is Refused => said.outcome === 'refused'

/** In the thread: orders one by one, each told as it is taken; an error that is no PolicyError ends the thread. */
export function answerOrders<Order, Said extends { readonly outcome: string }>(
  port: MessagePort | null,
  work: (order: Order) => Promise<Said>,
): void {
  const answer = async (order: Order): Promise<Said | Refused> => {
    try {
      return await work(order)
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
      return { outcome: 'refused', code: error.code, message: error.message }
    }
  }
  port?.on('message', (order: Order) => {
    port.postMessage({ outcome: 'begun' } satisfies Begun)
    void answer(order).then((said) => {
      const heapMb = getHeapStatistics().total_heap_size / 1024 ** 2
      port.postMessage({ outcome: 'answered', said, heapMb } satisfies Answered<Said>)
    })
  })
}
