/** Time and chance of the requests to a model. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Time and chance, for tests to be in charge of. */
export interface ModelClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Rejects with the signal's reason once it is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
  /** From 0 to 1. */
  random(): number
}

export const REAL_CLOCK: ModelClock = {
  now: () => Date.now(),
  wait: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => signal.throwIfAborted())
  },
  random: () => Math.random(),
}
