/** A button at selected words that copies them with where they stand. */
import { flip, offset, shift, useFloating, type VirtualElement } from '@floating-ui/react'
import { Quote } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Span } from '../../../types.ts'
import { selectedIn } from './selection.ts'
import { useReaderWords } from './words.ts'

interface SelectionCopyProps {
  readonly box: React.RefObject<HTMLElement | null>
  onCopy(selected: Span): void
}

const CALM_MS = 120

export function SelectionCopy({ box, onCopy }: SelectionCopyProps) {
  const words = useReaderWords()
  const [selected, setSelected] = useState<Span>()
  const { refs, floatingStyles, update } = useFloating({
    open: selected !== undefined,
    placement: 'top',
    strategy: 'fixed',
    middleware: [offset(8), flip({ padding: 8 }), shift({ padding: 8 })],
  })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      const selection = document.getSelection()
      const span = selection && box.current ? selectedIn(box.current, selection) : undefined
      if (span && selection) refs.setPositionReference(boxOf(selection.getRangeAt(0)))
      setSelected(span)
    }
    const later = () => {
      clearTimeout(timer)
      timer = setTimeout(look, CALM_MS)
    }
    const scroller = box.current
    document.addEventListener('selectionchange', later)
    scroller?.addEventListener('scroll', update, { passive: true })
    return () => {
      clearTimeout(timer)
      document.removeEventListener('selectionchange', later)
      scroller?.removeEventListener('scroll', update)
    }
  }, [box, refs, update])
  if (!selected) return null
  return (
    <button
      type="button"
      ref={refs.setFloating}
      style={floatingStyles}
      className="floating selection-copy"
      onPointerDown={(event) => event.preventDefault()}
      onClick={() => {
        onCopy(selected)
        document.getSelection()?.removeAllRanges()
      }}
    >
      <Quote size={15} aria-hidden />
      {words.copySelection}
    </button>
  )
}

/** The end of a selection where it is higher than the screen. */
const boxOf = (range: Range): VirtualElement => ({ getBoundingClientRect: () => range.getBoundingClientRect() })
