/**
 * What a chat platform is to the core, and the core to a chat platform. A platform carries: it knows its own
 * signatures, formats, limits and addresses. The core keeps, asks the Assistant, and has each answer sent once, in order.
 *
 * The way of a question: verified by the platform → Inbox.put, on the disk → acknowledged → answered → laid out in
 * messages → each sent and recorded.
 */
import type { Json } from '../../state/bot-queue.ts'
import type { Feedback } from '../../types.ts'
import type { Reply } from './reply.ts'

export type { Json }

export type Platform = 'slack' | 'dingtalk'

/** A question as it is kept until it is answered. */
export interface BotQuestion {
  /** The platform's own name of the event, the same when it comes again. */
  readonly id: string
  /** What is said in one thread 话题 is answered in order, and earlier questions of it are remembered. */
  readonly thread: string
  /** Without the mention. */
  readonly question: string
  /** Where the answer goes, in the platform's own terms: handed back to it as it was. */
  readonly replyTo: Json
}

/** An exchange of a bot's conversation, as a button carries it. */
export interface ExchangeOfBot {
  readonly conversationId: string
  readonly exchangeId: string
}

/** What a platform hands in. */
export interface Inbox {
  /**
   * Resolves when the question is on the disk: acknowledge it then, and not before. `duplicate`: it came before, now or
   * in another life of the process; acknowledge it and do nothing.
   * @throws PolicyError `queue-full`, `state-unusable`, `disk-full`: do not acknowledge, so that it comes again
   */
  put(question: BotQuestion): Promise<'taken' | 'duplicate'>
  /** A person's word about an answer 反馈; false where the answer is no longer kept. */
  rate(exchange: ExchangeOfBot, feedback: Feedback): Promise<boolean>
  /** Counted for /readyz. `refused`: a signature or body that does not stand; `ignored`: an event that asks nothing. */
  count(what: 'refused' | 'ignored', why: string): void
}

/** One message as the platform's API takes it; kept as JSON before the first is sent. */
export type Message = Json

/** What became of a message. */
export type Sent =
  | { readonly state: 'sent' }
  /**
   * Not taken; to be tried again, after `afterMs` where the platform says when. `message`: until an operator has mended
   * something, what.
   */
  | { readonly state: 'later'; readonly code: string; readonly afterMs?: number; readonly message?: string }
  /** Perhaps taken: the connection broke, or nothing came back in time. To be tried again, marked. */
  | { readonly state: 'unknown'; readonly code: string }
  /** Never will be taken. `code` is the platform's own, `message` says what an operator can do. */
  | { readonly state: 'refused'; readonly code: string; readonly message: string }

/** For /readyz and `tiaowen doctor`. */
export interface BotState {
  /** How events come in. */
  readonly mode: 'http' | 'socket'
  /** http: `ready` at once. socket: connecting, ready, or trying again after a loss. */
  readonly state: 'connecting' | 'ready' | 'waiting'
  /** Connections lost and made again, of a socket. */
  readonly reconnects?: number
  /** The last thing that went wrong, without secrets, and when, ISO 8601. */
  readonly trouble?: { readonly code: string; readonly at: string }
}

/** A platform. Made with its configuration and a log; says nothing of it that is secret. */
export interface Bot {
  readonly platform: Platform
  /** Addresses the platform posts to; they answer without an API key, each checks its own signature. */
  readonly webhooks: readonly Webhook[]
  /** Takes events from now on. A socket is opened in the background. */
  start(inbox: Inbox): void
  /** Takes no more; resolves when its socket is closed. */
  stop(): Promise<void>
  /** Pure: every message within the platform's limits, in order. Never empty. */
  messagesFor(reply: Reply): readonly Message[]
  /** Of a place where messages must follow each other slowly: messages of one place are this far apart. */
  paceOf(replyTo: Json): { readonly place: string; readonly betweenMs: number }
  /** Never throws. `mayRepeat`: it may have been sent before, which the message says. */
  send(
    message: Message,
    replyTo: Json,
    options: { readonly mayRepeat: boolean; readonly signal: AbortSignal },
  ): Promise<Sent>
  state(): BotState
  /** Asks the platform whether the configuration works: one line each, for `tiaowen doctor slack|dingtalk`. */
  examine(): Promise<readonly Finding[]>
}

export interface Finding {
  readonly isRight: boolean
  /** What was looked at. */
  readonly what: string
  /** What was found, and where it is wrong the next step. */
  readonly words: string
}

/** POST to `path`. */
export interface Webhook {
  readonly path: `/${string}`
  /** A longer body is refused with 413 before it is read. */
  readonly mostBytes: number
  handle(request: WebhookRequest): Promise<WebhookAnswer>
}

export interface WebhookRequest {
  readonly headers: { get(name: string): string | null }
  /** As it came, before any parsing. */
  readonly body: Uint8Array
  /** Of the other end of the connection; of IPv4 as such, by whatever socket it came. */
  readonly address?: string
}

export interface WebhookAnswer {
  readonly status: 200 | 400 | 401 | 403 | 404 | 413 | 429 | 503
  readonly headers?: Readonly<Record<string, string>>
  /** A string is text/plain; anything else is sent as JSON. */
  readonly body?: Json
}
