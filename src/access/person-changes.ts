/** What is asked of a person 人员 → what is kept, and what the audit log says of it. */
import { PolicyError } from '../errors.ts'
import type { Row } from '../state/rows.ts'
import type { Role, Sight } from './access.ts'
import type { AccessStore, By, NewAuditEntry, NewPerson } from './access-store.ts'
import { entryOf, keptSight, sightWords } from './records.ts'
import { foldedLogin, loginOf, nameOf, roleOf } from './wishes.ts'

export type PersonChange = Parameters<AccessStore['changePerson']>[1]

export interface PersonWishes {
  readonly login: string
  readonly folded: string
  readonly name: string
  readonly role: Role
  readonly issuer: string | null
  readonly subject: string | null
}

/** @throws PolicyError `bad-request` */
export function personWishes(wanted: NewPerson): PersonWishes {
  const login = loginOf(wanted.login)
  const { issuer = null, subject = null } = wanted.subject ?? {}
  return { login, folded: foldedLogin(login), name: nameOf('姓名', wanted.name), role: roleOf(wanted.role), issuer, subject }
}

export function personCreated(by: By, id: string, { login, role, issuer }: PersonWishes, sight: Sight, hasPassword: boolean): NewAuditEntry {
  const detail = { login, role, sight: sightWords(sight), signsInBy: hasPassword ? 'password' : (issuer ?? 'nothing') }
  return { ...entryOf(by), action: 'person.create', object: id, outcome: 'done', detail }
}

/** What a change makes of a person's row. `name` and `password` as they are to be kept, where they change. */
export function changedPerson(
  row: Row,
  change: PersonChange,
  { role, sight, name, password, now }: { readonly role: Role; readonly sight: Sight; readonly name?: string; readonly password?: string; readonly now: number },
) {
  const wasDisabled = row['disabled_at'] !== null
  const isDisabled = change.disabled ?? wasDisabled
  const disabledAt = !isDisabled ? null : wasDisabled ? Number(row['disabled_at']) : now
  const detail = {
    ...(name !== undefined && { name }),
    ...(change.role !== undefined && { role }),
    ...(change.sight !== undefined && { sight: sightWords(sight) }),
    ...(change.disabled !== undefined && { disabled: isDisabled }),
    ...(password !== undefined && { password: 'new' }),
  }
  return {
    kept: { name: name ?? String(row['name']), role, sight: keptSight(sight), password: password ?? passwordOf(row) ?? null, disabledAt },
    endsSessions: password !== undefined || role !== row['role'] || isDisabled !== wasDisabled,
    /** Then another must be there. */
    endsAdmin: isAdmin(row) && (role !== 'admin' || isDisabled),
    detail,
  }
}

export const personChanged = (by: By, id: string, detail: NonNullable<NewAuditEntry['detail']>): NewAuditEntry => ({
  ...entryOf(by),
  action: 'person.change',
  object: id,
  outcome: 'done',
  detail,
})

export const passwordOf = (row: Row | undefined): string | undefined =>
  row === undefined || row['password'] === null ? undefined : String(row['password'])

/** One who can sign in. */
const isAdmin = (row: Row): boolean =>
  row['role'] === 'admin' && row['disabled_at'] === null && (row['password'] !== null || row['issuer'] !== null)

export const loginTaken = (login: string) =>
  new PolicyError('bad-request', `登录名 ${login} 已有人使用，请换一个。The login is taken.`)
export const subjectTaken = () =>
  new PolicyError('bad-request', '这个单点登录账号已属于另一个人。The single sign-on account is taken.')
export const noAdminLeft = () => new PolicyError('bad-request', '至少要留一位管理员，请先指定另一位。One admin must remain.')
export const noSuchPerson = (id: string) =>
  new PolicyError('no-such-person', `没有人员 ${id.slice(0, 80)}，见 tiaowen people list。No such person.`)
