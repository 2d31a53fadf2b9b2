/** Recall@k: the right clause is among the first k passages. Asked of questions that have an answer. */
import { recall, type Measure } from './measure.ts'

function recallAt(count: number, tell: boolean): Measure {
  return {
    name: `recall@${count}`,
    chinese: `召回@${count}`,
    better: 'higher',
    score({ case: one, answer }) {
      if (one.expect.outcome !== 'answered') return undefined
      const got = recall((answer?.passages ?? []).slice(0, count), one)
      return { got, of: 1, problems: tell && got < 1 ? [`前${count}段里缺少应引的条款`] : [] }
    },
  }
}

export const recallAt5 = recallAt(5, true)
export const recallAt10 = recallAt(10, false)
