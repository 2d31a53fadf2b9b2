/**
 * Documents → works 作品: one law in several files, and the versions one law has had.
 *
 * - Files of one title and date whose articles continue one another are parts of one version: 民法典 in eight files.
 * - Documents of one title and compatible issuers that number the same articles, say different things and bear different
 *   dates are versions. Kinds that are done once (决定, 意见, 修正案) have no versions; （一） and （二） are two works;
 *   试行 and what comes after it are two works, unless the operator says `versionOf` or `supersedes`.
 * - What cannot be told apart by date stays as it was: two documents, asked back where a name means both.
 */
import type { Document, DocumentId } from '../types.ts'
import { titleOf } from './address.ts'
import { articleRange, inForceFrom, isIssuedAnew, issuersAgree, numbersOf, versionDate, workTitle } from './editions.ts'
import { bareTitle, repealsIn, type RepealStatement } from './repeals.ts'
import { foldName } from './script.ts'

/** That a version is no longer in force, and who says so. */
export interface Repeal {
  readonly since?: string
  /** Absent when the operator says so. */
  readonly by?: Document
}

/** One version of a work: one document, the parts of one in order, or copies. */
export interface Version {
  readonly documents: readonly [Document, ...Document[]]
  /** ISO 8601, or a year alone; absent where no date is known. */
  readonly date?: string
  /** The day it is in force from. */
  readonly from?: string
  readonly repeal?: Repeal
}

export interface Work {
  /** As the newest version has it. */
  readonly title: string
  /** Of a kind that is issued anew: 法, 条例, 办法; only of these a year may name a version. */
  readonly norm: boolean
  /** Oldest first. */
  readonly versions: readonly [Version, ...Version[]]
}

/** The works of a library. */
export interface Works {
  readonly all: readonly Work[]
  workOf(id: DocumentId): Work | undefined
  versionOf(id: DocumentId): Version | undefined
}

const KNOWN = new WeakMap<readonly Document[], Works>()

/** The works of a list of documents; computed once for each list. */
export function worksOf(documents: readonly Document[]): Works {
  const known = KNOWN.get(documents) ?? readWorks(documents)
  KNOWN.set(documents, known)
  return known
}

/** Another version of the same work? Its clauses are told by the version, not as 另见. */
export function areVersions(documents: readonly Document[], one: DocumentId, other: DocumentId): boolean {
  const works = worksOf(documents)
  return works.workOf(one) === works.workOf(other) && works.versionOf(one) !== works.versionOf(other)
}

function readWorks(documents: readonly Document[]): Works {
  const groups = groupsOf(documents)
  const repeals = repealedTitles(documents)
  const all = groups.flatMap((group) => worksIn(group)).map((work) => withRepeals(work, repeals))
  const works = new Map<DocumentId, Work>()
  const versions = new Map<DocumentId, Version>()
  for (const work of all) {
    for (const version of work.versions) {
      for (const { id } of version.documents) {
        works.set(id, work)
        versions.set(id, version)
      }
    }
  }
  return { all, workOf: (id) => works.get(id), versionOf: (id) => versions.get(id) }
}

// ── which documents may be one work ─────────────────────────────────────────────────────────────────────────

interface Group {
  readonly documents: Document[]
  /** Ids that the operator joined to the group. */
  readonly joined: Set<DocumentId>
  /** Older → newer, as the operator says. */
  readonly order: (readonly [older: DocumentId, newer: DocumentId])[]
}

function groupsOf(documents: readonly Document[]): Group[] {
  const groups: Group[] = []
  const byTitle = new Map<string, Group[]>()
  for (const document of documents) {
    const { title, issuer } = document.header
    const own = title && title.from !== 'inferred' && isIssuedAnew(title.value) ? workTitle(title.value) : undefined
    const known = own === undefined ? [] : (byTitle.get(own) ?? [])
    const group = known.find(({ documents }) => documents.every(({ header }) => issuersAgree(header.issuer, issuer)))
    if (group) group.documents.push(document)
    else {
      const fresh: Group = { documents: [document], joined: new Set(), order: [] }
      groups.push(fresh)
      if (own !== undefined) byTitle.set(own, [...known, fresh])
    }
  }
  return joinedByOperator(groups, documents)
}

/** Groups that the operator's `versionOf` and `supersedes` name become one. */
function joinedByOperator(groups: readonly Group[], documents: readonly Document[]): Group[] {
  const home = new Map(groups.flatMap((group) => group.documents.map(({ id }) => [id, group] as const)))
  const gone = new Set<Group>()
  for (const document of documents) {
    const { versionOf, supersedes } = document.relations ?? {}
    for (const name of [versionOf, supersedes]) {
      const own = home.get(document.id)!
      const named = name === undefined ? [] : namedBy(name, document, documents)
      for (const { id } of named) {
        const other = home.get(id)!
        own.joined.add(document.id).add(id)
        if (name === supersedes) own.order.push([id, document.id])
        if (other === own) continue
        own.documents.push(...other.documents)
        for (const joined of other.joined) own.joined.add(joined)
        own.order.push(...other.order)
        for (const { id } of other.documents) home.set(id, own)
        gone.add(other)
      }
    }
  }
  return groups.filter((group) => !gone.has(group))
}

/** Other documents of a path, a file name or a title. */
function namedBy(name: string, by: Document, documents: readonly Document[]): Document[] {
  const others = documents.filter((document) => document !== by)
  const ofFile = others.filter(({ source }) => source === name || source.endsWith(`/${name}`))
  if (ofFile.length > 0) return ofFile
  const exact = others.filter(({ header }) => header.title && foldName(header.title.value) === foldName(name))
  if (exact.length > 0) return exact
  return others.filter(({ header }) => header.title && workTitle(header.title.value) === workTitle(name))
}

// ── parts, copies, versions ─────────────────────────────────────────────────────────────────────────────────

/** A version while it is put together. */
interface Draft {
  readonly documents: Document[]
  date: string | undefined
}

function worksIn({ documents, joined, order }: Group): Work[] {
  const [only] = documents
  if (documents.length === 1 && only) return [workOf([versionOfDocuments([only], versionDate(only))])]
  const drafts: Draft[] = []
  const apart: Document[] = []
  for (const document of inOrder(documents)) {
    const date = versionDate(document)
    const home = drafts.find((draft) => belongs(document, date, draft))
    if (home) {
      home.documents.push(document)
      home.date = dateOfCopies(home.date, document)
    } else if (joined.has(document.id) || drafts.every((draft) => mayBeVersions(document, date, draft))) {
      drafts.push({ documents: [document], date })
    } else apart.push(document)
  }
  const versions = sorted(drafts, order).map(({ documents, date }) => versionOfDocuments(documents, date))
  const alone = apart.map((document) => workOf([versionOfDocuments([document], versionDate(document))]))
  return [...(versions.length > 0 ? [workOf(versions)] : []), ...alone]
}

/** By date, undated last, then by their first article: parts come in their order. */
function inOrder(documents: readonly Document[]): Document[] {
  const key = (document: Document): string => versionDate(document) ?? '9'
  const first = (document: Document): number => articleRange(document)?.first ?? 0
  return [...documents].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : first(a) - first(b)))
}

/** Is it a part that goes on from the version, or a copy of what is in it? */
function belongs(document: Document, date: string | undefined, draft: Draft): boolean {
  const sameDay = date === undefined || draft.date === undefined || date === draft.date
  if (draft.documents.every((other) => areApart(document, other))) {
    return sameDay || draft.documents.some((other) => continues(other, document) || continues(document, other))
  }
  if (date !== undefined && date === draft.date) return true
  return draft.documents.some((other) => saysTheSame(document, other))
}

/**
 * The date of a version when one more of its files is known: an amendment that one of them states is in all of them,
 * where a later date of publication may be that of a page.
 */
function dateOfCopies(date: string | undefined, document: Document): string | undefined {
  const amended = document.header.amended?.value
  if (date === undefined) return versionDate(document)
  return amended !== undefined && amended > date ? amended : date
}

/** Files that together are one document: none numbers an article that another has. */
export function areParts(documents: readonly Document[]): boolean {
  return documents.every((one, at) => documents.slice(at + 1).every((other) => areApart(one, other)))
}

function areApart(one: Document, other: Document): boolean {
  const [a, b] = [articleRange(one), articleRange(other)]
  return a !== undefined && b !== undefined && (a.last < b.first || b.last < a.first)
}

function continues(one: Document, other: Document): boolean {
  return articleRange(other)?.first === (articleRange(one)?.last ?? NaN) + 1
}

/** No number that both have says anything else. */
function saysTheSame(one: Document, other: Document): boolean {
  const numbers = numbersOf(one)
  const shared = [...numbersOf(other)].filter(([number]) => numbers.has(number))
  return shared.length > 0 && shared.every(([number, words]) => numbers.get(number) === words)
}

/** Different dates, and a number they share. */
function mayBeVersions(document: Document, date: string | undefined, draft: Draft): boolean {
  if (date === undefined || draft.date === undefined) return false
  const numbers = numbersOf(document)
  return draft.documents.some((other) => [...numbersOf(other).keys()].some((number) => numbers.has(number)))
}

function sorted(drafts: readonly Draft[], order: Group['order']): Draft[] {
  const has = ({ documents }: Draft, id: DocumentId): boolean => documents.some((document) => document.id === id)
  return [...drafts].sort((a, b) => {
    if (order.some(([older, newer]) => has(a, older) && has(b, newer))) return -1
    if (order.some(([older, newer]) => has(b, older) && has(a, newer))) return 1
    const [one, other] = [a.date ?? '', b.date ?? '']
    return one < other ? -1 : one > other ? 1 : 0
  })
}

function versionOfDocuments(documents: readonly Document[], date: string | undefined): Version {
  const parts = [...documents].sort((a, b) => (articleRange(a)?.first ?? 0) - (articleRange(b)?.first ?? 0))
  const dated = parts.filter((part) => versionDate(part) === date) // a copy may bear the date of its page
  const stated = dated.filter(({ header }) => header.effective !== undefined)
  const from = (stated.length > 0 ? stated : dated).map(inForceFrom).filter((day) => day !== undefined).sort().at(-1)
  const repealed = parts.find(({ header }) => header.repealed)?.header.repealed?.value
  return {
    documents: parts as unknown as Version['documents'],
    ...(date === undefined ? {} : { date }),
    ...(from === undefined ? {} : { from }),
    ...(repealed === undefined ? {} : { repeal: { since: repealed } }),
  }
}

function workOf(versions: readonly Version[]): Work {
  const title = titleOf(versions.at(-1)!.documents[0])
  return { title, norm: isIssuedAnew(title), versions: versions as unknown as Work['versions'] }
}

// ── repeals 废止 ────────────────────────────────────────────────────────────────────────────────────────────

type Repeals = ReadonlyMap<string, readonly RepealStatement[]>

function repealedTitles(documents: readonly Document[]): Repeals {
  const repeals = new Map<string, RepealStatement[]>()
  for (const document of documents) {
    for (const repeal of repealsIn(document)) repeals.set(repeal.title, [...(repeals.get(repeal.title) ?? []), repeal])
  }
  return repeals
}

function withRepeals(work: Work, repeals: Repeals): Work {
  if (repeals.size === 0) return work
  const versions = work.versions.map((version) => {
    const found = version.repeal ? undefined : repealOf(version, work, repeals)
    return found ? { ...version, repeal: found } : version
  })
  return { ...work, versions: versions as unknown as Work['versions'] }
}

/** The first statement by a later document that is no version of the work: 《…法》同时废止 of a new law means the old. */
function repealOf({ documents, date }: Version, work: Work, repeals: Repeals): Repeal | undefined {
  if (date === undefined || documents.some(({ relations }) => relations?.inForce)) return undefined
  const own = new Set(work.versions.flatMap(({ documents }) => documents.map(({ id }) => id)))
  const title = documents[0].header.title
  if (!title || title.from === 'inferred') return undefined
  const statements = namesOf(title.value).flatMap(({ name, organ }) =>
    (repeals.get(name) ?? []).filter(({ before }) => organ === '' || before.includes(organ)),
  )
  const later = statements
    .filter(({ by }) => !own.has(by.id) && (versionDate(by) ?? '') > date)
    .sort((a, b) => ((a.since ?? '9') < (b.since ?? '9') ? -1 : 1))
  const [first] = later
  return first && { ...(first.since === undefined ? {} : { since: first.since }), by: first.by }
}

/** A title, and what follows its organ, which a sentence may print before 《. */
function namesOf(title: string): { readonly name: string; readonly organ: string }[] {
  const whole = bareTitle(title)
  const about = whole.indexOf('关于')
  return [{ name: whole, organ: '' }, ...(about > 0 ? [{ name: whole.slice(about), organ: whole.slice(0, about) }] : [])]
}
