/** State, queue, access, sums and limits in one database of PostgreSQL. */
import { PostgresAccess, type PostgresAccessOptions } from '../access/postgres-access.ts'
import { PostgresOperatorSessions } from '../access/postgres-operator-sessions.ts'
import { sharedSecret } from '../access/postgres-secrets.ts'
import { PostgresBotQueue, type PostgresBotQueueOptions } from './postgres-bot-queue.ts'
import { PostgresRates } from './postgres-rates.ts'
import { PostgresRelay } from './postgres-relay.ts'
import { PostgresSession, type PostgresOptions } from './postgres-session.ts'
import { PostgresState } from './postgres-state.ts'
import { PostgresTokens } from './postgres-tokens.ts'
import { PostgresUsage } from './postgres-usage.ts'
import type { Relay } from './relay.ts'
import type { Storage } from './storage.ts'

export type PostgresStorageOptions = PostgresOptions & Omit<PostgresBotQueueOptions, 'now'> & Omit<PostgresAccessOptions, 'log'>

export interface PostgresStorage extends Storage {
  readonly access: PostgresAccess
  readonly rates: PostgresRates
  readonly relay: Relay
  readonly operatorSessions: PostgresOperatorSessions
  readonly tokens: PostgresTokens
  secret(name: string): Promise<Uint8Array>
  readonly session: PostgresSession
}

/**
 * A database that is away is used when it is there: until then every use throws `state-unusable`.
 * @param address `postgres://user:password@host:port/database`
 * @throws PolicyError `state-unusable` for one of a newer version
 */
export async function openPostgresStorage(address: string, options: PostgresStorageOptions = {}): Promise<PostgresStorage> {
  const { log = () => {}, now, leaseMs, folder, passwordCost } = options
  const session = await PostgresSession.open(address, options)
  const relay = new PostgresRelay(address, session)
  session.beforeClose(() => relay.close())
  return {
    session,
    relay,
    state: new PostgresState(session, log),
    queue: new PostgresBotQueue(session, { ...(now && { now }), ...(leaseMs !== undefined && { leaseMs }) }),
    access: new PostgresAccess(session, { log, ...(folder !== undefined && { folder }), ...(passwordCost && { passwordCost }) }),
    usage: new PostgresUsage(session),
    rates: new PostgresRates(session),
    operatorSessions: new PostgresOperatorSessions(session),
    tokens: new PostgresTokens(session),
    secret: (name) => sharedSecret(session, name),
    connections: () => session.connections(),
    probe: () => session.probe(),
    trouble: () => session.trouble(),
  }
}
