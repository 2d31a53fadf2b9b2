/** Sums of what was asked, in state.sqlite. */
import type { DeclineReason } from '../types.ts'
import { textIn, type Row, type SqliteSession } from './sqlite-session.ts'
import type { UsageChannel, UsageOutcome, UsageRow, UsageStore } from './usage.ts'

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
      for (const { reason, milliseconds, ...row } of rows) {
        this.#statements.add.run({ ...row, reason: reason ?? '', milliseconds: Math.round(milliseconds) })
      }
    })
  }

  async since(day: string): Promise<readonly UsageRow[]> {
    return this.#session.tried(() => this.#statements.since.all({ day })).map(usageIn)
  }
}

function usageIn(row: Row): UsageRow {
  const reason = textIn(row, 'reason')
  return {
    day: textIn(row, 'day'),
    channel: textIn(row, 'channel') as UsageChannel,
    outcome: textIn(row, 'outcome') as UsageOutcome,
    ...(reason !== '' && { reason: reason as DeclineReason }),
    mode: textIn(row, 'mode') as UsageRow['mode'],
    count: Number(row['count']),
    milliseconds: Number(row['milliseconds']),
  }
}
