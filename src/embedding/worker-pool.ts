/** Worker threads that embed batches: questions first, a dead worker restarted once. */

import { Worker } from 'node:worker_threads'
import { PolicyError } from '../errors.ts'

export interface WorkerSettings {
  readonly modelFolder: string
}
export interface WorkerRequest {
  readonly texts: readonly string[]
}
export type WorkerReply =
  | { readonly kind: 'ready' }
  /** One vector after the other, in the order of the texts. */
  | { readonly kind: 'vectors'; readonly vectors: Float32Array }
  | { readonly kind: 'failed'; readonly message: string }

interface Job {
  readonly texts: readonly string[]
  readonly resolve: (vectors: Float32Array) => void
  readonly reject: (error: Error) => void
}

/** A place for a worker. `deaths` counts those since it last did some work. */
interface Slot {
  worker: Worker | undefined
  ready: boolean
  job: Job | undefined
  deaths: number
}

const DEATHS_ALLOWED = 1

/**
 * Hands each free worker the next batch, questions before passages. The first worker starts with the pool, the
 * others when there is more to do than one can take. Workers do not keep the process alive while they are idle.
 */
export class WorkerPool {
  readonly #script: URL
  readonly #settings: WorkerSettings
  readonly #slots: Slot[]
  #urgent: Job[] = []
  #patient: Job[] = []
  #closed = false

  constructor(script: URL, settings: WorkerSettings, workers: number) {
    this.#script = script
    this.#settings = settings
    this.#slots = Array.from({ length: workers }, () => ({ worker: undefined, ready: false, job: undefined, deaths: 0 }))
    this.#start(this.#slots[0]!)
  }

  /** Vectors of the texts, one after the other. `urgent` goes before all that is not. */
  embed(texts: readonly string[], urgency: 'urgent' | 'patient'): Promise<Float32Array> {
    if (this.#closed) return Promise.reject(closedError())
    return new Promise((resolve, reject) => {
      const queue = urgency === 'urgent' ? this.#urgent : this.#patient
      queue.push({ texts, resolve, reject })
      this.#handOut()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#rejectAll(closedError())
    await Promise.all(this.#slots.map((slot) => slot.worker?.terminate()))
  }

  #start(slot: Slot): void {
    const worker = new Worker(this.#script, { workerData: this.#settings })
    slot.worker = worker
    slot.ready = false
    let cause: unknown
    worker.on('message', (reply: WorkerReply) => this.#receive(slot, reply))
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', (code) => this.#bury(slot, cause ?? new Error(`exit code ${code}`)))
    this.#holdProcess(slot)
  }

  #receive(slot: Slot, reply: WorkerReply): void {
    const { job } = slot
    if (reply.kind === 'ready') slot.ready = true
    else slot.job = undefined
    if (reply.kind === 'vectors') {
      slot.deaths = 0
      job?.resolve(reply.vectors)
    }
    if (reply.kind === 'failed') job?.reject(new PolicyError('internal', `模型没有算出向量 embedding failed: ${reply.message}`))
    this.#handOut()
  }

  #handOut(): void {
    for (const slot of this.#slots) {
      if (!slot.worker) {
        if (this.#urgent.length + this.#patient.length > 0 && slot.deaths <= DEATHS_ALLOWED) this.#start(slot)
        continue
      }
      if (slot.ready && !slot.job) {
        slot.job = this.#urgent.shift() ?? this.#patient.shift()
        if (slot.job) slot.worker.postMessage({ texts: slot.job.texts } satisfies WorkerRequest)
      }
      this.#holdProcess(slot)
    }
  }

  /** The process may end while a worker has nothing to do. */
  #holdProcess(slot: Slot): void {
    const busy = slot.job !== undefined || (!slot.ready && this.#urgent.length + this.#patient.length > 0)
    if (busy) slot.worker?.ref()
    else slot.worker?.unref()
  }

  /** A worker died: its batch goes back to the head of the queue, and the worker is started once more. */
  #bury(slot: Slot, cause: unknown): void {
    const { job } = slot
    slot.worker = undefined
    slot.ready = false
    slot.job = undefined
    slot.deaths += 1
    if (this.#closed) return
    if (slot.deaths <= DEATHS_ALLOWED) {
      if (job) this.#urgent.unshift(job)
      this.#start(slot)
      return
    }
    const error = new PolicyError('internal', `向量线程两次中断，重启程序再试 an embedding worker died twice; restart the program: ${String(cause)}`, { cause })
    job?.reject(error)
    if (this.#slots.every((other) => other.deaths > DEATHS_ALLOWED)) this.#rejectAll(error)
    else this.#handOut()
  }

  #rejectAll(error: Error): void {
    const running = this.#slots.flatMap(({ job }) => (job ? [job] : []))
    for (const job of [...running, ...this.#urgent, ...this.#patient]) job.reject(error)
    this.#urgent = []
    this.#patient = []
  }
}

const closedError = (): PolicyError => new PolicyError('internal', '向量模块已关闭 the embedder is closed')
