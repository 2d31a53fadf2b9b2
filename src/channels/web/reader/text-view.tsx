/** The text as it is stored: every line a paragraph, the cited words marked and scrolled to the middle. */
import { memo, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, type Ref } from 'react'
import { flushSync } from 'react-dom'
import type { Span } from '../../../types.ts'
import { blockAt, blocksOf } from './lines.ts'
import { nearnessIn, NearnessContext } from './nearness.ts'
import { within, type Folio } from './pieces.ts'
import { bringToMiddle, keepInMiddle } from './scroll.ts'
import { SelectionCopy } from './selection-copy.tsx'
import { TextBlock, type TextFrame } from './text-block.tsx'

export interface TextHandle {
  /** Scrolls to the marked words again. */
  reveal(): void
}

interface TextViewProps {
  readonly frame: TextFrame
  readonly label: string
  readonly pages: readonly number[] | undefined
  readonly marked: Span | undefined
  readonly hits: readonly Span[]
  readonly current: Span | undefined
  readonly handle: Ref<TextHandle>
}

const BLOCKS_AROUND = 2

/** Drawn again only when what it shows changes: it may be thousands of blocks. */
export const TextView = memo(function TextView({ frame, label, pages, marked, hits, current, handle }: TextViewProps) {
  const box = useRef<HTMLDivElement>(null)
  const nearness = useMemo(() => nearnessIn(() => box.current), [])
  const [isPrinting, setPrinting] = useState(false)
  const { text } = frame
  const blocks = useMemo(() => blocksOf(text), [text])
  const folios = useMemo((): readonly Folio[] => (pages ?? []).map((start, at) => ({ start, page: at + 1 })), [pages])
  const foliosOf = useMemo(() => blocks.map(({ start, end }) => folios.filter((folio) => folio.start >= start && folio.start < end)), [blocks, folios])
  useColumns(box)
  usePrinting(setPrinting)
  useEffect(() => () => nearness.end(), [nearness])

  const reveal = useMemo(() => () => revealMark(box.current!), [])
  useImperativeHandle(handle, () => ({ reveal }), [reveal])
  useLayoutEffect(() => keepInMiddle(box.current!, 'mark[data-first]'), [marked?.start, marked?.end])
  useEffect(() => focusText(box.current!), [marked?.start, marked?.end])
  useLayoutEffect(() => {
    if (current) bringToMiddle(box.current!, 'mark.hit.current')
  }, [current])

  const first = blockAt(blocks, marked?.start ?? 0)
  const last = blockAt(blocks, marked ? Math.max(marked.start, marked.end - 1) : 0)
  const looked = current && blockAt(blocks, current.start)
  const isNear = (at: number) => isPrinting || (at >= first - BLOCKS_AROUND && at <= last + BLOCKS_AROUND) || at === looked
  return (
    <div className="text-scroll" ref={box} role="region" aria-label={label} tabIndex={0}>
      <div className="text" lang="zh-CN">
        <NearnessContext value={nearness}>
          {blocks.map((block, at) => (
            <TextBlock
              key={block.start}
              frame={frame}
              block={block}
              folios={foliosOf[at]!}
              hits={within(hits, block)}
              marked={reaches(marked, block) ? marked : undefined}
              current={reaches(current, block) ? current : undefined}
              isNear={isNear(at)}
            />
          ))}
        </NearnessContext>
      </div>
      <SelectionCopy box={box} onCopy={frame.copyWords} />
    </div>
  )
})

const reaches = (span: Span | undefined, { start, end }: Span) => span !== undefined && span.start < end && span.end > start

function revealMark(box: HTMLElement): void {
  bringToMiddle(box, 'mark[data-first]')
  focusText(box)
}

/** A screen reader reads on from here; whoever is going through the citations by their buttons stays at these. */
function focusText(box: HTMLElement): void {
  const reader = box.closest('.reader')
  if (reader?.querySelector('.tour')?.contains(document.activeElement)) return
  const isPage = reader?.getAttribute('data-variant') === 'page'
  const mark = box.querySelector<HTMLElement>('mark[data-first]')
  const goal = mark ?? (isPage ? undefined : reader?.querySelector<HTMLElement>('.reader-title'))
  goal?.focus({ preventScroll: true })
}

/** How many characters a line holds, for the guess at how high blocks are that were never drawn. */
function useColumns(box: React.RefObject<HTMLDivElement | null>): void {
  useLayoutEffect(() => {
    const text = box.current!.querySelector<HTMLElement>('.text')!
    const measure = () => {
      const size = Number.parseFloat(getComputedStyle(text).fontSize)
      const line = text.querySelector('p')?.clientWidth ?? text.clientWidth
      text.style.setProperty('--columns', String(Math.max(8, Math.floor(line / size))))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(text)
    return () => observer.disconnect()
  }, [box])
}

/** On paper every line is drawn as one. */
function usePrinting(setPrinting: (isPrinting: boolean) => void): void {
  useEffect(() => {
    const before = () => flushSync(() => setPrinting(true))
    const after = () => setPrinting(false)
    window.addEventListener('beforeprint', before)
    window.addEventListener('afterprint', after)
    return () => {
      window.removeEventListener('beforeprint', before)
      window.removeEventListener('afterprint', after)
    }
  }, [setPrinting])
}
