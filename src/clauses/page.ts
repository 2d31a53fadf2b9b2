/** Offsets → pages, for documents that come in pages. */
import type { Document } from '../types.ts'

/** The 1-based page on which the character at an offset stands; undefined for a document without pages. */
export function pageAt({ pages }: Pick<Document, 'pages'>, offset: number): number | undefined {
  if (!pages) return undefined
  let low = 0
  let high = pages.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pages[middle] ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return Math.max(1, low)
}

/** The page as a field that is absent where there is none. */
export function pageField(document: Pick<Document, 'pages'>, offset: number): { readonly page?: number } {
  const page = pageAt(document, offset)
  return page === undefined ? {} : { page }
}
