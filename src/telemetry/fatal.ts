/** Errors nobody caught: told and counted; what is under way ends, and the process with 1, for a supervisor to begin anew. */
import type { EventEmitter } from 'node:events'

export type FatalKind = 'uncaughtException' | 'unhandledRejection'

export interface FatalErrors {
  /** Resolves with the first; never, where there is none. */
  readonly first: Promise<void>
  readonly happened: boolean
}

/** @param process where the errors come up; for tests any emitter */
export function watchFatalErrors(
  process: Pick<EventEmitter, 'on'>,
  onError: (kind: FatalKind, error: unknown) => void,
): FatalErrors {
  const { promise, resolve } = Promise.withResolvers<void>()
  let happened = false
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(kind, (error: unknown) => {
      happened = true
      try {
        onError(kind, error)
      } finally {
        resolve()
      }
    })
  }
  return {
    first: promise,
    get happened() {
      return happened
    },
  }
}
