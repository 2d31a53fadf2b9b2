/** How long signed-in browsers 会话 stay signed in, and what is kept of them. */
import { PolicyError } from '../errors.ts'
import type { Row } from '../state/rows.ts'

const HOUR_MS = 3_600_000
/** Without use. */
export const SESSION_IDLE_MS = 12 * HOUR_MS
export const SESSION_MS = 7 * 24 * HOUR_MS
/** Of one holder: the oldest gives way. */
export const MOST_SESSIONS = 50

const MOST_CHARACTERS = 200

export type HolderId = { readonly person: string } | { readonly key: string }

export interface SessionAbout {
  readonly agent?: string
  readonly address?: string
}

export const bothOf = (holder: HolderId) => ({
  key: 'key' in holder ? holder.key : null,
  person: 'person' in holder ? holder.person : null,
})

export const isOver = (row: Row, now: number): boolean =>
  now >= Number(row['expires_at']) || now - Number(row['last_used_at']) >= SESSION_IDLE_MS

/** As it is kept. */
export const aboutOf = ({ agent, address }: SessionAbout) => ({
  agent: agent === undefined ? null : clip(agent),
  address: address === undefined ? null : clip(address),
})

const clip = (words: string) => words.slice(0, MOST_CHARACTERS).toWellFormed()

export const keyIsDead = () => new PolicyError('no-such-key', '没有这把密钥，或已停用。No such key, or it is revoked.')
