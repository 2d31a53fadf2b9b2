/** Answer contains: every expected word of the document is in the answer, and none that must not be. */
import type { Measure } from './measure.ts'

export const answerContains: Measure = {
  name: 'answer contains',
  chinese: '答出原词',
  better: 'higher',
  score({ case: { expect }, answer }) {
    if (expect.outcome !== 'answered' || (!expect.contains && !expect.not)) return undefined
    const text = answer?.outcome === 'answered' ? answer.text : ''
    const missing = (expect.contains ?? []).filter((words) => !text.includes(words))
    const unwanted = (expect.not ?? []).filter((words) => text.includes(words))
    const problems = [
      ...(missing.length > 0 ? [`答复里没有：${missing.map((words) => `「${words}」`).join('')}`] : []),
      ...(unwanted.length > 0 ? [`答复里不该有：${unwanted.map((words) => `「${words}」`).join('')}`] : []),
    ]
    return { got: problems.length === 0 ? 1 : 0, of: 1, problems }
  },
}
