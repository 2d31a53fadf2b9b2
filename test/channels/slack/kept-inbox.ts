/** An Inbox in memory: what a platform hands in, to be looked at. */
import { PolicyError } from '../../../src/errors.ts'
import type { BotQuestion, ExchangeOfBot, Inbox } from '../../../src/channels/bots/bot.ts'
import type { Feedback } from '../../../src/types.ts'

export class KeptInbox implements Inbox {
  readonly questions: BotQuestion[] = []
  readonly ratings: (ExchangeOfBot & Feedback)[] = []
  /** `ignored bot-message` → how often */
  readonly counts: Record<string, number> = {}
  duplicates = 0
  isFull = false
  /** Whether the answer that is rated is still kept. */
  isKept = true

  async put(question: BotQuestion): Promise<'taken' | 'duplicate'> {
    if (this.isFull) throw new PolicyError('queue-full', '队列已满')
    if (this.questions.some(({ id }) => id === question.id)) {
      this.duplicates += 1
      return 'duplicate'
    }
    this.questions.push(question)
    return 'taken'
  }

  async rate(exchange: ExchangeOfBot, { rating }: Feedback): Promise<boolean> {
    if (this.isFull) throw new PolicyError('state-unusable', '数据库不可用')
    if (this.isKept) this.ratings.push({ ...exchange, rating })
    return this.isKept
  }

  count(what: 'refused' | 'ignored', why: string): void {
    const name = `${what} ${why}`
    this.counts[name] = (this.counts[name] ?? 0) + 1
  }
}
