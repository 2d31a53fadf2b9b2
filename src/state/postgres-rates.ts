/** Token buckets in PostgreSQL, one statement an ask: the limits of one key hold over all copies of the program. */
import type { PostgresSession } from './postgres-session.ts'
import { statementsOf } from './postgres-statements.ts'
import { toldOf, type Allowance, type RateStore, type Taken } from './rates.ts'

/** Milliseconds by the clock of the database, once the row is ours. */
const HERE = 'coalesce(:clock::double precision, extract(epoch FROM clock_timestamp())::double precision * 1000)'
const MOST = ':perMinute::double precision'
/** What was left of it. */
const LEFT = 'b.level - CASE WHEN b.level >= 1 THEN 1 ELSE 0 END'
/** What is in it by now: as many again in each minute. A clock that was put back fills nothing. */
const FILLED = `least(${MOST}, ${LEFT} + greatest(0, ${HERE} - b.at) / 60000 * ${MOST})`
const AT = `greatest(b.at, ${HERE})`

/** `level` is computed once, so that what is told is what was taken. One is given back onto what the last one left. */
const STATEMENTS = statementsOf({
  take: `INSERT INTO rates AS b (bucket, level, at) VALUES (:bucket, ${MOST}, ${HERE})
    ON CONFLICT (bucket) DO UPDATE SET level = ${FILLED}, at = ${AT} RETURNING level`,
  look: `SELECT ${FILLED} AS tokens FROM rates b WHERE b.bucket = :bucket`,
  giveBack: `UPDATE rates b SET level = least(${MOST}, ${FILLED} + 1) + 1, at = ${AT} WHERE b.bucket = :bucket`,
  forget: `DELETE FROM rates b WHERE b.at < ${HERE} - 120000`,
})

/** Buckets that are full again are forgotten so often. */
const FORGET_MS = 60_000

export class PostgresRates implements RateStore {
  readonly #session: PostgresSession
  #forgotAt = performance.now()

  constructor(session: PostgresSession) {
    this.#session = session
  }

  async take(bucket: string, allowance: Allowance): Promise<Taken> {
    this.#forget()
    const row = await this.#session.get(STATEMENTS.take, { bucket, perMinute: allowance.perMinute })
    const level = Number(row!['level'])
    return toldOf(level >= 1 ? level - 1 : level, level >= 1, allowance)
  }

  async look(bucket: string, allowance: Allowance): Promise<Taken> {
    const row = await this.#session.get(STATEMENTS.look, { bucket, perMinute: allowance.perMinute })
    const tokens = row === undefined ? allowance.perMinute : Number(row['tokens'])
    return toldOf(tokens, tokens >= 1, allowance)
  }

  async giveBack(bucket: string, { perMinute }: Allowance): Promise<void> {
    await this.#session.run(STATEMENTS.giveBack, { bucket, perMinute })
  }

  /** Nobody waits for it; what fails is told by the next use. */
  #forget(): void {
    if (performance.now() - this.#forgotAt < FORGET_MS) return
    this.#forgotAt = performance.now()
    void this.#session.run(STATEMENTS.forget).catch(() => {})
  }
}
