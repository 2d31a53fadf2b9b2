/**
 * Rows of a table → lines that can be read and quoted alone: each body row keeps the words of its header cells.
 *
 * - 级别｜补贴标准 over A类｜100万元 is `级别：A类，补贴标准：100万元。`: commas, because a semicolon would end the unit
 *   that is searched and quoted. Where a cell has several sentences, each further one repeats the row's key cell and
 *   its own header, so that no sentence stands without what it is about.
 * - Header rows are those marked so (th, tblHeader, the first row of a Markdown table). Where none is marked, the first
 *   row is taken for one when its cells are short, distinct labels and either most of them end in a word that tables
 *   are headed with (名称, 标准, …) or figures stand below in a table of three columns or more. Two columns whose left
 *   cells are labels themselves are read as 标签：内容. Anything else is `| 甲 | 乙 |`: no header is made up.
 * - A merged cell counts in every row and column that it covers; two header rows are 上位·下位.
 * - A table of one column or one row lays out the page: its cells keep their lines.
 * - No row reads like the mark of a clause: such a line stands between bars.
 */
import { NUMBER_MARK } from './line-kinds.ts'

export interface TableCell {
  readonly lines: readonly string[]
  /** colspan, gridSpan: 1 or more. */
  readonly columns: number
  /** rowspan, vMerge: 1 or more. */
  readonly rows: number
  /** A header cell th. */
  readonly header: boolean
}

export interface TableRow {
  readonly cells: readonly TableCell[]
  /** The row is marked as a header row. */
  readonly header: boolean
}

/** A row of the grid: the cell that covers each column. */
type GridRow = readonly (TableCell | undefined)[]

/** Header words and cell words that belong together. */
interface Pair {
  readonly header: string
  readonly words: string
}

const MOST_COLUMNS = 200
/** UTF-16 units of a merged cell, times its rows, beyond which it is not repeated. */
const LONGEST_REPEATED = 100_000
const LONGEST_HEADER_ROW = 2000
/** A header cell that is not marked as one is no longer. */
const LONGEST_LABEL = 20
/** A row's key that is repeated before further sentences is no longer. */
const LONGEST_KEY = 40
/** A cell of more sentences stays one run. */
const MOST_SENTENCES = 50
/** Lines of one cell from which on a table of few rows is taken for page layout. */
const LAYOUT_LINES = 4
const FEW_ROWS = 3

/** The lines of a table; `layout`: it holds another table, so it lays out the page unless headers are marked. */
export function tableLines(rows: readonly TableRow[], layout = false): string[] {
  const filled = rows.filter(({ cells }) => cells.some(isFilled))
  const captions = filled.findIndex(({ cells }) => cells.filter(isFilled).length > 1 || cells.length > 1)
  const grid = captions < 0 || isLayout(filled, layout) ? undefined : gridOf(filled.slice(captions))
  if (!grid) return filled.flatMap(({ cells }) => cells.flatMap(({ lines }) => lines))
  const head = filled.slice(0, captions).map(({ cells }) => unmarked(cells.map(wordsOf).join(' ').trim()))
  return [...head, ...linesOfGrid(grid, markedRows(filled.slice(captions)))]
}

function linesOfGrid(grid: readonly GridRow[], marked: number): string[] {
  const count = Math.min(grid.length, marked > 0 ? throughMerged(grid, marked) : guessedHeaderRows(grid))
  const headers = count < grid.length ? headersOf(grid.slice(0, count)) : []
  const isHeaded = headers.some((words) => words !== '') && headers.join('').length <= LONGEST_HEADER_ROW
  if (isHeaded) return grid.slice(count).map((row) => groupLine(row) ?? rowLine(pairsOf(row, headers)))
  if (isLabelled(grid)) return grid.map((row) => rowLine(labelledPairs(row)))
  return grid.map((row) => (row.some((cell) => cell?.header) ? rowLine(labelledPairs(row)) : barred(row)))
}

const isFilled = ({ lines }: TableCell): boolean => lines.length > 0
const wordsOf = (cell: TableCell | undefined): string => cell?.lines.join(' ') ?? ''

/** One column, one row, or a page laid out in cells. */
function isLayout(rows: readonly TableRow[], layout: boolean): boolean {
  const several = rows.filter(({ cells }) => cells.filter(isFilled).length > 1)
  if (rows.length < 2 || several.length === 0) return !several.some(({ cells }) => cells.some(({ header }) => header))
  if (markedRows(rows) > 0) return false
  return layout || (several.length < FEW_ROWS && rows.some(({ cells }) => cells.some(isLong)))
}

const isLong = ({ lines }: TableCell): boolean => lines.length >= LAYOUT_LINES

/** Leading rows that are marked as header rows, by themselves or by each of their cells. */
function markedRows(rows: readonly TableRow[]): number {
  const isMarked = ({ cells, header }: TableRow): boolean => header || cells.every((cell) => cell.header)
  const first = rows.findIndex((row) => !isMarked(row))
  return first < 0 ? Math.max(0, rows.length - 1) : first
}

/** Cells in the columns they cover, merged cells in every row; undefined where spans make a table of nothing. */
function gridOf(rows: readonly TableRow[]): GridRow[] | undefined {
  const widest = rows.reduce((most, row) => Math.max(most, row.cells.reduce((sum, { columns }) => sum + columns, 0)), 0)
  const width = Math.min(MOST_COLUMNS, widest)
  const cells = rows.reduce((sum, row) => sum + row.cells.length, 0)
  if (rows.length * width > 20 * cells + 1000) return undefined
  const grid = rows.map((): (TableCell | undefined)[] => [])
  for (const [at, row] of rows.entries()) {
    let column = 0
    for (const cell of row.cells) {
      while (grid[at]?.[column]) column++
      const covered = Math.min(rows.length, at + cell.rows)
      const below = wordsOf(cell).length * (covered - at) <= LONGEST_REPEATED ? covered : at + 1
      for (let line = at; line < below; line++) grid[line]?.splice(...coverOf(grid[line], column, cell))
      column += cell.columns
    }
  }
  return grid
}

/** Arguments of splice that put a cell into its columns of a row. */
function coverOf(row: GridRow = [], column: number, cell: TableCell): [number, number, ...(TableCell | undefined)[]] {
  const gap = Math.max(0, column - row.length)
  const columns = Math.max(1, Math.min(cell.columns, MOST_COLUMNS - column))
  const cover = Array.from({ length: columns }, () => cell)
  return [column - gap, columns, ...Array.from({ length: gap }, () => undefined), ...cover]
}

// ── header rows 表头 ─────────────────────────────────────────────────────────────────────────────────────────

/** The header rows and those that a merged header cell reaches into; a cell merged through the whole table does not. */
function throughMerged(grid: readonly GridRow[], marked: number): number {
  const reaches = (row: GridRow = [], next: GridRow = []): boolean =>
    row.some((cell, column) => cell !== undefined && cell === next[column])
  let count = marked
  while (count < grid.length && reaches(grid[count - 1], grid[count])) count++
  return count < grid.length ? count : marked
}

const LABEL = new RegExp(
  `(?:${[
    '序号|编号|号码|名称|姓名|项目|事项|内容|类别|类型|分类|种类|级别|等级|档次|层次|标准|条件|要求|说明|备注|依据',
    '金额|单位|部门|地区|区域|时间|时限|期限|日期|年度|年份|年限|数量|比例|指标|对象|范围|方式|形式|负责人|联系人|电话|地址',
    '领域|任务|措施|目标|职责|权限|程序|流程|材料|税率|费率|价格|面积|人数|性别|职务|职称|学历|专业|情形|行为|处罚|幅度|基准',
    '规格|型号|用途|结果|分值|得分|权重|补贴|补助|奖励|资助|额度|政策|文件|条款|原文|修改',
  ].join('|')})(?:[（(][^（()）]{1,12}[）)])?$`,
)
const SENTENCE_MARK = /[。；;！!？?，,：:]/
const FIGURE = /^[\s\d０-９.,，．%％+\-—－~～/〇零一二三四五六七八九十百千万亿元]+$/
const HAS_DIGIT = /[0-9０-９]/

const isLabelLike = (words: string): boolean =>
  words !== '' && words.length <= LONGEST_LABEL && !SENTENCE_MARK.test(words) && !FIGURE.test(words)

/** Distinct cells of a row, in order. */
const cellsOf = (row: GridRow): TableCell[] => [...new Set(row)].filter((cell) => cell !== undefined)

/** How many rows at the top head the table, where none is marked. */
function guessedHeaderRows(grid: readonly GridRow[]): number {
  const first = cellsOf(grid[0] ?? [])
  const words = first.map(wordsOf)
  const labels = words.filter((one, at) => at > 0 || one !== '')
  const isDistinct = new Set(labels).size === labels.length
  if (first.length < 2 || !isDistinct || !labels.every(isLabelLike) || isLabelled(grid)) return 0
  const count = grid[0]?.some((cell) => cell && cell.rows > 1) ? throughMerged(grid, 1) : 1
  const below = grid[count]
  const split = count === 1 && first.some(({ columns }) => columns > 1) && below !== undefined && grid.length > 2
  const isSplit = split && cellsOf(below).every((cell) => !isFilled(cell) || isLabelLike(wordsOf(cell)))
  const deep = isSplit ? 2 : count
  const named = labels.filter((label) => LABEL.test(label)).length * 2 >= labels.length
  return named || (first.length > 2 && hasFigures(grid.slice(deep), words)) ? deep : 0
}

/** Does some column without a digit in its head hold digits in half of the rows below? */
function hasFigures(rows: readonly GridRow[], heads: readonly string[]): boolean {
  return heads.some((head, column) => {
    const figures = rows.filter((row) => HAS_DIGIT.test(wordsOf(row[column]))).length
    return !HAS_DIGIT.test(head) && rows.length > 0 && figures * 2 >= rows.length
  })
}

/** Two columns (or two and two) whose left cells are labels: 项目名称｜…, 建设单位｜…. */
function isLabelled(grid: readonly GridRow[]): boolean {
  const width = widthOf(grid)
  if (grid.length < 2 || (width !== 2 && width !== 4)) return false
  const lefts = grid.flatMap((row) => row.filter((cell, at) => at % 2 === 0 && cell !== row[at - 1])).map(wordsOf)
  const named = lefts.filter((words) => LABEL.test(words)).length
  return named > 1 && named * 2 >= lefts.length && lefts.every(isLabelLike) && new Set(lefts).size === lefts.length
}

const widthOf = (grid: readonly GridRow[]): number => grid.reduce((most, row) => Math.max(most, row.length), 0)

/** Of each column the words of its header cells from above, each once: 补贴·市级. */
function headersOf(rows: readonly GridRow[]): string[] {
  return Array.from({ length: widthOf(rows) }, (_, column) => {
    const cells = [...new Set(rows.map((row) => row[column]))]
    const words = new Set(cells.map((cell) => wordsOf(cell).replace(/[：:]$/, '')))
    return [...words].filter((one) => one !== '').join('·')
  })
}

// ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────

function pairsOf(row: GridRow, headers: readonly string[]): Pair[] {
  return cellsOf(row).map((cell) => {
    const over = new Set(row.flatMap((one, column) => (one === cell ? [headers[column] ?? ''] : [])))
    over.delete('')
    return { header: [...over].join('、'), words: wordsOf(cell) }
  })
}

/** 项目名称｜某某工程｜建设单位｜市水务局: a label and what follows it. */
function labelledPairs(row: GridRow): Pair[] {
  const cells = cellsOf(row)
  const marked = cells.some(({ header }) => header)
  const pairs: Pair[] = []
  let label = ''
  for (const [at, cell] of cells.entries()) {
    if (marked ? cell.header : at % 2 === 0 && cells.length > 1) {
      if (label !== '') pairs.push({ header: '', words: label })
      label = wordsOf(cell)
    } else {
      pairs.push({ header: label.replace(/[：:]$/, ''), words: wordsOf(cell) })
      label = ''
    }
  }
  return label === '' ? pairs : [...pairs, { header: '', words: label }]
}

/** What ends a sentence, with the closing marks behind it; see chunks/sentences.ts. */
const SENTENCES = /[^。！？!?；;]*[。！？!?；;]+[”’」』）)》〉】\]"]*|[^。！？!?；;]+$/g
const ENDS = /[。！？!?；;][”’」』）)》〉】\]"]*$/

/** @example rowLine([{ header: '级别', words: 'A类' }]) // '级别：A类。' */
function rowLine(all: readonly Pair[]): string {
  const pairs = all.filter(({ words }) => words !== '')
  const key = pairs.find(({ words }) => !FIGURE.test(words)) ?? pairs[0]
  const isKey = key !== undefined && key.words.length <= LONGEST_KEY && !ENDS.test(key.words)
  let line = ''
  for (const pair of pairs) {
    const told = sentencesOf(pair.words)
    for (const words of told) {
      const named = { header: pair.header, words }
      if (line === '') line = spelt(named)
      else if (!ENDS.test(line)) line += `，${spelt(named)}`
      else line += isKey && pair !== key ? `${spelt(key)}，${spelt(named)}` : spelt(named)
    }
  }
  return unmarked(line === '' || ENDS.test(line) ? line : `${line}。`)
}

function sentencesOf(words: string): readonly string[] {
  const told = words.match(SENTENCES)?.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '')
  return told && told.length <= MOST_SENTENCES ? told : [words]
}

const spelt = ({ header, words }: Pair): string => (header === '' ? words : `${header}：${words}`)

/** A row of one cell across all columns stands over the rows below it: 高层次人才. */
function groupLine(row: GridRow): string | undefined {
  const [cell, ...more] = cellsOf(row)
  return row.length > 1 && more.length === 0 ? unmarked(wordsOf(cell)) : undefined
}

const barred = (row: GridRow): string => {
  const words = cellsOf(row).map(wordsOf)
  return `| ${words.join(' | ')} |`
}

/** Ready-made numbers and the word that opens an annex, beside NUMBER_MARK. */
const OTHER_MARK =
  /^(?:[\u2460-\u249b\u2776-\u277f\u3220-\u3229\u3251-\u325f#>（(﹙]|附[件录表图]?[一二三四五六七八九十\d]{0,3}(?:$|[\s:：.．、]))/

/** The line between bars where it would be read as the mark of a clause. */
function unmarked(line: string): string {
  return NUMBER_MARK.test(line) || OTHER_MARK.test(line) ? `| ${line} |` : line
}
