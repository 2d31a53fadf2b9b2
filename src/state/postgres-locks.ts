/**
 * Locks of PostgreSQL that processes of all hosts share, each on a connection of its own: it is held as long as the
 * connection stands. Whoever is ended, or cut off, holds it no longer.
 * https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
import pg from 'pg'
import { PolicyError } from '../errors.ts'
import { explained } from './postgres-errors.ts'
import { clientConfig, lockKey, placeOf } from './postgres-session.ts'
import { statementOf } from './postgres-statements.ts'

const TAKE = statementOf('SELECT pg_try_advisory_lock(:key::bigint) AS is_held')
/** Of this connection. */
const HELD = statementOf(`SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
  AND granted AND ((classid::bigint << 32) | objid::bigint) = :key::bigint) AS is_held`)

export interface Lock {
  isHeld(): Promise<boolean>
  release(): Promise<void>
}

export class PostgresLocks {
  readonly #address: string

  constructor(address: string) {
    this.#address = address
  }

  /** @throws PolicyError `index-locked` while another holds it, `state-unusable` where the database is away */
  async acquire(name: string): Promise<Lock> {
    const client = new pg.Client({ ...clientConfig(this.#address), application_name: `tiaowen writes ${name}` })
    let isLost = false
    client.on('error', () => (isLost = true))
    client.on('end', () => (isLost = true))
    const values = [lockKey('writer', name)]
    const asked = async (text: string): Promise<boolean> => (await client.query<{ is_held: boolean }>(text, values)).rows[0]!.is_held
    const release = () => client.end().catch(() => {}) // it ends with its connection, however that ends
    try {
      await client.connect()
      if (await asked(TAKE.text)) return { isHeld: async () => !isLost && (await asked(HELD.text).catch(() => false)), release }
    } catch (error) {
      await release()
      throw explained(error, placeOf(this.#address))
    }
    await release()
    throw new PolicyError('index-locked', `另一台机器或另一个程序正在写（${name}），一次只能有一个。请等它写完，或停下它，再试。Another program writes.`)
  }
}
