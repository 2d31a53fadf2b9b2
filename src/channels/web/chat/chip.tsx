/** The number of a citation in the text: a card on hover or focus, the reader on a click. Plain until its source is known. */
import { autoUpdate, flip, FloatingPortal, offset, shift, useDismiss, useFloating, useFocus, useHover, useInteractions, useRole } from '@floating-ui/react'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { placeWords } from '../../render.ts'
import type { Citation, CitationChange } from '../../../types.ts'
import { besideAt, chipId } from './places.ts'
import { CitationCard } from './citation-card.tsx'
import { useChatWords } from './words.ts'

interface ChipProps {
  readonly n: number
  readonly exchangeId: string
  readonly citation: Citation | undefined
  readonly change: CitationChange | undefined
  /** Its first place in the answer: the one a reader goes back to. */
  readonly isFirst: boolean
}

export function Chip({ n, citation, ...others }: ChipProps) {
  const words = useChatWords()
  if (!citation) return <span className="chip" aria-label={words.pendingSource(n)} role="img">{n}</span>
  return <KnownChip {...others} citation={citation} />
}

function KnownChip({ citation, change, exchangeId, isFirst }: Omit<ChipProps, 'n' | 'citation'> & { readonly citation: Citation }) {
  const words = useChatWords()
  const { at } = useSearch({ from: '__root__' })
  const [isOpen, setOpen] = useState(false)
  const { refs, floatingStyles, context } = useFloating({
    open: isOpen,
    onOpenChange: setOpen,
    placement: 'top',
    middleware: [offset(6), flip({ padding: 8 }), shift({ padding: 8 })],
    whileElementsMounted: autoUpdate,
  })
  const { getReferenceProps, getFloatingProps } = useInteractions([
    useHover(context, { delay: { open: 180, close: 60 }, move: false }),
    useFocus(context),
    useDismiss(context),
    useRole(context, { role: 'tooltip' }),
  ])
  const { n, url } = citation
  return (
    <>
      <Link
        to="."
        search={besideAt(url, exchangeId, n)}
        resetScroll={false}
        ref={refs.setReference}
        {...(isFirst && { id: chipId(exchangeId, n) })}
        className={change ? 'chip stale' : 'chip'}
        aria-label={words.openSource(n, placeWords(citation))}
        aria-current={at === `${exchangeId}.${n}` ? 'true' : undefined}
        {...getReferenceProps()}
      >
        {n}
      </Link>
      {isOpen && (
        <FloatingPortal>
          <div ref={refs.setFloating} className="floating citation-card" style={floatingStyles} {...getFloatingProps()}>
            <CitationCard citation={citation} change={change} />
          </div>
        </FloatingPortal>
      )}
    </>
  )
}
