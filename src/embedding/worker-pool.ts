/** Worker threads that embed batches: questions first, a dead worker restarted once. */

import { Worker } from 'node:worker_threads'
import { PolicyError } from '../errors.ts'
import { WorkerGate } from './worker-gate.ts'

export interface WorkerSettings {
  readonly modelFolder: string
}
export interface WorkerStart extends WorkerSettings {
  /** Memory of the WorkerGate; the worker stands inside from its start until it is ready. */
  readonly gate: SharedArrayBuffer
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
  gate: WorkerGate
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
  #failure: PolicyError | undefined

  constructor(script: URL, settings: WorkerSettings, workers: number) {
    this.#script = script
    this.#settings = settings
    this.#slots = Array.from({ length: workers }, () => newSlot())
    process.on('exit', this.#leaveProcess)
    this.#start(this.#slots[0]!)
  }

  /** Vectors of the texts, one after the other. `urgent` goes before all that is not. */
  embed(texts: readonly string[], urgency: 'urgent' | 'patient'): Promise<Float32Array> {
    if (this.#closed) return Promise.reject(closedError())
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      const queue = urgency === 'urgent' ? this.#urgent : this.#patient
      queue.push({ texts, resolve, reject })
      this.#handOut()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const slot of this.#slots) this.#holdProcess(slot)
    this.#rejectAll(closedError())
    await Promise.all(this.#slots.map((slot) => slot.worker && end(slot.worker, slot.gate)))
    process.off('exit', this.#leaveProcess)
  }

  readonly #leaveProcess = (): void => {
    for (const { worker, gate } of this.#slots) if (worker) gate.shutNow()
  }

  #start(slot: Slot): void {
    slot.gate = new WorkerGate()
    slot.gate.enter()
    const worker = new Worker(this.#script, {
      workerData: { ...this.#settings, gate: slot.gate.memory } satisfies WorkerStart,
    })
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
      if (!slot.ready || slot.job) continue
      slot.job = this.#urgent.shift() ?? this.#patient.shift()
      if (slot.job) slot.worker?.postMessage({ texts: slot.job.texts } satisfies WorkerRequest)
    }
    const starting = this.#slots.filter((slot) => slot.worker && !slot.ready).length
    const spare = this.#slots.find((slot) => !slot.worker && slot.deaths <= DEATHS_ALLOWED)
    if (spare && this.#waiting > starting) this.#start(spare)
    for (const slot of this.#slots) this.#holdProcess(slot)
  }

  get #waiting(): number {
    return this.#urgent.length + this.#patient.length
  }

  /** The process may end while a worker has nothing to do, but not while one is being ended. */
  #holdProcess(slot: Slot): void {
    const busy = this.#closed || slot.job !== undefined || this.#waiting > 0
    if (busy) slot.worker?.ref()
    else slot.worker?.unref()
  }

  /** A worker died: its batch goes back to the head of the queue, and the worker is started once more. */
  #bury(slot: Slot, cause: unknown): void {
    const { job } = slot
    slot.gate.leave()
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
    const message = `向量线程两次中断，请重启程序 an embedding worker died twice; restart the program: ${String(cause)}`
    const error = new PolicyError('internal', message, { cause })
    job?.reject(error)
    if (this.#slots.every((other) => other.deaths > DEATHS_ALLOWED)) {
      this.#failure = error
      this.#rejectAll(error)
    }
    this.#handOut()
  }

  #rejectAll(error: Error): void {
    const running = this.#slots.flatMap(({ job }) => (job ? [job] : []))
    for (const job of [...running, ...this.#urgent, ...this.#patient]) job.reject(error)
    this.#urgent = []
    this.#patient = []
  }
}

const newSlot = (): Slot => ({ worker: undefined, gate: new WorkerGate(), ready: false, job: undefined, deaths: 0 })

async function end(worker: Worker, gate: WorkerGate): Promise<void> {
  await gate.shut()
  await worker.terminate()
}

const closedError = (): PolicyError => new PolicyError('internal', '向量模块已关闭 the embedder is closed')
