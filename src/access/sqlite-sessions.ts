/** Signed-in browsers 会话 in the file of SQLite. */
import type { Row } from '../state/sqlite-session.ts'
import type { SessionHolder, SessionRecord } from './access-store.ts'
import { noSuchPerson } from './person-changes.ts'
import { isAlive, isFresh, keyIn, personIn, sessionIn } from './records.ts'
import { digestOf, newId, newToken } from './secrets.ts'
import { aboutOf, bothOf, isOver, keyIsDead, MOST_SESSIONS, SESSION_IDLE_MS, SESSION_MS, type HolderId, type SessionAbout } from './session-rules.ts'
import type { Desk } from './sqlite-desk.ts'

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

export class SqliteSessions {
  readonly #desk: Desk
  readonly #statements

  constructor(desk: Desk) {
    this.#desk = desk
    this.#statements = desk.session.prepared(STATEMENTS)
  }

  open(holder: HolderId, about: SessionAbout) {
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
        ...aboutOf(about),
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
      return { session: sessionIn(isFresh(row, now) || !this.#touch(row, now) ? row : { ...row, last_used_at: now }), holder }
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
      if (!row || !isAlive(row, now)) throw keyIsDead()
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
