/** People who sign in 人员 in PostgreSQL. */
import type { Asker } from '../state/postgres-session.ts'
import { statementsOf } from '../state/postgres-statements.ts'
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
import { changed, type Desk } from './postgres-desk.ts'
import { keptSight, personIn, sightIn } from './records.ts'
import { PEOPLE_STATEMENTS } from './people-statements.ts'
import { newId } from './secrets.ts'
import { foldedLogin, nameOf, refuseBlindAdmin, roleOf, sightOf } from './wishes.ts'

const STATEMENTS = statementsOf({
  ...PEOPLE_STATEMENTS,
  all: 'SELECT * FROM people ORDER BY created_at, inserted',
})

export class PostgresPeople {
  readonly #desk: Desk
  readonly #passwords: Passwords
  readonly #collectionIds: (asker: Asker) => Promise<ReadonlySet<string>>

  constructor(desk: Desk, passwords: Passwords, collectionIds: (asker: Asker) => Promise<ReadonlySet<string>>) {
    this.#desk = desk
    this.#passwords = passwords
    this.#collectionIds = collectionIds
  }

  async create(wanted: NewPerson, by: By): Promise<PersonRecord> {
    const wishes = personWishes(wanted)
    const { login, folded, issuer, subject } = wishes
    const password = wanted.password === undefined ? null : await this.#kept(wanted.password, login)
    return changed(this.#desk, async (transaction) => {
      const sight = sightOf(wanted.sight, await this.#collectionIds(transaction))
      refuseBlindAdmin(wishes.role === 'admin', sight)
      if (await transaction.get(STATEMENTS.byLogin, { folded })) throw loginTaken(login)
      if (issuer !== null && (await transaction.get(STATEMENTS.bySubject, { issuer, subject }))) throw subjectTaken()
      const id = newId()
      await transaction.run(STATEMENTS.add, { id, ...wishes, sight: keptSight(sight), password, now: transaction.now })
      await this.#desk.audit.guard(transaction)
      await this.#desk.audit.append(transaction, personCreated(by, id, wishes, sight, password !== null))
      return personIn((await transaction.get(STATEMENTS.one, { id }))!)
    })
  }

  async all(): Promise<readonly PersonRecord[]> {
    return (await this.#desk.session.all(STATEMENTS.all)).map(personIn)
  }

  async bySubject(issuer: string, subject: string): Promise<PersonRecord | undefined> {
    const row = await this.#desk.session.get(STATEMENTS.bySubject, { issuer, subject })
    return row && row['disabled_at'] === null ? personIn(row) : undefined
  }

  async byPassword(login: string, password: string): Promise<PersonRecord | undefined> {
    const read = () => this.#desk.session.get(STATEMENTS.byLogin, { folded: foldedLogin(login) })
    const before = passwordOf(await read())
    if (!(await this.#passwords.matches(password, before))) return undefined
    const isOutdated = this.#passwords.isOutdated(before!)
    const renewed = isOutdated ? await this.#passwords.keptOf(password) : undefined
    const row = await read() // meanwhile they may have been disabled, or their password changed
    if (!row || row['disabled_at'] !== null || row['password'] !== before) return undefined
    if (renewed !== undefined) await this.#rehash(String(row['id']), before!, renewed)
    return personIn(row)
  }

  async change(id: string, change: PersonChange, by: By): Promise<PersonRecord> {
    const known = await this.#desk.session.get(STATEMENTS.one, { id })
    if (!known) throw noSuchPerson(id)
    const name = change.name === undefined ? undefined : nameOf('姓名', change.name)
    const password = change.password === undefined ? undefined : await this.#kept(change.password, String(known['login']))
    return changed(this.#desk, async (transaction) => {
      const row = await transaction.get(STATEMENTS.one, { id })
      if (!row) throw noSuchPerson(id)
      const role = roleOf(change.role ?? String(row['role']))
      const sight = change.sight === undefined ? sightIn(row) : sightOf(change.sight, await this.#collectionIds(transaction))
      refuseBlindAdmin(role === 'admin', sight)
      const given = { role, sight, now: transaction.now, ...(name !== undefined && { name }), ...(password !== undefined && { password }) }
      const { kept, endsSessions, endsAdmin, detail } = changedPerson(row, change, given)
      if (endsAdmin && (await transaction.get(STATEMENTS.otherAdmins, { id }))!['is_any'] === false) throw noAdminLeft()
      await transaction.run(STATEMENTS.change, { id, ...kept })
      if (endsSessions) await transaction.run(STATEMENTS.endSessions, { id })
      await this.#desk.audit.append(transaction, personChanged(by, id, detail))
      return personIn((await transaction.get(STATEMENTS.one, { id }))!)
    })
  }

  #kept(password: string, login: string): Promise<string> {
    refuseWeak(password, login)
    return this.#passwords.keptOf(password)
  }

  /** Whoever has given the right password is let in, also where nothing can be written. */
  async #rehash(id: string, before: string, password: string): Promise<void> {
    try {
      await this.#desk.session.run(STATEMENTS.rehash, { id, before, password })
    } catch (error) {
      this.#desk.log(`口令没有按新的强度另存：${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
