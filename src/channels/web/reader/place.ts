/** Where an offset of the text stands in the outline, and what that is called. */
import type { Span } from '../../../types.ts'
import type { OutlineNode } from '../../wire.ts'

/** The nodes around an offset, outermost first; empty where it stands in none. */
export function lineageAt(outline: readonly OutlineNode[], offset: number): readonly OutlineNode[] {
  const lineage: OutlineNode[] = []
  for (let level = outline; ; ) {
    const node = lastBefore(level, offset)
    if (!node || offset >= node.end) return lineage
    lineage.push(node)
    level = node.children
  }
}

/** The last node of a level that begins at or before an offset. */
function lastBefore(level: readonly OutlineNode[], offset: number): OutlineNode | undefined {
  let [low, high] = [0, level.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (level[middle]!.start <= offset) low = middle + 1
    else high = middle
  }
  return level[low - 1]
}

/** What a node adds to the one around it: 第2条 of 第三部分第2条; all of 第十二条 in 第一章. */
export function stepOf(node: OutlineNode, outer: OutlineNode | undefined): string {
  const isWithin = outer !== undefined && node.spoken !== outer.spoken && node.spoken.startsWith(outer.spoken)
  return isWithin ? node.spoken.slice(outer.spoken.length) : node.spoken
}

/** Its number as printed, without those around it: 二、 or 第十二条; absent where it has none. */
export function ownLabel(node: OutlineNode, outer: OutlineNode | undefined): string {
  const isWithin = outer !== undefined && node.label.length > outer.label.length && node.label.startsWith(outer.label)
  return (isWithin ? node.label.slice(outer.label.length) : node.label).trim()
}

const MOST_MARKED = 1_000

/**
 * What is marked of a place: without white space at its ends, and of a whole chapter its heading alone, for a text that
 * is marked all over shows nothing. Words that are no clause are marked however long they are; so are quoted ones, for which
 * no outline is given.
 */
export function markedOf(text: string, outline: readonly OutlineNode[], { start, end }: Span): Span {
  const node = lineageAt(outline, start).find((one) => one.start === start && one.end === end)
  const first = node?.children[0]
  const isChapter = first !== undefined && first.start > start && end - start > MOST_MARKED
  return trimmed(text, { start, end: isChapter ? first.start : end })
}

/** The mark must have words to begin and to end on. */
function trimmed(text: string, { start, end }: Span): Span {
  let [from, to] = [start, end]
  while (from < to && /\s/.test(text[from]!)) from++
  while (to > from && /\s/.test(text[to - 1]!)) to--
  return from < to ? { start: from, end: to } : { start, end }
}

/** The 1-based page of the file on which an offset stands. */
export function pageAt(pages: readonly number[] | undefined, offset: number): number | undefined {
  if (!pages) return undefined
  const at = pages.findLastIndex((start) => start <= offset)
  return at < 0 ? undefined : at + 1
}
