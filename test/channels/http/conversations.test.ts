/** Conversations over HTTP: asked, kept, read again, taken away, judged; each owner apart. */
import { randomUUID } from 'node:crypto'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { z } from '@hono/zod-openapi'
import { createApp, type HttpOptions } from '../../../src/channels/http/app.ts'
import { attachment, safeFileName } from '../../../src/channels/http/conversation-file.ts'
import {
  CitationChangeSchema,
  ConversationSchema,
  ConversationsSchema,
  ConversationSummarySchema,
  ExchangeSchema,
} from '../../../src/channels/http/conversation-schemas.ts'
import { AnswerSchema, ProblemSchema } from '../../../src/channels/http/schemas.ts'
import { PolicyError } from '../../../src/errors.ts'
import { IN_MEMORY, openSqliteState } from '../../../src/state/sqlite-state.ts'
import type { State } from '../../../src/state/state.ts'
import type {
  Answer,
  AskRequest,
  CitationChange,
  Conversation,
  ConversationSummary,
  Document,
  Exchange,
} from '../../../src/types.ts'
import {
  answered,
  answerOf,
  BASES,
  citationOf,
  COPY,
  DECISION,
  declined,
  documentOf,
  eventsOf,
  placeIn,
  PLAN,
  scripted,
  type Script,
} from '../scripted.ts'

const QUESTION = '145行动是什么？'

/** An app, and what it keeps. */
function kept(script: Script = {}, options: Partial<HttpOptions> = {}) {
  const state = options.state ?? openSqliteState(IN_MEMORY)
  const app = createApp(scripted(script), { version: '0.1.0', ...options, state })
  const send = (method: string, address: string, body?: object, headers: Record<string, string> = {}) =>
    app.request(address, {
      method,
      headers: { ...(body && { 'Content-Type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
  const ask = (where: Name, body: object = {}) => send('POST', '/api/ask', { question: QUESTION, ...where, ...body })
  const read = async (id: string) =>
    ConversationSchema.parse(await (await app.request(`/api/conversations/${id}`)).json())
  return { state, app, send, ask, read }
}

interface Name {
  readonly conversationId: string
  readonly exchangeId: string
}
const newName = (conversationId: string = randomUUID()): Name => ({ conversationId, exchangeId: randomUUID() })

async function problemOf(response: Response) {
  const problem = ProblemSchema.parse(await response.json())
  expect(problem.status).toBe(response.status)
  return problem
}

test('the shapes on the wire are those of types.ts', () => {
  expectTypeOf<Exchange>().toExtend<z.output<typeof ExchangeSchema>>()
  expectTypeOf<Conversation>().toExtend<z.output<typeof ConversationSchema>>()
  expectTypeOf<keyof Conversation>().toEqualTypeOf<keyof z.output<typeof ConversationSchema>>()
  expectTypeOf<ConversationSummary>().toEqualTypeOf<Readonly<z.output<typeof ConversationSummarySchema>>>()
  expectTypeOf<keyof CitationChange>().toEqualTypeOf<keyof z.output<typeof CitationChangeSchema>>()
})

describe('asking within a conversation', () => {
  test('makes it, titled by the question, and keeps the answer that was given', async () => {
    const { ask, read } = kept()
    const where = newName()
    const answer = AnswerSchema.parse(await (await ask(where, { documents: ['d-000'], asOf: '2023-02-01' })).json())
    expect(await read(where.conversationId)).toMatchObject({
      title: QUESTION,
      exchanges: [{ id: where.exchangeId, question: QUESTION, documents: ['d-000'], asOf: '2023-02-01', answer }],
    })
  })

  test('an answer of a model is kept with its sentences and what is known of the model; mode is handed on', async () => {
    const model = { id: 'made', prompt: 'answer-2 0123456789ab', sentences: 1, removed: 2, reasons: { number: 2 } }
    const modes: unknown[] = []
    const { ask, read } = kept({
      ask: (request) => {
        modes.push(request.mode)
        const answer = answered(request)
        const segments = [{ kind: 'sentence' as const, text: '目标如此。', citations: [1] }]
        return eventsOf({ ...answer, mode: 'llm', model, segments, text: '目标如此。' })
      },
    })
    const where = newName()
    await ask(where, { mode: 'llm' })
    expect(modes).toEqual(['llm'])
    expect((await read(where.conversationId)).exchanges[0]).toMatchObject({
      answer: { mode: 'llm', model, segments: [{ kind: 'sentence', text: '目标如此。', citations: [1] }] },
    })
  })

  test('streams as any answer does, and has kept it before it says done', async () => {
    const { ask, read } = kept()
    const where = newName()
    const events = await (await ask(where, { stream: true })).text()
    const names = [...events.matchAll(/^event: (\w+)/gm)].map(([, name]) => name)
    expect(names).toEqual(['passages', 'segment', 'segment', 'citations', 'done'])
    expect((await read(where.conversationId)).exchanges[0]?.answer).toEqual(answered({ question: QUESTION }))
  })

  test('earlier exchanges are its history', async () => {
    const seen: AskRequest[] = []
    const { ask } = kept({ ask: (request) => (seen.push(request), eventsOf(answered(request))) })
    const first = newName()
    await ask(first)
    await ask(newName(first.conversationId), { question: '那2035年呢？' })
    expect(seen).toEqual([
      { question: QUESTION, history: [] },
      {
        question: '那2035年呢？',
        history: [
          { role: 'user', content: QUESTION },
          { role: 'assistant', content: `第三部分第2条：${BASES}` },
        ],
      },
    ])
  })

  test('the same exchange again replaces its answer', async () => {
    let isFirst = true
    const { ask, read } = kept({
      ask: (request) => {
        const answer = isFirst ? declined(request) : answered(request)
        isFirst = false
        return eventsOf(answer)
      },
    })
    const where = newName()
    await ask(where)
    await ask({ conversationId: where.conversationId.toUpperCase(), exchangeId: where.exchangeId.toUpperCase() })
    const { exchanges } = await read(where.conversationId)
    expect(exchanges.map(({ answer }) => answer?.outcome)).toEqual(['answered'])
  })

  test('eight at once in one conversation keep eight answers', async () => {
    const { ask, read } = kept()
    const { conversationId } = newName()
    const names = Array.from({ length: 8 }, () => newName(conversationId))
    const asking = names.map((where, i) => ask(where, { question: `第${i}问`, stream: i % 2 === 0 }))
    const responses = await Promise.all(asking)
    await Promise.all(responses.map((response) => response.text()))
    const { exchanges } = await read(conversationId)
    expect(exchanges.map(({ question, answer }) => [question, answer?.question]).sort()).toEqual(
      names.map((_, i) => [`第${i}问`, `第${i}问`]),
    )
  })

  test('an asker who goes away finds the whole answer later', async () => {
    const go = Promise.withResolvers<void>()
    const { ask, read } = kept({
      ask: async function* (request) {
        yield { type: 'passages', passages: [] }
        await go.promise
        yield* eventsOf(answered(request))
      },
    })
    const where = newName()
    const reader = (await ask(where, { stream: true })).body!.getReader()
    await reader.read()
    await reader.cancel()
    expect((await read(where.conversationId)).exchanges[0]).not.toHaveProperty('answer')
    go.resolve()
    const answer = async () => (await read(where.conversationId)).exchanges[0]?.answer
    await expect.poll(answer).toEqual(answered({ question: QUESTION }))
  })

  test('what goes wrong when the asker has gone is told to the log', async () => {
    const go = Promise.withResolvers<void>()
    const lines: string[] = []
    const ask: Script['ask'] = async function* () {
      yield { type: 'passages', passages: [] }
      await go.promise
      throw new PolicyError('disk-full', '磁盘已满。')
    }
    const { ask: put, read } = kept({ ask }, { log: (line) => lines.push(line) })
    const where = newName()
    const reader = (await put(where, { stream: true })).body!.getReader()
    await reader.read()
    await reader.cancel()
    go.resolve()
    await expect.poll(() => lines.join()).toContain('磁盘已满。')
    expect((await read(where.conversationId)).exchanges[0]).not.toHaveProperty('answer')
  })

  test('what was stopped keeps its question and no half of an answer', async () => {
    const ended = Promise.withResolvers<void>()
    const { ask, read, send } = kept({
      ask: async function* (request, signal) {
        yield { type: 'passages', passages: [] }
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        ended.resolve()
        yield* eventsOf(answered(request))
      },
    })
    const where = newName()
    const events = (await ask(where, { stream: true })).text()
    const address = `/api/conversations/${where.conversationId}/exchanges/${where.exchangeId}/stop`
    expect((await send('POST', address)).status).toBe(204)
    await ended.promise
    await events
    expect((await read(where.conversationId)).exchanges).toMatchObject([{ question: QUESTION }])
    expect((await read(where.conversationId)).exchanges[0]).not.toHaveProperty('answer')
  })

  test('an error leaves the question, to be asked again', async () => {
    const lines: string[] = []
    const fails: Script['ask'] = async function* () {
      throw new PolicyError('index-building', '正在建立索引。')
    }
    const { ask, read } = kept({ ask: fails }, { log: (line) => lines.push(line) })
    const where = newName()
    expect(await problemOf(await ask(where))).toMatchObject({ status: 503, code: 'index-building' })
    expect((await read(where.conversationId)).exchanges).toMatchObject([{ question: QUESTION }])
    expect(lines.join()).toContain('正在建立索引')
  })

  test('an answer that cannot be kept is not given as if it were', async () => {
    const full = new PolicyError('disk-full', '磁盘已满，对话记录写不进。')
    const state: State = Object.assign(Object.create(openSqliteState(IN_MEMORY)) as State, {
      begin: async () => ({ attempt: 1, history: [] }),
      keepAnswer: async () => Promise.reject(full),
    })
    const { ask } = kept({}, { state })
    const note = '对话记录暂时不能写入：这一问的回答没有保存。'
    expect(await (await ask(newName())).json()).toEqual({ ...answered({ question: QUESTION }), notes: [note] })
    expect(await (await ask(newName(), { stream: true })).text()).toMatch(/event: done\ndata: .*这一问的回答没有保存/)
  })

  test('a question that cannot be kept is answered, and the answer says so; what else goes wrong is refused', async () => {
    const refusing = (code: 'state-unusable' | 'no-such-conversation') => {
      const begin = () => Promise.reject(new PolicyError(code, '对话记录 state.sqlite 正被别的程序占用。'))
      return kept({}, { state: Object.assign(Object.create(openSqliteState(IN_MEMORY)) as State, { begin }) })
    }
    const note = '对话记录暂时不能写入：这一问没有保存，也没有用到这个对话里之前的问答。'
    const given = await (await refusing('state-unusable').ask(newName())).json()
    expect(given).toEqual({ ...answered({ question: QUESTION }), notes: [note] })
    expect(await problemOf(await refusing('no-such-conversation').ask(newName()))).toMatchObject({ status: 404 })
  })

  test.each([
    ['one id without the other', { exchangeId: undefined }, /conversationId 与 exchangeId 须一同给出/],
    ['a history of its own', { history: [] }, /不要另给 history/],
    ['an id that is no UUID', { conversationId: '../1' }, /^conversationId：应为 UUID/],
  ])('refuses %s', async (_, body, detail) => {
    const problem = await problemOf(await kept().ask(newName(), body))
    expect(problem).toMatchObject({ status: 400, code: 'bad-request' })
    expect(problem.detail).toMatch(detail)
  })

  test('a document that does not exist is refused before anything is kept', async () => {
    const { ask, send } = kept()
    const where = newName()
    expect(await problemOf(await ask(where, { documents: ['d-999'] }))).toMatchObject({ code: 'no-such-document' })
    expect((await send('GET', `/api/conversations/${where.conversationId}`)).status).toBe(404)
  })
})

describe('the list', () => {
  test('is newest first, searched, and paged', async () => {
    const { ask, send } = kept()
    for (const question of ['研发100%？', '人才_引进？', '145行动 "Plan"']) await ask(newName(), { question })
    const list = async (query: string) =>
      ConversationsSchema.parse(await (await send('GET', `/api/conversations${query}`)).json())
    const titles = async (query: string) => (await list(query)).conversations.map(({ title }) => title)
    expect(await titles('')).toEqual(['145行动 "Plan"', '人才_引进？', '研发100%？'])
    expect(await titles(`?q=${encodeURIComponent('100%')}`)).toEqual(['研发100%？'])
    expect(await titles(`?q=${encodeURIComponent('_')}`)).toEqual(['人才_引进？'])
    expect(await titles(`?q=${encodeURIComponent('"pLAN"')}`)).toEqual(['145行动 "Plan"'])
    expect((await list(`?q=${encodeURIComponent('科技成果转移')}&limit=1`)).conversations[0]?.excerpt).toBe(
      '第三部分第2条：深入实施科技成果转移转化“145”行动',
    )
    const first = await list('?limit=2')
    expect(first.more).toBe(true)
    expect(await titles(`?limit=2&before=${first.conversations[1]!.updatedAt}`)).toEqual(['研发100%？'])
  })

  const REFUSED = ['?limit=0', '?limit=201', '?limit=x', '?before=yesterday', '?page=2', `?q=${'x'.repeat(201)}`]
  test.each(REFUSED)('%s is refused', async (query) => {
    const response = await kept().send('GET', `/api/conversations${query}`)
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'bad-request' })
  })
})

describe('one conversation', () => {
  test('is renamed, and deleted for good', async () => {
    const { ask, send } = kept()
    const { conversationId: id } = newName()
    await ask(newName(id))
    const renamed = await send('PATCH', `/api/conversations/${id}`, { title: ' 周报\n第二期 ' })
    expect(ConversationSummarySchema.parse(await renamed.json())).toMatchObject({ title: '周报 第二期', exchanges: 1 })
    expect((await send('PATCH', `/api/conversations/${id}`, { title: ' \n' })).status).toBe(400)
    expect((await send('DELETE', `/api/conversations/${id}`)).status).toBe(204)
    for (const [method, body] of [['GET'], ['DELETE'], ['PATCH', { title: '周报' }]] as const) {
      const response = await send(method, `/api/conversations/${id}`, body)
      expect(await problemOf(response)).toMatchObject({ status: 404, code: 'no-such-conversation' })
    }
  })

  test('of another key is not there at all', async () => {
    const state = openSqliteState(IN_MEMORY)
    const key = (letter: string) => ({ apiKey: letter.repeat(32), headers: { 'X-API-Key': letter.repeat(32) } })
    const [li, wang] = [key('a'), key('b')]
    const ofLi = kept({}, { state, apiKey: li.apiKey })
    const ofWang = kept({}, { state, apiKey: wang.apiKey })
    const where = newName()
    const address = `/api/conversations/${where.conversationId}`
    expect((await ofLi.send('POST', '/api/ask', { question: QUESTION, ...where }, li.headers)).status).toBe(200)
    const feedback = `${address}/exchanges/${where.exchangeId}/feedback`
    for (const [method, path, body] of [
      ['GET', address],
      ['GET', `${address}/export`],
      ['PATCH', address, { title: '王' }],
      ['DELETE', address],
      ['PUT', feedback, { rating: 'down' }],
      ['POST', '/api/ask', { question: QUESTION, ...where }],
    ] as const) {
      const { code } = await problemOf(await ofWang.send(method, path, body, wang.headers))
      expect([method, path, code]).toEqual([method, path, 'no-such-conversation'])
    }
    const none = { conversations: [], more: false }
    expect(await (await ofWang.send('GET', '/api/conversations', undefined, wang.headers)).json()).toEqual(none)
    expect(await (await kept({}, { state }).send('GET', '/api/conversations')).json()).toEqual(none)
    expect((await ofLi.send('GET', address, undefined, li.headers)).status).toBe(200)
  })

  test('tells of quoted words that no longer stand where they stood', async () => {
    const state = openSqliteState(IN_MEMORY)
    const where = newName()
    const quoted = '做强做优“296X”先进制造业集群'
    const answer = (request: AskRequest): Answer =>
      answerOf(request, {
        segments: [],
        citations: [
          citationOf(1, placeIn(DECISION, '三', '2'), BASES),
          citationOf(2, placeIn(PLAN, '三', '9'), quoted),
          citationOf(3, placeIn(COPY, '三', '2'), BASES),
        ],
      })
    const script = { ask: (request: AskRequest) => eventsOf(answer(request)) }
    await kept(script, { state }).ask(where)
    const now = async (documents: readonly Document[]) =>
      (await kept({ ...script, documents }, { state }).read(where.conversationId)).exchanges[0]?.changes
    expect(await now([DECISION, COPY, PLAN])).toBeUndefined()
    const longer = documentOf({ id: 'd-000', source: DECISION.source, text: DECISION.text.replace('三、', '关于决定的通知\n九、') })
    const shifted = documentOf({ id: 'd-000', source: DECISION.source, text: `关于决定的通知\n${DECISION.text}` })
    expect(await now([shifted, COPY, PLAN])).toBeUndefined() // the same words in the same clause
    const appended = documentOf({ id: 'd-001', source: COPY.source, text: `${COPY.text}\n附：脚注` })
    const rewritten = documentOf({ id: 'd-003', source: PLAN.source, text: PLAN.text.replaceAll('296X', '297X') })
    const at = longer.text.indexOf(BASES)
    expect(await now([longer, appended, rewritten])).toEqual([
      { n: 1, state: 'moved', url: `/read/d-000/${longer.textSha256.slice(0, 16)}/${at}-${at + BASES.length}` },
      { n: 2, state: 'changed', url: '/read/d-003' },
    ])
    expect(await now([DECISION, PLAN])).toEqual([{ n: 3, state: 'gone' }])
  })

  test('where the words now stand several times, the place nearest to the old one is named', async () => {
    const state = openSqliteState(IN_MEMORY)
    const where = newName()
    await kept({}, { state }).ask(where)
    const start = DECISION.text.indexOf(BASES)
    const text = `${BASES}\n${'一'.repeat(start)}\n${BASES}\n${'二'.repeat(start * 3)}${BASES}`
    const document = documentOf({ id: 'd-000', source: DECISION.source, text })
    const { exchanges } = await kept({ documents: [document] }, { state }).read(where.conversationId)
    const at = text.indexOf(BASES, 1)
    expect(exchanges[0]?.changes?.[0]?.url).toMatch(new RegExp(`/${at}-${at + BASES.length}$`))
  })
})

describe('a conversation as a file', () => {
  const HOSTILE = '<script>alert(1)</script> [点此](javascript:x) # 标题\n\n# 一级\n- 列表 ![](http://x/y.png) `代码` | 表 |'
  const hostile = (request: AskRequest): Answer => {
    const header = { title: { value: HOSTILE, from: 'text' as const } }
    const document = documentOf({ id: 'd-9', source: '恶.txt', text: `一、${HOSTILE}`, header })
    return answerOf(request, {
      segments: [{ kind: 'quotation', text: HOSTILE, citations: [1] }],
      citations: [citationOf(1, placeIn(document, '一'), HOSTILE.split('\n')[0]!)],
    })
  }

  test('in Markdown nothing that was asked, said or quoted becomes markup', async () => {
    const { ask, send } = kept({ ask: (request) => eventsOf(hostile(request)) })
    const where = newName()
    await ask(where, { question: HOSTILE })
    const feedback = `/api/conversations/${where.conversationId}/exchanges/${where.exchangeId}/feedback`
    await send('PUT', feedback, { rating: 'down', reason: HOSTILE })
    const response = await send('GET', `/api/conversations/${where.conversationId}/export?format=markdown`)
    expect(response.headers.get('Content-Type')).toBe('text/markdown; charset=utf-8')
    const text = await response.text()
    expect(text).not.toMatch(/(?<!\\)<|(?<!\\)!\[|(?<!\\)`|(?<!\\)\]\(javascript/)
    expect(text.match(/^#+ .*$/gm)?.map((line) => line.slice(0, 14))).toEqual(['# &lt;script\\>', '## &lt;script\\'])
    expect(text).toContain('评价：没用：&lt;script\\>')
    expect(text).not.toMatch(/^- /m)
  })

  test('the answer stands there with its sources and links to the words', async () => {
    const { ask, send } = kept()
    const where = newName()
    await ask(where)
    await ask(newName(where.conversationId), { question: '后来呢？', asOf: '2020-06-30' })
    const text = await (await send('GET', `http://localhost/api/conversations/${where.conversationId}/export`)).text()
    expect(text).toMatch(/^# 145行动是什么？\n\n\*条问 Tiaowen　\d{4}\\?-/)
    expect(text).toContain(`第三部分第2条：${BASES} \\[1\\]`)
    expect(text).toContain('](http://localhost/read/d-000/')
    expect(text).toMatch(/## 后来呢？\n\n\*问于 .* UTC；按 2020-06-30 施行的文本\*/)
  })

  test('in JSON it is the conversation', async () => {
    const { ask, send, read } = kept()
    const where = newName()
    await ask(where)
    const response = await send('GET', `/api/conversations/${where.conversationId}/export?format=json`)
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(ConversationSchema.parse(await response.json())).toEqual(await read(where.conversationId))
    expect((await send('GET', `/api/conversations/${where.conversationId}/export?format=pdf`)).status).toBe(400)
  })

  test.each([
    ['到2030年，研发投入？', '到2030年，研发投入？'],
    ['../../etc/passwd', 'etc passwd'],
    ['a"b\r\nSet-Cookie: x', 'a b Set-Cookie x'],
    ['报告\u202egpj.exe', '报告 gpj.exe'],
    ['CON', '对话 CON'],
    ['nul.txt', '对话 nul.txt'],
    ['...', '对话'],
    ['\ud800', '\ufffd'],
    ['𠮷'.repeat(60), '𠮷'.repeat(30)],
  ])('%j is saved as %j', (title, name) => expect(safeFileName(title)).toBe(name))

  test('the header is ASCII and gives the name back', () => {
    const header = attachment("决定（3）'*%\"\r\nX", 'md')
    expect(header).toBe(
      "attachment; filename=\"conversation.md\"; filename*=UTF-8''%E5%86%B3%E5%AE%9A%EF%BC%883%EF%BC%89%27%20X.md",
    )
    expect(decodeURIComponent(header.split("''")[1]!)).toBe("决定（3）' X.md")
  })
})

describe('feedback', () => {
  test('is given, shown, changed and withdrawn', async () => {
    const { ask, send, read } = kept()
    const where = newName()
    const address = `/api/conversations/${where.conversationId}/exchanges/${where.exchangeId}/feedback`
    const shown = async () => (await read(where.conversationId)).exchanges[0]?.feedback
    await ask(where)
    expect((await send('PUT', address, { rating: 'down', reason: '没有答到点上' })).status).toBe(204)
    expect(await shown()).toEqual({ rating: 'down', reason: '没有答到点上' })
    expect((await send('PUT', address, { rating: 'up', reason: ' ' })).status).toBe(204)
    expect(await shown()).toEqual({ rating: 'up' })
    expect((await send('DELETE', address)).status).toBe(204)
    expect(await shown()).toBeUndefined()
  })

  test('is refused on what is not there, not answered, or said too long', async () => {
    const { state, send } = kept()
    const where = newName()
    await state.begin('local', { ...where, question: QUESTION })
    const put = async ({ conversationId, exchangeId }: Name, body: object = { rating: 'up' }) =>
      problemOf(await send('PUT', `/api/conversations/${conversationId}/exchanges/${exchangeId}/feedback`, body))
    expect(await put(where)).toMatchObject({ status: 409, code: 'not-answered' })
    expect(await put(newName())).toMatchObject({ status: 404, code: 'no-such-conversation' })
    expect(await put(newName(where.conversationId))).toMatchObject({ status: 404, code: 'no-such-exchange' })
    expect(await put(where, { rating: 'good' })).toMatchObject({ status: 400, detail: 'rating：只能是 up、down。' })
    const tooLong = { rating: 'up', reason: '长'.repeat(2_001) }
    expect(await put(where, tooLong)).toMatchObject({ status: 400, detail: 'reason：理由最多2000个字符。' })
  })
})
