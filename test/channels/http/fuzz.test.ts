/** Whatever is sent, the answer is an answer or a 4xx: nothing is a 5xx, nothing shows a stack trace or a path. */
import { expect, test } from 'vitest'
import { createApp } from '../../../src/channels/http/app.ts'
import { scripted, scriptedDesk } from '../scripted.ts'

const REQUESTS = process.env['TIAOWEN_LONG'] === '1' ? 100_000 : 1_000

/** A generator of numbers from 0 to 1 that a failing case can be replayed with (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const WORDS = [
  '第三部分第2条',
  '《决定》',
  '\u0000',
  '\ud800',
  '😀',
  '../',
  '..%2f',
  '%',
  '%00',
  '<script>',
  '二',
  '/',
  '\\',
  "' OR 1=1",
  '٣',
  '\u202e',
  '１２',
  ' ',
  '\r\n',
  '{{',
  '__proto__',
  'constructor',
  'd-000',
  'd-003',
  '一'.repeat(3_000),
]
const FIELDS = [
  'question',
  'text',
  'suggest',
  'query',
  'history',
  'documents',
  'stream',
  'limit',
  'asOf',
  'conversationId',
  'exchangeId',
  'title',
  'q',
  'before',
  '__proto__',
  'toString',
  'ref',
  'role',
  'content',
  'replaces',
  'model',
  'messages',
  'stream',
  'jsonrpc',
  'method',
  'params',
]
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']
const ADDRESSES = [
  '/api/ask',
  '/api/search',
  '/api/check',
  '/api/check/annotated',
  '/api/cite',
  '/api/conversations',
  '/api/conversations/6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10',
  '/api/conversations/6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10/export',
  '/api/documents',
  '/api/documents/d-000',
  '/api/documents/d-000/text',
  '/api/clauses/d-003/',
  '/read/d-000',
  '/read/d-000/213ffd5c05c1071a/',
  '/',
  '/docs',
  '/openapi.json',
  '/assets/',
  '/livez',
  '/readyz',
  '/api/library',
  '/api/library/index',
  '/api/uploads',
  '/api/uploads/d-000',
  '/api/uploads/d-000/accept',
  '/api/documents/d-000/restore',
  '/v1/chat/completions',
  '/v1/models',
  '/mcp',
]
const TYPES = [
  'application/json',
  'application/json',
  'application/json',
  'text/plain',
  'multipart/form-data',
  'application/json; charset=gbk',
  '',
]

function requestFrom(random: () => number): { address: string; init: RequestInit } {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
  const words = () => Array.from({ length: Math.floor(random() * 4) }, () => pick(WORDS)).join('')
  const value = (depth: number): unknown =>
    depth > 3
      ? null
      : pick([
          () => words(),
          () => words(),
          () => random() * 1e9,
          () => -1,
          () => null,
          () => random() < 0.5,
          () => Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1)),
          () => object(depth + 1),
        ])()
  const object = (depth: number): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length: Math.floor(random() * 5) }, () => [pick(FIELDS), value(depth)]))
  const encoded = (text: string) =>
    random() < 0.5 ? encodeURIComponent(text.toWellFormed()) : encodeURI(text.toWellFormed())
  const method = pick(METHODS)
  const query = random() < 0.5 ? `?${pick(FIELDS)}=${encoded(words())}` : ''
  const address = pick(ADDRESSES) + (random() < 0.3 ? `/${encoded(words())}` : '') + query
  const json = JSON.stringify(random() < 0.7 ? { question: words(), query: words(), ...object(0) } : value(0))
  const body = random() < 0.15 ? json.slice(0, Math.floor(random() * json.length)) : json
  const type = pick(TYPES)
  return {
    address,
    init: {
      method,
      headers: {
        ...(type !== '' && { 'Content-Type': type }),
        Accept: pick(['*/*', 'text/html', 'text/event-stream', 'application/json, text/event-stream', 'x']),
      },
      ...(method !== 'GET' && method !== 'HEAD' && { body }),
    },
  }
}

test(`${REQUESTS} requests of every shape`, async () => {
  const app = createApp(scripted(), { version: '0.1.0', desk: scriptedDesk() })
  const statuses = new Map<number, number>()
  for (let seed = 1; seed <= REQUESTS; seed++) {
    const { address, init } = requestFrom(randomFrom(seed))
    const response = await app.request(`http://localhost${address}`, init)
    const text = await response.text()
    const about = `seed ${seed}: ${init.method} ${address}`
    expect(response.status, about).toBeLessThan(500)
    if (response.status >= 400) expect(text, about).not.toMatch(/node_modules|\n\s+at |\/src\/|file:\/\//)
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
  }
  for (const status of [200, 400, 404, 405, 415])
    expect(statuses.get(status) ?? 0, String(status)).toBeGreaterThan(REQUESTS / 200)
})
