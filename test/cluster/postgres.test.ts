/** State, queue, access, sums and limits in a real PostgreSQL: the contracts. `again` is another pool over the same. */
import { afterAll, beforeAll, describe } from 'vitest'
import { openPostgresStorage, type PostgresStorageOptions } from '../../src/state/postgres-storage.ts'
import { describeAccess } from '../contracts/access.ts'
import { describeBotQueue, LEASE_MS } from '../contracts/bot-queue.ts'
import { describeOperatorSessions } from '../contracts/operator-sessions.ts'
import { describeRates } from '../contracts/rates.ts'
import { describeState } from '../contracts/state.ts'
import { describeLedger } from '../contracts/tokens.ts'
import { describeUsage } from '../contracts/usage.ts'
import { PostgresServer } from './postgres-server.ts'

/** As little as Argon2 allows. */
const passwordCost = { memoryKiB: 8, passes: 1, lanes: 1 }

describe.runIf(process.env['TIAOWEN_CLUSTER'] === '1')('PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => void (server = await PostgresServer.start()), 60_000)
  afterAll(() => server.stop())

  let last = ''
  const opened = async (address: string, options: PostgresStorageOptions = {}) => {
    const storage = await openPostgresStorage((last = address), { ...options, leaseMs: LEASE_MS, passwordCost, connections: 4 })
    return { ...storage, close: () => storage.state.close() }
  }
  const withClock = (now?: () => number) => (now ? { now } : {})
  const open = async (now?: () => number) => opened(await server.database(), withClock(now))
  const again = (now?: () => number) => opened(last, withClock(now))
  /** As the contract closes it. */
  const accessOf = async ({ access, close }: Awaited<ReturnType<typeof opened>>) => Object.assign(access, { close: () => void close() })

  describeState('PostgresState', { open: async (now) => (await open(now)).state, again: async () => (await again()).state })
  describeBotQueue('PostgresBotQueue', { open, again })
  describeAccess('PostgresAccess', { open: async (now) => accessOf(await open(now)), again: async (now) => accessOf(await again(now)) })
  describeUsage('PostgresUsage', { open, again })
  describeRates('PostgresRates', { open, again })
  describeOperatorSessions('PostgresOperatorSessions', { open, again })
  describeLedger('PostgresTokens', { open: () => open(), again: () => again() })
})
