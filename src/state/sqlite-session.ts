/** An open file of SQLite for what is kept in it: transactions, and errors as someone can mend them. */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { explained } from './sqlite-file.ts'

export type Row = Readonly<Record<string, SQLOutputValue>>

export const textIn = (row: Row, column: string) => String(row[column])

export class SqliteSession {
  readonly path: string
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync, path: string) {
    this.#database = database
    this.path = path
  }

  prepared<Name extends string>(statements: Readonly<Record<Name, string>>): Readonly<Record<Name, StatementSync>> {
    const all = Object.entries<string>(statements).map(([name, sql]) => [name, this.#database.prepare(sql)])
    return Object.fromEntries(all) as Record<Name, StatementSync>
  }

  /** One transaction: on the disk when it returns, undone when it throws. */
  written<Result>(work: () => Result): Result {
    return this.tried(() => {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        this.#database.exec('COMMIT')
        return result
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        throw error
      }
    })
  }

  tried<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      throw explained(error, this.path)
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }
}
