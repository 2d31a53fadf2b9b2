/** Short messages at the foot of the page, read out by screen readers. */
import { useSyncExternalStore } from 'react'

export interface ToastMessage {
  readonly text: string
  readonly action?: { readonly label: string; onChoose(): void }
}

const SHOWN_MS = 4_000
const WITH_ACTION_MS = 10_000

let shown: readonly (ToastMessage & { readonly id: number })[] = []
let count = 0
const listeners = new Set<() => void>()

function change(next: typeof shown): void {
  shown = next
  for (const listener of listeners) listener()
}

export function toast(message: ToastMessage | string): void {
  const told = typeof message === 'string' ? { text: message } : message
  const id = ++count
  change([...shown.slice(-2), { ...told, id }])
  setTimeout(() => dismiss(id), told.action ? WITH_ACTION_MS : SHOWN_MS)
}

const dismiss = (id: number) => change(shown.filter((one) => one.id !== id))

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Toasts() {
  const messages = useSyncExternalStore(subscribe, () => shown)
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
