/** Looks for words in the text that is open: how many there are, and from one to the next. */
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { Span } from '../../../types.ts'
import { hitsIn, MOST_HITS, nearestHit } from './find.ts'
import { NONE } from './pieces.ts'
import { isComposing } from '../ui/keys.ts'
import { useReaderWords } from './words.ts'

export interface Finding {
  readonly sought: string
  readonly hits: readonly Span[]
  readonly at: number
  readonly current: Span | undefined
  seek(sought: string): void
  step(by: 1 | -1): void
}

/** Starts from `from`, so that the first hit is near to what was being read. */
export function useFinding(text: string, from: number): Finding {
  const [sought, setSought] = useState('')
  const settled = useDeferredValue(sought)
  const hits = useMemo(() => (settled.trim() === '' ? NONE : hitsIn(text, settled)), [text, settled])
  const [chosen, setChosen] = useState<{ readonly hits: readonly Span[]; readonly at: number }>()
  const at = chosen?.hits === hits ? chosen.at : nearestHit(hits, from)
  return {
    sought,
    hits,
    at,
    current: hits[at],
    seek: setSought,
    step: (by) => setChosen({ hits, at: (at + by + hits.length) % Math.max(1, hits.length) }),
  }
}

export function FindBar({ finding, onClose }: { readonly finding: Finding; onClose(): void }) {
  const words = useReaderWords()
  const { sought, hits, at, seek, step } = finding
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.select(), [])
  const onKey = (event: KeyboardEvent) => {
    if (isComposing(event)) return
    if (event.key === 'Enter') {
      event.preventDefault()
      step(event.shiftKey ? -1 : 1)
    }
    if (event.key === 'Escape') {
      event.preventDefault()
      onClose()
    }
  }
  const all = hits.length === MOST_HITS ? `${MOST_HITS}+` : String(hits.length)
  const isNothing = sought.trim() !== '' && hits.length === 0
  return (
    <div className="find-bar" role="search" onKeyDown={onKey}>
      <input
        ref={input}
        autoFocus
        type="text"
        className="field"
        value={sought}
        placeholder={words.findPlaceholder}
        aria-label={words.find}
        enterKeyHint="search"
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => seek(target.value)}
      />
      <span className="find-count" role="status">
        {isNothing ? words.noHits : hits.length > 0 && words.hits(at + 1, all)}
      </span>
      <button type="button" className="icon-button small" aria-label={words.previousHit} title={words.previousHit} disabled={hits.length === 0} onClick={() => step(-1)}>
        <ChevronUp size={17} aria-hidden />
      </button>
      <button type="button" className="icon-button small" aria-label={words.nextHit} title={words.nextHit} disabled={hits.length === 0} onClick={() => step(1)}>
        <ChevronDown size={17} aria-hidden />
      </button>
      <button type="button" className="icon-button small" aria-label={words.closeFind} title={words.closeFind} onClick={onClose}>
        <X size={17} aria-hidden />
      </button>
    </div>
  )
}
