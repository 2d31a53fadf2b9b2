/** What became of quoted words since an answer was given: they stand, stand elsewhere, changed, or are gone. */
import { createHash } from 'node:crypto'
import { readingUrl } from '../answering/links.ts'
import { documentById } from '../clauses/by-id.ts'
import type { Citation, CitationChange, Document } from '../types.ts'
import type { Catalogue } from './wire.ts'

/** Only of citations whose words no longer stand at their place. */
export function changesOf(citations: readonly Citation[], catalogue: Catalogue): readonly CitationChange[] {
  return citations.flatMap((citation) => changeOf(citation, documentById(catalogue, citation.documentId)) ?? [])
}

function changeOf(citation: Citation, document: Document | undefined): CitationChange | undefined {
  const { n, start, end, quote, textSha256, quoteSha256 } = citation
  if (!document) return { n, state: 'gone' }
  if (document.textSha256 === textSha256 || sha256(document.text.slice(start, end)) === quoteSha256) return undefined
  const at = nearest(document.text, quote, start)
  if (at === undefined) return { n, state: 'changed', url: `/read/${document.id}` }
  return { n, state: 'moved', url: readingUrl(document, { start: at, end: at + quote.length }) }
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
