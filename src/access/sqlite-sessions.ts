/** Signed-in browsers 会话 in the file of SQLite. */
import { PolicyError } from '../errors.ts'
import type { Row } from '../state/sqlite-session.ts'
import type { SessionHolder, SessionRecord } from './access-store.ts'
import { digestOf, newId, newToken } from './secrets.ts'
import { noSuchPerson } from './sqlite-people.ts'
import { isAlive, keyIn, personIn, sessionIn, TOUCH_MS, type Desk } from './sqlite-rows.ts'

const HOUR_MS = 3_600_000
/** Without use. */
export const SESSION_IDLE_MS = 12 * HOUR_MS
export const SESSION_MS = 7 * 24 * HOUR_MS
/** Of one holder: the oldest gives way. */
export const MOST_SESSIONS = 50

const STATEMENTS = {
  key: 'SELECT * FROM api_keys WHERE id = :id',
  person: 'SELECT * FROM people WHERE id = :id',
  signedIn: 'UPDATE people SET last_sign_in_at = :now WHERE id = :id',
  add: `INSERT INTO sessions (id, digest, key_id, person_id, created_at, last_used_at, expires_at, agent, address)
    VALUES (:id, :digest, :key, :person, :now, :now, :expiresAt, :agent, :address)`,
  byDigest: 'SELECT * FROM sessions WHERE digest = :digest',
  of: `SELECT * FROM sessions WHERE (key_id = :key OR person_id = :person) AND expires_at > :now AND last_used_at > :idle
    ORDER BY created_at DESC, rowid DESC`,
  touch: 'UPDATE sessions SET last_used_at = :now WHERE id = :id',
  forget: 'DELETE FROM sessions WHERE expires_at <= :now OR last_used_at <= :idle',
  surplus: `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE key_id = :key OR person_id = :person
    ORDER BY created_at DESC, rowid DESC LIMIT -1 OFFSET ${MOST_SESSIONS})`,
  close: 'DELETE FROM sessions WHERE id = :id',
} as const

const MOST_CHARACTERS = 200

export type HolderId = { readonly person: string } | { readonly key: string }

export class SqliteSessions {
  readonly #desk: Desk
  readonly #statements

  constructor(desk: Desk) {
    this.#desk = desk
    this.#statements = desk.session.prepared(STATEMENTS)
  }

  open(holder: HolderId, { agent, address }: { readonly agent?: string; readonly address?: string }) {
    const now = this.#desk.now()
    const token = newToken()
    return this.#desk.session.written(() => {
      const whose = this.#existing(holder, now)
      this.#statements.forget.run({ now, idle: now - SESSION_IDLE_MS })
      if (whose.person !== null) this.#statements.signedIn.run({ id: whose.person, now })
      this.#statements.add.run({
        id: newId(),
        digest: digestOf(token),
        ...whose,
        now,
        expiresAt: now + SESSION_MS,
        agent: agent === undefined ? null : clip(agent),
        address: address === undefined ? null : clip(address),
      })
      this.#statements.surplus.run(whose)
      return { token, session: sessionIn(this.#statements.byDigest.get({ digest: digestOf(token) })!) }
    })
  }

  byToken(token: string): { readonly session: SessionRecord; readonly holder: SessionHolder } | undefined {
    const now = this.#desk.now()
    return this.#desk.session.tried(() => {
      const row = this.#statements.byDigest.get({ digest: digestOf(token) })
      if (!row || isOver(row, now)) return undefined
      const holder = this.#holderOf(row, now)
      if (!holder) return undefined
      const last = Number(row['last_used_at'])
      const isFresh = now >= last && now - last < TOUCH_MS
      return { session: sessionIn(isFresh || !this.#touch(row, now) ? row : { ...row, last_used_at: now }), holder }
    })
  }

  of(holder: HolderId): readonly SessionRecord[] {
    const now = this.#desk.now()
    const wanted = { ...bothOf(holder), now, idle: now - SESSION_IDLE_MS }
    return this.#desk.session.tried(() => this.#statements.of.all(wanted)).map(sessionIn)
  }

  close(id: string): boolean {
    return this.#desk.session.written(() => Number(this.#statements.close.run({ id }).changes) > 0)
  }

  #existing(holder: HolderId, now: number): ReturnType<typeof bothOf> {
    if ('key' in holder) {
      const row = this.#statements.key.get({ id: holder.key })
      if (!row || !isAlive(row, now)) throw new PolicyError('no-such-key', '没有这把密钥，或已停用。No such key, or it is revoked.')
    } else {
      const row = this.#statements.person.get({ id: holder.person })
      if (!row || row['disabled_at'] !== null) throw noSuchPerson(holder.person)
    }
    return bothOf(holder)
  }

  #holderOf(row: Row, now: number): SessionHolder | undefined {
    if (row['key_id'] !== null) {
      const key = this.#statements.key.get({ id: row['key_id']! })
      return key && isAlive(key, now) ? { key: keyIn(key) } : undefined
    }
    const person = this.#statements.person.get({ id: row['person_id']! })
    return person && person['disabled_at'] === null ? { person: personIn(person) } : undefined
  }

  /** A full disk signs nobody out before their time. */
  #touch(row: Row, now: number): boolean {
    try {
      this.#desk.session.written(() => this.#statements.touch.run({ id: row['id']!, now }))
      return true
    } catch (error) {
      this.#desk.log(`会话的最近使用时间没有记下：${error instanceof Error ? error.message : String(error)}`)
      return false
    }
  }
}

const bothOf = (holder: HolderId) => ({
  key: 'key' in holder ? holder.key : null,
  person: 'person' in holder ? holder.person : null,
})

const isOver = (row: Row, now: number): boolean =>
  now >= Number(row['expires_at']) || now - Number(row['last_used_at']) >= SESSION_IDLE_MS

const clip = (words: string) => words.slice(0, MOST_CHARACTERS).toWellFormed()
