/** Figures and counted names that a question states and a clause gives otherwise. */
import { phrases } from '../chunks/sentences.ts'
import { quantities, sameQuantity, type Quantity } from '../questions/quantities.ts'
import type { Question } from '../questions/question.ts'
import { phrasesOf, sentencesOf } from '../questions/read-once.ts'
import type { TermWeights } from '../retrieval/term-weights.ts'
import type { Found } from '../retrieval/retrieve.ts'
import { fold } from '../retrieval/terms.ts'
import type { Span } from '../types.ts'
import type { Quotation } from './compose.ts'
import { either, shareOf, standingIn, weightedTerms } from './coverage.ts'
import { openingOf } from './evidence.ts'

/** Clauses whose phrases are held against the question. */
const CLAUSES = 3
/** Least share of the question's terms that the phrase with the other figure must hold. */
const LEAST_COVERAGE = 0.5

/** The phrase that says the same of the same thing with another figure; undefined when there is none. */
export function otherFigure(question: Question, found: readonly Found[], keywords: TermWeights): Quotation | undefined {
  const stated = question.figures.filter((figure) => !isScenario(question.text, figure))
  if (stated.length === 0) return undefined
  const taken = [...question.figures, ...question.times].map(({ span }) => span)
  const names = found.flatMap(({ document }) => document.shortNames)
  const words = question.words.filter(({ text, span }) => {
    const isTaken = taken.some(({ start, end }) => start < span.end && span.start < end)
    return !isTaken && !names.some((name) => name.includes(text))
  })
  const weights = weightedTerms({ ...question, words }, keywords)
  let best: (Quotation & { coverage: number }) | undefined
  for (const one of found.slice(0, CLAUSES)) {
    const { document, clause } = one
    const opening = openingOf(one)
    const item = opening ? document.text.slice(clause.extent.start, clause.extent.end) : ''
    const headings = one.lineage.map(({ heading: at }) => (at ? document.text.slice(at.start, at.end) : '')).join('\n')
    const around = standingIn(weights, fold(`${item}\n${headings}`))
    const said = quantities(document.text.slice((opening ?? clause.extent).start, clause.extent.end))
    const missing = stated.filter((one) => !said.some((other) => other.kind === one.kind && sameQuantity(one, other)))
    for (const paragraph of opening ? [opening, ...clause.paragraphs] : clause.paragraphs) {
      for (const phrase of missing.length > 0 ? sentencePhrases(document.text, paragraph) : []) {
        const text = document.text.slice(phrase.start, phrase.end)
        const rival = quantities(text).some((figure) => missing.some((one) => rivals(question.text, one, text, figure)))
        if (!rival) continue
        const coverage = shareOf(weights, either(standingIn(weights, fold(text)), around))
        if (coverage >= LEAST_COVERAGE && coverage > (best?.coverage ?? 0)) best = { document, span: phrase, coverage }
      }
    }
  }
  return best
}

/** Phrases that end with their sentence, at 。 and ； too. */
function sentencePhrases(text: string, paragraph: Span): Span[] {
  return sentencesOf(text, paragraph).flatMap((sentence) => phrasesOf(text, sentence))
}

/** “六大产业生态圈” where the clause has 五大产业生态圈: the same name with another numeral. */
export function otherNumeral(question: Question, found: readonly Found[]): Quotation | undefined {
  const [first] = found
  if (!first) return undefined
  const { document, clause } = first
  for (const name of question.quoted) {
    const [, numeral, unit, rest] = /^([一二两三四五六七八九十]{1,2}|\d{1,2})([大个项条])(\p{Script=Han}{2,})$/u.exec(name) ?? []
    if (numeral === undefined || document.text.includes(name)) continue
    const other = new RegExp(`[一二两三四五六七八九十\\d]{1,2}${unit}${rest}`)
    for (const phrase of clause.paragraphs.flatMap((paragraph) => phrases(document.text, paragraph))) {
      if (other.test(document.text.slice(phrase.start, phrase.end))) return { document, span: phrase }
    }
  }
  return undefined
}

/** 才十二岁, 刚办三天, 干了两个月, 某人有两处宅基地: the asker's own case, no statement of what the text says. */
export function isScenario(text: string, { span }: Quantity): boolean {
  const before = /(?:才|刚|已经?|都|了|(?<![超通经])过|我|某)[^，,。]{0,3}$/.test(text.slice(0, span.start))
  return before || /^[^，,。]{0,2}了/.test(text.slice(span.end))
}

/** Of the same kind and unit; of things counted, the same thing; of bare numbers, followed by the same words. */
function rivals(asked: string, stated: Quantity, words: string, figure: Quantity): boolean {
  if (stated.kind !== figure.kind) return false
  if (stated.kind !== 'count' && stated.kind !== 'plain') return true
  if (stated.unit !== figure.unit) return false
  if (stated.kind === 'plain' && !Number.isInteger(stated.value) && !Number.isInteger(figure.value)) return true
  const [one, other] = [following(asked, stated), following(words, figure)]
  return sharePair(one, other) || (!GENERAL_UNIT.has(stated.unit) && (one === '' || other === ''))
}

/** 强基固本任务 and 工作任务 share 任务. */
function sharePair(one: string, other: string): boolean {
  for (let at = 0; at + 2 <= one.length; at++) if (other.includes(one.slice(at, at + 2))) return true
  return one !== '' && one === other
}

/** Measure words that count anything: what is counted must be the same too. */
const GENERAL_UNIT = new Set(['', '个', '项', '条', '大', '种', '类'])

/** Up to eight characters after a figure: 改革项目 of 12项改革项目, '' of 1.7以内. */
function following(text: string, { span }: Quantity): string {
  return /^(?:以[上下内外])?的?(\p{Script=Han}{1,8})/u.exec(fold(text.slice(span.end)))?.[1] ?? ''
}
