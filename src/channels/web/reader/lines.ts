/** A text as lines, and lines as blocks that are drawn one at a time. */
import type { Span } from '../../../types.ts'
import type { OutlineNode } from '../../wire.ts'

export interface Block {
  /** From its first line to the beginning of the next block. */
  readonly start: number
  readonly end: number
  readonly lines: readonly Span[]
}

const LINES_A_BLOCK = 24

/** The lines of a text, line ends left out. Lines without words are left out as well. */
export function linesOf(text: string): readonly Span[] {
  const lines: Span[] = []
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const next = newline === -1 ? text.length : newline
    const end = text[next - 1] === '\r' && next > start ? next - 1 : next
    if (end > start) lines.push({ start, end })
    start = next + 1
  }
  return lines
}

export function blocksOf(text: string): readonly Block[] {
  const lines = linesOf(text)
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; at += LINES_A_BLOCK) {
    const own = lines.slice(at, at + LINES_A_BLOCK)
    blocks.push({ start: own[0]!.start, end: lines[at + LINES_A_BLOCK]?.start ?? text.length, lines: own })
  }
  return blocks
}

/** The block in which an offset stands. */
export const blockAt = (blocks: readonly Block[], offset: number): number =>
  Math.max(0, firstFrom(blocks, offset + 1) - 1)

/** How many of a sorted list begin before an offset. */
export function firstFrom(sorted: readonly Pick<Span, 'start'>[], offset: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]!.start < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** A clause begins in a line. */
export interface Beginning {
  readonly node: OutlineNode
  /** 0 for the outermost. */
  readonly depth: number
  readonly outer?: OutlineNode
}

/** Every node of an outline by where it begins; the outermost of several that begin together. */
export function beginningsOf(outline: readonly OutlineNode[]): ReadonlyMap<number, Beginning> {
  const beginnings = new Map<number, Beginning>()
  const visit = (nodes: readonly OutlineNode[], depth: number, outer?: OutlineNode) => {
    for (const node of nodes) {
      if (!beginnings.has(node.start)) beginnings.set(node.start, { node, depth, ...(outer && { outer }) })
      visit(node.children, depth + 1, node)
    }
  }
  visit(outline, 0)
  return beginnings
}

/** How many characters stand before the words of a line: blanks, and the marks with which Markdown sets off a heading. */
export const blankOf = (words: string): number => /^[\s#>*]*/.exec(words)![0].length

/** What a line is to the eye. */
export type LineKind = 'title' | 'head' | 'heading' | 'plain'

const LONGEST_HEADING = 60

/** `head` are the lines under the title, before the body; `inHead` whether the line stands there. */
export function lineKind(words: string, title: string, inHead: boolean, beginning: Beginning | undefined): LineKind {
  const bare = words.trim()
  if (inHead) return isOfTitle(bare, title) ? 'title' : 'head'
  const heading = beginning?.node.heading
  return heading !== undefined && bare.length <= LONGEST_HEADING && bare.endsWith(heading.trim()) ? 'heading' : 'plain'
}

/** A line may hold a part of the title only, or more blanks than it. */
function isOfTitle(line: string, title: string): boolean {
  const bare = line.replace(/\s+/g, '')
  return bare.length > 2 && title.replace(/\s+/g, '').includes(bare)
}

/**
 * How much of a line is its number and the words that name it, to be set in bold: 第十二条, 2.加强研发平台建设。
 * A heading on a line of its own is bold anyway.
 */
export function leadOf(words: string, beginning: Beginning | undefined): number {
  if (!beginning) return 0
  const blank = blankOf(words)
  const article = /^第[〇零一二三四五六七八九十百千0-9]+条(?:之[一二三四五六七八九十]+)?/.exec(words.slice(blank))
  if (article) return blank + article[0].length
  const { heading } = beginning.node
  const at = heading === undefined ? -1 : words.indexOf(heading)
  return heading === undefined || at < 0 || at > blank + 12 ? 0 : at + heading.length
}
