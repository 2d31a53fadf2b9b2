/** Slack as a Bot: its parts put together by what is configured. */
import type { SlackConfig } from '../../bot-config.ts'
import type { Bot, BotState, Inbox } from '../bots/bot.ts'
import { sleep, SYSTEM_CLOCK } from '../bots/clock.ts'
import { examineSlack } from './examine.ts'
import { Intake, type Taken } from './intake.ts'
import { messagesFor } from './messages.ts'
import { commandHeard, eventHeard, interactionHeard, type Heard } from './payloads.ts'
import { Sender } from './sender.ts'
import { SeenSignatures } from './signature.ts'
import { Socket, type SocketOptions } from './socket.ts'
import { openWebApi } from './web-api.ts'
import { slackWebhooks } from './webhooks.ts'
import { HOW_TO } from './words.ts'

export interface SlackBotOptions {
  log(message: string): void
  /** Milliseconds since 1970. */
  now?(): number
  /** Waits between connections of a socket; tests pass time by themselves. */
  wait?: SocketOptions['wait']
}

const ASIDE_MS = 15_000

const pause: SocketOptions['wait'] = (ms, signal) => sleep(SYSTEM_CLOCK, ms, signal)

export function createSlackBot(config: SlackConfig, { log, now = Date.now, wait = pause }: SlackBotOptions): Bot {
  const { botToken, signingSecret, appToken, apiUrl } = config
  const sender = new Sender({ config, now })
  const seen = new SeenSignatures(now())
  const stopping = new AbortController()
  let open: { readonly inbox: Inbox; readonly intake: Intake } | undefined
  let own: string | undefined

  /** What is sent outside the queue is tried once; that it failed is told by its code. */
  const aside = async (what: string, sending: Promise<{ state: string; code?: string }>) => {
    const sent = await sending
    if (sent.state !== 'sent') log(`Slack：${what}没有发出（${sent.code}）。`)
  }
  const intakeOf = (inbox: Inbox) =>
    new Intake({
      inbox,
      log,
      greet: (replyTo) => {
        const [how = null] = messagesFor({ parts: [{ kind: 'note', text: HOW_TO }] })
        const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(ASIDE_MS)])
        return aside('用法说明', sender.send(how, replyTo, { mayRepeat: false, signal }))
      },
      whisper: (url, words) => aside('对评价的答谢', sender.whisper(url, words)),
    })

  const heardIn = (type: string, payload: unknown): Heard => {
    if (type === 'events_api') return eventHeard(payload, own)
    if (type === 'slash_commands') return commandHeard(payload, now(), own)
    if (type === 'interactive') return interactionHeard(payload)
    return { kind: 'ignored', why: 'unknown-type' }
  }
  const take = async (type: string, payload: unknown): Promise<Taken> =>
    open === undefined ? { state: 'not-kept' } : open.intake.take(heardIn(type, payload))

  const socket = appToken === undefined ? undefined : new Socket({ appToken, apiUrl, take, log, now, wait })
  const webhooks =
    socket === undefined && signingSecret !== undefined
      ? slackWebhooks({ signingSecret, opened: () => open, seen, own: () => own, now })
      : []

  /** So that mentions of it are told from others where an event does not say who it is. */
  const learnOwn = async () => {
    try {
      const api = openWebApi(botToken, { apiUrl, timeoutMs: ASIDE_MS, signal: stopping.signal })
      own = (await api.auth.test()).user_id
    } catch {
      // what is wrong with the token shows when something is sent, and by `tiaowen doctor slack`
    }
  }

  return {
    platform: 'slack',
    webhooks,
    start(inbox) {
      open = { inbox, intake: intakeOf(inbox) }
      void learnOwn()
      socket?.start()
    },
    async stop() {
      open = undefined
      stopping.abort()
      await socket?.stop()
    },
    messagesFor,
    paceOf: (replyTo) => sender.paceOf(replyTo),
    send: (message, replyTo, options) => sender.send(message, replyTo, options),
    state: (): BotState => socket?.state() ?? { mode: 'http', state: 'ready' },
    examine: () => examineSlack(config, now),
  }
}
