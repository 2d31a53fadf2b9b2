/** A segment → the objects that Weaviate holds of it, row by row; one reading for writing and for comparing. */
import { spokenOf, placeAt } from '../clauses/address.ts'
import type { Segment } from '../retrieval/segment.ts'
import { headedTexts } from '../retrieval/segment.ts'
import { terms } from '../retrieval/terms.ts'
import { KIND_OF, objectId, type Kind } from './collections.ts'
import type { Document, Span } from '../types.ts'

/** As the client takes it. */
export interface SegmentObject {
  readonly id: string
  readonly row: number
  readonly properties: Readonly<Record<string, string>>
  /** Of unit length; absent for entries. */
  readonly vectors?: number[]
}

/** How many objects of a kind a segment is. */
export function countOf({ entries, fields, }: Segment, kind: Kind): number {
  if (kind === 'Entries') return entries.starts.length
  const { chunks, vectors } = fields[kind === 'Units' ? 'units' : 'windows']
  return vectors ? chunks.entries.length : 0
}

/** In the order of the rows; `isWanted`: those alone. */
export async function* objectsOf(
  segment: Segment,
  key: string,
  kind: Kind,
  isWanted: (row: number) => boolean = () => true,
): AsyncGenerator<SegmentObject> {
  if (kind === 'Entries') {
    let row = -1
    for (const text of headedTexts(segment)) {
      row++
      if (!isWanted(row)) continue
      const { documents, starts, ends } = segment.entries
      const span = { start: starts[row]!, end: ends[row]! }
      const place = propertiesOf(segment.documents[documents[row]!]!, span)
      yield { id: objectId(key, kind, row), row, properties: { grams: terms(text).join(' '), ...place } }
    }
    return
  }
  const field = KIND_OF.units === kind ? 'units' : 'windows'
  const { chunks, vectors } = segment.fields[field]
  if (!vectors) return
  const rows = await vectors()
  for (let row = 0; row < chunks.entries.length; row++) {
    if (!isWanted(row)) continue
    const document = segment.documents[segment.entries.documents[chunks.entries[row]!]!]!
    const place = propertiesOf(document, { start: chunks.starts[row]!, end: chunks.ends[row]! })
    yield { id: objectId(key, kind, row), row, properties: place, vectors: Array.from(rows.vector(row)) }
  }
}

function propertiesOf(document: Document, span: Span): Record<string, string> {
  return { document: document.id, address: spokenOf(placeAt(document, span)), source: document.source }
}
