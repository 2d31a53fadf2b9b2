/** Single sign-on against an issuer on this machine: there and back, who becomes who, and all that must not work. */
import { expect, test } from 'vitest'
import { openSqliteAccess } from '../../../src/access/sqlite-access.ts'
import { createApp } from '../../../src/channels/http/app.ts'
import type { OidcConfig } from '../../../src/channels/http/oidc.ts'
import { scripted } from '../scripted.ts'
import { openIssuer } from './fake-issuer.ts'

const CLIENT = { id: 'tiaowen', secret: 'not-a-real-secret' }
const PUBLIC_URL = 'https://tiaowen.example.cn'
const BY = { by: 'cli' }
const WANG = { sub: 'u-17', preferred_username: 'wangfang', name: '王芳' }

async function opened(config: Partial<OidcConfig> = {}) {
  const issuer = await openIssuer(CLIENT)
  const access = openSqliteAccess(':memory:')
  await access.createKey({ name: '管理', scopes: ['admin'], sight: 'all' }, BY)
  const lines: string[] = []
  const oidc = { issuer: issuer.url, clientId: CLIENT.id, clientSecret: CLIENT.secret, scopes: 'openid profile', roles: {}, create: true, ...config }
  const app = createApp(scripted(), { version: '0.1.0', access, oidc, publicUrl: PUBLIC_URL, log: (line) => lines.push(line) })
  const get = (address: string, cookies: readonly string[] = []) => app.request(`${PUBLIC_URL}${address}`, { headers: { Cookie: cookies.join('; ') } })
  const cookiesOf = (response: Response) => response.headers.getSetCookie().map((one) => one.split(';')[0]!).filter((one) => !one.endsWith('='))
  /** To the issuer: where it sends the browser back to, and what the browser keeps meanwhile. */
  const begin = async (back = '/documents') => {
    const away = await get(`/api/session/oidc?return=${encodeURIComponent(back)}`)
    expect(away.status).toBe(303)
    const there = await fetch(away.headers.get('Location')!, { redirect: 'manual' })
    const home = new URL(there.headers.get('Location')!)
    return { path: home.pathname + home.search, cookies: cookiesOf(away), away }
  }
  const through = async (claims: Record<string, unknown> = WANG, back?: string) => {
    issuer.claims = claims
    const { path, cookies } = await begin(back)
    const home = await get(path, cookies)
    const whoNow = (await (await get('/api/session', cookiesOf(home))).json()) as { who?: { name: string; scopes: string[] } }
    return { location: home.headers.get('Location'), setCookie: home.headers.getSetCookie(), who: whoNow.who }
  }
  return { issuer, access, lines, get, begin, through }
}

test('there and back: a reader is made, signed in, and led to where they were going', async () => {
  const { access, through } = await opened()
  const { location, setCookie, who } = await through()
  expect(location).toBe('/documents')
  expect(who).toMatchObject({ name: '王芳', scopes: ['ask', 'search'] })
  expect(setCookie).toContainEqual(expect.stringMatching(/^__Host-tiaowen=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/))
  expect(setCookie).toContainEqual(expect.stringMatching(/^__Host-tiaowen-oidc=; .*Max-Age=0$/))
  await through()
  const people = await access.people()
  expect(people).toHaveLength(1)
  expect(people[0]).toMatchObject({ login: 'wangfang', role: 'reader', sight: [] })
  const actions = (await access.auditEntries({ limit: 10 })).map(({ action, by }) => `${action} ${by}`)
  expect(actions).toEqual([`sign-in person:${people[0]!.id}`, `sign-in person:${people[0]!.id}`, 'person.create oidc', 'key.create cli'])
})

test('what is asked of the issuer: code with PKCE, state and nonce, and home to TIAOWEN_PUBLIC_URL', async () => {
  const { begin } = await opened()
  const { away } = await begin()
  const { searchParams } = new URL(away.headers.get('Location')!)
  expect(Object.fromEntries(searchParams)).toEqual({
    client_id: 'tiaowen',
    response_type: 'code',
    redirect_uri: 'https://tiaowen.example.cn/api/session/oidc/callback',
    scope: 'openid profile',
    state: expect.stringMatching(/^[\w-]{43}$/) as string,
    nonce: expect.stringMatching(/^[\w-]{43}$/) as string,
    code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
    code_challenge_method: 'S256',
  })
  expect(away.headers.get('Set-Cookie')).toMatch(/^__Host-tiaowen-oidc=[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=600$/)
})

test("the issuer's groups are the roles, each time anew; who is in none is not let in", async () => {
  const { access, through } = await opened({ roleClaim: 'groups', roles: { admin: ['信息中心'], editor: ['法制科'], reader: ['全体'] } })
  expect((await through({ ...WANG, groups: ['全体', '法制科'] })).who?.scopes).toEqual(['ask', 'search', 'ingest'])
  expect((await through({ ...WANG, groups: ['信息中心'] })).who?.scopes).toEqual(['ask', 'search', 'ingest', 'admin'])
  expect((await access.people())[0]).toMatchObject({ role: 'admin', sight: 'all' })
  expect((await through({ ...WANG, groups: '全体' })).location).toBe('/documents?sign-in=unknown') // no admin were left
  await access.createPerson({ login: 'chief', name: '主任', role: 'admin', sight: 'all', password: '主任的口令远不只一个词语' }, BY)
  expect((await through({ ...WANG, groups: '全体' })).who?.scopes).toEqual(['ask', 'search'])
  const { location, who } = await through({ ...WANG, groups: ['外单位'] })
  expect({ location, who }).toEqual({ location: '/documents?sign-in=unknown', who: undefined })
})

test('who is switched off here stays out, and a name that is taken is not theirs', async () => {
  const { access, through } = await opened()
  await access.createPerson({ login: 'WangFang', name: '另一位', role: 'admin', sight: 'all' }, BY)
  await through()
  const made = (await access.people()).find(({ subject }) => subject?.subject === 'u-17')!
  expect(made.login).toMatch(/^wangfang-[0-9a-f]{8}$/)
  await access.changePerson(made.id, { disabled: true }, BY)
  expect((await through()).location).toBe('/documents?sign-in=unknown')
  expect(await access.people()).toHaveLength(2)
})

test('who is not known is let in only where people may be made', async () => {
  const { access, through } = await opened({ create: false })
  expect((await through()).location).toBe('/documents?sign-in=unknown')
  expect(await access.people()).toEqual([])
})

test.each(['//evil.example.com', 'https://evil.example.com/', '/\\evil.example.com', '/api/session/oidc'])('never leads to %s', async (back) => {
  const { through } = await opened()
  expect((await through(WANG, back)).location).toBe('/')
})

test('a code of another browser, another state, another nonce, a code twice, no cookie: nobody is signed in', async () => {
  const { issuer, get, begin, lines } = await opened()
  issuer.claims = WANG
  const [mine, theirs] = [await begin(), await begin()]
  const refused = async (path: string, cookies: readonly string[]) => {
    const response = await get(path, cookies)
    expect(response.headers.get('Location')).toMatch(/^\/(?:documents)?\?sign-in=failed$/)
    expect(response.headers.getSetCookie().some((one) => /^__Host-tiaowen=[\w-]{43}/.test(one))).toBe(false)
  }
  await refused(theirs.path, mine.cookies)
  await refused(mine.path.replace(/state=[^&]+/, 'state=x'), mine.cookies)
  await refused(mine.path, [])
  await refused(mine.path, ['__Host-tiaowen-oidc=bm9uc2Vuc2U'])
  await refused('/api/session/oidc/callback?error=access_denied', mine.cookies)
  issuer.override = { nonce: 'of-another-time' }
  const late = await begin()
  await refused(late.path, late.cookies)
  issuer.override = {}
  const once = await begin()
  expect((await get(once.path, once.cookies)).headers.get('Location')).toBe('/documents')
  await refused(once.path, once.cookies)
  expect(lines.join('\n')).not.toContain(CLIENT.secret)
})

test('an issuer that is away: the page says so, the key still works, and it is asked again when it is back', async () => {
  const { issuer, access, get } = await opened()
  await issuer.close()
  expect((await get('/api/session/oidc?return=/documents')).headers.get('Location')).toBe('/documents?sign-in=unreachable')
  const { secret } = await access.createKey({ name: '政策科', scopes: ['ask', 'search'], sight: [] }, BY)
  expect(await access.keyBySecret(secret)).toBeDefined()
  expect(((await (await get('/api/session')).json()) as { ways: object }).ways).toEqual({ key: true, password: false, oidc: true })
})

test('where there is none, there is no such address', async () => {
  const app = createApp(scripted(), { version: '0.1.0' })
  expect((await app.request('/api/session/oidc')).status).toBe(404)
})
