/** Rows as a database gives them, whichever it is: the tables of SQLite and of PostgreSQL have the same columns. */

/** Numbers, texts, bytes and null. */
export type Row = Readonly<Record<string, unknown>>

export const textIn = (row: Row, column: string): string => String(row[column])

/** Of milliseconds since 1970: ISO 8601, UTC. */
export const timeIn = (row: Row, column: string): string => new Date(Number(row[column])).toISOString()
