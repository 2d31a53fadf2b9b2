/** Rows of a page → its lines in reading order: a page set in columns 分栏 is read column by column. */
import { commonest, rowOf, stretchesOf, wordsOf } from './pdf-rows.ts'
import type { Row } from './pdf-rows.ts'

export interface Line {
  readonly words: string
  /** 1-based. */
  readonly page: number
  readonly x: number
  readonly end: number
  readonly y: number
  readonly size: number
  /** Which column: '' across the page, 'l' and 'r' for two, 'rl' for the left half of the right one. */
  readonly column: string
  /** Cells of a table or entries of a contents list: gaps that prose does not have. */
  readonly isRow: boolean
}

/** Columns are at least this wide, in characters; the cells of a table often are not. */
const NARROWEST_COLUMN = 8
const FEWEST_ROWS = 5
/** Of prose set in columns, at least this share of the lines fill most of theirs. */
const FULL_SHARE = 0.5
const FULL = 0.85

/** @param rows of one page, from the top down */
export function linesOfPage(rows: readonly Row[], page: number, column = ''): Line[] {
  const gutter = gutterOf(rows)
  if (gutter === undefined) return rows.map((row) => lineOf(row, page, column))
  const lines: Line[] = []
  let band: Row[] = []
  const flush = () => {
    for (const side of ['l', 'r'] as const) {
      const half = band.flatMap((row) => {
        const pieces = row.pieces.filter((piece) => piece.x < gutter === (side === 'l'))
        return pieces.length > 0 ? [rowOf(pieces)] : []
      })
      lines.push(...linesOfPage(half, page, column + side))
    }
    band = []
  }
  for (const row of rows) {
    if (stretchesOf(row, 1).some((stretch) => stretch.x < gutter && stretch.end > gutter)) {
      flush()
      lines.push(lineOf(row, page, column))
    } else band.push(row)
  }
  flush()
  return lines
}

/** Where the blank strip between two columns stands; undefined on a page of one column. */
function gutterOf(rows: readonly Row[]): number | undefined {
  if (rows.length < FEWEST_ROWS) return undefined
  const size = commonest(rows.map((row) => [row.size, row.pieces.length]))
  const gaps = rows.flatMap((row) => {
    const stretches = stretchesOf(row, 1)
    return stretches.slice(1).map((next, at) => ({ row, from: stretches[at]?.end ?? 0, to: next.x }))
  })
  // The place that the most gaps share is looked for in the middle of each gap.
  let best: { readonly at: number; readonly count: number } = { at: 0, count: 0 }
  for (const at of new Set(gaps.map(({ from, to }) => Math.round((from + to) / 2)))) {
    const count = new Set(gaps.filter(({ from, to }) => from < at && at < to).map(({ row }) => row)).size
    if (count > best.count) best = { at, count }
  }
  if (best.count < FEWEST_ROWS) return undefined
  const split = gaps.filter(({ from, to }) => from < best.at && best.at < to).map(({ row }) => row)
  const halves = [true, false].map((isLeft) =>
    split.map((row) => rowOf(row.pieces.filter((piece) => piece.x < best.at === isLeft))),
  )
  return halves.every((half) => isProse(half, size)) ? best.at : undefined
}

/** Wide enough, and mostly full lines. */
function isProse(rows: readonly Row[], size: number): boolean {
  const left = Math.min(...rows.map((row) => row.x))
  const width = Math.max(...rows.map((row) => row.end)) - left
  const full = rows.filter((row) => row.end - left >= FULL * width && row.end - row.x >= 0.6 * width)
  return width >= NARROWEST_COLUMN * size && full.length >= FULL_SHARE * rows.length
}

const LEADERS = /(?:[.．。·…⋯‥﹒]\s?){4,}\s*[0-9０-９]{0,4}$/

function lineOf(row: Row, page: number, column: string): Line {
  const words = wordsOf(row)
  const stretches = stretchesOf(row, 1.8)
  const isTable = stretches.length > 2 || (stretches.length === 2 && stretchesOf(row, 3.5).length > 1)
  const { x, end, y, size } = row
  return { words, page, x, end, y, size, column, isRow: isTable || LEADERS.test(words) }
}
