/** Which versions a request is about: those in force today, on its `asOf`, or the ones its words ask for. */
import { knownNames } from '../clauses/names.ts'
import { findReferences } from '../clauses/reference.ts'
import { leftOut, noVersion, notYet, ofVersionsMeant, type Choice, type VersionAsked } from '../clauses/standing.ts'
import { worksOf } from '../clauses/works.ts'
import { PolicyError } from '../errors.ts'
import { namedDocuments } from '../questions/named-documents.ts'
import { versionWords, withoutVersionWords } from '../questions/version-words.ts'
import type { Catalogue } from '../retrieval/library.ts'
import type { DocumentId } from '../types.ts'
import { today } from './clock.ts'

export interface VersionsMeant {
  /** The text without the words that say which version. */
  readonly text: string
  readonly choice: Choice
  /** Documents not looked through at first: other versions, and what is repealed. */
  readonly out: ReadonlySet<DocumentId>
  /** Documents never looked through: not in force on the day asked for. */
  readonly never: ReadonlySet<DocumentId>
}

/** @throws PolicyError 'bad-request' when `asOf` is no day of the calendar. */
export function versionsMeant(catalogue: Catalogue, text: string, asOf?: string): VersionsMeant {
  const { documents } = catalogue
  const works = worksOf(documents)
  const words = askedIn(catalogue, text)
  const onDay: VersionAsked | undefined = asOf === undefined ? undefined : { kind: 'day', day: dayOf(asOf) }
  const asked = words?.asked ?? onDay
  const choice: Choice = { works, today: today(), ...(asked ? { asked } : {}) }
  return { text: words?.text ?? text, choice, out: leftOut(choice), never: notYet(choice) }
}

/** The version that a text asks for; a year or 旧 counts where a law is named, 2005年时 where any law has versions. */
function askedIn(catalogue: Catalogue, text: string): { readonly asked: VersionAsked; readonly text: string } | undefined {
  const { documents } = catalogue
  const names = knownNames(documents)
  const words = versionWords(text, names)
  if (!words) return undefined
  const works = worksOf(documents)
  const rest = withoutVersionWords(text, words)
  const [reference] = findReferences(rest, names)
  const called = [...(reference?.document?.documents ?? []), ...namedDocuments(rest, documents, names).ids]
  const ofLaws = called.flatMap((id) => works.workOf(id) ?? []).filter(({ norm }) => norm)
  const inGeneral = words.asked.kind === 'day' && works.all.some(({ versions }) => versions.length > 1)
  if (ofLaws.length === 0 && !(inGeneral && called.length === 0)) return undefined
  return { asked: words.asked, text: rest }
}

/** Of documents named, those of the versions meant; a sentence where there is no such version. */
export function narrowed(
  catalogue: Catalogue,
  ids: readonly DocumentId[],
  { choice }: VersionsMeant,
): { readonly ids: readonly DocumentId[]; readonly absent?: string } {
  const wanted = new Set(ids)
  const { documents, missing } = ofVersionsMeant(catalogue.documents.filter(({ id }) => wanted.has(id)), choice)
  const [first] = missing
  if (documents.length === 0 && first) return { ids: [], absent: noVersion(first, choice.asked) }
  return { ids: documents.map(({ id }) => id) }
}

function dayOf(asOf: string): string {
  const date = new Date(`${asOf}T00:00:00Z`)
  const valid = /^\d{4}-\d{2}-\d{2}$/.test(asOf) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(asOf)
  if (valid) return asOf
  throw new PolicyError('bad-request', `日期须写作 2023-01-09，且为日历中的一天：${asOf.slice(0, 40)}。`)
}
