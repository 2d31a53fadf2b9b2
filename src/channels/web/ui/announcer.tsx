/** Says to whoever listens with a screen reader what others see happen. */
import { useSyncExternalStore } from 'react'
import { signal } from './signal.ts'

const said = signal('')

export const announce = said.set

export function Announcer() {
  const words = useSyncExternalStore(said.subscribe, said.get)
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {words}
    </div>
  )
}
