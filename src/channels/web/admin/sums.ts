/** Sums by day → what the charts show. */
import { USAGE_OUTCOMES, type UsageOutcome, type UsageRow } from '../../../state/usage.ts'
import type { FeedbackReport, UsageReport } from './admin-queries.ts'

const DAY_MS = 86_400_000
const DAYS_A_WEEK = 7

/** Every day of a span, both ends among them. @example daysOf('2026-02-28', '2026-03-01') // ['2026-02-28', '2026-03-01'] */
export function daysOf(from: string, to: string): readonly string[] {
  const [first, last] = [Date.parse(from), Date.parse(to)]
  const length = Math.max(0, Math.round((last - first) / DAY_MS) + 1)
  return Array.from({ length }, (_, at) => new Date(first + at * DAY_MS).toISOString().slice(0, 10))
}

/** For each day how many there were of each outcome, in the order of USAGE_OUTCOMES. */
export function outcomesByDay({ from, to, rows }: UsageReport): readonly { readonly key: string; readonly values: readonly number[] }[] {
  const days = new Map(daysOf(from, to).map((day) => [day, USAGE_OUTCOMES.map(() => 0)]))
  for (const { day, outcome, count } of rows) {
    const values = days.get(day)
    if (values) values[USAGE_OUTCOMES.indexOf(outcome)]! += count
  }
  return [...days].map(([key, values]) => ({ key, values }))
}

/** By week from the first day of the span on: helpful, not helpful. */
export function ratingsByWeek({ from, to, days }: FeedbackReport): readonly { readonly key: string; readonly values: readonly number[] }[] {
  const all = daysOf(from, to)
  const given = new Map(days.map((one) => [one.day, one]))
  const weeks = all.filter((_, at) => at % DAYS_A_WEEK === 0)
  return weeks.map((key, week) => {
    const found = all.slice(week * DAYS_A_WEEK, (week + 1) * DAYS_A_WEEK).flatMap((day) => given.get(day) ?? [])
    return { key, values: [sum(found, ({ up }) => up), sum(found, ({ down }) => down)] }
  })
}

export interface Share<Name extends string = string> {
  readonly name: Name
  readonly count: number
}

/** How many rows count for each name, the most first; what has none is left out. */
export function sharesOf<Name extends string>(rows: readonly UsageRow[], nameOf: (row: UsageRow) => Name | undefined): readonly Share<Name>[] {
  const counts = new Map<Name, number>()
  for (const row of rows) {
    const name = nameOf(row)
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + row.count)
  }
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count)
}

export const countOf = (rows: readonly UsageRow[], outcome?: UsageOutcome): number =>
  sum(rows.filter((row) => outcome === undefined || row.outcome === outcome), ({ count }) => count)

/** Milliseconds of a question; undefined where there was none. */
export function averageOf(rows: readonly UsageRow[]): number | undefined {
  const count = countOf(rows)
  return count === 0 ? undefined : sum(rows, ({ milliseconds }) => milliseconds) / count
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number => items.reduce((total, item) => total + of(item), 0)
