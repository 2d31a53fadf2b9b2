/** The seeds as a library searched by keywords, and evidence picked out of it by its words. */
import type { Evidence } from '../../src/answering/evidence.ts'
import { openingOf } from '../../src/answering/evidence.ts'
import { loadDocuments } from '../../src/build-index.ts'
import { sentences } from '../../src/chunks/sentences.ts'
import { placeAt } from '../../src/clauses/address.ts'
import type { Library } from '../../src/retrieval/library.ts'
import type { Found } from '../../src/retrieval/retrieve.ts'
import type { Document, Span } from '../../src/types.ts'
import { libraryOf, suiteFolder } from '../library.ts'

export async function seedLibrary(): Promise<Library> {
  const loaded = await loadDocuments(['seeds'], suiteFolder())
  return (await libraryOf(loaded, undefined, 'gen-of-the-seeds')).library
}

/** @example documentOf(library, '002') */
export function documentOf(library: Library, number: string): Document {
  return library.documents.find(({ source }) => source.startsWith(number))!
}

/** Where the words stand in the document; they must. */
export function spanOf({ text, source }: Document, words: string): Span {
  const start = text.indexOf(words)
  if (start < 0) throw new Error(`${source} does not say ${words}`)
  return { start, end: start + words.length }
}

/** The clause that holds a span, as if retrieval had put it first. */
export function foundAround(document: Document, span: Span): Found {
  const { lineage } = placeAt(document, span)
  const clause = lineage.at(-1)!
  return { document, lineage, clause, span: clause.extent, score: 1, spots: [{ span, score: 1 }], twins: [] }
}

/** Evidence that is exactly these words. */
export function evidenceOf(document: Document, words: string): Evidence {
  const span = spanOf(document, words)
  const found = foundAround(document, span)
  const holds = ({ start, end }: Span): boolean => start <= span.start && span.end <= end
  const paragraph = found.clause.paragraphs.find(holds) ?? found.clause.extent
  const sentence = sentences(document.text, paragraph).find(holds) ?? span
  const opening = openingOf(found)
  return { found, span, sentence, paragraph, ...(opening ? { opening } : {}), score: 1, rank: 0, coverage: 1 }
}
