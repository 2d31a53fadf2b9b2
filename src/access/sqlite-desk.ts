/** What the parts of SqliteAccess share. */
import type { SqliteSession } from '../state/sqlite-session.ts'
import type { SqliteAudit } from './sqlite-audit.ts'

export interface Desk {
  readonly session: SqliteSession
  readonly now: () => number
  readonly audit: SqliteAudit
  readonly log: (message: string) => void
}
