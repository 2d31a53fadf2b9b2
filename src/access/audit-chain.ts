/** The chain of the audit log: each entry's hash is over the one before and itself, so that none can be changed. */
import { createHash } from 'node:crypto'
import type { AuditEntry } from './access-store.ts'

/** What the first entry follows. */
export const NO_HASH = '0'.repeat(64)

type Value = string | number | boolean | Readonly<Record<string, string | number | boolean>>

/**
 * Keys sorted by their UTF-16 units, no white space, nothing absent: one text for one value.
 * @example canonical({ b: 1, a: '甲' }) // '{"a":"甲","b":1}'
 */
export function canonical(value: object): string {
  const entries = Object.entries(value as Record<string, Value | undefined>)
    .filter((entry): entry is [string, Value] => entry[1] !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${typeof one === 'object' ? canonical(one) : JSON.stringify(one)}`)
  return `{${entries.join(',')}}`
}

/** SHA-256 in hex over the hash before, a line break, and the entry in canonical JSON. */
export function hashOf(before: string, entry: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(`${before}\n${canonical(entry)}`).digest('hex')
}
