/** What became of quoted words since an answer was given: they stand, stand elsewhere, changed, are gone, hold no longer. */
import { createHash } from 'node:crypto'
import { readingUrl } from '../answering/links.ts'
import { versionNoteOf } from '../answering/version-note.ts'
import { placeAt, spokenOf } from '../clauses/address.ts'
import { documentById } from '../clauses/by-id.ts'
import type { Citation, CitationChange, Document } from '../types.ts'
import type { Catalogue } from './wire.ts'

/** Only of citations whose words no longer stand in their clause, or stand in what is no longer in force. */
export function changesOf(citations: readonly Citation[], catalogue: Catalogue): readonly CitationChange[] {
  return citations.flatMap((citation) => {
    const document = documentById(catalogue, citation.documentId)
    return changeOf(citation, document) ?? (document && endOf(citation, document, catalogue)) ?? []
  })
}

function changeOf(citation: Citation, document: Document | undefined): CitationChange | undefined {
  const { n, start, end, quote, textSha256, quoteSha256 } = citation
  if (!document) return { n, state: 'gone' }
  if (document.textSha256 === textSha256 || sha256(document.text.slice(start, end)) === quoteSha256) return undefined
  const at = nearest(document.text, quote, start)
  if (at === undefined) return { n, state: 'changed', url: `/read/${document.id}` }
  const span = { start: at, end: at + quote.length }
  if (spokenOf(placeAt(document, span)) === citation.spoken) return undefined
  return { n, state: 'moved', url: readingUrl(document, span) }
}

/** Of a text in force when it was cited, and no longer. */
function endOf({ n, version }: Citation, document: Document, catalogue: Catalogue): CitationChange | undefined {
  const now = versionNoteOf(catalogue.documents, document)
  const hasEnded = now?.status === 'superseded' || now?.status === 'repealed'
  if (!hasEnded || version?.status === now.status) return undefined
  return { n, state: 'superseded', url: now.by?.url ?? `/read/${document.id}` }
}

/** Where the words stand closest to where they stood. */
function nearest(text: string, words: string, place: number): number | undefined {
  if (words === '') return undefined
  const after = text.indexOf(words, place)
  const before = text.lastIndexOf(words, place)
  if (after === -1 || before === -1) return after === before ? undefined : Math.max(after, before)
  return after - place < place - before ? after : before
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
