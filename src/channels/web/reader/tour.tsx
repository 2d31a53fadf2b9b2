/** From one citation of the answer to the next, by buttons and by [ and ]. */
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useEffect } from 'react'
import { isTyping } from '../shell/shortcuts.tsx'
import type { CitationTour } from './citations.ts'
import { useReaderWords } from './words.ts'

interface TourProps {
  readonly tour: CitationTour
  /** Scrolls to the words of the citation shown. */
  onReveal(): void
}

export function Tour({ tour, onReveal }: TourProps) {
  const words = useReaderWords()
  const { position, all, isHere, go } = tour
  useBrackets(tour)
  const isAlone = all < 2
  return (
    <div className="tour" role="group" aria-label={words.citations}>
      <button type="button" className="icon-button small" aria-label={words.previousCitation} title={words.previousCitation} disabled={isAlone} onClick={() => go(position - 1)}>
        <ChevronLeft size={18} aria-hidden />
      </button>
      <button
        type="button"
        className="tour-count"
        title={words.backToCitation}
        data-here={isHere}
        onClick={() => (isHere ? onReveal() : go(position))}
      >
        <span aria-live="polite">{words.citationOf(position, all)}</span>
      </button>
      <button type="button" className="icon-button small" aria-label={words.nextCitation} title={words.nextCitation} disabled={isAlone} onClick={() => go(position + 1)}>
        <ChevronRight size={18} aria-hidden />
      </button>
    </div>
  )
}

/** By their place on the keyboard as well: a Chinese keyboard writes 【 with the same key. */
function useBrackets({ position, go }: CitationTour): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { key, code } = event
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return
      const by = key === '[' || code === 'BracketLeft' ? -1 : key === ']' || code === 'BracketRight' ? 1 : 0
      if (by === 0) return
      event.preventDefault()
      go(position + by)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })
}
