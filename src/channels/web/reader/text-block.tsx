/** Some lines of the text: as plain words while they are far from what is seen, line by line when they come near. */
import { memo, useContext, useEffect, useRef, useState, type CSSProperties } from 'react'
import type { Span } from '../../../types.ts'
import { blankOf, leadOf, lineKind, type Beginning, type Block } from './lines.ts'
import { NearnessContext } from './nearness.ts'
import { piecesOf, runsOf, type Folio, type Piece, type PieceRun } from './pieces.ts'
import type { ReaderWords } from './words.ts'

/** What does not change while a text is open. */
export interface TextFrame {
  readonly text: string
  readonly title: string
  /** Where the lines under the title end and the body begins; 0 where nothing is known of it. */
  readonly headEnd: number
  readonly beginnings: ReadonlyMap<number, Beginning>
  readonly words: ReaderWords
  copyLink(place: Span): void
  /** Selected words with where they stand. */
  copyWords(selected: Span): void
}

interface TextBlockProps {
  readonly frame: TextFrame
  readonly block: Block
  readonly folios: readonly Folio[]
  readonly hits: readonly Span[]
  readonly marked: Span | undefined
  readonly current: Span | undefined
  /** Drawn line by line from the beginning. */
  readonly isNear: boolean
}

export const TextBlock = memo(function TextBlock({ frame, block, isNear, ...shown }: TextBlockProps) {
  const { text } = frame
  const element = useRef<HTMLDivElement>(null)
  const nearness = useContext(NearnessContext)
  const [hasComeNear, setComeNear] = useState(isNear)
  const isDrawn = hasComeNear || isNear
  useEffect(() => {
    if (isDrawn || !nearness || !element.current) return undefined
    return nearness.watch(element.current, () => setComeNear(true))
  }, [isDrawn, nearness])
  useEffect(() => {
    if (isNear) setComeNear(true)
  }, [isNear])
  const size = { '--lines': block.lines.length, '--characters': block.end - block.start } as CSSProperties
  if (!isDrawn) {
    return (
      <div ref={element} className="text-block far" style={size} data-start={block.start}>
        {text.slice(block.start, block.end)}
      </div>
    )
  }
  return (
    <div ref={element} className="text-block" style={size}>
      {block.lines.map((line) => (
        <Line key={line.start} frame={frame} line={line} {...shown} />
      ))}
    </div>
  )
})

interface LineProps extends Omit<TextBlockProps, 'block' | 'isNear'> {
  readonly line: Span
}

function Line({ frame, line, folios, hits, marked, current }: LineProps) {
  const { text, title, headEnd, beginnings } = frame
  const words = text.slice(line.start, line.end)
  const blank = blankOf(words)
  if (blank === words.length) return <p data-start={line.start}>{words}</p>
  const beginning = beginnings.get(line.start) ?? beginnings.get(line.start + blank)
  const kind = lineKind(words.slice(blank), title, line.start < headEnd, beginning)
  const lead = kind === 'plain' ? leadOf(words, beginning) : 0
  const pieces = piecesOf(line, lead, { hits, folios, ...(marked && { marked }), ...(current && { current }) })
  const isMarked = pieces.some((piece) => piece.isMarked)
  return (
    <p
      className={`line ${kind}${/^\s/.test(words) ? ' set-in' : ''}`}
      data-start={line.start}
      data-depth={kind === 'heading' ? Math.min(beginning?.depth ?? 0, 4) : undefined}
      data-marked={isMarked || undefined}
    >
      {beginning && kind !== 'title' && kind !== 'head' && <ClauseLink beginning={beginning} frame={frame} />}
      {runsOf(pieces).map((run) => (
        <Run key={run[0].start} run={run} frame={frame} isFirst={run[0].start === marked?.start} />
      ))}
    </p>
  )
}

/** Its sign is written by the style sheet: no words of the page stand among those of the text. */
function ClauseLink({ beginning: { node }, frame }: { readonly beginning: Beginning; readonly frame: TextFrame }) {
  const label = frame.words.copyLinkOf(node.spoken)
  return <button type="button" className="clause-link" aria-label={label} title={label} onClick={() => frame.copyLink(node)} />
}

interface RunProps {
  readonly run: PieceRun
  readonly frame: TextFrame
  /** Whether the marked words begin here. */
  readonly isFirst: boolean
}

/** Words that are marked, or not, from one end to the other. */
function Run({ run, frame, isFirst }: RunProps) {
  const pieces = run.map((piece) => <Words key={piece.start} piece={piece} frame={frame} />)
  if (!run[0].isMarked) return pieces
  return (
    <mark className="cited" {...(isFirst && { 'data-first': true, tabIndex: -1 })}>
      {pieces}
    </mark>
  )
}

function Words({ piece: { start, end, isBold, hit, folio }, frame }: { readonly piece: Piece; readonly frame: TextFrame }) {
  const words = frame.text.slice(start, end)
  const bold = isBold ? <b>{words}</b> : words
  return (
    <>
      {folio !== undefined && <span className="folio" data-page={frame.words.page(folio)} />}
      {hit === undefined ? bold : <mark className={`hit ${hit}`}>{bold}</mark>}
    </>
  )
}
