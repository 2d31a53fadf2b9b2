/** The socket: kept open over whatever happens to it, one at a time, and nothing acknowledged that is not kept. */
import { DWClient } from 'dingtalk-stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DingTalkConfig } from '../../../src/bot-config.ts'
import { createDingTalkBot } from '../../../src/channels/dingtalk/dingtalk-bot.ts'
import { isSocketAddress, retryDelay, tryStream, type Timing } from '../../../src/channels/dingtalk/stream.ts'
import { PolicyError } from '../../../src/errors.ts'
import { trials } from '../../store/random.ts'
import { type FakeDingTalk, openFakeDingTalk } from './fake-dingtalk.ts'
import { listInbox } from './inbox.ts'

let fake: FakeDingTalk
let closing: (() => Promise<unknown>)[]
beforeEach(async () => {
  fake = await openFakeDingTalk({ redeliverMs: 40 })
  closing = [() => fake.close()]
})
afterEach(async () => {
  for (const close of closing.toReversed()) await close()
})

const configOf = (changes: Partial<DingTalkConfig> = {}): DingTalkConfig => ({
  clientId: fake.clientId,
  clientSecret: fake.clientSecret,
  mode: 'stream',
  robotCode: fake.clientId,
  windowSeconds: 300,
  apiUrl: fake.url,
  ...changes,
})

/** A bot whose waits between connections take no time. */
function started(changes: Partial<DingTalkConfig> = {}, timing: Partial<Timing> = {}) {
  const [inbox, log, waits]: [ReturnType<typeof listInbox>, string[], number[]] = [listInbox(), [], []]
  const wait = async (milliseconds: number) => void waits.push(milliseconds)
  const bot = createDingTalkBot(configOf(changes), { log: (line) => log.push(line), stream: { timing, wait } })
  closing.push(() => bot.stop())
  bot.start(inbox)
  return { bot, inbox, log, waits }
}

const isOpen = () => expect.poll(() => fake.sockets.open).toBe(1)

test('the back-off doubles from one second to one minute, with jitter', () => {
  expect(Array.from({ length: 9 }, (_, failures) => retryDelay(failures, 0))).toEqual([
    1000, 2000, 4000, 8000, 16_000, 32_000, 48_000, 48_000, 48_000,
  ])
  expect([retryDelay(0, 1), retryDelay(5, 1), retryDelay(2000, 1)]).toEqual([1250, 40_000, 60_000])
})

describe('a question', () => {
  test('is kept, then acknowledged', async () => {
    const { bot, inbox } = started()
    await isOpen()
    const messageId = fake.say({ text: '研发投入强度要超过多少？', msgId: 'msg1==' })
    await expect.poll(() => fake.acknowledged).toEqual([messageId])
    expect(inbox.questions).toMatchObject([
      { id: 'msg1==', thread: 'cidSingle-manager01==', question: '研发投入强度要超过多少？' },
    ])
    expect(bot.state()).toEqual({ mode: 'socket', state: 'ready', reconnects: 0 })
    expect(fake.complaints).toEqual([])
  })

  test('is not acknowledged before it is on the disk', async () => {
    const { inbox } = started()
    await isOpen()
    let write = () => {}
    inbox.before = () => new Promise((resolve) => (write = resolve))
    fake.say({})
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(fake.acknowledged).toEqual([])
    inbox.before = async () => {}
    write()
    await expect.poll(() => fake.acknowledged.length).toBe(1)
    expect(inbox.questions).toHaveLength(1)
  })

  test('that could not be kept comes again, and is kept then', async () => {
    const { bot, inbox } = started()
    await isOpen()
    let failures = 2
    inbox.before = async () => {
      if (failures > 0) {
        failures -= 1
        throw new PolicyError('disk-full', 'no room')
      }
    }
    fake.say({})
    await expect.poll(() => fake.acknowledged.length).toBe(1)
    expect(inbox.questions).toHaveLength(1)
    expect(bot.state()).toMatchObject({ state: 'ready', trouble: { code: 'not-kept' } })
  })

  test('that comes twice is acknowledged twice and kept once', async () => {
    const { inbox } = started()
    await isOpen()
    fake.say({ msgId: 'msg1==' })
    fake.say({ msgId: 'msg1==' })
    await expect.poll(() => fake.acknowledged.length).toBe(2)
    expect(inbox.questions).toHaveLength(1)
  })
})

describe('frames that are none', () => {
  test.each([
    '',
    'hello',
    '{',
    'null',
    '[]',
    '42',
    '{"type":"CALLBACK"}',
    '{"type":"CALLBACK","headers":{"topic":7}}',
    '{"type":"SYSTEM","headers":null}',
    '{"type":"OTHER","headers":{"topic":"x"}}',
    '{"__proto__":{"type":"SYSTEM"}}',
    `{"type":"${'x'.repeat(100_000)}"}`,
  ])('no. %# is counted, and the socket goes on', async (text) => {
    const { inbox } = started()
    await isOpen()
    fake.push(text)
    fake.say({})
    await expect.poll(() => inbox.questions.length).toBe(1)
    expect(inbox.counts).toEqual(new Map([['refused: frame', 1]]))
    expect(fake.sockets.opened).toBe(1)
  })

  test('a body that is no message is acknowledged, so that it does not come for ever', async () => {
    const { inbox } = started()
    await isOpen()
    fake.say({ body: { msgId: undefined } })
    await expect.poll(() => fake.acknowledged.length).toBe(1)
    expect(inbox.counts).toEqual(new Map([['refused: body', 1]]))
  })

  test('an event we did not ask for is answered with 404', async () => {
    started()
    await isOpen()
    fake.push('{"type":"EVENT","headers":{"topic":"*","messageId":"e1"},"data":"{}"}')
    await expect.poll(() => fake.answers.map((text) => (JSON.parse(text) as { code: number }).code)).toEqual([404])
  })

  test('a frame of two megabytes ends the connection, and the next one stands', async () => {
    const { bot } = started()
    await isOpen()
    fake.push('x'.repeat(2 * 1024 * 1024))
    await expect.poll(() => fake.sockets.opened).toBe(2)
    expect(bot.state()).toMatchObject({ reconnects: 1, trouble: { code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' } })
  })
})

describe('the line', () => {
  test('a ping of the platform is answered with its data', async () => {
    started()
    await isOpen()
    fake.ping()
    await expect.poll(() => fake.answers.length).toBe(1)
    expect(JSON.parse(fake.answers[0]!)).toMatchObject({ code: 200, message: 'OK', headers: { topic: 'ping' }, data: '{"opaque":"0x1f"}' })
  })

  test('disconnect means: come again', async () => {
    const { bot } = started()
    await isOpen()
    fake.drop('disconnect')
    await expect.poll(() => fake.sockets.opened).toBe(2)
    await expect.poll(() => bot.state()).toMatchObject({ state: 'ready', reconnects: 1, trouble: { code: 'disconnect' } })
  })

  test('a socket that is half open is noticed', async () => {
    const { bot } = started({}, { pingEveryMs: 10, silentMs: 50 })
    await isOpen()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(fake.sockets.opened).toBe(1)
    fake.drop('half-open')
    await expect.poll(() => fake.sockets.opened).toBe(2)
    expect(bot.state()).toMatchObject({ trouble: { code: 'silent' } })
  })

  test(`cut ${trials(50, 1000)} times: opened again each time, one at a time, ever later`, async () => {
    const { bot, inbox, waits } = started()
    for (let drops = 0; drops < trials(50, 1000); drops += 1) {
      await vi.waitUntil(() => fake.sockets.open === 1 && bot.state().state === 'ready', { timeout: 15_000, interval: 1 })
      fake.drop()
      await vi.waitUntil(() => fake.sockets.opened === drops + 2 || fake.sockets.open === 0, { timeout: 15_000, interval: 1 })
    }
    await isOpen()
    fake.say({})
    await expect.poll(() => inbox.questions.length).toBe(1)
    expect(fake.sockets).toEqual({ open: 1, most: 1, opened: trials(50, 1000) + 1 })
    expect(bot.state()).toMatchObject({ reconnects: trials(50, 1000) })
    expect(waits).toHaveLength(trials(50, 1000))
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000)
    expect(waits.slice(6).every((wait) => wait >= 48_000)).toBe(true)
  })

  test('a connection that held for a minute begins the back-off anew', async () => {
    let time = 0
    const waits: number[] = []
    const wait = async (milliseconds: number) => void waits.push(milliseconds)
    const bot = createDingTalkBot(configOf(), { log: () => {}, now: () => time, stream: { wait, random: () => 0 } })
    closing.push(() => bot.stop())
    bot.start(listInbox())
    for (let drops = 1; drops <= 5; drops += 1) {
      await vi.waitUntil(() => bot.state().state === 'ready' && fake.sockets.opened === drops, { timeout: 15_000, interval: 1 })
      if (drops === 4) time += 60_000
      fake.drop()
    }
    await expect.poll(() => waits).toEqual([1000, 2000, 4000, 1000, 2000])
  })

  test('the gateway refuses, hangs up, answers nonsense: it is asked again', async () => {
    fake.next(
      '/v1.0/gateway',
      { kind: 'reply', status: 503, body: 'down' },
      { kind: 'dropped' },
      { kind: 'reply', body: '<html>' },
      { kind: 'reply', body: { endpoint: fake.endpoint } },
      { kind: 'reply', status: 302, headers: { location: `${fake.url}/v1.0/gateway/connections/open` } },
      { kind: 'reply', body: { endpoint: 'ws://192.0.2.1/connect', ticket: 't' } },
      { kind: 'reply', body: { endpoint: 'http://127.0.0.1/connect', ticket: 't' } },
      { kind: 'reply', body: { endpoint: fake.endpoint, ticket: 'unknown' } },
    )
    const { bot, log, waits } = started()
    await isOpen()
    await expect.poll(() => bot.state().state).toBe('ready')
    expect(waits).toHaveLength(8)
    expect(log.map((line) => /Stream：([^）]*)/.exec(line)?.[1])).toEqual([
      'http-503',
      'UND_ERR_SOCKET',
      'not-json',
      'redirected',
      'endpoint-refused',
      'socket-http-401',
      undefined,
    ])
  })

  test('stop closes it, and nothing is opened after', async () => {
    const { bot } = started()
    await isOpen()
    await bot.stop()
    await expect.poll(() => fake.sockets.open).toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(fake.sockets.opened).toBe(1)
  })

  test('stop ends a wait', async () => {
    const bot = createDingTalkBot(configOf({ clientSecret: 'wrong' }), { log: () => {} })
    bot.start(listInbox())
    await expect.poll(() => bot.state()).toMatchObject({ state: 'waiting', trouble: { code: 'authFailed' } })
    await bot.stop()
  })
})

test.each([
  ['wss://wss-open-connection.dingtalk.com:443/connect', 'https://api.dingtalk.com', true],
  ['ws://wss-open-connection.dingtalk.com/connect', 'https://api.dingtalk.com', false],
  ['http://wss-open-connection.dingtalk.com/connect', 'https://api.dingtalk.com', false],
  ['ws://127.0.0.1:7/connect', 'https://api.dingtalk.com', false],
  ['ws://127.0.0.1:7/connect', 'http://127.0.0.1:8', true],
  ['ws://192.0.2.1:7/connect', 'http://127.0.0.1:8', false],
  ['wss://user:word@evil.example/connect', 'https://api.dingtalk.com', false],
  ['connect', 'https://api.dingtalk.com', false],
])('a socket to %s, named by %s: %s', (endpoint, apiUrl, isRight) => {
  expect(isSocketAddress(endpoint, apiUrl)).toBe(isRight)
})

test('no secret, ticket or word of a question is in the log or the state', async () => {
  fake.next('/v1.0/gateway', { kind: 'reply', status: 401, body: { code: `${fake.clientSecret} is wrong` } })
  const { bot, inbox, log } = started()
  inbox.before = async () => Promise.reject(new Error('未来五年'))
  await isOpen()
  fake.say({})
  fake.push('未来五年')
  fake.drop()
  await expect.poll(() => bot.state().reconnects).toBe(1)
  const told = JSON.stringify([log, bot.state()])
  expect(told).not.toContain(fake.clientSecret)
  expect(told).not.toContain('ticket')
  expect(told).not.toContain('未来五年')
})

test('trying whether it can be opened leaves no socket', async () => {
  expect(await tryStream(configOf())).toBeUndefined()
  expect(await tryStream(configOf({ clientSecret: 'wrong' }))).toBe('authFailed')
  await expect.poll(() => fake.sockets).toEqual({ open: 0, most: 1, opened: 1 })
})

/** The package has the gateway's address written in; the rest of it is as published. */
class PackageClient extends DWClient {
  override async getEndpoint(): Promise<this> {
    const { clientId, clientSecret, ua, subscriptions } = this.getConfig()
    const response = await fetch(`${fake.url}/v1.0/gateway/connections/open`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ clientId, clientSecret, ua, subscriptions }),
    })
    const { endpoint, ticket } = (await response.json()) as { endpoint: string; ticket: string }
    Object.assign(this, { dw_url: `${endpoint}?ticket=${encodeURIComponent(ticket)}` })
    return this
  }
}

test("the platform's own package is served by the fake gateway as by the platform", async () => {
  vi.spyOn(console, 'info').mockImplementation(() => {})
  const client = new PackageClient({ clientId: fake.clientId, clientSecret: fake.clientSecret })
  closing.push(async () => client.disconnect())
  const taken: string[] = []
  client.registerCallbackListener('/v1.0/im/bot/messages/get', ({ headers, data }) => {
    taken.push((JSON.parse(data) as { text: { content: string } }).text.content)
    client.socketCallBackResponse(headers.messageId, {})
  })
  await client.connect()
  const messageId = fake.say({ text: '城西科创大走廊的规划范围是什么？' })
  fake.ping()
  await expect.poll(() => fake.acknowledged).toEqual([messageId])
  await expect.poll(() => fake.answers.length).toBe(2)
  expect(taken).toEqual(['城西科创大走廊的规划范围是什么？'])
  expect(fake.complaints).toEqual([])
  vi.restoreAllMocks()
})
