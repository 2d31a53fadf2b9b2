/** Sums of what was asked, in PostgreSQL. */
import { statementsOf } from './postgres-statements.ts'
import type { PostgresSession } from './postgres-session.ts'
import { keptUsage, usageIn } from './usage-rows.ts'
import { usageKey, type UsageRow, type UsageStore } from './usage.ts'

const STATEMENTS = statementsOf({
  add: `INSERT INTO usage AS u (day, channel, outcome, reason, mode, count, milliseconds)
    VALUES (:day, :channel, :outcome, :reason, :mode, :count, :milliseconds)
    ON CONFLICT (day, channel, outcome, reason, mode)
    DO UPDATE SET count = u.count + excluded.count, milliseconds = u.milliseconds + excluded.milliseconds`,
  since: 'SELECT * FROM usage WHERE day >= :day ORDER BY day, channel, outcome, reason, mode',
})

export class PostgresUsage implements UsageStore {
  readonly #session: PostgresSession

  constructor(session: PostgresSession) {
    this.#session = session
  }

  async add(rows: readonly UsageRow[]): Promise<void> {
    // in one order for all copies, so that none waits for one that waits for it
    const ordered = [...rows].sort((one, other) => (usageKey(one) < usageKey(other) ? -1 : 1))
    await this.#session.written(async (transaction) => {
      for (const row of ordered) await transaction.run(STATEMENTS.add, keptUsage(row))
    })
  }

  async since(day: string): Promise<readonly UsageRow[]> {
    return (await this.#session.all(STATEMENTS.since, { day })).map(usageIn)
  }
}
