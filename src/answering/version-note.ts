/** The version a quotation is from, told where there are others or where it is not in force. */
import { titleOf } from '../clauses/address.ts'
import { standingOf } from '../clauses/standing.ts'
import { worksOf, type Version, type Work } from '../clauses/works.ts'
import type { Document, VersionNote } from '../types.ts'
import { today } from './clock.ts'

/** What there is to say of a document's version among `documents`; undefined of the only one, where it is in force. */
export function versionNoteOf(
  documents: readonly Document[],
  document: Document,
  day = today(),
): VersionNote | undefined {
  const works = worksOf(documents)
  const [work, version] = [works.workOf(document.id), works.versionOf(document.id)]
  if (!work || !version) return undefined
  const { status, since, next } = standingOf(work, version, day)
  if (work.versions.length === 1 && status === 'in-force') return undefined
  const by = next ? nextNote(next) : repealedBy(version, status === 'repealed')
  return {
    ...(version.date === undefined ? {} : { date: version.date }),
    ...(version.from === undefined ? {} : { effective: version.from }),
    status,
    ...(since === undefined ? {} : { since }),
    ...(by ? { by } : {}),
    others: othersOf(work, version, day),
  }
}

function nextNote({ documents: [document], date }: Version): VersionNote['by'] {
  return { title: titleOf(document), ...(date === undefined ? {} : { date }), url: `/read/${document.id}` }
}

function repealedBy({ repeal }: Version, isRepealed: boolean): VersionNote['by'] {
  const by = isRepealed ? repeal?.by : undefined
  return by && { title: titleOf(by), url: `/read/${by.id}` }
}

function othersOf(work: Work, version: Version, day: string): VersionNote['others'] {
  return work.versions
    .filter((other) => other !== version)
    .reverse()
    .map((other) => ({
      ...(other.date === undefined ? {} : { date: other.date }),
      status: standingOf(work, other, day).status,
      url: `/read/${other.documents[0].id}`,
    }))
}
