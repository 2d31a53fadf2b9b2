/** API keys 密钥 in the file of SQLite. */
import type { By, KeyRecord, NewKey } from './access-store.ts'
import { keyCreated, keyRevoked, keyWishes } from './key-changes.ts'
import { isAlive, isFresh, keptSight, keyIn, TOUCH_MS } from './records.ts'
import { digestOf, isSameDigest, keyIdOf, newKeySecret, newToken } from './secrets.ts'
import type { Desk } from './sqlite-desk.ts'
import { refuseBlindAdmin, sightOf } from './wishes.ts'

const STATEMENTS = {
  add: `INSERT INTO api_keys (id, digest, name, scopes, sight, created_at, created_by, expires_at, tokens_a_day)
    VALUES (:id, :digest, :name, :scopes, :sight, :now, :by, :expiresAt, :tokensADay)`,
  all: 'SELECT * FROM api_keys ORDER BY created_at DESC, rowid DESC',
  one: 'SELECT * FROM api_keys WHERE id = :id',
  // of the key or, where there is none, of a neighbour: to look takes as long, and its digest is another
  digest: `SELECT coalesce((SELECT digest FROM api_keys WHERE id >= :id ORDER BY id LIMIT 1),
    (SELECT digest FROM api_keys ORDER BY id DESC LIMIT 1), :nobodys) AS digest`,
  touch: `UPDATE api_keys SET last_used_at = :now
    WHERE id = :id AND (last_used_at IS NULL OR last_used_at NOT BETWEEN :now - ${TOUCH_MS - 1} AND :now)`,
  revoke: 'UPDATE api_keys SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL',
  endSessions: 'DELETE FROM sessions WHERE key_id = :id',
  any: 'SELECT EXISTS (SELECT 1 FROM api_keys) AS is_any',
} as const

export class SqliteKeys {
  readonly #desk: Desk
  readonly #statements
  readonly #collectionIds: () => ReadonlySet<string>
  /** Of no key: what is compared where there is none. */
  readonly #nobodys = digestOf(newToken())

  constructor(desk: Desk, collectionIds: () => ReadonlySet<string>) {
    this.#desk = desk
    this.#statements = desk.session.prepared(STATEMENTS)
    this.#collectionIds = collectionIds
  }

  create(wanted: NewKey, by: By): { readonly key: KeyRecord; readonly secret: string } {
    const now = this.#desk.now()
    const { scopes, ...wishes } = keyWishes(wanted, now)
    return this.#desk.session.written(() => {
      const sight = sightOf(wanted.sight, this.#collectionIds())
      refuseBlindAdmin(scopes.includes('admin'), sight)
      const { id, secret } = this.#unused()
      const row = { id, digest: digestOf(secret), ...wishes, scopes: scopes.join(' '), sight: keptSight(sight), now, by: by.by }
      this.#statements.add.run(row)
      const key = keyIn(this.#statements.one.get({ id })!)
      this.#desk.audit.append(keyCreated(by, key, sight))
      return { key, secret }
    })
  }

  all(): readonly KeyRecord[] {
    return this.#desk.session.tried(() => this.#statements.all.all()).map(keyIn)
  }

  bySecret(secret: string): KeyRecord | undefined {
    const given = digestOf(secret)
    const id = keyIdOf(secret) ?? ''
    const row = this.#desk.session.tried(() => this.#statements.digest.get({ id, nobodys: this.#nobodys }))
    return isSameDigest(row!['digest'] as Uint8Array, given) ? this.byId(id) : undefined
  }

  byId(id: string): KeyRecord | undefined {
    const now = this.#desk.now()
    const row = this.#desk.session.tried(() => this.#statements.one.get({ id }))
    if (!row || !isAlive(row, now)) return undefined
    return isFresh(row, now) || !this.#touch(id, now) ? keyIn(row) : keyIn({ ...row, last_used_at: now })
  }

  revoke(id: string, by: By): boolean {
    return this.#desk.session.written(() => {
      const { changes } = this.#statements.revoke.run({ id, now: this.#desk.now() })
      if (Number(changes) === 0) return false
      this.#statements.endSessions.run({ id })
      this.#desk.audit.append(keyRevoked(by, id))
      return true
    })
  }

  isAny(): boolean {
    return this.#desk.session.tried(() => this.#statements.any.get())!['is_any'] === 1
  }

  /** A full disk keeps nobody out: that it was used is then not kept. */
  #touch(id: string, now: number): boolean {
    try {
      this.#desk.session.written(() => this.#statements.touch.run({ id, now }))
      return true
    } catch (error) {
      this.#desk.log(`密钥 ${id} 的最近使用时间没有记下：${error instanceof Error ? error.message : String(error)}`)
      return false
    }
  }

  #unused(): ReturnType<typeof newKeySecret> {
    for (;;) {
      const made = newKeySecret()
      if (!this.#statements.one.get({ id: made.id })) return made
    }
  }
}
