/** Says to whoever listens with a screen reader what others see happen. */
import { useSyncExternalStore } from 'react'

let said = ''
const listeners = new Set<() => void>()

export function announce(words: string): void {
  said = words
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Announcer() {
  const words = useSyncExternalStore(subscribe, () => said)
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {words}
    </div>
  )
}
