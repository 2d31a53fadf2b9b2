/** Signed-in browsers 会话 in PostgreSQL: whichever copy of the program a request reaches knows them. */
import { NOW, type Asker, type Transaction } from '../state/postgres-session.ts'
import { statementsOf } from '../state/postgres-statements.ts'
import type { Row } from '../state/rows.ts'
import type { SessionHolder, SessionRecord } from './access-store.ts'
import { noSuchPerson } from './person-changes.ts'
import type { Desk } from './postgres-desk.ts'
import { isAlive, isFresh, keyIn, personIn, sessionIn } from './records.ts'
import { digestOf, newId, newToken } from './secrets.ts'
import { aboutOf, bothOf, isOver, keyIsDead, MOST_SESSIONS, SESSION_IDLE_MS, SESSION_MS, type HolderId, type SessionAbout } from './session-rules.ts'

const STATEMENTS = statementsOf({
  key: 'SELECT * FROM api_keys WHERE id = :id',
  person: 'SELECT * FROM people WHERE id = :id',
  // held: who is revoked or disabled at the same time ends this session, or it is not opened
  keyHeld: 'SELECT * FROM api_keys WHERE id = :id FOR UPDATE',
  personHeld: 'SELECT * FROM people WHERE id = :id FOR UPDATE',
  signedIn: 'UPDATE people SET last_sign_in_at = :now WHERE id = :id',
  add: `INSERT INTO sessions (id, digest, key_id, person_id, created_at, last_used_at, expires_at, agent, address)
    VALUES (:id, :digest, :key, :person, :now, :now, :expiresAt, :agent, :address) RETURNING *`,
  byDigest: `SELECT *, ${NOW} AS now FROM sessions WHERE digest = :digest`,
  of: `SELECT * FROM sessions WHERE (key_id = :key OR person_id = :person) AND expires_at > ${NOW}
    AND last_used_at > ${NOW} - ${SESSION_IDLE_MS} ORDER BY created_at DESC, inserted DESC`,
  touch: 'UPDATE sessions SET last_used_at = :now WHERE id = :id',
  forget: 'DELETE FROM sessions WHERE expires_at <= :now OR last_used_at <= :idle',
  surplus: `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE key_id = :key OR person_id = :person
    ORDER BY created_at DESC, inserted DESC OFFSET ${MOST_SESSIONS})`,
  close: 'DELETE FROM sessions WHERE id = :id',
})

export class PostgresSessions {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  open(holder: HolderId, about: SessionAbout): Promise<{ readonly token: string; readonly session: SessionRecord }> {
    const token = newToken()
    return this.#desk.session.written(async (transaction) => {
      const { now } = transaction
      const whose = await existing(transaction, holder)
      await transaction.run(STATEMENTS.forget, { now, idle: now - SESSION_IDLE_MS })
      if (whose.person !== null) await transaction.run(STATEMENTS.signedIn, { id: whose.person, now })
      const row = { id: newId(), digest: digestOf(token), ...whose, now, expiresAt: now + SESSION_MS, ...aboutOf(about) }
      const added = await transaction.get(STATEMENTS.add, row)
      await transaction.run(STATEMENTS.surplus, whose)
      return { token, session: sessionIn(added!) }
    })
  }

  async byToken(token: string): Promise<{ readonly session: SessionRecord; readonly holder: SessionHolder } | undefined> {
    const { session } = this.#desk
    const row = await session.get(STATEMENTS.byDigest, { digest: digestOf(token) })
    const now = Number(row?.['now'])
    if (!row || isOver(row, now)) return undefined
    const holder = await holderOf(session, row, now)
    if (!holder) return undefined
    return { session: sessionIn(isFresh(row, now) || !(await this.#touch(row, now)) ? row : { ...row, last_used_at: now }), holder }
  }

  async of(holder: HolderId): Promise<readonly SessionRecord[]> {
    return (await this.#desk.session.all(STATEMENTS.of, bothOf(holder))).map(sessionIn)
  }

  async close(id: string): Promise<boolean> {
    return (await this.#desk.session.run(STATEMENTS.close, { id })) > 0
  }

  /** What cannot be written signs nobody out before their time. */
  async #touch(row: Row, now: number): Promise<boolean> {
    try {
      await this.#desk.session.run(STATEMENTS.touch, { id: String(row['id']), now })
      return true
    } catch (error) {
      this.#desk.log(`会话的最近使用时间没有记下：${error instanceof Error ? error.message : String(error)}`)
      return false
    }
  }
}

async function existing(transaction: Transaction, holder: HolderId): Promise<ReturnType<typeof bothOf>> {
  if ('key' in holder) {
    const row = await transaction.get(STATEMENTS.keyHeld, { id: holder.key })
    if (!row || !isAlive(row, transaction.now)) throw keyIsDead()
  } else {
    const row = await transaction.get(STATEMENTS.personHeld, { id: holder.person })
    if (!row || row['disabled_at'] !== null) throw noSuchPerson(holder.person)
  }
  return bothOf(holder)
}

async function holderOf(asker: Asker, row: Row, now: number): Promise<SessionHolder | undefined> {
  if (row['key_id'] !== null) {
    const key = await asker.get(STATEMENTS.key, { id: String(row['key_id']) })
    return key && isAlive(key, now) ? { key: keyIn(key) } : undefined
  }
  const person = await asker.get(STATEMENTS.person, { id: String(row['person_id']) })
  return person && person['disabled_at'] === null ? { person: personIn(person) } : undefined
}
