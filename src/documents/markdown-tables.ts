/** Markdown text → the same text with its tables told row by row (tables.ts); every other line stays as received. */
import { linesOf } from './lines.ts'
import type { Line } from './lines.ts'
import { tableLines } from './tables.ts'
import type { TableRow } from './tables.ts'

/** An opening or closing line of fenced code. */
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/
const DELIMITER = /^:?-+:?$/
/** Four blanks or a tab before it make a line code. */
const INDENTED = /^(?: {4}| {0,3}\t)/
/** What ends a table besides a blank line: a heading, a quotation, a rule, a list item without bars. */
const OTHER_BLOCK = /^ {0,3}(?:#{1,6}(?:\s|$)|>|(?:[-*_]\s*){3,}$|<)/

/**
 * Tables are those of GitHub: a line with bars, a line of dashes with as many cells, rows up to a blank line.
 * @example tellTables('|级别|补贴|\n|---|---|\n|A类|5万元|\n') // '级别：A类，补贴：5万元。\n'
 */
export function tellTables(text: string): string {
  const lines = linesOf(text)
  let told = ''
  let kept = 0 // offset up to which `text` is in `told`
  let fence: string | undefined
  for (let at = 0; at < lines.length; at++) {
    const words = wordsOf(text, lines[at])
    fence = fenceAfter(fence, words)
    const count = fence === undefined ? tableLength(text, lines, at) : 0
    const [first, last] = [lines[at], lines[at + count - 1]]
    if (count === 0 || !first || !last) continue
    told += text.slice(kept, first.start) + tableText(text, lines.slice(at, at + count))
    kept = last.wordsEnd
    at += count - 1
  }
  return kept === 0 ? text : told + text.slice(kept)
}

const wordsOf = (text: string, line: Line | undefined): string => (line ? text.slice(line.start, line.wordsEnd) : '')

/** The fence that is open after a line. */
function fenceAfter(open: string | undefined, words: string): string | undefined {
  const [, marks = '', rest = ''] = FENCE.exec(words) ?? []
  if (marks === '') return open
  if (open === undefined) return marks.startsWith('`') && rest.includes('`') ? undefined : marks
  return marks.startsWith(open) && rest.trim() === '' ? undefined : open
}

/** How many lines the table has that begins at a line; 0 for none. */
function tableLength(text: string, lines: readonly Line[], at: number): number {
  const header = wordsOf(text, lines[at])
  const delimiter = wordsOf(text, lines[at + 1])
  if (INDENTED.test(header) || !header.includes('|') || !/^[\s|:-]*-[\s|:-]*$/.test(delimiter)) return 0
  const dashes = cellsOf(delimiter)
  if (!dashes.every((cell) => DELIMITER.test(cell)) || dashes.length !== cellsOf(header).length) return 0
  let end = at + 2
  while (end < lines.length && isRow(wordsOf(text, lines[end]))) end++
  return end - at
}

const isRow = (words: string): boolean =>
  words.trim() !== '' && words.includes('|') && !FENCE.test(words) && !OTHER_BLOCK.test(words)

/** The lines of a table, with the line end of its first line between them and none after the last. */
function tableText(text: string, lines: readonly Line[]): string {
  const [header, , ...rows] = lines.map((line) => cellsOf(wordsOf(text, line)))
  const width = header?.length ?? 0
  const row = (cells: readonly string[], isHeader: boolean): TableRow => ({
    header: isHeader,
    cells: withWidth(cells, width).map((words) => ({ lines: linesIn(words), columns: 1, rows: 1, header: isHeader })),
  })
  const lineEnd = lines[0] ? text.slice(lines[0].wordsEnd, lines[0].end) : '\n'
  return tableLines([row(header ?? [], true), ...rows.map((cells) => row(cells, false))]).join(lineEnd)
}

const linesIn = (words: string): readonly string[] =>
  words.split(/<br\s{0,9}\/?>/i).map((line) => line.trim()).filter((line) => line !== '')

/** As many cells as the header has: what stands beyond them belongs to the last one. */
function withWidth(cells: readonly string[], width: number): readonly string[] {
  return cells.length <= width ? cells : [...cells.slice(0, width - 1), cells.slice(width - 1).join(' ')]
}

/** The cells of a line; `\|` is a bar in a cell. */
function cellsOf(line: string): string[] {
  const inner = line.trim().replace(/^\|/, '')
  const cells = inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'))
  return cells.length > 1 && cells.at(-1) === '' ? cells.slice(0, -1) : cells
}
