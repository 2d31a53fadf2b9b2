/** The command line: what is typed, what is printed, how it exits. */
import { describe, expect, test } from 'vitest'
import type { OutgoingRobot } from '../../../src/channels/cli/bots.ts'
import { commandOf } from '../../../src/channels/cli/command.ts'
import { COMMANDS } from '../../../src/channels/cli/help.ts'
import type { IndexEvent, IndexRound } from '../../../src/channels/cli/indexing.ts'
import { runCli, type CliParts } from '../../../src/channels/cli/run.ts'
import { AnswerSchema, CiteSchema, SearchResultSchema } from '../../../src/channels/http/schemas.ts'
import { PLAIN } from '../../../src/channels/render.ts'
import { PolicyError } from '../../../src/errors.ts'
import type { Answer, AskRequest } from '../../../src/types.ts'
import type { FeedbackRecord, FeedbackWanted } from '../../../src/state/state.ts'
import { parseCases } from '../../../evals/cases.ts'
import { answered, answerOf, declined, eventsOf, PLAN, scripted, TITLE, type Script, NO_BACKUPS, NO_CARRYING } from '../scripted.ts'

const ROUND: IndexRound = {
  kind: 'round',
  generation: 'gen-00000002',
  wasBuilt: true,
  documents: 3,
  clauses: 35,
  embedder: 'bge-small-zh-v1.5-q',
  vectors: 'hnsw',
  added: ['通知.txt'],
  changed: ['决定.txt'],
  removed: [],
  renamed: [{ from: '规划.txt', to: '建议.txt' }],
  unchanged: 0,
  embedded: 12,
  seconds: 1.26,
  skipped: [],
}

/** A collection of a search cluster that holds what it should. */
const WHOLE = {
  collection: 'Tiaowen0123456789abcdef_Units',
  exists: true,
  expected: 67_682,
  counted: 67_682,
  missing: 0,
  foreign: 0,
  compared: 995,
  different: 0,
  repaired: 0,
}

async function* roundsOf(...events: readonly IndexEvent[]): AsyncGenerator<IndexEvent> {
  yield* events
}

async function* recordsOf(...records: readonly FeedbackRecord[]): AsyncGenerator<FeedbackRecord> {
  yield* records
}

async function run(argv: readonly string[], script: Script = {}, parts: Partial<CliParts> = {}) {
  const printed: string[] = []
  const errors: string[] = []
  let closed = 0
  const code = await runCli(argv, {
    version: '0.1.0',
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
    styleOf: () => PLAIN,
    open: async () => ({ assistant: scripted(script), close: async () => void closed++ }),
    about: () => [['Node', 'v24.21.0']],
    index: () => roundsOf(ROUND),
    verifyIndex: async () => ({ generation: 'gen-00000002', collections: [WHOLE] }),
    serve: async () => {},
    mcp: async () => {},
    feedback: () => recordsOf(),
    examine: async () => ({ findings: [] }),
    configuration: { check: async () => ({ errors: [], warnings: [] }), show: () => '', example: () => '' },
    sending: async () => ({ wait: async () => {} }),
    access: async () => {
      throw new Error('not wanted here')
    },
    input: async () => new Uint8Array(),
    onProgress: () => {},
    backups: NO_BACKUPS,
    carrying: NO_CARRYING,
    evaluate: async () => 0,
    ...parts,
  })
  return { code, out: printed.join('\n'), err: errors.join('\n'), closed }
}

describe('ask', () => {
  test('prints the answer and exits 0', async () => {
    const { code, out, closed } = await run(['ask', '145行动是什么？'])
    expect(code).toBe(0)
    expect(out).toMatch(/^第三部分第2条：深入实施科技成果转移转化“145”行动\[1\]/)
    expect(closed).toBe(1)
  })

  test('words that the shell took apart are one question', async () => {
    const seen: string[] = []
    const ask: Script['ask'] = (request) => (seen.push(request.question), eventsOf(answered(request)))
    await run(['ask', 'What', 'is', 'the', 'target?'], { ask })
    expect(seen).toEqual(['What is the target?'])
  })

  test('exits 3 where it declines, 4 where the question is ambiguous', async () => {
    expect((await run(['ask', '目标？'], { ask: (request) => eventsOf(declined(request)) })).code).toBe(3)
    const ambiguous: Script['ask'] = (request) => eventsOf(answerOf(request, { outcome: 'ambiguous', segments: [] }))
    expect((await run(['ask', '第三部分'], { ask: ambiguous })).code).toBe(4)
  })

  test('--json is the answer of the endpoint', async () => {
    const { out } = await run(['ask', '--json', '145行动是什么？'])
    expect(AnswerSchema.parse(JSON.parse(out))).toEqual(answered({ question: '145行动是什么？' }))
  })

  test('--markdown', async () => {
    expect((await run(['ask', '--markdown', '145行动是什么？'])).out).toContain('**依据**')
  })

  test('--document takes an id or a file name, and names one that does not exist', async () => {
    const seen: unknown[] = []
    const ask: Script['ask'] = (request) => (seen.push(request.documents), eventsOf(answered(request)))
    await run(['ask', '--document', 'd-003', '--document', '000_76b057a27a625e20.txt', '目标？'], { ask })
    expect(seen).toEqual([['d-003', 'd-000']])
    const { code, err } = await run(['ask', '--document', 'd-999', '目标？'])
    expect([code, err]).toEqual([1, '没有文件 d-999；现有文件见 tiaowen doctor。（no-such-document）'])
  })

  test('--mode says who writes', async () => {
    const seen: unknown[] = []
    const ask: Script['ask'] = (request) => (seen.push(request.mode), eventsOf(answered(request)))
    for (const mode of ['extractive', 'llm', 'auto']) await run(['ask', '--mode', mode, '目标？'], { ask })
    await run(['ask', '目标？'], { ask })
    expect(seen).toEqual(['extractive', 'llm', 'auto', undefined])
    const { code, err } = await run(['ask', '--mode', 'gpt', '目标？'])
    expect([code, err.split('\n')[0]]).toEqual([2, '--mode 应为 extractive、llm、auto 之一。'])
    expect((await run(['search', '--mode', 'llm', '目标'])).code).toBe(2)
  })

  test('--as-of names a day, for ask, search and cite', async () => {
    const seen: unknown[] = []
    const ask: Script['ask'] = (request) => (seen.push(request.asOf), eventsOf(answered(request)))
    await run(['ask', '--as-of', '2020-06-30', '目标？'], { ask })
    expect(seen).toEqual(['2020-06-30'])
    const absent = { outcome: 'absent', reason: 'no-such-version', message: '没有。', existing: [] } as const
    const lookUp: Script['lookUp'] = (_, asOf) => (seen.push(asOf), absent)
    expect((await run(['cite', '--as-of', '1994-01-01', '公司法第一条'], { lookUp })).code).toBe(5)
    expect(seen.at(-1)).toBe('1994-01-01')
    const { code, err } = await run(['ask', '--as-of', '2020年', '目标？'])
    expect(code).toBe(2)
    expect(err).toMatch(/^--as-of 应写作 2020-06-30。/)
  })
})

describe('search', () => {
  test('lists clauses, best first', async () => {
    const { code, out } = await run(['search', '--limit', '1', '科技成果'])
    expect(code).toBe(0)
    expect(out).toContain(` 1. 第三部分第2条　《${TITLE}》`)
    expect(out).not.toContain(' 2. ')
  })

  test('--json is the result of the endpoint', async () => {
    expect(
      SearchResultSchema.parse(JSON.parse((await run(['search', '--json', '科技成果'])).out)).passages,
    ).toHaveLength(2)
  })
})

describe('cite', () => {
  test('found: exits 0 with the whole clause and its twin', async () => {
    const { code, out } = await run(['cite', '《决定》第三部分第2条'])
    expect(code).toBe(0)
    expect(out).toContain('2.构筑科技成果转移转化首选地。')
    expect(out).toContain('另见')
  })

  test('ambiguous: exits 4 with the candidates', async () => {
    const { code, out } = await run(['cite', '《决定》第三部分'])
    expect(code).toBe(4)
    expect(out).toMatch(/^有2处符合，请指明文件。\n· 《/)
  })

  test('absent: exits 5 with the numbers that exist', async () => {
    const { code, out } = await run(['cite', '《决定》第三部分第9条'])
    expect(code).toBe(5)
    expect(out).toContain('该部分共有4条（第1条至第4条）。\n现有：1  2  3  4')
  })

  test('--json is the result of the endpoint', async () => {
    for (const reference of ['《决定》第三部分第2条', '《决定》第三部分', 'x']) {
      CiteSchema.parse(JSON.parse((await run(['cite', '--json', reference])).out))
    }
  })
})

describe('doctor', () => {
  test('names machine, index, and numbers that do not add up', async () => {
    const { code, out } = await run(['doctor'])
    expect(code).toBe(0)
    expect(out).toContain('Node　v24.21.0')
    expect(out).toContain('向量　HNSW')
    expect(out).toContain('  ! 二：从“二、”开始，此前没有编号。')
  })

  test('names the lines that cleaning left out, run by run', async () => {
    const dropped = [
      { line: 1, text: '设为首页', reason: 'navigation' },
      { line: 2, text: '', reason: 'navigation' },
      { line: 3, text: '新闻热线', reason: 'navigation' },
      { line: 9, text: '【来源:杭州日报】', reason: 'byline' },
    ] as const
    const { out } = await run(['doctor'], { documents: [{ ...PLAN, dropped }] })
    expect(out).toContain('去掉　4 行\n    第1至3行 导航：设为首页\n    第9行 署名行：【来源:杭州日报】')
  })

  test('names what was left out page by page, one line for each kind', async () => {
    const head = { line: 1, text: '杭州市人民政府公报', reason: 'running-head' } as const
    const empty = { line: 1, text: '', reason: 'empty-page' } as const
    const dropped = [{ ...head, page: 1 }, { ...head, page: 2 }, { ...head, page: 4 }, { ...empty, page: 3 }]
    const { out } = await run(['doctor'], { documents: [{ ...PLAN, dropped }] })
    expect(out).toContain('去掉　4 行\n    第1至4页 页眉：杭州市人民政府公报\n    第3页 没有文字的页（空白页或扫描件）')
  })

  test('says what is less than the best', async () => {
    const status = { vectors: 'exact', fallbacks: [{ from: 'hnsw', reason: '没有 hnswlib-node。' }] } as const
    const { out } = await run(['doctor'], { status })
    expect(out).toContain('逐一比较')
    expect(out).toContain('! 没有 hnswlib-node。')
  })

  const skipped = [{ source: '方案.docx', code: 'file-format', message: '不能读取 docx 文件。请另存为 txt。' }]
  test.each([
    ['doctor', {}],
    ['index', { index: () => roundsOf({ ...ROUND, skipped }) }],
  ])('%s names the files that became no document', async (command, parts) => {
    const { out } = await run([command], { status: { skipped } }, parts)
    expect(out).toContain('  方案.docx　不能读取 docx 文件。请另存为 txt。')
  })

  test('works without an index', async () => {
    const { code, out } = await run(['doctor'], { status: { ready: false, generation: null } })
    expect([code, out.includes('尚未建立')]).toEqual([0, true])
  })

  test('--json', async () => {
    const { documents } = JSON.parse((await run(['doctor', '--json'])).out) as { documents: { problems: unknown[] }[] }
    expect(documents[2]?.problems.length).toBeGreaterThan(0)
  })
})

describe('index, serve, eval', () => {
  test('index says what the index is, what changed and what that took', async () => {
    const { code, out } = await run(['index'])
    expect(code).toBe(0)
    expect(out.split('\n')).toEqual([
      '索引 gen-00000002：3 份文件，35 个条款，向量 bge-small-zh-v1.5-q（hnsw）。',
      '新增 1，修改 1，移除 0，改名 1，未变 0；计算向量 12 段；用时 1.3 秒。',
      '  + 通知.txt',
      '  ~ 决定.txt',
      '  > 规划.txt → 建议.txt',
    ])
  })

  test('index that had nothing to do says so', async () => {
    const index = () => roundsOf({ ...ROUND, wasBuilt: false, embedder: null, vectors: null })
    expect((await run(['index'], {}, { index })).out).toBe(
      '索引 gen-00000002：3 份文件，35 个条款，没有向量，只按关键词检索。\n没有变化，未重建；用时 1.3 秒。',
    )
  })

  test('of more than twenty files the first are named', async () => {
    const added = Array.from({ length: 23 }, (_, at) => `${at}.txt`)
    const { out } = await run(['index'], {}, { index: () => roundsOf({ ...ROUND, added, changed: [], renamed: [] }) })
    expect(out.split('\n').slice(-2)).toEqual(['  + 19.txt', '  + …… 另有 3 个'])
  })

  test('index is handed the folders and whether to stay; an error while it stays is told and gone over', async () => {
    const seen: unknown[] = []
    const error = new PolicyError('disk-full', '磁盘已满。')
    const index: CliParts['index'] = (request) => {
      seen.push(request)
      return roundsOf(ROUND, { kind: 'failed', error }, { ...ROUND, generation: 'gen-00000003' })
    }
    const { code, out, err } = await run(['index', '--watch', '/data/政策', 'b c'], {}, { index })
    expect(seen).toMatchObject([{ folders: ['/data/政策', 'b c'], watch: true }])
    expect([code, err]).toEqual([0, '磁盘已满。（disk-full）'])
    expect(out).toContain('正在等待文件变化')
    expect(out).toContain('索引 gen-00000003')
  })

  test('index --json is the round; while it stays, one line each', async () => {
    expect(JSON.parse((await run(['index', '--json'])).out)).toEqual(ROUND)
    const lines = (await run(['index', '--json', '--watch'], {}, { index: () => roundsOf(ROUND, ROUND) })).out.split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([ROUND, ROUND])
  })

  test('reindex --verify says of each collection what was counted and compared, and exits 0 where all is whole', async () => {
    const { code, out } = await run(['reindex', '--verify'])
    expect(code).toBe(0)
    expect(out.split('\n')).toEqual([
      '索引 gen-00000002：',
      '  Tiaowen0123456789abcdef_Units：应有 67682 条，现有 67682 条，逐条比对 995 条；完好',
      '检索集群与索引一致。',
    ])
  })

  test('reindex --verify that repaired something says what, and exits 6', async () => {
    const seen: unknown[] = []
    const broken = { ...WHOLE, exists: true, counted: 67_670, missing: 13, foreign: 1, different: 2, repaired: 15 }
    const verifyIndex: CliParts['verifyIndex'] = async (wanted) => (seen.push(wanted), { generation: 'gen-00000002', collections: [broken] })
    const { code, out } = await run(['reindex', '--verify', '--all'], {}, { verifyIndex })
    expect([code, seen]).toMatchObject([6, [{ all: true }]])
    expect(out).toContain('现有 67670 条，逐条比对 995 条；缺 13 条，多出 1 条不属于本索引的，已删除，2 条内容不符')
    expect(out).toContain('已修复 15 条；向量取自索引，没有重新计算。')
    const json = JSON.parse((await run(['reindex', '--verify', '--json'], {}, { verifyIndex })).out) as { isWhole: boolean }
    expect(json.isWhole).toBe(false)
  })

  test('eval is handed its own options and gives the exit code', async () => {
    const seen: unknown[] = []
    const evaluate = async (argv: readonly string[]) => (seen.push(argv), 7)
    expect((await run(['eval', '--split', 'tune', '--help'], {}, { evaluate })).code).toBe(7)
    expect(seen).toEqual([['--split', 'tune', '--help']])
  })

  test('what stops it is one sentence with its code', async () => {
    const serve = async () => {
      throw new PolicyError('port-busy', '端口 8787 已被别的程序占用。')
    }
    expect(await run(['serve'], {}, { serve })).toMatchObject({
      code: 1,
      err: '端口 8787 已被别的程序占用。（port-busy）',
    })
  })
})

describe('feedback export', () => {
  const record = (request: AskRequest, answer: Answer, more: Partial<FeedbackRecord> = {}): FeedbackRecord => ({
    ...request,
    history: request.history ?? [],
    answer,
    rating: 'down',
    at: '2026-03-01T08:00:00.000Z',
    ...more,
  })
  const history = [{ role: 'user' as const, content: '到2030年？\n"%_' }]
  const request = { question: '145行动是什么？', history, asOf: '2023-02-01' }

  test('a line is all that was said, and its part for the eval is a case', async () => {
    const twice = { ...answered(request), citations: [...answered(request).citations, ...answered(request).citations] }
    const records = [
      record(request, twice, { reason: '没有说到\n“145”' }),
      record({ question: '研发？' }, declined({ question: '研发？' })),
    ]
    const { code, out, err } = await run(['feedback', 'export'], {}, { feedback: () => recordsOf(...records) })
    expect([code, err]).toEqual([0, '共 2 条评价。'])
    const lines = out.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toEqual([
      {
        ...request,
        outcome: 'answered',
        rating: 'down',
        reason: '没有说到\n“145”',
        generation: 'gen-00000001',
        embedder: 'bge-small-zh-v1.5-q',
        at: '2026-03-01T08:00:00.000Z',
        expect: { outcome: 'answered', gold: [{ source: '000_76b057a27a625e20.txt', path: ['三', '2'] }] },
      },
      expect.objectContaining({ question: '研发？', history: [], expect: { outcome: 'declined', gold: [] } }),
    ])
    const cases = lines.map(({ question, history, expect: expected }, i) =>
      JSON.stringify({ id: `feedback-${i}`, group: 'feedback', split: 'report', question, history, expect: expected }),
    )
    expect(parseCases(cases.join('\n'), 'feedback')).toHaveLength(2)
  })

  test('what is wanted is handed on; what is not understood is refused', async () => {
    const seen: FeedbackWanted[] = []
    const feedback: CliParts['feedback'] = (wanted) => (seen.push(wanted), recordsOf())
    await run(['feedback', 'export', '--since', '2026-01-31', '--rating', 'down'], {}, { feedback })
    await run(['feedback', 'export', '--since', '2026-01-31T08:00:00+08:00'], {}, { feedback })
    expect(seen).toEqual([{ since: '2026-01-31', rating: 'down' }, { since: '2026-01-31T08:00:00+08:00' }])
    for (const typed of ['', 'import', 'export --rating bad', 'export --since 一月', 'export --since 2026-13-01'])
      expect([typed, (await run(`feedback ${typed}`.trim().split(' '))).code]).toEqual([typed, 2])
  })
})

describe('help and usage', () => {
  test.each(COMMANDS.filter((name) => name !== 'eval'))('%s --help', async (name) => {
    const { code, out } = await run([name, '--help'])
    expect([code, out.startsWith(`用法：tiaowen ${name}`)]).toEqual([0, true])
  })

  test.each([
    [['--help'], 0],
    [['help', 'ask'], 0],
    [['--version'], 0],
    [[], 2],
    [['tell'], 2],
    [['ask'], 2],
    [['ask', ' '], 2],
    [['ask', '--deep', '目标'], 2],
    [['cite'], 2],
    [['cite', '--limit', '3', '第1条'], 2],
    [['search', '--limit', '0', '人才'], 2],
    [['search', '--limit', '101', '人才'], 2],
    [['search', '--limit', '人才'], 2],
    [['index', 'seeds'], 0],
    [['index', '--limit', '3'], 2],
    [['reindex'], 2],
    [['reindex', '--verify', 'now'], 2],
    [['doctor', '--watch'], 2],
    [['serve', '--json'], 2],
    [['mcp', 'now'], 2],
  ])('%j exits %i', async (argv, code) => {
    expect((await run(argv)).code).toBe(code)
  })

  test('a usage error names what was wrong, in Chinese', () => {
    expect(commandOf(['ask', '--deep', '目标']).command).toEqual({
      name: 'usage',
      message: '没有选项 --deep。以 - 开头的词句请放在 -- 之后。',
    })
    expect(commandOf(['serve', '--json']).command).toEqual({ name: 'usage', message: 'serve 没有选项 --json。' })
  })

  test('words that begin with a dash stand behind --', () => {
    expect(commandOf(['ask', '--', '-3%', '是目标吗？']).command).toMatchObject({
      name: 'ask',
      question: '-3% 是目标吗？',
    })
  })

  test('--no-color wins', () => {
    expect(commandOf(['ask', '--color', '--no-color', 'x']).color).toBe(false)
    expect(commandOf(['ask', 'x']).color).toBeUndefined()
  })
})

describe('send', () => {
  test.each([
    ['目标？', false, /^没有配置群机器人：请设置 TIAOWEN_DINGTALK_GROUP_WEBHOOK/],
    ['   ', true, /^没有读到问题。/],
    ['问'.repeat(2_001), true, /请缩短后再问一次。$/],
  ])('what cannot be sent is said before a document is read', async (question, isSetUp, said) => {
    const robot: OutgoingRobot = { pace: { betweenMs: 0 }, messagesFor: () => [], send: async () => ({ state: 'sent' }) }
    const sending = async () => ({ wait: async () => {}, ...(isSetUp && { robot }) })
    const { code, err, closed } = await run(['send', 'dingtalk', question], {}, { sending })
    expect([code, closed]).toEqual([1, 0])
    expect(err).toMatch(said)
  })
})
