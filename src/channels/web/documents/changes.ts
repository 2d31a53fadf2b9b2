/** What this page changed about the library and waits to see: the round of indexing that follows, and the rows it touches. */
import { useSyncExternalStore } from 'react'
import { signal } from '../ui/signal.ts'

interface Changes {
  /** A round was asked for and has not been seen to end. */
  readonly isAwaited: boolean
  /** When the last round had ended before. */
  readonly before?: string
  /** Rows to be marked: ids, and sources of uploads. */
  readonly fresh: ReadonlySet<string>
  /** Ids of rows that are removed and still in the index. */
  readonly leaving: ReadonlySet<string>
}

const changes = signal<Changes>({ isAwaited: false, fresh: new Set(), leaving: new Set() })

/** After this long without one, no round is waited for any more. */
const LONGEST_MS = 60_000
const MARKED_MS = 90_000
let givingUp: ReturnType<typeof setTimeout> | undefined

const set = (next: Partial<Changes>): void => changes.set({ ...changes.get(), ...next })

export const useChanges = (): Changes => useSyncExternalStore(changes.subscribe, changes.get)

/** `lastIndexedAt`: as the server said before the change was sent. */
export function awaitRound(lastIndexedAt: string | undefined): void {
  clearTimeout(givingUp)
  givingUp = setTimeout(() => set({ isAwaited: false }), LONGEST_MS)
  const { before: _before, ...others } = changes.get()
  changes.set({ ...others, isAwaited: true, ...(lastIndexedAt !== undefined && { before: lastIndexedAt }) })
}

export function roundIsOver(): void {
  clearTimeout(givingUp)
  set({ isAwaited: false })
}

export const mark = (row: string): void => set({ fresh: new Set([...changes.get().fresh, row]) })
/** The mark goes some time after the row was there to be seen. */
export function fade(rows: readonly string[]): ReturnType<typeof setTimeout> {
  return setTimeout(() => set({ fresh: new Set([...changes.get().fresh].filter((row) => !rows.includes(row))) }), MARKED_MS)
}

export const leave = (id: string): void => set({ leaving: new Set([...changes.get().leaving, id]) })
export const stay = (id?: string): void => set({ leaving: id === undefined ? new Set() : new Set([...changes.get().leaving].filter((one) => one !== id)) })
