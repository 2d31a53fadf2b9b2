/** The person here who belongs to a subject of a single sign-on: found, kept as the issuer says, or made. */
import { createHash } from 'node:crypto'
import type { AccessStore, By, NewPerson, PersonRecord } from '../../access/access-store.ts'
import type { OidcConfig, Subject } from './oidc.ts'

/** Undefined where whoever has signed in there may not here. */
export async function personOf(
  subject: Subject,
  { create }: Pick<OidcConfig, 'create'>,
  access: AccessStore,
  by: By,
): Promise<PersonRecord | undefined> {
  if (subject.role === 'none') return undefined
  const known = await access.personBySubject(subject.issuer, subject.subject)
  if (known) return asSaid(known, subject, access, by)
  if (!create) return undefined
  const people = await access.people()
  // who was switched off here does not come back as somebody new
  if (people.some((person) => person.subject?.issuer === subject.issuer && person.subject.subject === subject.subject)) return undefined
  const isTaken = people.some(({ login }) => login.toLowerCase() === subject.login.toLowerCase())
  const login = isTaken ? `${subject.login.slice(0, 70)}-${createHash('sha256').update(subject.subject).digest('hex').slice(0, 8)}` : subject.login
  return access.createPerson({ login, name: subject.name, ...standing(subject.role ?? 'reader'), subject: { issuer: subject.issuer, subject: subject.subject } }, by)
}

/** Where a claim names roles, the issuer's word counts each time; an admin who is none any more sees what all do. */
async function asSaid(known: PersonRecord, { role }: Subject, access: AccessStore, by: By): Promise<PersonRecord> {
  if (role === undefined || role === 'none' || role === known.role) return known
  const changesSight = role === 'admin' || known.role === 'admin'
  return access.changePerson(known.id, { role, ...(changesSight && { sight: standing(role).sight }) }, by)
}

/** Admins see everything; anybody else what is in no collection, until they are given more. */
const standing = (role: NewPerson['role']): Pick<NewPerson, 'role' | 'sight'> => ({ role, sight: role === 'admin' ? 'all' : [] })
