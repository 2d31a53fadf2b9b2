/** How much of a question a text holds: the share of the question's terms, by weight, that stand in it. */
import type { Question } from '../questions/question.ts'
import type { TermWeights } from '../retrieval/term-weights.ts'
import { fold, terms } from '../retrieval/terms.ts'

/** The terms of a question with their weights, side by side. */
export interface WeightedTerms {
  readonly terms: readonly string[]
  readonly weights: readonly number[]
  /** Sum of the weights. */
  readonly total: number
}

/** Which of the terms stand in a text, in the order of the terms. */
export type Standing = readonly boolean[]

/** A single character tells little: many words hold it. */
const SINGLE_CHARACTER = 0.3

/** The question's terms with their weights; a term of function words only has none. */
export function weightedTerms({ words }: Pick<Question, 'words'>, keywords: TermWeights): WeightedTerms {
  const weights = new Map<string, number>()
  for (const term of words.flatMap(({ text }) => terms(text))) {
    const single = [...term].length === 1 && /\p{Script=Han}/u.test(term)
    weights.set(term, keywords.weight(term) * (single ? SINGLE_CHARACTER : 1))
  }
  return {
    terms: [...weights.keys()],
    weights: [...weights.values()],
    total: [...weights.values()].reduce((sum, weight) => sum + weight, 0),
  }
}

/**
 * Which of the terms are among `terms(folded)`, without reading all of them: a Han character or pair is wherever it is
 * printed; a Latin word or number is only where it is no part of a longer one.
 */
export function standingIn({ terms: wanted }: WeightedTerms, folded: string): Standing {
  let all: ReadonlySet<string> | undefined
  return wanted.map((term) => {
    const latin = term.charCodeAt(0) < 0x80
    if (!latin) return folded.includes(term)
    // 二〇三五年 is 2035 too
    if (!folded.includes(term) && !(/^\d+$/.test(term) && folded.includes('年'))) return false
    all ??= new Set(terms(folded))
    return all.has(term)
  })
}

/** Share of the weight whose terms stand in the text, and half of what stands only around it; 0 to 1. */
export function shareOf({ weights, total }: WeightedTerms, own: Standing, around?: Standing): number {
  if (total === 0) return 0
  let sum = 0
  for (let at = 0; at < weights.length; at++) {
    if (own[at]) sum += weights[at]!
    else if (around?.[at]) sum += weights[at]! * 0.5
  }
  return sum / total
}

/** Terms that stand in one text or the other. */
export function either(one: Standing, other: Standing): Standing {
  return one.map((stands, at) => stands || other[at] === true)
}

/** Share of the weighted terms that stand in a text; 0 to 1. */
export function coverageOf(weighted: WeightedTerms, text: string): number {
  return shareOf(weighted, standingIn(weighted, fold(text)))
}
