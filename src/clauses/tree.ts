/**
 * SourceText → Document: header, preamble 序言, the numbered tree, headed parts, closing 结语.
 *
 * Rules:
 * - Ordinals are read from the mark, never counted; a gap is reported (problems.ts), never mended.
 * - An article 条 carries its number through the document: its path is ['第十二条'], not through its chapter.
 *   Where articles begin again at 第一条 (in every 编, or in an annex 附件), the path takes the outer parts.
 * - A paragraph without a number is the next 款 of the article around it; outside articles, of the clause before
 *   it, or of the clause whose paragraph announced the list (…：) that has just ended.
 * - Two siblings with one number: items of a later list of the same clause take its 款 into the path
 *   (['第十二条', '第二款', '一']); whatever still collides is told apart by `~2`.
 */
import type { Document, SourceText, Span } from '../types.ts'
import { draft, type Draft } from './draft.ts'
import { TreeBuilder } from './grow.ts'
import { linesOf } from './lines.ts'
import { blocksOf } from './paragraphs.ts'
import { Addressing } from './paths.ts'

export { findProblems, type TreeProblem } from './problems.ts'

/** Reads the clause tree of a text. Linear in its length; it never throws. */
export function parseDocument(source: SourceText): Document {
  const { text } = source
  const bodyStart = Math.max(0, Math.min(source.bodyStart, text.length))
  const blocks = blocksOf(text, bodyStart)
  const body = new TreeBuilder(text, blocks).build()
  const header = linesOf(text, 0, bodyStart)
  const drafts = header.length === 0 ? body : [headerOf(header), ...body]
  return { ...source, clauses: new Addressing(source.id, drafts).clauses }
}

function headerOf(lines: readonly Span[]): Draft {
  const paragraphs = lines.map(({ start, end }) => ({ start, end }))
  const last = lines.at(-1)
  return draft('header', { start: lines[0]?.start ?? 0, end: last?.end ?? 0 }, { paragraphs })
}
