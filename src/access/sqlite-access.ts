/** Keys, people, sessions, collections and the audit log in state.sqlite; `:memory:` for what ends with the process. */
import { IN_MEMORY } from '../state/sqlite-file.ts'
import { SqliteSession } from '../state/sqlite-session.ts'
import type { AccessStore, AuditHead, AuditWanted, By, NewAuditEntry, NewKey, NewPerson } from './access-store.ts'
import { Passwords, PASSWORD_COST, type PasswordCost } from './passwords.ts'
import type { HolderId, SessionAbout } from './session-rules.ts'
import { SqliteAudit } from './sqlite-audit.ts'
import { SqliteCollections } from './sqlite-collections.ts'
import { SqliteKeys } from './sqlite-keys.ts'
import { SqlitePeople } from './sqlite-people.ts'
import type { Desk } from './sqlite-desk.ts'
import { SqliteSessions } from './sqlite-sessions.ts'

export { IN_MEMORY }

export interface SqliteAccessOptions {
  /** Told of what could not be kept, and of an audit log that does not go with its head. */
  readonly log?: (message: string) => void
  /** For tests. */
  readonly now?: () => number
  /** For tests: what it takes to hash a password. */
  readonly passwordCost?: PasswordCost
}

/**
 * Opens a file for access alone; a damaged one is refused and left as it is.
 * @throws PolicyError `state-unusable`, `disk-full`
 */
export function openSqliteAccess(path: string, options: SqliteAccessOptions = {}): AccessStore & { close(): void } {
  const { log = () => {} } = options
  const session = new SqliteSession(path, { log, mend: false })
  return Object.assign(new SqliteAccess(session, options), { close: () => session.close() })
}

export class SqliteAccess implements AccessStore {
  readonly #desk: Desk
  readonly #keys: SqliteKeys
  readonly #people: SqlitePeople
  readonly #sessions: SqliteSessions
  /** As it was read last. */
  #hadAnyone: boolean | undefined
  readonly #collections: SqliteCollections

  constructor(session: SqliteSession, options: SqliteAccessOptions = {}) {
    const { log = () => {}, now = Date.now, passwordCost = PASSWORD_COST } = options
    this.#desk = { session, now, log, audit: new SqliteAudit(session, now, log) }
    this.#collections = new SqliteCollections(this.#desk)
    const collectionIds = () => this.#collections.ids()
    this.#keys = new SqliteKeys(this.#desk, collectionIds)
    this.#people = new SqlitePeople(this.#desk, new Passwords(passwordCost), collectionIds)
    this.#sessions = new SqliteSessions(this.#desk)
  }

  async createKey(wanted: NewKey, by: By) {
    const made = this.#keys.create(wanted, by)
    this.#desk.audit.guard()
    return made
  }

  async keys() {
    return this.#keys.all()
  }

  async keyBySecret(secret: string) {
    return this.#keys.bySecret(secret)
  }

  async keyById(id: string) {
    return this.#keys.byId(id)
  }

  async revokeKey(id: string, by: By) {
    return this.#keys.revoke(id, by)
  }

  async createPerson(wanted: NewPerson, by: By) {
    const made = await this.#people.create(wanted, by)
    this.#desk.audit.guard()
    return made
  }

  async people() {
    return this.#people.all()
  }

  async personBySubject(issuer: string, subject: string) {
    return this.#people.bySubject(issuer, subject)
  }

  personByPassword(login: string, password: string) {
    return this.#people.byPassword(login, password)
  }

  changePerson(id: string, change: Parameters<AccessStore['changePerson']>[1], by: By) {
    return this.#people.change(id, change, by)
  }

  async openSession(holder: HolderId, about: SessionAbout) {
    return this.#sessions.open(holder, about)
  }

  async sessionByToken(token: string) {
    return this.#sessions.byToken(token)
  }

  async sessionsOf(holder: HolderId) {
    return this.#sessions.of(holder)
  }

  async closeSession(id: string) {
    return this.#sessions.close(id)
  }

  async collections() {
    return this.#collections.all()
  }

  async createCollection(name: string, by: By) {
    return this.#collections.create(name, by)
  }

  async changeCollection(id: string, change: Parameters<AccessStore['changeCollection']>[1], by: By) {
    return this.#collections.change(id, change, by)
  }

  async removeCollection(id: string, by: By) {
    this.#collections.remove(id, by)
  }

  async collectionsMark() {
    return this.#collections.mark()
  }

  async hasAnyone() {
    try {
      return (this.#hadAnyone = this.#keys.isAny() || this.#people.isAny() || this.#desk.audit.isGuarded)
    } catch (error) {
      const had = this.#hadAnyone ?? this.#desk.audit.guardedBesides()
      if (had === undefined) throw error
      return had
    }
  }

  async audit(entry: NewAuditEntry) {
    this.#desk.session.written(() => this.#desk.audit.append(entry))
  }

  async auditEntries(wanted: AuditWanted) {
    return this.#desk.audit.entries(wanted)
  }

  async auditHead() {
    return this.#desk.session.tried(() => this.#desk.audit.head())
  }

  auditVerify(expected?: AuditHead) {
    return this.#desk.audit.verify(expected)
  }
}
