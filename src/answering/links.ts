/** Addresses of the reading page, relative to wherever Tiaowen is served. */
import type { Document, Span } from '../types.ts'

/** Opens the version of the text that was quoted, with the words marked. */
export function readingUrl(document: Pick<Document, 'id' | 'textSha256'>, span: Span): string {
  return `/read/${document.id}/${document.textSha256.slice(0, 16)}/${span.start}-${span.end}`
}
