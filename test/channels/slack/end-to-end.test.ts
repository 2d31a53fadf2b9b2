/** From Slack and back to it: the server, the desk and its file, the real clients, and the fake Slack at both ends. */
import { EVERYTHING } from '../../../src/access/view.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBots, type BotDesk } from '../../../src/channels/bots/desk.ts'
import { serve, type Serving } from '../../../src/channels/http/serve.ts'
import { Keeper } from '../../../src/channels/keeper.ts'
import { createSlackBot } from '../../../src/channels/slack/slack-bot.ts'
import { openSqliteStorage, type Storage } from '../../../src/state/sqlite-storage.ts'
import { EVERYONE } from '../../../src/state/state.ts'
import { answered, eventsOf, scripted } from '../scripted.ts'
import { APP_TOKEN, BOT_TOKEN, FakeSlack, SIGNING_SECRET } from './fake-slack.ts'

const PUBLIC = 'https://tiaowen.example.cn'
const QUESTION = '145行动是什么？'
const QUOTE = '深入实施科技成果转移转化“145”行动'

interface Running {
  readonly desk: BotDesk
  readonly serving: Serving
  readonly storage: Storage
}

let slack: FakeSlack
let folder: string
let log: string[]
const running: Running[] = []

beforeEach(async () => {
  slack = await new FakeSlack().listen()
  folder = await mkdtemp(join(tmpdir(), 'slack-'))
  log = []
})
afterEach(async () => {
  while (running.length > 0) await stop()
  await slack.close()
  await rm(folder, { recursive: true })
  expect(log.join('\n')).not.toMatch(/xoxb|xapp|145|policy-rag/)
})

async function start(
  more: { readonly signingSecret?: string; readonly appToken?: string } = { signingSecret: SIGNING_SECRET },
): Promise<Running> {
  const storage = openSqliteStorage(join(folder, 'state.sqlite'))
  const assistant = scripted({ ask: (request) => eventsOf(answered(request)) })
  const keeper = new Keeper(storage.state, { ending: new AbortController().signal, onError: () => {} })
  const tell = (line: string) => void log.push(line)
  const bot = createSlackBot({ botToken: BOT_TOKEN, apiUrl: slack.apiUrl, ...more }, { log: tell })
  const desk = openBots([bot], { keeper, askerOf: async (owner) => ({ owner, assistant, view: EVERYTHING }), ...storage, publicUrl: PUBLIC, days: 30, log: tell, drainMs: 500 })
  const serving = await serve(assistant, {
    host: '127.0.0.1',
    port: 0,
    apiKey: 'k'.repeat(32),
    version: '0',
    log: tell,
    state: storage.state,
    bots: desk,
    drainMs: 500,
  })
  desk.start()
  const started = { desk, serving, storage }
  running.push(started)
  return started
}

async function stop(): Promise<void> {
  const { desk, serving, storage } = running.pop()!
  await serving.stop()
  await desk.stop()
  await storage.state.close()
}

const shown = (at = 0) => JSON.stringify(slack.posted[at]?.body['blocks'])

test('a mention that is delivered three times is answered once, in its thread, with its citation', async () => {
  const { serving } = await start()
  const body = slack.mention(QUESTION, { ts: '1700000000.000100' })
  for (let n = 0; n < 3; n++) {
    const [delivery, ...more] = await slack.deliver(`${serving.url}/slack/events`, body)
    expect(more).toEqual([])
    expect(delivery?.status).toBe(200)
  }
  await expect.poll(() => slack.posted.length).toBe(1)
  expect(slack.posted[0]).toMatchObject({ channel: 'C0001', thread: '1700000000.000100' })
  expect(shown()).toContain(QUOTE.replaceAll('"', '\\"'))
  expect(shown()).toMatch(/"url":"https:\/\/tiaowen\.example\.cn\/read\/d-000\/[0-9a-f]{16}\/\d+-\d+"/)
  expect((await fetch(`${serving.url}/api/ask`, { method: 'POST' })).status).toBe(401)
})

test('a button that was posted rates the answer it stands under', async () => {
  const { serving, storage } = await start()
  await slack.deliver(`${serving.url}/slack/events`, slack.direct(QUESTION))
  await expect.poll(() => slack.posted.length).toBe(1)
  const value = /"action_id":"tiaowen_down"[^}]*\}[^}]*"value":"((?:[^"\\]|\\.)*)"/.exec(shown() ?? '')?.[1] ?? ''
  const payload = JSON.stringify(slack.pressed('tiaowen_down', JSON.parse(`"${value}"`) as string))
  const [pressed] = await slack.deliver(`${serving.url}/slack/interactions`, String(new URLSearchParams({ payload })))
  expect(pressed?.status).toBe(200)
  const kept = []
  for await (const record of storage.state.feedback(EVERYONE, {})) kept.push(record)
  expect(kept).toMatchObject([{ question: QUESTION, rating: 'down' }])
  await expect.poll(() => slack.responded.at(-1)?.body['text']).toMatch(/^谢谢，已记下“没用”。/)
})

test('429 and 503: both questions of a thread are answered, once each and in order', async () => {
  const { serving } = await start()
  slack.next('chat.postMessage', { status: 429, retryAfter: 1 }, { status: 503 })
  for (const ts of ['1700000000.000100', '1700000000.000200']) {
    await slack.deliver(
      `${serving.url}/slack/events`,
      slack.mention(`${QUESTION}${ts}`, { ts, thread_ts: '1700000000.000100' }),
    )
  }
  await expect.poll(() => slack.posted.length, { timeout: 15_000 }).toBe(2)
  expect(slack.refused).toEqual([])
  expect((slack.posted[1]?.at ?? 0) - (slack.posted[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_000)
  expect(shown(0)).not.toContain('可能是重复的')
})

test('taken, and the connection broken before the answer: sent again, and says so', async () => {
  const { serving } = await start()
  slack.next('chat.postMessage', 'taken-then-broken')
  await slack.deliver(`${serving.url}/slack/events`, slack.mention(QUESTION))
  await expect.poll(() => slack.posted.length, { timeout: 15_000 }).toBe(2)
  expect(shown(0)).not.toContain('可能是重复的')
  expect(shown(1)).toContain('发送时连接中断，本条可能是重复的。')
})

test('a command is answered by its response_url', async () => {
  const { serving } = await start()
  const [delivery] = await slack.deliver(
    `${serving.url}/slack/commands`,
    String(new URLSearchParams(slack.command(QUESTION))),
  )
  expect(JSON.parse(delivery?.body ?? '')).toEqual({ response_type: 'ephemeral', text: '已收到，正在查找原文……' })
  await expect.poll(() => slack.responded.length).toBe(1)
  expect(JSON.stringify(slack.responded[0]?.body)).toContain(QUOTE)
  expect(slack.posted).toEqual([])
})

test('over a socket, and again after a restart: answered once', async () => {
  const overSocket = { appToken: APP_TOKEN }
  const { desk } = await start(overSocket)
  const isReady = (of: BotDesk) =>
    expect
      .poll(async () => (await of.status()).slack)
      .toMatchObject({ state: 'on', mode: 'socket', connection: 'ready' })
  await isReady(desk)
  const event = JSON.parse(slack.mention(QUESTION)) as unknown
  expect(await slack.envelope('events_api', event)).toEqual({})
  await expect.poll(() => slack.posted.length).toBe(1)
  await stop()
  await expect.poll(() => slack.connections).toBe(0)
  const { desk: second } = await start(overSocket)
  await isReady(second)
  expect(await slack.envelope('events_api', event)).toEqual({})
  expect(await slack.envelope('events_api', JSON.parse(slack.direct('另一个问题')))).toEqual({})
  await expect.poll(() => slack.posted.length).toBe(2)
  expect(slack.posted.map(({ channel }) => channel)).toEqual(['C0001', 'D0001'])
  expect((await second.status()).slack).toMatchObject({ events: 1, duplicates: 1 })
})
