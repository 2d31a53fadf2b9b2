/** What was heard → the inbox, and what Slack is told in return. The same over HTTP and over a socket. */
import type { Inbox, Json } from '../bots/bot.ts'
import { codeOf } from '../bots/failures.ts'
import type { Heard, ReplyTo } from './payloads.ts'
import { HOW_TO, NOT_TAKEN, RECEIVED, THANKS } from './words.ts'

/** acknowledge: it is on the disk, or asks nothing; `body` is shown to whoever typed the command. */
export type Taken =
  | { readonly state: 'acknowledge'; readonly body?: Json }
  /** Not kept: Slack is to send it again. */
  | { readonly state: 'not-kept' }
  | { readonly state: 'unreadable' }

export interface IntakeOptions {
  readonly inbox: Inbox
  /** A message outside the queue: how to use it. */
  greet(replyTo: ReplyTo): Promise<void>
  /** A word only the person sees, to the response_url of a button. */
  whisper(responseUrl: string, words: string): Promise<void>
  log(message: string): void
}

/** Names of mentions without a question that were told how to ask; beyond this many the oldest is forgotten. */
const MOST_GREETED = 1000

export class Intake {
  readonly #options: IntakeOptions
  readonly #greeted = new Set<string>()

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** Never throws. */
  async take(heard: Heard): Promise<Taken> {
    const { inbox, log } = this.#options
    switch (heard.kind) {
      case 'unreadable':
        inbox.count('refused', 'unreadable')
        return { state: 'unreadable' }
      case 'ignored':
        inbox.count('ignored', heard.why)
        if (heard.why === 'app-rate-limited') log('Slack 暂停投递事件：一小时内超过 30,000 个（app_rate_limited）。')
        if (heard.why === 'app-removed') log('应用已从 Slack 工作区移除，或其令牌已被收回。')
        return { state: 'acknowledge' }
      case 'challenge':
        return { state: 'acknowledge', body: { challenge: heard.challenge } }
      case 'greeting':
        return this.#greet(heard.id, heard.replyTo)
      case 'rating':
        return this.#rate(heard)
      case 'question':
        return this.#ask(heard)
    }
  }

  async #ask({ question }: Extract<Heard, { kind: 'question' }>): Promise<Taken> {
    const isCommand = question.replyTo.via === 'response'
    try {
      await this.#options.inbox.put(question)
      return { state: 'acknowledge', ...(isCommand && { body: onlyToYou(RECEIVED) }) }
    } catch (error) {
      this.#options.log(`Slack 的一个问题未能存下：${codeOf(error)}`)
      // Slack never sends a command again: the person is to
      return isCommand ? { state: 'acknowledge', body: onlyToYou(NOT_TAKEN) } : { state: 'not-kept' }
    }
  }

  #greet(id: string, replyTo: ReplyTo): Taken {
    this.#options.inbox.count('ignored', 'no-question')
    if (replyTo.via === 'response') return { state: 'acknowledge', body: onlyToYou(HOW_TO) }
    if (this.#greeted.has(id)) return { state: 'acknowledge' }
    this.#greeted.add(id)
    for (const oldest of this.#greeted) if (this.#greeted.size > MOST_GREETED) this.#greeted.delete(oldest)
    void this.#options.greet(replyTo)
    return { state: 'acknowledge' }
  }

  async #rate({ exchange, feedback, responseUrl }: Extract<Heard, { kind: 'rating' }>): Promise<Taken> {
    try {
      const isKept = await this.#options.inbox.rate(exchange, feedback)
      if (responseUrl !== undefined) void this.#options.whisper(responseUrl, THANKS[isKept ? feedback.rating : 'gone'])
      return { state: 'acknowledge' }
    } catch (error) {
      this.#options.log(`Slack 的一个评价未能存下：${codeOf(error)}`)
      return { state: 'not-kept' }
    }
  }
}

const onlyToYou = (text: string): Json => ({ response_type: 'ephemeral', text })
