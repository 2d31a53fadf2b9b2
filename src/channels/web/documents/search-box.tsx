/** The search of the library. */
import { Search, X } from 'lucide-react'
import { useRef } from 'react'
import { QUESTION_BOX } from '../shell/shortcuts.tsx'
import { useDocumentsWords } from './words.ts'

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
