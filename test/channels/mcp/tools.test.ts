/** The tools and resources through the official client, which holds every reply to its output schema. */
import { McpError } from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, test } from 'vitest'
import type { Assistant } from '../../../src/answering/assistant.ts'
import { renderText } from '../../../src/channels/render.ts'
import { PolicyError } from '../../../src/errors.ts'
import type { AnswerEvent, AskRequest } from '../../../src/types.ts'
import { answered, BASES, COPY, DECISION, declined, documentOf, eventsOf, PLAN, RESEARCH, scripted, TITLE } from '../scripted.ts'
import { call, connected } from './client.ts'

const COVERED = '范围：文件库共3份文件，库外的文件未查。'

test('seven tools, read-only, each with schemas of what it takes and gives', async () => {
  const { client } = await connected()
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual([
    'ask',
    'search',
    'get_clause',
    'resolve_citation',
    'verify_quote',
    'check_draft',
    'list_documents',
  ])
  for (const { name, annotations, inputSchema, outputSchema, description } of tools) {
    expect([name, annotations?.readOnlyHint, annotations?.destructiveHint, annotations?.openWorldHint]).toEqual([name, true, false, false])
    expect([name, inputSchema.type, inputSchema['additionalProperties']]).toEqual([name, 'object', false])
    expect(outputSchema?.type).toBe('object')
    expect(JSON.stringify(outputSchema)).toContain('coverage')
    expect(JSON.stringify([inputSchema, outputSchema])).not.toContain('"type":[')
    expect(description).toMatch(/\p{Script=Han}/u)
  }
  expect(tools[0]?.inputSchema.properties?.['question']).toMatchObject({ type: 'string', minLength: 1, maxLength: 2000 })
  expect(client.getInstructions()).toContain('不要改写')
})

describe('ask', () => {
  test('gives what the HTTP API gives, what the command line prints, and its coverage', async () => {
    const { client } = await connected()
    const { structured, text, coverage } = await call(client, 'ask', { question: '145行动是什么？' })
    const answer = answered({ question: '145行动是什么？' })
    expect(structured).toEqual({
      ...answer,
      coverage: { documents: 3, searched: 3, generation: 'gen-00000001', unread: 0, notChecked: [] },
    })
    expect(text).toBe(renderText(answer))
    expect(coverage).toBe(COVERED)
  })

  test('what the documents do not say is a plain reply, no error', async () => {
    const { client } = await connected({ ask: (request) => eventsOf(declined(request)) })
    const { structured, text, isError } = await call(client, 'ask', { question: '火星移民政策？' })
    expect([structured['outcome'], isError]).toEqual(['declined', false])
    expect(text).toContain('文件中没有找到能回答这个问题的原文。')
  })

  test('history, documents and day are passed on; a document may be named by its file', async () => {
    const asked: AskRequest[] = []
    const { client } = await connected({
      ask: (request) => {
        asked.push(request)
        return eventsOf(answered(request))
      },
    })
    const history = [{ role: 'user', content: '研发投入？' }]
    const documents = ['d-000', COPY.source]
    const { coverage } = await call(client, 'ask', { question: '目标？', history, documents, asOf: '2023-05-01', mode: 'extractive' })
    expect(asked).toEqual([{ question: '目标？', history, documents: ['d-000', 'd-001'], asOf: '2023-05-01', mode: 'extractive' }])
    expect(coverage).toBe('范围：文件库共3份文件，只查了其中2份，库外的文件未查。')
  })

  test('a client that takes its request back stops the work', async () => {
    const stopped = Promise.withResolvers<void>()
    const { client, log } = await connected({
      ask: async function* (_, signal): AsyncGenerator<AnswerEvent> {
        signal?.addEventListener('abort', () => stopped.resolve())
        await new Promise(() => {})
      },
    })
    const leaving = new AbortController()
    const asking = client.callTool({ name: 'ask', arguments: { question: '目标？' } }, undefined, { signal: leaving.signal })
    setTimeout(() => leaving.abort('enough'), 20)
    await expect(asking).rejects.toThrow('enough')
    await stopped.promise
    expect(log).toEqual([])
  })
})

test('search gives passages, best first', async () => {
  const { client } = await connected()
  const { structured, text } = await call(client, 'search', { query: '科技成果转移转化', limit: 1 })
  expect(structured['passages']).toMatchObject([{ documentId: 'd-000', path: ['三', '2'], spoken: '第三部分第2条' }])
  expect(text).toMatch(/^ 1\. 第三部分第2条/)
})

describe('clauses', () => {
  test('get_clause gives the words of a path, its twins and nothing else', async () => {
    const { client } = await connected()
    const { structured, text, coverage } = await call(client, 'get_clause', { documentId: 'd-000', path: ['三', '2'] })
    const { start, end, text: words } = structured as { start: number; end: number; text: string }
    expect(DECISION.text.slice(start, end)).toBe(words)
    expect(words).toContain(BASES)
    expect(structured['alsoIn']).toMatchObject([{ documentId: 'd-001', spoken: '第三部分第2条' }])
    expect(text).toContain('第三部分第2条（三、2.）')
    expect(coverage).toBe('范围：文件库共3份文件，只查了其中1份，库外的文件未查。')
  })

  test('a paragraph that a clause does not have, and a clause that a document does not have', async () => {
    const { client } = await connected()
    const absent = await call(client, 'get_clause', { documentId: 'd-000', path: ['三', '9'] })
    expect([absent.isError, absent.code, absent.text]).toEqual([
      true,
      'no-such-clause',
      '文件 d-000 里没有条款 三/9；目录见资源 tiaowen://outline/d-000。（no-such-clause）',
    ])
    const paragraph = await call(client, 'get_clause', { documentId: 'd-000', path: ['三', '2'], paragraph: 40 })
    expect(paragraph.text).toMatch(/^文件 d-000 里没有条款 三\/2第40款；这一条有\d+款。（no-such-clause）$/)
  })

  test('a clause longer than a reply is cut, says so, and is still the exact words from start to end', async () => {
    const line = `${'应当依法办理，'.repeat(100)}\n`
    const long = documentOf({ id: 'd-long', source: '长.txt', text: `第一条 总则。\n${line.repeat(60)}` })
    const { client } = await connected({ documents: [long] })
    const { structured, coverage } = await call(client, 'get_clause', { documentId: 'd-long', path: ['第一条'] })
    const { start, end, text } = structured as { start: number; end: number; text: string }
    expect(text).toBe(long.text.slice(start, end))
    expect(text.length).toBeLessThanOrEqual(20_000)
    expect(coverage).toContain(`第一条共${long.text.trimEnd().length}字，这里只给出前${text.length}字`)
  })

  test('resolve_citation: found, ambiguous, absent', async () => {
    const { client } = await connected()
    const found = await call(client, 'resolve_citation', { reference: '《决定》第三部分第2条' })
    expect(found.structured).toMatchObject({ outcome: 'found', clauses: [{ documentId: 'd-000', path: ['三', '2'] }] })
    const ambiguous = await call(client, 'resolve_citation', { reference: '《决定》第三部分' })
    expect(ambiguous.structured).toMatchObject({ outcome: 'ambiguous', message: '有2处符合，请指明文件。' })
    const absent = await call(client, 'resolve_citation', { reference: '《决定》第三部分第9条' })
    expect(absent.structured).toMatchObject({ outcome: 'absent', reason: 'no-such-clause', existing: ['1', '2', '3', '4'] })
    expect(absent.text).toBe(`《${TITLE}》第三部分没有第9条；该部分共有4条（第1条至第4条）。\n现有：1  2  3  4`)
    expect(absent.isError).toBe(false)
  })
})

describe('verify_quote', () => {
  const verify = async (args: Record<string, unknown>) => call((await connected()).client, 'verify_quote', args)

  test('words that stand there', async () => {
    const { structured, text, coverage } = await verify({ quote: BASES, reference: '《决定》第三部分第2条' })
    expect(structured).toMatchObject({ quote: BASES, verdict: 'verbatim', reference: '《决定》第三部分第2条', citation: { path: ['三', '2'] } })
    expect(text).toMatch(/^✓ 一致\n/)
    expect(coverage).toBe(COVERED)
  })

  test('one digit is told with what it should be', async () => {
    const { structured, text } = await verify({ quote: RESEARCH.replace('4%', '5%'), reference: '《决定》第二部分第2条' })
    expect(structured).toMatchObject({ verdict: 'altered', truth: expect.stringContaining('4%') as string })
    expect(text).toContain('全社会研发投入强度超过！[-4%-]！{+5%+}\n！涉及百分比')
  })

  test('without a reference all documents are looked at; a few words alone are not checked', async () => {
    expect((await verify({ quote: BASES })).structured).toMatchObject({ verdict: 'verbatim' })
    const short = await verify({ quote: '创新驱动' })
    expect(short.structured).toMatchObject({ verdict: 'not-checked', message: '字数太少，又没有写明出处，未作核对；请写明出处（reference）再查。' })
    expect(short.coverage).toContain('未作核对')
  })

  test('words whose source is not understood are not checked, though they stand somewhere', async () => {
    const { structured } = await verify({ quote: BASES, reference: '某处' })
    expect(structured).toMatchObject({ verdict: 'not-checked', why: 'no-document-named' })
    expect(structured['alternatives']).toMatchObject([{ path: ['三', '2'] }, { path: ['三', '2'] }])
  })

  test('words that hold quotation marks themselves, of several paragraphs', async () => {
    const { structured } = await verify({ quote: '「全社会研发投入」与“145”' })
    expect(structured['verdict']).not.toBe('verbatim')
    const lines = DECISION.text.split('\n').filter((line) => line.trim() !== '').slice(4, 6).join('\n')
    expect((await verify({ quote: lines })).structured).toMatchObject({ verdict: 'verbatim' })
  })
})

describe('check_draft', () => {
  const DRAFT = `《决定》第三部分第2条提出“${BASES}”，又说“深入实施科技成果转移转化“146”行动”。`

  test('every quotation with its verdict; how much was not checked', async () => {
    const { client } = await connected()
    const { structured, text, coverage } = await call(client, 'check_draft', { text: `${DRAFT}\n所谓“重点”。` })
    const items = structured['items'] as { verdict: string }[]
    expect(items.map(({ verdict }) => verdict)).toEqual(['verbatim', 'altered', 'not-checked'])
    expect(text).toMatch(/核对 3 处：有出入 1，未核对 1，一致 1。文件库有 3 份文件，不在其中的未核对。$/)
    expect(coverage).toBe(`${COVERED}\n1处未核对：没有注明出处的词语，当作强调，未作核对。`)
  })

  test('progress is told to who asks for it, and only ever grows', async () => {
    const check: Assistant['check'] = async (request, options) => {
      for (const [step, done] of [['references', 10], ['quotations', 5], ['runs', 10]] as const) {
        options?.onProgress?.({ step, done, total: 10 })
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
      return scripted().check(request)
    }
    const { client } = await connected({}, { seen: async () => ({ assistant: { ...scripted(), check }, uploaded: async () => new Set<string>() }) })
    const seen: unknown[] = []
    await client.callTool({ name: 'check_draft', arguments: { text: DRAFT } }, undefined, { onprogress: (progress) => seen.push(progress) })
    expect(seen).toEqual([
      { progress: 1 / 3, total: 1, message: '正在找引用' },
      { progress: 0.5, total: 1, message: '正在核对引文' },
      { progress: 1, total: 1, message: '正在找没有加引号的原文' },
    ])
  })

  test('a check that is taken back stops', async () => {
    const stopped = Promise.withResolvers<void>()
    const check: Assistant['check'] = (_, options) =>
      new Promise((_resolve, reject) =>
        options?.signal?.addEventListener('abort', () => {
          stopped.resolve()
          reject(new Error('stopped'))
        }),
      )
    const { client } = await connected({}, { seen: async () => ({ assistant: { ...scripted(), check }, uploaded: async () => new Set<string>() }) })
    const leaving = new AbortController()
    const checking = client.callTool({ name: 'check_draft', arguments: { text: DRAFT } }, undefined, { signal: leaving.signal })
    setTimeout(() => leaving.abort('enough'), 20)
    await expect(checking).rejects.toThrow('enough')
    await stopped.promise
  })
})

describe('list_documents', () => {
  test('page by page, with where they come from', async () => {
    const { client } = await connected()
    const first = await call(client, 'list_documents', { limit: 2 })
    expect(first.structured).toMatchObject({ documents: [{ id: 'd-000', origin: 'folder' }, { id: 'd-001' }], total: 3, next: 2 })
    expect(first.coverage).toContain('后面还有1份，offset 写 2 继续。')
    const rest = await call(client, 'list_documents', { limit: 2, offset: 2 })
    expect(rest.structured).toMatchObject({ documents: [{ id: 'd-003', origin: 'upload' }], total: 3 })
    expect(rest.structured).not.toHaveProperty('next')
  })

  test('by words of their titles', async () => {
    const { client } = await connected()
    expect((await call(client, 'list_documents', { words: '没有这样的' })).structured).toMatchObject({ documents: [], total: 0 })
    expect((await call(client, 'list_documents', { words: TITLE.slice(2, 8) })).structured).toMatchObject({ total: 2 })
  })
})

describe('what goes wrong is a sentence with our code', () => {
  test.each([
    ['ask', {}, '^question：缺少。', 'bad-request'],
    ['ask', { question: '问'.repeat(2001) }, '问题最多2000个字符', 'question-too-long'],
    ['ask', { question: '目标？', documents: ['d-999'] }, '没有文件 d-999', 'no-such-document'],
    ['ask', { question: '目标？', temperature: 1 }, '不认识的字段：temperature', 'bad-request'],
    ['search', { query: '目标', limit: 51 }, 'limit：至多为 50', 'bad-request'],
    ['check_draft', { text: 'x'.repeat(300_001) }, 'text：至多为 300000', 'bad-request'],
    ['verify_quote', { quote: '  ' }, 'quote：不能为空', 'bad-request'],
    ['get_clause', { documentId: 'd-000', path: [] }, 'path：至少为 1', 'bad-request'],
  ])('%s: case %#', async (name, args, message, code) => {
    const { client, log } = await connected()
    const told = await call(client, name, args)
    expect([told.isError, told.code, log]).toEqual([true, code, []])
    expect(told.text).toMatch(new RegExp(message))
    expect(told.text.endsWith(`（${code}）`)).toBe(true)
  })

  test('no index yet', async () => {
    const { client } = await connected({ status: { ready: false } })
    const told = await call(client, 'list_documents', {})
    expect([told.isError, told.code, told.text]).toEqual([true, 'index-missing', '索引尚未就绪，请稍后再试；进度见 /readyz。（index-missing）'])
    await expect(client.listResources()).rejects.toThrow('索引尚未就绪')
  })

  test('what should not happen goes to the log, and no trace of it to the client', async () => {
    const { client, log } = await connected({
      ask: () => {
        throw new Error('secret at /home/someone')
      },
    })
    const told = await call(client, 'ask', { question: '目标？' })
    expect(told.text).toBe('服务端出错，已记入日志。请稍后再试。（internal）')
    expect(log).toEqual([expect.stringContaining('MCP ask: Error: secret at /home/someone\n')])
  })

  test('an operator’s error names no path of the machine', async () => {
    const broken = { ...scripted(), search: () => Promise.reject(new PolicyError('disk-full', '/srv/index: ENOSPC')) }
    const { client } = await connected({}, { seen: async () => ({ assistant: broken, uploaded: async () => new Set<string>() }) })
    expect((await call(client, 'search', { query: '目标' })).text).not.toContain('/srv')
  })

  test('arguments without end are refused before they are looked at', async () => {
    const { client } = await connected()
    const told = await call(client, 'ask', { question: '目标？', documents: Array.from({ length: 5_000 }, () => 1) })
    expect(told.text).toContain('more than the maximum of 2000 elements')
  })

  test('more than eight at a time are told to wait', async () => {
    const go = Promise.withResolvers<void>()
    const { client } = await connected({
      ask: async function* (request) {
        await go.promise
        yield* eventsOf(answered(request))
      },
    })
    const all = Array.from({ length: 9 }, () => call(client, 'ask', { question: '目标？' }))
    const ninth = await all[8]!
    go.resolve()
    expect([ninth.isError, ninth.code]).toEqual([true, 'queue-full'])
    expect((await Promise.all(all.slice(0, 8))).map(({ isError }) => isError)).toEqual(Array(8).fill(false))
  })
})

describe('resources', () => {
  test('the documents, page by page', async () => {
    const many = Array.from({ length: 120 }, (_, i) => documentOf({ id: `d-${i}`, source: `${i}.txt`, text: '第一条 总则。\n' }))
    const { client } = await connected({ documents: many })
    const first = await client.listResources()
    expect([first.resources.length, first.nextCursor]).toEqual([100, '100'])
    const rest = await client.listResources({ cursor: first.nextCursor })
    expect([rest.resources.length, rest.nextCursor]).toEqual([20, undefined])
    expect(rest.resources[19]).toMatchObject({ uri: 'tiaowen://document/d-119', name: '119.txt', mimeType: 'text/plain', size: 20 })
    await expect(client.listResources({ cursor: 'x' })).rejects.toThrow('不认识的 cursor')
  })

  test('a document, its outline, a clause of it: word for word', async () => {
    const { client } = await connected()
    const read = async (uri: string) => (await client.readResource({ uri })).contents[0] as unknown as { text: string; _meta?: { tiaowen: object } }
    expect((await read('tiaowen://document/d-003')).text).toBe(PLAN.text)
    expect((await read('tiaowen://outline/d-000')).text).toMatch(/^  三\/2\t三、2\.\t/m)
    const clause = await read(`tiaowen://clause/d-000/${encodeURI('三/2')}`)
    expect(clause.text).toContain(BASES)
    expect(clause._meta?.tiaowen).toMatchObject({ spoken: '第三部分第2条', documents: 3, generation: 'gen-00000001' })
    expect((await read('tiaowen://clause/d-000/三/2')).text).toBe(clause.text)
  })

  test.each([
    ['tiaowen://document/d-999', -32002, '没有文件 d-999'],
    ['tiaowen://clause/d-000/九', -32002, '没有条款 九'],
    ['tiaowen://clause/d-000', -32602, '没有资源'],
    ['tiaowen://document/d-000/x', -32602, '没有资源'],
    ['tiaowen://document/%', -32602, '没有资源'],
    ['file:///etc/passwd', -32602, '没有资源'],
  ])('%s is not there', async (uri, code, message) => {
    const { client } = await connected()
    const error = await client.readResource({ uri }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(McpError)
    expect([(error as McpError).code, (error as McpError).message]).toEqual([code, expect.stringContaining(message)])
  })

  test('templates are completed: documents by words of the title, clauses by their beginning', async () => {
    const { client } = await connected()
    const { resourceTemplates } = await client.listResourceTemplates()
    const uri = resourceTemplates.find(({ name }) => name === 'clause')!.uriTemplate
    const complete = async (name: string, value: string, documentId?: string) =>
      (await client.complete({
        ref: { type: 'ref/resource', uri },
        argument: { name, value },
        ...(documentId !== undefined && { context: { arguments: { documentId } } }),
      })).completion.values
    expect(await complete('documentId', TITLE.slice(2, 8))).toEqual(['d-000', 'd-001'])
    expect(await complete('path', '三/', 'd-000')).toEqual(['三/1', '三/2', '三/3', '三/4'])
    expect(await complete('path', '三/')).toEqual([])
  })
})
