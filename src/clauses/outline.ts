/** A clause tree as an outline that a person can proof-read against the file. */
import type { Clause, Document } from '../types.ts'
import { headingOf, ownText } from './address.ts'

/** One line a clause: number as printed, kind or style, path, words, paragraphs, offsets. */
export function outline(document: Document, width = 24): string {
  return document.clauses.flatMap((clause) => linesOf(document, clause, 0, width)).join('\n') + '\n'
}

function linesOf(document: Document, clause: Clause, depth: number, width: number): string[] {
  const { number, kind, path, paragraphs, extent, underParagraph } = clause
  const heading = headingOf(document, clause)
  const words = heading === undefined ? ownText(document, clause).replace(/\s+/g, ' ').slice(0, width) : `【${heading}】`
  const facts = [
    number ? number.style : kind,
    path.join('/'),
    `${paragraphs.length}款`,
    ...(underParagraph === undefined ? [] : [`属第${underParagraph}款`]),
    `${extent.start}–${extent.end}`,
  ]
  const line = `${'  '.repeat(depth)}${number?.mark ?? '·'} ${words}  [${facts.join(' | ')}]`
  return [line, ...clause.children.flatMap((child) => linesOf(document, child, depth + 1, width))]
}
