/** Refusals in both directions, always read together: a question without an answer that got one, and the reverse. */
import type { Measure } from './measure.ts'

/** Of questions that must be declined, how many were answered. A failure of the assistant is no refusal. */
export const falseAnswers: Measure = {
  name: 'false answers',
  chinese: '误答',
  better: 'lower',
  score({ case: { expect }, answer }) {
    if (expect.outcome !== 'declined') return undefined
    return { got: answer === undefined || answer.outcome === 'answered' ? 1 : 0, of: 1, problems: [] }
  },
}

/** Of questions that have an answer, how many were declined. */
export const overRefusals: Measure = {
  name: 'over-refusals',
  chinese: '误拒',
  better: 'lower',
  score({ case: { expect }, answer }) {
    if (expect.outcome !== 'answered') return undefined
    return { got: answer === undefined || answer.outcome === 'declined' ? 1 : 0, of: 1, problems: [] }
  },
}
