/** Statements for PostgreSQL with named values, `:name`, as those for SQLite have them. */

export type Value = string | number | boolean | null | Uint8Array | readonly string[] | readonly number[]
export type Given = Readonly<Record<string, Value>>

export interface Statement {
  /** With `$1`, `$2` … */
  readonly text: string
  /** Names of the values, in that order. */
  readonly names: readonly string[]
}

const NAME = /(?<!:):([a-zA-Z]\w*)/g

/** @example statementOf('SELECT :a::bigint + :b + :a').text // 'SELECT $1::bigint + $2 + $1' */
export function statementOf(sql: string): Statement {
  const names: string[] = []
  const text = sql.replace(NAME, (_, name: string) => {
    if (!names.includes(name)) names.push(name)
    return `$${names.indexOf(name) + 1}`
  })
  return { text, names }
}

export const statementsOf = <Name extends string>(all: Readonly<Record<Name, string>>): Readonly<Record<Name, Statement>> =>
  Object.fromEntries(Object.entries<string>(all).map(([name, sql]) => [name, statementOf(sql)])) as Record<Name, Statement>

/** The values of a statement in their order. A number that is none is null, as in SQLite. */
export const valuesOf = ({ names }: Statement, given: Given): unknown[] =>
  names.map((name) => {
    const value = given[name]
    if (value === undefined) throw new Error(`:${name} is not given`)
    if (typeof value === 'string') return kept(value)
    if (Array.isArray(value)) return (value as readonly (string | number)[]).map((one) => (typeof one === 'string' ? kept(one) : one))
    return typeof value === 'number' && Number.isNaN(value) ? null : value
  })

/**
 * PostgreSQL keeps every character in a text but U+0000: that one is kept as U+001A U+0001, and U+001A, which no one
 * types, as U+001A U+0002.
 */
export const kept = (text: string): string =>
  /[\u0000\u001a]/.test(text) ? text.replace(/[\u0000\u001a]/g, (one) => (one === '\u0000' ? '\u001a\u0001' : '\u001a\u0002')) : text

/** The text of which that was kept. */
export const told = (text: string): string =>
  text.includes('\u001a') ? text.replace(/\u001a([\u0001\u0002])/g, (_, one) => (one === '\u0001' ? '\u0000' : '\u001a')) : text
