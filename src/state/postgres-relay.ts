/**
 * Words between copies of the program by LISTEN and NOTIFY of PostgreSQL, heard on a connection of its own, which is made
 * anew where it is lost. https://www.postgresql.org/docs/current/sql-notify.html
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { clientConfig, type PostgresSession } from './postgres-session.ts'
import { statementOf } from './postgres-statements.ts'
import type { Relay } from './relay.ts'

const TELL = statementOf(`SELECT pg_notify('tiaowen_words', :word)`)
const AGAIN_MS = 1_000
/** PostgreSQL takes 8,000 bytes. */
const MOST_BYTES = 7_000

export class PostgresRelay implements Relay {
  readonly #address: string
  readonly #session: Pick<PostgresSession, 'run'>
  /** What is told here is not heard here. */
  readonly #self = randomUUID()
  readonly #listeners: ((word: string) => void)[] = []
  #client: pg.Client | undefined
  #again: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(address: string, session: Pick<PostgresSession, 'run'>) {
    this.#address = address
    this.#session = session
  }

  tell(word: string): void {
    const sent = `${this.#self} ${word}`
    if (Buffer.byteLength(sent) <= MOST_BYTES) void this.#session.run(TELL, { word: sent }).catch(() => {}) // the session's own log says why
  }

  listen(listener: (word: string) => void): void {
    if (this.#listeners.push(listener) === 1) void this.#hear()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#again)
    await this.#client?.end().catch(() => {})
  }

  async #hear(): Promise<void> {
    const client = new pg.Client({ ...clientConfig(this.#address), application_name: 'tiaowen listens' })
    const lost = () => {
      if (this.#client === client) this.#client = undefined
      clearTimeout(this.#again)
      if (!this.#isClosed) this.#again = setTimeout(() => void this.#hear(), AGAIN_MS).unref()
    }
    client.on('error', () => {})
    client.once('end', lost)
    client.on('notification', ({ payload = '' }) => this.#heard(payload))
    try {
      await client.connect()
      this.#client = client
      await client.query('LISTEN tiaowen_words')
      if (this.#isClosed) await client.end()
    } catch {
      await client.end().catch(() => {})
      lost()
    }
  }

  #heard(payload: string): void {
    const at = payload.indexOf(' ')
    if (payload.slice(0, at) === this.#self) return
    for (const listener of this.#listeners) listener(payload.slice(at + 1))
  }
}
