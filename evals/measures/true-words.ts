/** True words: a question with a false premise is declined, and the words that are true are cited. */
import { yesOrNo, type Measure } from './measure.ts'

export const trueWords: Measure = {
  name: 'true words',
  chinese: '纠正前提',
  better: 'higher',
  score({ case: { expect }, answer }) {
    if (expect.reason !== 'false-premise') return undefined
    const quotes = answer?.outcome === 'declined' ? answer.citations.map((citation) => citation.quote) : []
    const shown = (expect.contains ?? []).every((words) => quotes.some((quote) => quote.includes(words)))
    return yesOrNo(quotes.length > 0 && shown, '没有引出与前提相反的原文')
  },
}
