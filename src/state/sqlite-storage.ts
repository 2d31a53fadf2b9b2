/** All that is kept in state.sqlite, over one opening of the file: the State, the queue of chat platforms, who may do what. */
import { SqliteAccess } from '../access/sqlite-access.ts'
import type { PolicyError } from '../errors.ts'
import { SqliteBotQueue, type SqliteBotQueueOptions } from './sqlite-bot-queue.ts'
import { SqliteSession } from './sqlite-session.ts'
import { SqliteState, type SqliteStateOptions } from './sqlite-state.ts'
import { SqliteUsage } from './sqlite-usage.ts'
import { steadyNow } from './steady-clock.ts'
import type { Storage } from './storage.ts'

export type { Storage }

/** Here they are answered at once. */
export interface SqliteStorage extends Storage {
  probe(): void
  trouble(): PolicyError | undefined
}

/**
 * A file that cannot be opened now (a full or read-only disk, another program) is opened when it can be: until then
 * every use throws `state-unusable` or `disk-full`.
 * @throws PolicyError `state-unusable` for a file of a newer version
 */
export function openSqliteStorage(path: string, options: SqliteStateOptions & SqliteBotQueueOptions = {}): SqliteStorage {
  const { log = () => {}, mend = true, now, leaseMs } = options
  const session = new SqliteSession(path, { log, mend, mayWait: true })
  const queue = new SqliteBotQueue(session, { now: now ?? steadyNow, ...(leaseMs !== undefined && { leaseMs }) })
  const clock = { log, now: now ?? Date.now }
  return {
    state: new SqliteState(session, clock),
    queue,
    access: new SqliteAccess(session, clock),
    usage: new SqliteUsage(session),
    probe: () => session.probe(),
    trouble: () => session.trouble(),
  }
}
