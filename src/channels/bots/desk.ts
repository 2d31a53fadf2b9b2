/**
 * The one core behind the chat platforms: events are kept before they are acknowledged, answered a few at a time, and
 * their messages sent once each, in the order of their thread, over retries, restarts and kills.
 */
import type { BotQueue, ClaimedEvent } from '../../state/bot-queue.ts'
import type { State } from '../../state/state.ts'
import type { Answer } from '../../types.ts'
import type { Asker, Keeper } from '../keeper.ts'
import { askedBy } from '../usage-counter.ts'
import type { Bot, BotQuestion, BotState, ExchangeOfBot, Inbox, Json, Message, Platform, Sent, Webhook } from './bot.ts'
import { backOff, sleep, SYSTEM_CLOCK, type Clock } from './clock.ts'
import { Courtesy } from './courtesy.ts'
import { codeOf, failureOf, framesOf, noQuestion, SWITCHED_OFF } from './failures.ts'
import { exchangeOf, PLATFORM_NAMES, PLATFORMS } from './names.ts'
import { Pace, Slots } from './pace.ts'
import { noticeOf, replyOf, type Reply } from './reply.ts'
import { GIVE_UP_MS, keepFor, type Retention } from './retention.ts'
import { Tally, type Counts } from './tally.ts'
import { Workers } from './workers.ts'

export interface BotsOptions {
  /** Answers questions and keeps them, under the name of the platform as owner. */
  readonly keeper: Pick<Keeper, 'ask' | 'stop'>
  /** Whom a platform acts as just now; undefined: its key is revoked or past its day, and it answers nothing. */
  readonly askerOf: (platform: Platform) => Promise<Asker | undefined>
  readonly state: Pick<State, 'forget' | 'giveFeedback'>
  readonly queue: BotQueue
  /** Without a slash at its end; absent: answers carry no links. */
  readonly publicUrl?: string
  /** For which conversations are kept after their last change. */
  readonly days: number
  /** What is missing of platforms that are off though something of them is set. */
  readonly off?: Readonly<Partial<Record<Platform, string>>>
  readonly log: (message: string) => void
  readonly clock?: Clock
  /** How long what is under way may take to end when the desk stops. */
  readonly drainMs?: number
}

/** For /readyz. */
export type ChannelStatus =
  | { readonly state: 'off'; readonly missing?: string }
  | ({
      readonly state: 'on'
      readonly mode: BotState['mode']
      readonly connection: BotState['state']
      readonly reconnects?: number
      /** Questions that have no answer yet, or whose answer has not arrived; absent where they cannot be counted. */
      readonly waiting?: number
      readonly oldestSeconds?: number
      readonly trouble?: { readonly code: string; readonly at: string }
    } & Counts)

export interface BotDesk {
  /** Until the start and from the end on they say 503: the platform is to come again. */
  readonly webhooks: readonly Webhook[]
  /** Platforms are told to hand in, and what waits is worked on: once, where the server listens. */
  start(): void
  status(): Promise<Readonly<Record<Platform, ChannelStatus>>>
  /** Takes nothing new; what is under way ends, or is left on the disk for the next start. */
  stop(): Promise<void>
}

/** Answered at once, over all platforms. */
const ANSWERS = 4
/** Of a platform: answers under way, most of which wait for their place, and requests at once. */
const SENDING = 100
const REQUESTS = 8
/** A request that says nothing after this is `unknown`. */
const SEND_MS = 60_000
const DRAIN_MS = 10_000
/** A try or two that fail are no news; that it goes on is said so often. */
const TRIES_UNTOLD = 3
const TOLD_EVERY_MS = 600_000
/** From being broken off to the end. */
const GRACE_MS = 1_000

/** Nothing of it runs before its start. */
export const openBots = (bots: readonly Bot[], options: BotsOptions): BotDesk => new Desk(bots, options)

interface Channel {
  readonly bot: Bot
  readonly tally: Tally
  readonly pace: Pace
  readonly slots: Slots
  /** Lets acknowledgements go first. */
  readonly pass: (signal: AbortSignal) => Promise<void>
  readonly senders: Workers
}

/** The desk stops: what was begun is left as it stands on the disk. */
class Left extends Error {}

class Desk implements BotDesk {
  readonly webhooks: readonly Webhook[]
  readonly #options: BotsOptions
  readonly #clock: Clock
  readonly #channels: ReadonlyMap<string, Channel>
  readonly #answerers: Workers
  readonly #courtesy: Courtesy
  readonly #pass: (signal: AbortSignal) => Promise<void>
  /** Nothing new begins. */
  readonly #stopping = new AbortController()
  /** What is under way is broken off. */
  readonly #ending = new AbortController()
  /** When it was last said that nothing can be sent. */
  readonly #toldLater = new Map<Platform, number>()
  #retention: Retention | undefined
  #cancelRenewal = () => {}

  constructor(bots: readonly Bot[], options: BotsOptions) {
    this.#options = options
    this.#clock = options.clock ?? SYSTEM_CLOCK
    this.#courtesy = new Courtesy(this.#clock)
    this.#pass = this.#courtesy.door()
    this.webhooks = bots.flatMap(({ webhooks }) => webhooks)
    this.#channels = new Map(bots.map((bot) => [bot.platform, this.#channel(bot)]))
    const platforms = bots.map(({ platform }) => platform)
    this.#answerers = this.#workers('asked', platforms, ANSWERS, (event, channel) => this.#answer(event, channel))
  }

  start(): void {
    const { state, queue, days, off = {}, log } = this.#options
    this.#retention = keepFor({
      state,
      queue,
      days,
      clock: this.#clock,
      onGivenUp: (platform, events) => this.#tellGivenUp(platform, events),
      onTrouble: (error) => this.#tellTrouble('到期的记录未能清除 what is past its days was not removed', error),
    })
    for (const platform of PLATFORMS) {
      const channel = this.#channels.get(platform)
      if (!channel && off[platform] !== undefined) log(`${PLATFORM_NAMES[platform]} 未开启 is off: ${off[platform]}`)
      if (!channel) continue
      channel.bot.start(this.#inbox(channel))
      log(`${PLATFORM_NAMES[platform]} 已开启 is on（${channel.bot.state().mode}）`)
      channel.senders.look()
    }
    if (this.#channels.size === 0) return
    this.#answerers.look()
    this.#renewSoon()
  }

  async status(): Promise<Readonly<Record<Platform, ChannelStatus>>> {
    const waiting = await this.#options.queue.waiting().catch(() => undefined)
    const each = PLATFORMS.map((platform): [Platform, ChannelStatus] => {
      const channel = this.#channels.get(platform)
      const missing = this.#options.off?.[platform]
      if (!channel) return [platform, { state: 'off', ...(missing !== undefined && { missing }) }]
      const { mode, state: connection, reconnects, trouble } = channel.bot.state()
      const { events = 0, since } = waiting?.[platform] ?? {}
      const last = latest(trouble, channel.tally.lastTrouble)
      return [
        platform,
        {
          state: 'on',
          mode,
          connection,
          ...(reconnects !== undefined && { reconnects }),
          ...(waiting && { waiting: events }),
          ...(since !== undefined && { oldestSeconds: Math.max(0, Math.round((this.#clock.now() - since) / 1000)) }),
          ...channel.tally.counts,
          ...(last && { trouble: last }),
        },
      ]
    })
    return Object.fromEntries(each) as Record<Platform, ChannelStatus>
  }

  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    const channels = [...this.#channels.values()]
    const workers = [this.#answerers, ...channels.map(({ senders }) => senders)]
    for (const worker of workers) worker.stop()
    this.#stopping.abort()
    this.#cancelRenewal()
    const end = setTimeout(() => this.#end(), this.#options.drainMs ?? DRAIN_MS)
    const stopped = channels.map(({ bot }) => this.#stopped(bot))
    const ended = Promise.all([...stopped, ...workers.map((worker) => worker.idle())])
    await Promise.race([ended, this.#brokenOff()])
    clearTimeout(end)
    await this.#retention?.stop()
    await this.#options.queue.release().catch((error: unknown) => this.#tellTrouble('未能交还 not given back', error))
  }

  #end(): void {
    this.#ending.abort()
    for (const { platform, thread, id } of this.#answerers.underWay) {
      this.#options.keeper.stop(platform, exchangeOf(platform as Platform, { thread, id }))
    }
  }

  /** A while after what is under way was broken off. */
  #brokenOff(): Promise<void> {
    return new Promise((resolve) => {
      this.#ending.signal.addEventListener('abort', () => void setTimeout(resolve, 2 * GRACE_MS).unref())
    })
  }

  async #stopped(bot: Bot): Promise<void> {
    const what = `${PLATFORM_NAMES[bot.platform]} 未能关闭 not closed`
    await bot.stop().catch((error: unknown) => this.#tellTrouble(what, error))
  }

  #channel(bot: Bot): Channel {
    const { platform } = bot
    return {
      bot,
      tally: new Tally(),
      pace: new Pace(this.#clock),
      slots: new Slots(REQUESTS),
      pass: this.#courtesy.door(),
      senders: this.#workers('answered', [platform], SENDING, (event, channel) => this.#send(event, channel)),
    }
  }

  #workers(
    stage: 'asked' | 'answered',
    platforms: readonly string[],
    most: number,
    work: (event: ClaimedEvent, channel: Channel) => Promise<void>,
  ): Workers {
    return new Workers({
      queue: this.#options.queue,
      stage,
      platforms,
      most,
      clock: this.#clock,
      work: async (event) => {
        const channel = this.#channels.get(event.platform)!
        await work(event, channel).catch((error: unknown) => this.#failed(event, channel, error))
      },
      onTrouble: (error) => this.#tellTrouble('待回答的问题暂不能读取 the queue cannot be read', error, platforms),
    })
  }

  #inbox({ bot: { platform }, tally }: Channel): Inbox {
    return {
      put: async ({ id, thread, question, replyTo }: BotQuestion) => {
        this.#courtesy.came()
        try {
          const become = await this.#options.queue.put({ platform, id, thread, question, replyTo })
          tally.add(become === 'taken' ? 'events' : 'duplicates')
          if (become === 'taken') this.#answerers.look()
          return become
        } catch (error) {
          tally.count('refused', codeOf(error))
          tally.trouble(codeOf(error), this.#clock.now())
          throw error
        }
      },
      rate: async (exchange, feedback) => {
        if (!(await this.#options.askerOf(platform))) return false
        try {
          await this.#options.state.giveFeedback(platform, exchange, feedback)
          return true
        } catch (error) {
          if (GONE.has(codeOf(error))) return false
          throw error
        }
      },
      count: (what, why) => tally.count(what, why),
    }
  }

  /** Question → messages on the disk. */
  async #answer(event: ClaimedEvent, { bot, tally, senders }: Channel): Promise<void> {
    if (this.#isTooOld(event)) return this.#giveUp(event, tally, 'too-old')
    await this.#pass(this.#stopping.signal)
    if (this.#stopping.signal.aborted) return
    let messages: readonly Message[]
    try {
      messages = bot.messagesFor(await askedBy(bot.platform, () => this.#replyTo(event)))
    } catch (error) {
      if (this.#ending.signal.aborted) return
      const failure = failureOf(error, event.attempts)
      tally.trouble(codeOf(error), this.#clock.now())
      const afterMs = backOff(event.attempts)
      if (failure.become === 'later') return this.#postpone(event, tally, { afterMs, isUnsent: true })
      const said = `${codeOf(error)} ${framesOf(error)}`
      if (failure.isTold) this.#tell(bot.platform, `一个问题未能回答 a question was not answered: ${said}`)
      messages = bot.messagesFor(noticeOf(failure.words))
    }
    if (!(await this.#persist(tally, () => this.#options.queue.layOut(event, messages)))) return
    tally.add('answered')
    senders.look()
  }

  async #replyTo({ platform, id, thread, question }: ClaimedEvent): Promise<Reply> {
    const asker = await this.#options.askerOf(platform as Platform)
    if (!asker) return noticeOf(SWITCHED_OFF)
    const words = noQuestion(question)
    if (words !== undefined) return noticeOf(words)
    const { publicUrl } = this.#options
    const exchange = exchangeOf(platform as Platform, { thread, id })
    const answer = await this.#ask(asker, exchange, question)
    return replyOf(answer, { exchange, ...(publicUrl !== undefined && { publicUrl }) })
  }

  async #ask(asker: Asker, exchange: ExchangeOfBot, question: string): Promise<Answer> {
    const stays = new AbortController().signal // whoever asked does not go away
    const events = await this.#options.keeper.ask(asker, { ...exchange, question }, stays)
    for (;;) {
      const { value, done } = await events.next()
      if (done === true) throw new Error('The answer has no end')
      if (value.type === 'done') return value.answer
    }
  }

  /** Messages on the disk → the chat, one after the other. */
  async #send(event: ClaimedEvent, channel: Channel): Promise<void> {
    const { bot, tally, pace, slots } = channel
    const { place, betweenMs } = bot.paceOf(event.replyTo)
    // an answer that was begun is not taken apart
    const comeInMs = event.sent > 0 ? 0 : pace.comeAgainIn(place, event.id, betweenMs)
    if (comeInMs > 0) return this.#putBack(event, tally, comeInMs)
    let { attempts, mayRepeat } = event
    for (const message of event.messages.slice(event.sent)) {
      if (this.#isTooOld(event)) return this.#giveUp(event, tally, 'too-old')
      const sent = await pace.inTurn(place, betweenMs, this.#stopping.signal, () =>
        slots.within(() => this.#sendOne(event, message, mayRepeat, channel)),
      )
      if (sent === undefined) return
      if (sent.state === 'refused') {
        this.#tell(bot.platform, `平台不收这条回答 an answer was refused: ${sent.code} ${sent.message}`)
        return this.#giveUp(event, tally, sent.code)
      }
      if (sent.state !== 'sent') {
        const toldMs = sent.state === 'later' ? sent.afterMs : undefined
        const afterMs = Math.min(GIVE_UP_MS, Math.max(0, toldMs ?? backOff(attempts)))
        if (toldMs !== undefined) pace.hold(place, this.#clock.now() + afterMs)
        tally.trouble(sent.code, this.#clock.now())
        this.#tellLater(bot.platform, sent, attempts)
        // `later` says that this try did not arrive; of one before it that is not known
        return this.#postpone(event, tally, { afterMs, isUnsent: sent.state === 'later' && !mayRepeat })
      }
      if (!(await this.#persist(tally, () => this.#options.queue.sent(event)))) return
      tally.add('sent')
      if (mayRepeat) tally.add('repeats')
      attempts = 0
      mayRepeat = false
    }
    this.#answerers.look() // the next question of the thread
  }

  /** Undefined where it is no longer ours to send. */
  async #sendOne(
    event: ClaimedEvent,
    message: Message,
    mayRepeat: boolean,
    channel: Channel,
  ): Promise<Sent | undefined> {
    const { bot, tally } = channel
    await channel.pass(this.#stopping.signal)
    if (this.#stopping.signal.aborted) return undefined
    if (!(await this.#persist(tally, () => this.#options.queue.begin(event)))) return undefined
    const late = new AbortController()
    const cancel = this.#clock.after(SEND_MS, () => late.abort())
    const signal = AbortSignal.any([this.#ending.signal, late.signal])
    try {
      const sending = bot.send(message, event.replyTo as Json, { mayRepeat, signal })
      return await Promise.race([sending, this.#unheard(signal)])
    } catch (error) {
      this.#tell(bot.platform, `发送出错 sending failed: ${codeOf(error)} ${framesOf(error)}`)
      return { state: 'unknown', code: codeOf(error) }
    } finally {
      cancel()
      late.abort()
    }
  }

  /** A platform that does not even say that it was broken off is waited for no longer. */
  #unheard(signal: AbortSignal): Promise<Sent> {
    return new Promise((resolve) => {
      const end = () => void this.#clock.after(GRACE_MS, () => resolve({ state: 'unknown', code: 'timeout' }))
      signal.addEventListener('abort', end, { once: true })
    })
  }

  async #postpone(
    event: ClaimedEvent,
    tally: Tally,
    { afterMs, isUnsent }: { afterMs: number; isUnsent: boolean },
  ): Promise<void> {
    tally.add('later')
    const dueAt = Math.ceil(this.#clock.now() + afterMs)
    await this.#persist(tally, () => this.#options.queue.postpone(event, { dueAt, isUnsent }))
  }

  /** Its place is taken for a while: nothing was tried. */
  async #putBack(event: ClaimedEvent, tally: Tally, afterMs: number): Promise<void> {
    const dueAt = Math.ceil(this.#clock.now() + afterMs)
    await this.#persist(tally, () => this.#options.queue.postpone(event, { dueAt, isUnsent: false, isUntried: true }))
  }

  async #giveUp(event: ClaimedEvent, tally: Tally, code: string): Promise<void> {
    if (!(await this.#persist(tally, () => this.#options.queue.giveUp(event)))) return
    tally.trouble(code, this.#clock.now())
    this.#tellGivenUp(event.platform, 1, code)
    this.#answerers.look()
  }

  #isTooOld({ receivedAt }: ClaimedEvent): boolean {
    return this.#clock.now() - receivedAt > GIVE_UP_MS
  }

  /** What must stand on the disk is tried until it does. @throws Left when the desk ends before */
  async #persist<Result>(tally: Tally, write: () => Promise<Result>): Promise<Result> {
    for (let failures = 0; ; failures++) {
      try {
        return await write()
      } catch (error) {
        tally.trouble(codeOf(error), this.#clock.now())
        if (failures === 0) this.#tellTrouble('未能写入，将再试 not written, to be tried again', error)
        await sleep(this.#clock, backOff(failures), this.#stopping.signal)
        if (this.#stopping.signal.aborted) throw new Left()
      }
    }
  }

  /** What should not happen: said, and tried again later. */
  async #failed(event: ClaimedEvent, { bot, tally }: Channel, error: unknown): Promise<void> {
    if (error instanceof Left) return
    this.#tell(bot.platform, `出错，将再试 failed, to be tried again: ${codeOf(error)} ${framesOf(error)}`)
    tally.trouble(codeOf(error), this.#clock.now())
    const later = { afterMs: backOff(event.attempts), isUnsent: false }
    await this.#postpone(event, tally, later).catch(() => {}) // the desk stops
  }

  /** At once where an operator can do something, else when it failed again and again; then seldom. */
  #tellLater(platform: Platform, sent: Extract<Sent, { state: 'later' | 'unknown' }>, attempts: number): void {
    const message = sent.state === 'later' ? sent.message : undefined
    const isNews = (this.#toldLater.get(platform) ?? -Infinity) + TOLD_EVERY_MS <= this.#clock.now()
    if (!isNews || (message === undefined && attempts < TRIES_UNTOLD)) return
    this.#toldLater.set(platform, this.#clock.now())
    this.#tell(platform, `回答暂不能送达，将继续尝试 answers cannot be sent for now: ${sent.code} ${message ?? ''}`)
  }

  #renewSoon(): void {
    const { queue } = this.#options
    this.#cancelRenewal = this.#clock.after(queue.leaseMs / 3, () => {
      void queue.renew().catch((error: unknown) => this.#tellTrouble('未能续期 claims not renewed', error))
      if (!this.#stopping.signal.aborted) this.#renewSoon()
    })
  }

  #tellGivenUp(platform: string, events: number, code = 'too-old'): void {
    this.#channels.get(platform)?.tally.add('givenUp', events)
    this.#tell(platform as Platform, `${events} 条回答没有送达，已放弃 answers were given up: ${code}`)
  }

  #tellTrouble(what: string, error: unknown, platforms: readonly string[] = []): void {
    for (const platform of platforms) this.#channels.get(platform)?.tally.trouble(codeOf(error), this.#clock.now())
    this.#options.log(`${what}: ${codeOf(error)} ${framesOf(error)}`.trimEnd())
  }

  #tell(platform: Platform, what: string): void {
    this.#options.log(`${PLATFORM_NAMES[platform]}：${what}`.trimEnd())
  }
}

const GONE: ReadonlySet<string> = new Set(['no-such-conversation', 'no-such-exchange', 'not-answered'])

type Trouble = BotState['trouble']

const latest = (one: Trouble, other: Trouble): Trouble =>
  one && other ? (one.at > other.at ? one : other) : (one ?? other)
