/** Does a question rest on a false premise? The words of the clauses found that give otherwise what it states. */
import type { Question } from '../questions/question.ts'
import type { TermWeights } from '../retrieval/term-weights.ts'
import type { Found } from '../retrieval/retrieve.ts'
import type { Quotation } from './compose.ts'
import { otherFigure, otherNumeral } from './premise-figures.ts'
import { contrary, otherOrgan } from './premise-words.ts'

/** The words that contradict what the question takes for granted: a figure, a counted name, an organ, a contrary. */
export function falsePremise(question: Question, found: readonly Found[], keywords: TermWeights): Quotation | undefined {
  return (
    otherFigure(question, found, keywords) ??
    otherNumeral(question, found) ??
    otherOrgan(question, found, keywords) ??
    contrary(question, found, keywords)
  )
}
