/** How a version stands on a day, and which version of a work is meant. */
import type { Document, DocumentId, VersionStatus } from '../types.ts'
import type { Version, Work, Works } from './works.ts'

/** How a version stands on a day. */
export interface Standing {
  readonly status: VersionStatus
  /** Since when; for an upcoming version, from when. */
  readonly since?: string
  /** The version that took its place. */
  readonly next?: Version
}

/** `day` in ISO 8601. A version without a date is taken to be in force. */
export function standingOf(work: Work, version: Version, day: string): Standing {
  const { from, repeal } = version
  if (from !== undefined && from > day) return { status: 'upcoming', since: from }
  const next = work.versions.slice(work.versions.indexOf(version) + 1).find(({ from }) => from === undefined || from <= day)
  if (next) return { status: 'superseded', next, ...(next.from === undefined ? {} : { since: next.from }) }
  if (repeal && (repeal.since === undefined || repeal.since <= day)) {
    return { status: 'repealed', ...(repeal.since === undefined ? {} : { since: repeal.since }) }
  }
  return { status: 'in-force' }
}

/** A version that a text asks for. */
export type VersionAsked =
  | { readonly kind: 'day'; readonly day: string } // 2005年时
  | { readonly kind: 'year'; readonly year: string; readonly loose?: boolean } // 2018年版; loose: 2018年的《公司法》
  | { readonly kind: 'previous' } // 修正前, 旧公司法
  | { readonly kind: 'newest' } // 新修订的, 尚未施行的

/** Which versions a question or look-up is about. */
export interface Choice {
  readonly works: Works
  /** The day the asker lives in. */
  readonly today: string
  readonly asked?: VersionAsked
}

/** The version of a work that is meant; undefined when the work has none such. */
export function versionMeant({ versions }: Work, { today, asked }: Pick<Choice, 'today' | 'asked'>): Version | undefined {
  switch (asked?.kind) {
    case 'day':
      return versions.findLast(({ from }) => from === undefined || from <= asked.day)
    case 'year': {
      const ofYear = versions.findLast(({ date, from }) => [date, from].some((day) => day?.startsWith(asked.year)))
      return ofYear ?? (asked.loose ? versionMeant({ versions } as Work, { today }) : undefined)
    }
    case 'newest':
      return versions.at(-1)
    case 'previous':
      return versions[versions.indexOf(inForce(versions, today)) - 1]
    default:
      return inForce(versions, today)
  }
}

/** The last that is in force already; where none is, the first that will be. */
const inForce = (versions: Work['versions'], day: string): Version =>
  versions.findLast(({ from }) => from === undefined || from <= day) ?? versions[0]

interface LeftOut {
  readonly day: string
  /** The day is asked for: what is still to come is left out too. */
  readonly asked: boolean
  readonly out: ReadonlySet<DocumentId>
}

const LEFT_OUT = new WeakMap<Works, LeftOut>()

/** Documents that are not looked through: what is not meant of each work, and what is repealed. Kept for a day. */
export function leftOut({ works, today, asked }: Choice): ReadonlySet<DocumentId> {
  const day = asked?.kind === 'day' ? asked.day : today
  const known = LEFT_OUT.get(works)
  if (known && known.day === day && known.asked === (asked?.kind === 'day')) return known.out
  const out = new Set<DocumentId>()
  for (const work of works.all) {
    const meant = versionMeant(work, { today, ...(asked?.kind === 'day' ? { asked } : {}) })
    for (const version of work.versions) {
      const kept = version === meant && standingOf(work, version, day).status !== 'repealed'
      if (!kept) for (const { id } of version.documents) out.add(id)
    }
  }
  LEFT_OUT.set(works, { day, asked: asked?.kind === 'day', out })
  return out
}

/** Of documents one name stands for, those not repealed, where there are any: the rules, not those for trial use. */
export function unrepealed(documents: readonly Document[], { works, today, asked }: Choice): readonly Document[] {
  const day = asked?.kind === 'day' ? asked.day : today
  const standing = documents.filter(({ id }) => {
    const [work, version] = [works.workOf(id), works.versionOf(id)]
    return !work || !version || standingOf(work, version, day).status !== 'repealed'
  })
  return standing.length > 0 ? standing : documents
}

/** Documents that are not in force yet on the day that is asked for; none where no day is. */
export function notYet({ works, asked }: Choice): ReadonlySet<DocumentId> {
  if (asked?.kind !== 'day') return new Set()
  const later = works.all.flatMap(({ versions }) => versions.filter(({ from }) => from !== undefined && from > asked.day))
  return new Set(later.flatMap(({ documents }) => documents.map(({ id }) => id)))
}

/** Of documents that a name stands for, those of the versions meant; the works that have no such version. */
export function ofVersionsMeant(
  documents: readonly Document[],
  choice: Choice,
): { readonly documents: readonly Document[]; readonly missing: readonly Work[] } {
  const { works } = choice
  const named = new Map<Work, Set<Version>>()
  for (const { id } of documents) {
    const [work, version] = [works.workOf(id), works.versionOf(id)]
    if (work && version) named.set(work, (named.get(work) ?? new Set()).add(version))
  }
  const kept = new Set<Version>()
  const missing: Work[] = []
  for (const [work, versions] of named) {
    const meant = versionMeant(work, choice)
    // a name that only one of several versions bears means that one, whatever is in force
    const [own] = versions
    const byName = versions.size === 1 && work.versions.length > 1 && choice.asked === undefined
    if (byName && own) kept.add(own)
    else if (meant) kept.add(meant)
    else missing.push(work)
  }
  return { documents: documents.filter(({ id }) => kept.has(works.versionOf(id)!)), missing }
}

/** 2018-10-26版（2018-10-26起施行）、2023-12-29版（2024-07-01起施行） */
export function versionsInWords({ versions }: Work): string {
  return versions
    .map(({ date, from }) => `${date === undefined ? '日期不详的一版' : `${date}版`}${from === undefined ? '' : `（${from}起施行）`}`)
    .join('、')
}

/** Why there is no such version, and which there are. */
export function noVersion(work: Work, asked: VersionAsked | undefined): string {
  const title = work.title.startsWith('《') ? work.title : `《${work.title}》`
  const what = {
    day: asked?.kind === 'day' ? `在${asked.day}施行的文本` : '',
    year: asked?.kind === 'year' ? `${asked.year}年的文本` : '',
    previous: '更早的文本',
    newest: '更新的文本',
  }[asked?.kind ?? 'newest']
  return `资料库中没有${title}${what}；现有：${versionsInWords(work)}。`
}
