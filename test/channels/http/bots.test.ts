/** The addresses of chat platforms: open to all, each for itself; every other path stays behind the guards. */
import { EVERYTHING } from '../../../src/access/view.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Webhook, WebhookAnswer, WebhookRequest } from '../../../src/channels/bots/bot.ts'
import { openBots } from '../../../src/channels/bots/desk.ts'
import { createApp } from '../../../src/channels/http/app.ts'
import { nameOf, ROUTES } from '../../../src/channels/http/route-table.ts'
import type { Bots } from '../../../src/channels/http/bots.ts'
import { SECURITY_HEADERS } from '../../../src/channels/http/guards.ts'
import { ProblemSchema, ReadySchema } from '../../../src/channels/http/schemas.ts'
import { serve } from '../../../src/channels/http/serve.ts'
import { Keeper } from '../../../src/channels/keeper.ts'
import { PolicyError } from '../../../src/errors.ts'
import { IN_MEMORY } from '../../../src/state/sqlite-state.ts'
import { openSqliteStorage } from '../../../src/state/sqlite-storage.ts'
import { questionOf, scriptedBot, settled } from '../bots/scripted-bot.ts'
import { scripted, scriptedDesk } from '../scripted.ts'

const KEY = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
const MOST = 1000

function opened(apiKey?: string, answer: WebhookAnswer | PolicyError = { status: 200 }) {
  const requests: WebhookRequest[] = []
  const hook = (path: `/${string}`): Webhook => ({
    path,
    mostBytes: MOST,
    handle: async (request) => {
      requests.push(request)
      if (answer instanceof PolicyError) throw answer
      return answer
    },
  })
  const bots: Bots = {
    webhooks: [hook('/slack/events'), hook('/dingtalk/messages')],
    status: async () => ({ slack: { state: 'off' }, dingtalk: { state: 'off' } }),
  }
  const log: string[] = []
  const options = { version: '0.1.0', desk: scriptedDesk(), bots, log: (line: string) => log.push(line) }
  const app = createApp(scripted(), { ...options, ...(apiKey !== undefined && { apiKey }) })
  return { app, requests, log, options }
}

const post = (body: string | Uint8Array<ArrayBuffer> | ReadableStream, headers: Record<string, string> = {}): RequestInit => ({ method: 'POST', body, headers })
const SLACK = 'https://tiaowen.example.cn/slack/events'

describe.each([
  ['with an API key', KEY],
  ['without one', undefined],
])('%s', (_, key) => {
  test('a webhook gets the bytes as they came, from anywhere, and answers as its platform wants', async () => {
    const { app, requests } = opened(key, { status: 401, headers: { 'X-Slack-No-Retry': '1' }, body: { text: '不行' } })
    const bytes = new Uint8Array([0xff, 0x00, 0x7b, 0x0d, 0x0a])
    const headers = { Origin: 'https://evil.example.com', 'Sec-Fetch-Site': 'cross-site', 'X-Slack-Signature': 'v0=1' }
    const response = await app.request(SLACK, post(bytes, headers))
    expect([response.status, response.headers.get('X-Slack-No-Retry'), await response.json()]).toEqual([401, '1', { text: '不行' }])
    expect(new Uint8Array(requests[0]!.body)).toEqual(bytes)
    expect(requests[0]!.headers.get('x-slack-signature')).toBe('v0=1')
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) expect(response.headers.get(name), name).toBe(value)
  })

  test('a challenge is answered as plain text, nothing as nothing', async () => {
    const response = await opened(key, { status: 200, body: '3eZbrw1a' }).app.request(SLACK, post('{}'))
    expect([response.headers.get('Content-Type'), await response.text()]).toEqual(['text/plain; charset=utf-8', '3eZbrw1a'])
    expect(await (await opened(key).app.request(SLACK, post('{}'))).text()).toBe('')
  })

  test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is not for webhooks', async (method) => {
    const { app, requests } = opened(key)
    const response = await app.request(SLACK, { method })
    expect([response.status, response.headers.get('Allow'), requests.length]).toEqual([405, 'POST', 0])
  })

  test('a body over the limit is refused before the platform sees it', async () => {
    const { app, requests } = opened(key)
    expect((await app.request(SLACK, post('x'.repeat(MOST)))).status).toBe(200)
    const long = await app.request(SLACK, post('x'.repeat(MOST + 1)))
    expect([long.status, ProblemSchema.parse(await long.json()).code]).toEqual([413, 'body-too-large'])
    let read = 0
    const endless = new ReadableStream({
      pull: (controller) => {
        read += 100
        controller.enqueue(new Uint8Array(100))
      },
    })
    const streamed = await app.request(SLACK, { ...post(endless), duplex: 'half' } as RequestInit)
    expect([streamed.status, requests.length]).toEqual([413, 1])
    expect(read).toBeLessThan(MOST + 1000)
  })

  test('what the core cannot keep is 503, so that it comes again; the log has no word of it', async () => {
    const { app, log } = opened(key, new PolicyError('queue-full', '等待回答的问题已有10000个，暂不再收。'))
    const response = await app.request(SLACK, post('{"text":"绝密"}'))
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5'])
    expect(log).toEqual(['POST /slack/events: 等待回答的问题已有10000个，暂不再收。'])
  })
})

describe('what answers without a key', () => {
  const { app } = opened(KEY)
  const routes = app.routes.filter(({ method }) => method !== 'ALL')

  test('are the open routes of the table and the webhooks that are on, of all routes there are', async () => {
    const open = new Set<string>()
    for (const { method, path } of routes) {
      const address = path.replace(/:\w+(\{[^}]*\})?/g, 'x')
      const response = await app.request(address, { method, ...(method === 'POST' && { body: '{}' }) })
      if (response.status !== 401 || path === '/api/session') open.add(`${method} ${path}`)
    }
    expect(routes.length).toBeGreaterThan(35)
    const rows = ROUTES.filter(({ needs, part }) => needs === 'open').map(nameOf)
    expect([...open].sort()).toEqual([...rows, 'POST /slack/events', 'POST /dingtalk/messages'].sort())
  })

  test.each([
    '/slack/events/',
    '//slack/events',
    '/slack//events',
    '/SLACK/events',
    '/slack/events%2f',
    '/slack/events%2f..%2f..%2fapi%2fdocuments',
    '/slack/events/../../api/documents',
    '/slack/events%00',
    '/slack%2fevents',
    '/slack/events;/api/documents',
    '/slack/event',
    '/slack',
    '/slack/commands',
    '/api/documents?/slack/events',
    '/api/documents#/slack/events',
    '/nothing',
  ])('not %s', async (address) => {
    const responses = [await app.request(new Request(`http://localhost${address}`, post('{}')))]
    responses.push(await app.request(new Request(`http://localhost${address}`)))
    expect(responses.map(({ status }) => status)).toEqual([401, 401])
  })

  test('letters written as numbers are the same path to the guard and to the router', async () => {
    const { app: fresh, requests } = opened(KEY)
    expect((await fresh.request('/slack/%65vents', post('{}'))).status).toBe(200)
    expect(requests).toHaveLength(1)
  })

  test('no webhook at all where no platform is on', async () => {
    const none = createApp(scripted(), { version: '0.1.0', apiKey: KEY })
    expect((await none.request(SLACK, post('{}'))).status).toBe(401)
    expect((await none.request(SLACK, post('{}', { 'X-API-Key': KEY }))).status).toBe(404)
  })
})

test('/readyz names each channel, with its counters', async () => {
  const { queue, state } = openSqliteStorage(IN_MEMORY)
  const keeper = new Keeper(state, { ending: new AbortController().signal, onError: () => {} })
  const bot = scriptedBot({ state: { mode: 'socket', state: 'waiting', reconnects: 2, trouble: { code: 'ECONNRESET', at: '2026-11-01T00:00:00.000Z' } } })
  const off = { dingtalk: 'TIAOWEN_DINGTALK_CLIENT_SECRET is not set.' }
  const desk = openBots([bot], { keeper, askerOf: async (owner) => ({ owner, assistant: scripted(), view: EVERYTHING }), state, queue, off, days: 30, log: () => {} })
  desk.start()
  onTestFinished(() => desk.stop())
  bot.inbox.count('refused', 'wrong-signature')
  bot.inbox.count('ignored', 'own-message')
  for (let i = 0; i < 100; i++) bot.inbox.count('ignored', `made up ${i}`)
  await bot.inbox.put(questionOf('145行动是什么？'))
  await settled()
  const app = createApp(scripted(), { version: '0.1.0', bots: desk })
  const { channels } = ReadySchema.parse(await (await app.request('/readyz')).json())
  expect(channels).toMatchObject({
    slack: {
      state: 'on',
      mode: 'socket',
      connection: 'waiting',
      reconnects: 2,
      waiting: 0,
      events: 1,
      answered: 1,
      sent: 1,
      refused: { 'wrong-signature': 1 },
      ignored: { 'own-message': 1, other: 71 },
      trouble: { code: 'ECONNRESET' },
    },
    dingtalk: { state: 'off', missing: 'TIAOWEN_DINGTALK_CLIENT_SECRET is not set.' },
  })
})

test('the platform is told the address of the other end of the connection', async () => {
  const { requests, options } = opened()
  const server = await serve(scripted(), { ...options, host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.stop())
  expect((await fetch(`${server.url}/slack/events`, post('{}'))).status).toBe(200)
  expect(requests[0]?.address).toBe('127.0.0.1')
})

test('an IPv4 address is told as such, by whatever socket it came', async () => {
  const { app, requests } = opened()
  const incoming = { socket: { remoteAddress: '::ffff:203.0.113.7' } }
  await app.request(SLACK, post('{}'), { incoming })
  expect(requests[0]?.address).toBe('203.0.113.7')
})
