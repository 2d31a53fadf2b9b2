/** Every route, against a scripted assistant: what it answers passes the schema that /openapi.json promises. */
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { z } from '@hono/zod-openapi'
import { createApp } from '../../../src/channels/http/app.ts'
import {
  AnswerSchema,
  CitationSchema,
  CiteSchema,
  ClauseTextSchema,
  DocumentSchema,
  DocumentsSchema,
  LiveSchema,
  PassageSchema,
  ProblemSchema,
  ReadySchema,
  SearchResultSchema,
  SuggestionsSchema,
} from '../../../src/channels/http/schemas.ts'
import { PolicyError, type ErrorCode } from '../../../src/errors.ts'
import type { Answer, AnswerEvent, Citation, Passage, SearchResult } from '../../../src/types.ts'
import { answered, BASES, citationOf, COPY, DECISION, eventsOf, placeIn, PLAN, scripted, sha256, TITLE, type Script } from '../scripted.ts'

const appWith = (script: Script = {}) => createApp(scripted(script), { version: '0.1.0' })
const app = appWith()

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

async function bodyOf<Schema extends z.ZodType>(response: Response, schema: Schema): Promise<z.output<Schema>> {
  return schema.parse(await response.json())
}

async function problemOf(response: Response) {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8')
  const problem = await bodyOf(response, ProblemSchema)
  expect(problem.status).toBe(response.status)
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts\b|\/srv|\/home|file:/)
  return problem
}

test('the shapes on the wire are those of types.ts', () => {
  expectTypeOf<Answer>().toExtend<z.output<typeof AnswerSchema>>()
  expectTypeOf<SearchResult>().toExtend<z.output<typeof SearchResultSchema>>()
  expectTypeOf<keyof Answer>().toEqualTypeOf<keyof z.output<typeof AnswerSchema>>()
  expectTypeOf<keyof Citation>().toEqualTypeOf<keyof z.output<typeof CitationSchema>>()
  expectTypeOf<keyof Passage>().toEqualTypeOf<keyof z.output<typeof PassageSchema>>()
})

describe('POST /api/ask', () => {
  test('answers with quotations that are slices of the stored text', async () => {
    const response = await app.request('/api/ask', post({ question: '145行动是什么？' }))
    expect(response.status).toBe(200)
    const answer = await bodyOf(response, AnswerSchema)
    expect(answer.text).toBe('第三部分第2条：深入实施科技成果转移转化“145”行动')
    const [citation] = answer.citations
    expect(citation).toMatchObject({
      n: 1,
      title: TITLE,
      path: ['三', '2'],
      label: '三、2.',
      spoken: '第三部分第2条',
      date: '2023-01-09',
    })
    expect(DECISION.text.slice(citation!.start, citation!.end)).toBe(BASES)
    expect(citation!.quoteSha256).toBe(sha256(BASES))
    expect(citation!.alsoIn.map(({ documentId }) => documentId)).toEqual(['d-001'])
  })

  test('hands question, history and documents to the assistant as they are', async () => {
    const seen: unknown[] = []
    const ask: Script['ask'] = async function* (request) {
      seen.push(request)
      throw new PolicyError('no-such-clause', '没有。')
    }
    const history = [
      { role: 'user', content: '到2030年？' },
      { role: 'assistant', content: '超过4%' },
    ]
    await appWith({ ask }).request('/api/ask', post({ question: '那2035年呢？', history, documents: ['d-000'] }))
    expect(seen).toEqual([{ question: '那2035年呢？', history, documents: ['d-000'] }])
  })

  test.each([2_000, 2_001])('%i characters, counted as a person counts them', async (characters) => {
    const response = await app.request('/api/ask', post({ question: '𠮷'.repeat(characters) }))
    expect(response.status).toBe(characters === 2_000 ? 200 : 400)
    if (characters === 2_001) {
      expect(await problemOf(response)).toMatchObject({ code: 'question-too-long', detail: '问题最多2000个字符。' })
    }
  })

  test.each([
    ['a day that is none', { question: '目标？', asOf: '2023年1月1日' }, 'bad-request', /^asOf：日期须写作 2023-01-09。$/],
    [
      'an unknown field by its name',
      { question: '目标？', temperature: 1 },
      'bad-request',
      /^不认识的字段：temperature。$/,
    ],
    ['a blank question', { question: ' 　\n' }, 'bad-request', /^question：不能为空。$/],
    ['no question', {}, 'bad-request', /^question：缺少。$/],
    ['a number as question', { question: 7 }, 'bad-request', /^question：类型应为 string。$/],
    [
      'a turn by nobody',
      { question: '目标？', history: [{ role: 'system', content: '' }] },
      'bad-request',
      /user、assistant/,
    ],
    ['a list', [], 'bad-request', /请求：类型应为 object/],
    ['half a JSON text', '{"question":', 'bad-request', /不是合法的 JSON/],
    ['an empty list of documents', { question: '目标？', documents: [] }, 'bad-request', /documents：至少为 1/],
  ])('refuses %s', async (_, body, code, detail) => {
    const response = await app.request('/api/ask', post(body))
    expect(response.status).toBe(400)
    const problem = await problemOf(response)
    expect(problem).toMatchObject({ code, type: `/docs#${code}`, instance: '/api/ask' })
    expect(problem.detail).toMatch(detail)
  })

  test('asOf is handed on', async () => {
    const seen: unknown[] = []
    const asked = appWith({ ask: (request) => (seen.push(request.asOf), eventsOf(answered(request))) })
    await asked.request('/api/ask', post({ question: '目标？', asOf: '2020-06-30' }))
    expect(seen).toEqual(['2020-06-30'])
  })

  test('mode is handed on, and is one of three', async () => {
    const seen: unknown[] = []
    const asked = appWith({ ask: (request) => (seen.push(request.mode), eventsOf(answered(request))) })
    await asked.request('/api/ask', post({ question: '目标？', mode: 'extractive' }))
    expect(seen).toEqual(['extractive'])
    expect((await asked.request('/api/ask', post({ question: '目标？', mode: 'gpt' }))).status).toBe(400)
  })

  test('a document that does not exist is named', async () => {
    const response = await app.request('/api/ask', post({ question: '目标？', documents: ['d-000', 'd-999'] }))
    expect(response.status).toBe(404)
    expect(await problemOf(response)).toMatchObject({
      code: 'no-such-document',
      detail: '没有文件 d-999；现有文件见 /api/documents。',
    })
  })

  test('a body that is not JSON is refused before it is read', async () => {
    const response = await app.request('/api/ask', {
      method: 'POST',
      body: 'question=1',
      headers: { 'Content-Type': 'text/plain' },
    })
    expect(response.status).toBe(415)
    expect(await problemOf(response)).toMatchObject({ code: 'bad-request' })
  })

  test.each([
    ['said beforehand', true],
    ['counted while reading', false],
  ])('64 KiB is the most, %s', async (_, announced) => {
    const sized = (bytes: number) => {
      const text = JSON.stringify({ question: '目标？', history: [{ role: 'user', content: '' }] })
      const body = text.replace('""', JSON.stringify('x'.repeat(bytes - text.length)))
      const chunks = new ReadableStream({
        start(controller) {
          for (let at = 0; at < body.length; at += 1000) controller.enqueue(Buffer.from(body.slice(at, at + 1000)))
          controller.close()
        },
      })
      const headers: Record<string, string> = announced ? { 'Content-Length': String(Buffer.byteLength(body)) } : {}
      const init = { ...post(announced ? body : '', headers), ...(!announced && { body: chunks, duplex: 'half' }) }
      return app.request('/api/ask', init as RequestInit)
    }
    const most = 64 * 1024 - 8
    expect((await sized(most)).status).toBe(200)
    const response = await sized(most + 100)
    expect(response.status).toBe(413)
    expect(await problemOf(response)).toMatchObject({ code: 'body-too-large' })
  })

  test.each<[ErrorCode, number]>([
    ['index-building', 503],
    ['index-corrupt', 503],
    ['model-corrupt', 503],
    ['file-unreadable', 500],
    ['no-such-clause', 404],
    ['unauthorized', 401],
  ])('what the assistant refuses as %s is %i', async (code, status) => {
    const ask: Script['ask'] = async function* () {
      throw new PolicyError(code, 'index/gen-1 at /srv/index does not match')
    }
    const response = await appWith({ ask }).request('/api/ask', post({ question: '目标？', stream: true }))
    expect(response.status).toBe(status)
    const problem = ProblemSchema.parse(await response.json())
    expect(problem.code).toBe(code)
    if (status >= 500) expect(problem.detail).not.toContain('/srv/index')
    if (status === 503) expect(response.headers.get('Retry-After')).toBe('5')
  })

  test('what nobody foresaw is a plain 500, told to the log only', async () => {
    const lines: string[] = []
    const ask: Script['ask'] = async function* () {
      throw new TypeError('undefined is not a function at /srv/src/secret.ts')
    }
    const failing = createApp(scripted({ ask }), { version: '0.1.0', log: (line) => lines.push(line) })
    const response = await failing.request('/api/ask', post({ question: '目标？' }))
    expect(response.status).toBe(500)
    expect(await problemOf(response)).toMatchObject({ code: 'internal' })
    expect(lines.join()).toContain('secret.ts')
  })

  test('an assistant that ends without an answer is an error, not silence', async () => {
    const ask: Script['ask'] = async function* (): AsyncGenerator<AnswerEvent> {
      yield { type: 'passages', passages: [] }
    }
    expect((await appWith({ ask }).request('/api/ask', post({ question: '目标？' }))).status).toBe(500)
  })
})

describe('POST /api/search', () => {
  test('gives ranked passages, as many as asked for', async () => {
    const one = await bodyOf(
      await app.request('/api/search', post({ query: '科技成果', limit: 1 })),
      SearchResultSchema,
    )
    expect(one.passages.map(({ path }) => path)).toEqual([['三', '2']])
    const some = await bodyOf(await app.request('/api/search', post({ query: '科技成果' })), SearchResultSchema)
    expect(some.passages).toHaveLength(2)
  })

  test.each([0, 101, 1.5, '10'])('a limit of %j is refused', async (limit) => {
    const response = await app.request('/api/search', post({ query: '人才', limit }))
    expect((await problemOf(response)).detail).toMatch(/^limit：/)
  })

  test('a query has the same limit as a question', async () => {
    const response = await app.request('/api/search', post({ query: '条'.repeat(2_001) }))
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'question-too-long' })
  })
})

describe('GET /api/suggestions', () => {
  test('gives questions that were tried, each with its document', async () => {
    const asked: string[] = []
    const quote = '深入实施科技成果转移转化“145”行动,锚定全国颠覆性技术转移先行地、全国首个成果概念验证之都'
    const citations = [citationOf(1, placeIn(DECISION, '三', '2'), quote)]
    const ask: Script['ask'] = (request) => (asked.push(request.question), eventsOf({ ...answered(request), citations }))
    const trying = appWith({ ask })
    expect(asked).toEqual([])
    const { questions } = await bodyOf(await trying.request('/api/suggestions'), SuggestionsSchema)
    expect(questions[0]).toEqual({ question: '如何加快建设全球先进制造业基地？', documentId: 'd-000' })
    expect(questions.every(({ question, documentId }) => asked.includes(question) && documentId === 'd-000')).toBe(true)
  })

  test('says when there is no index yet', async () => {
    const response = await appWith({ status: { ready: false } }).request('/api/suggestions')
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'index-missing' })
  })
})

describe('GET /api/cite', () => {
  const cite = async (reference: string) =>
    bodyOf(await app.request(`/api/cite?ref=${encodeURIComponent(reference)}`), CiteSchema)

  test('found: the whole clause with its twin', async () => {
    const cited = await cite('《决定》第三部分第2条')
    expect(cited.outcome).toBe('found')
    if (cited.outcome !== 'found') return
    expect(cited.clauses).toHaveLength(1)
    const [clause] = cited.clauses
    expect(clause).toMatchObject({ label: '三、2.', heading: '构筑科技成果转移转化首选地' })
    expect(clause!.text).toBe(DECISION.text.slice(clause!.start, clause!.end))
    expect(clause!.alsoIn).toMatchObject([{ documentId: 'd-001', spoken: '第三部分第2条' }])
    expect([clause!.before?.spoken, clause!.after?.spoken]).toEqual(['第三部分第1条', '第三部分第3条'])
  })

  test('the place a reference stands in goes to the look-up', async () => {
    const seen: (string | undefined)[] = []
    const lookUp = (_: string, __?: string, at?: string) => (seen.push(at), { outcome: 'absent', reason: 'no-such-clause', message: '没有。', existing: [] } as const)
    const response = await appWith({ lookUp }).request(`/api/cite?ref=${encodeURIComponent('前款')}&at=${encodeURIComponent('《公司法》第三条第二款')}`)
    expect([response.status, seen]).toEqual([200, ['《公司法》第三条第二款']])
    expect((await app.request('/api/cite?ref=x&at=')).status).toBe(400)
  })

  test('ambiguous: the candidates, never a guess', async () => {
    const cited = await cite('《决定》第三部分')
    expect(cited).toMatchObject({ outcome: 'ambiguous', message: '有2处符合，请指明文件。' })
    expect(cited.outcome === 'ambiguous' && cited.candidates.map(({ documentId }) => documentId)).toEqual([
      'd-000',
      'd-003',
    ])
  })

  test('absent: which numbers do exist', async () => {
    expect(await cite('《决定》第三部分第9条')).toMatchObject({
      outcome: 'absent',
      reason: 'no-such-clause',
      existing: ['1', '2', '3', '4'],
      parent: { path: ['三'] },
    })
  })

  test.each([
    '/api/cite',
    '/api/cite?ref=',
    '/api/cite?ref=%20',
    `/api/cite?ref=${'x'.repeat(501)}`,
    '/api/cite?ref=x&page=2',
  ])('%s is refused', async (address) => {
    expect(await problemOf(await app.request(address))).toMatchObject({ status: 400, code: 'bad-request' })
  })
})

describe('documents and clauses', () => {
  test('the list names every document with what it says of itself', async () => {
    const { documents, index } = await bodyOf(await app.request('/api/documents'), DocumentsSchema)
    expect(index.generation).toBe('gen-00000001')
    expect(documents.map(({ id, title, titleFrom }) => [id, title, titleFrom])).toEqual([
      ['d-000', TITLE, 'text'],
      ['d-001', TITLE, 'inferred'],
      ['d-003', '决定', 'operator'],
    ])
    expect(documents[1]?.header.title?.basis).toBe('000_76b057a27a625e20.txt')
  })

  test('a document comes with its outline', async () => {
    const { outline, length } = await bodyOf(await app.request('/api/documents/d-003'), DocumentSchema)
    expect(length).toBe(PLAN.text.length)
    expect(outline.map(({ label, spoken }) => `${label} ${spoken}`)).toEqual(['二、 第二部分', '三、 第三部分'])
    expect(outline[1]?.children.map(({ label, spoken }) => `${label} ${spoken}`)).toEqual([
      '三、(9) 第三部分第(9)条',
      '三、(10) 第三部分第(10)条',
      '三、(11) 第三部分第(11)条',
      '三、(12) 第三部分第(12)条',
    ])
    expect(outline[0]?.children[0]?.heading).toBe('深化教育科技人才一体改革发展')
  })

  test('the text is the stored text, plain, named by its SHA-256', async () => {
    const response = await app.request('/api/documents/d-001/text')
    expect(response.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
    expect(response.headers.get('X-Text-SHA256')).toBe(COPY.textSha256)
    expect(response.headers.get('Content-Security-Policy')).toContain('sandbox')
    expect(await response.text()).toBe(COPY.text)
  })

  test('an older text is found by 16 digits of its SHA-256 and says so', async () => {
    const text = '二、旧的一版\n'
    const older = appWith({ older: [{ documentId: 'd-003', text }] })
    const response = await older.request(`/api/documents/d-003/text?sha=${sha256(text).slice(0, 16)}`)
    expect([await response.text(), response.headers.get('X-Text-Superseded')]).toEqual([text, 'true'])
    expect((await older.request(`/api/documents/d-003/text?sha=${'0'.repeat(16)}`)).status).toBe(404)
    expect((await older.request('/api/documents/d-003/text?sha=0f')).status).toBe(400)
  })

  test('a clause is addressed by its printed ordinals', async () => {
    const clause = await bodyOf(await app.request(`/api/clauses/d-003/${encodeURIComponent('三')}/9`), ClauseTextSchema)
    expect(clause.spoken).toBe('第三部分第(9)条')
    expect(clause.text.startsWith('(9)做强做优“296X”先进制造业集群。')).toBe(true)
  })

  test.each([
    ['/api/documents/d-999', 404, 'no-such-document'],
    ['/api/documents/d-999/text', 404, 'no-such-document'],
    ['/api/clauses/d-999/1', 404, 'no-such-document'],
    [`/api/clauses/d-003/${encodeURIComponent('三')}/99`, 404, 'no-such-clause'],
    ['/api/clauses/d-003/%E4%B8', 400, 'bad-request'],
    ['/api/clauses/d-003', 404, 'no-such-route'],
    ['/api/nothing', 404, 'no-such-route'],
    ['/api/documents/..%2f..%2fetc%2fpasswd/text', 404, 'no-such-document'],
  ])('%s is %i %s', async (address, status, code) => {
    expect(await problemOf(await app.request(address))).toMatchObject({ status, code })
  })
})

describe('health and description', () => {
  test('/livez asks nothing of anyone', async () => {
    expect(await bodyOf(await appWith({ status: { ready: false } }).request('/livez'), LiveSchema)).toEqual({
      live: true,
      version: '0.1.0',
    })
  })

  test('/readyz names model, index and mode', async () => {
    const response = await app.request('/readyz')
    expect(response.status).toBe(200)
    expect(await bodyOf(response, ReadySchema)).toMatchObject({
      ready: true,
      model: 'bge-small-zh-v1.5-q',
      index: { generation: 'gen-00000001', vectors: 'hnsw' },
      mode: { answers: 'extractive', retrieval: 'hybrid' },
    })
  })

  test('/readyz is 503 while there is no index, and while the server stops', async () => {
    const none = appWith({ status: { ready: false, generation: null, building: { step: '向量', done: 3, total: 9 } } })
    expect((await none.request('/readyz')).status).toBe(503)
    expect((await none.request('/api/documents')).status).toBe(503)
    expect((await none.request('/')).status).toBe(200)
    const stopping = createApp(scripted(), { version: '0.1.0', stopping: AbortSignal.abort() })
    const response = await stopping.request('/readyz')
    expect([response.status, (await bodyOf(response, ReadySchema)).ready]).toEqual([503, false])
  })

  test('/readyz says what is missing in keyword-only mode', async () => {
    const fallbacks = [{ from: 'hybrid', reason: '没有模型，只按关键词检索。' }]
    const keyword = appWith({ status: { retrieval: 'keyword', embedder: null, vectors: null, fallbacks } })
    expect(await bodyOf(await keyword.request('/readyz'), ReadySchema)).toMatchObject({
      model: null,
      mode: { retrieval: 'keyword' },
      fallbacks,
    })
  })

  test('/openapi.json promises every route, and nothing it promises is left undescribed', async () => {
    const description = (await (await app.request('/openapi.json')).json()) as {
      openapi: string
      paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
      components: { schemas: Record<string, { additionalProperties?: boolean }> }
    }
    expect(description.openapi).toBe('3.1.0')
    const promised = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(promised.sort()).toEqual([
      'delete /api/session',
      'post /api/session',
      'delete /api/conversations/{id}',
      'delete /api/conversations/{id}/exchanges/{exchangeId}/feedback',
      'get /api/cite',
      'get /api/clauses/{documentId}/{path}',
      'get /api/conversations',
      'get /api/conversations/{id}',
      'get /api/conversations/{id}/export',
      'get /api/documents',
      'get /api/documents/{id}',
      'get /api/documents/{id}/text',
      'get /api/reading/{id}',
      'get /api/suggestions',
      'get /livez',
      'get /readyz',
      'get /api/session',
      'get /api/session/oidc',
      'get /api/session/oidc/callback',
      'get /startupz',
      'get /v1/models',
      'get /v1/models/{model}',
      'patch /api/conversations/{id}',
      'post /api/ask',
      'post /api/check',
      'post /api/check/annotated',
      'post /api/conversations/{id}/exchanges/{exchangeId}/stop',
      'post /api/search',
      'post /v1/chat/completions',
      'put /api/conversations/{id}/exchanges/{exchangeId}/feedback',
    ].sort())
    const served = app.routes
      .filter(({ path, method }) => path.startsWith('/api/') && method !== 'ALL')
      .map(({ path, method }) => `${method.toLowerCase()} ${path}`)
    const shaped = (route: string) => route.replace(/(?<=:path)\{[^}]*\}$/, '').replace(/:(\w+)/g, '{$1}')
    expect(new Set(served.map(shaped))).toEqual(new Set(promised.filter((route) => route.includes('/api/'))))
    const references = JSON.stringify(description).match(/#\/components\/schemas\/\w+/g) ?? []
    for (const reference of references)
      expect(description.components.schemas).toHaveProperty(reference.split('/').at(-1)!)
  })

  test('/docs is a page that loads nothing from elsewhere', async () => {
    const page = await (await app.request('/docs')).text()
    expect(page).not.toMatch(/(?:src|href)="(?!\/|#)/)
    for (const path of ['/api/ask', '/api/cite', '/api/clauses/{documentId}/{path}', '/readyz', 'question-too-long'])
      expect(page).toContain(path)
  })

  test('a wrong method is told the right one', async () => {
    const response = await app.request('/api/ask')
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'POST'])
    expect(await problemOf(response)).toMatchObject({ code: 'no-such-route' })
  })
})
