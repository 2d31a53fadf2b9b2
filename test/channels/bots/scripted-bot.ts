/** A chat platform that does what it is told to, and a clock in the hand: the core needs no platform. */
import type { Bot, BotQuestion, BotState, Inbox, Json, Message, Platform, Sent, Webhook } from '../../../src/channels/bots/bot.ts'
import type { Clock } from '../../../src/channels/bots/clock.ts'
import type { Reply, ReplyPart } from '../../../src/channels/bots/reply.ts'

export interface Delivery {
  readonly text: string
  readonly replyTo: Json
  readonly mayRepeat: boolean
}

export interface BotScript {
  readonly platform?: Platform
  /** Default: sent. */
  readonly send?: (delivery: Delivery, signal: AbortSignal) => Sent | Promise<Sent>
  readonly paceMs?: number
  /** Each citation in a message of its own. */
  readonly isSplit?: boolean
  readonly webhooks?: readonly Webhook[]
  readonly state?: BotState
  readonly findings?: Awaited<ReturnType<Bot['examine']>>
}

export interface ScriptedBot extends Bot {
  /** What it was given to send, also where it was not taken. */
  readonly deliveries: readonly Delivery[]
  /** The replies that messages were made of. */
  readonly replies: readonly Reply[]
  readonly inbox: Inbox
}

export function scriptedBot(script: BotScript = {}): ScriptedBot {
  const { platform = 'slack', paceMs = 0, isSplit = false, send = () => ({ state: 'sent' }) } = script
  const deliveries: Delivery[] = []
  const replies: Reply[] = []
  let inbox: Inbox | undefined
  return {
    platform,
    webhooks: script.webhooks ?? [],
    deliveries,
    replies,
    get inbox() {
      if (!inbox) throw new Error('It was not started')
      return inbox
    },
    start: (given) => void (inbox = given),
    stop: async () => {},
    messagesFor: (reply) => {
      replies.push(reply)
      const lines = reply.parts.map(lineOf)
      return isSplit ? lines.map((text): Message => ({ text })) : [{ text: lines.join('\n') }]
    },
    paceOf: (replyTo) => ({ place: JSON.stringify(replyTo), betweenMs: paceMs }),
    send: async (message, replyTo, { mayRepeat, signal }) => {
      const delivery = { text: (message as { text: string }).text, replyTo, mayRepeat }
      deliveries.push(delivery)
      return send(delivery, signal)
    },
    state: () => script.state ?? { mode: 'http', state: 'ready' },
    examine: async () => script.findings ?? [],
  }
}

function lineOf(part: ReplyPart): string {
  if (part.kind === 'words') return part.pieces.map((piece) => ('text' in piece ? piece.text : '')).join('')
  if (part.kind === 'citation') return `[${part.n}] ${part.place}`
  return part.kind === 'near' ? part.place : part.text
}

let events = 0

/** A question as a platform hands it in, of a thread of its own unless one is given. */
export function questionOf(question: string, thread = `C0001/${++events}`): BotQuestion {
  return { id: `Ev${++events}`, thread, question, replyTo: { channel: thread.split('/')[0]!, thread } }
}

export interface HandClock extends Clock {
  /** Lets time go by, everything that falls due on the way in its turn. */
  advance(milliseconds: number): Promise<void>
  /** The same for days: what fell due on the way happens once, at the end. */
  leap(milliseconds: number): Promise<void>
}

interface Alarm {
  readonly at: number
  readonly run: () => void
}

export function handClock(from = Date.UTC(2026, 10, 1)): HandClock {
  let now = from
  const alarms = new Set<Alarm>()
  const next = (until: number): Alarm | undefined =>
    [...alarms].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
  const advance = async (milliseconds: number) => {
    const until = now + milliseconds
    await settled()
    for (let alarm = next(until); alarm; alarm = next(until)) {
      alarms.delete(alarm)
      now = Math.max(now, alarm.at)
      alarm.run()
      await settled()
    }
    now = until
  }
  return {
    now: () => now,
    after: (milliseconds, run) => {
      const alarm = { at: now + Math.ceil(milliseconds), run }
      alarms.add(alarm)
      return () => void alarms.delete(alarm)
    },
    advance,
    leap: (milliseconds) => {
      now += milliseconds
      return advance(0)
    },
  }
}

/** What needs no time has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
