/** Which opening lines are headings: a line of its own, a run-in first sentence, a caption in brackets. */
import type { Span } from '../types.ts'
import { NO_HASHES, SENTENCE_END, type Draft } from './draft.ts'
import { isNamedStyle } from './markers.ts'

/** How often the first sentence of a style's paragraphs is a short one with more behind it. */
type RunIn = Map<string, { short: number; all: number }>

const FIRST_SENTENCE = /^[^。；;：:！!？?\n]{2,60}。/

function firstSentence(text: string, opening: Span): Span | undefined {
  const words = text.slice(opening.start, Math.min(opening.end, opening.start + 64))
  const length = FIRST_SENTENCE.exec(words)?.[0].length
  if (length === undefined || opening.start + length >= opening.end) return undefined
  return { start: opening.start, end: opening.start + length - 1 }
}

/** Caption of an article in brackets: 【立法目的】, （目的和依据）. */
function captionOf(text: string, opening: Span): { heading: Span; rest: Span } | undefined {
  const words = text.slice(opening.start, Math.min(opening.end, opening.start + 64))
  const match = /^(?:【([^】]{1,40})】|（([^（）。；]{1,30})）|〔([^〕]{1,40})〕)[\s\u3000]*/.exec(words)
  const caption = match?.[1] ?? match?.[2] ?? match?.[3]
  if (!match || caption === undefined) return undefined
  const start = opening.start + 1
  const rest = { start: opening.start + match[0].length, end: opening.end }
  return { heading: { start, end: start + caption.length }, rest }
}

/** Decides for every opening line whether it is a heading of its own, a paragraph with one, or a plain paragraph. */
export function settleHeadings(text: string, top: readonly Draft[]): void {
  const runIn: RunIn = new Map()
  type Visit = (clause: Draft, inArticle: boolean) => void
  const each = (clauses: readonly Draft[], inArticle: boolean, visit: Visit): void => {
    for (const clause of clauses) {
      visit(clause, inArticle)
      each(clause.children, inArticle || clause.mark?.style === 'article', visit)
    }
  }
  each(top, false, (clause, inArticle) => {
    if (!clause.mark || !clause.opening || inArticle || clause.mark.style === 'article') return
    if (isStandalone(text, clause)) return
    const count = runIn.get(clause.mark.style) ?? { short: 0, all: 0 }
    count.all += 1
    if (firstSentence(text, clause.opening)) count.short += 1
    runIn.set(clause.mark.style, count)
  })
  each(top, false, (clause, inArticle) => settleHeading(text, clause, inArticle, runIn))
}

/** An opening line that is no sentence, with something of its own behind it. */
function isStandalone(text: string, { mark, hashes, opening, paragraphs, children }: Draft): boolean {
  if (!mark || !opening || opening.start === opening.end) return false
  if (hashes < NO_HASHES && isNamedStyle(mark.style) && mark.style !== 'article') return true
  const words = text.slice(opening.start, opening.end)
  if (SENTENCE_END.test(words) || words.includes('。')) return false
  if (isNamedStyle(mark.style) && mark.style !== 'article') return true
  return mark.style !== 'article' && (paragraphs.length > 0 || children.length > 0)
}

function settleHeading(text: string, clause: Draft, inArticle: boolean, runIn: RunIn): void {
  const { mark, opening } = clause
  if (!mark) return
  if (!opening) return
  if (opening.start === opening.end) {
    if (isNamedStyle(mark.style) && mark.style !== 'article') clause.heading = { start: clause.start, end: opening.end }
    else openWithParagraph(clause, opening)
    return
  }
  const caption = mark.style === 'article' ? captionOf(text, opening) : undefined
  if (caption && caption.rest.start >= caption.rest.end && clause.paragraphs.length > 0) {
    clause.heading = caption.heading
    return
  }
  if (isStandalone(text, clause)) {
    clause.heading = opening
    return
  }
  openWithParagraph(clause, opening)
  if (caption) clause.heading = caption.heading
  if (inArticle || mark.style === 'article') return
  const count = runIn.get(mark.style)
  const sentence = count && count.short >= count.all * 0.6 ? firstSentence(text, opening) : undefined
  if (sentence) clause.heading = sentence
}

/** The line of the mark is its first paragraph 款; items opened so far follow one more. */
function openWithParagraph(clause: Draft, opening: Span): void {
  clause.paragraphs.unshift({ start: clause.start, end: opening.end })
  for (const child of clause.children) child.underParagraph += 1
}
