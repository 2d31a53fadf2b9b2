/** A version note in words: 2023-12-29版；另有2018-10-26版，已被取代. Pure: the page runs it in the browser. */
import type { VersionNote } from '../types.ts'
import { phrase, type PhraseName } from './phrases.ts'

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
export function versionNoteWords(note: VersionNote): string {
  const words = notePieces(note).map((piece) =>
    'say' in piece ? phrase(piece.say) : 'date' in piece ? piece.date : `《${piece.title}》`,
  )
  return [phrase('version-open'), ...words, phrase('version-close')].join('')
}
