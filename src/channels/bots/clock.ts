/** Time, as the desk of the chat platforms has it: tests hold it in their hand. */
import { steadyNow } from '../../state/steady-clock.ts'

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** The clock that people and programs set, where it is another one. */
  settable?(): number
  /** Runs once after so many milliseconds, unless what it returns is called before. */
  after(milliseconds: number, run: () => void): () => void
}

export const SYSTEM_CLOCK: Clock = {
  now: steadyNow,
  settable: Date.now,
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds)
    return () => clearTimeout(timer)
  },
}

/** Resolves after the time, or as soon as the signal is aborted. */
export function sleep(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || milliseconds <= 0) return resolve()
    const end = () => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.after(milliseconds, end)
    signal.addEventListener('abort', end)
  })
}

const FIRST_MS = 1_000
const MOST_MS = 60_000
const JITTER = 0.25

/**
 * How long to wait after so many tries that failed before: a second, doubled each time, up to a minute, and up to a
 * quarter more, so that what failed together does not come again together. `chance`: 0 to 1.
 */
export function backOff(attempts: number, chance: number = Math.random()): number {
  return Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempts, 10)) * (1 + JITTER * chance)
}
