/** Citation hit@1: the first clause cited is the right one or its twin. A refusal is a miss. */
import { isAnyGold, yesOrNo, type Measure } from './measure.ts'

export const citationHit: Measure = {
  name: 'citation hit@1',
  chinese: '首条引用命中',
  better: 'higher',
  score({ case: one, answer }) {
    if (one.expect.outcome !== 'answered') return undefined
    const [first] = answer?.outcome === 'answered' ? answer.citations : []
    return yesOrNo(first !== undefined && isAnyGold(first, one), '首条引用不是应引的条款')
  },
}
