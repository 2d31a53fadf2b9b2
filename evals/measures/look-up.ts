/**
 * Look-up exactness: a clause asked for by its number gives that clause whole and no other;
 * a number that does not exist is declined as such; one that fits several documents lists them.
 */
import type { Citation } from '../../src/types.ts'
import { linesAt, readAddress } from '../address.ts'
import { isAnyGold, yesOrNo, type Measure, type Observation } from './measure.ts'

/** Whether the quotations leave no sentence of the clause out. */
function isWhole(citations: readonly Citation[], textOf: Observation['textOf']): boolean {
  return citations.every(({ documentId, path }) => {
    const quotes = citations.filter((one) => one.documentId === documentId).map((one) => one.quote)
    const clause = linesAt(textOf(documentId) ?? '', path).join('\n')
    const whole = squeeze(quotes.join(''))
    return clause.split('\n').every((line) => whole.includes(squeeze(line)))
  })
}

/** The words without white space: a quotation may be cut at sentence ends. */
const squeeze = (text: string) => text.replace(/\s+/g, '')

function isExact({ case: one, answer, textOf }: Observation): boolean {
  const { outcome, reason, gold = [], contains = [] } = one.expect
  if (answer?.outcome !== outcome) return false
  if (outcome === 'declined') return reason === undefined || answer.reason === reason
  if (outcome === 'ambiguous') return true
  const paragraph = gold.every((clause) => clause.paragraph !== undefined) ? gold[0]?.paragraph : undefined
  const standsIn = (documentId: string, start: number) => readAddress(textOf(documentId) ?? '', start).paragraph
  return (
    answer.citations.length > 0 &&
    answer.citations.every((citation) => isAnyGold(citation, one)) &&
    (paragraph === undefined
      ? isWhole(answer.citations, textOf)
      : answer.citations.every(({ documentId, start }) => standsIn(documentId, start) === paragraph)) &&
    contains.every((words) => answer.text.includes(words))
  )
}

export const lookUp: Measure = {
  name: 'look-up',
  chinese: '条款查阅',
  better: 'higher',
  score(observation) {
    if (!observation.case.group.startsWith('lookups')) return undefined
    return yesOrNo(isExact(observation), '按条款号查阅的结果不准确')
  },
}
