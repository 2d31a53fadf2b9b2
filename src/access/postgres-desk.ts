/** What the parts of PostgresAccess share. */
import type { PostgresSession, Transaction } from '../state/postgres-session.ts'
import type { PostgresAudit } from './postgres-audit.ts'

export interface Desk {
  readonly session: PostgresSession
  readonly audit: PostgresAudit
  readonly log: (message: string) => void
}

/** Changes of keys, people and collections are rare: of all copies one makes them at a time, and sees what others made. */
export const changed = <Result>({ session }: Desk, work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
  session.written(work, 'access')
