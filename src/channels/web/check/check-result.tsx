/** What was found: counts, the draft with its marks, the list beside it; on a narrow screen one of both, and a card below. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ChevronLeft, ChevronRight, X } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState, type MouseEvent } from 'react'
import { isTyping } from '../shell/shortcuts.tsx'
import { announce } from '../ui/announcer.tsx'
import type { Checking } from './check-store.ts'
import { CheckSummaryBar } from './check-summary.tsx'
import { DraftView } from './draft-view.tsx'
import { beside, foundOf, type Found } from './found.ts'
import { FoundCard } from './found-card.tsx'
import { FoundList } from './found-list.tsx'
import { useCheckWords } from './words.ts'

const NARROW = 800

export function CheckResultView(state: Extract<Checking, { kind: 'checked' }>) {
  const { text, checked } = state
  const words = useCheckWords()
  const { item: selected, show } = useSearch({ from: '/check' })
  const found = useMemo(() => foundOf(checked), [checked])
  const shown = useMemo(() => (show === undefined ? found : found.filter(({ kind }) => kind === show)), [found, show])
  const box = useRef<HTMLDivElement>(null)
  const isNarrow = useNarrow(box)
  const [tab, setTab] = useState<'draft' | 'list'>('draft')
  const select = useSelect()
  useSteps(shown, selected, select)
  const chosen = found.find(({ id }) => id === selected)
  useEffect(() => {
    if (selected === undefined) return
    bringIntoView(`mark-${selected}`, 'center')
    bringIntoView(`found-${selected}`, 'nearest')
  }, [selected, isNarrow, tab])
  useEffect(() => {
    if (chosen) announce(`${words.kinds[chosen.kind]}，${chosen.item?.message ?? ''}`)
  }, [chosen, words])
  const onChoose = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-found]') : null
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    const id = link.dataset['found']
    select(id === selected && link.matches('.found-head') ? undefined : id)
  }
  const draft = <DraftView text={text} found={found} selected={selected} />
  const list = <FoundList found={shown} selected={selected} />
  return (
    <div className="check-result" data-narrow={isNarrow} ref={box} onClick={onChoose}>
      <CheckSummaryBar state={state} found={found} isNarrow={isNarrow} />
      {isNarrow && (
        <div className="check-tabs" role="group">
          <button type="button" aria-pressed={tab === 'draft'} onClick={() => setTab('draft')}>
            {words.draft}
          </button>
          <button type="button" aria-pressed={tab === 'list'} onClick={() => setTab('list')}>
            {words.list(shown.length)}
          </button>
        </div>
      )}
      <div className="check-panes">
        {(!isNarrow || tab === 'draft') && draft}
        {(!isNarrow || tab === 'list') && list}
      </div>
      {isNarrow && tab === 'draft' && chosen && <Sheet chosen={chosen} shown={shown} select={select} />}
    </div>
  )
}

interface SheetProps {
  readonly chosen: Found
  readonly shown: readonly Found[]
  readonly select: (id: string | undefined) => void
}

/** The card of the chosen place, over the foot of the draft. */
function Sheet({ chosen, shown, select }: SheetProps) {
  const words = useCheckWords()
  return (
    <section className="check-sheet" aria-label={words.kinds[chosen.kind]}>
      <div className="sheet-tools">
        <button type="button" className="icon-button" aria-label={words.previous} onClick={() => select(beside(shown, chosen.id, -1)?.id)}>
          <ChevronLeft size={20} aria-hidden />
        </button>
        <button type="button" className="icon-button" aria-label={words.next} onClick={() => select(beside(shown, chosen.id, 1)?.id)}>
          <ChevronRight size={20} aria-hidden />
        </button>
        <span className="grow" />
        <button type="button" className="icon-button" aria-label={words.close} onClick={() => select(undefined)}>
          <X size={20} aria-hidden />
        </button>
      </div>
      <FoundCard found={chosen} withHead />
    </section>
  )
}

/** Chooses a place by the address of the page; `undefined` chooses none. */
function useSelect(): (id: string | undefined) => void {
  const navigate = useNavigate({ from: '/check' })
  return useCallback(
    (id) => void navigate({ search: ({ item: _item, ...kept }) => ({ ...kept, ...(id !== undefined && { item: id }) }), replace: true, resetScroll: false }),
    [navigate],
  )
}

/** J and K: to the next place and the one before. */
function useSteps(shown: readonly Found[], selected: string | undefined, select: (id: string | undefined) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { key } = event
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return
      const by = key === 'j' || key === 'J' ? 1 : key === 'k' || key === 'K' ? -1 : 0
      if (by === 0 || shown.length === 0) return
      event.preventDefault()
      select(beside(shown, selected, by)?.id)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [shown, selected, select])
}

function useNarrow(box: React.RefObject<HTMLElement | null>): boolean {
  const [isNarrow, setNarrow] = useState(() => window.innerWidth < NARROW)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => setNarrow((entry?.contentRect.width ?? NARROW) < NARROW))
    observer.observe(element)
    return () => observer.disconnect()
  }, [box])
  return isNarrow
}

function bringIntoView(id: string, block: ScrollLogicalPosition): void {
  document.getElementById(id)?.scrollIntoView({ block, behavior: 'instant' })
}
