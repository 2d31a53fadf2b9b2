/** The audit log 审计日志 in the file of SQLite: added to, read, and walked from end to end. */
import { dirname } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { IN_MEMORY } from '../state/sqlite-file.ts'
import type { SqliteSession } from '../state/sqlite-session.ts'
import type { AuditEntry, AuditHead, AuditVerdict, AuditWanted, NewAuditEntry } from './access-store.ts'
import { AUDIT_HEAD, isThere, readHead, writeHead, type KeptHead } from './audit-head-file.ts'
import { BATCH, EMPTY, entryIn, rowAfter, Walk, wantedOf } from './audit-rows.ts'

const STATEMENTS = {
  head: 'SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1',
  hashOf: 'SELECT hash FROM audit WHERE number = :number',
  add: `INSERT INTO audit (number, at, by, action, object, outcome, request_id, address, detail, hash)
    VALUES (:number, :at, :by, :action, :object, :outcome, :requestId, :address, :detail, :hash)`,
  after: 'SELECT * FROM audit WHERE number > :number ORDER BY number LIMIT :limit',
  wanted: `SELECT * FROM audit WHERE (:before IS NULL OR number < :before) AND (:action IS NULL OR action = :action)
    AND (:by IS NULL OR by = :by) AND (:since IS NULL OR at >= :since) ORDER BY number DESC LIMIT :limit`,
} as const

const HEAD_MS = 1_000

export class SqliteAudit {
  readonly #session: SqliteSession
  readonly #now: () => number
  readonly #log: (message: string) => void
  readonly #statements
  /** Where the head is kept besides; none for what is only in memory. */
  readonly #folder: string | undefined
  #isGuarded = false
  #written = 0
  #timer: NodeJS.Timeout | undefined
  #told = ''

  constructor(session: SqliteSession, now: () => number, log: (message: string) => void) {
    this.#session = session
    this.#now = now
    this.#log = log
    this.#statements = session.prepared(STATEMENTS)
    this.#folder = session.path === IN_MEMORY ? undefined : dirname(session.path)
    this.#isGuarded = this.#keptHead()?.guarded ?? false
    session.beforeClose(() => this.#keepPending())
  }

  /** There was a key or a person once, says the file beside the database. */
  get isGuarded(): boolean {
    return this.#isGuarded
  }

  /** The same while the database cannot be read; undefined where nothing tells. */
  guardedBesides(): boolean | undefined {
    if (this.#isGuarded) return true
    return this.#keptHead()?.guarded ?? (isThere(this.#session.path) ? undefined : false)
  }

  /** From now on nobody is let in without a key or a name, should the database be lost too. */
  guard(): void {
    if (this.#isGuarded) return
    this.#isGuarded = true
    this.#keepHead()
  }

  /** Within a transaction that is open: the entry stands or falls with what it tells of. */
  append(entry: NewAuditEntry): void {
    this.#statements.add.run(rowAfter(this.head(), entry, this.#now()))
    this.#keepSoon()
  }

  head(): AuditHead {
    const row = this.#statements.head.get()
    return row ? { number: Number(row['number']), hash: String(row['hash']) } : EMPTY
  }

  entries(asked: AuditWanted): readonly AuditEntry[] {
    const wanted = wantedOf(asked)
    return this.#session.tried(() => this.#statements.wanted.all(wanted)).map(entryIn)
  }

  async verify(expected?: AuditHead): Promise<AuditVerdict> {
    let beside: KeptHead | undefined
    try {
      beside = this.#folder === undefined ? undefined : readHead(this.#folder)
    } catch {
      return { whole: false, number: 0, why: `数据文件夹里的 ${AUDIT_HEAD} 读不出来或被改过` }
    }
    const walk = new Walk([beside, expected])
    for (;;) {
      const rows = this.#session.tried(() => this.#statements.after.all({ number: walk.last.number, limit: BATCH }))
      const fault = walk.past(rows)
      if (fault) return fault
      if (rows.length < BATCH) return walk.ended()
      await turn()
    }
  }

  #keptHead(): KeptHead | undefined {
    try {
      return this.#folder === undefined ? undefined : readHead(this.#folder)
    } catch (error) {
      this.#tell(`审计日志的末端 ${AUDIT_HEAD} 读不出来（${String(error)}）；请用 tiaowen audit verify 核对。`)
      return { ...EMPTY, guarded: true }
    }
  }

  /** At most once a second; what is left then at the end. */
  #keepSoon(): void {
    if (this.#folder === undefined || this.#timer) return
    const wait = Math.max(0, this.#written + HEAD_MS - performance.now())
    this.#timer = setTimeout(() => this.#keepHead(), wait).unref()
  }

  #keepPending(): void {
    if (this.#timer) this.#keepHead()
  }

  /** Never put back, and never over one the log does not lead to: that is what shows that it was cut. */
  #keepHead(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#written = performance.now()
    if (this.#folder === undefined) return
    try {
      const kept = readHead(this.#folder)
      const follows = kept === undefined || kept.number === 0 || this.#hashAt(kept.number) === kept.hash
      if (!follows) this.#tell('审计日志与另存的末端对不上，可能被截断或换过；请运行 tiaowen audit verify。')
      const guarded = this.#isGuarded || kept?.guarded === true
      const head = follows ? this.head() : kept
      if (kept?.number === head.number && kept.guarded === guarded) return
      writeHead(this.#folder, { number: head.number, hash: head.hash, guarded })
    } catch (error) {
      this.#tell(`审计日志的末端没有写进 ${AUDIT_HEAD}（${String(error)}）；日志本身完好，稍后再写。`)
    }
  }

  #hashAt(number: number): string | undefined {
    const row = this.#statements.hashOf.get({ number })
    return row && String(row['hash'])
  }

  /** The same once, until it is something else. */
  #tell(message: string): void {
    if (message !== this.#told) this.#log(message)
    this.#told = message
  }
}
