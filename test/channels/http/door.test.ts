/** The door: sessions of a browser, what is limited and to whom, what the audit log holds, and streams that end. */
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { AccessStore } from '../../../src/access/access-store.ts'
import { openSqliteAccess } from '../../../src/access/sqlite-access.ts'
import { createApp, type HttpOptions } from '../../../src/channels/http/app.ts'
import { clientAddress, networkOf, proxiesOf } from '../../../src/channels/http/client-address.ts'
import { MemoryRates } from '../../../src/channels/http/limits.ts'
import { pathOfThisSite, roleIn } from '../../../src/channels/http/oidc.ts'
import { nameOf, ROUTES, unmatched, type RouteRow } from '../../../src/channels/http/route-table.ts'
import { PolicyError } from '../../../src/errors.ts'
import { answered, scripted, scriptedDesk, type Script } from '../scripted.ts'

const BY = { by: 'cli' }
const OPERATOR = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
const OTHER = '6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10'
const PASSWORD = '政策科的口令远不只一个词语'

/** A socket whose other end is at an address. */
const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } })

function opened(options: Partial<HttpOptions> = {}, script: Script = {}) {
  const access = openSqliteAccess(':memory:', { passwordCost: { memoryKiB: 64, passes: 1, lanes: 1 } })
  const app = createApp(scripted(script), { version: '0.1.0', access, apiKey: OPERATOR, desk: scriptedDesk(), ...options })
  const send = (method: string, address: string, body?: unknown, headers: Record<string, string> = {}, env?: object) =>
    app.request(
      address,
      { method, headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }) },
      env as never,
    )
  return { access, app, send }
}

const person = (access: AccessStore) =>
  access.createPerson({ login: 'wangfang', name: '王芳', role: 'editor', sight: [], password: PASSWORD }, BY)
const key = (access: AccessStore, scopes: readonly ('ask' | 'search' | 'ingest')[] = ['ask', 'search']) =>
  access.createKey({ name: '政策科', scopes, sight: [] }, BY)

const cookieOf = (response: Response): string => /^[^;]+/.exec(response.headers.get('Set-Cookie') ?? '')?.[0] ?? ''

describe('the route table', () => {
  test('a route without a row, a row without a route, and a row twice are told', () => {
    const { app } = opened()
    expect(unmatched(app.routes, ROUTES)).toEqual([])
    expect(unmatched([...app.routes, { method: 'GET', path: '/new' }], ROUTES)).toEqual(['GET /new has no row in route-table.ts'])
    expect(unmatched([...app.routes, { method: 'ALL', path: '/new' }], ROUTES)).toEqual(['ALL /new has no row in route-table.ts'])
    const without = app.routes.filter(({ path }) => path !== '/api/ask')
    expect(unmatched(without, ROUTES)).toEqual(['the row POST /api/ask of route-table.ts has no route'])
    expect(unmatched(app.routes, [...ROUTES, ROUTES[0]!])).toEqual(['GET /livez stands twice in route-table.ts'])
  })

  test('/openapi.json says what each route needs, and how it says no', async () => {
    const { send } = opened()
    const { paths } = (await (await send('GET', '/openapi.json', undefined, { 'X-API-Key': OPERATOR })).json()) as {
      paths: Record<string, Record<string, { security: Record<string, string[]>[]; responses: Record<string, unknown> }>>
    }
    expect(paths['/livez']!['get']!.security).toEqual([])
    expect(paths['/api/ask']!['post']!.security).toEqual([{ bearer: ['ask'] }, { apiKey: ['ask'] }, { session: ['ask'] }])
    expect(paths['/api/clauses/{documentId}/{path}']!['get']!.security[0]).toEqual({ bearer: ['search'] })
    for (const operations of Object.values(paths)) {
      for (const { security, responses } of Object.values(operations)) {
        expect(security).toBeDefined()
        if (security.length > 0) expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403', '429']))
      }
    }
  })
})

describe('a session', () => {
  test('of a person, by password: a cookie no script reads and no other site sends; over when one signs out', async () => {
    const { access, send } = opened()
    await person(access)
    const signedIn = await send('POST', '/api/session', { login: 'WANGFANG', password: PASSWORD })
    expect(await signedIn.json()).toMatchObject({ who: { kind: 'person', name: '王芳', scopes: ['ask', 'search', 'ingest'], by: 'session' } })
    expect(signedIn.headers.get('Set-Cookie')).toMatch(/^tiaowen=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    const Cookie = cookieOf(signedIn)
    expect((await send('GET', '/api/documents', undefined, { Cookie })).status).toBe(200)
    expect((await send('GET', '/api/documents', undefined, { Cookie: `${Cookie}; ${Cookie}` })).status).toBe(401)
    expect((await send('DELETE', '/api/session', undefined, { Cookie, Origin: 'https://evil.example.com' })).status).toBe(403)
    expect((await send('DELETE', '/api/session', undefined, { Cookie })).status).toBe(204)
    expect((await send('GET', '/api/documents', undefined, { Cookie })).status).toBe(401)
    const { who, ways } = (await (await send('GET', '/api/session')).json()) as { who?: object; ways: object }
    expect({ who, ways }).toEqual({ who: undefined, ways: { key: true, password: true, oidc: false } })
    const entries = await access.auditEntries({ limit: 10 })
    expect(entries.map(({ action, outcome }) => `${action} ${outcome}`).slice(0, 2)).toEqual(['sign-out done', 'sign-in done'])
  })

  test('of a key shares its conversations, and ends with it', async () => {
    const { access, send } = opened()
    const { key: record, secret } = await key(access)
    const Cookie = cookieOf(await send('POST', '/api/session', { key: secret }))
    const exchange = { question: '145行动是什么？', conversationId: randomUUID(), exchangeId: randomUUID() }
    expect((await send('POST', '/api/ask', exchange, { Authorization: `Bearer ${secret}` })).status).toBe(200)
    expect((await send('GET', `/api/conversations/${exchange.conversationId}`, undefined, { Cookie })).status).toBe(200)
    expect((await send('GET', `/api/conversations/${exchange.conversationId}`, undefined, { 'X-API-Key': OPERATOR })).status).toBe(404)
    await access.revokeKey(record.id, BY)
    expect((await send('GET', '/api/conversations', undefined, { Cookie })).status).toBe(401)
    expect((await send('GET', '/api/conversations', undefined, { 'X-API-Key': secret })).status).toBe(401)
  })

  test('over https its name keeps other hosts from setting it, and it is sent over https alone', async () => {
    const { send } = opened({ trustedProxies: ['10.0.0.1'] })
    const cookie = async (headers: Record<string, string>, peer: string) =>
      (await send('POST', '/api/session', { key: OPERATOR }, headers, from(peer))).headers.get('Set-Cookie')
    expect(await cookie({ 'X-Forwarded-Proto': 'https' }, '10.0.0.1')).toMatch(/^__Host-tiaowen=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
    expect(await cookie({ 'X-Forwarded-Proto': 'https' }, '10.0.0.2')).toMatch(/^tiaowen=/)
    const { send: behind } = opened({ publicUrl: 'https://tiaowen.example.cn' })
    expect((await behind('POST', '/api/session', { key: OPERATOR })).headers.get('Set-Cookie')).toMatch(/^__Host-tiaowen=/)
  })

  test('unknown and wrong are told alike; ten failures of an address a minute, and a right one is none', async () => {
    const { access, send } = opened({ trustedProxies: [] })
    await person(access)
    const attempt = async (body: object, address = '203.0.113.7') => {
      const response = await send('POST', '/api/session', body, {}, from(address))
      return { status: response.status, body: (await response.text()).replace(/,"requestId":"[^"]*"/, ''), retry: response.headers.get('Retry-After') }
    }
    const wrong = await attempt({ login: 'wangfang', password: 'x'.repeat(12) })
    expect(wrong.status).toBe(401)
    expect(await attempt({ login: 'nobody', password: PASSWORD })).toEqual(wrong)
    expect(await attempt({ key: `tw_live_${'x'.repeat(43)}` })).toEqual(wrong)
    expect((await attempt({ login: 'wangfang', password: PASSWORD })).status).toBe(200)
    for (let i = 0; i < 7; i++) expect((await attempt({ login: 'nobody', password: PASSWORD })).status).toBe(401)
    expect(await attempt({ login: 'wangfang', password: PASSWORD })).toMatchObject({ status: 429, retry: '6' })
    expect((await attempt({ login: 'wangfang', password: PASSWORD }, '203.0.113.8')).status).toBe(200)
  })

  test('is not opened where the audit log cannot be written', async () => {
    const { access, send } = opened()
    access.audit = () => Promise.reject(new PolicyError('disk-full', '磁盘已满。'))
    const response = await send('POST', '/api/session', { key: OPERATOR })
    expect([response.status, response.headers.get('Set-Cookie')]).toEqual([503, null])
    const removed = await send('DELETE', '/api/documents/d-000', undefined, { 'X-API-Key': OPERATOR })
    expect(removed.status).toBe(503)
    expect((await send('GET', '/api/documents', undefined, { 'X-API-Key': 'wrong' })).status).toBe(401)
  })
})

describe('whose word counts on where a request comes from', () => {
  const isProxy = proxiesOf(['10.0.0.0/8', 'fd00::/8'])
  test.each<[string, string | undefined, string]>([
    ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '1.2.3.4, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['fd00::1', '[2001:DB8::1]:443', '2001:db8::1'],
    ['10.0.0.1', '198.51.100.1, nonsense', '10.0.0.1'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '10.0.0.2', '10.0.0.2'],
  ])('%s, told %s: %s', (peer, told, address) => {
    const context = { env: from(peer), req: { header: (name: string) => (name === 'x-forwarded-for' ? told : undefined) } }
    expect(clientAddress(context as never, isProxy)).toBe(address)
  })

  test('one subscriber has a /64', () => {
    expect(networkOf('2001:db8:1:2:3::4')).toBe('2001:db8:1:2::/64')
    expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
    expect(networkOf('203.0.113.7')).toBe('203.0.113.7')
  })
})

describe('how often', () => {
  test('a bucket fills again by the second, and what nobody uses is forgotten', async () => {
    let now = 0
    const rates = new MemoryRates(() => now, 2)
    const allowance = { perMinute: 2 }
    expect([await rates.take('a', allowance), await rates.take('a', allowance)].map(({ isAllowed }) => isAllowed)).toEqual([true, true])
    expect(await rates.take('a', allowance)).toEqual({ isAllowed: false, remaining: 0, retrySeconds: 30 })
    now += 29_000
    expect((await rates.take('a', allowance)).isAllowed).toBe(false)
    now += 1_000
    expect((await rates.take('a', allowance)).isAllowed).toBe(true)
    for (const bucket of ['b', 'c', 'd']) await rates.take(bucket, allowance)
    expect(rates.size).toBe(2)
  })

  test('each key for itself, by every way it is shown; health as often as one likes', async () => {
    const { access, send } = opened({ rates: { ask: 2 } })
    const [one, other] = [await key(access), await key(access)]
    const asked = async (secret: string, way: 'X-API-Key' | 'Authorization') =>
      (await send('POST', '/api/ask', { question: '目标？' }, { [way]: way === 'X-API-Key' ? secret : `Bearer ${secret}` })).status
    expect([await asked(one.secret, 'X-API-Key'), await asked(one.secret, 'Authorization')]).toEqual([200, 200])
    const refused = await send('POST', '/api/ask', { question: '目标？' }, { 'X-API-Key': one.secret })
    expect(refused.status).toBe(429)
    expect(refused.headers.get('Retry-After')).toBe('30')
    expect(refused.headers.get('RateLimit-Policy')).toBe('"ask";q=2;w=60')
    expect(await asked(other.secret, 'X-API-Key')).toBe(200)
    for (let i = 0; i < 30; i++) expect((await send('GET', '/readyz')).status).toBe(200)
  })

  test('wrong keys of an address: ten a minute are told so, then that they are too many; a right one is let in', async () => {
    const { access, send } = opened()
    const got = async (secret: string) => (await send('GET', '/api/documents', undefined, { 'X-API-Key': secret }, from('203.0.113.7'))).status
    const wrong: number[] = []
    for (let i = 0; i < 12; i++) wrong.push(await got('wrong'))
    expect(wrong).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429])
    expect(await got(OPERATOR)).toBe(200)
    const entries = await access.auditEntries({ limit: 50, action: 'access.wrong-key' })
    expect(entries).toHaveLength(10)
    expect(entries[0]).toMatchObject({ by: 'nobody', outcome: 'refused', address: '203.0.113.7' })
  })

  test('more questions at once than can wait: told to come back', async () => {
    const go = Promise.withResolvers<void>()
    const { send } = opened({ asksAtOnce: 1, rates: { ask: 1e6 } }, {
      ask: async function* (request) {
        await go.promise
        yield { type: 'done', answer: answered(request) }
      },
    })
    const ask = () => send('POST', '/api/ask', { question: '目标？' }, { 'X-API-Key': OPERATOR })
    const all = Array.from({ length: 1 + 256 + 3 }, ask)
    const first = await Promise.race(all)
    expect([first.status, first.headers.get('Retry-After')]).toEqual([503, '5'])
    expect(await first.json()).toMatchObject({ code: 'overloaded' })
    go.resolve()
    const statuses = (await Promise.all(all)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(257)
    expect(statuses.filter((status) => status === 503)).toHaveLength(3)
  })

  test('addresses of more than 8 KiB are refused', async () => {
    const { send } = opened()
    expect((await send('GET', `/livez?${'x'.repeat(8192)}`)).status).toBe(414)
    expect((await send('GET', `/livez?${'x'.repeat(8000)}`)).status).toBe(200)
  })
})

describe('without a key', () => {
  const local = (headers: Record<string, string>, peer?: string, isPublic = false) => {
    const access = openSqliteAccess(':memory:')
    const app = createApp(scripted(), { version: '0.1.0', access, isPublic })
    return app.request('http://127.0.0.1:8787/api/documents', { headers: { Host: '127.0.0.1:8787', ...headers } }, (peer && from(peer)) as never)
  }
  test.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via'])('what came through a proxy is refused: %s', async (name) => {
    expect((await local({ [name]: '127.0.0.1' }, '127.0.0.1')).status).toBe(403)
  })

  test('only the loopback of a server that stands there', async () => {
    expect((await local({}, '127.0.0.1')).status).toBe(200)
    expect((await local({}, '::1')).status).toBe(200)
    expect((await local({}, '203.0.113.7')).status).toBe(403)
    expect((await local({}, '127.0.0.1', true)).status).toBe(403)
  })

  test('the first key shuts the door at once, and it stays shut', async () => {
    const access = openSqliteAccess(':memory:')
    const app = createApp(scripted(), { version: '0.1.0', access })
    const status = async () => (await app.request('/api/documents')).status
    expect(await status()).toBe(200)
    const { key: made } = await key(access)
    expect(await status()).toBe(401)
    await access.revokeKey(made.id, BY)
    expect(await status()).toBe(401)
  })
})

describe('a stream of a key that is revoked', () => {
  const waiting: Script = {
    ask: async function* () {
      yield { type: 'passages', passages: [] }
      await new Promise(() => {})
    },
  }

  test.each([
    ['/api/ask', { question: '目标？', stream: true }, 'event: error\ndata: {"type":"/docs#unauthorized"'],
    ['/v1/chat/completions', { model: 'tiaowen', stream: true, messages: [{ role: 'user', content: '目标？' }] }, 'data: {"error":'],
  ])('ends within a second, with an error: %s', async (path, body, words) => {
    const { access, send } = opened({}, waiting)
    const { key: record, secret } = await key(access)
    const response = await send('POST', path, body, { 'X-API-Key': secret })
    const reading = response.text()
    await access.revokeKey(record.id, BY)
    const began = performance.now()
    expect(await reading).toContain(words)
    expect(performance.now() - began).toBeLessThan(5_000) // half a second where the machine is not busy
  })

  test('of a session that was closed, too', async () => {
    const { access, send } = opened({}, waiting)
    const { id } = await person(access)
    const Cookie = cookieOf(await send('POST', '/api/session', { login: 'wangfang', password: PASSWORD }))
    const reading = (await send('POST', '/api/ask', { question: '目标？', stream: true }, { Cookie })).text()
    for (const session of await access.sessionsOf({ person: id })) await access.closeSession(session.id)
    expect(await reading).toContain('event: error')
  })
})

describe('changes of documents', () => {
  test('stand in the audit log before they are done, and what came of them where it went wrong', async () => {
    const { access, send } = opened({
      desk: scriptedDesk({ remove: () => Promise.reject(new PolicyError('no-such-document', '没有文件 d-999。')) }),
    })
    const { key: record, secret } = await key(access, ['ingest'])
    const headers = { 'X-API-Key': secret, 'X-Request-Id': 'r-1' }
    expect((await send('POST', '/api/uploads/d-000/accept', {}, headers)).status).toBe(202)
    expect((await send('DELETE', '/api/documents/d-999', undefined, headers)).status).toBe(404)
    const entries = (await access.auditEntries({ limit: 10, by: `key:${record.id}` })).map(({ action, object, outcome, requestId }) => ({ action, object, outcome, requestId }))
    expect(entries).toEqual([
      { action: 'document.remove', object: 'd-999', outcome: 'refused', requestId: 'r-1' },
      { action: 'document.remove', object: 'd-999', outcome: 'done', requestId: 'r-1' },
      { action: 'upload.accept', object: 'd-000', outcome: 'done', requestId: 'r-1' },
    ])
  })
})

describe('single sign-on', () => {
  test.each([
    ['/documents?q=1', '/documents?q=1'],
    ['/c/6f1f9a52', '/c/6f1f9a52'],
    ['//evil.example.com', '/'],
    ['/\\evil.example.com', '/'],
    ['/%5cevil.example.com', '/%5cevil.example.com'],
    ['https://evil.example.com/', '/'],
    ['javascript:alert(1)', '/'],
    ['/a/..//evil.example.com', '/'],
    ['/\tevil', '/'],
    ['/api/session/oidc', '/'],
    ['/documents#x', '/documents'],
    [undefined, '/'],
  ])('leads back to this site alone: %s', (path, back) => expect(pathOfThisSite(path)).toBe(back))

  test('the highest role that is named counts', () => {
    const roles = { admin: ['信息中心'], reader: ['全体'] }
    expect(roleIn(['全体', '信息中心'], roles)).toBe('admin')
    expect(roleIn('全体', roles)).toBe('reader')
    expect(roleIn(['外单位'], roles)).toBe('none')
    expect(roleIn(undefined, roles)).toBe('none')
  })
})

describe('a body larger than its row says is refused', () => {
  const rows = ROUTES.filter(({ method }) => method !== 'GET' && method !== 'DELETE').filter(({ path }) => !/\/(?:restore|index|stop)$/.test(path))
  const type = ({ path }: RouteRow) => (path === '/api/uploads' || path.endsWith('annotated') ? 'multipart/form-data; boundary=x' : 'application/json')
  const addressOf = ({ path }: RouteRow) => path.replace(/:(?:id|exchangeId)/g, OTHER)
  const headersOf = (row: RouteRow) => ({ 'X-API-Key': OPERATOR, 'Content-Type': type(row), Accept: 'application/json, text/event-stream' })

  test.each(rows.map((row) => [nameOf(row), row] as const))('%s, said beforehand', async (_, row) => {
    const { app } = opened()
    const headers = { ...headersOf(row), 'Content-Length': String(row.body + 1) }
    expect((await app.request(addressOf(row), { method: row.method, headers, body: 'x' })).status).toBe(413)
  })

  test.each(rows.filter(({ body }) => body <= 2 * 1024 * 1024).map((row) => [nameOf(row), row] as const))('%s, counted while it is read', async (_, row) => {
    const { app } = opened()
    const chunk = Buffer.alloc(64 * 1024, ' ')
    let left = Math.ceil(row.body / chunk.length) + 1
    const body = new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()),
    })
    const init = { method: row.method, headers: headersOf(row), body, duplex: 'half' }
    expect((await app.request(addressOf(row), init as RequestInit)).status).toBe(413)
  })
})

test('every row has a name of its own', () => expect(new Set(ROUTES.map(nameOf)).size).toBe(ROUTES.length))
