/** API keys 密钥 in PostgreSQL. */
import { NOW, type Asker, type Transaction } from '../state/postgres-session.ts'
import { statementsOf } from '../state/postgres-statements.ts'
import type { By, KeyRecord, NewKey } from './access-store.ts'
import { keyCreated, keyRevoked, keyWishes } from './key-changes.ts'
import { changed, type Desk } from './postgres-desk.ts'
import { isAlive, isFresh, keptSight, keyIn, TOUCH_MS } from './records.ts'
import { digestOf, isSameDigest, keyIdOf, newKeySecret, newToken } from './secrets.ts'
import { refuseBlindAdmin, sightOf } from './wishes.ts'

const STATEMENTS = statementsOf({
  add: `INSERT INTO api_keys (id, digest, name, scopes, sight, created_at, created_by, expires_at, tokens_a_day)
    VALUES (:id, :digest, :name, :scopes, :sight, :now, :by, :expiresAt, :tokensADay)`,
  all: 'SELECT * FROM api_keys ORDER BY created_at DESC, inserted DESC',
  one: `SELECT *, ${NOW} AS now FROM api_keys WHERE id = :id`,
  // of the key or, where there is none, of a neighbour: to look takes as long, and its digest is another
  digest: `SELECT coalesce((SELECT digest FROM api_keys WHERE id >= :id ORDER BY id LIMIT 1),
    (SELECT digest FROM api_keys ORDER BY id DESC LIMIT 1), :nobodys::bytea) AS digest`,
  touch: `UPDATE api_keys SET last_used_at = :now::bigint
    WHERE id = :id AND (last_used_at IS NULL OR last_used_at NOT BETWEEN :now::bigint - ${TOUCH_MS - 1} AND :now::bigint)`,
  revoke: 'UPDATE api_keys SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL',
  endSessions: 'DELETE FROM sessions WHERE key_id = :id',
})

export class PostgresKeys {
  readonly #desk: Desk
  readonly #collectionIds: (asker: Asker) => Promise<ReadonlySet<string>>
  /** Of no key: what is compared where there is none. */
  readonly #nobodys = digestOf(newToken())

  constructor(desk: Desk, collectionIds: (asker: Asker) => Promise<ReadonlySet<string>>) {
    this.#desk = desk
    this.#collectionIds = collectionIds
  }

  create(wanted: NewKey, by: By): Promise<{ readonly key: KeyRecord; readonly secret: string }> {
    return changed(this.#desk, async (transaction) => {
      const { now } = transaction
      const { scopes, ...wishes } = keyWishes(wanted, now)
      const sight = sightOf(wanted.sight, await this.#collectionIds(transaction))
      refuseBlindAdmin(scopes.includes('admin'), sight)
      const { id, secret } = await unused(transaction)
      const row = { id, digest: digestOf(secret), ...wishes, scopes: scopes.join(' '), sight: keptSight(sight), now, by: by.by }
      await transaction.run(STATEMENTS.add, row)
      const key = keyIn((await transaction.get(STATEMENTS.one, { id }))!)
      await this.#desk.audit.guard(transaction)
      await this.#desk.audit.append(transaction, keyCreated(by, key, sight))
      return { key, secret }
    })
  }

  async all(): Promise<readonly KeyRecord[]> {
    return (await this.#desk.session.all(STATEMENTS.all)).map(keyIn)
  }

  async bySecret(secret: string): Promise<KeyRecord | undefined> {
    const given = digestOf(secret)
    const id = keyIdOf(secret) ?? ''
    const row = await this.#desk.session.get(STATEMENTS.digest, { id, nobodys: this.#nobodys })
    return isSameDigest(row!['digest'] as Uint8Array, given) ? this.byId(id) : undefined
  }

  async byId(id: string): Promise<KeyRecord | undefined> {
    const row = await this.#desk.session.get(STATEMENTS.one, { id })
    const now = Number(row?.['now'])
    if (!row || !isAlive(row, now)) return undefined
    return isFresh(row, now) || !(await this.#touch(id, now)) ? keyIn(row) : keyIn({ ...row, last_used_at: now })
  }

  revoke(id: string, by: By): Promise<boolean> {
    return changed(this.#desk, async (transaction) => {
      if ((await transaction.run(STATEMENTS.revoke, { id, now: transaction.now })) === 0) return false
      await transaction.run(STATEMENTS.endSessions, { id })
      await this.#desk.audit.append(transaction, keyRevoked(by, id))
      return true
    })
  }

  /** A full disk keeps nobody out: that it was used is then not kept. */
  async #touch(id: string, now: number): Promise<boolean> {
    try {
      await this.#desk.session.run(STATEMENTS.touch, { id, now })
      return true
    } catch (error) {
      this.#desk.log(`密钥 ${id} 的最近使用时间没有记下：${error instanceof Error ? error.message : String(error)}`)
      return false
    }
  }
}

async function unused(transaction: Transaction): Promise<ReturnType<typeof newKeySecret>> {
  for (;;) {
    const made = newKeySecret()
    if (!(await transaction.get(STATEMENTS.one, { id: made.id }))) return made
  }
}
