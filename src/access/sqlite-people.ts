/** People who sign in 人员 in the file of SQLite. */
import type { By, NewPerson, PersonRecord } from './access-store.ts'
import { refuseWeak, type Passwords } from './passwords.ts'
import {
  changedPerson,
  loginTaken,
  noAdminLeft,
  noSuchPerson,
  passwordOf,
  personChanged,
  personCreated,
  personWishes,
  subjectTaken,
  type PersonChange,
} from './person-changes.ts'
import { keptSight, personIn, sightIn } from './records.ts'
import { PEOPLE_STATEMENTS } from './people-statements.ts'
import { newId } from './secrets.ts'
import type { Desk } from './sqlite-desk.ts'
import { foldedLogin, nameOf, refuseBlindAdmin, roleOf, sightOf } from './wishes.ts'

const STATEMENTS = {
  ...PEOPLE_STATEMENTS,
  all: 'SELECT * FROM people ORDER BY created_at, rowid',
  any: 'SELECT EXISTS (SELECT 1 FROM people) AS is_any',
} as const

export class SqlitePeople {
  readonly #desk: Desk
  readonly #statements
  readonly #passwords: Passwords
  readonly #collectionIds: () => ReadonlySet<string>

  constructor(desk: Desk, passwords: Passwords, collectionIds: () => ReadonlySet<string>) {
    this.#desk = desk
    this.#statements = desk.session.prepared(STATEMENTS)
    this.#passwords = passwords
    this.#collectionIds = collectionIds
  }

  async create(wanted: NewPerson, by: By): Promise<PersonRecord> {
    const wishes = personWishes(wanted)
    const { login, folded, issuer, subject } = wishes
    const password = wanted.password === undefined ? null : await this.#kept(wanted.password, login)
    return this.#desk.session.written(() => {
      const sight = sightOf(wanted.sight, this.#collectionIds())
      refuseBlindAdmin(wishes.role === 'admin', sight)
      if (this.#statements.byLogin.get({ folded })) throw loginTaken(login)
      if (issuer !== null && this.#statements.bySubject.get({ issuer, subject })) throw subjectTaken()
      const id = newId()
      this.#statements.add.run({ id, ...wishes, sight: keptSight(sight), password, now: this.#desk.now() })
      this.#desk.audit.append(personCreated(by, id, wishes, sight, password !== null))
      return personIn(this.#statements.one.get({ id })!)
    })
  }

  all(): readonly PersonRecord[] {
    return this.#desk.session.tried(() => this.#statements.all.all()).map(personIn)
  }

  bySubject(issuer: string, subject: string): PersonRecord | undefined {
    const row = this.#desk.session.tried(() => this.#statements.bySubject.get({ issuer, subject }))
    return row && row['disabled_at'] === null ? personIn(row) : undefined
  }

  async byPassword(login: string, password: string): Promise<PersonRecord | undefined> {
    const read = () => this.#desk.session.tried(() => this.#statements.byLogin.get({ folded: foldedLogin(login) }))
    const before = passwordOf(read())
    if (!(await this.#passwords.matches(password, before))) return undefined
    const isOutdated = this.#passwords.isOutdated(before!)
    const renewed = isOutdated ? await this.#passwords.keptOf(password) : undefined
    const row = read() // meanwhile they may have been disabled, or their password changed
    if (!row || row['disabled_at'] !== null || row['password'] !== before) return undefined
    if (renewed !== undefined) this.#rehash(String(row['id']), before!, renewed)
    return personIn(row)
  }

  async change(id: string, change: PersonChange, by: By): Promise<PersonRecord> {
    const known = this.#desk.session.tried(() => this.#statements.one.get({ id }))
    if (!known) throw noSuchPerson(id)
    const name = change.name === undefined ? undefined : nameOf('姓名', change.name)
    const password = change.password === undefined ? undefined : await this.#kept(change.password, String(known['login']))
    return this.#desk.session.written(() => {
      const row = this.#statements.one.get({ id })
      if (!row) throw noSuchPerson(id)
      const role = roleOf(change.role ?? String(row['role']))
      const sight = change.sight === undefined ? sightIn(row) : sightOf(change.sight, this.#collectionIds())
      refuseBlindAdmin(role === 'admin', sight)
      const given = { role, sight, now: this.#desk.now(), ...(name !== undefined && { name }), ...(password !== undefined && { password }) }
      const { kept, endsSessions, endsAdmin, detail } = changedPerson(row, change, given)
      if (endsAdmin && this.#statements.otherAdmins.get({ id })!['is_any'] === 0) throw noAdminLeft()
      this.#statements.change.run({ id, ...kept })
      if (endsSessions) this.#statements.endSessions.run({ id })
      this.#desk.audit.append(personChanged(by, id, detail))
      return personIn(this.#statements.one.get({ id })!)
    })
  }

  isAny(): boolean {
    return this.#desk.session.tried(() => this.#statements.any.get())!['is_any'] === 1
  }

  #kept(password: string, login: string): Promise<string> {
    refuseWeak(password, login)
    return this.#passwords.keptOf(password)
  }

  /** Whoever has given the right password is let in, also where the disk takes nothing. */
  #rehash(id: string, before: string, password: string): void {
    try {
      this.#desk.session.written(() => this.#statements.rehash.run({ id, before, password }))
    } catch (error) {
      this.#desk.log(`口令没有按新的强度另存：${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
