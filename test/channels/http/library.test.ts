/** The routes of the library, over real files and over a socket: what they answer, and what they refuse. */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest'
import type { z } from '@hono/zod-openapi'
import type { LibraryDesk, LibraryState, Upload } from '../../../src/answering/library-desk.ts'
import { createApp } from '../../../src/channels/http/app.ts'
import { LibrarySchema, UploadSchema } from '../../../src/channels/http/library-schemas.ts'
import { DocumentSchema, DocumentsSchema, ProblemSchema } from '../../../src/channels/http/schemas.ts'
import { serve } from '../../../src/channels/http/serve.ts'
import { PolicyError } from '../../../src/errors.ts'
import { libraryHome, NEWER, openDesk, RULES } from '../../library/library.ts'
import { COPY, DECISION, documentOf, PLAN, scripted, scriptedDesk } from '../scripted.ts'

const MIB = 1024 * 1024

const appWith = (desk: LibraryDesk) => createApp(scripted(), { version: '0.1.0', desk })

function sent(name: string, content: string | Uint8Array<ArrayBuffer>): RequestInit {
  const body = new FormData()
  body.append('file', new File([content], name))
  return { method: 'POST', body }
}

async function problemOf(response: Response) {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8')
  const problem = ProblemSchema.parse(await response.json())
  expect(problem.status).toBe(response.status)
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts\b|\/tmp|staging/)
  return problem
}

test('the shapes on the wire are those of the desk', () => {
  expectTypeOf<Upload>().toExtend<z.output<typeof UploadSchema>>()
  expectTypeOf<LibraryState>().toExtend<z.output<typeof LibrarySchema>>()
  expectTypeOf<keyof Upload>().toEqualTypeOf<keyof z.output<typeof UploadSchema>>()
  expectTypeOf<keyof LibraryState>().toEqualTypeOf<keyof z.output<typeof LibrarySchema>>()
})

test('a round that failed is tried again when asked', async () => {
  let isMended = false
  const round = () => (isMended ? Promise.resolve() : Promise.reject(new PolicyError('sidecar-invalid', 'documents.yaml')))
  const { desk } = await openDesk(libraryHome(), { index: round })
  const app = appWith(desk)
  const failed = async () => LibrarySchema.parse(await (await app.request('/api/library')).json()).lastIndexing?.failed
  const again = async () => {
    expect((await app.request('/api/library/index', { method: 'POST' })).status).toBe(202)
    await desk.idle()
  }
  await again()
  expect(await failed()).toContain('索引没有更新，原有的索引继续回答')
  isMended = true
  await again()
  expect(await failed()).toBeUndefined()
  const { desk: closed } = await openDesk(libraryHome(), { enabled: false })
  expect((await problemOf(await appWith(closed).request('/api/library/index', { method: 'POST' }))).code).toBe('uploads-off')
})

test('a file is sent, looked at, accepted, taken out and brought back', async () => {
  const { desk, ids } = await openDesk(libraryHome())
  const app = appWith(desk)
  const uploaded = await app.request('/api/uploads', sent('办法.txt', RULES))
  expect(uploaded.status).toBe(201)
  const upload = UploadSchema.parse(await uploaded.json())
  expect(upload).toMatchObject({ name: '办法.txt', title: '预付卡管理办法', clauses: 3, bytes: 125 })
  expect(await (await app.request(`/api/uploads/${upload.id}`)).json()).toEqual(upload)
  const text = await app.request(`/api/uploads/${upload.id}/text`)
  expect([text.headers.get('Content-Type'), await text.text()]).toEqual(['text/plain; charset=utf-8', RULES])

  const accepted = await app.request(`/api/uploads/${upload.id}/accept`, { method: 'POST' })
  expect([accepted.status, await accepted.json()]).toEqual([202, { source: '办法.txt' }])
  const { '办法.txt': id } = await ids()
  const removed = await app.request(`/api/documents/${id}`, { method: 'DELETE' })
  expect([removed.status, await removed.json()]).toEqual([202, { id }])
  await ids()
  const state = LibrarySchema.parse(await (await app.request('/api/library')).json())
  expect(state.removed).toMatchObject([{ id, source: '办法.txt', title: '预付卡管理办法', origin: 'upload' }])
  expect(state.lastIndexing).toEqual({ at: expect.any(String) })
  const restored = await app.request(`/api/documents/${id}/restore`, { method: 'POST' })
  expect([restored.status, await restored.json()]).toEqual([202, { id }])
  expect((await ids())['办法.txt']).toBe(id)

  const newer = UploadSchema.parse(await (await app.request('/api/uploads', sent('办法.txt', NEWER))).json())
  expect(newer.replaces).toEqual([{ id, title: '预付卡管理办法' }])
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ replaces: id }) }
  expect((await app.request(`/api/uploads/${newer.id}/accept`, json)).status).toBe(202)
  expect((await ids())['办法.txt']).toBe(id)
})

test('a file that is discarded is forgotten', async () => {
  const { desk } = await openDesk(libraryHome())
  const app = appWith(desk)
  const { id } = UploadSchema.parse(await (await app.request('/api/uploads', sent('办法.txt', RULES))).json())
  const gone = await app.request(`/api/uploads/${id}`, { method: 'DELETE' })
  expect([gone.status, await gone.text()]).toEqual([204, ''])
  expect(await problemOf(await app.request(`/api/uploads/${id}`))).toMatchObject({ status: 404, code: 'no-such-upload' })
})

test('documents say where they are from, which version they are and what is amiss', async () => {
  const gap = documentOf({ id: 'd-004', source: '办法.txt', text: '某办法\n第一条 甲。\n第三条 乙。\n' })
  const app = createApp(scripted({ documents: [DECISION, COPY, PLAN, gap] }), { version: '0.1.0', desk: scriptedDesk() })
  const { documents } = DocumentsSchema.parse(await (await app.request('/api/documents')).json())
  expect(documents.map(({ id, origin }) => `${id} ${origin}`)).toEqual(['d-000 folder', 'd-001 folder', 'd-003 upload', 'd-004 folder'])
  expect(documents[3]).toMatchObject({
    dropped: 0,
    problems: [{ path: ['第三条'], message: '“第一条”之后是“第三条”，中间缺号。' }],
  })
  const one = DocumentSchema.parse(await (await app.request('/api/documents/d-003')).json())
  expect(one.origin).toBe('upload')
})

test('a document with versions says which it is', async () => {
  const law = (id: string, year: number, words: string) =>
    documentOf({
      id,
      source: `${id}.txt`,
      text: `某市促进条例\n第一条 ${words}\n第二条 本条例自公布之日起施行。\n`,
      header: {
        title: { value: '某市促进条例', from: 'text' },
        published: { value: `${year}-03-01`, from: 'text' },
        effective: { value: `${year}-03-01`, from: 'text' },
      },
    })
  const documents = [law('d-005', 2015, '甲。'), law('d-006', 2022, '乙。')]
  const app = createApp(scripted({ documents }), { version: '0.1.0' })
  const listed = DocumentsSchema.parse(await (await app.request('/api/documents')).json()).documents
  expect(listed.map(({ version }) => version?.status)).toEqual(['superseded', 'in-force'])
})

describe('refuses', () => {
  test.each<[string, RequestInit, number, string, RegExp]>([
    ['a Word file of old', sent('旧.doc', 'x'), 422, 'file-format', /^旧\.doc 的格式不支持。请用 Word 或 WPS 打开，另存为 docx。$/],
    ['a scan', sent('扫描.pdf', readFileSync('test/fixtures/pdf/scanned.pdf')), 422, 'file-format', /请先做文字识别/],
    ['bytes in no encoding', sent('a.txt', new Uint8Array([0xff, 0xd0, 0x41])), 422, 'file-encoding', /另存为 UTF-8/],
    ['nothing', sent('a.txt', ''), 422, 'file-format', /空文件（0 字节）/],
    ['a path', sent('..\\..\\a.txt', RULES), 400, 'bad-request', /^文件名 .* 里有路径、控制字符/],
    ['a name with a bidi mark', sent('a\u202etxt.exe.txt', RULES), 400, 'bad-request', /请改名后再上传。$/],
    ['JSON', { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } }, 415, 'bad-request', /multipart/],
    ['no body', { method: 'POST' }, 415, 'bad-request', /multipart/],
    [
      'half a body',
      { method: 'POST', body: '--x\r\nContent-Disp', headers: { 'Content-Type': 'multipart/form-data; boundary=x' } },
      400,
      'bad-request',
      /不是完整的 multipart/,
    ],
    [
      'a body without its boundary',
      { method: 'POST', body: 'x', headers: { 'Content-Type': 'multipart/form-data; charset=x' } },
      400,
      'bad-request',
      /不是完整的 multipart/,
    ],
  ])('%s', async (_, init, status, code, detail) => {
    const { desk } = await openDesk(libraryHome())
    const response = await appWith(desk).request('/api/uploads', init)
    expect(response.status).toBe(status)
    const problem = await problemOf(response)
    expect(problem.code).toBe(code)
    expect(problem.detail).toMatch(detail)
  })

  test('two files at once, and a field that is no file', async () => {
    const app = appWith(scriptedDesk())
    const two = new FormData()
    two.append('file', new File(['一'], 'a.txt'))
    two.append('file', new File(['二'], 'b.txt'))
    const words = new FormData()
    words.append('file', '第一条')
    for (const body of [two, words, new FormData()]) {
      const response = await app.request('/api/uploads', { method: 'POST', body })
      expect((await problemOf(response)).code).toBe('bad-request')
    }
  })

  test('20 MiB and a byte; 20 MiB are taken', async () => {
    const app = appWith(scriptedDesk({ state: async () => ({ ...(await scriptedDesk().state()), uploads: { enabled: true, maxBytes: 20 * MIB, formats: [] } }) }))
    expect((await app.request('/api/uploads', sent('a.txt', new Uint8Array(20 * MIB)))).status).toBe(201)
    const more = await app.request('/api/uploads', sent('a.txt', new Uint8Array(20 * MIB + 1)))
    expect(await problemOf(more)).toMatchObject({
      status: 413,
      code: 'body-too-large',
      detail: '文件超过 20 MiB，未上传。请拆分，或去掉其中的图片后再上传。',
    })
  })

  test.each<[string, number, string | null]>([
    ['uploads-off', 403, null],
    ['too-many-uploads', 429, '60'],
    ['disk-full', 507, null],
  ])('%s', async (code, status, retryAfter) => {
    const fail = () => Promise.reject(new PolicyError(code as 'disk-full', '/tmp/data/staging 写不下'))
    const app = appWith(scriptedDesk({ stage: fail }))
    const response = await app.request('/api/uploads', sent('a.txt', RULES))
    expect([response.status, response.headers.get('Retry-After')]).toEqual([status, retryAfter])
    if (code === 'disk-full') {
      expect((await problemOf(response)).detail).toBe('磁盘已满，没有存下。请管理员腾出空间后再试。')
    }
  })

  test.each([
    ['POST', '/api/uploads/x/accept'],
    ['DELETE', '/api/documents/x'],
    ['POST', '/api/documents/x/restore'],
  ])('a full disk in %s %s too', async (method, address) => {
    const fail = () => Promise.reject(new PolicyError('disk-full', '/tmp/data is full'))
    const app = appWith(scriptedDesk({ accept: fail, remove: fail, restore: fail }))
    expect(await problemOf(await app.request(address, { method }))).toMatchObject({ status: 507, code: 'disk-full' })
  })

  test('before the body is read, where nothing may be uploaded', async () => {
    const { desk } = await openDesk(libraryHome(), { enabled: false })
    let isRead = false
    const body = new ReadableStream({ pull: (stream) => ((isRead = true), stream.close()) }, { highWaterMark: 0 })
    const init = { method: 'POST', body, duplex: 'half', headers: { 'Content-Type': 'multipart/form-data; boundary=x' } }
    const response = await appWith(desk).request('/api/uploads', init as RequestInit)
    expect([(await problemOf(response)).code, isRead]).toEqual(['uploads-off', false])
  })

  test('an id that does not exist, or is a path', async () => {
    const { desk } = await openDesk(libraryHome())
    const app = appWith(desk)
    for (const id of ['00000000-0000-0000-0000-000000000000', '..%2f..', '%00', 'x'.repeat(200)]) {
      expect((await app.request(`/api/uploads/${id}`)).status).toBe(404)
      expect((await app.request(`/api/uploads/${id}/text`)).status).toBe(404)
      expect((await app.request(`/api/uploads/${id}/accept`, { method: 'POST' })).status).toBe(404)
      expect((await app.request(`/api/uploads/${id}`, { method: 'DELETE' })).status).toBe(404)
      expect((await app.request(`/api/documents/${id}`, { method: 'DELETE' })).status).toBe(404)
      expect((await app.request(`/api/documents/${id}/restore`, { method: 'POST' })).status).toBe(404)
    }
  })
})

describe('over a socket', () => {
  async function serving(desk: LibraryDesk) {
    const server = await serve(scripted(), { host: '127.0.0.1', port: 0, version: '0.1.0', desk })
    onTestFinished(() => server.stop())
    return server
  }
  const limited = (maxBytes: number) =>
    scriptedDesk({ state: async () => ({ ...(await scriptedDesk().state()), uploads: { enabled: true, maxBytes, formats: [] } }) })

  /** In chunks, its length not said: what the server answers, and how many bytes were sent by then. */
  function chunked(port: number, chunks: number): Promise<{ status: number; sent: number }> {
    return new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'multipart/form-data; boundary=x', 'Transfer-Encoding': 'chunked' }
      const out = request({ port, host: '127.0.0.1', path: '/api/uploads', method: 'POST', headers })
      let sent = 0
      out.on('response', (response) => (response.resume(), resolve({ status: response.statusCode ?? 0, sent })))
      out.on('error', (error) => sent > 0 || reject(error)) // the server need not read on
      out.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n')
      const more = (): void => {
        if (out.destroyed || out.writableEnded) return
        if (sent >= chunks * MIB) return void out.end('\r\n--x--\r\n')
        sent += MIB
        out.write(Buffer.alloc(MIB, 'a'), () => setImmediate(more))
      }
      more()
    })
  }

  test('a body without a length is counted while it is read', async () => {
    const { port } = await serving(limited(2 * MIB))
    expect(await chunked(port, 1)).toEqual({ status: 201, sent: MIB })
    const { status, sent } = await chunked(port, 200)
    expect(status).toBe(413)
    expect(sent).toBeLessThan(200 * MIB)
  })

  test('who goes away in the middle of a file leaves nothing, and no error in the log', async () => {
    const lines: string[] = []
    let isStaged = false
    const desk = scriptedDesk({ stage: () => ((isStaged = true), Promise.reject(new Error('staged'))) })
    const server = await serve(scripted(), { host: '127.0.0.1', port: 0, version: '0.1.0', desk, log: (line) => lines.push(line) })
    onTestFinished(() => server.stop())
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, '127.0.0.1')
      socket.write(
        'POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 900\r\n\r\n--x\r\n',
        () => setTimeout(() => (socket.destroy(), resolve()), 50),
      )
    })
    expect((await fetch(`${server.url}/livez`)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([lines, isStaged]).toEqual([[], false])
  })

  test('a length that is too much is refused before a byte is read', async () => {
    const { port } = await serving(limited(2 * MIB))
    const heard = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.write(
        'POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 99999999\r\n\r\n',
      )
      socket.once('data', (chunk) => (socket.destroy(), resolve(chunk.toString())))
    })
    expect(heard).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('names travel as they are: Chinese, quoted, and hostile ones are refused', async () => {
    const { desk } = await openDesk(libraryHome())
    const { url, port } = await serving(desk)
    const form = new FormData()
    form.append('file', new File([RULES], '关于《预付卡》的办法（试行）.txt'))
    const response = await fetch(`${url}/api/uploads`, { method: 'POST', body: form })
    expect(UploadSchema.parse(await response.json()).name).toBe('关于《预付卡》的办法（试行）.txt')
    const raw = (name: string): Promise<string> =>
      new Promise((resolve) => {
        const body = Buffer.concat([
          Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="'),
          Buffer.from(name, 'latin1'),
          Buffer.from(`"\r\n\r\n${RULES}\r\n--x--\r\n`),
        ])
        const socket = connect(port, '127.0.0.1')
        socket.write(
          `POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${body.length}\r\n\r\n`,
        )
        socket.write(body)
        socket.once('data', (chunk) => (socket.destroy(), resolve(chunk.toString().slice(0, 12))))
      })
    const hostile = ['../../a.txt', '..\\a.txt', '/etc/a.txt', 'a\0.txt', 'C:a.txt', '.a.txt', '\xff\xfe.txt', '..%2f..%2fa.txt/', 'CON.txt']
    for (const name of hostile) expect(await raw(name), name).toMatch(/^HTTP\/1\.1 4/)
  })

  test('several people at once: every file is read, questions are answered', async () => {
    const { desk, ids } = await openDesk(libraryHome())
    const { url } = await serving(desk)
    const text = (at: number) => `第${at}号办法\n${'第一条 为了规范。\n'.repeat(2_000)}`
    const send = async (at: number) => {
      const form = new FormData()
      form.append('file', new File([text(at)], `${at}.txt`))
      const { id } = UploadSchema.parse(await (await fetch(`${url}/api/uploads`, { method: 'POST', body: form })).json())
      return (await fetch(`${url}/api/uploads/${id}/accept`, { method: 'POST' })).status
    }
    const ready = async () => (await fetch(`${url}/readyz`)).status
    const statuses = await Promise.all([...Array.from({ length: 10 }, (_, at) => send(at)), ready(), ready()])
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 202), 200, 200])
    expect(Object.keys(await ids())).toHaveLength(11)
  })
})
