/** One line cut where something begins or ends that is shown differently. */
import type { Span } from '../../../types.ts'
import { firstFrom } from './lines.ts'

/** What is shown at places of the text; every list sorted, without overlaps. */
export interface Shown {
  /** The words that the reader was opened at. */
  readonly marked?: Span
  /** Words that were searched for. */
  readonly hits: readonly Span[]
  /** The one of them that is looked at. */
  readonly current?: Span
  readonly folios: readonly Folio[]
}

/** A page of the file begins. */
export interface Folio {
  readonly start: number
  /** 1-based */
  readonly page: number
}

export interface Piece extends Span {
  readonly isMarked: boolean
  readonly isBold: boolean
  readonly hit?: 'hit' | 'current'
  /** A page begins before it. */
  readonly folio?: number
}

/** `lead` is how many characters at the beginning are bold. The pieces joined are exactly the line. */
export function piecesOf(line: Span, lead: number, { marked, hits, current, folios }: Shown): readonly Piece[] {
  const cuts = new Set([line.start, line.end])
  const cut = (at: number) => {
    if (at > line.start && at < line.end) cuts.add(at)
  }
  cut(line.start + lead)
  for (const span of [...(marked ? [marked] : []), ...hits]) {
    cut(span.start)
    cut(span.end)
  }
  for (const { start } of folios) cut(start)
  const edges = [...cuts].sort((a, b) => a - b)
  return edges.slice(0, -1).map((start, at) => {
    const hit = hits.find((one) => holds(one, start))
    const folio = folios.find((one) => one.start === start)?.page
    return {
      start,
      end: edges[at + 1]!,
      isMarked: marked !== undefined && holds(marked, start),
      isBold: start < line.start + lead,
      ...(hit && { hit: current && current.start === hit.start ? ('current' as const) : ('hit' as const) }),
      ...(folio !== undefined && { folio }),
    }
  })
}

/** Pieces that are all marked, or none of them. */
export type PieceRun = readonly [Piece, ...Piece[]]

export function runsOf(pieces: readonly Piece[]): readonly PieceRun[] {
  const runs: [Piece, ...Piece[]][] = []
  for (const piece of pieces) {
    const last = runs.at(-1)
    if (last?.[0].isMarked === piece.isMarked) last.push(piece)
    else runs.push([piece])
  }
  return runs
}

const holds = ({ start, end }: Span, offset: number): boolean => start <= offset && offset < end

/** The parts of a sorted list that reach into a span; the same empty list where there are none. */
export function within(sorted: readonly Span[], { start, end }: Span): readonly Span[] {
  const first = firstFrom(sorted, start)
  const from = first > 0 && sorted[first - 1]!.end > start ? first - 1 : first
  const to = firstFrom(sorted, end)
  return from < to ? sorted.slice(from, to) : NONE
}

export const NONE: readonly Span[] = []
