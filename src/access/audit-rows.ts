/** Entries of the audit log 审计日志 and their rows: how one is made, read, and held against the one before. */
import { PolicyError } from '../errors.ts'
import { timeIn, type Row } from '../state/rows.ts'
import type { AuditEntry, AuditHead, AuditVerdict, AuditWanted, NewAuditEntry } from './access-store.ts'
import { canonical, hashOf, NO_HASH } from './audit-chain.ts'

/** Entries walked before others have their turn. */
export const BATCH = 500
const MOST_CHARACTERS = 200
const MOST_FACTS = 20
export const EMPTY: AuditHead = { number: 0, hash: NO_HASH }

/** The row that follows a head. */
export function rowAfter({ number, hash }: AuditHead, entry: NewAuditEntry, now: number) {
  const made = { ...tidied(entry), number: number + 1, at: new Date(now).toISOString() }
  return {
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
  }
}

/** What of the log is asked for. @throws PolicyError `bad-request` for what is no time */
export function wantedOf({ limit, before, action, by, since }: AuditWanted) {
  const from = since === undefined ? null : Date.parse(since)
  if (Number.isNaN(from)) throw new PolicyError('bad-request', '时间应写作 2026-01-31 或 2026-01-31T08:00:00Z。Not a time.')
  return { limit, before: before ?? null, action: action ?? null, by: by ?? null, since: from }
}

/** A walk along the chain, batch by batch, past heads that were kept elsewhere. */
export class Walk {
  readonly #heads: readonly AuditHead[]
  last: AuditHead = EMPTY

  constructor(heads: readonly (AuditHead | undefined)[]) {
    this.#heads = heads.filter((head) => head !== undefined)
  }

  /** Undefined as long as each follows from the one before. */
  past(rows: readonly Row[]): AuditVerdict | undefined {
    for (const row of rows) {
      const why = faultOf(row, this.last, this.#heads)
      if (why !== undefined) return { whole: false, number: this.last.number + 1, why }
      this.last = { number: Number(row['number']), hash: String(row['hash']) }
    }
    return undefined
  }

  /** Where there are no more rows. */
  ended(): AuditVerdict {
    const { number } = this.last
    const missing = this.#heads.find((head) => head.number > number)
    if (missing) return { whole: false, number: number + 1, why: `日志曾有 ${missing.number} 条，现在只有 ${number} 条` }
    return { whole: true, head: this.last }
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

export function entryIn(row: Row): AuditEntry {
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
