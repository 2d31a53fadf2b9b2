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

/**
 * Where the right one of two columns begins; undefined on a page of one column. The lines of columns need not stand on
 * common baselines, so the strip between them is looked for in the stretches of all rows.
 */
function gutterOf(rows: readonly Row[]): number | undefined {
  if (rows.length < FEWEST_ROWS) return undefined
  const stretches = rows.flatMap((row) => stretchesOf(row, 1))
  const size = commonest(stretches.map((one) => [one.size, one.pieces.length]))
  const begins = new Map<number, number>()
  for (const { x } of stretches) begins.set(Math.floor(x), (begins.get(Math.floor(x)) ?? 0) + 1)
  let best: { readonly at: number; readonly count: number } | undefined
  for (const [at, lines] of begins) {
    if (lines < 2) continue
    const left = stretches.filter((one) => one.end <= at)
    const right = stretches.filter((one) => one.x >= at)
    const count = left.length + right.length
    if (Math.min(left.length, right.length) < FEWEST_ROWS || count <= (best?.count ?? 0)) continue
    if (isProse(left, size) && isProse(right, size) && standBeside(left, right)) best = { at, count }
  }
  return best && best.at - 0.01
}

/** Do they share most of the height of the shorter one? */
function standBeside(left: readonly Row[], right: readonly Row[]): boolean {
  const [a, b] = [left, right].map((rows) => rows.map((row) => row.y)).map((ys) => [Math.min(...ys), Math.max(...ys)])
  const [[topA = 0, endA = 0] = [], [topB = 0, endB = 0] = []] = [a, b]
  return Math.min(endA, endB) - Math.max(topA, topB) > 0.5 * Math.min(endA - topA, endB - topB)
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
