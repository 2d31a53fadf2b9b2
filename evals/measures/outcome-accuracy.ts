/** Outcome accuracy: answered, declined or ambiguous, as the case expects. */
import { yesOrNo, type Measure } from './measure.ts'

export const OUTCOMES = { answered: '作答', declined: '拒答', ambiguous: '列出候选' } as const

export const outcomeAccuracy: Measure = {
  name: 'outcome',
  chinese: '结果正确',
  better: 'higher',
  score({ case: { expect }, answer, failure }) {
    const got = answer === undefined ? `出错：${failure ?? '没有答复'}` : OUTCOMES[answer.outcome]
    return yesOrNo(answer?.outcome === expect.outcome, `应当${OUTCOMES[expect.outcome]}，实际${got}`)
  },
}
