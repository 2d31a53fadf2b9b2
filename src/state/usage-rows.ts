/** Rows of the sums of what was asked, as the UsageStore tells them. */
import type { DeclineReason } from '../types.ts'
import { textIn, type Row } from './rows.ts'
import type { UsageChannel, UsageOutcome, UsageRow } from './usage.ts'

/** What is kept of a sum. */
export const keptUsage = ({ reason, milliseconds, ...row }: UsageRow) => ({ ...row, reason: reason ?? '', milliseconds: Math.round(milliseconds) })

export function usageIn(row: Row): UsageRow {
  const reason = textIn(row, 'reason')
  return {
    day: textIn(row, 'day'),
    channel: textIn(row, 'channel') as UsageChannel,
    outcome: textIn(row, 'outcome') as UsageOutcome,
    ...(reason !== '' && { reason: reason as DeclineReason }),
    mode: textIn(row, 'mode') as UsageRow['mode'],
    count: Number(row['count']),
    milliseconds: Number(row['milliseconds']),
  }
}
