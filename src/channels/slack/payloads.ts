/**
 * What Slack sends — an event, a slash command, a pressed button — and what is to be done about it. The same over HTTP
 * and over a socket. Pure.
 *
 * The name under which a message is kept is its place, `team/channel/ts`, and not its event_id: a message that
 * mentions the robot comes as app_mention and, where the app hears the channel, as message.* too, under two event ids.
 * The same event id always means the same message, so what comes again with it is known by its place as well.
 */
import { z } from 'zod'
import type { Feedback } from '../../types.ts'
import type { BotQuestion, ExchangeOfBot } from '../bots/bot.ts'
import { jsonOf } from '../bots/network.ts'
import { plainWords } from './plain-words.ts'

/** Where an answer goes, as it is kept with the question. */
export const ReplyTo = z.discriminatedUnion('via', [
  /** Into a channel or a direct message; `thread` is the ts of the message it stands under. */
  z.object({ via: z.literal('channel'), channel: z.string(), thread: z.string().exactOptional() }),
  /** To the one who typed the command, by its response_url; after `until`, milliseconds, as a direct message. */
  z.object({ via: z.literal('response'), url: z.string(), until: z.number(), user: z.string() }),
])
export type ReplyTo = z.infer<typeof ReplyTo>

/** Why nothing is done about something that is signed. A closed list: it is counted by these words. */
export type Ignored =
  | 'bot-message'
  | 'own-message'
  | 'edited'
  | 'subtype'
  | 'no-person'
  | 'not-addressed'
  | 'unknown-event'
  | 'unknown-type'
  | 'app-rate-limited'
  | 'app-removed'
  | 'link-button'
  | 'unknown-button'
  | 'unknown-interaction'

export type Heard =
  | { readonly kind: 'question'; readonly question: BotQuestion & { readonly replyTo: ReplyTo } }
  /** A mention without a question: how to use it is told. */
  | { readonly kind: 'greeting'; readonly id: string; readonly replyTo: ReplyTo }
  | {
      readonly kind: 'rating'
      readonly exchange: ExchangeOfBot
      readonly feedback: Feedback
      readonly responseUrl?: string
    }
  | { readonly kind: 'challenge'; readonly challenge: string }
  | { readonly kind: 'ignored'; readonly why: Ignored }
  /** It does not have the form that Slack gives it. */
  | { readonly kind: 'unreadable' }

/** Slack keeps a response_url for 30 minutes; the last seconds are left to the way there. */
const RESPONSE_MS = 30 * 60_000 - 10_000

const text = z.string().max(200_000)
const name = z.string().min(1).max(255)

const Event = z.looseObject({
  type: z.string(),
  user: z.string().optional(),
  bot_id: z.string().nullish(),
  subtype: z.string().nullish(),
  edited: z.unknown().optional(),
  channel: z.unknown().optional(),
  channel_type: z.string().nullish(),
  text: text.nullish(),
  ts: z.string().optional(),
  thread_ts: z.string().nullish(),
})
type Event = z.infer<typeof Event>

const Envelope = z.looseObject({
  type: z.string(),
  challenge: z.string().max(1000).optional(),
  team_id: name.optional(),
  event: z.unknown().optional(),
  authorizations: z.array(z.looseObject({ user_id: z.string().optional() })).nullish(),
})

const TS = /^\d{1,12}\.\d{1,12}$/
const CHANNEL = /^[CDG][A-Z0-9]{1,40}$/

/** A body of /slack/events, or the payload of an `events_api` envelope. `own` is the robot's user id where known. */
export function eventHeard(body: unknown, own?: string): Heard {
  const parsed = Envelope.safeParse(body)
  if (!parsed.success) return { kind: 'unreadable' }
  const { type, challenge, team_id: team, event, authorizations } = parsed.data
  if (type === 'url_verification')
    return challenge === undefined ? { kind: 'unreadable' } : { kind: 'challenge', challenge }
  if (type === 'app_rate_limited') return ignored('app-rate-limited')
  if (type !== 'event_callback') return ignored('unknown-type')
  const inner = Event.safeParse(event)
  if (!inner.success || team === undefined) return { kind: 'unreadable' }
  return messageHeard(team, inner.data, authorizations?.[0]?.user_id ?? own)
}

function messageHeard(team: string, event: Event, own: string | undefined): Heard {
  const why = whyIgnored(event, own)
  if (why !== undefined) return ignored(why)
  const { channel, ts, user } = event
  if (typeof channel !== 'string' || !CHANNEL.test(channel) || ts === undefined || !TS.test(ts))
    return { kind: 'unreadable' }
  const given = event.thread_ts ?? undefined
  if (user === undefined || (given !== undefined && !TS.test(given))) return { kind: 'unreadable' }
  const isDirect = channel.startsWith('D')
  // a direct message is one conversation, unless the person opened a thread in it
  const thread = given ?? (isDirect ? undefined : ts)
  const replyTo: ReplyTo = { via: 'channel', channel, ...(thread !== undefined && { thread }) }
  const id = `${team}/${channel}/${ts}`
  const question = plainWords(event.text ?? '', own)
  if (isAskingHow(question)) return { kind: 'greeting', id, replyTo }
  return {
    kind: 'question',
    question: { id, thread: [team, channel, ...(thread ? [thread] : [])].join('/'), question, replyTo },
  }
}

function whyIgnored(event: Event, own: string | undefined): Ignored | undefined {
  if (event.type === 'app_uninstalled' || event.type === 'tokens_revoked') return 'app-removed'
  if (event.type !== 'app_mention' && event.type !== 'message') return 'unknown-event'
  if (event.bot_id) return 'bot-message'
  if (own !== undefined && event.user === own) return 'own-message'
  if (event.edited !== undefined && event.edited !== null) return 'edited'
  if (event.subtype && event.subtype !== 'file_share') return 'subtype'
  if (event.user === undefined || event.user === 'USLACKBOT') return 'no-person'
  // what is said in a channel to others; a mention there comes as app_mention
  return event.type === 'message' && event.channel_type !== 'im' ? 'not-addressed' : undefined
}

const Command = z.object({
  team_id: name,
  channel_id: name,
  user_id: z.string().regex(/^[UW][A-Z0-9]{1,40}$/),
  text: text.default(''),
  response_url: z.string().max(1000),
  trigger_id: name,
})

/** The fields of /slack/commands, or the payload of a `slash_commands` envelope; `trigger_id` names this one typing. */
export function commandHeard(fields: unknown, nowMs: number, own?: string): Heard {
  const parsed = Command.safeParse(fields)
  if (!parsed.success) return { kind: 'unreadable' }
  const {
    team_id: team,
    channel_id: channel,
    user_id: user,
    text: typed,
    response_url: url,
    trigger_id: trigger,
  } = parsed.data
  const replyTo: ReplyTo = { via: 'response', url, until: nowMs + RESPONSE_MS, user }
  const id = `${team}/command/${trigger}`
  const question = plainWords(typed, own ?? '')
  if (isAskingHow(question)) return { kind: 'greeting', id, replyTo }
  return { kind: 'question', question: { id, thread: `${team}/${channel}/command/${user}`, question, replyTo } }
}

/** No words at all, or a call for help. */
const isAskingHow = (question: string) => question === '' || /^(?:帮助|使用说明|help|[?？])$/i.test(question)

const Interaction = z.looseObject({
  type: z.string(),
  response_url: z.string().max(1000).nullish(),
  actions: z.array(z.looseObject({ action_id: z.string(), value: z.string().max(2000).nullish() })).nullish(),
})

const Exchange = z.object({ conversationId: z.uuid(), exchangeId: z.uuid() })

/** Names of our buttons. */
export const BUTTONS = { up: 'tiaowen_up', down: 'tiaowen_down', open: 'tiaowen_open' } as const

/** The payload of /slack/interactions, or of an `interactive` envelope. */
export function interactionHeard(payload: unknown): Heard {
  const parsed = Interaction.safeParse(payload)
  if (!parsed.success) return { kind: 'unreadable' }
  const { type, actions, response_url: url } = parsed.data
  if (type !== 'block_actions') return ignored('unknown-interaction')
  const pressed = actions?.[0]
  if (pressed?.action_id === BUTTONS.open) return ignored('link-button')
  if (pressed?.action_id !== BUTTONS.up && pressed?.action_id !== BUTTONS.down) return ignored('unknown-button')
  const exchange = Exchange.safeParse(jsonOf(pressed.value ?? ''))
  if (!exchange.success) return { kind: 'unreadable' }
  const rating = pressed.action_id === BUTTONS.up ? 'up' : 'down'
  return { kind: 'rating', exchange: exchange.data, feedback: { rating }, ...(url && { responseUrl: url }) }
}

const ignored = (why: Ignored): Heard => ({ kind: 'ignored', why })
