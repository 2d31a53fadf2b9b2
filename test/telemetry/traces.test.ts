/** Spans as a collector receives them: which stands below which, what they say, and what a collector that is gone costs. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import type { AnswerModel } from '../../src/answering/answer-model.ts'
import { serve, type Serving } from '../../src/channels/http/serve.ts'
import { observedAssistant } from '../../src/telemetry/observed-assistant.ts'
import { observedModel } from '../../src/telemetry/observed-model.ts'
import { openTraces, type ExportingTraces } from '../../src/telemetry/trace-export.ts'
import type { AnswerEvent, AskRequest } from '../../src/types.ts'
import { answered, eventsOf, scripted } from '../channels/scripted.ts'

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}
interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
}

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A collector that keeps what it is sent. */
async function collector(status = 200) {
  const bodies: string[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString())
      response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => (server.closeAllConnections(), server.close()))
  const spans = () =>
    bodies.flatMap((body) => {
      const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
    })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies, spans }
}

/** A port nobody listens on. */
async function deadPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

function tracesTo(endpoint: string) {
  const log: string[] = []
  const outcomes: string[] = []
  const traces: ExportingTraces = openTraces({
    endpoint,
    version: '0.1.0',
    log: (message) => log.push(message),
    onExport: (outcome) => outcomes.push(outcome),
  })
  ends.push(() => traces.close())
  return { traces, log, outcomes }
}

const QUESTION = '145行动是什么？'
const TIMINGS = { understand: 1, embed: 20, rerank: 100, retrieve: 30, answer: 5, write: 200, total: 356 }
const MODEL = { id: 'qwen-plus @ 10.0.0.9', prompt: 'answer-2 0', sentences: 2, removed: 1, reasons: {}, usage: { inputTokens: 900, outputTokens: 80 } }

/** Writes with a model while it answers, as the real one does. */
const writing = (model: AnswerModel) =>
  async function* (request: AskRequest): AsyncGenerator<AnswerEvent> {
    for await (const event of eventsOf({ ...answered(request), timings: TIMINGS, mode: 'llm', model: MODEL })) {
      if (event.type === 'citations') for await (const _ of model.write({ messages: [{ role: 'user', content: QUESTION }], maxTokens: 9 }, NEVER)) void _
      yield event
    }
  }
const NEVER = new AbortController().signal

test('a question is one trace: request → ask → its steps and the model, without a word of it', async () => {
  const { endpoint, spans, bodies } = await collector()
  const { traces, outcomes, log } = tracesTo(endpoint)
  const { tracing } = traces
  const write: AnswerModel['write'] = async function* () {
    yield '突破145'
    return MODEL.usage
  }
  const model = observedModel({ id: MODEL.id, hasSchema: false, write }, { tracing })
  const assistant = observedAssistant(scripted({ ask: writing(model) }), { tracing })
  const serving: Serving = await serve(assistant, { host: '127.0.0.1', port: 0, version: '0.1.0', requests: { tracing } })
  ends.push(() => serving.stop())
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const headers = { 'Content-Type': 'application/json', traceparent, 'X-Request-Id': 'r-9' }
  for (const stream of [false, true]) {
    await (await fetch(`${serving.url}/api/ask`, { method: 'POST', headers, body: JSON.stringify({ question: QUESTION, stream }) })).text()
  }
  await (await fetch(`${serving.url}/api/documents/d-999`)).text()
  await traces.close()

  const byId = new Map(spans().map((span) => [span.spanId, span]))
  const pathOf = (span: Span): string => {
    const parent = byId.get(span.parentSpanId ?? '')
    return parent ? `${pathOf(parent)} → ${span.name}` : span.name
  }
  const ask = 'POST /api/ask → ask'
  const steps = ['understand', 'embed', 'rerank', 'search', 'cite', 'generate', 'chat qwen-plus'].map((name) => `${ask} → ${name}`)
  const once = ['POST /api/ask', ask, ...steps]
  expect(spans().map(pathOf).sort()).toEqual([...once, ...once, 'GET /api/documents/:id'].sort())
  const ofCaller = spans().filter(({ traceId }) => traceId === '4bf92f3577b34da6a3ce929d0e0e4736')
  expect(ofCaller).toHaveLength(2 * once.length)
  expect(ofCaller.filter(({ parentSpanId }) => parentSpanId === '00f067aa0ba902b7').map(({ name }) => name)).toEqual(['POST /api/ask', 'POST /api/ask'])

  const factsOf = (name: string) => {
    const found = spans().find((span) => span.name === name)!
    return Object.fromEntries(found.attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
  }
  expect(factsOf('POST /api/ask')).toEqual({
    'http.request.method': 'POST',
    'http.route': '/api/ask',
    'http.response.status_code': 200,
    'tiaowen.request_id': 'r-9',
  })
  expect(factsOf('chat qwen-plus')).toEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'qwen-plus',
    'gen_ai.request.max_tokens': 9,
    'server.address': '10.0.0.9',
    'gen_ai.usage.input_tokens': 900,
    'gen_ai.usage.output_tokens': 80,
  })
  expect(factsOf('ask')).toMatchObject({ 'tiaowen.outcome': 'answered', 'tiaowen.mode': 'llm', 'tiaowen.citations': 1 })
  const rerank = spans().find(({ name }) => name === 'rerank')!
  expect(Number(BigInt(rerank.endTimeUnixNano) - BigInt(rerank.startTimeUnixNano)) / 1e6).toBeCloseTo(100, 3)
  expect(bodies.join('\n')).not.toMatch(/145行动|突破/)
  expect([new Set(outcomes), log]).toEqual([new Set(['done']), []])
})

test('a collector that says no is told of once', async () => {
  const { endpoint } = await collector(400)
  const { traces, log, outcomes } = tracesTo(endpoint)
  for (let i = 0; i < 1_000; i++) traces.tracing.begin('ask').end()
  await expect.poll(() => outcomes.length).toBeGreaterThan(2)
  expect([new Set(outcomes), log]).toEqual([new Set(['failed']), ['追踪数据送不出去，已丢弃 traces cannot be sent and are dropped: TIAOWEN_OTEL_ENDPOINT']])
})

test('nobody listens: 100,000 spans are dropped without being kept, and closing is soon over', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { traces, log } = tracesTo(await deadPort())
  const span = () => traces.tracing.begin('ask', { attributes: { 'tiaowen.mode': 'extractive' } }).end({ 'tiaowen.outcome': 'answered' })
  for (let i = 0; i < 10_000; i++) span()
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 100_000; i++) {
    span()
    if (i % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  collect()
  expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(10) // kept, they would be more than 100
  const began = performance.now()
  await traces.close()
  expect(performance.now() - began).toBeLessThan(5_000)
  expect(log.length).toBeLessThanOrEqual(1)
})
