/** What a comment says of an item: the verdict, the document's own words beside the draft's, where they stand. */
import { STATUS_WORDS, VERDICT_WORDS, WEIGHT_WORDS } from '../answering/checking/verdict-words.ts'
import type { CheckDifference, CheckItem, Citation } from '../types.ts'

/** A comment that is longer is not read. */
const LONGEST_WORDS = 600
const MOST_ALTERNATIVES = 5
const MOST_DIFFERENCES = 20

/**
 * One line a paragraph of the comment.
 * @example linesOf(item)[0] // '【有出入】与《…决定》第三部分第2条的原文有出入，涉及数字。'
 */
export function commentLines(item: CheckItem): string[] {
  const { verdict, message, truth, quote, diff, skipped = [], citation, alternatives } = item
  const differences = differenceWords(diff ?? [])
  return [
    `【${VERDICT_WORDS[verdict]}】${message}`,
    ...(diff === undefined ? [] : [`原文：${shortened(truth ?? '')}`, `草稿：${shortened(quote)}`]),
    ...(differences.length === 0 ? [] : [`不同：${cutList(differences, MOST_DIFFERENCES, '处')}。`]),
    ...(skipped.length === 0 ? [] : [`省略号略去：${shortened(skipped.map((words) => `“${words}”`).join('；'))}`]),
    ...(citation === undefined ? [] : [`出处：${citationWords(citation)}`]),
    ...(alternatives.length === 0 ? [] : [`另见：${cutList(alternatives.map(clauseWords), MOST_ALTERNATIVES, '处')}`]),
  ]
}

/** What weighs is named: 原文“15%”，草稿“5%”（百分比）. */
function differenceWords(diff: readonly CheckDifference[]): string[] {
  const told: string[] = []
  for (let at = 0; at < diff.length; at++) {
    const one = diff[at]!
    if (one.kind === 'same') continue
    const other = diff[at + 1]
    const isReplaced = other !== undefined && other.kind !== 'same' && other.kind !== one.kind
    const [left, put] = one.kind === 'left-out' ? [one, isReplaced ? other : undefined] : [isReplaced ? other : undefined, one]
    if (isReplaced) at++
    const weighs = [...new Set([...(left?.weighs ?? []), ...(put?.weighs ?? [])])].map((weight) => WEIGHT_WORDS[weight])
    const words =
      left && put
        ? `原文“${shown(left.text)}”，草稿“${shown(put.text)}”`
        : left
          ? `原文有“${shown(left.text)}”，草稿没有`
          : `原文没有“${shown(put?.text ?? '')}”，草稿多出`
    told.push(weighs.length === 0 ? words : `${words}（${weighs.join('、')}）`)
  }
  return told
}

const cutList = (words: readonly string[], most: number, unit: string): string =>
  words.length <= most ? words.join('；') : `${words.slice(0, most).join('；')}；等共${words.length}${unit}`

function citationWords({ title, spoken, date, version }: Citation): string {
  const notes = [date === undefined ? '' : date, version === undefined ? '' : STATUS_WORDS[version.status]]
  const told = notes.filter((words) => words !== '')
  return `《${title}》${spoken}${told.length === 0 ? '' : `（${told.join('，')}）`}`
}

const clauseWords = ({ title, spoken }: { readonly title: string; readonly spoken: string }): string => `《${title}》${spoken}`

/** In one line. */
const shown = (words: string): string => shortened(words.replace(/\s+/g, ' ').trim() || words)

function shortened(words: string): string {
  const line = words.replace(/\s*\n\s*/g, ' ')
  const characters = [...line]
  if (characters.length <= LONGEST_WORDS) return line
  return `${characters.slice(0, LONGEST_WORDS).join('')}……（共${characters.length}字）`
}
