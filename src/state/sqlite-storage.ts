/** All that is kept in state.sqlite, over one opening of the file: the State, and the queue of chat platforms. */
import type { BotQueue } from './bot-queue.ts'
import { SqliteBotQueue, type SqliteBotQueueOptions } from './sqlite-bot-queue.ts'
import { openFile } from './sqlite-file.ts'
import { SqliteSession } from './sqlite-session.ts'
import { SqliteState, type SqliteStateOptions } from './sqlite-state.ts'
import type { State } from './state.ts'

export interface Storage {
  /** Closing it closes the file. */
  readonly state: State
  readonly queue: BotQueue
}

/** @throws PolicyError `state-unusable`, `disk-full` */
export function openSqliteStorage(path: string, options: SqliteStateOptions & SqliteBotQueueOptions = {}): Storage {
  const { log = () => {}, mend = true, now = Date.now, leaseMs } = options
  const session = new SqliteSession(openFile(path, { log, mend }), path)
  const queue = new SqliteBotQueue(session, { now, ...(leaseMs !== undefined && { leaseMs }) })
  return { state: new SqliteState(session, { log, now }), queue }
}
