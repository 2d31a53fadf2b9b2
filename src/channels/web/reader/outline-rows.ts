/** An outline as the rows that are shown of it. */
import type { OutlineNode } from '../../wire.ts'
import { ownLabel, stepOf } from './place.ts'

export interface OutlineRow {
  readonly node: OutlineNode
  readonly outer?: OutlineNode
  /** 1 for the outermost. */
  readonly level: number
  /** 1-based among its siblings. */
  readonly position: number
  readonly siblings: number
  /** Absent where nothing is below it. */
  readonly isOpen?: boolean
}

export function rowsOf(outline: readonly OutlineNode[], open: ReadonlySet<OutlineNode>): readonly OutlineRow[] {
  const rows: OutlineRow[] = []
  const visit = (nodes: readonly OutlineNode[], level: number, outer?: OutlineNode) => {
    for (const [at, node] of nodes.entries()) {
      const isOpen = open.has(node)
      rows.push({
        node,
        level,
        position: at + 1,
        siblings: nodes.length,
        ...(outer && { outer }),
        ...(node.children.length > 0 && { isOpen }),
      })
      if (isOpen) visit(node.children, level + 1, node)
    }
  }
  visit(outline, 1)
  return rows
}

const MOST_ROWS = 60

/** As many levels as can be taken in at a glance. */
export function openAtFirst(outline: readonly OutlineNode[]): ReadonlySet<OutlineNode> {
  const open = new Set<OutlineNode>()
  let rows = outline.length
  for (let level = outline.filter(hasBelow); level.length > 0; level = level.flatMap(({ children }) => children.filter(hasBelow))) {
    rows += level.reduce((sum, { children }) => sum + children.length, 0)
    if (rows > MOST_ROWS) break
    for (const node of level) open.add(node)
  }
  return open
}

const hasBelow = ({ children }: OutlineNode) => children.length > 0

export interface RowWords {
  readonly label: string
  /** Its heading, or how it begins; empty where the label says it all. */
  readonly about: string
}

const ABOUT = 48

/** @example { label: '第十二条', about: '自然人的民事权利能力一律平等。' } */
export function rowWords(text: string, { node, outer }: OutlineRow): RowWords {
  const heading = node.heading?.trim()
  if (node.kind !== 'numbered') return { label: heading ?? stepOf(node, outer), about: '' }
  const label = ownLabel(node, outer)
  if (heading !== undefined) return { label, about: heading }
  const [line = ''] = text.slice(node.start, Math.min(node.end, node.start + label.length + ABOUT)).trimStart().split('\n')
  return { label, about: (line.startsWith(label) ? line.slice(label.length) : line).trim().toWellFormed() }
}
