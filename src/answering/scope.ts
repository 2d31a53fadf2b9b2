/** The texts against which the conditions of a question are held. */
import type { Document, Span } from '../types.ts'
import type { Evidence } from './evidence.ts'

/** Evidence with the words around it. */
export interface Scope {
  readonly evidence: Evidence
  readonly document: Document
  /** Of the whole document. */
  readonly text: string
  readonly span: Span
  /** The evidence itself. */
  readonly words: string
  /** The sentence it stands in, behind what opens its list. */
  readonly sentence: string
  /** The clause's headings, and what the document's head says of it. */
  readonly headings: string
}

/** The texts around evidence. */
export function scopeOf(evidence: Evidence): Scope {
  const { found, span, sentence } = evidence
  const { document, lineage } = found
  const { text, header, shortNames } = document
  const slice = ({ start, end }: Span): string => text.slice(start, end)
  const opened = evidence.opening ? slice(evidence.opening) : ''
  const headings = lineage.flatMap(({ heading }) => (heading ? [slice(heading)] : []))
  const head = [header.title?.value, header.issuer?.value, header.documentNumber?.value, ...shortNames].filter(Boolean)
  return {
    evidence,
    document,
    text,
    span,
    words: opened + slice(span),
    sentence: opened + slice(sentence),
    headings: [...headings, ...head].join('\n'),
  }
}
