/** The core behind the chat platforms: once each, in order, kept, given up, forgotten; with the clock in the hand. */
import { EVERYTHING } from '../../../src/access/view.ts'
import { afterEach, describe, expect, test } from 'vitest'
import type { Sent } from '../../../src/channels/bots/bot.ts'
import { openBots, type BotDesk, type BotsOptions } from '../../../src/channels/bots/desk.ts'
import { Keeper } from '../../../src/channels/keeper.ts'
import { PolicyError } from '../../../src/errors.ts'
import type { BotQueue } from '../../../src/state/bot-queue.ts'
import { IN_MEMORY } from '../../../src/state/sqlite-state.ts'
import { openSqliteStorage } from '../../../src/state/sqlite-storage.ts'
import { EVERYONE, type State } from '../../../src/state/state.ts'
import type { AskRequest } from '../../../src/types.ts'
import { answered, eventsOf, scripted, type Script } from '../scripted.ts'
import { handClock, questionOf, scriptedBot, settled, type HandClock, type ScriptedBot } from './scripted-bot.ts'

const QUESTION = '145行动是什么？'
const ANSWER = '第三部分第2条：深入实施科技成果转移转化“145”行动'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const desks: BotDesk[] = []
afterEach(async () => void (await Promise.all(desks.splice(0).map((desk) => desk.stop()))))

interface Opened {
  readonly desk: BotDesk
  readonly state: State
  readonly queue: BotQueue
  readonly clock: HandClock
  readonly log: readonly string[]
  readonly asked: readonly AskRequest[]
}

type Parts = Partial<Pick<BotsOptions, 'queue' | 'state' | 'off' | 'days' | 'publicUrl' | 'drainMs'>> & {
  readonly ask?: Script['ask']
  readonly clock?: HandClock
}

function open(bots: readonly ScriptedBot[], parts: Parts = {}): Opened {
  const clock = parts.clock ?? handClock()
  const storage = openSqliteStorage(IN_MEMORY, { now: clock.now })
  const { state = storage.state, queue = storage.queue } = parts as { state?: State; queue?: BotQueue }
  const asked: AskRequest[] = []
  const { ask = (request) => eventsOf(answered(request)) } = parts
  const assistant = scripted({ ask: (request, signal) => (asked.push(request), ask(request, signal)) })
  const keeper = new Keeper(state, { ending: new AbortController().signal, onError: () => {} })
  const log: string[] = []
  const desk = openBots(bots, { days: 30, drainMs: 20, ...parts, keeper, askerOf: async (owner) => ({ owner, assistant, view: EVERYTHING }), state, queue, clock, log: (line) => log.push(line) })
  desk.start()
  desks.push(desk)
  return { desk, state, queue, clock, log, asked }
}

const texts = ({ deliveries }: ScriptedBot) => deliveries.map(({ text }) => text)
const countsOf = async ({ desk }: Opened) => {
  const status = (await desk.status()).slack
  if (status.state === 'off') throw new Error('Slack is off')
  return status
}

/** A queue some of whose methods are others. */
const instead = (queue: BotQueue, others: Partial<BotQueue>): BotQueue =>
  new Proxy(queue, {
    get(target, name: keyof BotQueue) {
      const value = others[name] ?? target[name]
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })

/** A platform that takes what it is told to, one outcome a try, then everything. */
function answering(...outcomes: readonly Sent[]) {
  const left = [...outcomes]
  return () => left.shift() ?? ({ state: 'sent' } as const)
}

describe('a question', () => {
  test('is answered with its citations and buttons, and kept with those of its thread', async () => {
    const bot = scriptedBot()
    const { clock, state, asked } = open([bot], { publicUrl: 'https://tiaowen.example.cn' })
    await bot.inbox.put(questionOf(QUESTION, 'C0001/7'))
    await clock.advance(0)
    await bot.inbox.put(questionOf('有哪些任务？', 'C0001/7'))
    await clock.advance(0)
    expect(texts(bot)[0]).toContain(ANSWER)
    expect(texts(bot)[0]).toContain('[1] 《')
    expect(asked[1]?.history).toEqual([
      { role: 'user', content: QUESTION },
      { role: 'assistant', content: ANSWER },
    ])
    const { conversations } = await state.conversations('slack', { limit: 9 })
    expect(conversations).toMatchObject([{ title: QUESTION, exchanges: 2 }])
    const [first, second] = bot.replies
    expect(first?.exchange?.conversationId).toBe(conversations[0]?.id)
    expect(first?.exchange?.exchangeId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(second?.exchange?.exchangeId).not.toBe(first?.exchange?.exchangeId)
    expect(JSON.stringify(first)).toContain('"https://tiaowen.example.cn/')
  })

  test('that comes again is answered once', async () => {
    const bot = scriptedBot()
    const opened = open([bot])
    const question = questionOf(QUESTION)
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => bot.inbox.put(question)))
    await opened.clock.advance(HOUR)
    expect(await bot.inbox.put(question)).toBe('duplicate')
    await opened.clock.advance(HOUR)
    expect(outcomes).toEqual(['taken', 'duplicate', 'duplicate', 'duplicate'])
    expect([bot.deliveries.length, opened.asked.length]).toEqual([1, 1])
    expect(await countsOf(opened)).toMatchObject({ events: 1, duplicates: 4, answered: 1, sent: 1, waiting: 0, repeats: 0 })
  })

  test.each([
    ['white space', '　\n', '没有读到问题。请在消息里写上要问的内容。'],
    ['2,001 characters', '𠮷'.repeat(2_001), '问题最多2000个字符。请缩短后再问一次。'],
  ])('of %s is told what is wrong with it', async (_, question, words) => {
    const bot = scriptedBot()
    const { clock, asked } = open([bot])
    await bot.inbox.put(questionOf(question))
    await clock.advance(0)
    expect([texts(bot), asked.length]).toEqual([[words], 0])
  })
})

describe('an answer that cannot be given', () => {
  const failing = (code: 'index-building' | 'disk-full' | undefined, times: number): Script['ask'] => {
    let left = times
    return async function* (request) {
      if (left-- > 0) throw code ? new PolicyError(code, '还不行') : new TypeError(`绝密${request.question}`)
      yield* eventsOf(answered(request))
    }
  }

  test('while the index is built waits for it', async () => {
    const bot = scriptedBot()
    const { clock, log } = open([bot], { ask: failing('index-building', 4) })
    await bot.inbox.put(questionOf(QUESTION))
    await clock.advance(10_000)
    expect(bot.deliveries).toEqual([])
    await clock.advance(10_000)
    expect(texts(bot)[0]).toContain(ANSWER)
    expect(log).toEqual(['Slack 已开启 is on（http）'])
  })

  test('is told after ten minutes without an index', async () => {
    const bot = scriptedBot()
    const { clock, log } = open([bot], { ask: failing('index-building', Infinity) })
    await bot.inbox.put(questionOf(QUESTION))
    await clock.advance(9 * MINUTE)
    expect(bot.deliveries).toEqual([])
    await clock.advance(5 * MINUTE)
    expect(texts(bot)).toEqual(['文件索引还没有准备好，这个问题没有回答。请稍后再问一次。'])
    expect(log.at(-1)).toMatch(/^Slack：一个问题未能回答 a question was not answered: index-building/)
  })

  test('on a full disk waits as long as it takes', async () => {
    const bot = scriptedBot()
    const { clock } = open([bot], { ask: failing('disk-full', 100) })
    await bot.inbox.put(questionOf(QUESTION))
    await clock.advance(HOUR)
    expect(bot.deliveries).toEqual([])
    await clock.advance(2 * HOUR)
    expect(texts(bot)[0]).toContain(ANSWER)
  })

  test('for a reason nobody thought of is tried three times and told; the log has the place, and no words', async () => {
    const bot = scriptedBot()
    const opened = open([bot], { ask: failing(undefined, Infinity) })
    await bot.inbox.put(questionOf(QUESTION))
    await opened.clock.advance(MINUTE)
    expect([opened.asked.length, texts(bot)]).toEqual([
      3,
      ['出错了，这个问题没有回答，原因已记入日志。请稍后再问一次；若仍不行，请联系管理员。'],
    ])
    expect(opened.log.join('\n')).toMatch(/TypeError at .*desk\.test\.ts/)
    expect(opened.log.join('\n')).not.toMatch(/绝密|145/)
    expect(await countsOf(opened)).toMatchObject({ answered: 1, later: 2, trouble: { code: 'TypeError' } })
  })
})

describe('sending', () => {
  test('waits as it is told, else a second, doubled up to a minute and a quarter', async () => {
    const told = { state: 'later', code: 'ratelimited', afterMs: 30_000 } as const
    const down = { state: 'later', code: 'ECONNREFUSED' } as const
    const times: number[] = []
    const outcomes = answering(told, ...Array<Sent>(8).fill(down))
    const clock = handClock()
    const bot = scriptedBot({ send: () => (times.push(clock.now()), outcomes()) })
    const opened = open([bot], { clock })
    await bot.inbox.put(questionOf(QUESTION))
    await clock.advance(10 * MINUTE)
    const waits = times.slice(1).map((time, i) => time - times[i]!)
    expect(waits[0]).toBe(30_000)
    const least = [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]
    expect(waits.slice(1)).toHaveLength(least.length)
    least.forEach((ms, i) => {
      expect(waits[i + 1]).toBeGreaterThanOrEqual(ms)
      expect(waits[i + 1]).toBeLessThanOrEqual(ms * 1.25 + 2)
    })
    expect(bot.deliveries.map(({ mayRepeat }) => mayRepeat)).not.toContain(true)
    expect(await countsOf(opened)).toMatchObject({ later: 9, sent: 1, repeats: 0, trouble: { code: 'ECONNREFUSED' } })
  })

  test('a crowded place keeps no other waiting, and each answer there has its turn', async () => {
    const bot = scriptedBot({ paceMs: 3_100 })
    const opened = open([bot])
    const asked = (at: number, place: string) =>
      bot.inbox.put({ id: `Ev${at}`, thread: `${place}/${at}`, question: QUESTION, replyTo: place })
    for (let at = 0; at < 150; at++) await asked(at, '群')
    await opened.clock.advance(20_000)
    await asked(150, '别处')
    await opened.clock.advance(2_000)
    expect(bot.deliveries.filter(({ replyTo }) => replyTo === '别处')).toHaveLength(1)
    await opened.clock.advance(150 * 3_100)
    expect(bot.deliveries).toHaveLength(151)
    expect(await countsOf(opened)).toMatchObject({ sent: 151, later: 0, repeats: 0, waiting: 0 })
  })

  test('that a platform is down is in the log once it lasts, and every ten minutes while it does', async () => {
    const bot = scriptedBot({ send: () => ({ state: 'later', code: 'ECONNREFUSED' }) })
    const { clock, log } = open([bot])
    await bot.inbox.put(questionOf(QUESTION))
    await clock.advance(5_000)
    expect(log).toEqual(['Slack 已开启 is on（http）'])
    await clock.advance(29 * MINUTE)
    const line = 'Slack：回答暂不能送达，将继续尝试 answers cannot be sent for now: ECONNREFUSED'
    expect(log.slice(1)).toEqual([line, line, line])
  })

  test('what an operator can mend is said at once, and the answer is kept until it is', async () => {
    const refused = { state: 'later', code: 'invalid_auth', afterMs: 60_000, message: '请重新安装应用。' } as const
    const bot = scriptedBot({ send: answering(refused, refused) })
    const opened = open([bot])
    await bot.inbox.put(questionOf(QUESTION))
    await opened.clock.advance(1)
    expect(opened.log.slice(1)).toEqual([
      'Slack：回答暂不能送达，将继续尝试 answers cannot be sent for now: invalid_auth 请重新安装应用。',
    ])
    await opened.clock.advance(3 * MINUTE)
    expect(await countsOf(opened)).toMatchObject({ sent: 1, later: 2, givenUp: 0 })
  })

  test('what a platform is told to wait holds for all of its place', async () => {
    const bot = scriptedBot({ send: answering({ state: 'later', code: 'ratelimited', afterMs: 30_000 }) })
    const { clock } = open([bot])
    const place = { replyTo: { channel: 'C0001' } }
    await bot.inbox.put({ ...questionOf(QUESTION), ...place })
    await clock.advance(0)
    await bot.inbox.put({ ...questionOf(QUESTION), ...place })
    await bot.inbox.put({ ...questionOf(QUESTION), replyTo: { channel: 'C0002' } })
    await clock.advance(29_000)
    expect(bot.deliveries.map(({ replyTo }) => replyTo)).toEqual([{ channel: 'C0001' }, { channel: 'C0002' }])
    await clock.advance(2_000)
    expect(bot.deliveries).toHaveLength(4)
  })

  test('messages of a place are as far apart as it says, other places are not held up', async () => {
    const clock = handClock()
    const times = new Map<string, number[]>()
    const bot = scriptedBot({
      paceMs: 3_000,
      isSplit: true,
      send: ({ replyTo }) => {
        const key = JSON.stringify(replyTo)
        times.set(key, [...(times.get(key) ?? []), clock.now()])
        return { state: 'sent' }
      },
    })
    open([bot], { clock })
    const began = clock.now()
    for (const channel of ['C0001', 'C0001', 'C0002']) {
      await bot.inbox.put({ ...questionOf(QUESTION), replyTo: channel })
    }
    await clock.advance(MINUTE)
    const parts = bot.replies[0]!.parts.length
    const spaced = (count: number) => Array.from({ length: count }, (_, i) => began + 3_000 * i)
    expect(Object.fromEntries(times)).toEqual({ '"C0001"': spaced(2 * parts), '"C0002"': spaced(parts) })
  })

  test('what may have arrived is sent again, marked, and counted', async () => {
    const bot = scriptedBot({ isSplit: true, send: answering({ state: 'sent' }, { state: 'unknown', code: 'ECONNRESET' }, { state: 'later', code: '503' }) })
    const opened = open([bot])
    await bot.inbox.put(questionOf(QUESTION))
    await opened.clock.advance(MINUTE)
    const [first, second] = bot.replies[0]!.parts.map((_, i) => bot.deliveries[i]!.text)
    expect(bot.deliveries.slice(0, 4).map(({ text, mayRepeat }) => [text, mayRepeat])).toEqual([
      [first, false],
      [second, false],
      [second, true],
      [second, true],
    ])
    expect(bot.deliveries.slice(4).some(({ mayRepeat }) => mayRepeat)).toBe(false)
    expect(await countsOf(opened)).toMatchObject({ repeats: 1, later: 2, givenUp: 0 })
  })

  test('what is refused is given up and logged by its code; its thread goes on', async () => {
    const refused = { state: 'refused', code: 'channel_not_found', message: '请把机器人加入频道' } as const
    const bot = scriptedBot({ send: answering(refused) })
    const opened = open([bot])
    for (const question of [QUESTION, '目标是什么？']) await bot.inbox.put(questionOf(question, 'C0001/1'))
    await opened.clock.advance(0)
    expect(bot.deliveries).toHaveLength(2)
    expect(opened.log.slice(1)).toEqual([
      'Slack：平台不收这条回答 an answer was refused: channel_not_found 请把机器人加入频道',
      'Slack：1 条回答没有送达，已放弃 answers were given up: channel_not_found',
    ])
    expect(await countsOf(opened)).toMatchObject({ givenUp: 1, sent: 1, waiting: 0 })
  })

  test('a platform that stays down for a day is given up, without a word of what was said in the log', async () => {
    const bot = scriptedBot({ send: () => ({ state: 'later', code: 'ECONNREFUSED' }) })
    const opened = open([bot])
    await bot.inbox.put(questionOf(QUESTION))
    await opened.clock.advance(23 * HOUR)
    expect(await countsOf(opened)).toMatchObject({ waiting: 1, oldestSeconds: 82_800, givenUp: 0 })
    await opened.clock.advance(2 * HOUR)
    expect(await countsOf(opened)).toMatchObject({ waiting: 0, givenUp: 1 })
    expect(opened.log.at(-1)).toBe('Slack：1 条回答没有送达，已放弃 answers were given up: too-old')
  }, 60_000)

  test('a platform that never says anything is broken off after a minute', async () => {
    const bot = scriptedBot({ send: (_, signal) => new Promise(() => void signal) })
    const opened = open([bot])
    await bot.inbox.put(questionOf(QUESTION))
    await opened.clock.advance(59_000)
    expect(bot.deliveries).toHaveLength(1)
    await opened.clock.advance(10_000)
    expect(bot.deliveries.map(({ mayRepeat }) => mayRepeat)).toEqual([false, true])
  })
})

describe('order', () => {
  test('the next question of a thread is asked and answered only after the one before arrived', async () => {
    const bot = scriptedBot({ send: answering({ state: 'later', code: '503', afterMs: 20_000 }) })
    const { clock, asked } = open([bot])
    for (const question of ['一？', '二？', '三？']) await bot.inbox.put(questionOf(question, 'C0001/1'))
    await clock.advance(10_000)
    expect(asked.map(({ question }) => question)).toEqual(['一？'])
    await bot.inbox.put({ ...questionOf('别的话题？'), replyTo: 'C0002' })
    await clock.advance(1_000)
    expect(asked.map(({ question }) => question)).toEqual(['一？', '别的话题？'])
    await clock.advance(20_000)
    expect(asked.map(({ question }) => question)).toEqual(['一？', '别的话题？', '二？', '三？'])
    expect(bot.deliveries).toHaveLength(5)
  })

  test('a platform that is slow to take answers holds up no other', async () => {
    const slack = scriptedBot({ send: () => new Promise(() => {}) })
    const dingtalk = scriptedBot({ platform: 'dingtalk' })
    const { clock, asked } = open([slack, dingtalk])
    for (let i = 0; i < 40; i++) await slack.inbox.put(questionOf(QUESTION))
    await clock.advance(5_000)
    for (let i = 0; i < 5; i++) await dingtalk.inbox.put(questionOf(QUESTION))
    await clock.advance(0)
    expect([asked.length, slack.deliveries.length, dingtalk.deliveries.length]).toEqual([45, 8, 5])
  })

  test('in a rush of events acknowledging comes first; answering goes on, a little at a time', async () => {
    const bot = scriptedBot()
    const { clock, asked } = open([bot])
    for (let second = 0; second < 3; second++) {
      for (let i = 0; i < 100; i++) {
        await bot.inbox.put(questionOf(QUESTION))
        await clock.advance(10)
      }
    }
    expect(asked.length).toBeGreaterThanOrEqual(12) // one in a quarter of a second
    expect(asked.length).toBeLessThan(30)
    await clock.advance(2_000)
    expect([asked.length, bot.deliveries.length]).toEqual([300, 300])
  })

  test('four questions are answered at once', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const bot = scriptedBot()
    const { clock, asked } = open([bot], {
      ask: async function* (request) {
        await promise
        yield* eventsOf(answered(request))
      },
    })
    for (let i = 0; i < 9; i++) await bot.inbox.put(questionOf(QUESTION))
    await clock.advance(0)
    expect(asked).toHaveLength(4)
    resolve()
    await clock.advance(0)
    expect([asked.length, bot.deliveries.length]).toEqual([9, 9])
  })
})

describe('stopping and starting', () => {
  test('what is under way ends, nothing new begins, the next desk does the rest', async () => {
    const sending = Promise.withResolvers<Sent>()
    const first = scriptedBot({ send: () => sending.promise })
    const opened = open([first])
    await first.inbox.put(questionOf('一？', 'C0001/1'))
    await first.inbox.put(questionOf('二？', 'C0001/1'))
    await opened.clock.advance(0)
    const stopped = opened.desk.stop()
    await first.inbox.put(questionOf('三？', 'C0001/1'))
    sending.resolve({ state: 'sent' })
    await stopped
    expect([first.deliveries.length, opened.asked.length]).toEqual([1, 1])
    const second = scriptedBot()
    const next = open([second], opened)
    await opened.clock.advance(0)
    expect(next.asked.map(({ question }) => question)).toEqual(['二？', '三？'])
    expect(second.deliveries.map(({ mayRepeat }) => mayRepeat)).toEqual([false, false])
  })

  test('a sending that does not end in time is broken off, and marked when it is sent again', async () => {
    const broken = (signal: AbortSignal) =>
      new Promise<Sent>((resolve) => signal.addEventListener('abort', () => resolve({ state: 'unknown', code: 'aborted' })))
    const first = scriptedBot({ send: (_, signal) => broken(signal) })
    const opened = open([first], { drainMs: 20 })
    await first.inbox.put(questionOf(QUESTION))
    await opened.clock.advance(0)
    await opened.desk.stop()
    const second = scriptedBot()
    open([second], opened)
    await opened.clock.advance(2_000)
    expect(second.deliveries.map(({ mayRepeat }) => mayRepeat)).toEqual([true])
  })

  test('an answer that does not end in time is broken off, and given by the next desk', async () => {
    const first = scriptedBot()
    const opened = open([first], {
      drainMs: 20,
      ask: async function* (_, signal) {
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
      },
    })
    await first.inbox.put(questionOf(QUESTION))
    await opened.clock.advance(0)
    await opened.desk.stop()
    const second = scriptedBot()
    const { state, queue, clock } = opened
    open([second], { state, queue, clock })
    await clock.advance(0)
    expect([first.deliveries.length, texts(second)[0]?.includes(ANSWER)]).toEqual([0, true])
  })
})

describe('what cannot be written', () => {
  test('is not acknowledged, and counted', async () => {
    const bot = scriptedBot()
    const { queue } = openSqliteStorage(IN_MEMORY)
    const put = () => Promise.reject(new PolicyError('queue-full', '满了'))
    const opened = open([bot], { queue: instead(queue, { put }) })
    await expect(bot.inbox.put(questionOf(QUESTION))).rejects.toMatchObject({ code: 'queue-full' })
    expect(await countsOf(opened)).toMatchObject({ events: 0, refused: { 'queue-full': 1 }, trouble: { code: 'queue-full' } })
  })

  test('after a message went is written when there is room again: it is not sent twice', async () => {
    const clock = handClock()
    const { queue, state } = openSqliteStorage(IN_MEMORY, { now: clock.now })
    let isFull = true
    const bot = scriptedBot()
    const sent: BotQueue['sent'] = (name) =>
      isFull ? Promise.reject(new PolicyError('disk-full', '磁盘已满')) : queue.sent(name)
    const narrow = instead(queue, { sent })
    const opened = open([bot], { queue: narrow, state, clock })
    await bot.inbox.put(questionOf(QUESTION))
    await clock.advance(MINUTE)
    expect(await countsOf(opened)).toMatchObject({ waiting: 1, sent: 0, trouble: { code: 'disk-full' } })
    isFull = false
    await clock.advance(2 * MINUTE)
    expect(await countsOf(opened)).toMatchObject({ waiting: 0, sent: 1 })
    expect(bot.deliveries).toHaveLength(1)
    expect(opened.log.filter((line) => line.includes('disk-full'))).toHaveLength(1)
  })
})

describe('what is kept', () => {
  test('a word about an answer reaches the store of feedback, as long as the answer is kept', async () => {
    const bot = scriptedBot()
    const { clock, state } = open([bot])
    await bot.inbox.put(questionOf(QUESTION))
    await clock.advance(0)
    const exchange = bot.replies[0]!.exchange!
    expect(await bot.inbox.rate(exchange, { rating: 'down' })).toBe(true)
    expect(await bot.inbox.rate({ ...exchange, exchangeId: 'x' }, { rating: 'up' })).toBe(false)
    await clock.leap(31 * DAY)
    expect(await bot.inbox.rate(exchange, { rating: 'up' })).toBe(false)
    const said = []
    for await (const { question, rating } of state.feedback(EVERYONE, {})) said.push([question, rating])
    expect(said).toEqual([[QUESTION, 'down']])
  })

  test('goes the days after its last change that are set, of chat platforms alone; names of events after two', async () => {
    const bot = scriptedBot()
    const { clock, state, queue } = open([bot], { days: 7 })
    await state.begin('local', { conversationId: crypto.randomUUID(), exchangeId: crypto.randomUUID(), question: '网页上的' })
    const question = questionOf(QUESTION, 'C0001/1')
    await bot.inbox.put(question)
    await clock.advance(0)
    await clock.leap(6 * DAY)
    await bot.inbox.put(questionOf('二？', 'C0001/1'))
    await clock.advance(0)
    await clock.leap(6 * DAY)
    const titles = async (owner: string) => (await state.conversations(owner, { limit: 9 })).conversations.map(({ title }) => title)
    expect([await titles('slack'), await titles('local')]).toEqual([[QUESTION], ['网页上的']])
    await clock.leap(DAY + HOUR)
    expect([await titles('slack'), await titles('local')]).toEqual([[], ['网页上的']])
    expect(await queue.put({ platform: 'slack', ...question })).toBe('taken')
  })
})

test('a channel that is off says what is missing, once; one that nobody set up says nothing', async () => {
  const slack = 'TIAOWEN_SLACK_SIGNING_SECRET or TIAOWEN_SLACK_APP_TOKEN is not set.'
  const { desk, log } = open([], { off: { slack } })
  expect(await desk.status()).toEqual({ slack: { state: 'off', missing: slack }, dingtalk: { state: 'off' } })
  await settled()
  expect(log).toEqual([`Slack 未开启 is off: ${slack}`])
})
