/** GET /api/reading: what a reader needs of a text in one answer, kept by the browser until it changes. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createApp } from '../../../src/channels/http/app.ts'
import { ProblemSchema, ReadingSchema } from '../../../src/channels/http/schemas.ts'
import { outlineOf } from '../../../src/channels/wire.ts'
import { DECISION, documentOf, PLAN, scripted, sha256, type Script } from '../scripted.ts'

const appWith = (script: Script = {}) => createApp(scripted(script), { version: '0.1.0' })

async function reading(address: string, script: Script = {}) {
  const response = await appWith(script).request(address)
  expect(response.status).toBe(200)
  return ReadingSchema.parse(await response.json())
}

describe('the current text', () => {
  test('comes with its document and outline', async () => {
    const read = await reading('/api/reading/d-003')
    expect(read).toMatchObject({ source: PLAN.source, textSha256: PLAN.textSha256, superseded: false, removed: false })
    expect(read.document).toMatchObject({ id: 'd-003', length: PLAN.text.length })
    expect(read.text).toBe(PLAN.text)
    expect(read.outline).toEqual(outlineOf(PLAN))
    expect(read).not.toHaveProperty('pages')
    expect(read).not.toHaveProperty('version')
  })

  test('is also found by its SHA-256', async () => {
    expect((await reading(`/api/reading/d-000?sha=${DECISION.textSha256.slice(0, 16)}`)).superseded).toBe(false)
  })

  test('of a file in pages says where they begin', async () => {
    const paged = documentOf({ id: 'd-pdf', source: '预算法.pdf', text: '第一条 为了规范。\n第二条 收支。\n', pages: [0, 10] })
    expect((await reading('/api/reading/d-pdf', { documents: [paged] })).pages).toEqual([0, 10])
  })

  test('of a law with other versions says which one it is', async () => {
    const law = (id: string, day: string, purpose: string) =>
      documentOf({
        id,
        source: `公司法(${day}).md`,
        text: `中华人民共和国公司法\n第一条 为了${purpose}，制定本法。\n第二条 本法所称公司，是指依照本法设立的公司。\n`,
        header: { title: { value: '中华人民共和国公司法', from: 'text' }, passed: { value: day, from: 'text' } },
        bodyStart: 11,
      })
    const documents = [law('d-2018', '2018-10-26', '规范公司的组织'), law('d-2023', '2023-12-29', '规范公司的组织和行为')]
    expect((await reading('/api/reading/d-2018', { documents })).version).toMatchObject({
      status: 'superseded',
      by: { date: '2023-12-29', url: '/read/d-2023' },
    })
  })
})

describe('an older text', () => {
  const old = '二、旧的一版\n(6)旧的说法。\n'
  const sha = sha256(old).slice(0, 16)

  test('is superseded; it has its own clauses, its pages are no longer known', async () => {
    const documents = [{ ...PLAN, pages: [0, 20] }]
    const outline = outlineOf(documentOf({ id: 'd-003', source: PLAN.source, text: old }))
    const read = await reading(`/api/reading/d-003?sha=${sha}`, { documents, older: [{ documentId: 'd-003', text: old, outline }] })
    expect(read).toMatchObject({ text: old, textSha256: sha256(old), superseded: true, removed: false, outline })
    expect(read.outline[0]?.children[0]?.spoken).toBe('第二部分第(6)条')
    expect(read.document?.textSha256).toBe(PLAN.textSha256)
    expect(read).not.toHaveProperty('pages')
  })

  test('of a document that is gone is removed and not superseded', async () => {
    const read = await reading(`/api/reading/d-gone?sha=${sha}`, { older: [{ documentId: 'd-gone', text: old }] })
    expect(read).toEqual({
      document: null,
      title: 'd-gone',
      source: 'd-gone.txt',
      textSha256: sha256(old),
      superseded: false,
      removed: true,
      outline: [],
      text: old,
    })
  })
})

test.each([
  ['/api/reading/d-999', 404, 'no-such-document'],
  [`/api/reading/d-003?sha=${'0'.repeat(16)}`, 404, 'no-such-document'],
  ['/api/reading/d-003?sha=0f', 400, 'bad-request'],
  ['/api/reading/d-003?version=1', 400, 'bad-request'],
])('%s is refused with %i %s', async (address, status, code) => {
  const response = await appWith().request(address)
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  expect(ProblemSchema.parse(await response.json())).toMatchObject({ status, code })
})

describe('kept by the browser', () => {
  afterEach(() => vi.useRealTimers())

  const ask = (known?: string, script: Script = {}) =>
    appWith(script).request('/api/reading/d-003', known === undefined ? {} : { headers: { 'If-None-Match': known } })

  test('what is known is not sent again', async () => {
    vi.useFakeTimers({ now: new Date('2026-11-22T15:59:59Z'), toFake: ['Date'] })
    const first = await ask()
    const etag = first.headers.get('ETag')!
    expect(etag).toBe(`"${PLAN.textSha256.slice(0, 16)}-gen-00000001-2026-11-22"`)
    expect(first.headers.get('Cache-Control')).toBe('no-cache')
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await ask(known)
      expect([again.status, await again.text(), again.headers.get('ETag')]).toEqual([304, '', etag])
    }
    expect((await ask('"other"')).status).toBe(200)
  })

  test('until midnight in China: then another version may be in force', async () => {
    vi.useFakeTimers({ now: new Date('2026-11-22T15:59:59Z'), toFake: ['Date'] })
    const etag = (await ask()).headers.get('ETag')!
    vi.setSystemTime(new Date('2026-11-22T16:00:00Z'))
    expect((await ask(etag)).status).toBe(200)
  })

  test('not while the index is being built', async () => {
    const building = { status: { building: { step: 'units', done: 1, total: 9 } } }
    expect((await ask(undefined, building)).headers.get('ETag')).toBeNull()
  })
})
