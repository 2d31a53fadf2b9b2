/** Worker threads that work at batches of texts: questions first, a dead worker restarted once. */

import { Worker } from 'node:worker_threads'
import { PolicyError } from '../errors.ts'
import { sendNothing } from './no-telemetry.ts'
import { WorkerGate } from './worker-gate.ts'

export interface WorkerSettings {
  readonly modelFolder: string
}
export interface WorkerStart extends WorkerSettings {
  /** Memory of the WorkerGate; the worker stands inside from its start until it is ready. */
  readonly gate: SharedArrayBuffer
}
export interface WorkerRequest {
  /** From 1 on. */
  readonly id: number
  readonly texts: readonly string[]
  readonly isUrgent: boolean
}
export type WorkerReply =
  | { readonly kind: 'ready' }
  /** One vector after the other, in the order of the texts; a reranker's are one score each of all texts but the first. */
  | { readonly kind: 'vectors'; readonly id: number; readonly vectors: Float32Array }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }

/** How messages call what the workers do. */
export interface WorkerNames {
  /** e.g. 模型没有算出向量 embedding failed */
  readonly failed: string
  /** e.g. 向量线程两次中断，请重启程序 an embedding worker died twice; restart the program */
  readonly died: string
  /** e.g. 向量模块已关闭 the embedder is closed */
  readonly closed: string
}

const EMBEDDING: WorkerNames = {
  failed: '模型没有算出向量 embedding failed',
  died: '向量线程两次中断，请重启程序 an embedding worker died twice; restart the program',
  closed: '向量模块已关闭 the embedder is closed',
}

interface Job extends WorkerRequest {
  readonly signal: AbortSignal | undefined
  readonly resolve: (vectors: Float32Array) => void
  readonly reject: (error: Error) => void
}

/** A place for a worker. `deaths` counts those since it last did some work. */
interface Slot {
  worker: Worker | undefined
  gate: WorkerGate
  ready: boolean
  /** Handed to the worker and not yet answered. */
  jobs: Job[]
  /** When it began what it works at: of two workers, the earlier is likely done first. */
  began: number
  deaths: number
  /** Runs while it has nothing to do. */
  idle: NodeJS.Timeout | undefined
}

const DEATHS_ALLOWED = 1
/** Batches a worker holds: the one it works at and the next, so that it never waits for this thread. */
const MOST_JOBS = 2
/** Questions are handed on even then: the worker takes them next. */
const MOST_WITH_QUESTIONS = 10
const IDLE_MS = 20_000

/**
 * Hands the workers their batches, questions before passages. The first worker starts with the pool, the
 * others when there is more to do than one can take, and end when they had nothing to do for a while: each takes 80 MB.
 * Workers do not keep the process alive while they are idle.
 */
export class WorkerPool {
  readonly #script: URL
  readonly #settings: WorkerSettings
  readonly #slots: Slot[]
  #urgent: Job[] = []
  #patient: Job[] = []
  #closed = false
  #failure: PolicyError | undefined
  #lastId = 0
  readonly #idleMs: number
  readonly #names: WorkerNames

  /** `idleMs`: how long a worker but the first stays with nothing to do. */
  constructor(script: URL, settings: WorkerSettings, workers: number, idleMs = IDLE_MS, names = EMBEDDING) {
    this.#idleMs = idleMs
    this.#names = names
    this.#script = script
    this.#settings = settings
    this.#slots = Array.from({ length: workers }, () => newSlot())
    process.on('exit', this.#leaveProcess)
    this.#start(this.#slots[0]!)
  }

  /**
   * Vectors of the texts, one after the other. `urgent` goes before all that is not. Aborted, it rejects at once with
   * the reason of the signal; what no worker has begun is not begun.
   */
  embed(texts: readonly string[], urgency: 'urgent' | 'patient', signal?: AbortSignal): Promise<Float32Array> {
    if (this.#closed) return Promise.reject(this.#closedError())
    if (this.#failure) return Promise.reject(this.#failure)
    if (signal?.aborted) return Promise.reject(signal.reason)
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array>()
    const isUrgent = urgency === 'urgent'
    const queue = isUrgent ? this.#urgent : this.#patient
    const job: Job = { id: ++this.#lastId, texts, isUrgent, signal, resolve, reject }
    queue.push(job)
    this.#handOut()
    if (!signal) return promise
    const abandon = (): void => this.#abandon(job)
    signal.addEventListener('abort', abandon, { once: true })
    return promise.finally(() => signal.removeEventListener('abort', abandon))
  }

  #abandon(job: Job): void {
    this.#urgent = this.#urgent.filter((other) => other !== job)
    this.#patient = this.#patient.filter((other) => other !== job)
    job.reject(job.signal?.reason)
    for (const slot of this.#slots) this.#holdProcess(slot)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { idle } of this.#slots) clearTimeout(idle)
    for (const slot of this.#slots) this.#holdProcess(slot)
    this.#rejectAll(this.#closedError())
    await Promise.all(this.#slots.map((slot) => slot.worker && end(slot.worker, slot.gate)))
    process.off('exit', this.#leaveProcess)
  }

  readonly #leaveProcess = (): void => {
    for (const { worker, gate } of this.#slots) if (worker) gate.shutNow()
  }

  #start(slot: Slot): void {
    slot.gate = new WorkerGate()
    slot.gate.enter()
    sendNothing()
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
    worker.on('exit', (code) => slot.worker === worker && this.#bury(slot, cause ?? new Error(`exit code ${code}`)))
    this.#holdProcess(slot)
  }

  #receive(slot: Slot, reply: WorkerReply): void {
    if (reply.kind === 'ready') slot.ready = true
    else {
      const job = slot.jobs.find(({ id }) => id === reply.id)
      slot.jobs = slot.jobs.filter((other) => other !== job)
      slot.began = performance.now()
      if (reply.kind === 'vectors') {
        slot.deaths = 0
        job?.resolve(reply.vectors)
      } else job?.reject(new PolicyError('internal', `${this.#names.failed}: ${reply.message}`))
    }
    this.#handOut()
  }

  #handOut(): void {
    while (this.#handOne(this.#urgent, MOST_WITH_QUESTIONS) || this.#handOne(this.#patient, MOST_JOBS));
    const starting = this.#slots.filter((slot) => slot.worker && !slot.ready).length
    const spare = this.#slots.find((slot) => !slot.worker && slot.deaths <= DEATHS_ALLOWED)
    if (spare && this.#waiting > starting) this.#start(spare)
    for (const slot of this.#slots) {
      this.#holdProcess(slot)
      this.#dismissWhenIdle(slot)
    }
  }

  #dismissWhenIdle(slot: Slot): void {
    clearTimeout(slot.idle)
    if (slot === this.#slots[0] || !slot.ready || slot.jobs.length > 0 || this.#closed) return
    slot.idle = setTimeout(() => {
      const { worker, gate } = slot
      slot.worker = undefined
      slot.ready = false
      if (worker) void end(worker, gate)
    }, this.#idleMs).unref()
  }

  /** The head of a queue to the worker with the least to do, unless all have as much as they may. */
  #handOne(queue: Job[], most: number): boolean {
    const [job] = queue
    const able = this.#slots.filter(({ ready, jobs }) => ready && jobs.length < most)
    const [slot] = able.sort((one, other) => one.jobs.length - other.jobs.length || one.began - other.began)
    if (!job || !slot) return false
    queue.shift()
    if (slot.jobs.length === 0) slot.began = performance.now()
    slot.jobs.push(job)
    const { id, texts, isUrgent } = job
    slot.worker?.postMessage({ id, texts, isUrgent } satisfies WorkerRequest)
    return true
  }

  /** All workers have died too often: nothing is done any more. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Workers there are now. */
  get running(): number {
    return this.#slots.filter(({ worker }) => worker).length
  }

  get #waiting(): number {
    return this.#urgent.length + this.#patient.length
  }

  /** The process may end while a worker has nothing to do, but not while one is being ended. */
  #holdProcess(slot: Slot): void {
    const busy = this.#closed || slot.jobs.length > 0 || this.#waiting > 0
    if (busy) slot.worker?.ref()
    else slot.worker?.unref()
  }

  /** A worker died: its batches go back to the head of the queue, and it is started once more. */
  #bury(slot: Slot, cause: unknown): void {
    const { jobs } = slot
    const fatal = jobs.find(({ id }) => id === slot.gate.request)
    slot.gate.leave()
    slot.worker = undefined
    slot.ready = false
    slot.jobs = []
    slot.deaths += 1
    if (this.#closed) return
    const isLast = slot.deaths > DEATHS_ALLOWED
    this.#urgent.unshift(...jobs.filter((job) => !(isLast && job === fatal) && !job.signal?.aborted))
    if (!isLast) return this.#start(slot)
    const error = new PolicyError('internal', `${this.#names.died}: ${String(cause)}`, { cause })
    fatal?.reject(error)
    if (this.#slots.every((other) => other.deaths > DEATHS_ALLOWED)) {
      this.#failure = error
      this.#rejectAll(error)
    }
    this.#handOut()
  }

  #closedError(): PolicyError {
    return new PolicyError('internal', this.#names.closed)
  }

  #rejectAll(error: Error): void {
    const running = this.#slots.flatMap(({ jobs }) => jobs)
    for (const job of [...running, ...this.#urgent, ...this.#patient]) job.reject(error)
    this.#urgent = []
    this.#patient = []
  }
}

const newSlot = (): Slot => ({ worker: undefined, gate: new WorkerGate(), ready: false, jobs: [], began: 0, deaths: 0, idle: undefined })

async function end(worker: Worker, gate: WorkerGate): Promise<void> {
  await gate.shut()
  await worker.terminate()
}
