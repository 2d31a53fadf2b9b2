/** Browsers that signed in with the operator's key, in PostgreSQL: whichever copy a request reaches knows them. */
import { NOW, type PostgresSession } from '../state/postgres-session.ts'
import { statementsOf } from '../state/postgres-statements.ts'
import { operatorDigest, OPERATOR_SESSION_MS, type OperatorSessions } from './operator-sessions.ts'
import { newToken } from './secrets.ts'

const STATEMENTS = statementsOf({
  forget: `DELETE FROM operator_sessions WHERE expires_at <= ${NOW}`,
  add: `INSERT INTO operator_sessions (digest, expires_at) VALUES (:digest, ${NOW} + ${OPERATOR_SESSION_MS})`,
  has: `SELECT 1 AS one FROM operator_sessions WHERE digest = :digest AND expires_at > ${NOW}`,
  close: 'DELETE FROM operator_sessions WHERE digest = :digest',
})

export class PostgresOperatorSessions implements OperatorSessions {
  readonly #session: PostgresSession

  constructor(session: PostgresSession) {
    this.#session = session
  }

  async open(apiKey: string): Promise<string> {
    const token = newToken()
    await this.#session.written(async (transaction) => {
      await transaction.run(STATEMENTS.forget)
      await transaction.run(STATEMENTS.add, { digest: operatorDigest(token, apiKey) })
    })
    return token
  }

  async has(token: string, apiKey: string): Promise<boolean> {
    return (await this.#session.get(STATEMENTS.has, { digest: operatorDigest(token, apiKey) })) !== undefined
  }

  async close(token: string, apiKey: string): Promise<boolean> {
    return (await this.#session.run(STATEMENTS.close, { digest: operatorDigest(token, apiKey) })) > 0
  }
}
