/** Answers over laws in several versions, in several files, and repealed. Versions: test/clauses/versions.ts. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Composer } from '../../src/answering/compose.ts'
import { LocalAssistant } from '../../src/answering/local-assistant.ts'
import { verify } from '../../src/answering/verify.ts'
import { spokenOf } from '../../src/clauses/address.ts'
import { findTwins } from '../../src/clauses/twins.ts'
import type { Answer, AskRequest, Document } from '../../src/types.ts'
import { libraryOf } from '../library.ts'
import { CODE_PARTS, COMPANY, COMPANY_2005, COMPANY_2018, DEGREES_LAW, DEGREES_OLD, fileOf } from '../clauses/versions.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T04:00:00Z') }))
afterEach(() => void vi.useRealTimers())

async function over(documents: readonly Document[]): Promise<LocalAssistant> {
  const { library } = await libraryOf({ documents, twins: findTwins(documents) })
  return new LocalAssistant({
    library: () => library,
    textOf: async () => undefined,
    status: () => ({ ready: true, retrieval: 'keyword', generation: null, embedder: null, vectors: null, documents: 0, clauses: 0, chunks: 0, fallbacks: [] }),
    log: (message) => expect.unreachable(message),
  })
}

async function ask(documents: readonly Document[], request: AskRequest | string): Promise<Answer> {
  const assistant = await over(documents)
  for await (const event of assistant.ask(typeof request === 'string' ? { question: request } : request)) {
    if (event.type === 'done') return event.answer
  }
  throw new Error('no end')
}

const sources = ({ citations }: Answer): string[] => citations.map(({ source }) => source)

describe('公司法 of 2005, 2018 and 2023', () => {
  test('the version in force answers and names the others, once', async () => {
    const answer = await ask(COMPANY, '公司法第四十七条是什么？')
    expect(answer.text).toBe(
      '《中华人民共和国公司法》第四十七条（2023-12-29版；另有2018-10-26版、2005-10-27版，已被取代）：“第四十七条 有限责任公司的注册资本为在公司登记机关登记的全体股东认缴的出资额。全体股东认缴的出资额由股东按照公司章程的规定自公司成立之日起五年内缴足。”',
    )
    expect(answer.citations[0]?.version).toEqual({
      date: '2023-12-29',
      effective: '2024-07-01',
      status: 'in-force',
      others: [
        { date: '2018-10-26', status: 'superseded', url: '/read/公司法(2018-10-26).md' },
        { date: '2005-10-27', status: 'superseded', url: '/read/公司法(2005-10-27).md' },
      ],
    })
  })

  test('the others are named once in an answer', async () => {
    const { text, citations } = await ask(COMPANY, '公司法第二十六条和第四十七条')
    expect(citations).toHaveLength(2)
    expect(text.match(/版；另有/g)).toHaveLength(1)
  })

  test('questions are answered from the version in force; passages too are of it alone', async () => {
    const answer = await ask(COMPANY, '全体股东认缴的出资额由股东自公司成立之日起几年内缴足？')
    expect(answer.text).toContain('自公司成立之日起五年内缴足')
    expect(new Set(sources(answer))).toEqual(new Set(['公司法(2023-12-29).md']))
    expect(new Set(answer.passages.map(({ source }) => source))).toEqual(new Set(['公司法(2023-12-29).md']))
    expect(answer.passages[0]?.version?.status).toBe('in-force')
  })

  test.each([
    ['2005年版公司法第二十六条是什么？', undefined],
    ['2005年修订的《公司法》第二十六条', undefined],
    ['公司法第二十六条', '2010-06-30'],
    ['公司法第二十六条', '2006-01-01'],
  ])('%s as of %s: the version of 2005, marked as superseded', async (question, asOf) => {
    const answer = await ask(COMPANY, { question, ...(asOf ? { asOf } : {}) })
    expect(sources(answer)).toEqual(['公司法(2005-10-27).md'])
    expect(answer.text).toContain('第二十六条（2005-10-27版，自2018-10-26起已被2018-10-26版取代）：“')
    expect(answer.citations[0]?.version).toMatchObject({ status: 'superseded', since: '2018-10-26', by: { date: '2018-10-26' } })
  })

  test('旧公司法 is the version before the one in force', async () => {
    const answer = await ask(COMPANY, '旧公司法第二十六条')
    expect(sources(answer)).toEqual(['公司法(2018-10-26).md'])
    expect(answer.text).toContain('（2018-10-26版，自2024-07-01起已被2023-12-29版取代）')
  })

  test('a question of a year is answered from what was in force then', async () => {
    const answer = await ask(COMPANY, '2010年时，公司法规定全体股东的首次出资额不得低于注册资本的百分之几？')
    expect(answer.outcome).toBe('answered')
    expect(answer.text).toContain('不得低于注册资本的百分之二十')
    expect(sources(answer)).toEqual(['公司法(2005-10-27).md'])
  })

  test('before any version: declined, and which there are', async () => {
    const answer = await ask(COMPANY, { question: '公司法第一条', asOf: '1994-01-01' })
    expect(answer).toMatchObject({ outcome: 'declined', reason: 'no-evidence', citations: [] })
    expect(answer.text).toBe(
      '资料库中没有《中华人民共和国公司法》在1994-01-01施行的文本；现有：2005-10-27版（2006-01-01起施行）、2018-10-26版（2018-10-26起施行）、2023-12-29版（2024-07-01起施行）。',
    )
    expect((await over(COMPANY)).lookUp('公司法第一条', '1994-01-01')).toMatchObject({ outcome: 'absent', reason: 'no-such-version' })
  })

  test('what only a superseded version says is quoted and marked', async () => {
    const answer = await ask(COMPANY, '公司法规定全体股东的首次出资额不得低于注册资本的百分之几？')
    expect(answer.outcome).toBe('answered')
    expect(answer.citations[0]?.version?.status).toBe('superseded')
    expect(answer.text).toMatch(/（2005-10-27版，自2018-10-26起已被2018-10-26版取代）：“.*百分之二十/)
  })

  test('search leaves superseded versions to the end, and asOf holds there too', async () => {
    const assistant = await over(COMPANY)
    const first = (await assistant.search({ query: '有限责任公司的注册资本', limit: 2 })).passages[0]
    expect(first).toMatchObject({ source: '公司法(2023-12-29).md', version: { status: 'in-force' } })
    const then = await assistant.search({ query: '有限责任公司的注册资本', limit: 10, asOf: '2020-01-01' })
    expect(then.passages[0]?.source).toBe('公司法(2018-10-26).md')
    expect(then.passages.map(({ source }) => source)).not.toContain('公司法(2023-12-29).md')
  })

  test('documents the request names are looked through, whatever their version', async () => {
    const answer = await ask(COMPANY, { question: '投资公司可以在几年内缴足？', documents: [COMPANY_2005.id] })
    expect(answer.text).toContain('投资公司可以在五年内缴足')
  })

  test('the same words in another version are the version’s, not 另见', async () => {
    const { citations } = await ask([COMPANY_2018, COMPANY_2005], '公司法第一条')
    expect(citations[0]?.alsoIn).toEqual([])
    expect(citations[0]?.version?.others).toHaveLength(1)
  })

  test('an asOf that is no day is refused', async () => {
    await expect(ask(COMPANY, { question: '公司法第一条', asOf: '2020-02-30' })).rejects.toMatchObject({ code: 'bad-request' })
  })
})

describe('before a version is in force', () => {
  const DAY = new Date('2024-03-01T04:00:00Z')

  test('the older one answers and names it', async () => {
    vi.setSystemTime(DAY)
    const answer = await ask(COMPANY, '公司法第二十六条')
    expect(answer.text).toContain(
      '第二十六条（2018-10-26版；另有2005-10-27版，已被取代；另有2023-12-29版，尚未施行）：“',
    )
  })

  test('asked for, it says that it is not in force yet', async () => {
    vi.setSystemTime(DAY)
    const answer = await ask(COMPANY, '新公司法第四十七条')
    expect(answer.text).toContain('第四十七条（2023-12-29版，尚未施行，自2024-07-01起施行）：“')
    expect(answer.citations[0]?.version).toMatchObject({ status: 'upcoming', since: '2024-07-01' })
  })
})

describe('a repealed law', () => {
  const documents = [DEGREES_OLD, DEGREES_LAW]

  test('is found by its name and marked', async () => {
    const answer = await ask(documents, '学位条例第三条')
    expect(answer.text).toBe(
      '《中华人民共和国学位条例》第三条（已废止，自2025-01-01起，由《中华人民共和国学位法》）：“第三条 学位分学士、硕士、博士三级。”',
    )
    expect(answer.citations[0]?.version).toMatchObject({
      status: 'repealed',
      since: '2025-01-01',
      by: { title: '中华人民共和国学位法' },
    })
  })

  test('is not looked through while what is in force answers, and is quoted, marked, where nothing else does', async () => {
    const answer = await ask(documents, '学位有几级？')
    expect(answer.outcome).toBe('answered')
    expect(answer.text).toContain('（已废止，自2025-01-01起，由《中华人民共和国学位法》）：“')
    const led = await ask(documents, '学位工作坚持什么领导？')
    expect(sources(led)).toEqual([DEGREES_LAW.source])
  })

  test('a mark that its citation does not bear out goes with its whole line', async () => {
    const { library } = await libraryOf({ documents, twins: new Map() })
    const span = { start: DEGREES_OLD.text.indexOf('第三条'), end: DEGREES_OLD.text.indexOf('三级。') + 3 }
    const { segments, citations } = new Composer(library).quote([{ document: DEGREES_OLD, span }])
    expect(verify(library, segments, citations).segments).toEqual(segments)
    const wrong: readonly (readonly [string, string])[] = [['2025-01-01', '2024-01-01'], ['《中华人民共和国学位法》', '《学位法》']]
    for (const [said, instead] of wrong) {
      const altered = segments.map((segment) => (segment.text === said ? { ...segment, text: instead } : segment))
      expect(verify(library, altered, citations).segments).toEqual([])
    }
    expect(verify(library, segments, [{ ...citations[0]!, quote: '第三条 学位分两级。' }]).segments).toEqual([])
  })

  test('was in force before', async () => {
    vi.setSystemTime(new Date('2024-12-31T04:00:00Z'))
    const answer = await ask(documents, '学位条例第三条')
    expect(answer.citations[0]?.version).toBeUndefined()
  })
})

describe('民法典 in several files', () => {
  test('answers as one document', async () => {
    const answer = await ask(CODE_PARTS, '民法典第二百零四条至第二百零五条')
    expect(answer.citations.map(({ title, spoken, source }) => [title, spoken, source])).toEqual([
      ['中华人民共和国民法典', '第二百零四条', '民法典/总则.md'],
      ['中华人民共和国民法典', '第二百零五条', '民法典/物权编.md'],
    ])
    expect(answer.citations[0]?.version).toBeUndefined()
    expect((await ask(CODE_PARTS, '民法典里期间的最后一日是法定休假日的怎么办？')).text).toContain('以法定休假日结束的次日为期间的最后一日')
  })

  test('a chapter that several files have is asked back with the files', async () => {
    const answer = await ask(CODE_PARTS, '民法典第一章')
    expect(answer.outcome).toBe('ambiguous')
    expect(answer.text).toContain('《中华人民共和国民法典》第一章（民法典/总则.md）\n')
  })

  test('is counted as one document', async () => {
    expect((await ask(CODE_PARTS, '民法典有几条？')).text).toContain('《中华人民共和国民法典》共有9条（第一条至第一千二百六十条）')
  })
})

test('前款 and 本法 are those of the place that is given, in words or by the id of a clause', async () => {
  const assistant = await over(COMPANY)
  const spoken = (reference: string, at: string) => {
    const found = assistant.lookUp(reference, undefined, at)
    return found.outcome === 'found' ? found.places.map((place) => `${place.document.id} ${spokenOf(place)}`) : found.outcome
  }
  expect(spoken('前款', '《公司法》（2018年修正）第二十六条第二款')).toEqual(['公司法(2018-10-26).md 第二十六条第一款'])
  expect(spoken('本法第四十七条', '公司法第二十六条')).toEqual(['公司法(2023-12-29).md 第四十七条'])
  expect(spoken('下一条', `${COMPANY[0].id}#第二十六条`)).toEqual(['公司法(2023-12-29).md 第四十七条'])
  expect(() => assistant.lookUp('前款', undefined, '公司法第九百条')).toThrow('不知道引用所在的位置')
})

test('a year beside a decision names no version of it', async () => {
  const decision = fileOf('决定.md', '# 关于人才工作的决定\n\n2023年4月28日 通过\n\n<!-- INFO END -->\n\n第一条 引进高层次人才。\n')
  const found = (await over([decision])).lookUp('2019年版《关于人才工作的决定》第一条')
  expect(found.outcome).toBe('found')
})

test('documents without versions are answered as before: no mark, the words that say 修改前 stay words', async () => {
  const plan = fileOf('规划.md', '# 城乡规划法\n\n<!-- INFO END -->\n\n第四十六条 规划的组织编制机关应当组织有关部门和专家定期对规划实施情况进行评估。\n')
  const answer = await ask([plan], '城乡规划法第四十六条')
  expect(answer.citations[0]).not.toHaveProperty('version')
})
