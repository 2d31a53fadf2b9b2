/** /mcp of a real server: sessions apart from each other, bounded, behind the guards; the official client. */
import { connect } from 'node:net'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { afterEach, describe, expect, test } from 'vitest'
import { serve, type ServeOptions, type Serving } from '../../../src/channels/http/serve.ts'
import { createMcpServer } from '../../../src/channels/mcp/server.ts'
import { McpSessions, type Caller } from '../../../src/channels/mcp/sessions.ts'
import type { AnswerEvent } from '../../../src/types.ts'
import { answered, answerOf, eventsOf, scripted, type Script } from '../scripted.ts'
import { call, connectedTo, newClient } from './client.ts'

const KEY = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
const running: Serving[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((serving) => serving.stop()))
})

async function start(script: Script = {}, options: Partial<ServeOptions> = {}): Promise<Serving> {
  const serving = await serve(scripted(script), { host: '127.0.0.1', port: 0, version: '0.1.0', ...options })
  running.push(serving)
  return serving
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
}
const HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }

const send = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/mcp`, { method: 'POST', headers: { ...HEADERS, ...headers }, body: JSON.stringify(body) })

test('the official client asks, lists and reads', async () => {
  const { url } = await start()
  const client = await connectedTo(url)
  expect((await call(client, 'ask', { question: '145行动是什么？' })).structured).toMatchObject(answered({ question: '145行动是什么？' }))
  expect((await client.listTools()).tools).toHaveLength(7)
  expect((await client.listResources()).resources).toHaveLength(3)
  await client.close()
})

test('progress of a check and the taking back of a question travel over HTTP', async () => {
  const stopped = Promise.withResolvers<void>()
  const { url } = await start({
    ask: async function* (_, signal): AsyncGenerator<AnswerEvent> {
      signal?.addEventListener('abort', () => stopped.resolve())
      await new Promise(() => {})
    },
  })
  const client = await connectedTo(url)
  const seen: number[] = []
  const draft = '《决定》第三部分第2条'.repeat(50)
  await client.callTool({ name: 'check_draft', arguments: { text: draft } }, undefined, { onprogress: ({ progress }) => seen.push(progress) })
  const leaving = new AbortController()
  const asking = client.callTool({ name: 'ask', arguments: { question: '目标？' } }, undefined, { signal: leaving.signal })
  setTimeout(() => leaving.abort('enough'), 50)
  await expect(asking).rejects.toThrow('enough')
  await stopped.promise
  await client.close()
})

test('forty clients at once: each is given its own answers and nobody else’s', async () => {
  const { url } = await start({
    ask: async function* (request) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
      yield* eventsOf(answerOf(request, { segments: [{ kind: 'connecting', text: `答：${request.question}` }] }))
    },
  })
  const clients = await Promise.all(Array.from({ length: 40 }, () => connectedTo(url)))
  const given = await Promise.all(
    clients.flatMap((client, i) =>
      Array.from({ length: 5 }, async (_, turn) => (await call(client, 'ask', { question: `第${i}号第${turn}问` })).text),
    ),
  )
  expect(given).toEqual(clients.flatMap((_, i) => Array.from({ length: 5 }, (__, turn) => `答：第${i}号第${turn}问`)))
  await Promise.all(clients.map((client) => client.close()))
})

describe('who is let in', () => {
  test('with a key: those who hold it', async () => {
    const { url } = await start({}, { apiKey: KEY })
    await expect(connectedTo(url)).rejects.toThrow()
    expect((await send(url, INITIALIZE)).status).toBe(401)
    expect((await (await connectedTo(url, KEY)).listTools()).tools).toHaveLength(7)
  })

  test.each(['GET', 'POST', 'DELETE'])('%s from a page of another site is refused, key or no key', async (method) => {
    const locked = await start({}, { apiKey: KEY })
    const open = await start()
    const init = { method, ...(method === 'POST' && { body: JSON.stringify(INITIALIZE) }) }
    const foreign = { ...HEADERS, Origin: 'https://evil.example.com', Authorization: `Bearer ${KEY}` }
    expect((await fetch(`${locked.url}/mcp`, { ...init, headers: foreign })).status).toBe(403)
    expect((await fetch(`${open.url}/mcp`, { ...init, headers: foreign })).status).toBe(403)
    const crossSite = { ...HEADERS, 'Sec-Fetch-Site': 'cross-site', Authorization: `Bearer ${KEY}` }
    expect((await fetch(`${locked.url}/mcp`, { ...init, headers: crossSite })).status).toBe(403)
  })

  test('a name pointed here from elsewhere is refused (DNS rebinding)', async () => {
    const { port } = await start()
    const body = JSON.stringify(INITIALIZE)
    const head = ['POST /mcp HTTP/1.1', 'Host: rebound.example.org', 'Content-Type: application/json', 'Accept: application/json, text/event-stream']
    const heard = await raw(port, [...head, `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', '', body].join('\r\n'))
    expect(heard).toMatch(/^HTTP\/1\.1 403 /)
  })

  test('an answer is kept by no cache and carries the security headers', async () => {
    const { url } = await start()
    const { headers } = await send(url, INITIALIZE)
    expect([headers.get('Cache-Control'), headers.get('X-Content-Type-Options'), headers.get('Access-Control-Allow-Origin')]).toEqual([
      'no-store',
      'nosniff',
      null,
    ])
    expect(headers.get('mcp-session-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('what is no message of the protocol', () => {
  test.each([
    ['a call before a session', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, 400],
    ['no JSON-RPC', { question: '目标？' }, 400],
    ['a batch without end', Array.from({ length: 101 }, () => INITIALIZE), 400],
    ['a body over 2 MiB', { ...INITIALIZE, x: 'x'.repeat(2 * 1024 * 1024) }, 413],
  ])('%s', async (_, body, status) => {
    const { url } = await start()
    expect((await send(url, body)).status).toBe(status)
  })

  test('a session that does not exist, and a GET without one', async () => {
    const { url } = await start()
    const stray = await send(url, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, { 'Mcp-Session-Id': 'f8a9a6d2-0000-4000-8000-000000000000' })
    expect([stray.status, await stray.json()]).toEqual([
      404,
      { jsonrpc: '2.0', error: { code: -32001, message: '没有这个会话，或它已结束；请重新 initialize。' }, id: null },
    ])
    expect((await fetch(`${url}/mcp`, { headers: { Accept: 'text/event-stream' } })).status).toBe(400)
    expect((await fetch(`${url}/mcp`, { method: 'PUT' })).status).toBe(405)
  })

  test('a session that its client has ended is gone', async () => {
    const { url } = await start()
    const transport = new StreamableHTTPClientTransport(new URL('/mcp', url))
    const client = newClient()
    await client.connect(transport as Transport)
    const id = transport.sessionId ?? ''
    await transport.terminateSession()
    expect((await send(url, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, { 'Mcp-Session-Id': id })).status).toBe(404)
  })
})

describe('sessions are bounded', () => {
  const make = (script: Script = {}) => () =>
    createMcpServer({ seen: async () => ({ assistant: scripted(script), uploaded: async () => new Set<string>() }), version: '0.1.0', log: () => {} })
  const request = (body: object, headers: Record<string, string> = {}) =>
    new Request('http://127.0.0.1/mcp', { method: 'POST', headers: { ...HEADERS, ...headers }, body: JSON.stringify(body) })
  const opened = async (sessions: McpSessions<Caller>, owner = 'local'): Promise<string> => {
    const response = await sessions.handle(request(INITIALIZE), { owner })
    await response.text()
    return response.headers.get('mcp-session-id') ?? `none: ${response.status}`
  }
  const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' }
  const used = async (sessions: McpSessions<Caller>, id: string, owner = 'local') => {
    const response = await sessions.handle(request(list, { 'Mcp-Session-Id': id }), { owner })
    await response.text()
    return response.status
  }

  test('the one that was idle for longest makes room', async () => {
    const sessions = new McpSessions(make(), { most: 2 })
    const first = await opened(sessions)
    const second = await opened(sessions)
    expect(await used(sessions, first)).toBe(200)
    const third = await opened(sessions)
    expect(sessions.size).toBe(2)
    expect([await used(sessions, first), await used(sessions, second), await used(sessions, third)]).toEqual([200, 404, 200])
    await sessions.close()
    expect(sessions.size).toBe(0)
  })

  test('where all are at work, a new one is asked to come later', async () => {
    const sessions = new McpSessions(make(), { most: 1 })
    const id = await opened(sessions)
    const stream = await sessions.handle(
      new Request('http://127.0.0.1/mcp', { headers: { Accept: 'text/event-stream', 'Mcp-Session-Id': id } }),
      { owner: 'local' },
    )
    const refused = await sessions.handle(request(INITIALIZE), { owner: 'local' })
    expect([stream.status, refused.status, refused.headers.get('Retry-After')]).toEqual([200, 503, '60'])
    await stream.body?.cancel()
    expect(await opened(sessions)).toMatch(/^[0-9a-f-]{36}$/)
    await sessions.close()
  })

  test('one that lies idle ends', async () => {
    const sessions = new McpSessions(make(), { idleMs: 30 })
    const id = await opened(sessions)
    await expect.poll(() => sessions.size).toBe(0)
    expect(await used(sessions, id)).toBe(404)
  })

  test('one is answered to nobody but who opened it', async () => {
    const sessions = new McpSessions(make())
    const id = await opened(sessions, 'k-one')
    expect([await used(sessions, id, 'k-two'), await used(sessions, id, 'k-one')]).toEqual([404, 200])
    await sessions.close()
  })

  test('what was no initialize leaves nothing behind', async () => {
    const sessions = new McpSessions(make())
    expect((await sessions.handle(request(list), { owner: 'local' })).status).toBe(400)
    expect(sessions.size).toBe(0)
  })
})

test('stopping ends the streams that wait for news, lets an answer under way be finished, opens nothing new', async () => {
  const go = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const serving = await start({
    ask: async function* (request) {
      asked.resolve()
      await go.promise
      yield* eventsOf(answered(request))
    },
  })
  const client = await connectedTo(serving.url) // it holds a stream open
  const asking = call(client, 'ask', { question: '145行动是什么？' })
  await asked.promise
  const began = performance.now()
  const stopped = serving.stop()
  go.resolve()
  expect((await asking).isError).toBe(false)
  await stopped
  expect(performance.now() - began).toBeLessThan(5_000)
  await client.close()
})

/** What the server says to these bytes. */
const raw = (port: number, bytes: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let heard = ''
    socket.on('data', (chunk) => (heard += chunk.toString()))
    socket.on('close', () => resolve(heard))
    socket.on('error', reject)
  })
