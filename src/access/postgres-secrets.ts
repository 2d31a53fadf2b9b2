/** Secrets that copies of the program share, to know what another has signed. */
import { randomBytes } from 'node:crypto'
import type { PostgresSession } from '../state/postgres-session.ts'
import { statementsOf } from '../state/postgres-statements.ts'

const STATEMENTS = statementsOf({
  get: 'SELECT secret FROM shared_secrets WHERE name = :name',
  add: 'INSERT INTO shared_secrets (name, secret) VALUES (:name, :secret) ON CONFLICT (name) DO NOTHING',
})

const SECRET_BYTES = 32

/** The same 32 bytes for every copy that asks. @throws PolicyError `state-unusable` */
export async function sharedSecret(session: PostgresSession, name: string): Promise<Uint8Array> {
  for (;;) {
    const row = await session.get(STATEMENTS.get, { name })
    if (row) return row['secret'] as Uint8Array
    await session.run(STATEMENTS.add, { name, secret: randomBytes(SECRET_BYTES) })
  }
}
