/** The place a quotation is labelled with. */
import { innermost, placeAt } from '../clauses/address.ts'
import type { Document, Place, Span } from '../types.ts'

/**
 * Where the first of the words stand; without a 款 or 导语 where the words run on into the next paragraph or into the
 * clauses below: the whole of 第二部分第2条 is not its 第1款.
 */
export function quotedPlace(document: Document, span: Span): Place {
  const place = placeAt(document, span)
  const { paragraphs, children } = innermost(place.lineage)
  if (place.paragraph === undefined) return place
  const starts = [...paragraphs, ...children.map(({ extent }) => extent)].map(({ start }) => start)
  return starts.some((start) => span.start < start && start < span.end) ? { document, lineage: place.lineage } : place
}
