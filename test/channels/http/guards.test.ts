/** Who is let in, from where, and what every answer carries, for every route of the route table. */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createApp } from '../../../src/channels/http/app.ts'
import { SECURITY_HEADERS } from '../../../src/channels/http/guards.ts'
import { isLoopback, ownerOfKey } from '../../../src/channels/http/identify.ts'
import { OpenAiErrorSchema } from '../../../src/channels/http/openai-schemas.ts'
import { ProblemSchema } from '../../../src/channels/http/schemas.ts'
import { IN_MEMORY, openSqliteState } from '../../../src/state/sqlite-state.ts'
import { line, wordFile } from '../../drafts/word-files.ts'
import { answered, scripted, scriptedDesk } from '../scripted.ts'

const KEY = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
/** A conversation with an answered question, in memory; put back before every request. */
const WHERE = {
  conversationId: '6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10',
  exchangeId: '0b9d8c7e-1f2a-4b3c-8d4e-5f60718293a4',
}
const METRICS = { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: async () => 'tiaowen_ready 1\n' }

/** These tests ask a lot. */
const rates = { ask: 1e6, search: 1e6, upload: 1e6, check: 1e6, failure: 1e6, signIn: 1e6 }
const appOf = (owner: string, options: { readonly apiKey?: string } = {}) => {
  const state = openSqliteState(IN_MEMORY)
  const app = createApp(scripted(), { version: '0.1.0', state, desk: scriptedDesk(), rates, metrics: METRICS, ...options })
  const request = async (address: string | Request, init?: RequestInit): Promise<Response> => {
    const { attempt } = await state.begin(owner, { ...WHERE, question: '目标？' })
    await state.keepAnswer(owner, WHERE, attempt, answered({ question: '目标？' }))
    return app.request(address, init)
  }
  return { routes: app.routes, request }
}
const open = appOf('local')
const locked = appOf(ownerOfKey(KEY), { apiKey: KEY })

/** A file that the page was built into; its name changes with its content. */
const ASSET = readdirSync(new URL('../../../dist/web/assets/', import.meta.url)).find((name) => /^index-.*\.js$/.test(name)) ?? ''

/** Every route with a method, its parameters filled in so that it answers. */
const ROUTES = open.routes
  .filter(({ method }) => method !== 'ALL')
  .map(({ method, path }) => {
    const address = path
      .replace('conversations/:id', `conversations/${WHERE.conversationId}`)
      .replace(':exchangeId', WHERE.exchangeId)
      .replace(':documentId', 'd-000')
      .replace(':id', 'd-000')
      .replace(':model', 'tiaowen')
      .replace(':path{.+}', '%E4%B8%89/2')
      .replace(':sha', '213ffd5c05c1071a')
      .replace(':range', '0-10')
      .replace(':file', ASSET)
    return { method, address: address === '/api/cite' ? '/api/cite?ref=1' : address }
  })
  .filter(
    (route, i, all) => all.findIndex((other) => other.address === route.address && other.method === route.method) === i,
  )

const BODIES: readonly (readonly [RegExp, object])[] = [
  [/ask$/, { question: '目标？' }],
  [/search$/, { query: '目标' }],
  [/check$/, { text: '目标' }],
  [/feedback$/, { rating: 'up' }],
  [/session$/, { key: KEY }],
  [/completions$/, { model: 'tiaowen', messages: [{ role: 'user', content: '目标？' }] }],
  [
    /mcp$/,
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    },
  ],
  [/./, { title: '目标' }],
]
const takesBody = ({ method, address }: (typeof ROUTES)[number]) =>
  /^(?:POST|PUT|PATCH)$/.test(method) && !/\/(?:accept|restore|index)$/.test(address)

const bodyFor = (route: (typeof ROUTES)[number], headers: Record<string, string> = {}): RequestInit => {
  const { method, address } = route
  if (method === 'POST' && address === '/api/uploads') return { method, headers, body: formOf('决定.txt', '第一条') }
  if (address === '/api/check/annotated') return { method, headers, body: formOf('请示.docx', DRAFT) }
  if (!takesBody(route)) return { method, headers }
  const body = JSON.stringify(BODIES.find(([pattern]) => pattern.test(address))?.[1])
  const accept = address === '/mcp' ? { Accept: 'application/json, text/event-stream' } : {}
  return { method, headers: { 'Content-Type': 'application/json', ...accept, ...headers }, body }
}

function formOf(name: string, text: string | Uint8Array<ArrayBuffer>): FormData {
  const form = new FormData()
  form.append('file', new File([text], name))
  return form
}

/** The code of what is said no to: clients of OpenAI's API are told in its words. */
async function codeIn(response: Response, { address }: (typeof ROUTES)[number]): Promise<string> {
  const body: unknown = await response.json()
  return address.startsWith('/v1/') ? OpenAiErrorSchema.parse(body).error.code : ProblemSchema.parse(body).code
}

/** What a route answers when all is well. */
const well = ({ method, address }: (typeof ROUTES)[number], isLocked = false): number => {
  if (/session\/oidc/.test(address)) return 404 // there is none
  if (method === 'POST' && address === '/api/session') return isLocked ? 200 : 401
  if (method === 'POST' && address === '/api/uploads') return 201
  if (address === '/mcp' && method !== 'POST') return 400 // no session is named
  if (/\/(?:accept|restore|index)$/.test(address) || (method === 'DELETE' && /documents/.test(address))) return 202
  const isQuiet = method === 'DELETE' || /feedback$|stop$|csp-reports$/.test(address)
  return isQuiet ? 204 : 200
}

/** A Word file. */
const DRAFT = new Uint8Array(await wordFile(line('目标')))

const basic = (password: string) => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`

test('the route table is the one we know', () => {
  expect(ROUTES.map(({ method, address }) => `${method} ${address.replace(ASSET, '{file}')}`).sort()).toMatchInlineSnapshot(`
    [
      "DELETE /api/conversations/6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10",
      "DELETE /api/conversations/6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10/exchanges/0b9d8c7e-1f2a-4b3c-8d4e-5f60718293a4/feedback",
      "DELETE /api/documents/d-000",
      "DELETE /api/session",
      "DELETE /api/uploads/d-000",
      "DELETE /mcp",
      "GET /",
      "GET /admin",
      "GET /api/cite?ref=1",
      "GET /api/clauses/d-000/%E4%B8%89/2",
      "GET /api/conversations",
      "GET /api/conversations/6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10",
      "GET /api/conversations/6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10/export",
      "GET /api/documents",
      "GET /api/documents/d-000",
      "GET /api/documents/d-000/text",
      "GET /api/library",
      "GET /api/reading/d-000",
      "GET /api/session",
      "GET /api/session/oidc",
      "GET /api/session/oidc/callback",
      "GET /api/suggestions",
      "GET /api/uploads/d-000",
      "GET /api/uploads/d-000/text",
      "GET /assets/{file}",
      "GET /c/d-000",
      "GET /check",
      "GET /docs",
      "GET /documents",
      "GET /livez",
      "GET /lookup",
      "GET /mcp",
      "GET /metrics",
      "GET /openapi.json",
      "GET /pages/page.css",
      "GET /read/d-000",
      "GET /read/d-000/213ffd5c05c1071a",
      "GET /read/d-000/213ffd5c05c1071a/0-10",
      "GET /readyz",
      "GET /startupz",
      "GET /v1/models",
      "GET /v1/models/tiaowen",
      "PATCH /api/conversations/6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10",
      "POST /api/ask",
      "POST /api/check",
      "POST /api/check/annotated",
      "POST /api/conversations/6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10/exchanges/0b9d8c7e-1f2a-4b3c-8d4e-5f60718293a4/stop",
      "POST /api/documents/d-000/restore",
      "POST /api/library/index",
      "POST /api/search",
      "POST /api/session",
      "POST /api/uploads",
      "POST /api/uploads/d-000/accept",
      "POST /csp-reports",
      "POST /mcp",
      "POST /v1/chat/completions",
      "PUT /api/conversations/6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10/exchanges/0b9d8c7e-1f2a-4b3c-8d4e-5f60718293a4/feedback",
    ]
  `)
})

/** What answers whoever comes. */
const OPEN = new Set([
  'GET /livez',
  'GET /readyz',
  'GET /startupz',
  'GET /api/session',
  'POST /api/session',
  'DELETE /api/session',
  'GET /api/session/oidc',
  'GET /api/session/oidc/callback',
  'GET /pages/page.css',
  'GET /assets/{file}',
  'POST /csp-reports',
])

describe('with an API key', () => {
  describe.each(ROUTES)('$method $address', (route) => {
    const isOpen = OPEN.has(`${route.method} ${route.address.replace(ASSET, '{file}')}`)

    test.each([
      ['Authorization: Bearer', { Authorization: `Bearer ${KEY}` }],
      ['Authorization: bearer', { Authorization: `bearer ${KEY}` }],
      ['X-API-Key', { 'X-API-Key': KEY }],
      ["a browser's Basic prompt", { Authorization: basic(KEY) }],
    ])('answers the key in %s', async (_, headers) => {
      expect((await locked.request(route.address, bodyFor(route, headers))).status).toBe(well(route, true))
    })

    test.each<[string, Record<string, string>]>([
      ['no key', {}],
      ['a wrong key', { Authorization: `Bearer ${KEY.slice(0, -1)}q` }],
      ['a key too short', { 'X-API-Key': KEY.slice(0, -1) }],
      ['a key too long', { 'X-API-Key': `${KEY}q` }],
      ['an empty key', { 'X-API-Key': '' }],
      ['an empty bearer', { Authorization: 'Bearer ' }],
      ['the key without a scheme', { Authorization: KEY }],
      ['the key as user name', { Authorization: `Basic ${Buffer.from(`${KEY}:`).toString('base64')}` }],
      ['the key as cookie', { Cookie: `key=${KEY}` }],
      ['a wrong X-API-Key beside a right bearer', { 'X-API-Key': 'wrong', Authorization: `Bearer ${KEY}` }],
    ])(`${isOpen ? 'answers' : 'refuses'} %s`, async (_, headers) => {
      const response = await locked.request(route.address, bodyFor(route, headers))
      expect(response.status).toBe(isOpen ? well(route, true) : 401)
      if (isOpen) return
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="Tiaowen"')
      expect(await codeIn(response, route)).toBe('unauthorized')
    })
  })

  test.each([
    '//livez',
    '/livez/',
    '/livez/../api/documents',
    '/LIVEZ',
    '/livez%2f',
    '/livez%0a',
    '/livez.',
    '/%6civez/x',
    '/livez%5c..%5capi%5cdocuments',
    '/api/documents?/livez',
    '/nothing',
    '/api//ask',
  ])('%s is no way in', async (address) => {
    const response = await locked.request(new Request(`http://localhost${address}`))
    expect(response.status).toBe(401)
  })

  test('the key is not asked for by its place in the address', async () => {
    expect((await locked.request(`/api/documents?key=${KEY}&api_key=${KEY}`)).status).toBe(401)
  })

  test("a person's browser gets the page, which asks for it and has no data; no prompt of the browser's own", async () => {
    const asPage = { headers: { Accept: 'text/html,*/*' } }
    const page = await (await open.request('/', asPage)).text()
    for (const [address, status] of [['/', 200], ['/read/d-000', 200], ['/read/d-999', 200], ['/docs', 200], ['/nothing', 401], ['/openapi.json', 401]] as const) {
      const response = await locked.request(address, asPage)
      expect([address, response.status, response.headers.get('WWW-Authenticate')]).toEqual([address, status, null])
      expect(await response.text()).toBe(page)
    }
  })

  test('/readyz says no more than whether it is', async () => {
    expect(await (await locked.request('/readyz')).json()).toEqual({ ready: true })
    const known = (await (await locked.request('/readyz', { headers: { 'X-API-Key': KEY } })).json()) as object
    expect(known).toMatchObject({ ready: true, index: { documents: 3 } })
  })

  test('a key of fewer than 32 bytes is no key', () => {
    expect(() => createApp(scripted(), { version: '0.1.0', apiKey: 'x'.repeat(31) })).toThrow(/32/)
  })

  test('any host may be served, for the key is asked of all', async () => {
    expect((await locked.request('https://tiaowen.example.org/readyz', { headers: { 'X-API-Key': KEY } })).status).toBe(
      200,
    )
  })
})

describe('without a key, this machine only', () => {
  test.each(ROUTES)('$method $address', async (route) => {
    const status = async (host: string, headers: Record<string, string> = {}) =>
      (await open.request(`http://${host}${route.address}`, bodyFor(route, { Host: host, ...headers }))).status
    expect(await status('127.0.0.1:8787')).toBe(well(route))
    expect(await status('localhost:8787', { Origin: 'http://localhost:8787' })).toBe(well(route))
    expect(await status('[::1]:8787')).toBe(well(route))
    expect(await status('rebound.example.org:8787')).toBe(403)
    expect(await status('rebound.example.org')).toBe(403)
    expect(await status('127.0.0.1:8787', { Origin: 'https://example.org' })).toBe(403)
    expect(await status('127.0.0.1:8787', { Origin: 'null' })).toBe(403)
    expect(await status('127.0.0.1:8787', { Origin: 'http://localhost:8787' })).toBe(403)
  })

  test.each(['localhost', 'LOCALHOST:1', '127.0.0.1', '127.8.8.8:80', '[::1]', '[::1]:8787'])(
    '%s is this machine',
    (host) => {
      expect(isLoopback(host)).toBe(true)
    },
  )

  test.each([
    '',
    'localhost.example.org',
    '127.0.0.1.example.org',
    '1270.0.0.1',
    '127.0.0.1@x',
    'x127.0.0.1',
    '[::2]',
    '0.0.0.0',
    '2130706433',
    'localhost:',
    'localhost:8787/',
    'localhost\n',
  ])('%j is not', (host) => expect(isLoopback(host)).toBe(false))
})

describe('a request that changes something, from a page', () => {
  const key = { 'X-API-Key': KEY }
  const unsafe = ROUTES.filter(({ method }) => method !== 'GET')
  test('there are such routes', () => expect(unsafe.length).toBeGreaterThan(6))

  describe.each(unsafe)('$method $address', (route) => {
    test.each<[string, Record<string, string>, boolean]>([
      ['of ours', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://tiaowen.example.org' }, true],
      ['of ours, behind a proxy that names itself as host', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://x.org' }, true],
      ['typed by a person', { 'Sec-Fetch-Site': 'none' }, true],
      ['of ours, in a browser that does not say so', { Origin: 'https://tiaowen.example.org' }, true],
      ['no page at all: a program', {}, true],
      ['of another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example.com' }, false],
      ['of a neighbour', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://wiki.example.org' }, false],
      ['of another site, in an old browser', { Origin: 'https://evil.example.com' }, false],
      ['of another port', { Origin: 'https://tiaowen.example.org:444' }, false],
      ['of nowhere', { Origin: 'null' }, false],
      ['that says something new', { 'Sec-Fetch-Site': 'cross-origin' }, false],
    ])('%s', async (_, headers, isLetIn) => {
      const init = bodyFor(route, { ...key, ...headers, Host: 'tiaowen.example.org' })
      const response = await locked.request(`https://tiaowen.example.org${route.address}`, init)
      expect(response.status).toBe(isLetIn ? well(route, true) : 403)
      if (!isLetIn) expect(await codeIn(response, route)).toBe('unauthorized')
    })

    test('of another site is refused where there is no key too', async () => {
      const init = bodyFor(route, { Host: '127.0.0.1:8787', 'Sec-Fetch-Site': 'cross-site' })
      expect((await open.request(`http://127.0.0.1:8787${route.address}`, init)).status).toBe(403)
    })
  })

  test('what is only read may be opened from a link anywhere', async () => {
    expect((await locked.request('/read/d-000', { headers: { ...key, 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(200)
  })
})

describe('every answer, whatever it is', () => {
  const answers: [string, () => Response | Promise<Response>][] = [
    ...ROUTES.map((route): [string, () => Response | Promise<Response>] => [
      route.address,
      () => open.request(route.address, bodyFor(route)),
    ]),
    [
      'a stream',
      () =>
        open.request('/api/ask', {
          ...bodyFor({ method: 'POST', address: '/api/ask' }, { Accept: 'text/event-stream' }),
        }),
    ],
    ['not found', () => open.request('/nothing')],
    ['not found, as a page', () => open.request('/nothing', { headers: { Accept: 'text/html' } })],
    ['refused', () => locked.request('/')],
    ['a foreign host', () => open.request('http://example.org/')],
    ['a bad request', () => open.request('/api/cite')],
    ['a wrong method', () => open.request('/api/ask')],
  ]

  test.each(answers)('%s carries the security headers', async (_, ask) => {
    const { headers } = await ask()
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) expect(headers.get(name), name).toBe(value)
    const policy = headers.get('Content-Security-Policy') ?? ''
    expect(policy).toMatch(/^default-src 'none';/)
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    // a file of the page never changes under its name; a text is asked for again and found as it was
    const kept = headers.has('Last-Modified') ? 'public, max-age=31536000, immutable' : headers.has('ETag') ? 'no-cache' : 'no-store'
    expect(headers.get('Cache-Control')).toBe(kept)
    expect(headers.has('Access-Control-Allow-Origin')).toBe(false)
  })

  test('pages may run their own script only', async () => {
    const policy = (await open.request('/')).headers.get('Content-Security-Policy')
    expect(policy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'; report-to csp",
    )
  })
})

test('what a browser refused is told in the log, on one line, and not without end', async () => {
  const lines: string[] = []
  const app = createApp(scripted(), { version: '0.1.0', log: (line) => lines.push(line) })
  const send = (body: unknown) =>
    app.request('/csp-reports', { method: 'POST', headers: { 'Content-Type': 'application/reports+json' }, body: JSON.stringify(body) })
  const body = { effectiveDirective: 'script-src-elem', blockedURL: 'inline', documentURL: 'http://127.0.0.1:8787/\n', lineNumber: 3 }
  expect((await send([{ type: 'csp-violation', body }])).status).toBe(204)
  expect(lines).toEqual(['浏览器拒绝了页面内容 refused by a browser: script-src-elem inline http://127.0.0.1:8787/� :3'])
  expect((await send('nonsense')).status).toBe(204)
  for (let i = 0; i < 30; i++) await send([{ type: 'csp-violation', body }])
  expect(lines).toHaveLength(20)
})
