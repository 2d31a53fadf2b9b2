/** Which paragraphs at the end belong to no section: the closing 结语, signature and date. */
import type { Span } from '../types.ts'
import { SENTENCE_END, draft, type Draft } from './draft.ts'

/**
 * The paragraphs after the last section are the closing 结语 when every section before it ends with its own
 * numbered words, so that nothing without a number belongs to a section's end; and the signature and date lines.
 * Articles have no closing: an unnumbered paragraph is a 款 there. Headed parts give no such sign.
 */
export function splitClosing(text: string, top: Draft[]): void {
  const sections = top.filter((clause) => clause.kind === 'numbered')
  const last = sections.at(-1)
  if (!last || top.at(-1) !== last) return
  const leaf = lastLeaf(last)
  if (leaf.mark?.style === 'article' || top.some(hasArticle)) return
  const opened = ownOpening(leaf)
  const trailing = opened ? leaf.paragraphs.slice(1) : []
  if (trailing.length === 0) return
  const others = sections.slice(0, -1).map(lastLeaf)
  const told = others.length >= 2 && others.every((other) => ownOpening(other) && other.paragraphs.length === 1)
  const moved = told ? trailing : signatureOf(text, trailing)
  const first = moved[0]
  const end = moved.at(-1)?.end
  if (!first || end === undefined) return
  leaf.paragraphs.splice(leaf.paragraphs.length - moved.length, moved.length)
  top.push(draft('closing', { start: first.start, end }, { paragraphs: moved }))
}

const hasArticle = (clause: Draft): boolean => clause.mark?.style === 'article' || clause.children.some(hasArticle)

function lastLeaf(clause: Draft): Draft {
  let leaf = clause
  for (let next = leaf.children.at(-1); next; next = leaf.children.at(-1)) leaf = next
  return leaf
}

/** Its first paragraph is the line of its mark. */
const ownOpening = (clause: Draft): boolean => clause.paragraphs[0]?.start === clause.start

const DATE_LINE = /^[（(]?(?:[12][0-9]{3}|[二一][〇○零一二三四五六七八九]{3})年.{1,6}月.{1,6}日[）)]?$/

/** Trailing lines from the signature on: a date line, and the short lines right before it. */
function signatureOf(text: string, trailing: readonly Span[]): Span[] {
  const words = trailing.map(({ start, end }) => text.slice(start, end))
  if (!DATE_LINE.test(words.at(-1) ?? '')) return []
  let first = words.length - 1
  while (first > 0 && (words[first - 1]?.length ?? 0) <= 40 && !SENTENCE_END.test(words[first - 1] ?? '')) first -= 1
  return trailing.slice(first)
}
