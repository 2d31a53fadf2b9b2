/** The search of the library: what is typed is found at once and goes into the address a moment later. */
import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { QUESTION_BOX } from '../shell/shortcuts.tsx'
import { useDocumentsWords } from './words.ts'

const SETTLED_MS = 250

/** What is typed, before it is in the address; an address changed elsewhere comes back into the box. */
export function useTypedSearch(q: string, onSettled: (q: string) => void) {
  const [typed, setTyped] = useState(q)
  const told = useRef(q)
  const tell = useRef(onSettled)
  tell.current = onSettled
  useEffect(() => {
    if (q === told.current) return
    told.current = q
    setTyped(q)
  }, [q])
  useEffect(() => {
    const settled = typed.trim()
    if (settled === told.current) return undefined
    const timer = setTimeout(() => {
      told.current = settled
      tell.current(settled)
    }, SETTLED_MS)
    return () => clearTimeout(timer)
  }, [typed])
  return [typed, setTyped] as const
}

interface SearchBoxProps {
  readonly typed: string
  onType(typed: string): void
}

export function SearchBox({ typed, onType }: SearchBoxProps) {
  const words = useDocumentsWords()
  const box = useRef<HTMLInputElement>(null)
  return (
    <div className="search" role="search">
      <Search size={17} aria-hidden />
      <input
        ref={box}
        id={QUESTION_BOX}
        className="field"
        type="text"
        enterKeyHint="search"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        placeholder={words.search}
        aria-label={words.search}
        onChange={({ target }) => onType(target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || typed === '') return
          event.preventDefault()
          onType('')
        }}
      />
      {typed !== '' && (
        <button
          type="button"
          className="icon-button small"
          aria-label={words.clearSearch}
          title={words.clearSearch}
          onClick={() => {
            onType('')
            box.current?.focus()
          }}
        >
          <X size={16} aria-hidden />
        </button>
      )}
    </div>
  )
}
