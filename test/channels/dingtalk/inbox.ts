/** An inbox as the core's: each event is kept once. */
import type { BotQuestion, Inbox } from '../../../src/channels/bots/bot.ts'

export interface ListInbox extends Inbox {
  readonly questions: BotQuestion[]
  readonly counts: Map<string, number>
  /** What `put` waits for, or fails with. */
  before: () => Promise<void>
}

export function listInbox(): ListInbox {
  const questions: BotQuestion[] = []
  const counts = new Map<string, number>()
  const inbox: ListInbox = {
    questions,
    counts,
    before: async () => {},
    async put(question) {
      await inbox.before()
      if (questions.some(({ id }) => id === question.id)) return 'duplicate'
      questions.push(question)
      return 'taken'
    },
    rate: async () => false,
    count: (what, why) => counts.set(`${what}: ${why}`, (counts.get(`${what}: ${why}`) ?? 0) + 1),
  }
  return inbox
}
