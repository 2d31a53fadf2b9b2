/**
 * One message → Slack: into its channel and thread, or to the one who typed a command by the response_url; where that
 * is used up or over, as a direct message. Tries once: when to try again is the queue's.
 */
import { z } from 'zod'
import type { SlackConfig } from '../../bot-config.ts'
import type { Json, Sent } from '../bots/bot.ts'
import { markedAgain, withNote, type SlackBody, type SlackMessage } from './messages.ts'
import { ReplyTo } from './payloads.ts'
import { isResponseUrl, MOST_USES } from './response-url.ts'
import { fetchFor, ofConnection, ofStatus, openWebApi, sentOf } from './web-api.ts'
import { CAME_LATE, GOES_ON } from './words.ts'

/** Slack answers within a second or two; after this long nobody knows whether the message was taken. */
const TIMEOUT_MS = 15_000

/** A channel takes one message a second. */
const BETWEEN_MS = 1_000

export interface SenderOptions {
  readonly config: Pick<SlackConfig, 'botToken' | 'apiUrl'>
  now(): number
}

const Kept = z.object({
  part: z.number(),
  of: z.number(),
  body: z.custom<SlackBody>((body) => typeof body === 'object' && body !== null && 'text' in body && 'blocks' in body),
})

export class Sender {
  readonly #options: SenderOptions

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** Never throws. */
  async send(
    message: Json,
    to: Json,
    { mayRepeat, signal }: { mayRepeat: boolean; signal: AbortSignal },
  ): Promise<Sent> {
    const [kept, replyTo] = [Kept.safeParse(message), ReplyTo.safeParse(to)]
    if (!kept.success || !replyTo.success) return UNREADABLE
    try {
      const { body, ...numbers } = kept.data
      return await this.#carry({ ...numbers, body: mayRepeat ? markedAgain(body) : body }, replyTo.data, signal)
    } catch (error) {
      return sentOf(error)
    }
  }

  #carry(message: SlackMessage, replyTo: ReplyTo, signal: AbortSignal): Promise<Sent> {
    if (replyTo.via === 'channel') return this.#post(message.body, replyTo, signal)
    return this.#respond(message, replyTo, signal)
  }

  /** A channel's messages follow each other a second apart; so do those of one response_url. */
  paceOf(to: Json): { readonly place: string; readonly betweenMs: number } {
    const parsed = ReplyTo.safeParse(to)
    const place = !parsed.success
      ? 'unreadable'
      : parsed.data.via === 'channel'
        ? parsed.data.channel
        : parsed.data.user
    return { place, betweenMs: BETWEEN_MS }
  }

  /** A word by the response_url of a button or command, which only the person sees. */
  async whisper(url: string, words: string): Promise<Sent> {
    if (!isResponseUrl(url, this.#options.config.apiUrl)) return FORGED
    const body = { response_type: 'ephemeral', replace_original: false, text: words }
    return this.#postToUrl(url, body, AbortSignal.timeout(TIMEOUT_MS))
  }

  async #post(
    body: SlackBody,
    { channel, thread }: Extract<ReplyTo, { via: 'channel' }>,
    signal: AbortSignal,
  ): Promise<Sent> {
    const { botToken, apiUrl } = this.#options.config
    const api = openWebApi(botToken, { apiUrl, timeoutMs: TIMEOUT_MS, signal })
    await api.apiCall('chat.postMessage', { channel, ...(thread !== undefined && { thread_ts: thread }), ...body })
    return { state: 'sent' }
  }

  async #respond(
    message: SlackMessage,
    replyTo: Extract<ReplyTo, { via: 'response' }>,
    signal: AbortSignal,
  ): Promise<Sent> {
    const { url, until, user } = replyTo
    const { part, of, body } = message
    if (!isResponseUrl(url, this.#options.config.apiUrl)) return FORGED
    const isOver = this.#options.now() >= until
    if (!isOver && part <= MOST_USES) {
      const goesOn = part === MOST_USES && of > MOST_USES
      const sent = await this.#postToUrl(
        url,
        { response_type: 'ephemeral', ...(goesOn ? withNote(body, GOES_ON) : body) },
        signal,
      )
      if (sent.state !== 'refused' || !isSpent(sent.code)) return sent
    }
    // a user's id in place of a channel's is the direct message with them
    const late = part <= MOST_USES ? withNote(body, CAME_LATE) : body
    return this.#post(late, { via: 'channel', channel: user }, signal)
  }

  /** Without a token: the address is the permission. */
  async #postToUrl(url: string, body: object, signal: AbortSignal): Promise<Sent> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    try {
      const answer = await fetchFor({ signal: within })(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
        redirect: 'error',
      })
      const told = (await answer.text()).slice(0, 1000)
      if (answer.status === 429)
        return { state: 'later', code: 'ratelimited', afterMs: Number(answer.headers.get('retry-after')) * 1000 }
      const code = /"error"\s*:\s*"([a-z_]{1,60})"/.exec(told)?.[1]
      if (code !== undefined) return sentOf({ code: 'slack_webapi_platform_error', data: { error: code } })
      return answer.ok
        ? { state: 'sent' }
        : answer.status === 404 || answer.status === 410
          ? SPENT
          : ofStatus(answer.status)
    } catch (error) {
      return ofConnection(error)
    }
  }
}

const isSpent = (code: string) => code === 'used_url' || code === 'expired_url'

const SPENT: Sent & { state: 'refused' } = { state: 'refused', code: 'expired_url', message: '此处已不能再发。' }

const FORGED: Sent = {
  state: 'refused',
  code: 'response-url',
  message:
    '答复地址（response_url）不是 Slack 的，没有发送。若用的是 GovSlack，请设 TIAOWEN_SLACK_API_URL=https://slack-gov.com/api/。',
}

const UNREADABLE: Sent = {
  state: 'refused',
  code: 'unreadable-message',
  message: '存下的消息不是本版本的格式，没有发送。',
}
