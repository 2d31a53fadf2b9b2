/** A clause tree as an outline that a person can proof-read against the file. */
import type { Clause, Document, Span } from '../types.ts'
import { headingOf } from './address.ts'

/**
 * One line a clause (printed mark, heading, style or kind, path, offsets) and under it one line an own paragraph:
 * ¶ and its first and last words, at most `width` of the first.
 */
export function outline(document: Document, width = 24): string {
  return document.clauses.flatMap((clause) => linesOf(document, clause, 0, width)).join('\n') + '\n'
}

function linesOf(document: Document, clause: Clause, depth: number, width: number): string[] {
  const { number, kind, path, paragraphs, extent, underParagraph, children } = clause
  const heading = headingOf(document, clause)
  const facts = [
    number?.style ?? kind,
    path.join('/'),
    ...(underParagraph === undefined ? [] : [`under ¶${underParagraph}`]),
    `${extent.start}–${extent.end}`,
  ]
  const indent = '  '.repeat(depth)
  const name = [number?.mark ?? '·', ...(heading === undefined ? [] : [`【${heading}】`])].join(' ')
  return [
    `${indent}${name}  [${facts.join(' | ')}]`,
    ...paragraphs.map((paragraph, at) => `${indent}  ¶${at + 1} ${glimpse(document.text, paragraph, width)}`),
    ...children.flatMap((child) => linesOf(document, child, depth + 1, width)),
  ]
}

/** First and last words of a paragraph, and how long it is. */
function glimpse(text: string, { start, end }: Span, width: number): string {
  const words = text.slice(start, end).replace(/\s+/g, ' ')
  const tail = Math.ceil(width / 2)
  return words.length <= width + tail ? words : `${words.slice(0, width)}…${words.slice(-tail)} (${end - start})`
}
