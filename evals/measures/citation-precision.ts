/** Citation precision: the share of right clauses among all clauses cited in answers to questions that have one. */
import { isAnyGold, type Measure } from './measure.ts'

export const citationPrecision: Measure = {
  name: 'citation precision',
  chinese: '引用准确率',
  better: 'higher',
  score({ case: one, answer }) {
    if (one.expect.outcome !== 'answered' || answer?.outcome !== 'answered') return undefined
    const right = answer.citations.filter((citation) => isAnyGold(citation, one)).length
    return { got: right, of: answer.citations.length, problems: [] }
  },
}
