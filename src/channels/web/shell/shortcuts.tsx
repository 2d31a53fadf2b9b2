/** Keys that work everywhere on the page, but not while something is being typed. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { useShellWords } from './words.ts'

/** The box that `/` goes to. */
export const QUESTION_BOX = 'question'

export function useShortcuts(onHelp: () => void): void {
  const navigate = useNavigate()
  const { read } = useSearch({ from: '__root__' })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
      if (document.querySelector('dialog[open]')) return
      if (event.key === 'Escape' && read !== undefined) {
        event.preventDefault()
        void navigate({ to: '.', search: ({ read: _read, at: _at, ...rest }) => rest })
      }
      if (isTyping(event.target)) return
      const box = document.getElementById(QUESTION_BOX)
      if (event.key === '/' && box) {
        event.preventDefault()
        box.focus()
      }
      if (event.key === '?') {
        event.preventDefault()
        onHelp()
      }
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate, read, onHelp])
}

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName))

export function ShortcutsDialog({ onClose }: { onClose(): void }) {
  const words = useShellWords()
  return (
    <Dialog title={words.shortcuts} onClose={onClose}>
      <dl className="keys">
        {words.shortcutList.map(([keys, what]) => (
          <div key={keys} className="key-row">
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose}>
          {words.close}
        </button>
      </div>
    </Dialog>
  )
}
