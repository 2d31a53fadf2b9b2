/** The outline of the text as a tree; only the rows that are seen are drawn. */
import { ChevronRight } from 'lucide-react'
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react'
import type { OutlineNode } from '../../wire.ts'
import { openAtFirst, rowsOf, rowWords, type OutlineRow, type RowWords } from './outline-rows.ts'
import { useReaderWords } from './words.ts'

interface OutlineTreeProps {
  readonly text: string
  readonly outline: readonly OutlineNode[]
  /** The nodes around the marked words, outermost first. */
  readonly lineage: readonly OutlineNode[]
  /** It has just been opened by hand. */
  readonly isFocused?: boolean
  onChoose(node: OutlineNode): void
}

const MARGIN_ROWS = 12

export function OutlineTree({ text, outline, lineage, isFocused = false, onChoose }: OutlineTreeProps) {
  const words = useReaderWords()
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState<ReadonlySet<OutlineNode>>(() => new Set([...openAtFirst(outline), ...lineage.slice(0, -1)]))
  const rows = useMemo(() => rowsOf(outline, open), [outline, open])
  const here = lineage.at(-1)
  const hereAt = useMemo(() => rows.findIndex(({ node }) => node === here), [rows, here])
  const [active, setActive] = useState(Math.max(0, hereAt))
  const { first, last, height, showRow } = useWindow(box, rows.length)

  useEffect(() => setOpen((before) => new Set([...before, ...lineage.slice(0, -1)])), [lineage])
  const isShown = hereAt >= 0
  useLayoutEffect(() => {
    if (!isShown) return
    setActive(hereAt)
    showRow(hereAt, 'middle')
    // where the place is, and not which rows are open around it
  }, [here, isShown])
  useEffect(() => {
    if (isFocused) box.current?.focus({ preventScroll: true })
  }, [isFocused])

  const setRowOpen = (row: OutlineRow, isOpen: boolean) =>
    setOpen((before) => {
      const after = new Set(before)
      if (isOpen) after.add(row.node)
      else after.delete(row.node)
      return after
    })
  const move = (to: number) => {
    const at = Math.min(Math.max(0, to), rows.length - 1)
    setActive(at)
    showRow(at, 'nearest')
  }
  const onKey = (event: KeyboardEvent) => {
    const row = rows[active]
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return
    const act = actions[event.key]
    if (!act) return
    event.preventDefault()
    act(row)
  }
  const actions: Readonly<Record<string, (row: OutlineRow) => void>> = {
    ArrowDown: () => move(active + 1),
    ArrowUp: () => move(active - 1),
    Home: () => move(0),
    End: () => move(rows.length - 1),
    PageDown: () => move(active + 10),
    PageUp: () => move(active - 10),
    ArrowRight: (row) => (row.isOpen === false ? setRowOpen(row, true) : row.isOpen && move(active + 1)),
    ArrowLeft: (row) => (row.isOpen ? setRowOpen(row, false) : move(rows.findIndex(({ node }) => node === row.outer))),
    Enter: (row) => onChoose(row.node),
    ' ': (row) => onChoose(row.node),
  }
  const isActiveDrawn = active >= first && active < last
  return (
    <div
      ref={box}
      className="outline-tree"
      role="tree"
      aria-label={words.outline}
      tabIndex={0}
      aria-activedescendant={isActiveDrawn ? `${id}-${active}` : undefined}
      onKeyDown={onKey}
    >
      <div className="outline-rows" role="presentation" style={{ height: rows.length * height }}>
        {rows.slice(first, last).map((row, at) => (
          <Row
            key={`${row.node.start}.${row.level}`}
            id={`${id}-${first + at}`}
            row={row}
            words={rowWords(text, row)}
            top={(first + at) * height}
            isHere={row.node === here}
            isAround={row.node !== here && lineage.includes(row.node)}
            isActive={first + at === active}
            onToggle={() => setRowOpen(row, !row.isOpen)}
            onChoose={() => {
              setActive(first + at)
              onChoose(row.node)
            }}
          />
        ))}
      </div>
    </div>
  )
}

interface RowProps {
  readonly id: string
  readonly row: OutlineRow
  readonly words: RowWords
  readonly top: number
  readonly isHere: boolean
  readonly isAround: boolean
  readonly isActive: boolean
  onToggle(): void
  onChoose(): void
}

function Row({ id, row, words: { label, about }, top, isHere, isAround, isActive, onToggle, onChoose }: RowProps) {
  const { node, level, position, siblings, isOpen } = row
  return (
    <div
      id={id}
      role="treeitem"
      className="outline-row"
      style={{ top, '--level': level } as CSSProperties}
      aria-level={level}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-expanded={isOpen}
      aria-current={isHere ? 'location' : undefined}
      aria-selected={isHere}
      data-around={isAround || undefined}
      data-active={isActive || undefined}
      title={about === '' ? node.spoken : `${node.spoken} ${about}`}
      onClick={onChoose}
    >
      <span
        className="outline-toggle"
        aria-hidden
        onClick={(event) => {
          if (isOpen === undefined) return
          event.stopPropagation()
          onToggle()
        }}
      >
        {isOpen !== undefined && <ChevronRight size={15} />}
      </span>
      <span className="outline-words">
        <b>{label}</b>
        {about !== '' && <span> {about}</span>}
      </span>
    </div>
  )
}

/** Rows are of one height, larger where fingers are used: which ones are seen follows from how far it was scrolled. */
function useWindow(box: React.RefObject<HTMLDivElement | null>, count: number) {
  const [height] = useState(rowHeight)
  const [seen, setSeen] = useState({ top: 0, height: 800 })
  useLayoutEffect(() => {
    const element = box.current!
    const look = () => setSeen({ top: element.scrollTop, height: element.clientHeight })
    look()
    element.addEventListener('scroll', look, { passive: true })
    const observer = new ResizeObserver(look)
    observer.observe(element)
    return () => {
      element.removeEventListener('scroll', look)
      observer.disconnect()
    }
  }, [box])
  const first = Math.max(0, Math.floor(seen.top / height) - MARGIN_ROWS)
  const last = Math.min(count, Math.ceil((seen.top + seen.height) / height) + MARGIN_ROWS)
  const showRow = (at: number, where: 'middle' | 'nearest') => {
    const element = box.current!
    const [top, room] = [at * height, element.clientHeight]
    const isSeen = top >= element.scrollTop && top + height <= element.scrollTop + room
    if (isSeen) return
    const to = where === 'middle' ? top - (room - height) / 2 : top < element.scrollTop ? top : top + height - room
    element.scrollTop = to
  }
  return { first, last, height, showRow }
}

const ROW_REM = 2.1
const FINGER_REM = 2.75

function rowHeight(): number {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  return (matchMedia('(pointer: coarse)').matches ? FINGER_REM : ROW_REM) * rem
}
