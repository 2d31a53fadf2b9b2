/** What is counted and timed: exact numbers after real answers, bounded labels, and the files that name them. */
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { createApp } from '../../src/channels/http/app.ts'
import { PolicyError } from '../../src/errors.ts'
import { Metrics } from '../../src/telemetry/metrics.ts'
import { serveMetrics, type MetricsServer } from '../../src/telemetry/metrics-server.ts'
import { observedAssistant } from '../../src/telemetry/observed-assistant.ts'
import { observedModel } from '../../src/telemetry/observed-model.ts'
import { ModelTrouble, type AnswerModel } from '../../src/answering/answer-model.ts'
import { PART_NAMES, partsOf } from '../../src/telemetry/parts.ts'
import type { Answer } from '../../src/types.ts'
import { answered, eventsOf, scripted } from '../channels/scripted.ts'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

/** Series with their values. */
async function seriesOf(metrics: Metrics): Promise<ReadonlyMap<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
}

/** Those of a name, without buckets. */
async function valuesOf(metrics: Metrics, name: string): Promise<Record<string, number>> {
  const series = [...(await seriesOf(metrics))]
  return Object.fromEntries(series.filter(([key]) => key.startsWith(name) && !key.includes('_bucket') && !key.includes('_sum')))
}

async function drained<Item>(events: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of events) items.push(item)
  return items
}

const assistantOf = (metrics: Metrics, change: Partial<Answer> = {}) =>
  observedAssistant(scripted({ ask: (request) => eventsOf({ ...answered(request), ...change }) }), { metrics })

const MODEL = { id: 'qwen-plus', prompt: 'answer-2 0', sentences: 2, removed: 3, reasons: { 'no-quotation': 2, number: 1 } }

describe('answers', () => {
  test.each([
    ['answered', 'extractive', {}],
    ['refused', 'extractive', { outcome: 'declined', reason: 'no-evidence' }],
    ['ambiguous', 'extractive', { outcome: 'ambiguous' }],
    ['answered', 'llm', { mode: 'llm', model: MODEL }],
  ] as const)('%s, %s', async (outcome, mode, change) => {
    const metrics = new Metrics('0.1.0')
    const assistant = assistantOf(metrics, change as Partial<Answer>)
    for (let times = 0; times < 3; times++) await drained(assistant.ask({ question: '目标？' }))
    const counted = await valuesOf(metrics, 'tiaowen_answers_total')
    expect(counted[`tiaowen_answers_total{outcome="${outcome}",mode="${mode}"}`]).toBe(3)
    expect(Object.values(counted).reduce((sum, times) => sum + times)).toBe(3)
    expect(await valuesOf(metrics, 'tiaowen_answer_seconds')).toEqual({ [`tiaowen_answer_seconds_count{mode="${mode}"}`]: 3 })
  })

  test('count where nobody reads on after the answer', async () => {
    const metrics = new Metrics('0.1.0')
    const events = assistantOf(metrics).ask({ question: '目标？' })[Symbol.asyncIterator]()
    for (let next = await events.next(); !next.done && next.value.type !== 'done'; ) next = await events.next()
    expect((await seriesOf(metrics)).get('tiaowen_answers_total{outcome="answered",mode="extractive"}')).toBe(1)
  })

  test('that break are errors, those whose asker goes are stopped; both reach the asker as they did', async () => {
    const metrics = new Metrics('0.1.0')
    const failing = async function* () {
      throw new PolicyError('index-corrupt', 'units.bin 已损坏。')
    }
    const assistant = observedAssistant(scripted({ ask: failing }), { metrics })
    await expect(drained(assistant.ask({ question: '目标？' }))).rejects.toMatchObject({ code: 'index-corrupt' })
    for await (const _ of assistantOf(metrics).ask({ question: '目标？' })) break
    expect(await valuesOf(metrics, 'tiaowen_answers_total')).toMatchObject({
      'tiaowen_answers_total{outcome="error",mode="extractive"}': 1,
      'tiaowen_answers_total{outcome="stopped",mode="extractive"}': 1,
    })
    expect((await seriesOf(metrics)).get('tiaowen_index_corrupt_total')).toBe(1)
  })

  test('tell how long each step took, and finding as embedding, reranking and search together', async () => {
    const metrics = new Metrics('0.1.0')
    const timings = { understand: 1, embed: 20, rerank: 100, retrieve: 30, answer: 5, total: 160 }
    await drained(assistantOf(metrics, { timings }).ask({ question: '目标？' }))
    const series = await seriesOf(metrics)
    expect(series.get('tiaowen_retrieve_seconds_sum{retrieval="hybrid"}')).toBeCloseTo(0.15, 9)
    expect(series.get('tiaowen_step_seconds_sum{step="rerank"}')).toBeCloseTo(0.1, 9)
    expect([...series.keys()].filter((key) => key.includes('step="total"'))).toEqual([])
  })

  test('tell what was withheld, by reason, and what they did without', async () => {
    const metrics = new Metrics('0.1.0')
    await drained(assistantOf(metrics, { model: MODEL, fallback: { from: 'llm', reason: '…' } }).ask({ question: '目标？' }))
    expect(await valuesOf(metrics, 'tiaowen_citation_rejected_total')).toEqual({
      'tiaowen_citation_rejected_total{reason="no-quotation"}': 2,
      'tiaowen_citation_rejected_total{reason="number"}': 1,
    })
    expect(await valuesOf(metrics, 'tiaowen_answer_fallbacks_total')).toEqual({ 'tiaowen_answer_fallbacks_total{from="llm"}': 1 })
  })
})

describe('the language model', () => {
  const write = async (metrics: Metrics, inner: AnswerModel['write']) => {
    const model = observedModel({ id: 'qwen-plus @ 127.0.0.1', hasSchema: true, write: inner }, { metrics })
    return drained(model.write({ messages: [{ role: 'user', content: '目标？' }], maxTokens: 10 }, new AbortController().signal))
  }

  test('is counted with its tokens, and with the kind of its trouble', async () => {
    const metrics = new Metrics('0.1.0')
    const good: AnswerModel['write'] = async function* () {
      yield '突破'
      return { inputTokens: 100, outputTokens: 7 }
    }
    const bad: AnswerModel['write'] = async function* () {
      throw new ModelTrouble('rate-limited', 'too many')
    }
    expect(await write(metrics, good)).toEqual(['突破'])
    await expect(write(metrics, bad)).rejects.toMatchObject({ kind: 'rate-limited' })
    expect(await valuesOf(metrics, 'tiaowen_llm_requests_total')).toEqual({
      'tiaowen_llm_requests_total{outcome="done"}': 1,
      'tiaowen_llm_requests_total{outcome="rate-limited"}': 1,
    })
    expect(await valuesOf(metrics, 'tiaowen_llm_tokens_total')).toEqual({
      'tiaowen_llm_tokens_total{kind="input"}': 100,
      'tiaowen_llm_tokens_total{kind="output"}': 7,
    })
  })
})

const SLACK = {
  state: 'on',
  mode: 'http',
  connection: 'ready',
  waiting: 2,
  events: 5,
  duplicates: 3,
  refused: { 'wrong-signature': 4, 'queue-full': 1 },
  ignored: { edited: 6 },
  answered: 5,
  sent: 9,
  later: 1,
  givenUp: 0,
  repeats: 0,
} as const

test('requests to a search cluster are timed by kind and outcome; without one there are no nodes', async () => {
  const metrics = new Metrics('0.1.0')
  metrics.engineAsked('keywords', 'ok', 0.004)
  metrics.engineAsked('keywords', 'failed', 3)
  expect(await valuesOf(metrics, 'tiaowen_search_engine')).toEqual({
    'tiaowen_search_engine_seconds_count{kind="keywords",outcome="ok"}': 1,
    'tiaowen_search_engine_seconds_count{kind="keywords",outcome="failed"}': 1,
  })
})

test('what is watched is read anew each time: index, parts, chat platforms, queues', async () => {
  const metrics = new Metrics('0.1.0')
  const status = scripted({ status: { generation: 'gen-00000012', chunks: 7, search: { state: 'incomplete', nodes: 2, expectedNodes: 3 } } }).status()
  const disk = { disk: { ok: false, message: '…' }, diskFree: 0.04, database: { ok: true } }
  metrics.watch({
    status: () => status,
    channels: async () => ({ slack: SLACK, dingtalk: { state: 'off' } }),
    parts: async () => partsOf(status, disk, { slack: SLACK }),
    diskFree: async () => 0.04,
  })
  metrics.watchQueue('ask', () => 11)
  await metrics.text()
  const series = await seriesOf(metrics)
  expect(Object.fromEntries([...series].filter(([key]) => /index_(?:generation|chunks)|part_ok|queue|disk|_bot_|engine_.*nodes/.test(key)))).toEqual({
    tiaowen_index_generation: 12,
    tiaowen_index_chunks: 7,
    tiaowen_disk_free_ratio: 0.04,
    'tiaowen_part_ok{part="index"}': 1,
    'tiaowen_part_ok{part="indexer"}': 1,
    'tiaowen_part_ok{part="search"}': 0,
    tiaowen_search_engine_nodes: 2,
    tiaowen_search_engine_expected_nodes: 3,
    'tiaowen_part_ok{part="model"}': 1,
    'tiaowen_part_ok{part="disk"}': 0,
    'tiaowen_part_ok{part="database"}': 1,
    'tiaowen_part_ok{part="slack"}': 1,
    'tiaowen_bot_events_total{channel="slack",outcome="taken"}': 5,
    'tiaowen_bot_events_total{channel="slack",outcome="refused"}': 5,
    'tiaowen_bot_events_total{channel="slack",outcome="ignored"}': 6,
    'tiaowen_bot_events_total{channel="slack",outcome="answered"}': 5,
    'tiaowen_bot_events_total{channel="slack",outcome="sent"}': 9,
    'tiaowen_bot_events_total{channel="slack",outcome="later"}': 1,
    'tiaowen_bot_events_total{channel="slack",outcome="given_up"}': 0,
    'tiaowen_bot_events_total{channel="slack",outcome="repeated"}': 0,
    'tiaowen_bot_duplicates_total{channel="slack"}': 3,
    'tiaowen_queue_depth{queue="ask"}': 11,
    'tiaowen_queue_depth{queue="slack"}': 2,
  })
})

test('however it is used, there are at most 1,000 series, and no word of anyone in them', async () => {
  const metrics = new Metrics('0.1.0')
  const ok = { ok: true }
  metrics.watch({
    status: () => scripted().status(),
    diskFree: async () => 1,
    channels: async () => ({ slack: SLACK, dingtalk: SLACK }),
    parts: async () => Object.fromEntries(PART_NAMES.map((name) => [name, ok])),
  })
  const kinds = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'BREW']
  for (let i = 0; i < 300; i++) {
    for (const method of kinds) {
      for (const status of [200, 302, 404, 500]) {
        metrics.began()
        metrics.ended({ method, route: `/route/${i}`, status, seconds: 0.1 })
      }
    }
    metrics.rejected(`reason-${i}`)
    metrics.fellBack(`from-${i}`)
    metrics.modelAsked(`trouble-${i}`, 1, { inputTokens: 1, outputTokens: 1 })
    metrics.timed(i % 2 === 0 ? 'hybrid' : 'keyword', { [`step-${i}`]: 1 })
    metrics.watchQueue(`queue-${i}`, () => i)
    metrics.built(i % 2 === 0 ? 'done' : 'failed', i)
    for (const outcome of ['answered', 'refused', 'ambiguous', 'error', 'stopped'] as const) {
      metrics.answered(outcome, 'llm', 1)
      metrics.answered(outcome, 'extractive', 1)
    }
  }
  const series = [...(await seriesOf(metrics)).keys()]
  expect(series.length).toBeLessThanOrEqual(1_000)
  // what is over is counted all the same
  const requests = await valuesOf(metrics, 'tiaowen_http_requests_total')
  expect(Object.values(requests).reduce((sum, times) => sum + times)).toBe(300 * 8 * 4)
  expect(series.filter((key) => key.includes('BREW'))).toEqual([])
})

test('every request of an app is counted by the pattern of its route', async () => {
  const metrics = new Metrics('0.1.0')
  const requests = {
    onBegin: () => metrics.began(),
    onEnd: ({ method, route, status, milliseconds }: { method: string; route: string; status: number; milliseconds: number }) =>
      metrics.ended({ method, route, status, seconds: milliseconds / 1000 }),
  }
  const app = createApp(scripted(), { version: '0.1.0', requests })
  for (const id of ['d-000', 'd-001', 'd-999']) await app.request(`/api/documents/${id}`)
  expect(await valuesOf(metrics, 'tiaowen_http_requests')).toEqual({
    tiaowen_http_requests_under_way: 0,
    'tiaowen_http_requests_total{method="GET",route="/api/documents/:id",status="2xx"}': 2,
    'tiaowen_http_requests_total{method="GET",route="/api/documents/:id",status="4xx"}': 1,
  })
})

describe('a port of its own', () => {
  const open: MetricsServer[] = []
  afterEach(() => Promise.all(open.splice(0).map((server) => server.close())))
  const start = async (host = '127.0.0.1') => {
    const server = await serveMetrics(new Metrics('0.1.0'), { host, port: 0 })
    open.push(server)
    return server
  }

  test('has /metrics, and nothing else', async () => {
    const { url } = await start()
    const response = await fetch(url)
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(await response.text()).toMatch(/^tiaowen_build_info\{version="0\.1\.0",node="v\d+\.[^"]+"\} 1$/m)
    for (const path of ['/', '/metrics/', '/metrics?x=1', '/readyz']) {
      expect((await fetch(url.replace('/metrics', path))).status, path).toBe(404)
    }
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405)
  })

  test('a name pointed here from elsewhere is refused; a port that is taken is said', async () => {
    const { url } = await start()
    const { request } = await import('node:http')
    const status = await new Promise((resolve) =>
      request(url, { headers: { Host: 'rebound.example.org' } }, (response) => resolve(response.resume().statusCode)).end(),
    )
    expect(status).toBe(403)
    const taken = serveMetrics(new Metrics('0.1.0'), { host: '127.0.0.1', port: Number(new URL(url).port) })
    await expect(taken).rejects.toMatchObject({ code: 'port-busy', message: expect.stringContaining('TIAOWEN_METRICS_PORT') as string })
  })
})

/** Names of series a text speaks of. */
const namesIn = (text: string) => new Set(text.match(/\b(?:tiaowen|process|nodejs)_[a-z0-9_]+/g) ?? [])
/** Every series there can be, by name: what a histogram makes of itself included. */
const known = new Set(
  new Metrics('0.1.0').all().flatMap(({ name, kind }) => (kind === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name])),
)

describe('docs/observability.md', () => {
  const text = read('docs/observability.md')

  test('has a row for every metric of ours, with its words, and none for another', () => {
    const rows = new Map([...text.matchAll(/^\| `(tiaowen_\w+)`[^|]*\| (\w+) \| (.+?) \|$/gm)].map(([, name, kind, help]) => [name, [kind, help]]))
    const ours = new Metrics('0.1.0').all().filter(({ name }) => name.startsWith('tiaowen_'))
    expect([...rows]).toEqual(ours.map(({ name, kind, help }) => [name, [kind, help]]))
  })

  test('speaks of no series that does not exist', () => {
    expect([...namesIn(text)].filter((name) => !known.has(name) && !/_$/.test(name))).toEqual([])
  })
})

/** What of Grafana's model a dashboard of ours has to have. */
const Panel = z.looseObject({
  id: z.number().int(),
  type: z.enum(['timeseries', 'stat', 'row', 'bargauge']),
  title: z.string().min(1),
  gridPos: z.strictObject({ x: z.number().int().min(0).max(23), y: z.number().int().min(0), w: z.number().int().min(1).max(24), h: z.number().int().min(1) }),
  targets: z
    .array(z.looseObject({ expr: z.string().min(1), refId: z.string().regex(/^[A-Z]$/), legendFormat: z.string(), datasource: z.unknown() }))
    .optional(),
})
const Dashboard = z.looseObject({
  uid: z.literal('tiaowen'),
  title: z.string().min(1),
  schemaVersion: z.number().int().min(36),
  version: z.number().int(),
  tags: z.array(z.string()),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  templating: z.strictObject({ list: z.array(z.looseObject({ name: z.string(), type: z.string() })) }),
  panels: z.array(Panel).min(8),
})

describe('deploy/grafana/tiaowen.json', () => {
  const dashboard = Dashboard.parse(JSON.parse(read('deploy/grafana/tiaowen.json')))
  const drawn = dashboard.panels.filter(({ type }) => type !== 'row')

  test('has panels with ids and letters of their own, none over another', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    for (const { targets = [], title } of drawn) {
      expect(targets.length, title).toBeGreaterThan(0)
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length)
    }
  })

  test('draws only what exists', () => {
    const names = namesIn(drawn.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n'))
    expect(names.size).toBeGreaterThan(15)
    expect([...names].filter((name) => !known.has(name))).toEqual([])
  })
})

const Rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Tiaowen[A-Z]\w+$/),
          expr: z.string().min(1),
          for: z.string().regex(/^\d+[smh]$/).optional(),
          labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
          annotations: z.strictObject({ summary: z.string().min(1), description: z.string().min(1) }),
        }),
      ),
    }),
  ),
})

describe('deploy/grafana/alerts.yaml', () => {
  const text = read('deploy/grafana/alerts.yaml')
  const rules = Rules.parse(parse(text)).groups.flatMap((group) => group.rules)

  test('speaks only of what exists; each alert has its row in the document', () => {
    expect(rules.length).toBeGreaterThan(8)
    expect([...namesIn(rules.map(({ expr }) => expr).join('\n'))].filter((name) => !known.has(name))).toEqual([])
    const document = read('docs/observability.md')
    expect(rules.filter(({ alert }) => !document.includes(`\`${alert}\``))).toEqual([])
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })

  test('brackets are closed', () => {
    for (const { expr } of rules) {
      for (const [open, close] of ['()', '{}', '[]']) expect(expr.split(open!).length, expr).toBe(expr.split(close!).length)
    }
    expect(existsSync(new URL('../../deploy/grafana/tiaowen.json', import.meta.url))).toBe(true)
  })
})
