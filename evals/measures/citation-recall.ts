/** Citation recall: the share of the clauses needed that are cited; several only where the case says `all`. */
import { recall, type Measure } from './measure.ts'

export const citationRecall: Measure = {
  name: 'citation recall',
  chinese: '引用完整率',
  better: 'higher',
  score({ case: one, answer }) {
    if (one.expect.outcome !== 'answered') return undefined
    const got = recall(answer?.outcome === 'answered' ? answer.citations : [], one)
    return { got, of: 1, problems: got < 1 ? ['应引的条款没有引全'] : [] }
  },
}
