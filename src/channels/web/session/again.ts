/**
 * A request that was refused for want of a sign-in waits here until there is one, and is then sent again: what was
 * typed or asked meanwhile stays where it stands.
 */
import { useSyncExternalStore } from 'react'
import { signal } from '../ui/signal.ts'

const needed = signal(false)
let waiting: (() => void)[] = []
/** Questions that wait with their request: what would be lost where signing in leads away from the page. */
let questions: readonly string[] = []

/** Resolves when somebody has signed in; rejects where the request is given up meanwhile. */
export function signedIn({ signal: left, question }: { readonly signal?: AbortSignal | null | undefined; readonly question?: string } = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const onLeave = () => reject(new DOMException('', 'AbortError'))
    if (left?.aborted) return onLeave()
    left?.addEventListener('abort', onLeave, { once: true })
    waiting.push(() => {
      left?.removeEventListener('abort', onLeave)
      resolve()
    })
    if (question !== undefined) questions = [...questions, question]
    needed.set(true)
  })
}

export const useSignInNeeded = (): boolean => useSyncExternalStore(needed.subscribe, needed.get)

/** Whoever waits goes on. */
export function goOn(): void {
  const released = waiting
  waiting = []
  questions = []
  needed.set(false)
  for (const release of released) release()
}

const TYPED = 'tiaowen.typed'

/** Before the page is left for a single sign-on: what was typed, or waits to be asked, stands in the box afterwards. */
export function keepTyped(inBox: string): void {
  const typed = inBox === '' ? questions.at(-1) : inBox
  try {
    if (typed !== undefined) sessionStorage.setItem(TYPED, typed)
  } catch {
    // a browser that keeps nothing
  }
}

/** Once. */
export function takeTyped(): string {
  try {
    const typed = sessionStorage.getItem(TYPED) ?? ''
    sessionStorage.removeItem(TYPED)
    return typed
  } catch {
    return ''
  }
}
