/**
 * Every route × who asks × by which way × whose it is, made from the route table: nobody gets what the table does not
 * give them, and of a conversation of somebody else nobody learns a word. TIAOWEN_LONG=1 tries all of it and every odd
 * spelling of every path; otherwise a sample.
 */
import { readdirSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { SCOPES, SCOPES_OF, type Role, type Scope } from '../../../src/access/access.ts'
import type { SessionHolder } from '../../../src/access/access-store.ts'
import { openSqliteAccess } from '../../../src/access/sqlite-access.ts'
import type { AdminParts } from '../../../src/channels/admin-parts.ts'
import { createApp } from '../../../src/channels/http/app.ts'
import { ownerOfKey } from '../../../src/channels/http/identify.ts'
import { nameOf, ROUTES, type RouteRow } from '../../../src/channels/http/route-table.ts'
import { IN_MEMORY, openSqliteState } from '../../../src/state/sqlite-state.ts'
import { line, wordFile } from '../../drafts/word-files.ts'
import { answered, scripted, scriptedDesk } from '../scripted.ts'

const isLong = process.env['TIAOWEN_LONG'] === '1'
/** One in so many, where not all are tried. */
const SAMPLE = 13
const OPERATOR = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
const PASSWORD = '政策科的口令远不只一个词语'
const BY = { by: 'cli' }
const A_DAY_MS = 86_400_000
/** Stands in what belongs to somebody else. */
const CANARY = '金丝雀七七三一'
const EXCHANGE = '0b9d8c7e-1f2a-4b3c-8d4e-5f60718293a4'
const OTHERS = '6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10'

const ASSET = readdirSync(new URL('../../../dist/web/assets/', import.meta.url)).find((name) => /^index-.*\.js$/.test(name)) ?? ''
const ROWS = ROUTES.filter(({ part }) => part === undefined || part === 'library' || part === 'built' || part === 'admin')

/** Somebody, by one way. */
interface Who {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  /** Undefined: nobody, or somebody who is let in no more. */
  readonly scopes: readonly Scope[] | undefined
  readonly owner: string
  /** Sent by a page of another site. */
  readonly isForeign?: true
}

let clock = Date.parse('2026-11-20T08:00:00Z')
const access = openSqliteAccess(':memory:', { now: () => clock, passwordCost: { memoryKiB: 64, passes: 1, lanes: 1 } })
const state = openSqliteState(IN_MEMORY)
const many = { ask: 1e9, search: 1e9, upload: 1e9, check: 1e9, failure: 1e9, signIn: 1e9 }
const admin: AdminParts = {
  usage: { add: async () => {}, since: async () => [] },
  generations: async () => ({ generations: [], setAside: [] }),
  folders: async () => [],
  log: () => ({ lines: [], last: 0 }),
  startedAt: '2026-11-20T08:00:00.000Z',
}
const app = createApp(scripted(), { version: '0.1.0', access, state, admin, apiKey: OPERATOR, desk: scriptedDesk(), rates: many })

const carried = (name: string, secret: string, scopes: Who['scopes'], owner: string): Who[] => [
  { name: `${name}, bearer`, headers: { Authorization: `Bearer ${secret}` }, scopes, owner },
  { name: `${name}, X-API-Key`, headers: { 'X-API-Key': secret }, scopes, owner },
  { name: `${name}, Basic`, headers: { Authorization: `Basic ${Buffer.from(`x:${secret}`).toString('base64')}` }, scopes, owner },
]

async function signedIn(body: object): Promise<string> {
  const response = await app.request('/api/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  return /^[^;]+/.exec(response.headers.get('Set-Cookie') ?? '')?.[0] ?? ''
}

const ownerIn = (holder: SessionHolder) => ('person' in holder ? `p-${holder.person.id}` : holder.key.owner)

async function everybody(): Promise<Who[]> {
  const expired = await access.createKey({ name: '过期', scopes: SCOPES, sight: 'all', expiresAt: '2026-11-20' }, BY)
  clock += 3 * A_DAY_MS
  const all: Who[] = [
    { name: 'nobody', headers: {}, scopes: undefined, owner: 'nobody' },
    ...carried('a wrong key', `tw_live_${'x'.repeat(43)}`, undefined, 'nobody'),
    ...carried('a key past its day', expired.secret, undefined, expired.key.owner),
    { name: 'a cookie of nobody', headers: { Cookie: `tiaowen=${'x'.repeat(43)}` }, scopes: undefined, owner: 'nobody' },
    { name: 'the key as cookie', headers: { Cookie: `tiaowen=${OPERATOR}` }, scopes: undefined, owner: ownerOfKey(OPERATOR) },
    { name: 'both headers, one wrong', headers: { 'X-API-Key': 'wrong', Authorization: `Bearer ${OPERATOR}` }, scopes: undefined, owner: 'nobody' },
    { name: 'the key twice', headers: { Authorization: `Bearer ${OPERATOR}, Bearer ${OPERATOR}` }, scopes: undefined, owner: 'nobody' },
    ...carried('the operator', OPERATOR, SCOPES_OF.admin, ownerOfKey(OPERATOR)),
    { name: 'the operator, session', headers: { Cookie: await signedIn({ key: OPERATOR }) }, scopes: SCOPES_OF.admin, owner: ownerOfKey(OPERATOR) },
  ]
  const scopeSets: readonly (readonly Scope[])[] = [['search'], ['ask'], ['ingest'], ['admin'], ['ask', 'search'], SCOPES]
  for (const scopes of scopeSets) {
    const { key, secret } = await access.createKey({ name: scopes.join('+'), scopes, sight: 'all' }, BY)
    const cookie = await signedIn({ key: secret })
    all.push(...carried(`a key for ${scopes.join('+')}`, secret, scopes, key.owner))
    all.push({ name: `a key for ${scopes.join('+')}, session`, headers: { Cookie: cookie }, scopes, owner: key.owner })
  }
  const revoked = await access.createKey({ name: '吊销', scopes: SCOPES, sight: 'all' }, BY)
  const revokedCookie = await signedIn({ key: revoked.secret })
  await access.revokeKey(revoked.key.id, BY)
  all.push(...carried('a revoked key', revoked.secret, undefined, revoked.key.owner))
  all.push({ name: 'a revoked key, session', headers: { Cookie: revokedCookie }, scopes: undefined, owner: revoked.key.owner })
  for (const role of ['admin', 'editor', 'reader'] satisfies Role[]) {
    await access.createPerson({ login: role, name: role, role, sight: 'all', password: PASSWORD }, BY)
    const cookie = await signedIn({ login: role, password: PASSWORD })
    const holder = (await access.sessionByToken(cookie.split('=')[1]!))!.holder
    const who = { headers: { Cookie: cookie }, scopes: SCOPES_OF[role], owner: ownerIn(holder) }
    all.push({ name: `a ${role}, session`, ...who })
    const evil = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example.com' }
    all.push({ name: `a ${role}, session, from another site`, ...who, headers: { ...who.headers, ...evil }, isForeign: true })
    all.push({ name: `a ${role}, session, old browser, another site`, ...who, headers: { ...who.headers, Origin: 'https://evil.example.com' }, isForeign: true })
  }
  const gone = await access.createPerson({ login: 'gone', name: '离职', role: 'admin', sight: 'all', password: PASSWORD }, BY)
  const goneCookie = await signedIn({ login: 'gone', password: PASSWORD })
  await access.changePerson(gone.id, { disabled: true }, BY)
  all.push({ name: 'a person switched off, session', headers: { Cookie: goneCookie }, scopes: undefined, owner: `p-${gone.id}` })
  return all
}

/** The conversation somebody has of their own. */
const ownOf = (owner: string): string => `${Buffer.from(owner.padEnd(16, 'x')).toString('hex').slice(0, 8)}-3c1d-4a7e-9b1e-${Buffer.from(owner).toString('hex').slice(-12).padStart(12, '0')}`

function addressOf({ path }: RouteRow, conversation: string): string {
  const address = path
    .replace('conversations/:id', `conversations/${conversation}`)
    .replace('/c/:id', `/c/${conversation}`)
    .replace(':exchangeId', EXCHANGE)
    .replace(':path{.+}', '%E4%B8%89/2')
    .replace(':model', 'tiaowen')
    .replace(':sha', '213ffd5c05c1071a')
    .replace(':range', '0-10')
    .replace(':file', ASSET)
    .replace(/:(?:id|documentId)/, 'd-000')
  return address === '/api/cite' ? '/api/cite?ref=1' : address
}

let word: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  word = new Uint8Array(await wordFile(line('目标')))
})

function bodyOf({ method, path }: RouteRow, conversation: string): RequestInit {
  const form = (name: string, content: string | Uint8Array<ArrayBuffer>) => {
    const data = new FormData()
    data.append('file', new File([content], name))
    return { body: data }
  }
  const json = (body: object, more: Record<string, string> = {}) => ({ headers: { 'Content-Type': 'application/json', ...more }, body: JSON.stringify(body) })
  if (method === 'GET' || method === 'DELETE' || /\/(?:restore|index|stop)$/.test(path)) return {}
  if (path === '/api/uploads') return form('决定.txt', '第一条')
  if (path === '/api/check/annotated') return form('请示.docx', word)
  if (path === '/api/ask') return json({ question: '目标？', conversationId: conversation, exchangeId: EXCHANGE })
  if (path === '/api/search') return json({ query: '目标' })
  if (path === '/api/check') return json({ text: '目标' })
  if (path === '/api/session') return json({ key: 'wrong' })
  if (path.endsWith('/feedback')) return json({ rating: 'up' })
  if (path === '/v1/chat/completions') return json({ model: 'tiaowen', messages: [{ role: 'user', content: '目标？' }] })
  if (path === '/mcp') return json({ jsonrpc: '2.0', id: 1, method: 'ping' }, { Accept: 'application/json, text/event-stream' })
  return json(path.endsWith('accept') ? {} : { title: '目标' })
}

/** What of an answer is not as the table says; undefined where all is well. */
async function leakOf(row: RouteRow, who: Who, isOthers: boolean): Promise<string | undefined> {
  const conversation = isOthers ? OTHERS : ownOf(who.owner)
  const init = bodyOf(row, conversation)
  const response = await app.request(addressOf(row, conversation), { method: row.method, ...init, headers: { ...(init.headers as object), ...who.headers } })
  const text = await response.text()
  const { status } = response
  const said = `${nameOf(row)} by ${who.name}${isOthers ? ', of another' : ''}: ${status}`
  if (text.includes(CANARY)) return `${said} tells of another's`
  if (status >= 500) return said
  if (row.needs === 'open') return who.isForeign && row.method !== 'GET' ? (status === 403 ? undefined : said) : undefined
  if (who.scopes === undefined) return status === 401 ? undefined : said
  if (row.needs !== 'anyone' && row.needs !== 'signed' && !who.scopes.includes(row.needs)) return status === 403 ? undefined : said
  if (who.isForeign && (row.method !== 'GET' || row.path === '/mcp')) return status === 403 ? undefined : said
  const isOwned = /conversations\/:id/.test(row.path) || row.path === '/api/ask'
  const hidden = row.path.endsWith('/stop') ? 204 : 404
  if (isOthers && isOwned) return status === hidden ? undefined : said
  return status === 401 || status === 403 ? said : undefined
}

const keep = async (owner: string, conversationId: string, question: string) => {
  const where = { conversationId, exchangeId: EXCHANGE }
  const { attempt } = await state.begin(owner, { ...where, question })
  await state.keepAnswer(owner, where, attempt, answered({ question }))
}

test('route × who × way × owner: 0 leaks', { timeout: 600_000 }, async () => {
  const all = await everybody()
  const leaks: string[] = []
  let tried = 0
  let at = 0
  for (const row of ROWS) {
    for (const who of all) {
      for (const isOthers of [false, true]) {
        if (!isLong && at++ % SAMPLE !== 0) continue
        if (nameOf(row) === 'DELETE /api/session') continue // ends what the others are tried with
        if (isOthers) await keep('k-0123456789abcdef', OTHERS, CANARY)
        else if (who.owner !== 'nobody') await keep(who.owner, ownOf(who.owner), '目标？')
        const leak = await leakOf(row, who, isOthers)
        if (leak !== undefined) leaks.push(leak)
        tried++
      }
    }
  }
  console.log(`matrix: ${ROWS.length} routes, ${all.length} ways, ${tried} requests, ${leaks.length} leaks`)
  expect(leaks).toEqual([])
  expect(tried).toBeGreaterThan(isLong ? 4_000 : 300)
  expect((await state.conversation('k-0123456789abcdef', OTHERS)).exchanges).toHaveLength(1) // nobody has changed it
})

/** How a path may be written so that one reader of it takes it for another. */
const spellings = (address: string): readonly string[] => {
  const [path = '', query] = address.split('?')
  const more = query === undefined ? '' : `?${query}`
  return [
    `/${path}`,
    path.replaceAll('/', '//'),
    `${path}/`,
    `${path}.`,
    `${path}%2f`,
    `${path}%5c`,
    `${path}%0a`,
    `${path}%00`,
    `${path};x=1`,
    `/livez/..${path}`,
    `/livez/%2e%2e${path}`,
    `/assets/..%2f..${path}`,
    `/livez%2f..${path}`,
    `/livez%5c..${path.replaceAll('/', '%5c')}`,
    path.toUpperCase(),
    path.replace(/\/([a-z])/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
  ].map((one) => `${one}${more}`)
}

test('odd spellings of every path let nobody in', { timeout: 600_000 }, async () => {
  const through: string[] = []
  let tried = 0
  for (const row of ROWS.filter(({ needs }) => needs !== 'open')) {
    for (const [at, spelling] of spellings(addressOf(row, OTHERS)).entries()) {
      if (!isLong && (at + row.path.length) % SAMPLE !== 0) continue
      for (const method of [row.method, 'HEAD', 'OPTIONS', 'TRACE']) {
        if (method === 'TRACE') continue // no Request of fetch can be made of it
        const response = await app.request(new Request(`http://localhost${spelling}`, { method }))
        const text = await response.text()
        if (![401, 403, 404].includes(response.status) || text.includes(CANARY)) through.push(`${method} ${spelling}: ${response.status}`)
        tried++
      }
    }
  }
  console.log(`spellings: ${tried} requests, ${through.length} through`)
  expect(through).toEqual([])
})

