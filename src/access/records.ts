/** Rows of the tables of access as records, and what all that keep them share. */
import { textIn as text, timeIn, type Row } from '../state/rows.ts'
import { ROLES, SCOPES, type Role, type Scope, type Sight } from './access.ts'
import type { By, KeyRecord, PersonRecord, SessionRecord } from './access-store.ts'

/** Last uses are written no oftener. */
export const TOUCH_MS = 60_000

/** As much of `By` as an entry of the audit log takes. */
export const entryOf = ({ by, requestId, address }: By) => ({
  by,
  ...(requestId !== undefined && { requestId }),
  ...(address !== undefined && { address }),
})

export function sightIn(row: Row): Sight {
  const kept = text(row, 'sight')
  return kept === 'all' ? 'all' : (JSON.parse(kept) as readonly string[])
}

export const keptSight = (sight: Sight): string => (sight === 'all' ? 'all' : JSON.stringify(sight))

/** For the audit log. */
export const sightWords = (sight: Sight): string => (sight === 'all' ? 'all' : sight.join(' ') || 'none')

export function keyIn(row: Row): KeyRecord {
  const scopes = text(row, 'scopes').split(' ')
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    owner: `k-${Buffer.from(row['digest'] as Uint8Array).toString('hex').slice(0, 16)}`,
    scopes: SCOPES.filter((scope: Scope) => scopes.includes(scope)),
    sight: sightIn(row),
    createdAt: timeIn(row, 'created_at'),
    createdBy: text(row, 'created_by'),
    ...(row['expires_at'] !== null && { expiresAt: timeIn(row, 'expires_at') }),
    ...(row['last_used_at'] !== null && { lastUsedAt: timeIn(row, 'last_used_at') }),
    ...(row['revoked_at'] !== null && { revokedAt: timeIn(row, 'revoked_at') }),
    ...(row['tokens_a_day'] !== null && { tokensADay: Number(row['tokens_a_day']) }),
  }
}

/** Neither revoked nor past its day. */
export const isAlive = (row: Row, now: number): boolean =>
  row['revoked_at'] === null && (row['expires_at'] === null || now < Number(row['expires_at']))

/** Was it used within a minute? Then that is not written once more. */
export function isFresh(row: Row, now: number): boolean {
  const last = row['last_used_at']
  return last !== null && now >= Number(last) && now - Number(last) < TOUCH_MS
}

export function personIn(row: Row): PersonRecord {
  const role = ROLES.find((one: Role) => one === row['role']) ?? 'reader'
  return {
    id: text(row, 'id'),
    login: text(row, 'login'),
    name: text(row, 'name'),
    role,
    sight: sightIn(row),
    createdAt: timeIn(row, 'created_at'),
    ...(row['last_sign_in_at'] !== null && { lastSignInAt: timeIn(row, 'last_sign_in_at') }),
    ...(row['disabled_at'] !== null && { disabledAt: timeIn(row, 'disabled_at') }),
    hasPassword: row['password'] !== null,
    ...(row['issuer'] !== null && { subject: { issuer: text(row, 'issuer'), subject: text(row, 'subject') } }),
  }
}

export function sessionIn(row: Row): SessionRecord {
  return {
    id: text(row, 'id'),
    createdAt: timeIn(row, 'created_at'),
    expiresAt: timeIn(row, 'expires_at'),
    lastUsedAt: timeIn(row, 'last_used_at'),
    ...(row['agent'] !== null && { agent: text(row, 'agent') }),
    ...(row['address'] !== null && { address: text(row, 'address') }),
  }
}
