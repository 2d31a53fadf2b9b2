/** Copies of the server side by side over one PostgreSQL: any of them answers any request, and limits hold over all. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createApp, type HttpOptions } from '../../src/channels/http/app.ts'
import { openPostgresStorage } from '../../src/state/postgres-storage.ts'
import { watchMachine } from '../../src/telemetry/machine.ts'
import type { AnswerEvent } from '../../src/types.ts'
import { answered, eventsOf, scripted } from '../channels/scripted.ts'
import { PostgresServer } from './postgres-server.ts'

const OPERATOR = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
const BY = { by: 'cli' }
const PASSWORD = '政策科的口令远不只一个词语'
const SLOW = '一个要想很久的问题？'
/** How many answers were ended. */
let ended = 0
async function* untilAborted(signal: AbortSignal | undefined): AsyncGenerator<AnswerEvent> {
  await new Promise((resolve) => signal?.addEventListener('abort', resolve))
  ended++
  throw new DOMException('stopped', 'AbortError')
}

const OPERATOR_HEADER = { 'X-API-Key': OPERATOR }

describe.runIf(process.env['TIAOWEN_CLUSTER'] === '1')('copies', () => {
  let server: PostgresServer
  beforeAll(async () => void (server = await PostgresServer.start()), 60_000)
  afterAll(() => server.stop())

  async function copyOf(address: string, options: Partial<HttpOptions> = {}) {
    const storage = await openPostgresStorage(address, { passwordCost: { memoryKiB: 64, passes: 1, lanes: 1 } })
    onTestFinished(() => storage.state.close())
    const { state, access, rates, operatorSessions, secret, relay, probe } = storage
    const assistant = scripted({ ask: (request, signal) => (request.question === SLOW ? untilAborted(signal) : eventsOf(answered(request))) })
    const machine = watchMachine({ folders: [], probe, now: () => Number.MAX_SAFE_INTEGER })
    const troubles = async () => {
      const trouble = await storage.trouble()
      return trouble ? [{ from: 'conversations', reason: trouble.message }] : []
    }
    const app = createApp(assistant, { version: '0.1.0', state, access, rateStore: rates, operatorSessions, secret, relay, apiKey: OPERATOR, machine, troubles, ...options })
    const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      app.request(path, {
        method,
        headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    return { ...storage, send }
  }
  async function three(options: Partial<HttpOptions> = {}) {
    const address = await server.database()
    return Promise.all([0, 1, 2].map(() => copyOf(address, options)))
  }
  const cookieOf = (response: Response) => /^[^;]+/.exec(response.headers.get('Set-Cookie') ?? '')?.[0] ?? ''
  const asked = (conversationId: string = randomUUID()) => ({ question: '145行动是什么？', conversationId, exchangeId: randomUUID() })

  test('who signed in at one is known to all, and signed out at all: a person, and the operator', async () => {
    const [one, other, third] = await three()
    await one!.access.createPerson({ login: 'wangfang', name: '王芳', role: 'editor', sight: [], password: PASSWORD }, BY)
    for (const body of [{ login: 'wangfang', password: PASSWORD }, { key: OPERATOR }]) {
      const Cookie = cookieOf(await one!.send('POST', '/api/session', body))
      expect((await other!.send('GET', '/api/documents', undefined, { Cookie })).status).toBe(200)
      expect((await third!.send('DELETE', '/api/session', undefined, { Cookie })).status).toBe(204)
      expect((await one!.send('GET', '/api/documents', undefined, { Cookie })).status).toBe(401)
    }
  })

  test('a conversation begun at one goes on at another', async () => {
    const [one, other] = await three()
    const first = asked()
    expect((await one!.send('POST', '/api/ask', first, OPERATOR_HEADER)).status).toBe(200)
    expect((await other!.send('POST', '/api/ask', asked(first.conversationId), OPERATOR_HEADER)).status).toBe(200)
    const kept = (await (await one!.send('GET', `/api/conversations/${first.conversationId}`, undefined, OPERATOR_HEADER)).json()) as { exchanges: unknown[] }
    expect(kept.exchanges).toHaveLength(2)
  })

  test('what one copy answers is stopped at another, and by a retry there, also after connections were cut', async () => {
    const [one, other] = await three()
    const where = { ...asked(), question: SLOW }
    const stop = async () => other!.send('POST', `/api/conversations/${where.conversationId}/exchanges/${where.exchangeId}/stop`, undefined, OPERATOR_HEADER)
    const stream = { ...OPERATOR_HEADER, Accept: 'text/event-stream' }
    const stopped = async (end: () => Promise<unknown>) => {
      const before = ended
      const asking = Promise.resolve(one!.send('POST', '/api/ask', where, stream)).then((response) => response.text(), () => '')
      await expect.poll(async () => (await other!.send('GET', `/api/conversations/${where.conversationId}`, undefined, OPERATOR_HEADER)).status).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(ended).toBe(before)
      await end()
      await expect.poll(() => ended).toBe(before + 1)
      await asking
    }
    await stopped(stop)
    await stopped(async () => other!.send('POST', '/api/ask', { ...where, question: '目标？' }, OPERATOR_HEADER))
    await server.run(server.address('postgres'), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tiaowen listens'")
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await one!.session.run({ text: "SELECT pg_notify('tiaowen_words', 'none of ours')", names: [] })
    await stopped(stop)
  })

  test('a session of /mcp goes on at any copy, for whoever opened it alone, until it ends there', async () => {
    const copies = await three()
    const { secret } = await copies[0]!.access.createKey({ name: '门户', scopes: ['ask', 'search'], sight: [] }, BY)
    const rpc = (at: number, id: string | null, body: object, key = OPERATOR) =>
      copies[at]!.send('POST', '/mcp', { jsonrpc: '2.0', ...body }, {
        Accept: 'application/json, text/event-stream',
        'X-API-Key': key,
        ...(id !== null && { 'Mcp-Session-Id': id, 'Mcp-Protocol-Version': '2025-06-18' }),
      })
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
    const opened = await rpc(0, null, { id: 1, method: 'initialize', params })
    const id = opened.headers.get('Mcp-Session-Id')!
    await opened.text()
    expect((await rpc(1, id, { method: 'notifications/initialized' })).status).toBe(202)
    const answers = await Promise.all([1, 2, 1, 2].map(async (at) => (await rpc(at, id, { id: 2, method: 'tools/list' })).text()))
    for (const answer of answers) expect(answer.match(/"name":"/g)).toHaveLength(7)
    expect((await rpc(1, id, { id: 3, method: 'tools/list' }, secret)).status).toBe(404)
    expect((await rpc(2, `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`, { id: 4, method: 'tools/list' })).status).toBe(404)
    expect((await rpc(2, randomUUID(), { id: 5, method: 'tools/list' })).status).toBe(404)
    const ended = await copies[1]!.send('DELETE', '/mcp', undefined, { ...OPERATOR_HEADER, 'Mcp-Session-Id': id })
    expect(ended.status).toBe(200)
    expect((await rpc(1, id, { id: 6, method: 'tools/list' })).status).toBe(404)
  })

  test('of 60 questions of one key at once, spread over three, a minute lets so many through as one copy would', async () => {
    const copies = await three({ rates: { ask: 20 } })
    const { secret } = await copies[0]!.access.createKey({ name: '门户', scopes: ['ask'], sight: [] }, BY)
    const ask = (at: number) => copies[at % 3]!.send('POST', '/api/ask', { question: '目标？' }, { Authorization: `Bearer ${secret}` })
    const began = performance.now()
    const statuses = (await Promise.all(Array.from({ length: 60 }, (_, at) => ask(at)))).map(({ status }) => status)
    const more = Math.ceil((performance.now() - began) / 3_000) // one again in each twentieth of a minute
    const through = statuses.filter((status) => status === 200).length
    expect(through).toBeGreaterThanOrEqual(20)
    expect(through).toBeLessThan(20 + more)
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([])
  })

  test('who tries passwords at several is stopped at all', async () => {
    const copies = await three({ rates: { signIn: 6 } })
    await copies[0]!.access.createPerson({ login: 'wangfang', name: '王芳', role: 'editor', sight: [], password: PASSWORD }, BY)
    const statuses = []
    for (let at = 0; at < 9; at++) statuses.push((await copies[at % 3]!.send('POST', '/api/session', { login: 'wangfang', password: `不对的口令不对的口令${at}` })).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 429, 429, 429])
  })

  test('while the database is away questions are answered and not kept, soon; it is told; then kept again', async () => {
    const { send } = await copyOf(await server.database())
    await server.end()
    const began = performance.now()
    const where = asked()
    const response = await send('POST', '/api/ask', where, OPERATOR_HEADER)
    expect(response.status).toBe(200)
    expect(((await response.json()) as { notes: string[] }).notes).toEqual(['对话记录暂时不能写入：这一问没有保存，也没有用到这个对话里之前的问答。'])
    const person = await send('GET', '/api/documents', undefined, { Cookie: `tiaowen=${'x'.repeat(43)}` })
    expect([person.status, ((await person.json()) as { code: string }).code]).toEqual([503, 'state-unusable'])
    expect(performance.now() - began).toBeLessThan(4_000)
    const ready = await send('GET', '/readyz', undefined, OPERATOR_HEADER)
    const body = (await ready.json()) as { fallbacks: { from: string; reason: string }[] }
    expect(ready.status).toBe(200)
    expect(body.fallbacks.find(({ from }) => from === 'conversations')?.reason).toMatch(/^数据库 127\.0\.0\.1:\d+\/test_\d+ 连不上/)
    await server.begin()
    await expect.poll(async () => (await send('GET', '/api/conversations', undefined, OPERATOR_HEADER)).status, { timeout: 5_000 }).toBe(200)
    expect((await send('POST', '/api/ask', where, OPERATOR_HEADER)).status).toBe(200)
    expect((await send('GET', `/api/conversations/${where.conversationId}`, undefined, OPERATOR_HEADER)).status).toBe(200)
  })
})
