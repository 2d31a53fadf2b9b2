/**
 * Running heads 页眉, running feet 页脚 and page numbers 页码, told from the rows of a document.
 *
 * Only the outermost rows of a page are judged, from the edge inwards, up to the first one that stays. A row goes when
 * the same words, figures aside, stand at the same height on most pages or on three pages in a row (of one side,
 * where left and right pages differ) and are no sentence, or when it is a page number that counts with the pages.
 */
import type { DroppedLine } from '../types.ts'
import { SENTENCE_END } from './line-kinds.ts'
import { wordsOf } from './pdf-rows.ts'
import type { Row } from './pdf-rows.ts'

export interface Edges {
  /** The rows of each page that stay. */
  readonly kept: readonly (readonly Row[])[]
  readonly dropped: readonly DroppedLine[]
}

type Side = 'head' | 'foot'
type Reason = 'running-head' | 'running-foot' | 'page-number'

/** Rows judged at each edge of a page. */
const MOST_ROWS = 4
/** Points by which a height may differ. */
const SAME_HEIGHT = 4

interface EdgeRow {
  readonly page: number
  readonly side: Side
  readonly row: Row
  readonly words: string
  /** The words without blanks and figures. */
  readonly key: string
}

/** @param pages the rows of each page, from the top down */
export function edgesOf(pages: readonly (readonly Row[])[]): Edges {
  const reasons = new Map<Row, { readonly reason: Reason; readonly page: number; readonly words: string }>()
  for (const side of ['head', 'foot'] as const) {
    // From the edge inwards: what stands behind a dropped row is at the edge then.
    for (let depth = 0; depth < MOST_ROWS; depth++) {
      const outermost = pages.flatMap((rows, at): EdgeRow[] => {
        const left = rows.filter((row) => !reasons.has(row))
        const row = side === 'head' ? left[0] : left.at(-1)
        return row ? [edgeRow(row, at + 1, side)] : []
      })
      const found = droppable(outermost, pages.length)
      if (found.size === 0) break
      for (const [{ row, page, words }, reason] of found) reasons.set(row, { reason, page, words })
    }
  }
  const dropped = pages.flatMap((rows) =>
    rows.flatMap((row, at): DroppedLine[] => {
      const why = reasons.get(row)
      return why ? [{ line: at + 1, page: why.page, text: why.words, reason: why.reason }] : []
    }),
  )
  const order: readonly DroppedLine['reason'][] = ['running-head', 'running-foot', 'page-number']
  return {
    kept: pages.map((rows) => rows.filter((row) => !reasons.has(row))),
    dropped: dropped.toSorted((a, b) => order.indexOf(a.reason) - order.indexOf(b.reason)),
  }
}

function edgeRow(row: Row, page: number, side: Side): EdgeRow {
  const words = wordsOf(row)
  return { page, side, row, words, key: words.replace(/[\s\u3000]/g, '').replace(/[0-9０-９]+/g, '#') }
}

function droppable(rows: readonly EdgeRow[], pageCount: number): Map<EdgeRow, Reason> {
  const found = new Map<EdgeRow, Reason>()
  for (const row of countingRows(rows, pageCount)) found.set(row, 'page-number')
  for (const same of sameRows(rows.filter((row) => !found.has(row) && !SENTENCE_END.test(row.words)))) {
    if (!isRunning(same.map(({ page }) => page), pageCount)) continue
    for (const row of same) found.set(row, pageNumber(row.words) === undefined ? `running-${row.side}` : 'page-number')
  }
  return found
}

/** Rows of the same words at the same height. */
function sameRows(rows: readonly EdgeRow[]): EdgeRow[][] {
  const groups: EdgeRow[][] = []
  const byKey = new Map<string, EdgeRow[][]>()
  for (const row of rows) {
    const known = byKey.get(row.key) ?? []
    const group = known.find(([first]) => first && Math.abs(first.row.y - row.row.y) <= SAME_HEIGHT)
    if (group) group.push(row)
    else {
      const fresh = [row]
      groups.push(fresh)
      byKey.set(row.key, [...known, fresh])
    }
  }
  return groups
}

/** On more than half of the pages, or on three pages of one kind in a row: all, left or right ones. */
function isRunning(pages: readonly number[], pageCount: number): boolean {
  if (pages.length < 2) return false
  if (pages.length > pageCount / 2) return true
  const on = new Set(pages)
  return pages.some((page) => [1, 2].some((step) => on.has(page + step) && on.has(page + 2 * step)))
}

// ── page numbers ────────────────────────────────────────────────────────────────────────────────────────────

const DASHES = '[-—–－―─~·•|]{0,3}'
const NUMBER_FORMS = [
  new RegExp(`^(${DASHES})([0-9]{1,5})${DASHES}$`),
  /^()第?([0-9]{1,5})页$/,
  /^()第([0-9]{1,5})页[,，/]?[(（]?共[0-9]{1,5}页[)）]?$/,
  /^()([0-9]{1,5})(?:\/|of)[0-9]{1,5}$/i,
  /^()(?:page|p\.?)([0-9]{1,5})(?:(?:of|\/)[0-9]{1,5})?$/i,
]

/**
 * The page that a row of nothing but a page number names; `isBare` where only figures stand there.
 * @example pageNumber('— 3 —') // { value: 3, isBare: false }
 */
export function pageNumber(words: string): { readonly value: number; readonly isBare: boolean } | undefined {
  const compact = words.normalize('NFKC').replace(/\s/g, '')
  for (const [index, form] of NUMBER_FORMS.entries()) {
    const match = form.exec(compact)
    if (match) return { value: Number(match[2]), isBare: index === 0 && match[0] === match[2] }
  }
  return undefined
}

/** Page numbers that grow by one with each page, on two pages at least; in a file of one page only 第1页 and the like. */
function countingRows(rows: readonly EdgeRow[], pageCount: number): EdgeRow[] {
  const byOffset = new Map<number, EdgeRow[]>()
  for (const row of rows) {
    const number = pageNumber(row.words)
    if (!number || (pageCount === 1 && (number.isBare || number.value !== 1))) continue
    const offset = number.value - row.page
    byOffset.set(offset, [...(byOffset.get(offset) ?? []), row])
  }
  return [...byOffset.values()].filter((same) => same.length >= 2 || pageCount === 1).flat()
}
