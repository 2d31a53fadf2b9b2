/** The last gate: what is not the exact slice of the stored text that its offsets name is not shown. */
import { labelOf, spokenOf } from '../clauses/address.ts'
import { pageAt } from '../clauses/page.ts'
import { documentById } from '../clauses/by-id.ts'
import type { Catalogue } from '../retrieval/library.ts'
import type { Citation, Segment } from '../types.ts'
import { sha256 } from './compose.ts'
import { isPhrase, phrase } from './phrases.ts'
import { quotedPlace } from './quoted-place.ts'
import { datesOfNote } from './version-note-words.ts'

interface Verified {
  readonly segments: readonly Segment[]
  readonly citations: readonly Citation[]
  /** What was left out, for the log. */
  readonly rejected: readonly string[]
}

/** Why a citation does not hold; undefined when it does. */
export function faultOf(catalogue: Catalogue, citation: Citation): string | undefined {
  const document = documentById(catalogue, citation.documentId)
  if (!document) return `citation ${citation.n}: no document ${citation.documentId}`
  if (document.textSha256 !== citation.textSha256) {
    return `citation ${citation.n}: another version of ${document.source}`
  }
  const { start, end, quote } = citation
  if (start < 0 || start >= end || document.text.slice(start, end) !== quote) {
    return `citation ${citation.n}: not the words at ${start}–${end} of ${document.source}`
  }
  if (sha256(quote) !== citation.quoteSha256) return `citation ${citation.n}: the quotation's hash differs`
  const place = quotedPlace(document, citation)
  const path = place.lineage.at(-1)!.path.join('/')
  const { label, spoken } = citation
  if (path !== citation.path.join('/') || labelOf(place) !== label || spokenOf(place) !== spoken) {
    return `citation ${citation.n}: stands in ${labelOf(place)}, not in ${label}`
  }
  if (citation.page !== pageAt(document, start)) return `citation ${citation.n}: not on page ${citation.page}`
  return undefined
}

/**
 * Keeps the citations that hold, and of the segments the lines that do: a line runs from its label to the break, and
 * goes as a whole when one of its segments does not hold. Numbers stay as they were.
 */
export function verify(catalogue: Catalogue, segments: readonly Segment[], citations: readonly Citation[]): Verified {
  const rejected: string[] = []
  const sound = citations.filter((citation) => {
    const fault = faultOf(catalogue, citation)
    if (fault !== undefined) rejected.push(fault)
    return fault === undefined
  })
  const byNumber = new Map(sound.map((citation) => [citation.n, citation]))
  const kept: Segment[] = []
  let line: Segment[] = []
  let holds = true
  /** Within （已废止，由《…》）, where a title opens no line of its own. */
  let inNote = false
  const close = (): void => {
    if (holds) kept.push(...line)
    line = []
    holds = true
  }
  for (const segment of segments) {
    if (segment.kind === 'label' && !inNote) close()
    inNote = segment.text === phrase('version-open') ? true : segment.text === phrase('version-close') ? false : inNote
    line.push(segment)
    if (!segmentHolds(segment, byNumber)) {
      rejected.push(`segment ${segment.kind}: ${segment.text.slice(0, 40)}`)
      holds = false
    }
    if (segment.text !== phrase('end')) continue
    inNote = false
    close()
  }
  close()
  return { segments: kept, citations: sound, rejected }
}

/** Does what it says follow from the citations it rests on, or from the fixed phrases? */
function segmentHolds({ kind, text, citations = [] }: Segment, sound: ReadonlyMap<number, Citation>): boolean {
  const rests = citations.flatMap((n) => sound.get(n) ?? [])
  if (rests.length < citations.length) return false
  if (kind === 'sentence') return rests.length > 0
  if (kind === 'quotation') return rests.some(({ quote }) => quote === text)
  if (kind === 'connecting') return isPhrase(text)
  if (kind === 'label' && rests.length > 0) {
    return rests.some(
      ({ title, spoken, version }) => text === `《${title}》${spoken}` || text === `《${version?.by?.title}》`,
    )
  }
  if (kind === 'date') {
    return rests.some(({ date, version }) => date === text || (version && datesOfNote(version).includes(text)))
  }
  return true
}
