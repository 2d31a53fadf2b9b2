/** What people said of answers → sums by day and reason, and the latest remarks with their questions. */
import type { FeedbackRecord } from '../../state/state.ts'
import { chinaDay } from '../../state/usage.ts'

const REMARKS = 50
const REASONS = 12
const REASON_CHARACTERS = 60

export async function feedbackReport(given: AsyncIterable<FeedbackRecord>) {
  const days = new Map<string, { up: number; down: number }>()
  const reasons = new Map<string, number>()
  const remarks: ReturnType<typeof remarkOf>[] = []
  for await (const record of given) {
    const day = chinaDay(Date.parse(record.at))
    const sums = days.get(day) ?? { up: 0, down: 0 }
    sums[record.rating]++
    days.set(day, sums)
    if (record.rating === 'down') for (const reason of reasonsIn(record.reason)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    remarks.push(remarkOf(record))
    if (remarks.length > REMARKS) remarks.shift()
  }
  return {
    days: [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, sums]) => ({ day, ...sums })),
    reasons: [...reasons]
      .sort(([, a], [, b]) => b - a)
      .slice(0, REASONS)
      .map(([reason, count]) => ({ reason, count })),
    remarks: remarks.reverse(),
  }
}

/** The page joins what was chosen and what was written. @example reasonsIn('引文不对；不完整') // ['引文不对', '不完整'] */
function reasonsIn(reason: string | undefined): readonly string[] {
  const parts = (reason ?? '').split(/[；;\n]/).map((part) => part.trim()).filter((part) => part !== '')
  return [...new Set(parts.map((part) => [...part].slice(0, REASON_CHARACTERS).join('')))]
}

const remarkOf = ({ at, rating, reason, question, answer }: FeedbackRecord) => ({
  at,
  rating,
  ...(reason !== undefined && { reason }),
  question,
  outcome: answer.outcome,
})
