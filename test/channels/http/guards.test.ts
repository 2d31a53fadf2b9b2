/** Who is let in, from where, and what every answer carries, for every route of the route table. */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createApp } from '../../../src/channels/http/app.ts'
import { isLoopback, SECURITY_HEADERS } from '../../../src/channels/http/guards.ts'
import { ProblemSchema } from '../../../src/channels/http/schemas.ts'
import { scripted } from '../scripted.ts'

const KEY = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
const open = createApp(scripted(), { version: '0.1.0' })
const locked = createApp(scripted(), { version: '0.1.0', apiKey: KEY })

/** A file that the page was built into; its name changes with its content. */
const ASSET = readdirSync(new URL('../../../dist/web/assets/', import.meta.url)).find((name) => /^index-.*\.js$/.test(name)) ?? ''

/** Every route with a method, its parameters filled in so that it answers. */
const ROUTES = open.routes
  .filter(({ method }) => method !== 'ALL')
  .map(({ method, path }) => {
    const address = path
      .replace(':documentId', 'd-000')
      .replace(':id', 'd-000')
      .replace(':path{.+}', '%E4%B8%89/2')
      .replace(':sha', '213ffd5c05c1071a')
      .replace(':range', '0-10')
      .replace(':file', ASSET)
    return { method, address: address === '/api/cite' ? '/api/cite?ref=1' : address }
  })
  .filter(
    (route, i, all) => all.findIndex((other) => other.address === route.address && other.method === route.method) === i,
  )

const bodyFor = ({ method, address }: (typeof ROUTES)[number], headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: { ...(method === 'POST' && { 'Content-Type': 'application/json' }), ...headers },
  ...(method === 'POST' && {
    body: JSON.stringify(address === '/api/ask' ? { question: '目标？' } : { query: '目标' }),
  }),
})

const basic = (password: string) => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`

test('the route table is the one we know', () => {
  expect(ROUTES.map(({ method, address }) => `${method} ${address.replace(ASSET, '{file}')}`).sort()).toMatchInlineSnapshot(`
    [
      "GET /",
      "GET /api/cite?ref=1",
      "GET /api/clauses/d-000/%E4%B8%89/2",
      "GET /api/documents",
      "GET /api/documents/d-000",
      "GET /api/documents/d-000/text",
      "GET /api/reading/d-000",
      "GET /assets/{file}",
      "GET /c/d-000",
      "GET /docs",
      "GET /documents",
      "GET /livez",
      "GET /openapi.json",
      "GET /pages/page.css",
      "GET /read/d-000",
      "GET /read/d-000/213ffd5c05c1071a",
      "GET /read/d-000/213ffd5c05c1071a/0-10",
      "GET /readyz",
      "POST /api/ask",
      "POST /api/search",
    ]
  `)
})

describe('with an API key', () => {
  describe.each(ROUTES)('$method $address', (route) => {
    const isOpen = route.address === '/livez'

    test.each([
      ['Authorization: Bearer', { Authorization: `Bearer ${KEY}` }],
      ['Authorization: bearer', { Authorization: `bearer ${KEY}` }],
      ['X-API-Key', { 'X-API-Key': KEY }],
      ["a browser's Basic prompt", { Authorization: basic(KEY) }],
    ])('answers the key in %s', async (_, headers) => {
      expect((await locked.request(route.address, bodyFor(route, headers))).status).toBe(200)
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
      expect(response.status).toBe(isOpen ? 200 : 401)
      if (isOpen) return
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="Tiaowen"')
      expect(ProblemSchema.parse(await response.json()).code).toBe('unauthorized')
    })
  })

  test.each([
    '//livez',
    '/livez/',
    '/livez/../readyz',
    '/LIVEZ',
    '/livez%2f',
    '/livez%0a',
    '/livez.',
    '/%6civez/x',
    '/livez%5c..%5creadyz',
    '/readyz?/livez',
    '/nothing',
    '/api//ask',
  ])('%s is no way in', async (address) => {
    const response = await locked.request(new Request(`http://localhost${address}`))
    expect(response.status).toBe(401)
  })

  test('the key is not asked for by its place in the address', async () => {
    expect((await locked.request(`/readyz?key=${KEY}&api_key=${KEY}`)).status).toBe(401)
  })

  test("a person's browser is asked for it", async () => {
    const response = await locked.request('/', { headers: { Accept: 'text/html,*/*' } })
    expect([response.status, response.headers.get('WWW-Authenticate')]).toEqual([
      401,
      'Basic realm="Tiaowen", charset="UTF-8"',
    ])
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
    expect(await status('127.0.0.1:8787')).toBe(200)
    expect(await status('localhost:8787', { Origin: 'http://localhost:8787' })).toBe(200)
    expect(await status('[::1]:8787')).toBe(200)
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
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'",
    )
  })
})
