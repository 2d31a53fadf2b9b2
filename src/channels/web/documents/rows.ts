/** The rows of the library: which of them a search shows, in which order, and the date by which a document is known. */
import type { Provenance } from '../../../types.ts'
import type { DocumentSummary } from '../../wire.ts'

/** What of a listed document is searched and sorted by. */
export type Row = Pick<DocumentSummary, 'title' | 'source' | 'header' | 'shortNames' | 'clauses'> & {
  readonly problems: readonly unknown[]
}

export type Column = 'title' | 'issuer' | 'date' | 'clauses' | 'problems'
/** From last to first with `-` before it. */
export type Sort = Column | `-${Column}`

export interface RowDate {
  readonly kind: 'amended' | 'passed' | 'published' | 'effective'
  /** ISO 8601. */
  readonly value: string
  readonly from: Provenance
  /** For an inferred one, the file it was taken from. */
  readonly basis?: string
}

/** The later of the last amendment and the passing, else publication, else from when it is in force. */
export function dateOf({ header }: Pick<Row, 'header'>): RowDate | undefined {
  const { amended, passed } = header
  const isPassedLater = amended !== undefined && passed !== undefined && passed.value > amended.value
  const order = isPassedLater ? (['passed'] as const) : (['amended', 'passed', 'published', 'effective'] as const)
  for (const kind of order) {
    const fact = header[kind]
    if (fact) return { kind, ...fact }
  }
  return undefined
}

/** Chinese by its sounds 拼音, numbers by their size. */
const collator = new Intl.Collator('zh-Hans-CN', { numeric: true })

const WORDS: Readonly<Partial<Record<Column, (row: Row) => string | undefined>>> = {
  title: (row) => row.title,
  issuer: (row) => row.header['issuer']?.value,
  date: (row) => dateOf(row)?.value,
}
const COUNTS: Readonly<Partial<Record<Column, (row: Row) => number>>> = {
  clauses: (row) => row.clauses,
  problems: (row) => row.problems.length,
}

export const columnOf = (sort: Sort): Column => sort.replace('-', '') as Column
export const isBackwards = (sort: Sort): boolean => sort.startsWith('-')

/** In the order given where nothing is asked; rows that do not state what is sorted by come last, both ways. */
export function sortRows<One extends Row>(rows: readonly One[], sort: Sort | undefined): readonly One[] {
  if (sort === undefined) return rows
  const [column, sign] = [columnOf(sort), isBackwards(sort) ? -1 : 1]
  const count = COUNTS[column]
  if (count) return [...rows].sort((one, other) => sign * (count(one) - count(other)))
  const words = WORDS[column]!
  const compare = column === 'date' ? byDay : collator.compare
  const keyed = rows.map((row) => ({ row, key: words(row) }))
  keyed.sort((one, other) => {
    if (one.key === undefined || other.key === undefined) return Number(one.key === undefined) - Number(other.key === undefined)
    return sign * compare(one.key, other.key)
  })
  return keyed.map(({ row }) => row)
}

const byDay = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

/** Dates and counts are wanted from the largest, names from A. */
const FIRST: Readonly<Record<Column, Sort>> = { title: 'title', issuer: 'issuer', date: '-date', clauses: '-clauses', problems: '-problems' }

/** What a press on a column's head leads to: its own order, then the other way round, then none. */
export function nextSort(sort: Sort | undefined, column: Column): Sort | undefined {
  const first = FIRST[column]
  if (sort === undefined || columnOf(sort) !== column) return first
  const second: Sort = isBackwards(first) ? column : `-${column}`
  return sort === first ? second : undefined
}

const folded = new WeakMap<Row, string>()

/**
 * Rows with every word asked for in title, issuer, number, file name or a short name. Width, case, blanks within and the
 * kind of brackets make no difference: 法释[2024]7号 finds 法释〔2024〕7号.
 */
export function findRows<One extends Row>(rows: readonly One[], asked: string): readonly One[] {
  const words = asked.split(/[\s\u3000]+/).map(fold).filter((word) => word !== '')
  if (words.length === 0) return rows
  return rows.filter((row) => {
    const text = folded.get(row) ?? textOf(row)
    folded.set(row, text)
    return words.every((word) => text.includes(word))
  })
}

const textOf = ({ title, header, source, shortNames }: Row): string =>
  [title, header['issuer']?.value, header['documentNumber']?.value, source, ...shortNames].map((part) => fold(part ?? '')).join('\n')

const fold = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/[〔【[]/g, '(').replace(/[〕】\]]/g, ')').replace(/[\s《》“”"]/g, '')
