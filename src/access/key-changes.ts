/** What is asked of a new API key 密钥 → what is kept, and what the audit log says of it. */
import type { Scope, Sight } from './access.ts'
import type { By, KeyRecord, NewAuditEntry, NewKey } from './access-store.ts'
import { entryOf, sightWords } from './records.ts'
import { expiryOf, nameOf, scopesOf, tokensOf } from './wishes.ts'

export interface KeyWishes {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expiresAt: number | null
  readonly tokensADay: number | null
}

/** @throws PolicyError `bad-request` */
export const keyWishes = ({ name, scopes, expiresAt, tokensADay }: NewKey, now: number): KeyWishes => ({
  name: nameOf('名称', name),
  scopes: scopesOf(scopes),
  expiresAt: expiresAt === undefined ? null : expiryOf(expiresAt, now),
  tokensADay: tokensADay === undefined ? null : tokensOf(tokensADay),
})

export const keyCreated = (by: By, { id, name, scopes, expiresAt, tokensADay }: KeyRecord, sight: Sight): NewAuditEntry => ({
  ...entryOf(by),
  action: 'key.create',
  object: id,
  outcome: 'done',
  detail: {
    name,
    scopes: scopes.join(' '),
    sight: sightWords(sight),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(tokensADay !== undefined && { tokensADay }),
  },
})

export const keyRevoked = (by: By, id: string): NewAuditEntry => ({ ...entryOf(by), action: 'key.revoke', object: id, outcome: 'done' })
