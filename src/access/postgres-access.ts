/** Keys, people, sessions, collections and the audit log in PostgreSQL, which several copies of the program share. */
import type { PostgresSession } from '../state/postgres-session.ts'
import type { AccessStore, AuditHead, AuditWanted, By, NewAuditEntry, NewKey, NewPerson } from './access-store.ts'
import { NO_HASH } from './audit-chain.ts'
import { readHead, writeHead } from './audit-head-file.ts'
import { Passwords, PASSWORD_COST, type PasswordCost } from './passwords.ts'
import { PostgresAudit } from './postgres-audit.ts'
import { PostgresCollections } from './postgres-collections.ts'
import type { Desk } from './postgres-desk.ts'
import { PostgresKeys } from './postgres-keys.ts'
import { PostgresPeople } from './postgres-people.ts'
import { PostgresSessions } from './postgres-sessions.ts'
import type { HolderId, SessionAbout } from './session-rules.ts'

export interface PostgresAccessOptions {
  /** Told of what could not be kept. */
  readonly log?: (message: string) => void
  /** Where it is kept besides that there was a key or a person: should the database be lost, nobody is let in without one. */
  readonly folder?: string
  /** For tests: what it takes to hash a password. */
  readonly passwordCost?: PasswordCost
}

export class PostgresAccess implements AccessStore {
  readonly #desk: Desk
  readonly #keys: PostgresKeys
  readonly #people: PostgresPeople
  readonly #sessions: PostgresSessions
  readonly #collections: PostgresCollections
  readonly #folder: string | undefined
  /** What was shut once does not open. */
  #hadAnyone = false
  #isBeside = false

  constructor(session: PostgresSession, { log = () => {}, folder, passwordCost = PASSWORD_COST }: PostgresAccessOptions = {}) {
    this.#desk = { session, log, audit: new PostgresAudit(session) }
    this.#folder = folder
    this.#collections = new PostgresCollections(this.#desk)
    this.#keys = new PostgresKeys(this.#desk, (asker) => this.#collections.ids(asker))
    this.#people = new PostgresPeople(this.#desk, new Passwords(passwordCost), (asker) => this.#collections.ids(asker))
    this.#sessions = new PostgresSessions(this.#desk)
  }

  async createKey(wanted: NewKey, by: By) {
    const made = await this.#keys.create(wanted, by)
    this.#guardBesides()
    return made
  }

  keys() {
    return this.#keys.all()
  }

  keyBySecret(secret: string) {
    return this.#keys.bySecret(secret)
  }

  keyById(id: string) {
    return this.#keys.byId(id)
  }

  revokeKey(id: string, by: By) {
    return this.#keys.revoke(id, by)
  }

  async createPerson(wanted: NewPerson, by: By) {
    const made = await this.#people.create(wanted, by)
    this.#guardBesides()
    return made
  }

  people() {
    return this.#people.all()
  }

  personBySubject(issuer: string, subject: string) {
    return this.#people.bySubject(issuer, subject)
  }

  personByPassword(login: string, password: string) {
    return this.#people.byPassword(login, password)
  }

  changePerson(id: string, change: Parameters<AccessStore['changePerson']>[1], by: By) {
    return this.#people.change(id, change, by)
  }

  openSession(holder: HolderId, about: SessionAbout) {
    return this.#sessions.open(holder, about)
  }

  sessionByToken(token: string) {
    return this.#sessions.byToken(token)
  }

  sessionsOf(holder: HolderId) {
    return this.#sessions.of(holder)
  }

  closeSession(id: string) {
    return this.#sessions.close(id)
  }

  collections() {
    return this.#collections.all()
  }

  createCollection(name: string, by: By) {
    return this.#collections.create(name, by)
  }

  changeCollection(id: string, change: Parameters<AccessStore['changeCollection']>[1], by: By) {
    return this.#collections.change(id, change, by)
  }

  removeCollection(id: string, by: By) {
    return this.#collections.remove(id, by)
  }

  collectionsMark() {
    return this.#collections.mark()
  }

  async hasAnyone() {
    this.#hadAnyone ||= this.#isGuardedBesides() || (await this.#desk.audit.isGuarded())
    if (this.#hadAnyone) this.#guardBesides()
    return this.#hadAnyone
  }

  async audit(entry: NewAuditEntry) {
    await this.#desk.session.written((transaction) => this.#desk.audit.append(transaction, entry))
  }

  auditEntries(wanted: AuditWanted) {
    return this.#desk.audit.entries(wanted)
  }

  auditHead() {
    return this.#desk.audit.head()
  }

  auditVerify(expected?: AuditHead) {
    return this.#desk.audit.verify(expected)
  }

  #isGuardedBesides(): boolean {
    try {
      return this.#folder !== undefined && readHead(this.#folder)?.guarded === true
    } catch {
      return true // there is something, and it cannot be read
    }
  }

  /** Of a log in SQLite the file tells where it ended; that stays. */
  #guardBesides(): void {
    if (this.#folder === undefined || this.#isBeside) return
    this.#isBeside = true
    try {
      const { number, hash, guarded } = readHead(this.#folder) ?? { number: 0, hash: NO_HASH, guarded: false }
      if (!guarded) writeHead(this.#folder, { number, hash, guarded: true })
    } catch (error) {
      this.#desk.log(`没有在数据文件夹里记下“已有密钥或人员”：${String(error)}`)
    }
  }
}
