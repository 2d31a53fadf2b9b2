/**
 * The audit log 审计日志 in PostgreSQL. Where it ends stands in a row of its own, `audit_head`: who appends locks it, so
 * that of all copies one appends at a time, and a log that was cut does not agree with it any more.
 */
import type { PostgresSession, Transaction } from '../state/postgres-session.ts'
import { statementsOf } from '../state/postgres-statements.ts'
import type { Row } from '../state/rows.ts'
import type { AuditEntry, AuditHead, AuditVerdict, AuditWanted, NewAuditEntry } from './access-store.ts'
import { BATCH, entryIn, rowAfter, Walk, wantedOf } from './audit-rows.ts'

const STATEMENTS = statementsOf({
  headLocked: 'SELECT number, hash FROM audit_head FOR UPDATE',
  head: 'SELECT number, hash FROM audit_head',
  moveHead: 'UPDATE audit_head SET number = :number, hash = :hash',
  guard: 'UPDATE audit_head SET guarded = 1 WHERE guarded = 0',
  isGuarded: 'SELECT guarded FROM audit_head',
  add: `INSERT INTO audit (number, at, by, action, object, outcome, request_id, address, detail, hash)
    VALUES (:number, :at, :by, :action, :object, :outcome, :requestId, :address, :detail, :hash)`,
  after: 'SELECT * FROM audit WHERE number > :number ORDER BY number LIMIT :limit',
  wanted: `SELECT * FROM audit WHERE (:before::bigint IS NULL OR number < :before::bigint)
    AND (:action::text IS NULL OR action = :action::text) AND (:by::text IS NULL OR by = :by::text)
    AND (:since::bigint IS NULL OR at >= :since::bigint) ORDER BY number DESC LIMIT :limit`,
})

export class PostgresAudit {
  readonly #session: PostgresSession

  constructor(session: PostgresSession) {
    this.#session = session
  }

  /** The last that a transaction does: the entry stands or falls with what it tells of. */
  async append(transaction: Transaction, entry: NewAuditEntry): Promise<void> {
    const head = headIn((await transaction.get(STATEMENTS.headLocked))!)
    const row = rowAfter(head, entry, transaction.now)
    await transaction.run(STATEMENTS.add, row)
    await transaction.run(STATEMENTS.moveHead, { number: row.number, hash: row.hash })
  }

  /** From now on nobody is let in without a key or a name. */
  async guard(transaction: Transaction): Promise<void> {
    await transaction.run(STATEMENTS.guard)
  }

  async isGuarded(): Promise<boolean> {
    return Number((await this.#session.get(STATEMENTS.isGuarded))!['guarded']) === 1
  }

  async head(): Promise<AuditHead> {
    return headIn((await this.#session.get(STATEMENTS.head))!)
  }

  async entries(asked: AuditWanted): Promise<readonly AuditEntry[]> {
    return (await this.#session.all(STATEMENTS.wanted, wantedOf(asked))).map(entryIn)
  }

  /** What is appended meanwhile is walked too. */
  async verify(expected?: AuditHead): Promise<AuditVerdict> {
    const walk = new Walk([await this.head(), expected])
    for (;;) {
      const rows = await this.#session.all(STATEMENTS.after, { number: walk.last.number, limit: BATCH })
      const fault = walk.past(rows)
      if (fault) return fault
      if (rows.length < BATCH) return walk.ended()
    }
  }
}

const headIn = (row: Row): AuditHead => ({ number: Number(row['number']), hash: String(row['hash']) })
