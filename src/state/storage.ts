/** All that is kept of people, as one opening of a file or of a database gives it. */
import type { AccessStore } from '../access/access-store.ts'
import type { OperatorSessions } from '../access/operator-sessions.ts'
import type { TokenLedger } from '../answering/token-budget.ts'
import type { PolicyError } from '../errors.ts'
import type { BotQueue } from './bot-queue.ts'
import type { RateStore } from './rates.ts'
import type { Relay } from './relay.ts'
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
  /** The same. */
  readonly operatorSessions?: OperatorSessions
  /** The same. */
  readonly tokens?: TokenLedger
  /** To all other copies; absent: there is but one. */
  readonly relay?: Relay
  /** 32 bytes that all copies have, by what they are for. */
  secret?(name: string): Promise<Uint8Array>
  /** Of a database; absent: it is a file. */
  connections?(): { readonly used: number; readonly idle: number; readonly waiting: number }
  /** @throws PolicyError `state-unusable`, `disk-full` where nothing can be written */
  probe(): void | Promise<void>
  /** Why it cannot be read or written now; undefined where it can. */
  trouble(): PolicyError | undefined | Promise<PolicyError | undefined>
}
