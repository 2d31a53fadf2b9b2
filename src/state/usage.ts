/**
 * How much is asked, in sums alone: by day, channel, outcome and mode. No question, person or document is kept. A seam:
 * sqlite-usage.ts stands behind it.
 */
import type { DeclineReason, Outcome } from '../types.ts'

/** By what way a question came. `page`: a browser on our own pages; `api`: whatever else asks /api. */
export const USAGE_CHANNELS = ['page', 'api', 'slack', 'dingtalk', 'mcp', 'openai'] as const
export type UsageChannel = (typeof USAGE_CHANNELS)[number]

export const USAGE_OUTCOMES = ['answered', 'declined', 'ambiguous', 'error'] as const
export type UsageOutcome = Outcome | 'error'

export interface UsageRow {
  /** ISO 8601, in China. */
  readonly day: string
  readonly channel: UsageChannel
  readonly outcome: UsageOutcome
  /** Of a decline. */
  readonly reason?: DeclineReason
  readonly mode: 'extractive' | 'llm'
  readonly count: number
  /** Of all of them together, from the question to the end of its answer. */
  readonly milliseconds: number
}

export interface UsageStore {
  /** Onto what is there. @throws PolicyError `state-unusable`, `disk-full`; then nothing of it is kept */
  add(rows: readonly UsageRow[]): Promise<void>
  /** That day's and later, oldest first. @throws PolicyError `state-unusable` */
  since(day: string): Promise<readonly UsageRow[]>
}

const CHINA_AHEAD_MS = 8 * 3_600_000

/** The day in China. @example chinaDay(Date.parse('2026-11-22T16:00:00Z')) // '2026-11-23' */
export const chinaDay = (milliseconds: number): string => new Date(milliseconds + CHINA_AHEAD_MS).toISOString().slice(0, 10)

/** What tells two sums apart. */
export const usageKey = ({ day, channel, outcome, reason, mode }: UsageRow): string => [day, channel, outcome, reason ?? '', mode].join(' ')
