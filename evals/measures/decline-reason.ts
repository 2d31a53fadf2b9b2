/** Decline reason: where the case states one and the question was declined, the reason is that one. */
import { yesOrNo, type Measure } from './measure.ts'

export const declineReason: Measure = {
  name: 'decline reason',
  chinese: '拒答理由',
  better: 'higher',
  score({ case: { expect }, answer }) {
    if (expect.reason === undefined || answer?.outcome !== 'declined') return undefined
    const right = answer.reason === expect.reason
    return yesOrNo(right, `拒答理由应为 ${expect.reason}，实际 ${answer.reason ?? '无'}`)
  },
}
