/** Every way in, for somebody who may not see the collection: no word, id, title or file name of it in any reply. */
import { randomUUID } from 'node:crypto'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Assistant } from '../../src/answering/assistant.ts'
import type { View } from '../../src/access/view.ts'
import { identityOfBot, identityOfMcp } from '../../src/access/acting.ts'
import { openBots } from '../../src/channels/bots/desk.ts'
import { createApp } from '../../src/channels/http/app.ts'
import { Keeper } from '../../src/channels/keeper.ts'
import { SeenBy } from '../../src/channels/seen-by.ts'
import { WITHHELD } from '../../src/channels/withheld.ts'
import { IN_MEMORY, openSqliteState } from '../../src/state/sqlite-state.ts'
import { openSqliteStorage } from '../../src/state/sqlite-storage.ts'
import type { State } from '../../src/state/state.ts'
import type { Document } from '../../src/types.ts'
import { scriptedBot } from '../channels/bots/scripted-bot.ts'
import { leaksIn, office, probes, rulesOf, SECRET, type Office, type Rules } from './office.ts'

const PROBES = probes().filter((_, at) => at % 6 === 0)
const TITLE = '某市赤霄津贴发放办法'
const ASKED = '玄蜃岗位的津贴标准是每月多少元？'

interface Sent {
  readonly method: string
  readonly path: string
  readonly body?: string | FormData
  readonly headers?: Readonly<Record<string, string>>
}

let whole: Office
let never: Office
let rules: Rules
let view: View
let hidden: readonly Document[] = []
let ids: readonly string[] = []
let state: State
let [all, seen, bare]: OpenAPIHono[] = []

beforeAll(async () => {
  whole = await office({ secret: true })
  never = await office({ secret: false })
  rules = await rulesOf(whole)
  view = await rules.sights.viewOf({ sight: [] })
  hidden = whole.assistant.catalogue().documents.filter(({ id }) => !view.sees(id))
  ids = hidden.map(({ id }) => id)
  state = openSqliteState(IN_MEMORY)
  all = createApp(whole.assistant, { version: '0.1.0', desk: whole.desk, state })
  // whoever a guard let in was given no collection
  seen = createApp(whole.assistant, { version: '0.1.0', desk: whole.desk, state, viewOf: () => rules.sights.viewOf({ sight: [] }) })
  bare = createApp(never.assistant, { version: '0.1.0', desk: never.desk })
})
afterAll(async () => {
  await rules?.storage.state.close()
  await Promise.all([whole?.leave(), never?.leave()])
})

const json = (method: string, path: string, body: object, headers: Record<string, string> = {}): Sent => ({
  method,
  path,
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', ...headers },
})
const get = (path: string): Sent => ({ method: 'GET', path })

function upload(name: string, text: string): Sent {
  const body = new FormData()
  body.set('file', new File([text], name))
  return { method: 'POST', path: '/api/uploads', body }
}

/** Whatever leads to a document, tried with those of the collection. */
function tried(): readonly Sent[] {
  const [conversationId, exchangeId] = [randomUUID(), randomUUID()]
  const within = `/api/conversations/${conversationId}`
  return [
    ...PROBES.flatMap((question) => [
      json('POST', '/api/ask', { question }),
      json('POST', '/api/ask', { question, stream: true }),
      json('POST', '/api/search', { query: question, limit: 20 }),
      get(`/api/cite?ref=${encodeURIComponent(question)}`),
      json('POST', '/v1/chat/completions', { model: 'tiaowen', messages: [{ role: 'user', content: question }] }),
    ]),
    ...hidden.flatMap(({ id, textSha256, source }) => [
      json('POST', '/api/ask', { question: '补助', documents: [id] }),
      json('POST', '/api/search', { query: '补助', limit: 5, documents: [id] }),
      json('POST', '/v1/chat/completions', { model: 'tiaowen', messages: [{ role: 'user', content: '补助' }], documents: [id] }),
      json('POST', '/v1/chat/completions', { model: 'tiaowen', messages: [{ role: 'user', content: '补助' }], documents: [source], stream: true }),
      get(`/api/cite?ref=${encodeURIComponent('第三条')}&at=${encodeURIComponent(`${id}#第二条`)}`),
      get(`/api/documents/${id}`),
      get(`/api/documents/${id}/text`),
      get(`/api/documents/${id}/text?sha=${textSha256}`),
      get(`/api/clauses/${id}/${encodeURIComponent('第三条')}`),
      get(`/api/reading/${id}`),
      get(`/api/reading/${id}?sha=${textSha256}`),
      get(`/read/${id}`),
      get(`/read/${id}/${textSha256.slice(0, 16)}`),
      get(`/read/${id}/${textSha256.slice(0, 16)}/0-9`),
      { method: 'DELETE', path: `/api/documents/${id}` },
      { method: 'POST', path: `/api/documents/${id}/restore` },
    ]),
    json('POST', '/api/check', { text: Object.values(SECRET).join('\n'), suggest: true }),
    json('POST', '/api/check', { text: `《${TITLE}》第三条规定：“玄蜃岗位的津贴标准为每月1,999元”。` }, { Accept: 'text/event-stream' }),
    { method: 'POST', path: '/api/check/annotated?name=a.txt', body: '第三条', headers: { 'Content-Type': 'text/plain' } },
    ...['/api/documents', '/api/suggestions', '/api/library', '/readyz', '/livez', '/api/conversations', '/v1/models', '/v1/models/tiaowen', '/openapi.json', '/docs', '/', '/documents', '/check', '/lookup', '/admin', '/c/1', '/favicon.ico', '/pages/page.css'].map(get),
    get(within),
    get(`${within}/export?format=json`),
    json('PATCH', within, { title: '津贴' }),
    { method: 'DELETE', path: within },
    json('PUT', `${within}/exchanges/${exchangeId}/feedback`, { rating: 'up' }),
    { method: 'DELETE', path: `${within}/exchanges/${exchangeId}/feedback` },
    { method: 'POST', path: `${within}/exchanges/${exchangeId}/stop` },
    upload('津贴.txt', SECRET['卯金刀-津贴.txt']!),
    upload('新.txt', `${TITLE}\n第一条 新的规定。\n`),
    upload('条例2015.txt', '某市其他规定\n第一条 另一回事。\n'),
  ]
}

const answerOf = async (app: OpenAPIHono, { path, ...init }: Sent) => {
  const response = await app.request(`http://127.0.0.1${path}`, init)
  const headers = [...response.headers].map((pair) => pair.join(': ')).join('\n')
  return { status: response.status, told: `${headers}\n${await response.text()}` }
}

/** Without what differs from one time to the next. */
const steady = (told: string): string =>
  told
    .replace(/"timings":\{[^}]*\}/g, '')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '…')
    .replace(/"(?:created|at|total|check|suggest|answer|embed|retrieve|understand)":[\d.]+/g, '')

describe('over HTTP', () => {
  test('every route tells the same as where the collection never was', { timeout: 180_000 }, async () => {
    expect(hidden).toHaveLength(3)
    const requests = tried()
    const routes = new Set<string>()
    for (const sent of requests) {
      const asked = `${sent.path} ${decodeURIComponent(sent.path)} ${typeof sent.body === 'string' ? sent.body : ''}`
      const { status, told } = await answerOf(seen!, sent)
      const expected = await answerOf(bare!, sent)
      const what = `${sent.method} ${asked.slice(0, 200)}`
      expect(leaksIn(told, ids).filter((word) => !asked.includes(word) && !(sent.body instanceof FormData)), what).toEqual([])
      expect(status, what).toBe(expected.status)
      expect(status, what).toBeLessThan(500)
      if (!(sent.body instanceof FormData)) expect(steady(told), what).toBe(steady(expected.told))
      if (sent.body instanceof FormData) expect(told.slice(told.indexOf('{')), what).not.toMatch(/"same"|"replaces"/)
      routes.add(`${sent.method} ${sent.path.split('?')[0]}`)
    }
    // a route that is not among them is one that nobody has tried
    const shapes = all!.routes.filter(({ method, path }) => method !== 'ALL' && !/^\/(?:assets|csp-reports|mcp|startupz|api\/session|api\/uploads\/|api\/library\/index)/.test(path))
    const untried = shapes.filter(({ method, path }) => {
      const shape = new RegExp(`^${method} ${path.replace(/:path\{\.\+\}/, '.+').replace(/:\w+(?:\{[^}]*\})?/g, '[^/]+').replaceAll('*', '.*')}$`)
      return ![...routes].some((one) => shape.test(one))
    })
    expect(untried.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })

  test('who may see it finds it on the same routes', async () => {
    const [one] = hidden
    expect((await answerOf(all!, get(`/api/documents/${one!.id}`))).status).toBe(200)
    const { told } = await answerOf(all!, json('POST', '/api/ask', { question: ASKED }))
    expect(leaksIn(told, ids)).toContain('璇玑')
    expect((await answerOf(all!, get('/api/library'))).told).toContain('坏.pdf')
    expect((await answerOf(all!, upload('津贴.txt', SECRET['卯金刀-津贴.txt']!))).told).toContain('"same"')
  })

  test('an upload is no newer text of what is not seen, and its name tells of no other', async () => {
    const staged = async (app: OpenAPIHono, name: string, text: string) => {
      const { told } = await answerOf(app, upload(name, text))
      return (JSON.parse(told.slice(told.indexOf('\n{') + 1)) as { id: string }).id
    }
    const id = await staged(seen!, '另.txt', `${TITLE}\n第一条 新的规定。\n`)
    const replacing = (replaces: string) => answerOf(seen!, json('POST', `/api/uploads/${id}/accept`, { replaces }))
    const { status, told } = await replacing(ids[0]!)
    expect(status).toBe(404)
    const other = await replacing('d-000000000000')
    expect(steady(told).replaceAll(ids[0]!, '')).toBe(steady(other.told).replaceAll('d-000000000000', ''))
    expect((await answerOf(seen!, { method: 'DELETE', path: `/api/uploads/${id}` })).status).toBe(204)
  })

  test('MCP tells nothing of it either', { timeout: 60_000 }, async () => {
    const headers = { Accept: 'application/json, text/event-stream', 'Content-Type': 'application/json' }
    let session = ''
    const rpc = async (app: OpenAPIHono, method: string, params: object): Promise<string> => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      const own = session === '' || method === 'initialize' ? {} : { 'Mcp-Session-Id': session }
      const response = await app.request('http://127.0.0.1/mcp', { method: 'POST', headers: { ...headers, ...own }, body })
      session = response.headers.get('mcp-session-id') ?? session
      return response.text()
    }
    const begin = (app: OpenAPIHono) =>
      rpc(app, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } })
    const tool = (app: OpenAPIHono, name: string, args: object) => rpc(app, 'tools/call', { name, arguments: args })
    await begin(seen!)
    const [id] = ids
    const calls: (readonly [string, object])[] = [
      ...PROBES.slice(0, 12).flatMap((words): (readonly [string, object])[] => [
        ['ask', { question: words }],
        ['search', { query: words }],
        ['resolve_citation', { reference: words }],
        ['verify_quote', { quote: words }],
        ['list_documents', { words }],
      ]),
      ['list_documents', {}],
      ['check_draft', { text: SECRET['卯金刀-津贴.txt'] }],
      ['get_clause', { documentId: id, path: ['第三条'] }],
      ['get_clause', { document: id, path: '第三条' }],
      ['verify_quote', { quote: '玄蜃岗位的津贴标准为每月', reference: `《${TITLE}》第三条` }],
    ]
    for (const [name, args] of calls) {
      const asked = JSON.stringify(args)
      const told = await tool(seen!, name, args)
      expect(leaksIn(told, ids).filter((word) => !asked.includes(word)), `${name} ${asked}`).toEqual([])
    }
    const resources: (readonly [string, object])[] = [
      ['resources/list', {}],
      ['resources/templates/list', {}],
      ...['document', 'outline'].map((kind): readonly [string, object] => ['resources/read', { uri: `tiaowen://${kind}/${id}` }]),
      ['resources/read', { uri: `tiaowen://clause/${id}/${encodeURIComponent('第三条')}` }],
      ...['d-', '津贴', ''].map((value): readonly [string, object] => [
        'completion/complete',
        { ref: { type: 'ref/resource', uri: 'tiaowen://document/{documentId}' }, argument: { name: 'documentId', value } },
      ]),
    ]
    for (const [method, params] of resources) {
      const asked = JSON.stringify(params)
      expect(leaksIn(await rpc(seen!, method, params), ids).filter((word) => !asked.includes(word)), asked).toEqual([])
    }
    await begin(all!)
    expect(leaksIn(await rpc(all!, 'resources/list', {}), ids)).toContain(id)
    expect(leaksIn(await tool(all!, 'ask', { question: ASKED }), ids)).toContain('璇玑')
  })
})

describe('an earlier conversation', () => {
  const where = { conversationId: randomUUID(), exchangeId: randomUUID() }
  const address = `/api/conversations/${where.conversationId}`
  const listed = async (app: OpenAPIHono, query: string) => {
    const { told } = await answerOf(app, get(`/api/conversations?q=${encodeURIComponent(query)}`))
    return JSON.parse(told.slice(told.indexOf('\n{') + 1)) as { conversations: { id: string; excerpt?: string }[] }
  }
  beforeAll(async () => {
    await answerOf(all!, json('POST', '/api/ask', { question: '夜间岗位的补助标准是每月多少元？', ...where, documents: ids.slice(0, 1) }))
  })

  test('is shown with its words withheld, and says so', async () => {
    expect(leaksIn((await answerOf(all!, get(address))).told, ids)).not.toEqual([])
    const { told } = await answerOf(seen!, get(address))
    expect(leaksIn(told, ids)).toEqual([])
    const { exchanges } = JSON.parse(told.slice(told.indexOf('\n{') + 1)) as { exchanges: { withheld?: string; answer: { text: string } }[] }
    expect(exchanges).toMatchObject([{ withheld: 'words', answer: { text: WITHHELD, citations: [] } }])
    expect((await answerOf(all!, get(address))).told).not.toContain('"withheld"')
  })

  test.each(['markdown', 'json'])('is taken away as %s without them', async (format) => {
    const path = `${address}/export?format=${format}`
    expect(leaksIn((await answerOf(all!, get(path))).told, ids)).not.toEqual([])
    const { status, told } = await answerOf(seen!, get(path))
    expect([status, leaksIn(told, ids)]).toEqual([200, []])
    expect(told.replaceAll('\\', '')).toContain(WITHHELD)
  })

  test('is not found by words that are withheld', async () => {
    expect((await listed(all!, '璇玑专户')).conversations).toMatchObject([{ id: where.conversationId, excerpt: expect.stringContaining('璇玑') as string }])
    expect((await listed(seen!, '璇玑专户')).conversations).toEqual([])
    expect((await listed(seen!, '夜间岗位')).conversations).toMatchObject([{ id: where.conversationId }])
  })

  test('does not feed the next question', async () => {
    const asked: unknown[] = []
    const { assistant } = never
    const own: Assistant = {
      ask: (request, signal) => (asked.push(request), assistant.ask({ question: '补助' }, signal)),
      search: (request) => assistant.search(request),
      lookUp: (reference) => assistant.lookUp(reference),
      check: (request) => assistant.check(request),
      catalogue: () => assistant.catalogue(),
      textOf: (id) => assistant.textOf(id),
      status: () => assistant.status(),
      within: (view) => assistant.within(view),
    }
    const keeper = new Keeper(state, { ending: new AbortController().signal, onError: () => {} })
    const again = { conversationId: where.conversationId, question: '那什么时候发放？' }
    for (const asker of [
      { owner: 'local', assistant: own, view },
      { owner: 'local', assistant: own, view: await rules.sights.viewOf({ sight: 'all' }) },
    ]) {
      const events = await keeper.ask(asker, { ...again, exchangeId: randomUUID() }, new AbortController().signal)
      for (let next = await events.next(); !next.done; next = await events.next());
    }
    expect(leaksIn(asked[0], ids)).toEqual([])
    expect(asked[0]).toMatchObject({ history: [{ role: 'user', content: '夜间岗位的补助标准是每月多少元？' }] })
    expect(leaksIn(asked[1], ids)).toContain('璇玑')
  })
})

describe('a chat platform', () => {
  test('acts as the key it was given, sees no collection without one, and is off once that is revoked', async () => {
    const { access } = rules.storage
    const { key } = await access.createKey({ name: '值班群', scopes: ['ask', 'search'], sight: [rules.collection], tokensADay: 5_000 }, { by: 'test' })
    const seenBy = new SeenBy(whole.assistant, undefined, (identity) => rules.sights.viewOf(identity))
    const replies = async (keyId: string | undefined): Promise<string> => {
      const bot = scriptedBot()
      const { state: kept, queue } = openSqliteStorage(IN_MEMORY)
      const askerOf = async (platform: string) => {
        const identity = await identityOfBot(platform, keyId, access)
        return identity && seenBy.askerOf(identity)
      }
      const keeper = new Keeper(kept, { ending: new AbortController().signal, onError: () => {} })
      const desk = openBots([bot], { keeper, askerOf, state: kept, queue, days: 30, log: () => {}, drainMs: 20 })
      desk.start()
      await bot.inbox.put({ id: 'e1', thread: 't1', question: ASKED, replyTo: { id: 'e1', channel: 'c1' } })
      await expect.poll(() => bot.deliveries.length, { timeout: 20_000 }).toBeGreaterThan(0)
      await desk.stop()
      await kept.close()
      return bot.deliveries.map(({ text }) => text).join('\n')
    }
    expect((await seenBy.askerOf((await identityOfBot('slack', key.id, access))!)).payer).toEqual({ id: 'bot:slack', tokensADay: 5_000 })
    expect(leaksIn(await replies(key.id), ids)).toContain('璇玑')
    expect(leaksIn(await replies(undefined), ids).filter((word) => !ASKED.includes(word))).toEqual([])
    await access.revokeKey(key.id, { by: 'test' })
    expect(await replies(key.id)).toBe('管理员已停用这个机器人，暂不能回答。')
    expect(await identityOfBot('slack', 'nobody00', access)).toBeUndefined()
  })

  test('MCP on standard input acts as whoever sits there, or as a key that counts', async () => {
    const { access } = rules.storage
    expect((await identityOfMcp(undefined, access)).sight).toBe('all')
    const { key } = await access.createKey({ name: '桌面', scopes: ['ask', 'search'], sight: [] }, { by: 'test' })
    expect((await identityOfMcp(key.id, access)).sight).toEqual([])
    await access.revokeKey(key.id, { by: 'test' })
    await expect(identityOfMcp(key.id, access)).rejects.toMatchObject({ code: 'unauthorized' })
  })
})
