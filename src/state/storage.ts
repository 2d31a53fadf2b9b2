/** All that is kept of people, as one opening of a file or of a database gives it. */
import type { AccessStore } from '../access/access-store.ts'
import type { PolicyError } from '../errors.ts'
import type { BotQueue } from './bot-queue.ts'
import type { RateStore } from './rates.ts'
import type { State } from './state.ts'
import type { UsageStore } from './usage.ts'

export interface Storage {
  /** To close it is to close all. */
  readonly state: State
  readonly queue: BotQueue
  readonly access: AccessStore
  readonly usage: UsageStore
  /** Where copies of the program share it; absent: each counts for itself. */
  readonly rates?: RateStore
  /** @throws PolicyError `state-unusable`, `disk-full` where nothing can be written */
  probe(): void | Promise<void>
  /** Why it cannot be read or written now; undefined where it can. */
  trouble(): PolicyError | undefined | Promise<PolicyError | undefined>
}
