/**
 * A sum of every row of state.sqlite. Each table has an index over `row_sum` of all its columns: SQLite keeps it, in the
 * transaction that writes the row, and its own integrity check computes it anew and tells of every row that has become
 * another than was written. https://sqlite.org/expridx.html, https://sqlite.org/pragma.html#pragma_integrity_check
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { crc32 } from 'node:zlib'

/** Must be known to every connection that writes or checks; reading does without. CRC-32: no change of one byte passes. */
export function addRowSum(database: DatabaseSync): void {
  const options = { deterministic: true, varargs: true, useBigIntArguments: true }
  database.function('row_sum', options, (...values) => values.reduce<number>(summed, 0))
}

/** What stands before a value tells where it ends, so that no two rows run together alike. */
function summed(sum: number, value: SQLOutputValue): number {
  const written = value === null || value instanceof Uint8Array ? value : String(value)
  const length = written === null ? 0 : written.length
  const named = crc32(`${value instanceof Uint8Array ? 'blob' : typeof value} ${length}:`, sum)
  return written === null ? named : crc32(written, named)
}

/** Rows alone cannot put it right. */
export class Damaged extends Error {}

/** Without one of their rows more would be seen by somebody than was given to them. */
const NEVER_TAKEN = ['collections', 'collection_folders', 'collection_documents', 'collection_changes']

/** What a row that was taken out leaves without what it refers to. */
const ORPHANS = [
  'DELETE FROM exchanges WHERE conversation_id NOT IN (SELECT id FROM conversations)',
  'DELETE FROM sessions WHERE key_id NOT IN (SELECT id FROM api_keys) OR person_id NOT IN (SELECT id FROM people)',
]

/**
 * Takes out every row that is another than was written, and all that refers to it; those of the audit log stay, which
 * `tiaowen audit verify` tells of. @throws Damaged where collections are damaged, SQLite's own where it does not succeed
 * @returns how many rows of each table were damaged; those that refer to them are not counted
 */
export function takeOutDamaged(database: DatabaseSync): Readonly<Record<string, number>> {
  const damaged: Record<string, number> = {}
  database.exec('PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE')
  try {
    for (const { table, sum } of summedTables(database)) {
      const differs = `${sum} NOT IN (SELECT sum FROM temp.kept_sums)`
      database.exec(`CREATE TEMP TABLE kept_sums AS SELECT ${sum} AS sum FROM ${table} INDEXED BY sums_of_${table}; REINDEX ${table}`)
      const found = Number(database.prepare(`SELECT count(*) AS rows FROM ${table} NOT INDEXED WHERE ${differs}`).get()?.['rows'])
      if (found > 0 && NEVER_TAKEN.includes(table)) throw new Damaged(`${found} rows of ${table}`)
      if (found > 0) damaged[table] = found
      if (found > 0 && table !== 'audit') database.exec(`DELETE FROM ${table} NOT INDEXED WHERE ${differs}`)
      database.exec('DROP TABLE temp.kept_sums')
    }
    for (const statement of ORPHANS) database.exec(statement)
    database.exec('COMMIT')
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
    database.exec('PRAGMA foreign_keys = ON')
  }
  return damaged
}

/** As the schema has them: `sums_of_<table>` is on the sum of all its columns. */
function summedTables(database: DatabaseSync): readonly { readonly table: string; readonly sum: string }[] {
  const rows = database.prepare("SELECT tbl_name, sql FROM sqlite_schema WHERE name LIKE 'sums\\_of\\_%' ESCAPE '\\'").all()
  return rows.map(({ tbl_name, sql }) => ({ table: String(tbl_name), sum: /\((row_sum\(.*\))\)$/s.exec(String(sql))![1]! }))
}
