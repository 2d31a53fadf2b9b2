/** The version a quotation is from, told where there are others or where it is not in force. */
import { titleOf } from '../clauses/address.ts'
import { standingOf } from '../clauses/standing.ts'
import { worksOf, type Version, type Work } from '../clauses/works.ts'
import type { Document, VersionNote } from '../types.ts'
import { today } from './clock.ts'
import { phrase, type PhraseName } from './phrases.ts'

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

/** A fixed phrase, a date of the note, or the title of what repealed it. */
export type NotePiece = { readonly say: PhraseName } | { readonly date: string } | { readonly title: string }

const MOST_OTHERS = 3

const COMMA: NotePiece = { say: 'version-comma' }

/** Parts of a note with a comma between them; parts without words are left out. */
const joined = (...parts: readonly (readonly NotePiece[])[]): NotePiece[] =>
  parts.filter((part) => part.length > 0).flatMap((part, at) => (at === 0 ? part : [COMMA, ...part]))

/** 2023-12-29版；另有2018-10-26版，已被取代 — the pieces of a note, without its brackets. */
export function notePieces(note: VersionNote): readonly NotePiece[] {
  const { date, since, by } = note
  const own: NotePiece[] = date === undefined ? [] : [{ date }, { say: 'version' }]
  const from: NotePiece[] = since === undefined ? [] : [{ say: 'version-from' }, { date: since }, { say: 'version-since' }]
  switch (note.status) {
    case 'repealed':
      return joined([{ say: 'version-repealed' }], from, by ? [{ say: 'version-repealed-by' }, { title: by.title }] : [])
    case 'superseded':
      return joined(own, [...from, ...replacedBy(by?.date)])
    case 'upcoming':
      return joined(own, [{ say: 'version-upcoming' }], from.length > 0 ? [...from, { say: 'version-takes-effect' }] : [])
    case 'in-force':
      return [...own, ...othersPieces(note)]
  }
}

function replacedBy(date: string | undefined): NotePiece[] {
  if (date === undefined) return [{ say: 'version-superseded' }]
  return [{ say: 'version-superseded-by' }, { date }, { say: 'version-replaces' }]
}

function othersPieces({ others }: VersionNote): NotePiece[] {
  const older = others.filter(({ date, status }) => status !== 'upcoming' && date !== undefined)
  const coming = others.filter(({ date, status }) => status === 'upcoming' && date !== undefined)
  return [...listed(older, 'version-superseded-too'), ...listed(coming, 'version-upcoming-too')]
}

function listed(others: VersionNote['others'], end: PhraseName): NotePiece[] {
  if (others.length === 0) return []
  const dates = others.slice(0, MOST_OTHERS).flatMap(({ date }, at): NotePiece[] => [
    { say: at === 0 ? 'version-others' : 'version-and' },
    { date: date! },
    { say: 'version' },
  ])
  return [...dates, { say: end }]
}

/** Every date a note may put into an answer. */
export function datesOfNote({ date, since, by, others }: VersionNote): readonly string[] {
  return [date, since, by?.date, ...others.map((other) => other.date)].filter((one) => one !== undefined)
}

/** The note in words, in its brackets. */
export function versionWords(note: VersionNote): string {
  const words = notePieces(note).map((piece) =>
    'say' in piece ? phrase(piece.say) : 'date' in piece ? piece.date : `《${piece.title}》`,
  )
  return [phrase('version-open'), ...words, phrase('version-close')].join('')
}
