/** What is told of every request: once, at the end of its answer, by the pattern of its route; and its id everywhere. */
import { afterEach, describe, expect, test } from 'vitest'
import { createApp, type HttpOptions } from '../../../src/channels/http/app.ts'
import type { RequestFacts } from '../../../src/channels/http/requests.ts'
import { ProblemSchema, ReadySchema, StartedSchema } from '../../../src/channels/http/schemas.ts'
import { serve, type Serving } from '../../../src/channels/http/serve.ts'
import { observedAssistant } from '../../../src/telemetry/observed-assistant.ts'
import { currentScope, questionFacts } from '../../../src/telemetry/scope.ts'
import type { AnswerEvent } from '../../../src/types.ts'
import { answered, eventsOf, scripted, type Script } from '../scripted.ts'

const KEY = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
const QUESTION = '145行动是什么？'

function observed(script: Script = {}, options: Partial<HttpOptions> = {}) {
  const told: RequestFacts[] = []
  const log: string[] = []
  const app = createApp(observedAssistant(scripted(script), {}), {
    version: '0.1.0',
    log: (message) => log.push(`${currentScope()?.requestId} ${message}`),
    requests: { onEnd: (facts) => told.push(facts) },
    ...options,
  })
  return { app, told, log }
}

const ask = (body: object = {}, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify({ question: QUESTION, ...body }),
})

/** Breaks after so many events. */
const broken = (after: number) =>
  async function* (request: { readonly question: string }): AsyncGenerator<AnswerEvent> {
    let events = 0
    for await (const event of eventsOf(answered(request))) {
      if (events++ === after) break
      yield event
    }
    throw new Error('out of paper')
  }

async function* endless(request: { readonly question: string }): AsyncGenerator<AnswerEvent> {
  for await (const event of eventsOf(answered(request))) if (event.type !== 'done') yield event
  await new Promise(() => {})
}

const running: Serving[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((serving) => serving.stop()))
})

describe('a request is told', () => {
  test.each([
    ['/api/documents/d-000', '/api/documents/:id', 200],
    ['/api/documents/d-999', '/api/documents/:id', 404],
    ['/api/clauses/d-000/%E4%B8%89/2', '/api/clauses/:documentId/:path{.+}', 200],
    ['/read/d-000', '/read/:id', 200],
    ['/api/cite?ref=' + encodeURIComponent('《决定》第三部分第2条'), '/api/cite', 200],
    ['/secret-name-of-a-person', 'unmatched', 404],
    ['/api/ask', 'unmatched', 405],
    ['/livez', '/livez', 200],
  ])('%s as %s, %i', async (address, route, status) => {
    const { app, told } = observed()
    await app.request(address)
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ method: 'GET', route, status, caller: 'local', isBroken: false })
  })

  test('with the length and hash of its question, never its words', async () => {
    const { app, told } = observed()
    await app.request('/api/ask', ask())
    expect(told[0]!.question).toEqual(questionFacts(QUESTION))
    expect(JSON.stringify(told)).not.toContain('145行动')
  })

  test('with who asked, and without a name where it was refused', async () => {
    const { app, told } = observed({}, { apiKey: KEY })
    await app.request('/api/documents', { headers: { 'X-API-Key': KEY } })
    await app.request('/api/documents', { headers: { 'X-API-Key': `${KEY}x` } })
    expect(told.map(({ status, caller }) => [status, caller])).toEqual([[200, 'operator'], [401, undefined]])
  })

  test('when its stream is at its end, with what was sent', async () => {
    const told: RequestFacts[] = []
    const requests = { onEnd: (facts: RequestFacts) => told.push(facts) }
    const serving = await serve(scripted(), { host: '127.0.0.1', port: 0, version: '0.1.0', requests })
    running.push(serving)
    const response = await fetch(`${serving.url}/api/ask`, ask({ stream: true }))
    const text = await response.text()
    await expect.poll(() => told.length).toBe(1)
    expect(told[0]).toMatchObject({ route: '/api/ask', status: 200, isBroken: false })
    expect(told[0]!.bytes!).toBeGreaterThan(Buffer.byteLength(text))
  })

  test('as broken where the asker goes away', async () => {
    const told: RequestFacts[] = []
    const requests = { onEnd: (facts: RequestFacts) => told.push(facts) }
    const serving = await serve(scripted({ ask: endless }), { host: '127.0.0.1', port: 0, version: '0.1.0', requests })
    running.push(serving)
    const leaving = new AbortController()
    const response = await fetch(`${serving.url}/api/ask`, { ...ask({ stream: true }), signal: leaving.signal })
    await response.body!.getReader().read()
    leaving.abort()
    await expect.poll(() => told.length).toBe(1)
    expect(told[0]).toMatchObject({ route: '/api/ask', status: 200, isBroken: true })
  })
})

describe('the id of a request', () => {
  test('that was given stands in the header, in the problem and where the log is written', async () => {
    const { app, log } = observed({ ask: broken(0) })
    const response = await app.request('/api/ask', ask({}, { 'X-Request-Id': 'proxy_42-A' }))
    expect([response.status, response.headers.get('X-Request-Id')]).toEqual([500, 'proxy_42-A'])
    expect(ProblemSchema.parse(await response.json()).requestId).toBe('proxy_42-A')
    expect(log).toEqual([expect.stringMatching(/^proxy_42-A POST \/api\/ask: Error: out of paper\n/)])
  })

  test.each(['a b', 'x'.repeat(65), 'ünïcode', '<script>', ''])('%o is not taken over', async (given) => {
    const { app, told } = observed()
    const response = await app.request('/nowhere', { headers: { 'X-Request-Id': given } })
    const id = response.headers.get('X-Request-Id')
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
    expect([ProblemSchema.parse(await response.json()).requestId, told[0]!.requestId]).toEqual([id, id])
  })

  test('is in every answer, refusals and pages included', async () => {
    const { app } = observed({}, { apiKey: KEY })
    for (const address of ['/', '/livez', '/api/ask', '/v1/models', '/mcp', '/nowhere']) {
      expect((await app.request(address)).headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  test('is in the error that ends a stream', async () => {
    const { app } = observed({ ask: broken(2) })
    const response = await app.request('/api/ask', ask({ stream: true }, { 'X-Request-Id': 'r-7' }))
    expect(await response.text()).toContain('"requestId":"r-7"')
  })
})

describe('/readyz', () => {
  const machine = async () => ({
    disk: { ok: false, message: '磁盘只剩4%，请清理或扩容 the disk is nearly full: 4% free; make room' },
    diskFree: 0.04,
    database: { ok: true },
  })

  test('names each part; a full disk is said, and the answering goes on', async () => {
    const { app } = observed({}, { machine })
    const response = await app.request('/readyz')
    const body = ReadySchema.parse(await response.json())
    expect([response.status, body.ready]).toEqual([200, true])
    expect(body.parts).toEqual({
      index: { ok: true, message: 'gen-00000001，已核对 verified' },
      indexer: { ok: true, message: 'idle' },
      model: { ok: true, message: 'bge-small-zh-v1.5-q' },
      disk: { ok: false, message: '磁盘只剩4%，请清理或扩容 the disk is nearly full: 4% free; make room' },
      database: { ok: true },
    })
    const guarded = observed({}, { machine, apiKey: KEY }).app
    expect(await (await guarded.request('/readyz')).json()).toEqual({ ready: true }) // no word more to nobody
  })

  test('says that a model that writes is down, and stays ready', async () => {
    const languageModel = {
      id: 'qwen @ 127.0.0.1',
      circuit: 'open',
      trouble: { kind: 'unreachable', message: 'No connection', at: '2026-01-05T08:00:00.000Z' },
    } as const
    const response = await observed({ status: { languageModel } }).app.request('/readyz')
    expect(response.status).toBe(200)
    expect(ReadySchema.parse(await response.json()).parts['llm']).toEqual({ ok: false, message: 'unreachable' })
  })

  test('answers within 10 ms', async () => {
    const { app } = observed({}, { machine })
    await app.request('/readyz')
    const took: number[] = []
    for (let i = 0; i < 200; i++) {
      const began = performance.now()
      await (await app.request('/readyz')).text()
      took.push(performance.now() - began)
    }
    expect(took.sort((one, other) => one - other)[100]!).toBeLessThan(10)
  })
})

test('/startupz is 503 until questions could be answered once, and 200 from then on', async () => {
  const status = { ready: false }
  const assistant = { ...scripted(), status: () => ({ ...scripted().status(), ...status }) }
  const app = createApp(assistant, { version: '0.1.0' })
  const started = async () => {
    const response = await app.request('/startupz')
    return [response.status, StartedSchema.parse(await response.json()).started]
  }
  expect(await started()).toEqual([503, false])
  status.ready = true
  expect(await started()).toEqual([200, true])
  status.ready = false
  expect(await started()).toEqual([200, true])
})

test('/metrics stands beside the others where it is given, and nowhere else', async () => {
  const metrics = { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: async () => 'tiaowen_ready 1\n' }
  const response = await observed({}, { metrics }).app.request('/metrics')
  expect([response.status, response.headers.get('Content-Type'), await response.text()]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
    'tiaowen_ready 1\n',
  ])
  expect((await observed().app.request('/metrics')).status).toBe(404)
})
