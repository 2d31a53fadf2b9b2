/** Short messages at the foot of the page, read out by screen readers. */
import { useSyncExternalStore } from 'react'
import { signal } from './signal.ts'

export interface ToastMessage {
  readonly text: string
  readonly action?: { readonly label: string; onChoose(): void }
}

const SHOWN_MS = 4_000
const WITH_ACTION_MS = 10_000

const shown = signal<readonly (ToastMessage & { readonly id: number })[]>([])
let count = 0

export function toast(message: ToastMessage | string): void {
  const told = typeof message === 'string' ? { text: message } : message
  const id = ++count
  shown.set([...shown.get().slice(-2), { ...told, id }])
  setTimeout(() => dismiss(id), told.action ? WITH_ACTION_MS : SHOWN_MS)
}

const dismiss = (id: number) => shown.set(shown.get().filter((one) => one.id !== id))

export function Toasts() {
  const messages = useSyncExternalStore(shown.subscribe, shown.get)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {messages.map(({ id, text, action }) => (
        <div key={id} className="toast">
          <span>{text}</span>
          {action && (
            <button
              type="button"
              onClick={() => {
                dismiss(id)
                action.onChoose()
              }}
            >
              {action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  )
}
