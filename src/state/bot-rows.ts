/** Rows of the queue of chat platforms as the BotQueue tells them. */
import { PolicyError } from '../errors.ts'
import { MOST_WAITING, type ClaimedEvent, type Json, type Waiting } from './bot-queue.ts'
import { textIn, type Row } from './rows.ts'

/** Milliseconds for which a claim stands unless it is renewed. */
export const LEASE_MS = 30_000

/** Of two processes, and of one clock that is put right by seconds. */
export const CLOCKS_DIFFER_MS = 60_000

/** Nothing of what was said is left. */
export const DONE = `stage = 'done', is_next = 0, done_at = :now, claimed_by = NULL, claimed_until = NULL,
  thread = NULL, reply_to = NULL, question = NULL, messages = NULL`

/** Rows that count and tell the oldest, by platform. */
export function waitingIn(rows: readonly Row[]): Readonly<Record<string, Waiting>> {
  const each = rows.map((row): [string, Waiting] => {
    return [textIn(row, 'platform'), { events: Number(row['events']), since: Number(row['since']) }]
  })
  return Object.fromEntries(each)
}

/** The longest due first. */
export const byTurn = (one: Row, other: Row) =>
  Number(one['due_at']) - Number(other['due_at']) || Number(one['number']) - Number(other['number'])

export function claimedOf(row: Row): ClaimedEvent {
  const messages = row['messages']
  return {
    platform: textIn(row, 'platform'),
    id: textIn(row, 'id'),
    thread: textIn(row, 'thread'),
    question: typeof row['question'] === 'string' ? row['question'] : '',
    replyTo: JSON.parse(textIn(row, 'reply_to')) as Json,
    receivedAt: Number(row['received_at']),
    attempts: Number(row['attempts']),
    messages: typeof messages === 'string' ? (JSON.parse(messages) as readonly Json[]) : [],
    sent: Number(row['sent']),
    mayRepeat: row['begun'] === 1,
  }
}

export const queueFull = () =>
  new PolicyError('queue-full', `等待回答的问题已有${MOST_WAITING}个，暂不再收。请稍后再问；积压的原因见 /readyz。`)
