/** MRR: one over the rank of the first right clause among the passages, 0 when it is not there. */
import { isAnyGold, type Measure } from './measure.ts'

export const meanReciprocalRank: Measure = {
  name: 'MRR',
  chinese: '倒数排名',
  better: 'higher',
  score({ case: one, answer }) {
    if (one.expect.outcome !== 'answered') return undefined
    const rank = (answer?.passages ?? []).findIndex((passage) => isAnyGold(passage, one)) + 1
    return { got: rank === 0 ? 0 : 1 / rank, of: 1, problems: [] }
  },
}
