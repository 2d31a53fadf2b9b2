/**
 * Tells two threads whether the worker is inside native code. Ending a thread, or the process, while onnxruntime
 * runs aborts the whole process; so whoever ends it shuts the gate first and waits until the worker is outside.
 */

const SHUT = 0
const INSIDE = 1
const REQUEST = 2
const PATIENCE_MS = 5_000

export class WorkerGate {
  /** Three Int32; handed to the worker, which makes a gate of its own over the same memory. */
  readonly memory: SharedArrayBuffer
  readonly #flags: Int32Array

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(12)) {
    this.memory = memory
    this.#flags = new Int32Array(memory)
  }

  /** By the worker, before native code for a request; 0: its start. `false`: the gate is shut, do nothing more. */
  enter(request = 0): boolean {
    Atomics.store(this.#flags, INSIDE, 1)
    Atomics.store(this.#flags, REQUEST, request)
    if (Atomics.load(this.#flags, SHUT) === 0) return true
    this.leave()
    return false
  }

  /** The request the worker last went in for. */
  get request(): number {
    return Atomics.load(this.#flags, REQUEST)
  }

  /** By the worker, after native code; by the pool, for a worker that died. */
  leave(): void {
    Atomics.store(this.#flags, INSIDE, 0)
    Atomics.notify(this.#flags, INSIDE)
  }

  /** By the pool: no further batch is begun; resolves when the running one has ended. */
  async shut(): Promise<void> {
    Atomics.store(this.#flags, SHUT, 1)
    await Atomics.waitAsync(this.#flags, INSIDE, 1, PATIENCE_MS).value
  }

  /** The same for an exit handler, which cannot await. */
  shutNow(): void {
    Atomics.store(this.#flags, SHUT, 1)
    Atomics.wait(this.#flags, INSIDE, 1, PATIENCE_MS)
  }
}
