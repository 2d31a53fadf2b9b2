/** The clauses of a text that is looked at before it counts: what is printed at the head of each. */
import type { OutlineNode } from '../../wire.ts'

export interface PrintedHead {
  /** As printed: 第一条, （二）, 三、; the clause's label where it has no number. */
  readonly mark: string
  readonly heading?: string
  /** What follows, from the clause's own text; '' where nothing does. */
  readonly words: string
}

const MARK = /^(?:第[〇零一二三四五六七八九十百千\d]+[条章节编款项]|第[一二三四五六七八九十]+(?:分编|部分))(?:之[一二三四五六七八九十]+)?|^[〇一二三四五六七八九十百]+、|^[(（][一二三四五六七八九十百\d]+[)）]|^\d{1,3}[.．、]|^[①-⑳]/

const MOST_WORDS = 52

export function headOf(node: OutlineNode, text: string, most = MOST_WORDS): PrintedHead {
  const end = node.children[0]?.start ?? node.end
  const own = text.slice(node.start, Math.max(node.start, end)).replace(/[\s\u3000]+/g, ' ').trim()
  const printed = node.kind === 'numbered' ? MARK.exec(own)?.[0] : undefined
  const rest = printed === undefined ? own : own.slice(printed.length).trim()
  const after = node.heading !== undefined && rest.startsWith(node.heading) ? rest.slice(node.heading.length).trim() : rest
  return { mark: printed ?? node.label, ...(node.heading !== undefined && { heading: node.heading }), words: cut(after, most) }
}

/** Never between the halves of a rare character. */
function cut(text: string, most: number): string {
  const characters = [...text]
  return characters.length <= most ? text : `${characters.slice(0, most).join('')}…`
}

/** Clauses at every depth. */
export const countOf = (nodes: readonly OutlineNode[]): number => nodes.reduce((sum, { children }) => sum + 1 + countOf(children), 0)

/** The clause at a path of printed ordinals. */
export function nodeAt(nodes: readonly OutlineNode[], path: readonly string[]): OutlineNode | undefined {
  for (const node of nodes) {
    if (node.path.length === path.length && node.path.every((part, at) => part === path[at])) return node
    const below = nodeAt(node.children, path)
    if (below) return below
  }
  return undefined
}
