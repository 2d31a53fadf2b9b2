/** What the draft check says, in signs and words, the same in every channel. Pure: the page runs it in the browser. */
import { VERDICT_WORDS, WEIGHT_WORDS } from '../answering/checking/verdict-words.ts'
import type { CheckDifference, CheckItem, CheckReason, CheckSummary, CheckVerdict, CheckWeight, Span } from '../types.ts'

export { VERDICT_WORDS, WEIGHT_WORDS }

/** In the order in which they are counted: what is wrong first. */
export const VERDICT_ORDER: readonly CheckVerdict[] = [
  'altered',
  'misplaced',
  'no-such-clause',
  'not-found',
  'not-checked',
  'exists',
  'verbatim',
]

/** A sign of its own for each, so that colour alone never tells. */
export const VERDICT_SIGNS: Readonly<Record<CheckVerdict, string>> = {
  verbatim: '✓',
  altered: '≠',
  misplaced: '⇄',
  exists: '§',
  'no-such-clause': '∅',
  'not-found': '?',
  'not-checked': '○',
}

export const REASON_WORDS: Readonly<Record<CheckReason, string>> = {
  'no-such-document': '文件不在文件库中',
  'no-such-version': '没有所指的版本',
  emphasis: '引号只表示强调',
  'too-short': '引号里没有文字',
  unclosed: '引号没有成对',
  ambiguous: '不止一处符合',
  'no-document-named': '没有写明是哪一份文件',
  failed: '核对时出错',
}

/** What a person has to mend. */
export const isWrong = ({ verdict }: Pick<CheckItem, 'verdict'>): boolean =>
  verdict === 'altered' || verdict === 'misplaced' || verdict === 'no-such-clause' || verdict === 'not-found'

/** Not checked though it should have been: marks of emphasis are no quotations. */
export const isUnchecked = ({ verdict, why }: Pick<CheckItem, 'verdict' | 'why'>): boolean =>
  verdict === 'not-checked' && why !== 'emphasis' && why !== 'too-short'

/** @example summaryWords(summary) // '核对 7 处：有出入 1，一致 6。文件库有 5 份文件，不在其中的未核对。' */
export function summaryWords({ items, verdicts, documents }: CheckSummary): string {
  const counts = VERDICT_ORDER.filter((verdict) => verdicts[verdict] > 0).map((verdict) => `${VERDICT_WORDS[verdict]} ${verdicts[verdict]}`)
  const told = items === 0 ? '没有发现引文或引用' : `核对 ${items} 处：${counts.join('，')}`
  return `${told}。文件库有 ${documents} 份文件，不在其中的未核对。`
}

/** What the changed words of a diff weigh, each once. */
export const weightsOf = (diff: readonly CheckDifference[]): CheckWeight[] => [
  ...new Set(diff.flatMap(({ kind, weighs }) => (kind === 'same' ? [] : weighs))),
]

/** A stretch of a draft: plain, or what was found of it. */
export interface DraftPiece<Found extends Span> extends Span {
  readonly found?: Found
}

/** The draft cut at what was found, in order; what begins inside another one is left out. */
export function piecesOfDraft<Found extends Span>(text: string, found: readonly Found[], within: Span = { start: 0, end: text.length }): DraftPiece<Found>[] {
  const pieces: DraftPiece<Found>[] = []
  let at = within.start
  for (const one of found) {
    const start = Math.max(one.start, within.start)
    const end = Math.min(one.end, within.end)
    if (start < at || start >= end) continue
    if (start > at) pieces.push({ start: at, end: start })
    pieces.push({ start, end, found: one })
    at = end
  }
  if (at < within.end) pieces.push({ start: at, end: within.end })
  return pieces
}
