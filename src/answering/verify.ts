/** The last gate: what is not the exact slice of the stored text that its offsets name is not shown. */
import { labelOf, placeAt, spokenOf } from '../clauses/address.ts'
import { documentById, type Catalogue } from '../retrieval/library.ts'
import type { Citation, Segment } from '../types.ts'
import { isPhrase } from './phrases.ts'
import { sha256 } from './compose.ts'

export interface Verified {
  readonly segments: readonly Segment[]
  readonly citations: readonly Citation[]
  /** What was left out, for the log. */
  readonly rejected: readonly string[]
}

/** Why a citation does not hold; undefined when it does. */
export function faultOf(catalogue: Catalogue, citation: Citation): string | undefined {
  const document = documentById(catalogue, citation.documentId)
  if (!document) return `citation ${citation.n}: no document ${citation.documentId}`
  if (document.textSha256 !== citation.textSha256) return `citation ${citation.n}: another version of ${document.source}`
  if (citation.start >= citation.end || document.text.slice(citation.start, citation.end) !== citation.quote) {
    return `citation ${citation.n}: not the words at ${citation.start}–${citation.end} of ${document.source}`
  }
  if (sha256(citation.quote) !== citation.quoteSha256) return `citation ${citation.n}: the quotation's hash differs`
  const place = placeAt(document, citation)
  const path = place.lineage.at(-1)!.path
  if (path.join('/') !== citation.path.join('/') || labelOf(place) !== citation.label || spokenOf(place) !== citation.spoken) {
    return `citation ${citation.n}: stands in ${labelOf(place)}, not in ${citation.label}`
  }
  return undefined
}

/** Keeps the citations that hold and the segments that rest on them; numbers stay as they were. */
export function verify(catalogue: Catalogue, segments: readonly Segment[], citations: readonly Citation[]): Verified {
  const faults = citations.flatMap((citation) => faultOf(catalogue, citation) ?? [])
  const sound = citations.filter((citation) => faultOf(catalogue, citation) === undefined)
  const quotes = new Map(sound.map(({ n, quote }) => [n, quote]))
  const rejected = [...faults]
  const kept = segments.filter((segment) => {
    const rests = segment.citations ?? []
    const holds =
      rests.every((n) => quotes.has(n)) &&
      (segment.kind !== 'quotation' || rests.some((n) => quotes.get(n) === segment.text)) &&
      (segment.kind !== 'connecting' || isPhrase(segment.text))
    if (!holds) rejected.push(`segment ${segment.kind}: ${segment.text.slice(0, 40)}`)
    return holds
  })
  return { segments: kept, citations: sound, rejected }
}
