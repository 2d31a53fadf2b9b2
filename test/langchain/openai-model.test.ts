/** The real client against an endpoint that behaves well and badly. */
import { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ModelTrouble, type ModelRequest } from '../../src/answering/answer-model.ts'
import { LimitedModel, type ModelLimits } from '../../src/answering/model-limits.ts'
import { OpenAiModel } from '../../src/langchain/openai-model.ts'
import { openFakeOpenAi, USAGE, type Behaviour, type Cut, type FakeOpenAi } from '../answering/fake-openai.ts'
import { describeAnswerModel, REQUEST, written, type Play } from '../contracts/answer-model.ts'

const KEY = 'sk-0123456789abcdef-very-secret'
const REPLY = '- 全社会研发投入强度超过4%。😀\n> c1: 全社会研发投入强度超过4%\n'
const SCHEMA = { type: 'object', properties: { sentences: { type: 'array' } }, required: ['sentences'] }
const WITH_SCHEMA: ModelRequest = { ...REQUEST, schema: SCHEMA }

let fake: FakeOpenAi
beforeAll(async () => void (fake = await openFakeOpenAi()))
afterAll(() => fake.close())
beforeEach(() => void fake.requests.splice(0))
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const modelOf = (options: Partial<ConstructorParameters<typeof OpenAiModel>[0]> = {}) =>
  new OpenAiModel({ url: fake.url, model: 'qwen-plus', key: KEY, schema: 'auto', ...options })

const behaviourOf = (play: Play): Behaviour => {
  if (play === 'hangs') return { kind: 'hang', after: 'headers' }
  if ('hangsIn' in play) return { kind: 'hang-within', text: play.hangsIn }
  if ('breaksOffIn' in play) return { kind: 'cut-off', text: play.breaksOffIn }
  if ('fails' in play) {
    const status = { 'rate-limited': 429, server: 503, refused: 401, malformed: 200 }[play.fails]
    return status === 200 ? { kind: 'raw', body: '' } : { kind: 'status', status }
  }
  const { inputTokens = 0, outputTokens = 0 } = play.usage ?? {}
  const usage = {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  }
  return { kind: 'stream', text: play.says, usage: play.usage ? usage : null }
}

/** Endpoints of their own: a request that was ended as it began may arrive late. */
const opened: FakeOpenAi[] = []
describeAnswerModel('a model behind an OpenAI-compatible endpoint', {
  open: async (...plays) => {
    const own = await openFakeOpenAi()
    opened.push(own)
    own.script(...plays.map(behaviourOf))
    return modelOf({ url: own.url })
  },
  close: async () => void (await Promise.all(opened.splice(0).map((own) => own.close()))),
})

describe('what is sent', () => {
  test('the messages, the model, no tools, no more tokens than wanted; the key in one header', async () => {
    fake.script({ kind: 'stream', text: REPLY })
    await written(modelOf({ schema: 'off' }), WITH_SCHEMA)
    expect(fake.requests).toHaveLength(1)
    const [{ path, headers, body } = fake.requests[0]!] = fake.requests
    expect(path).toBe('/v1/chat/completions')
    expect(body).toEqual({
      model: 'qwen-plus',
      messages: REQUEST.messages,
      temperature: 0,
      max_tokens: 500,
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(headers.authorization).toBe(`Bearer ${KEY}`)
    const kept = Object.keys(headers).filter(
      (name) => !/^(?:host|connection|content-length|accept.*|sec-fetch-mode)$/.test(name),
    )
    expect(kept.toSorted()).toEqual(['authorization', 'content-type', 'user-agent'])
  })

  test('what only this endpoint knows', async () => {
    fake.script({ kind: 'stream', text: REPLY })
    await written(modelOf({ extra: { thinking: { type: 'disabled' }, temperature: 1 } }))
    expect(fake.requests[0]?.body).toMatchObject({
      model: 'qwen-plus',
      thinking: { type: 'disabled' },
      temperature: 1,
      max_tokens: 500,
    })
  })

  test('no key, no header of it', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-of-somebody-else')
    fake.script({ kind: 'stream', text: REPLY })
    const keyless = new OpenAiModel({ url: fake.url, model: 'qwen3:8b', schema: 'auto' })
    expect((await written(keyless)).text).toBe(REPLY)
    expect(fake.requests[0]?.headers.authorization).toBeUndefined()
    expect(keyless.id).toBe(`qwen3:8b @ ${new URL(fake.url).host}`)
  })
})

describe('structured output', () => {
  test('is asked for by JSON schema', async () => {
    fake.script({ kind: 'stream', text: '{"sentences":[]}' })
    expect((await written(modelOf({ schema: 'on' }), WITH_SCHEMA)).text).toBe('{"sentences":[]}')
    const format = { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema: SCHEMA } }
    expect(fake.requests[0]?.body['response_format']).toEqual(format)
  })

  test.each([400, 422] as const)('auto: after %d the same is asked without, and no more later', async (status) => {
    fake.script({ kind: 'no-schema', status, then: { kind: 'stream', text: REPLY } })
    const model = modelOf()
    expect(model.hasSchema).toBe(true)
    expect((await written(model, WITH_SCHEMA)).text).toBe(REPLY)
    expect(model.hasSchema).toBe(false)
    expect((await written(model, WITH_SCHEMA)).text).toBe(REPLY)
    expect(fake.requests.map(({ body }) => 'response_format' in body)).toEqual([true, false, false])
    expect(fake.requests[1]?.body.messages).toEqual(REQUEST.messages)
  })

  test('auto: a 400 that has other reasons does not count against the schema', async () => {
    fake.script({ kind: 'status', status: 400 })
    const model = modelOf()
    expect((await written(model, WITH_SCHEMA)).trouble).toMatchObject({ kind: 'refused', status: 400 })
    expect([model.hasSchema, fake.requests.length]).toEqual([true, 2])
  })

  test('on: a 400 is a refusal', async () => {
    fake.script({ kind: 'no-schema', status: 400, then: { kind: 'stream', text: REPLY } })
    const model = modelOf({ schema: 'on' })
    expect((await written(model, WITH_SCHEMA)).trouble).toMatchObject({ kind: 'refused' })
    expect([model.hasSchema, fake.requests.length]).toEqual([true, 1])
  })
})

describe('a reply, however it is cut', () => {
  const cuts: readonly Cut[] = ['event', 'byte', 'seven-bytes', 'all-at-once', 'crlf', 'comments', 'events-that-cross']
  test.each(cuts)('%s', async (cut) => {
    fake.script({ kind: 'stream', text: REPLY, cut })
    expect(await written(modelOf())).toMatchObject({ text: REPLY, usage: { inputTokens: 120, outputTokens: 30 } })
  })

  test('whole, from an endpoint that does not stream', async () => {
    fake.script({ kind: 'whole', text: REPLY })
    expect(await written(modelOf())).toEqual({
      pieces: [REPLY],
      text: REPLY,
      usage: { inputTokens: 120, outputTokens: 30 },
    })
  })

  test('called plain text, without [DONE], without usage', async () => {
    fake.script({ kind: 'stream', text: REPLY, type: 'text/plain', done: false, usage: null })
    expect(await written(modelOf())).toMatchObject({ text: REPLY })
  })

  test('in another language: what it says is for others to judge', async () => {
    fake.script({ kind: 'stream', text: 'Les dépenses de R&D dépasseront 4 %.' })
    expect((await written(modelOf())).text).toBe('Les dépenses de R&D dépasseront 4 %.')
  })
})

/** Small enough to wait for. */
const SMALL: Partial<ModelLimits> = { firstPieceMs: 250, totalMs: 700, backOffMs: 20, breaksAfter: 100 }
/** For whatever needs no time limit to end: a busy machine reaches none. */
const PATIENT: Partial<ModelLimits> = { ...SMALL, firstPieceMs: 30_000, totalMs: 60_000 }

const RETRY = { 'retry-after': '0.05' }
const BAD: readonly (readonly [what: string, kind: string, requests: number, behaviour: Behaviour])[] = [
  ['429 with Retry-After', 'rate-limited', 3, { kind: 'status', status: 429, headers: RETRY }],
  [
    '429 with a Retry-After beyond patience',
    'rate-limited',
    1,
    { kind: 'status', status: 429, headers: { 'retry-after': '3600' } },
  ],
  [
    '429 for want of money',
    'refused',
    1,
    {
      kind: 'status',
      status: 429,
      body: '{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}',
    },
  ],
  ['500', 'server', 3, { kind: 'status', status: 500 }],
  [
    '502 in HTML',
    'server',
    3,
    { kind: 'status', status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad Gateway</html>' },
  ],
  ['504', 'timeout', 1, { kind: 'status', status: 504 }],
  ['400', 'refused', 1, { kind: 'status', status: 400 }],
  [
    '400 for its length',
    'too-long',
    1,
    {
      kind: 'status',
      status: 400,
      body: '{"error":{"message":"This model\'s maximum context length is 8192 tokens"}}',
    },
  ],
  [
    '401 that repeats the key',
    'refused',
    1,
    { kind: 'status', status: 401, body: `{"error":{"message":"Incorrect API key: ${KEY}","code":"${KEY}"}}` },
  ],
  ['404', 'refused', 1, { kind: 'status', status: 404 }],
  ['413', 'too-long', 1, { kind: 'status', status: 413 }],
  ['a redirect', 'refused', 1, { kind: 'redirect', to: 'http://127.0.0.1:9/v1/chat/completions' }],
  ['nothing, not even headers', 'timeout', 1, { kind: 'hang', after: 'nothing' }],
  ['headers and nothing', 'timeout', 1, { kind: 'hang', after: 'headers' }],
  ['comments for ever', 'timeout', 1, { kind: 'hang', after: 'comments' }],
  ['a hang amid the reply', 'timeout', 1, { kind: 'hang-within', text: REPLY }],
  ['a broken connection', 'malformed', 1, { kind: 'cut-off', text: REPLY }],
  ['an end without an end', 'malformed', 1, { kind: 'stream', text: REPLY, finish: null, done: false }],
  ['too few tokens', 'too-long', 1, { kind: 'stream', text: REPLY, finish: 'length' }],
  ['an empty body', 'malformed', 1, { kind: 'raw', body: '' }],
  ['an empty reply', 'malformed', 1, { kind: 'stream', text: '' }],
  ['a reply of spaces', 'malformed', 1, { kind: 'stream', text: ' \n ' }],
  ['an empty whole answer', 'malformed', 1, { kind: 'whole', text: '' }],
  ['garbage', 'malformed', 1, { kind: 'raw', body: '\u0000\uffff{{{]]' }],
  [
    'garbage in events',
    'malformed',
    1,
    { kind: 'raw', body: 'data: {"choices":[{"delta":{"content":"未来\n\ndata: }\n\n' },
  ],
  [
    'events of other things',
    'malformed',
    1,
    { kind: 'raw', body: 'data: null\n\ndata: 7\n\ndata: {"choices":null}\n\ndata: [DONE]\n\n' },
  ],
  [
    'events with odd parts',
    'malformed',
    1,
    { kind: 'raw', body: 'data: {"choices":[{"delta":{"content":7}}]}\n\ndata: [DONE]\n\n' },
  ],
  ['JSON of other things', 'malformed', 1, { kind: 'raw', type: 'application/json', body: '{"answer":42}' }],
  ['JSON that breaks off', 'malformed', 1, { kind: 'raw', type: 'application/json', body: '{"choices":[{"mess' }],
  [
    'an error as an answer',
    'server',
    3,
    { kind: 'raw', type: 'application/json', body: '{"error":{"message":"overloaded"}}' },
  ],
  [
    'an error in the stream',
    'server',
    3,
    { kind: 'raw', body: 'data: {"error":{"message":"overloaded","code":"x"}}\n\n' },
  ],
  [
    'a page in HTML',
    'malformed',
    1,
    { kind: 'raw', type: 'text/html; charset=utf-8', body: '<!doctype html><title>登录</title>' },
  ],
  ['a picture', 'malformed', 1, { kind: 'raw', type: 'image/png', body: 'PNG' }],
  ['a refusal', 'refused', 1, { kind: 'stream', text: '', refusal: 'I cannot help with that' }],
  ['a refusal as a whole answer', 'refused', 1, { kind: 'whole', text: '', refusal: 'I cannot help with that' }],
  ['a filter', 'refused', 1, { kind: 'stream', text: REPLY, finish: 'content_filter' }],
  ['10 MB of reply', 'too-long', 1, { kind: 'endless', of: 'events', bytes: 10_000_000 }],
  ['10 MB in one line', 'too-long', 1, { kind: 'endless', of: 'one-line', bytes: 10_000_000 }],
  ['10 MB of error', 'refused', 1, { kind: 'endless', of: 'error', bytes: 10_000_000 }],
]

describe('an endpoint that misbehaves is trouble, within the limits, and says nothing of the key', () => {
  test.each(BAD)('%s: %s', async (_what, kind, requests, behaviour) => {
    const said = ['log', 'warn', 'error', 'info', 'debug'].map((method) =>
      vi.spyOn(console, method as 'log').mockImplementation(() => {}),
    )
    fake.script(behaviour)
    const hangs = behaviour.kind.startsWith('hang')
    const model = new LimitedModel(modelOf(), hangs ? SMALL : PATIENT)
    const { trouble } = await written(model)
    expect(trouble).toBeInstanceOf(ModelTrouble)
    expect(trouble).toMatchObject({ kind })
    expect(fake.requests).toHaveLength(requests)
    const shown = JSON.stringify([
      { ...(trouble as object) },
      String(trouble),
      (trouble as Error).stack,
      (trouble as Error).cause,
      model.state(),
      said.map(({ mock }) => mock.calls),
    ])
    expect(shown).not.toContain(KEY)
    expect((trouble as Error).cause).toBeUndefined()
  })

  test('nobody there; another protocol', async () => {
    const gone = await openFakeOpenAi()
    await gone.close()
    expect((await written(modelOf({ url: gone.url }))).trouble).toMatchObject({
      kind: 'unreachable',
      message: 'The endpoint cannot be reached (ECONNREFUSED)',
    })
    const secure = modelOf({ url: fake.url.replace('http', 'https') })
    expect((await written(secure)).trouble).toMatchObject({ kind: 'unreachable' })
    const nowhere = modelOf({ url: 'http://endpoint.invalid/v1' })
    expect((await written(nowhere)).trouble).toMatchObject({ kind: 'unreachable' })
  })

  test.each(['events', 'one-line', 'error'] as const)('10 MB of %s are left where they are', async (of) => {
    fake.script({ kind: 'endless', of, bytes: 10_000_000 })
    const before = fake.bytesSent
    await written(new LimitedModel(modelOf(), PATIENT))
    await new Promise((resolve) => setTimeout(resolve, 50))
    const taken = fake.bytesSent - before
    expect(taken).toBeLessThan(of === 'one-line' ? 8_000_000 : 5_000_000)
    const held = process.memoryUsage()
    for (let times = 0; times < 10; times++) await written(new LimitedModel(modelOf(), PATIENT))
    const grown = process.memoryUsage()
    expect(grown.external + grown.heapUsed - held.external - held.heapUsed).toBeLessThan(60_000_000)
  })
})

test('a good reply follows two that failed: the reader sees only it', async () => {
  fake.script(
    { kind: 'status', status: 429, headers: RETRY },
    { kind: 'status', status: 503 },
    { kind: 'stream', text: REPLY },
  )
  expect(await written(new LimitedModel(modelOf(), PATIENT))).toMatchObject({
    text: REPLY,
    usage: { inputTokens: USAGE.prompt_tokens },
  })
  expect(fake.requests).toHaveLength(3)
})

test('a reader who stops, or an asker who leaves, ends the request at the endpoint', async () => {
  fake.script({ kind: 'endless', of: 'events', bytes: 10_000_000 })
  const before = fake.bytesSent
  for await (const piece of modelOf().write(REQUEST, new AbortController().signal)) if (piece !== '') break
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(fake.bytesSent - before).toBeLessThan(5_000_000)
})

describe('whatever the environment says', () => {
  test('nothing is sent to anybody else, traced, printed or put into headers', async () => {
    const spy = await openFakeOpenAi()
    spy.script({ kind: 'whole', text: '{}' })
    const environment = {
      LANGSMITH_TRACING: 'true',
      LANGSMITH_TRACING_V2: 'true',
      LANGCHAIN_TRACING: 'true',
      LANGCHAIN_TRACING_V2: 'true',
      LANGSMITH_ENDPOINT: spy.url,
      LANGCHAIN_ENDPOINT: spy.url,
      LANGSMITH_API_KEY: 'ls-key',
      LANGSMITH_GATEWAY: spy.url,
      LANGCHAIN_VERBOSE: 'true',
      LANGCHAIN_CALLBACKS_BACKGROUND: 'false',
      OPENAI_BASE_URL: spy.url,
      OPENAI_API_BASE: spy.url,
      OPENAI_API_KEY: 'sk-of-somebody-else',
      OPENAI_ORG_ID: 'org-1',
      OPENAI_ORGANIZATION: 'org-2',
      OPENAI_PROJECT_ID: 'proj-1',
      OPENAI_CUSTOM_HEADERS: 'X-Who: me',
      OPENAI_LOG: 'debug',
    }
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    const said = ['log', 'warn', 'error', 'info', 'debug'].map((method) =>
      vi.spyOn(console, method as 'log').mockImplementation(() => {}),
    )
    const connected = vi.spyOn(Socket.prototype, 'connect')
    const own = await openFakeOpenAi() // no connection to it is open yet
    own.script({ kind: 'stream', text: REPLY }, { kind: 'status', status: 401 })
    const model = modelOf({ url: own.url })
    expect((await written(model)).text).toBe(REPLY)
    expect((await written(model)).trouble).toMatchObject({ kind: 'refused' })
    await new Promise((resolve) => setTimeout(resolve, 300)) // traces are sent in the background
    expect(spy.requests).toEqual([])
    expect(said.flatMap(({ mock }) => mock.calls)).toEqual([])
    const ports = connected.mock.calls.map(([target]) => String((Array.isArray(target) ? target[0] : target).port))
    expect([...new Set(ports)]).toEqual([new URL(own.url).port])
    const headers = JSON.stringify(own.requests.map((request) => request.headers))
    expect(headers).not.toMatch(/org-|proj-|x-who|somebody|x-stainless|ls-key/i)
    await Promise.all([spy.close(), own.close()])
  })
})
