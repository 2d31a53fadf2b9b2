/** From DingTalk and back to it: the server, the desk and its file, the real client, and the fake DingTalk at both ends. */
import { EVERYTHING } from '../../../src/access/view.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBots, type BotDesk } from '../../../src/channels/bots/desk.ts'
import { createDingTalkBot } from '../../../src/channels/dingtalk/dingtalk-bot.ts'
import { serve, type Serving } from '../../../src/channels/http/serve.ts'
import { Keeper } from '../../../src/channels/keeper.ts'
import { openSqliteStorage, type Storage } from '../../../src/state/sqlite-storage.ts'
import { answered, eventsOf, scripted } from '../scripted.ts'
import { type FakeDingTalk, openFakeDingTalk } from './fake-dingtalk.ts'

const QUESTION = '145行动是什么？'
const QUOTE = '深入实施科技成果转移转化“145”行动'

interface Running {
  readonly desk: BotDesk
  readonly serving: Serving
  readonly storage: Storage
}

let fake: FakeDingTalk
let folder: string
let log: string[]
let isDown: boolean
const running: Running[] = []

beforeEach(async () => {
  fake = await openFakeDingTalk({ redeliverMs: 50 })
  folder = await mkdtemp(join(tmpdir(), 'dingtalk-'))
  log = []
  isDown = false
})
afterEach(async () => {
  while (running.length > 0) await stop()
  await fake.close()
  await rm(folder, { recursive: true })
  expect(fake.complaints).toEqual([])
  expect(log.join('\n')).not.toMatch(/145|session=|ticket|policy-rag/)
})

async function start(mode: 'stream' | 'http'): Promise<Running> {
  const storage = openSqliteStorage(join(folder, 'state.sqlite'))
  const assistant = scripted({ ask: (request) => eventsOf(answered(request)) })
  const keeper = new Keeper(storage.state, { ending: new AbortController().signal, onError: () => {} })
  const tell = (line: string) => void log.push(line)
  const { clientId, clientSecret, url: apiUrl } = fake
  const config = { clientId, clientSecret, mode, robotCode: clientId, windowSeconds: 300, apiUrl }
  const bot = createDingTalkBot(config, { log: tell })
  const desk = openBots([bot], { keeper, askerOf: async (owner) => ({ owner, assistant, view: EVERYTHING }), ...storage, queue: leaky(storage.queue), publicUrl: 'https://tiaowen.example.cn', days: 30, log: tell, drainMs: 500 })
  const options = { host: '127.0.0.1', port: 0, apiKey: 'k'.repeat(32), version: '0', log: tell, state: storage.state, bots: desk, drainMs: 500 }
  const serving = await serve(assistant, options)
  desk.start()
  const started = { desk, serving, storage }
  running.push(started)
  if (mode === 'stream') await expect.poll(async () => (await desk.status()).dingtalk).toMatchObject({ connection: 'ready' })
  return started
}

/** A queue that takes nothing while the disk is full. */
const leaky = (queue: Storage['queue']): Storage['queue'] =>
  new Proxy(queue, {
    get(target, name) {
      if (name === 'put' && isDown) return () => Promise.reject(new Error('disk full'))
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })

async function stop(): Promise<void> {
  const { desk, serving, storage } = running.pop()!
  await serving.stop()
  await desk.stop()
  await storage.state.close()
}

const call = async (url: string, said: Parameters<FakeDingTalk['callOf']>[0]) => {
  const { headers, body } = fake.callOf(said)
  return (await fetch(`${url}/dingtalk/messages`, { method: 'POST', headers, body: Buffer.from(body) })).status
}

test('Stream: a question that comes three times is answered once, with its citation and a button to it', async () => {
  const { desk } = await start('stream')
  for (let n = 0; n < 3; n++) fake.say({ text: QUESTION, msgId: 'msg1==', isGroup: true })
  await expect.poll(() => fake.acknowledged.length).toBe(3)
  await expect.poll(() => fake.delivered.length).toBe(1)
  expect(fake.delivered[0]).toMatchObject({ by: 'session', to: 'cidGroup==', kind: 'actionCard', pinged: [] })
  expect(fake.delivered[0]!.text).toContain(`「${QUOTE}」`)
  expect(fake.delivered[0]!.buttons).toEqual([
    { title: '打开原文', url: expect.stringMatching(/^https:\/\/tiaowen\.example\.cn\/read\/d-000\/[0-9a-f]{16}\/\d+-\d+$/) },
  ])
  await expect.poll(async () => (await desk.status()).dingtalk).toMatchObject({ events: 1, sent: 1, repeats: 0, reconnects: 0 })
  expect(fake.delivered).toHaveLength(1)
})

test('Stream: what could not be kept comes again, and what came in another life is not answered again', async () => {
  await start('stream')
  isDown = true
  fake.say({ text: QUESTION, msgId: 'msg1==' })
  await new Promise((resolve) => setTimeout(resolve, 120))
  expect(fake.acknowledged).toEqual([])
  isDown = false
  await expect.poll(() => fake.delivered.length).toBe(1)
  await stop()
  fake.say({ text: QUESTION, msgId: 'msg1==' })
  fake.say({ text: '另一个问题', msgId: 'msg2==' })
  await start('stream')
  await expect.poll(() => fake.acknowledged.length).toBe(3)
  await expect.poll(() => fake.delivered.length).toBe(2)
})

test('HTTP: the path answers without a key, the rest does not; a call without its signature is refused', async () => {
  const { serving, desk } = await start('http')
  expect(await call(serving.url, { text: QUESTION, msgId: 'msg1==' })).toBe(200)
  expect(await call(serving.url, { text: QUESTION, msgId: 'msg1==' })).toBe(200)
  await expect.poll(() => fake.delivered.length).toBe(1)
  expect((await fetch(`${serving.url}/dingtalk/messages`, { method: 'POST', body: '{}' })).status).toBe(401)
  expect((await fetch(`${serving.url}/api/ask`, { method: 'POST' })).status).toBe(401)
  expect((await desk.status()).dingtalk).toMatchObject({ mode: 'http', connection: 'ready', events: 1, duplicates: 1 })
})

test('a picture is answered with how to ask', async () => {
  const { serving } = await start('http')
  expect(await call(serving.url, { body: { msgtype: 'picture', text: undefined } })).toBe(200)
  await expect.poll(() => fake.delivered.map(({ text }) => text)).toEqual(['没有读到问题。请在消息里写上要问的内容。'])
})

test('down, then a session that is over: both answers arrive, once each and in order', async () => {
  const { serving } = await start('http')
  fake.next('/robot/sendBySession', { kind: 'reply', status: 503 }, { kind: 'reply', body: { errcode: 300001, errmsg: 'session 不存在' } })
  await call(serving.url, { text: `${QUESTION}一`, msgId: 'msg1==' })
  await call(serving.url, { text: `${QUESTION}二`, msgId: 'msg2==' })
  await expect.poll(() => fake.delivered.map(({ by }) => by), { timeout: 20_000 }).toEqual(['single-api', 'session'])
  expect(fake.delivered[0]!.text).not.toContain('可能重复')
})

test('taken, and the line cut before the answer: sent again, and says so', async () => {
  const { serving } = await start('http')
  fake.next('/robot/sendBySession', { kind: 'taken-then-dropped' })
  await call(serving.url, { text: QUESTION })
  await expect.poll(() => fake.delivered.length, { timeout: 20_000 }).toBe(2)
  expect(fake.delivered.map(({ text }) => text.startsWith('（网络中断，这条消息可能重复）'))).toEqual([false, true])
})
