/** Addresses Slack posts to: the signature first, then what it says, then the answer Slack waits for. */
import type { Inbox, Webhook, WebhookAnswer, WebhookRequest } from '../bots/bot.ts'
import { jsonOf } from '../bots/network.ts'
import type { Intake } from './intake.ts'
import { commandHeard, eventHeard, interactionHeard, type Heard } from './payloads.ts'
import { faultOf, type SeenSignatures } from './signature.ts'

export interface WebhookOptions {
  readonly signingSecret: string
  /** Absent before the start and after the end: Slack is to come again. */
  opened(): { readonly inbox: Inbox; readonly intake: Intake } | undefined
  readonly seen: SeenSignatures
  /** The robot's user id, where it is known. */
  own(): string | undefined
  now(): number
}

/** Slack's events are a few KB; a message of 40,000 characters with its blocks stays far below. */
const MOST_BYTES = 1_000_000

export function slackWebhooks(options: WebhookOptions): readonly Webhook[] {
  const hook = (path: `/${string}`, heardIn: (body: string) => Heard, isOnce = false): Webhook => ({
    path,
    mostBytes: MOST_BYTES,
    handle: (request) => answer(request, heardIn, options, isOnce),
  })
  return [
    hook('/slack/events', (body) => eventHeard(jsonOf(body), options.own())),
    hook('/slack/commands', (body) => commandHeard(fieldsOf(body), options.now(), options.own())),
    hook('/slack/interactions', (body) => interactionHeard(jsonOf(fieldsOf(body)['payload'] ?? '')), true),
  ]
}

async function answer(
  request: WebhookRequest,
  heardIn: (body: string) => Heard,
  { signingSecret, opened, seen, now }: WebhookOptions,
  isOnce: boolean,
): Promise<WebhookAnswer> {
  const open = opened()
  if (open === undefined) return { status: 503 }
  const fault = faultOf(request, signingSecret, now())
  if (fault !== undefined) {
    open.inbox.count('refused', fault)
    return { status: 401 }
  }
  if (isOnce && !seen.isFirst(request, now())) {
    open.inbox.count('ignored', 'replayed')
    return { status: 200 }
  }
  const taken = await open.intake.take(heardIn(Buffer.from(request.body).toString('utf8')))
  if (taken.state === 'unreadable') return { status: 400 }
  if (taken.state === 'not-kept') return { status: 503 }
  return { status: 200, ...(taken.body !== undefined && { body: taken.body }) }
}

/** Of a form; of a field that comes twice the last. */
const fieldsOf = (body: string): Record<string, string> => Object.fromEntries(new URLSearchParams(body))
