/** The audit log 审计日志 in the file of SQLite: added to, read, and walked from end to end. */
import { dirname } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { PolicyError } from '../errors.ts'
import { IN_MEMORY } from '../state/sqlite-file.ts'
import type { Row, SqliteSession } from '../state/sqlite-session.ts'
import type { AuditEntry, AuditHead, AuditVerdict, AuditWanted, NewAuditEntry } from './access-store.ts'
import { canonical, hashOf, NO_HASH } from './audit-chain.ts'
import { AUDIT_HEAD, isThere, readHead, writeHead, type KeptHead } from './audit-head-file.ts'
import { timeIn } from './sqlite-rows.ts'

const STATEMENTS = {
  head: 'SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1',
  hashOf: 'SELECT hash FROM audit WHERE number = :number',
  add: `INSERT INTO audit (number, at, by, action, object, outcome, request_id, address, detail, hash)
    VALUES (:number, :at, :by, :action, :object, :outcome, :requestId, :address, :detail, :hash)`,
  after: 'SELECT * FROM audit WHERE number > :number ORDER BY number LIMIT :limit',
  wanted: `SELECT * FROM audit WHERE (:before IS NULL OR number < :before) AND (:action IS NULL OR action = :action)
    AND (:by IS NULL OR by = :by) AND (:since IS NULL OR at >= :since) ORDER BY number DESC LIMIT :limit`,
} as const

/** Entries walked before others have their turn. */
const BATCH = 500
const HEAD_MS = 1_000
const MOST_CHARACTERS = 200
const MOST_FACTS = 20
const EMPTY: AuditHead = { number: 0, hash: NO_HASH }

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
    const { number, hash } = this.head()
    const made = { ...tidied(entry), number: number + 1, at: new Date(this.#now()).toISOString() }
    this.#statements.add.run({
      number: made.number,
      at: Date.parse(made.at),
      by: made.by,
      action: made.action,
      object: made.object ?? null,
      outcome: made.outcome,
      requestId: made.requestId ?? null,
      address: made.address ?? null,
      detail: made.detail ? canonical(made.detail) : null,
      hash: hashOf(hash, made),
    })
    this.#keepSoon()
  }

  head(): AuditHead {
    const row = this.#statements.head.get()
    return row ? { number: Number(row['number']), hash: String(row['hash']) } : EMPTY
  }

  entries({ limit, before, action, by, since }: AuditWanted): readonly AuditEntry[] {
    const from = since === undefined ? null : Date.parse(since)
    if (Number.isNaN(from)) throw new PolicyError('bad-request', '时间应写作 2026-01-31 或 2026-01-31T08:00:00Z。Not a time.')
    const wanted = { limit, before: before ?? null, action: action ?? null, by: by ?? null, since: from }
    return this.#session.tried(() => this.#statements.wanted.all(wanted)).map(entryIn)
  }

  async verify(expected?: AuditHead): Promise<AuditVerdict> {
    let beside: KeptHead | undefined
    try {
      beside = this.#folder === undefined ? undefined : readHead(this.#folder)
    } catch {
      return { whole: false, number: 0, why: `数据文件夹里的 ${AUDIT_HEAD} 读不出来或被改过` }
    }
    const heads = [beside, expected].filter((head) => head !== undefined)
    let last: AuditHead = EMPTY
    for (;;) {
      const rows = this.#session.tried(() => this.#statements.after.all({ number: last.number, limit: BATCH }))
      for (const row of rows) {
        const why = faultOf(row, last, heads)
        if (why !== undefined) return { whole: false, number: last.number + 1, why }
        last = { number: Number(row['number']), hash: String(row['hash']) }
      }
      if (rows.length < BATCH) break
      await turn()
    }
    const missing = heads.find(({ number }) => number > last.number)
    if (missing) return { whole: false, number: last.number + 1, why: `日志曾有 ${missing.number} 条，现在只有 ${last.number} 条` }
    return { whole: true, head: last }
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

/** Why a row does not follow from the one before; undefined where it does. */
function faultOf(row: Row, before: AuditHead, heads: readonly AuditHead[]): string | undefined {
  if (row['number'] !== before.number + 1) return '这一条不见了'
  let hash: string
  try {
    const { hash: _, ...entry } = entryIn(row)
    if (row['detail'] !== null && canonical(entry.detail ?? {}) !== row['detail']) return '内容被改过'
    hash = hashOf(before.hash, entry)
  } catch {
    return '内容读不出来'
  }
  if (hash !== row['hash']) return '内容被改过，或前面的条目被换过'
  const isOther = heads.some((head) => head.number === row['number'] && head.hash !== hash)
  return isOther ? '与另存的末端不符：日志被重写过' : undefined
}

function entryIn(row: Row): AuditEntry {
  const optional = (name: string, column: string) => (row[column] === null ? {} : { [name]: String(row[column]) })
  return {
    number: Number(row['number']),
    at: timeIn(row, 'at'),
    by: String(row['by']),
    action: String(row['action']),
    ...optional('object', 'object'),
    outcome: row['outcome'] as AuditEntry['outcome'],
    ...optional('requestId', 'request_id'),
    ...optional('address', 'address'),
    ...(row['detail'] !== null && { detail: JSON.parse(String(row['detail'])) as NonNullable<AuditEntry['detail']> }),
    hash: String(row['hash']),
  }
}

/** Short, and unit for unit what a file of UTF-8 gives back: an entry is never refused for how long it is. */
function tidied({ by, action, object, outcome, requestId, address, detail }: NewAuditEntry): NewAuditEntry {
  const facts = Object.entries(detail ?? {}).slice(0, MOST_FACTS)
  const kept = facts.map(([name, value]) => [clip(name), typeof value === 'string' ? clip(value) : finite(value)] as const)
  return {
    by: clip(by),
    action: clip(action),
    ...(object !== undefined && { object: clip(object) }),
    outcome,
    ...(requestId !== undefined && { requestId: clip(requestId) }),
    ...(address !== undefined && { address: clip(address) }),
    ...(kept.length > 0 && { detail: Object.fromEntries(kept) }),
  }
}

const clip = (words: string) => words.slice(0, MOST_CHARACTERS).toWellFormed()
const finite = (value: number | boolean) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value)
