/**
 * DingTalk 钉钉 as a platform of the core: questions come by its socket (Stream mode) or by its calls (HTTP), answers go
 * back by the webhook of the conversation while that lives, and by the platform's API after.
 */
import type { DingTalkConfig } from '../../bot-config.ts'
import type {
  Bot,
  BotState,
  Finding,
  Inbox,
  Json,
  Message,
  Sent,
  Webhook,
  WebhookAnswer,
  WebhookRequest,
} from '../bots/bot.ts'
import { AccessToken } from './access-token.ts'
import { apiBody, webhookBody } from './bodies.ts'
import { type Callback, callbackOf, type ReplyTo, replyToFrom } from './callback.ts'
import { examineDingTalk } from './examine.ts'
import { type DingTalkMessage, marked, messageFrom, messagesFor } from './messages.ts'
import { apiOutcome, isSessionOver, isTokenRefused, refused, webhookOutcome } from './outcomes.ts'
import { post } from './post.ts'
import { isAlive, isSessionWebhook } from './session-webhook.ts'
import { refusalOf } from './signature.ts'
import { Stream, type StreamChange, type StreamOptions } from './stream.ts'

export interface DingTalkBotOptions {
  log(message: string): void
  now?(): number
  /** Of the socket; tests shorten them. */
  readonly stream?: Pick<StreamOptions, 'timing' | 'wait' | 'random'>
}

export const DINGTALK_PATH = '/dingtalk/messages'
/** A message has a few kilobytes; DingTalk lets people write 5,000 characters or so. */
const MOST_BODY_BYTES = 128 * 1024
/** Twenty messages a minute to a group, then ten minutes of none. */
const GROUP_BETWEEN_MS = 3100
const SINGLE_BETWEEN_MS = 1000

export function createDingTalkBot(config: DingTalkConfig, options: DingTalkBotOptions): Bot {
  return new DingTalkBot(config, options)
}

class DingTalkBot implements Bot {
  readonly platform = 'dingtalk'
  readonly webhooks: readonly Webhook[]
  readonly #config: DingTalkConfig
  readonly #options: DingTalkBotOptions
  readonly #token: AccessToken
  #inbox: Inbox | undefined
  #stream: Stream | undefined
  /** A socket stood before: the next is a reconnect. */
  #wasReady = false
  #state: BotState

  constructor(config: DingTalkConfig, options: DingTalkBotOptions) {
    this.#config = config
    this.#options = options
    this.#token = new AccessToken({ ...config, now: () => this.#now() })
    this.#state =
      config.mode === 'http'
        ? { mode: 'http', state: 'ready' }
        : { mode: 'socket', state: 'connecting', reconnects: 0 }
    this.webhooks =
      config.mode === 'http'
        ? [{ path: DINGTALK_PATH, mostBytes: MOST_BODY_BYTES, handle: (request) => this.#handle(request) }]
        : []
  }

  start(inbox: Inbox): void {
    this.#inbox = inbox
    if (this.#config.mode === 'http') return
    this.#stream ??= new Stream({
      ...this.#config,
      ...this.#options.stream,
      now: () => this.#now(),
      onMessage: (data) => this.#take(inbox, callbackOf(data)),
      onMalformed: () => inbox.count('refused', 'frame'),
      onChange: (change) => this.#changed(change),
    })
  }

  async stop(): Promise<void> {
    this.#inbox = undefined
    await this.#stream?.stop()
  }

  messagesFor(reply: Parameters<Bot['messagesFor']>[0]): readonly Message[] {
    return messagesFor(reply)
  }

  paceOf(replyTo: Json): { readonly place: string; readonly betweenMs: number } {
    const { conversationId, isGroup } = replyToFrom(replyTo)
    return { place: conversationId, betweenMs: isGroup ? GROUP_BETWEEN_MS : SINGLE_BETWEEN_MS }
  }

  async send(message: Message, replyTo: Json, { mayRepeat, signal }: Parameters<Bot['send']>[2]): Promise<Sent> {
    try {
      const kept = messageFrom(message)
      return await this.#sendTo(replyToFrom(replyTo), mayRepeat ? marked(kept) : kept, signal)
    } catch {
      return refused('unreadable', '队列里保存的消息不合格式，无法发送')
    }
  }

  state(): BotState {
    return this.#state
  }

  examine(): Promise<readonly Finding[]> {
    return examineDingTalk(this.#config, { token: this.#token, path: DINGTALK_PATH })
  }

  /** By the webhook while it lives; where it is over, or no address of DingTalk, by the API. */
  async #sendTo(to: ReplyTo, message: DingTalkMessage, signal: AbortSignal): Promise<Sent> {
    const { webhook, webhookUntil } = to
    const mayUse = webhook !== undefined && isSessionWebhook(webhook, this.#config.apiUrl)
    if (mayUse && isAlive(webhookUntil ?? 0, this.#now())) {
      const posted = await post(webhook, webhookBody(message), { signal })
      if (!isSessionOver(posted)) return webhookOutcome(posted)
    }
    return this.#sendByApi(to, message, signal)
  }

  async #sendByApi(to: ReplyTo, message: DingTalkMessage, signal: AbortSignal): Promise<Sent> {
    const { apiUrl, robotCode } = this.#config
    if (!to.isGroup && to.staffId === undefined) {
      return refused('no-address', '会话地址已过期，而提问的人不在本组织里，没有别的办法发给他')
    }
    const path = to.isGroup ? '/v1.0/robot/groupMessages/send' : '/v1.0/robot/oToMessages/batchSend'
    const whom = to.isGroup ? { openConversationId: to.conversationId } : { userIds: [to.staffId] }
    for (let attempt = 1; ; attempt += 1) {
      const got = await this.#token.get(signal)
      if ('not' in got) return got.not
      const posted = await post(
        `${apiUrl}${path}`,
        { robotCode, ...whom, ...apiBody(message) },
        { signal, headers: { 'x-acs-dingtalk-access-token': got.token } },
      )
      if (!isTokenRefused(posted) || attempt === 2) return apiOutcome(posted)
      this.#token.drop(got.token)
    }
  }

  /** A call of HTTP mode. */
  async #handle({ headers, body, address }: WebhookRequest): Promise<WebhookAnswer> {
    const inbox = this.#inbox
    if (!inbox) return { status: 503 }
    const { addresses, clientSecret, windowSeconds } = this.#config
    if (addresses && !addresses.includes(address ?? '')) {
      inbox.count('refused', 'address')
      return { status: 403 }
    }
    const call = { timestamp: headers.get('timestamp'), sign: headers.get('sign') }
    const why = refusalOf(call, { secret: clientSecret, now: this.#now(), windowMs: windowSeconds * 1000 })
    if (why) {
      inbox.count('refused', why)
      return { status: 401 }
    }
    const callback = callbackOf(new TextDecoder().decode(body))
    if (callback.kind === 'malformed') {
      inbox.count('refused', 'body')
      return { status: 400 }
    }
    return (await this.#take(inbox, callback)) ? { status: 200, body: {} } : { status: 503 }
  }

  /** Whether it may be acknowledged: it is on the disk, or there is nothing to keep. */
  async #take(inbox: Inbox, callback: Callback): Promise<boolean> {
    switch (callback.kind) {
      case 'malformed':
        inbox.count('refused', 'body')
        return true
      case 'ignored':
        inbox.count('ignored', callback.why)
        return true
      case 'question':
        try {
          await inbox.put(callback.question)
          return true
        } catch {
          this.#trouble('not-kept')
          return false
        }
    }
  }

  #changed(change: StreamChange): void {
    const { reconnects = 0, state } = this.#state
    if (change.state === 'ready') {
      if (state === 'waiting') this.#options.log('钉钉的连接已恢复（Stream）。')
      this.#state = { ...this.#state, state: 'ready', reconnects: reconnects + (this.#wasReady ? 1 : 0) }
      this.#wasReady = true
    }
    if (change.state === 'waiting') {
      const isNews = state !== 'waiting' || this.#state.trouble?.code !== change.code
      this.#state = { ...this.#state, state: 'waiting' }
      this.#trouble(change.code)
      if (isNews) this.#options.log(`钉钉没有连接，正在重连（Stream：${change.code}）。若一直如此，请运行 tiaowen doctor dingtalk。`)
    }
  }

  #trouble(code: string): void {
    this.#state = { ...this.#state, trouble: { code, at: new Date(this.#now()).toISOString() } }
  }

  #now(): number {
    return (this.#options.now ?? Date.now)()
  }
}

