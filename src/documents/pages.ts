/** Where pages begin, once lines were left out of the text. */
import type { DroppedLine } from '../types.ts'
import { linesOf } from './lines.ts'

/**
 * Offsets into the text as received → offsets into the text without the dropped lines; a page that begins in a
 * dropped line begins with the next line that is kept.
 */
export function pagesAfter(pages: readonly number[], received: string, dropped: readonly DroppedLine[]): number[] {
  const gone = new Set(dropped.map(({ line }) => line))
  const lines = linesOf(received)
  const moved: number[] = []
  let left = 0 // characters kept before the line
  let at = 0
  for (const line of lines) {
    const isGone = gone.has(line.number)
    for (; at < pages.length && (pages[at] ?? 0) < line.end; at++) {
      moved.push(isGone ? left : left + (pages[at] ?? 0) - line.start)
    }
    if (!isGone) left += line.end - line.start
  }
  for (; at < pages.length; at++) moved.push(left)
  return moved
}
