/** The routes of administration: who may use them, what they change, what they tell, and what the audit log says of it. */
import { describe, expect, test } from 'vitest'
import { createApp } from '../../../src/channels/http/app.ts'
import type { AdminParts } from '../../../src/channels/admin-parts.ts'
import { UsageCounter } from '../../../src/channels/usage-counter.ts'
import { PolicyError } from '../../../src/errors.ts'
import { IN_MEMORY } from '../../../src/state/sqlite-state.ts'
import { openSqliteStorage } from '../../../src/state/sqlite-storage.ts'
import { chinaDay } from '../../../src/state/usage.ts'
import { LogRing } from '../../../src/telemetry/log-ring.ts'
import { answered, declined, eventsOf, scripted, scriptedDesk } from '../scripted.ts'

const KEY = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
const OPERATOR = { 'X-API-Key': KEY }
const BY = { by: 'cli' }
const DAY_MS = 86_400_000

function opened({ isOpen = false, script = {}, now = Date.now } = {}) {
  const { state, access, usage } = openSqliteStorage(IN_MEMORY, { now })
  const ring = new LogRing({ now })
  const log: string[] = []
  const counter = new UsageCounter(usage, { log: (line) => log.push(line), now })
  const admin: AdminParts = {
    usage,
    generations: async () => ({ generations: [{ name: 'gen-00000002', isCurrent: true, parent: 'gen-00000001', documents: 3, bytes: 42, embedder: null, createdAt: '2026-11-22T08:00:00.000Z' }], setAside: [{ name: 'bad-gen-00000001-1763800000000', at: '2025-11-22T08:26:40.000Z' }] }),
    folders: async () => [{ label: 'seeds', documents: ['d-000', 'd-001', 'd-003'] }],
    log: (wanted) => ring.tail(wanted),
    startedAt: '2026-11-22T07:00:00.000Z',
  }
  const app = createApp(counter.counted(scripted(script)), { version: '0.1.0', state, access, admin, desk: scriptedDesk(), log: (line) => log.push(line), ...(!isOpen && { apiKey: KEY }) })
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = OPERATOR) => {
    const response = await app.request(path, { method, headers: { ...headers, ...(body !== undefined && { 'Content-Type': 'application/json' }) }, ...(body !== undefined && { body: JSON.stringify(body) }) })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as any }
  }
  const get = (path: string, headers?: Record<string, string>) => send('GET', `/api/admin/${path}`, undefined, headers)
  const entries = async () => (await access.auditEntries({ limit: 200 })).toReversed().map(({ by, action, object, outcome }) => [by, action, object, outcome].join(' '))
  return { app, state, access, usage, ring, log, counter, send, get, entries }
}

const READS = ['state', 'keys', 'people', 'collections', 'audit', 'generations', 'channels', 'usage', 'feedback', 'log']
const CHANGES = [
  ['POST', 'keys'],
  ['DELETE', 'keys/12345678'],
  ['POST', 'people'],
  ['PATCH', 'people/p1'],
  ['POST', 'collections'],
  ['PATCH', 'collections/c1'],
  ['DELETE', 'collections/c1'],
  ['POST', 'audit/verify'],
] as const

describe('who may administer', () => {
  test('nobody without a key, and no key without the scope admin, reads or changes anything', async () => {
    const { access, send } = opened()
    const { secret } = await access.createKey({ name: '编辑', scopes: ['ask', 'search', 'ingest'], sight: 'all' }, BY)
    const all = [...READS.map((path) => ['GET', path] as const), ...CHANGES]
    for (const [method, path] of all) {
      const body = method === 'GET' ? undefined : {}
      const statuses = [await send(method, `/api/admin/${path}`, body, {}), await send(method, `/api/admin/${path}`, body, { 'X-API-Key': secret })].map(({ status }) => status)
      expect([method, path, ...statuses]).toEqual([method, path, 401, 403])
    }
    expect(all).toHaveLength(18)
  })

  test('whoever sits at this machine may, until there is a key or a person', async () => {
    const { send, get } = opened({ isOpen: true })
    expect((await get('state', {})).body).toMatchObject({ isOpen: true, ready: true, version: '0.1.0', startedAt: '2026-11-22T07:00:00.000Z', documents: 3 })
    const { status, body } = await send('POST', '/api/admin/keys', { name: '总管', scopes: ['admin', 'search'], sight: 'all' }, {})
    expect([status, body.key.name, body.key.scopes]).toEqual([201, '总管', ['search', 'admin']])
    expect((await get('keys', {})).status).toBe(401)
    const own = { Authorization: `Bearer ${body.secret}` }
    expect((await get('state', own)).body.isOpen).toBe(false)
    expect((await get('keys', own)).body.keys.map(({ id }: { id: string }) => id)).toEqual([body.key.id])
  })

  test('the first key and the first person must be able to let others in', async () => {
    const { send, access } = opened({ isOpen: true })
    const refused = [
      await send('POST', '/api/admin/keys', { name: '只读', scopes: ['search'], sight: 'all' }, {}),
      await send('POST', '/api/admin/people', { login: 'li', name: '李', role: 'reader', sight: 'all', password: 'long enough words' }, {}),
      await send('POST', '/api/admin/people', { login: 'li', name: '李', role: 'admin', sight: 'all' }, {}),
    ]
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual([[400, 'bad-request'], [400, 'bad-request'], [400, 'bad-request']])
    expect(await access.hasAnyone()).toBe(false)
  })
})

describe('keys', () => {
  test('a key is shown once, works, and is dead with its revocation', async () => {
    const { send, get, app } = opened()
    const made = await send('POST', '/api/admin/keys', { name: '检索', scopes: ['search'], sight: [], expiresAt: '2099-06-30', tokensADay: 5000 })
    expect(made.status).toBe(201)
    const { key, secret } = made.body
    expect(secret).toMatch(/^tw_live_[\w-]{43}$/)
    expect(secret.slice(8, 16)).toBe(key.id)
    expect(key).toEqual({ id: key.id, name: '检索', scopes: ['search'], sight: [], createdAt: key.createdAt, createdBy: 'operator', expiresAt: '2099-06-30T16:00:00.000Z', tokensADay: 5000 })
    expect(JSON.stringify((await get('keys')).body)).not.toContain(secret)
    const used = async () => (await app.request('/v1/models', { headers: { Authorization: `Bearer ${secret}` } })).status
    expect(await used()).toBe(200)
    expect((await get('keys')).body.keys[0].lastUsedAt).toMatch(/^20/)
    expect((await send('DELETE', `/api/admin/keys/${key.id}`)).status).toBe(204)
    expect(await used()).toBe(401)
    expect((await get('keys')).body.keys[0].revokedAt).toMatch(/^20/)
    const again = await send('DELETE', `/api/admin/keys/${key.id}`)
    expect([again.status, again.body.code]).toEqual([404, 'no-such-key'])
  })

  test('what is no key is refused', async () => {
    const { send } = opened()
    const good = { name: '一', scopes: ['search'], sight: 'all' }
    for (const wrong of [{ name: '' }, { scopes: [] }, { scopes: ['root'] }, { sight: ['没有'] }, { expiresAt: '明天' }, { tokensADay: 0 }, { scopes: ['admin'], sight: [] }, { owner: 'k-1' }]) {
      const { status, body } = await send('POST', '/api/admin/keys', { ...good, ...wrong })
      expect([wrong, status, body.code]).toEqual([wrong, 400, 'bad-request'])
    }
  })
})

test('people are added, changed, switched off; the last admin stays', async () => {
  const { send, get, access } = opened()
  const added = await send('POST', '/api/admin/people', { login: 'wang', name: '王敏', role: 'admin', sight: 'all', password: 'a password of some length' })
  expect(added.status).toBe(201)
  const { id } = added.body
  expect(added.body).toEqual({ id, login: 'wang', name: '王敏', role: 'admin', sight: 'all', createdAt: added.body.createdAt, hasPassword: true })
  const second = await send('POST', '/api/admin/people', { login: 'li', name: '李华', role: 'reader', sight: [] })
  const changed = await send('PATCH', `/api/admin/people/${second.body.id}`, { name: '李花', role: 'editor', disabled: true })
  expect([changed.status, changed.body.name, changed.body.role, typeof changed.body.disabledAt]).toEqual([200, '李花', 'editor', 'string'])
  expect((await get('people')).body.people.map(({ name }: { name: string }) => name).sort()).toEqual(['李花', '王敏'])
  const last = await send('PATCH', `/api/admin/people/${id}`, { disabled: true })
  expect([last.status, last.body.code]).toEqual([400, 'bad-request'])
  expect((await send('PATCH', '/api/admin/people/none', { name: '谁' })).body.code).toBe('no-such-person')
  expect(await access.personByPassword('wang', 'a password of some length')).toMatchObject({ id })
})

test('collections are made, filled, renamed and removed', async () => {
  const { send, get } = opened()
  const { status, body } = await send('POST', '/api/admin/collections', { name: '人事' })
  expect([status, body.folders, body.documents]).toEqual([201, [], []])
  const many = Array.from({ length: 5_000 }, (_, at) => `d-${String(at).padStart(12, '0')}`)
  const filled = await send('PATCH', `/api/admin/collections/${body.id}`, { name: '人事文件', folders: ['seeds'], documents: many })
  expect([filled.status, filled.body.name, filled.body.folders, filled.body.documents.length]).toEqual([200, '人事文件', ['seeds'], 5_000])
  expect((await get('collections')).body).toMatchObject({ collections: [{ name: '人事文件' }], folders: [{ label: 'seeds', documents: ['d-000', 'd-001', 'd-003'] }] })
  const huge = await send('PATCH', `/api/admin/collections/${body.id}`, { documents: Array.from({ length: 20_000 }, (_, at) => `${'d'.repeat(60)}${at}`) })
  expect([huge.status, huge.body.code]).toEqual([413, 'body-too-large'])
  expect((await send('DELETE', `/api/admin/collections/${body.id}`)).status).toBe(204)
  expect((await send('DELETE', `/api/admin/collections/${body.id}`)).body.code).toBe('no-such-collection')
})

describe('the audit log', () => {
  test('changes once, by their store; reads once a minute and kind; what fails too', async () => {
    const { send, get, entries } = opened()
    for (const path of ['keys', 'keys', 'log?after=0', 'log?after=9', 'log']) await get(path)
    const { body } = await send('POST', '/api/admin/keys', { name: '检索', scopes: ['search'], sight: 'all' })
    await send('DELETE', `/api/admin/keys/${body.key.id}`)
    await send('DELETE', `/api/admin/keys/${body.key.id}`)
    await send('POST', '/api/admin/audit/verify', {})
    expect(await entries()).toEqual([
      'operator admin.read /api/admin/keys done',
      'operator admin.read /api/admin/log done',
      `operator key.create ${body.key.id} done`,
      `operator key.revoke ${body.key.id} done`,
      `operator admin.change ${body.key.id} refused`,
      'operator audit.verify /api/admin/audit/verify done',
    ])
  })

  test('is paged back, filtered, and verified against a head that was kept', async () => {
    const { send, get, access } = opened()
    for (let at = 1; at <= 5; at++) await access.audit({ by: at % 2 === 0 ? 'person:a' : 'key:b', action: 'document.remove', object: `d-${at}`, outcome: 'done' })
    const first = (await get('audit?limit=2&action=document.remove')).body
    expect([first.entries.map(({ object }: { object: string }) => object), first.more]).toEqual([['d-5', 'd-4'], true])
    const next = (await get(`audit?limit=10&before=${first.entries[1].number}&action=document.remove&by=key:b`)).body
    expect([next.entries.map(({ object }: { object: string }) => object), next.more]).toEqual([['d-3', 'd-1'], false])
    const verdict = (await send('POST', '/api/admin/audit/verify', { expected: first.head })).body
    expect([verdict.whole, verdict.head.number]).toEqual([true, 7])
    const cut = (await send('POST', '/api/admin/audit/verify', { expected: { number: 99, hash: 'a'.repeat(64) } })).body
    expect([cut.whole, cut.number]).toEqual([false, 9])
  })
})

test('generations: which serves, where it came from, what was put aside', async () => {
  const { get } = opened()
  const { body } = await get('generations')
  expect(body.serving).toBe('gen-00000001')
  expect(body.generations[0]).toMatchObject({ name: 'gen-00000002', parent: 'gen-00000001', documents: 3 })
  expect(body.setAside).toEqual([{ name: 'bad-gen-00000001-1763800000000', at: '2025-11-22T08:26:40.000Z' }])
})

describe('usage', () => {
  const ask = (headers: Record<string, string>, question = '目标？') => ({ method: 'POST', headers: { ...OPERATOR, 'Content-Type': 'application/json', ...headers }, body: JSON.stringify({ question }) })

  test('counts by day, channel, outcome and reason, and nothing of what was asked', async () => {
    const script = {
      ask: (request: { question: string }) => {
        if (request.question === '坏') throw new PolicyError('internal', 'broken')
        return eventsOf((request.question === '没有' ? declined : answered)(request))
      },
    }
    const now = () => Date.parse('2026-11-22T16:30:00Z') // the 23rd in China
    const { app, counter, usage } = opened({ script, now })
    for (const [headers, question] of [
      [{ 'Sec-Fetch-Site': 'same-origin' }, '目标？'],
      [{ 'Sec-Fetch-Site': 'same-origin' }, '目标？'],
      [{}, '没有'],
      [{}, '坏'],
    ] as const) await (await app.request('/api/ask', ask(headers, question))).text()
    const chat = { model: 'tiaowen', messages: [{ role: 'user', content: '目标？' }] }
    await (await app.request('/v1/chat/completions', { method: 'POST', headers: { ...OPERATOR, 'Content-Type': 'application/json' }, body: JSON.stringify(chat) })).text()
    await counter.flush()
    const rows = await usage.since('2026-11-23')
    expect(rows.map(({ milliseconds: _, ...row }) => row)).toEqual([
      { day: '2026-11-23', channel: 'api', outcome: 'declined', reason: 'no-evidence', mode: 'extractive', count: 1 },
      { day: '2026-11-23', channel: 'api', outcome: 'error', mode: 'extractive', count: 1 },
      { day: '2026-11-23', channel: 'openai', outcome: 'answered', mode: 'extractive', count: 1 },
      { day: '2026-11-23', channel: 'page', outcome: 'answered', mode: 'extractive', count: 2 },
    ])
  })

  test('sums grow, and those of earlier weeks are not told', async () => {
    const { get, usage } = opened()
    const today = Date.now()
    const row = (daysAgo: number, count: number) => ({ day: chinaDay(today - daysAgo * DAY_MS), channel: 'page', outcome: 'answered', mode: 'llm', count, milliseconds: 10 * count }) as const
    await usage.add([row(0, 3), row(6, 2), row(7, 100)])
    await usage.add([row(0, 4)])
    const { body } = await get('usage?weeks=1')
    expect([body.from, body.to]).toEqual([chinaDay(today - 6 * DAY_MS), chinaDay(today)])
    expect(body.rows.map(({ count, milliseconds }: { count: number; milliseconds: number }) => [count, milliseconds])).toEqual([[2, 20], [7, 70]])
  })

  test('a store that fails loses nothing and fails no answer; what is lost in the end is told', async () => {
    const log: string[] = []
    let isFull = true
    const kept: unknown[] = []
    const store = {
      add: async (rows: readonly unknown[]) => {
        if (isFull) throw new PolicyError('disk-full', '磁盘已满')
        kept.push(...rows)
      },
      since: async () => [],
    }
    const counter = new UsageCounter(store, { log: (line) => log.push(line) })
    const assistant = counter.counted(scripted())
    const events: string[] = []
    const askOnce = async () => {
      for await (const { type } of assistant.ask({ question: '目标？' })) events.push(type)
    }
    await askOnce()
    await counter.flush()
    await askOnce()
    await counter.flush()
    expect(log).toHaveLength(1)
    isFull = false
    await counter.flush()
    expect([events.filter((type) => type === 'done').length, kept]).toMatchObject([2, [{ count: 2, channel: 'api' }]])
    isFull = true
    await askOnce()
    await counter.close()
    expect(log.at(-1)).toBe('1 个提问没有计入统计 questions were not counted')
  })

  test('a question that is stopped is neither answered nor an error', async () => {
    const added: unknown[] = []
    const counter = new UsageCounter({ add: async (rows) => void added.push(...rows), since: async () => [] }, { log: () => {} })
    const stop = new AbortController()
    const stopped = counter.counted(
      scripted({
        ask: async function* () {
          stop.abort()
          throw new DOMException('stopped', 'AbortError')
        },
      }),
    )
    await expect(stopped.ask({ question: '目标？' }, stop.signal)[Symbol.asyncIterator]().next()).rejects.toThrow('stopped')
    await counter.close()
    expect(added).toEqual([])
  })
})

test('feedback: by day in China and by reason, the latest remarks first', async () => {
  let clock = Date.now() - 3 * DAY_MS
  const { state, get } = opened({ now: () => clock })
  const give = async (at: number, rating: 'up' | 'down', reason?: string) => {
    const name = { conversationId: `00000000-0000-4000-8000-00000000000${at}`, exchangeId: `00000000-0000-4000-8000-00000000001${at}` }
    const { attempt } = await state.begin('p-1', { ...name, question: `问题${at}` })
    await state.keepAnswer('p-1', name, attempt, { ...answered({ question: `问题${at}` }), id: `a-${at}` })
    await state.giveFeedback('p-1', name, { rating, ...(reason !== undefined && { reason }) })
  }
  await give(1, 'down', '引文不对；不完整')
  await give(2, 'up')
  const before = chinaDay(clock)
  clock += DAY_MS
  await give(3, 'down', '引文不对')
  const { body } = await get('feedback?weeks=1')
  expect(body.days).toEqual([{ day: before, up: 1, down: 1 }, { day: chinaDay(clock), up: 0, down: 1 }])
  expect(body.reasons).toEqual([{ reason: '引文不对', count: 2 }, { reason: '不完整', count: 1 }])
  expect(body.remarks.map(({ question, rating }: { question: string; rating: string }) => `${question} ${rating}`)).toEqual(['问题3 down', '问题2 up', '问题1 down'])
})

test("the log's end: the last lines after a number, without secrets", async () => {
  const { ring, get } = opened()
  for (let at = 1; at <= 1_200; at++) ring.add(`第${at}行`)
  ring.add(`Authorization: Bearer ${KEY} tw_live_abcdefghijklmnop https://user:pass@host/x xoxb-1234567890 token=abcdefgh`, { level: 'warn', component: 'http' })
  const { body } = await get('log?after=1198')
  expect(body.last).toBe(1_201)
  expect(body.lines.map(({ message }: { message: string }) => message)).toEqual(['第1199行', '第1200行', 'Authorization: Bearer *** tw_live_*** https://***@host/x xoxb-*** token=***'])
  expect(body.lines[2]).toMatchObject({ level: 'warn', component: 'http', number: 1_201 })
  expect((await get('log?limit=1000')).body.lines[0].number).toBe(202)
})
