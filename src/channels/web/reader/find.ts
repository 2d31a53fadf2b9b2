/** Words in a text, wherever they stand. */
import type { Span } from '../../../types.ts'

/** More are not counted: nobody goes through them. */
export const MOST_HITS = 50_000

/** Without regard to case; white space between words may be any. */
export function hitsIn(text: string, words: string): readonly Span[] {
  const sought = words.trim()
  if (sought === '') return []
  const pattern = new RegExp(sought.split(/\s+/).map(escaped).join('\\s+'), 'giu')
  const hits: Span[] = []
  for (const { 0: found, index } of text.matchAll(pattern)) {
    hits.push({ start: index, end: index + found.length })
    if (hits.length === MOST_HITS) break
  }
  return hits
}

const escaped = (words: string) => words.replace(/[\\^$.*+?()[\]{}|/-]/g, (mark) => `\\u{${mark.charCodeAt(0).toString(16)}}`)

/** The first hit at or behind an offset, or the first of all. */
export function nearestHit(hits: readonly Span[], offset: number): number {
  return Math.max(0, hits.findIndex(({ start }) => start >= offset))
}
