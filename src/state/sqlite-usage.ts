/** Sums of what was asked, in state.sqlite. */
import type { SqliteSession } from './sqlite-session.ts'
import { keptUsage, usageIn } from './usage-rows.ts'
import type { UsageRow, UsageStore } from './usage.ts'

const STATEMENTS = {
  add: `INSERT INTO usage (day, channel, outcome, reason, mode, count, milliseconds)
    VALUES (:day, :channel, :outcome, :reason, :mode, :count, :milliseconds)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, milliseconds = milliseconds + excluded.milliseconds`,
  since: 'SELECT * FROM usage WHERE day >= :day ORDER BY day, channel, outcome, reason, mode',
}

export class SqliteUsage implements UsageStore {
  readonly #session: SqliteSession
  readonly #statements

  constructor(session: SqliteSession) {
    this.#session = session
    this.#statements = session.prepared(STATEMENTS)
  }

  async add(rows: readonly UsageRow[]): Promise<void> {
    this.#session.written(() => {
      for (const row of rows) this.#statements.add.run(keptUsage(row))
    })
  }

  async since(day: string): Promise<readonly UsageRow[]> {
    return this.#session.tried(() => this.#statements.since.all({ day })).map(usageIn)
  }
}
