/** Clauses → chunks. A chunk never crosses a clause. */
import type { Clause, Chunk, Document, Span } from '../types.ts'
import { titleOf, walk } from '../clauses/address.ts'
import { units } from './sentences.ts'

/** Named in the manifest: an index made by another chunker is made anew. */
export const CHUNKER = 'units-60/windows-2x120/clauses/2'

/**
 * Title and headings from the outside in, put before a chunk's words for the embedder and the keyword index only,
 * never shown; cut so that they do not crowd out the words themselves.
 */
export function contextOf(document: Document, lineage: readonly Clause[], limit = 120): string {
  const headings = lineage.flatMap(({ heading }) => (heading ? [document.text.slice(heading.start, heading.end)] : []))
  return [document.header.title ? titleOf(document) : '', ...document.shortNames.slice(0, 1), ...headings]
    .filter((words) => words !== '')
    .map((words) => words.slice(0, 60))
    .join(' ')
    .slice(-limit)
}

/** What is chunked of a clause: its heading line, where it stands alone, and its own paragraphs. */
function ownSpans({ heading, paragraphs }: Clause): Span[] {
  const covered =
    heading !== undefined && paragraphs.some(({ start, end }) => start <= heading.start && heading.end <= end)
  return heading && !covered ? [heading, ...paragraphs] : [...paragraphs]
}

/** Windows of two units, one unit apart, within one paragraph. */
export function windowChunks(document: Document): Chunk[] {
  return [...walk(document)].flatMap((lineage) => {
    const clause = lineage.at(-1)!
    return ownSpans(clause).flatMap((paragraph) => {
      const parts = units(document.text, paragraph)
      const starts = parts.length > 1 ? parts.slice(0, -1) : parts
      return starts.map((part, at): Chunk => ({
        clause: clause.id,
        span: { start: part.start, end: (parts[at + 1] ?? part).end },
      }))
    })
  })
}

/** Single units of at most 60 characters: the finest grain, where one remark of a long paragraph is found. */
export function unitChunks(document: Document): Chunk[] {
  return [...walk(document)].flatMap((lineage) => {
    const clause = lineage.at(-1)!
    const spans = ownSpans(clause).flatMap((paragraph) => units(document.text, paragraph, 60))
    return spans.map((span): Chunk => ({ clause: clause.id, span }))
  })
}

/** Whole clauses for the keyword index: one chunk a clause with words of its own; items between two of its 款 count in. */
export function clauseChunks(document: Document): Chunk[] {
  return [...walk(document)].flatMap((lineage) => {
    const clause = lineage.at(-1)!
    const spans = ownSpans(clause)
    const first = spans[0]
    const last = spans.at(-1)
    if (!first || !last) return []
    return [{ clause: clause.id, span: { start: first.start, end: last.end } }]
  })
}
