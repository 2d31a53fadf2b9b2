/** What a question is limited to, and how a document is found by what one types of it. */
import type { DocumentId } from '../../../types.ts'
import type { ListedDocument } from '../api/queries.ts'

export interface Scope {
  readonly documents: readonly DocumentId[]
  /** ISO 8601 day. */
  readonly asOf?: string
}

export const EVERYTHING: Scope = { documents: [] }

const SHOWN = 8

export interface FoundDocuments {
  readonly shown: readonly ListedDocument[]
  readonly more: number
}

/** Documents whose title, short names, number or file name hold every word typed; those whose title begins so first. */
export function findDocuments(documents: readonly ListedDocument[], typed: string, chosen: readonly DocumentId[]): FoundDocuments {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const isFree = ({ id }: ListedDocument) => !chosen.includes(id as DocumentId)
  const found = documents.filter((document) => isFree(document) && words.every((word) => namesOf(document).some((name) => name.includes(word))))
  const rank = ({ title, shortNames }: ListedDocument) =>
    words[0] === undefined || title.toLowerCase().startsWith(words[0]) || shortNames.some((name) => name.toLowerCase() === words[0]) ? 0 : 1
  const sorted = [...found].sort((a, b) => rank(a) - rank(b))
  return { shown: sorted.slice(0, SHOWN), more: Math.max(0, sorted.length - SHOWN) }
}

const namesOf = ({ title, shortNames, source, header }: ListedDocument): string[] =>
  [title, source, ...shortNames, header['documentNumber']?.value ?? ''].map((name) => name.toLowerCase())

/** The name being typed behind an @, up to the caret; undefined where there is none. */
export function mentionAt(text: string, caret: number): { readonly start: number; readonly name: string } | undefined {
  const match = /@([^@\s]{0,40})$/.exec(text.slice(0, caret))
  return match ? { start: match.index, name: match[1] ?? '' } : undefined
}
