/** The routes of the draft check: text and files in, what became of each quotation out; what is refused, and how. */
import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest'
import type { z } from '@hono/zod-openapi'
import { createApp } from '../../../src/channels/http/app.ts'
import { CheckedDraftSchema, CheckEventSchemas } from '../../../src/channels/http/check-schemas.ts'
import { ProblemSchema } from '../../../src/channels/http/schemas.ts'
import { serve } from '../../../src/channels/http/serve.ts'
import { Turns } from '../../../src/channels/http/turns.ts'
import type { CheckedDraft } from '../../../src/channels/checked-draft.ts'
import { PolicyError } from '../../../src/errors.ts'
import { line, wordFile } from '../../drafts/word-files.ts'
import { scripted, TITLE, type Script } from '../scripted.ts'

const RIGHT = '《决定》第三部分第2条提出“深入实施科技成果转移转化“145”行动”。'
const ALTERED = '《决定》第三部分第2条要求“力争未来5年实现技术交易额、新产品产值总和超2万亿元”。'
const DRAFT = `关于科技成果转化的请示\n\n${RIGHT}\n${ALTERED}\n`
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const MIB = 1024 * 1024

const appWith = (script: Script = {}) => createApp(scripted(script), { version: '0.1.0' })
const words = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
const raw = (type: string, body: string | Uint8Array<ArrayBuffer>): RequestInit => ({ method: 'POST', headers: { 'Content-Type': type }, body })

function sent(name: string, content: string | Uint8Array<ArrayBuffer>): RequestInit {
  const body = new FormData()
  body.append('file', new File([content], name))
  return { method: 'POST', body }
}

async function checkedOf(response: Response): Promise<CheckedDraft> {
  expect(response.status).toBe(200)
  return CheckedDraftSchema.parse(await response.json()) as unknown as CheckedDraft
}

async function problemOf(response: Response) {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8')
  const problem = ProblemSchema.parse(await response.json())
  expect(problem.status).toBe(response.status)
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts\b|\/tmp/)
  return problem
}

const told = ({ items }: CheckedDraft) => items.map(({ verdict, place, quote }) => `${place?.words} ${verdict} ${quote}`)

const FOUND = ['正文第2段 verbatim 深入实施科技成果转移转化“145”行动', '正文第3段 altered 力争未来5年实现技术交易额、新产品产值总和超2万亿元']

test('the shape on the wire is that of the check', () => {
  expectTypeOf<CheckedDraft>().toExtend<z.output<typeof CheckedDraftSchema>>()
  expectTypeOf<keyof CheckedDraft>().toEqualTypeOf<keyof z.output<typeof CheckedDraftSchema>>()
  expectTypeOf<keyof CheckedDraft['items'][number]>().toEqualTypeOf<keyof z.output<typeof CheckedDraftSchema>['items'][number]>()
  expectTypeOf<keyof CheckedDraft['draft']>().toEqualTypeOf<keyof z.output<typeof CheckedDraftSchema>['draft']>()
})

describe('a draft', () => {
  test('as words: each item with its paragraph, its diff and its citation', async () => {
    const checked = await checkedOf(await appWith().request('/api/check', words({ text: DRAFT })))
    expect(told(checked)).toEqual(FOUND)
    const [, altered] = checked.items
    expect(DRAFT.slice(altered!.start, altered!.end)).toBe(altered!.quote)
    expect(altered!.diff?.filter(({ kind }) => kind !== 'same')).toEqual([
      { kind: 'left-out', text: '1万亿元', weighs: ['amount'] },
      { kind: 'put-in', text: '2万亿元', weighs: ['amount'] },
    ])
    expect(altered!.citation).toMatchObject({ title: TITLE, spoken: '第三部分第2条', quote: '力争未来5年实现技术交易额、新产品产值总和超1万亿元' })
    expect(checked.summary).toMatchObject({ items: 2, isClean: false, documents: 3 })
    expect(checked.draft).toEqual({ format: 'txt', characters: DRAFT.length, textSha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test('as a file, sent in a form or as the whole body, is read and given back as text', async () => {
    const docx = new Uint8Array(await wordFile(DRAFT.trim().split('\n').map(line).join('')))
    const markdown = `# 请示\n\n- ${RIGHT}\n- ${ALTERED}\n`
    for (const [init, path, expected] of [
      [sent('请示.docx', docx), '/api/check', { name: '请示.docx', format: 'docx', encoding: 'docx' }],
      [raw(WORD, docx), '/api/check', { name: '草稿.docx', format: 'docx' }],
      [raw('application/octet-stream', docx), '/api/check?name=a.docx', { name: 'a.docx', format: 'docx' }],
      [sent('请示.md', markdown), '/api/check', { name: '请示.md', format: 'md', encoding: 'utf-8' }],
      [raw('text/markdown; charset=utf-8', markdown), '/api/check', { name: '草稿.md', format: 'md' }],
      [raw('text/plain', DRAFT), '/api/check', { name: '草稿.txt', format: 'txt' }],
    ] as const) {
      const checked = await checkedOf(await appWith().request(path, init))
      expect(checked.draft).toMatchObject(expected)
      expect(checked.items.map(({ verdict }) => verdict)).toEqual(['verbatim', 'altered'])
      for (const { quote, start, end } of checked.items) expect(checked.draft.text!.slice(start, end)).toBe(quote)
    }
  })

  test('what was met in a file is told', async () => {
    const inserted = `<w:p><w:ins w:id="1" w:author="甲"><w:r><w:t>${RIGHT}</w:t></w:r></w:ins></w:p>`
    const checked = await checkedOf(await appWith().request('/api/check', sent('改.docx', new Uint8Array(await wordFile(inserted)))))
    expect(checked.remarks.map(({ kind, count }) => [kind, count])).toEqual([['insertions', 1]])
    expect(checked.items.map(({ verdict }) => verdict)).toEqual(['verbatim'])
  })

  test('asOf and suggest reach the check, from the body and from the address', async () => {
    const seen: unknown[] = []
    const check: Script['check'] = ({ asOf, suggest }) => {
      seen.push([asOf, suggest])
      return scripted().check({ text: '空' })
    }
    const app = appWith({ check })
    await app.request('/api/check', words({ text: '甲', asOf: '2020-06-30', suggest: true }))
    await app.request('/api/check?asOf=2019-01-01&suggest=true', raw('text/plain', '甲'))
    await app.request('/api/check?suggest=false', raw('text/plain', '甲'))
    await app.request('/api/check', words({ text: '甲' }))
    expect(seen).toEqual([['2020-06-30', true], ['2019-01-01', true], [undefined, false], [undefined, undefined]])
  })

  test('with Accept: text/event-stream comes with progress', async () => {
    const check: Script['check'] = async (request, { onProgress } = {}) => {
      onProgress?.({ step: 'quotations', done: 10, total: 100 })
      onProgress?.({ step: 'quotations', done: 11, total: 100 })
      return scripted().check(request)
    }
    const response = await appWith({ check }).request('/api/check', words({ text: DRAFT }, { Accept: 'text/event-stream' }))
    expect([response.status, response.headers.get('Content-Type'), response.headers.get('Cache-Control')]).toEqual([200, 'text/event-stream', 'no-store'])
    const events = (await response.text()).trim().split('\n\n').map((event) => {
      const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? []
      return [name, JSON.parse(data) as unknown] as const
    })
    expect(events.map(([name]) => name)).toEqual(['progress', 'done']) // the second progress came too soon to be worth an event
    expect(CheckEventSchemas.progress.parse(events[0]![1])).toEqual({ step: 'quotations', done: 10, total: 100 })
    expect(told(CheckEventSchemas.done.parse(events[1]![1]) as unknown as CheckedDraft)).toEqual(FOUND)
  })

  test('a check that breaks ends its stream with a problem', async () => {
    const lines: string[] = []
    const check: Script['check'] = async () => {
      throw new Error('boom at /srv')
    }
    const app = createApp(scripted({ check }), { version: '0.1.0', log: (line) => lines.push(line) })
    const body = await (await app.request('/api/check', words({ text: '甲' }, { Accept: 'text/event-stream' }))).text()
    expect(body).toMatch(/^event: error\ndata: \{.*"code":"internal"/)
    expect(body).not.toContain('/srv')
    expect(lines.join()).toContain('boom at /srv')
  })
})

describe('the annotated copy', () => {
  test('is a Word file with a comment for each item', async () => {
    const docx = new Uint8Array(await wordFile(DRAFT.trim().split('\n').map(line).join('')))
    const response = await appWith().request('/api/check/annotated', sent('请示.docx', docx))
    expect([response.status, response.headers.get('Content-Type'), response.headers.get('X-Check-Clean')]).toEqual([200, WORD, 'false'])
    expect(response.headers.get('Content-Disposition')).toBe(
      `attachment; filename="checked.docx"; filename*=UTF-8''${encodeURIComponent('请示（核对）.docx')}`,
    )
    const { default: JSZip } = await import('jszip')
    const comments = await (await JSZip.loadAsync(await response.arrayBuffer())).file('word/comments.xml')!.async('string')
    expect(comments.match(/【[^】]+】/g)).toEqual(['【一致】', '【有出入】'])
  })

  test('is refused for what is no Word file', async () => {
    const app = appWith()
    for (const init of [sent('请示.md', DRAFT), words({ text: DRAFT })]) {
      const problem = await problemOf(await app.request('/api/check/annotated', init))
      expect([problem.status, problem.code]).toEqual([400, 'bad-request'])
      expect(problem.detail).toContain('docx')
    }
  })
})

describe('refused', () => {
  test.each([
    ['an empty text', words({ text: ' \n' }), 400, 'bad-request', 'text：不能为空。'],
    ['no text', words({}), 400, 'bad-request', 'text：缺少。'],
    ['a field nobody knows', words({ text: '甲', documents: [] }), 400, 'bad-request', '不认识的字段：documents。'],
    ['a day that is none', words({ text: '甲', asOf: '昨天' }), 400, 'bad-request', 'asOf：日期须写作 2023-01-09。'],
    ['broken JSON', raw('application/json', '{'), 400, 'bad-request', '请求体不是合法的 JSON。'],
    ['another type', raw('application/pdf', '%PDF'), 415, 'bad-request', '草稿须是 JSON（{"text": "…"}）、multipart/form-data 中的文件，或 .txt、.md、.docx 文件本身。'],
    ['bytes without a name', raw('application/octet-stream', 'PK'), 400, 'bad-request', '请用 ?name= 写明文件名，如 ?name=请示.docx。'],
    ['a PDF', sent('请示.pdf', '%PDF-1.7\n'), 422, 'file-format', expect.stringContaining('不能作为草稿核对')],
    ['a broken Word file', sent('请示.docx', 'PK\u0003\u0004 no zip'), 422, 'file-format', expect.stringContaining('请示.docx')],
    ['an empty file', sent('请示.txt', ''), 422, 'file-format', expect.stringContaining('空文件')],
    ['too many characters', words({ text: '一'.repeat(2_000_001) }), 413, 'body-too-large', '草稿有 2000001 个字符，最多可核对 2000000 个。请拆分后再核对。'],
    ['too many bytes', raw('text/plain', 'a'.repeat(20 * MIB + 1)), 413, 'body-too-large', '草稿超过 20 MiB，未核对。请拆分，或去掉其中的图片。'],
  ])('%s', async (_, init, status, code, detail) => {
    const problem = await problemOf(await appWith().request('/api/check', init))
    expect([problem.status, problem.code, problem.detail]).toEqual([status, code, detail])
  })

  test('as a problem also where events were asked for', async () => {
    const response = await appWith().request('/api/check', words({ text: '一'.repeat(2_000_001) }, { Accept: 'text/event-stream' }))
    expect((await problemOf(response)).status).toBe(413)
  })

  test('from another site, and without the key where there is one', async () => {
    const foreign = words({ text: '甲' }, { 'Sec-Fetch-Site': 'cross-site' })
    expect((await appWith().request('/api/check', foreign)).status).toBe(403)
    const locked = createApp(scripted(), { version: '0.1.0', apiKey: 'k'.repeat(32) })
    expect((await locked.request('/api/check', words({ text: '甲' }))).status).toBe(401)
    expect((await locked.request('/api/check', words({ text: '甲' }, { 'X-API-Key': 'k'.repeat(32) }))).status).toBe(200)
    expect((await locked.request('/api/check')).status).toBe(401)
    expect((await appWith().request('/api/check')).status).toBe(405)
  })

  test('while there is no index, before a long file is read', async () => {
    const response = await appWith({ status: { ready: false } }).request('/api/check', sent('请示.pdf', '%PDF-1.7\n'))
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5'])
    expect((await problemOf(response)).code).toBe('index-missing')
  })
})

describe('turns', () => {
  test('two check at once, six wait, the next is told to come back', async () => {
    const waiting: (() => void)[] = []
    let [running, most] = [0, 0]
    const check: Script['check'] = async (request) => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => waiting.push(resolve))
      running--
      return scripted().check(request)
    }
    const app = appWith({ check })
    const asked = Array.from({ length: 8 }, () => app.request('/api/check', words({ text: '甲' })))
    await expect.poll(() => waiting.length).toBe(2)
    const turnedAway = await app.request('/api/check', words({ text: '甲' }))
    expect([turnedAway.status, turnedAway.headers.get('Retry-After')]).toEqual([503, '5'])
    expect(await problemOf(turnedAway)).toMatchObject({ code: 'checks-full', detail: '正在核对的草稿太多，请稍候几秒再试。' })
    for (let left = 8; left > 0; left--) {
      await expect.poll(() => waiting.length).toBeGreaterThan(0)
      waiting.shift()!()
    }
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
    expect(most).toBe(2)
    expect((await Promise.all([app.request('/api/check', words({ text: '甲' })), waiting.length === 0 && expect.poll(() => waiting.length).toBe(1).then(() => waiting.shift()!())]))[0].status).toBe(200)
  })

  test('who goes away gives up his place, and a turn is passed on once', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 1, full: { code: 'checks-full', message: '满' } })
    const never = new AbortController().signal
    const leave = await turns.enter(never)
    const gone = new AbortController()
    const given = turns.enter(gone.signal)
    await expect(turns.enter(never)).rejects.toThrow(new PolicyError('checks-full', '满'))
    gone.abort(new Error('gone'))
    await expect(given).rejects.toThrow('gone')
    const next = turns.enter(never)
    leave()
    const leaveNext = await next
    leaveNext()
    await expect(turns.enter(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
    await expect(turns.enter(never)).resolves.toBeTypeOf('function')
  })

  test('a check whose asker went away is ended, and its turn is free', async () => {
    let ended = 0
    const check: Script['check'] = (_, { signal } = {}) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => (ended++, reject(signal.reason as Error)), { once: true }))
    const lines: string[] = []
    const serving = await serve(scripted({ check }), { version: '0.1.0', host: '127.0.0.1', port: 0, log: (line: string) => lines.push(line) } as never)
    onTestFinished(() => serving.stop())
    for (const accept of ['application/json', 'text/event-stream', 'application/json']) {
      const leaving = new AbortController()
      const asked = fetch(`${serving.url}/api/check`, { ...words({ text: '甲' }, { Accept: accept }), signal: leaving.signal })
      setTimeout(() => leaving.abort(), 100)
      await asked.then((response) => response.text()).catch(() => {})
    }
    await expect.poll(() => ended).toBe(3)
    expect(lines).toEqual([])
  })
})

test('the routes are in /openapi.json, with their events', async () => {
  const described = (await (await appWith().request('/openapi.json')).json()) as { paths: Record<string, { post: { requestBody: { content: object } } }> }
  expect(Object.keys(described.paths['/api/check']!.post.requestBody.content)).toEqual([
    'application/json', 'multipart/form-data', 'text/plain', 'text/markdown', WORD, 'application/octet-stream',
  ])
  expect(described.paths['/api/check/annotated']).toBeDefined()
  expect(JSON.stringify(described)).toContain('event: progress, done, error, ping')
})
