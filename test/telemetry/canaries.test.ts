/**
 * The program as a process, beside services that throw back at it whatever they are sent. Secrets and questions are
 * planted wherever a request, a setting or an error has room for one; then every line of the log, every metric, every
 * answer and every trace is searched for them.
 */
import { spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signatureOf } from '../../src/channels/dingtalk/signature.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const REGULATION = '某市条例\n\n第一条 为了方便办事，制定本条例。\n第二条 申请材料齐全的，应当在五个工作日内办结。\n'

/** What was planted, by where. */
const planted = new Map<string, string>()
const asked = new Map<string, string>()

/** Like a key that somebody made: nothing a pattern could know it by. */
function secret(where: string, prefix = ''): string {
  const value = `${prefix}${randomBytes(18).toString('hex')}`
  planted.set(where, value)
  return value
}

/** A question that is answered, with marks at its end that stand nowhere else: a word more, and it would be declined. */
function question(where: string): string {
  const mark = Array.from(randomBytes(4), (byte) => byte.toString(2).padStart(8, '0')).join('').replaceAll('0', '？').replaceAll('1', '！')
  asked.set(where, mark)
  return `申请材料齐全的，应当在几个工作日内办结${mark}`
}

/** Slack, DingTalk, the language model and the collector: each says no with all it was sent, or breaks off. */
const traces: Buffer[] = []
const heard: string[] = []
async function hostile(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  if (request.url === '/v1/traces') {
    traces.push(body)
    return void response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
  }
  const back = JSON.stringify({ url: request.url, headers: request.headers, body: body.toString() })
  heard.push(back)
  const turn = heard.length % 4
  const said = JSON.stringify({ ok: false, error: `invalid_auth ${back}`, errcode: 88, errmsg: back, message: back })
  if (turn === 0) return void response.socket?.destroy()
  if (turn === 1) return void response.writeHead(401, { 'Content-Type': 'application/json', 'X-Back': encodeURIComponent(back).slice(0, 4000) }).end(said)
  if (turn === 2) return void response.writeHead(500, { 'Content-Type': 'text/plain' }).end(back)
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(`data: {"error":${said}}\n\n`)
}

const world = createServer((request, response) => void hostile(request, response))
let folder = ''
let server: ReturnType<typeof spawn>
const said = { out: '', err: '' }
let url = ''
const KEY = secret('TIAOWEN_API_KEY', 'tw_live_')
const SIGNING = secret('TIAOWEN_SLACK_SIGNING_SECRET')
const DING = secret('TIAOWEN_DINGTALK_CLIENT_SECRET')

const lineOf = async (pattern: RegExp, from: 'out' | 'err'): Promise<RegExpExecArray> => {
  for (;;) {
    const found = pattern.exec(said[from])
    if (found) return found
    if (server.exitCode !== null) throw new Error(said.err)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiaowen-canaries-'))
  await mkdir(join(folder, 'documents'))
  await writeFile(join(folder, 'documents', '某市条例.txt'), REGULATION)
  world.listen(0, '127.0.0.1')
  await once(world, 'listening')
  const there = `http://127.0.0.1:${(world.address() as AddressInfo).port}`
  server = spawn(process.execPath, [MAIN, 'serve'], {
    env: {
      PATH: process.env['PATH'],
      TIAOWEN_SEEDS: 'off',
      TIAOWEN_FOLDERS: join(folder, 'documents'),
      TIAOWEN_DATA_FOLDER: join(folder, 'data'),
      TIAOWEN_INDEX_FOLDER: join(folder, 'index'),
      TIAOWEN_MODEL_DIR: 'off',
      TIAOWEN_PORT: '0',
      TIAOWEN_METRICS_PORT: '0',
      TIAOWEN_LOG_LEVEL: 'debug',
      TIAOWEN_API_KEY: KEY,
      TIAOWEN_OTEL_ENDPOINT: there,
      TIAOWEN_LLM_URL: `${there}/llm/v1`,
      TIAOWEN_LLM_MODEL: 'qwen-plus',
      TIAOWEN_LLM_KEY: secret('TIAOWEN_LLM_KEY', 'sk-'),
      TIAOWEN_LLM_EXTRA: JSON.stringify({ session: secret('TIAOWEN_LLM_EXTRA') }),
      TIAOWEN_SLACK_BOT_TOKEN: secret('TIAOWEN_SLACK_BOT_TOKEN', 'xoxb-'),
      TIAOWEN_SLACK_SIGNING_SECRET: SIGNING,
      TIAOWEN_SLACK_API_URL: `${there}/slack/api/`,
      TIAOWEN_DINGTALK_CLIENT_ID: 'dingtiaowen',
      TIAOWEN_DINGTALK_CLIENT_SECRET: DING,
      TIAOWEN_DINGTALK_MODE: 'http',
      TIAOWEN_DINGTALK_API_URL: `${there}/ding`,
      TIAOWEN_DINGTALK_GROUP_WEBHOOK: `https://oapi.dingtalk.com/robot/send?access_token=${secret('TIAOWEN_DINGTALK_GROUP_WEBHOOK')}`,
      TIAOWEN_DINGTALK_GROUP_SECRET: secret('TIAOWEN_DINGTALK_GROUP_SECRET', 'SEC'),
    },
  })
  server.stdout!.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  server.stderr!.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  url = (await lineOf(/http:\/\/\S+/, 'out'))[0]
  await lineOf(/就绪：/, 'err')
})

afterAll(async () => {
  if (server.exitCode === null) server.kill('SIGKILL')
  world.closeAllConnections()
  world.close()
  await rm(folder, { recursive: true, force: true })
})

/** Where a request can carry something it should not. */
const HEADERS = [
  'Authorization',
  'X-API-Key',
  'Cookie',
  'X-Slack-Signature',
  'Sign',
  'Proxy-Authorization',
  'X-Request-Id',
  'User-Agent',
  'Referer',
  'X-Forwarded-For',
  'Mcp-Session-Id',
  'traceparent',
  'X-Auth-Token',
  'X-Forwarded-Host',
  'Forwarded',
  'Accept-Language',
  'If-None-Match',
  'Last-Event-ID',
]
const PARAMETERS = ['key', 'token', 'access_token', 'api_key', 'sign', 'secret', 'session', 'password', 'code', 'q']
const ROUTES = ['/api/documents', '/nowhere', '/readyz', '/', '/v1/models', '/slack/events']

interface Answered {
  readonly status: number
  readonly text: string
}
const answers: (Answered & { readonly to: string })[] = []

async function request(address: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(`${url}${address}`, init)
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  const text = `${headers}\n\n${await response.text()}`
  answers.push({ to: `${init.method ?? 'GET'} ${address}`, status: response.status, text })
  return { status: response.status, text }
}

const withKey = { Authorization: `Bearer ${KEY}` }
const post = (address: string, body: unknown, headers: Record<string, string> = withKey) =>
  request(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

async function attack(): Promise<void> {
  for (const name of HEADERS) {
    const words = secret(`header ${name}`)
    // an id that fits is taken over: it is the one thing a caller may put into the log
    const value = name === 'X-Request-Id' ? `${words}!` : name === 'Authorization' ? `Bearer ${words}` : name === 'Cookie' ? `tw=${words}` : words
    for (const route of ROUTES) await request(route, { headers: { [name]: value } })
  }
  for (const name of PARAMETERS) {
    const words = secret(`parameter ${name}`)
    for (const route of ROUTES) await request(`${route}?${name}=${words}`, { headers: withKey })
  }
  await request('/readyz', { headers: { Authorization: `Basic ${Buffer.from(`me:${secret('basic, wrong')}`).toString('base64')}` } })
  // bodies that are not understood, and bodies that are
  for (const address of ['/api/ask', '/api/search', '/api/check', '/v1/chat/completions', '/mcp', '/csp-reports', '/api/uploads']) {
    await post(address, `{"password":"${secret(`broken body ${address}`)}`)
    await post(address, { question: 7, query: 7, text: 7, model: 7, token: secret(`wrong body ${address}`) })
  }
  const csp = { effectiveDirective: 'script-src', blockedURL: `https://x/?token=${secret('csp blocked')}`, documentURL: `http://x/?q=${question('csp document')}` }
  await post('/csp-reports', [{ type: 'csp-violation', body: csp }])
  await post('/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: secret('mcp tool'), arguments: { password: secret('mcp argument') } } })
  // questions, of which the model's endpoint makes an error each time
  for (let times = 0; times < 4; times++) await post('/api/ask', { question: question(`ask ${times}`) })
  await post('/api/ask', { question: question('stream'), stream: true })
  await post('/api/search', { query: question('search') })
  await post('/v1/chat/completions', { model: 'tiaowen', messages: [{ role: 'user', content: question('openai') }] })
  // chat platforms: signed, and signed wrongly
  const now = Math.floor(Date.now() / 1000)
  const mention = (text: string, ts: string) => JSON.stringify({ type: 'event_callback', event_id: `Ev${ts}`, team_id: 'T1', api_app_id: 'A1', token: secret(`slack body ${ts}`), event: { type: 'app_mention', user: 'U1', text: `<@U0BOT> ${text}`, ts, channel: 'C1' } }) // prettier-ignore
  const slack = (body: string, signature: string) =>
    post('/slack/events', body, { 'X-Slack-Request-Timestamp': String(now), 'X-Slack-Signature': signature })
  const event = mention(question('slack'), '1700000000.000001')
  await slack(event, `v0=${createHmac('sha256', SIGNING).update(`v0:${now}:${event}`).digest('hex')}`)
  await slack(mention(question('slack, unsigned'), '1700000000.000002'), `v0=${secret('slack signature')}`)
  const message = (id: string) => ({
    msgId: id,
    conversationId: 'c1',
    conversationType: '1',
    senderStaffId: 'u1',
    msgtype: 'text',
    text: { content: question(`dingtalk ${id}`) },
    sessionWebhook: `https://oapi.dingtalk.com/robot/sendBySession?session=${secret(`sessionWebhook ${id}`)}`,
    sessionWebhookExpiredTime: 1,
  })
  const timestamp = String(Date.now())
  await post('/dingtalk/messages', message('m1'), { timestamp, sign: signatureOf(timestamp, DING), token: secret('dingtalk token') })
  await post('/dingtalk/messages', message('m2'), { timestamp, sign: secret('dingtalk sign') })
}

test('60 secrets and 10 questions, planted everywhere: none in the log, the metrics, the traces or an answer', async () => {
  await attack()
  // the platforms were answered, and said no; what waits is on the disk
  await expect.poll(() => heard.some((one) => one.includes('/slack/api/')) && heard.some((one) => one.includes('/ding'))).toBe(true)
  await expect.poll(() => traces.length).toBeGreaterThan(0)
  const metricsUrl = (await lineOf(/指标 metrics: (http:\S+?)"/, 'err'))[1]!
  const metrics = await (await fetch(metricsUrl)).text()
  const readiness = await request('/readyz', { headers: withKey })
  server.kill('SIGTERM')
  if (server.exitCode === null) await once(server, 'close')

  expect(planted.size).toBeGreaterThanOrEqual(60)
  expect(asked.size).toBeGreaterThanOrEqual(10)
  // it was really sent: the world threw the keys and the questions back
  const back = heard.join('\n')
  for (const where of ['TIAOWEN_LLM_KEY', 'TIAOWEN_LLM_EXTRA', 'TIAOWEN_SLACK_BOT_TOKEN']) expect(back.includes(planted.get(where)!), where).toBe(true)
  expect(back.includes(asked.get('ask 0')!)).toBe(true)
  const places = {
    log: said.err + said.out,
    metrics,
    traces: Buffer.concat(traces).toString('utf8'),
    readiness: readiness.text,
    answers: answers.map(({ text }) => text).join('\n'),
  }
  const found = Object.entries(places).flatMap(([place, text]) =>
    [...planted].filter(([, value]) => holds(text, value)).map(([where]) => `${where} in ${place}`),
  )
  expect(found).toEqual([])
  // who asks is told the question again, and nobody else
  const { answers: _, ...elsewhere } = places
  const refusals = answers.filter(({ status }) => status >= 400).map(({ text }) => text)
  const repeated = Object.entries({ ...elsewhere, refusals: refusals.join('\n') }).flatMap(([place, text]) =>
    [...asked].filter(([, mark]) => text.includes(mark)).map(([where]) => `${where} in ${place}`),
  )
  expect(repeated).toEqual([])

  // and all that time every line was one of JSON, with what it should say
  const lines = said.err.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  const components = new Set(lines.map(({ component }) => component))
  expect([...components]).toEqual(expect.arrayContaining(['main', 'index', 'access', 'ask', 'bots']))
  expect(lines.filter(({ component }) => component === 'access').length).toBe(answers.length)
  expect(answers.filter(({ status }) => status >= 500).map(({ to, status }) => `${status} ${to}`)).toEqual([])
  expect(said.out).toMatch(/^条问 Tiaowen \S+：http:\/\/\S+\n$/)
})

/** As it is, or in base64 of itself or of what has it. */
function holds(text: string, value: string): boolean {
  const shifted = [0, 1, 2].map((pad) => Buffer.from('x'.repeat(pad) + value).toString('base64').slice(4, -4))
  return [value, encodeURIComponent(value), ...shifted].some((form) => text.includes(form))
}
