/** Sources suggested for sentences that name none: what is a statement, which clause it may rest on, and how often that is right. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { likelySource, statesWithoutSource, untouchedSentences } from '../../src/answering/suggest-sources.ts'
import { LocalAssistant } from '../../src/answering/local-assistant.ts'
import { sentences } from '../../src/chunks/sentences.ts'
import { placeAt, spokenOf } from '../../src/clauses/address.ts'
import type { Library } from '../../src/retrieval/library.ts'
import { retrieve } from '../../src/retrieval/retrieve.ts'
import { hasLaws, isLong, LAWS } from './checking/library.ts'
import { paraphrased, randomFrom } from './paraphrase.ts'
import { seedLibrary } from './seeds.ts'

let library: Library
beforeAll(async () => {
  library = await seedLibrary()
})

const FOUND = 5
const sourceOf = async (sentence: string) =>
  likelySource(sentence, await retrieve(library, { text: sentence }, FOUND), library.keywords)
const bare = (text: string) => text.replace(/\s/g, '')

/** Sentences of a text that state a figure or a policy. */
const statements = (text: string) =>
  sentences(text).flatMap((span) => {
    const words = text.slice(span.start, span.end)
    return statesWithoutSource(words) ? [{ span, words }] : []
  })

describe('a statement without a source', () => {
  test.each([
    ['今后五年全社会研发投入强度要超过4%。', true],
    ['鼓励在杭高校加大科技成果转化力度，促进技术交易。', true],
    ['2024年新增就业二十万人，其中青年占一半。', true],
    ['不得以任何形式向企业摊派有关费用。', true],
    ['根据《决定》第三部分，研发投入强度要超过4%。', false], // it names its source
    ['按照国办发〔2023〕12号的要求，研发投入强度要超过4%。', false],
    ['现将有关情况报告如下，请予审阅。', false],
    ['超过4%。', false],
  ])('%s %s', (sentence, is) => expect(statesWithoutSource(sentence)).toBe(is))

  test('what was checked is not looked up again', () => {
    const draft = '甲说“研发投入强度超过4%”。乙要超过5%。\n丙见《决定》第三条，要超过6%。丁要超过7%。'
    const item = (words: string) => ({ start: draft.indexOf(words), end: draft.indexOf(words) + words.length })
    const items = [item('《决定》第三条'), item('研发投入强度超过4%')] as never
    expect(untouchedSentences(draft, items).map(({ start, end }) => draft.slice(start, end))).toEqual(['乙要超过5%。', '丁要超过7%。'])
  })
})

describe('over the seeds', () => {
  test.each([
    ['深入实施科技成果转移转化145行动，5年内技术交易额与新产品产值合计要突破1万亿元。', '第三部分第2条', '1万亿元'],
    ['要把人才放在发展的核心位置，继续深化人才强市战略，完善三定三评人才认定模式。', '第三部分第3条', '“三定三评”'],
    ['全社会研发投入强度未来五年要超过4%，全力打造全国重要的创新策源地。', '第二部分第2条', '研发投入强度超过4%'],
    ['推动义务教育和高中阶段教育优质均衡发展，深化跨区域教育共同体建设。', '第三部分第4条', '优质均衡'],
  ])('%s → %s', async (sentence, spoken, words) => {
    const likely = (await sourceOf(sentence))!
    expect(spokenOf(placeAt(likely.document, likely.span))).toMatch(new RegExp(`^${spoken}`))
    expect(likely.document.text.slice(likely.span.start, likely.span.end)).toContain(words)
  })

  test.each([
    '到2027年，全市新增公共停车位5万个，新建充电桩3万根。',
    '本局上半年共受理群众来信来访326件，办结率达到98%。',
    '全年公共图书馆外借图书超过800万册次，比上年增长12%。',
    '各科室应当于每周五下班前报送本周值班安排。',
    '加强会议室管理，提高设备使用率，建立借用登记制度。',
  ])('nothing for %s', async (sentence) => expect(await sourceOf(sentence)).toBeUndefined())

  test('of sentences said in other words, 96% get a source, and 99% of those the right one', async () => {
    const all = library.documents.flatMap((document) => statements(document.text).map((one) => ({ document, ...one })))
    expect(all.length).toBe(362)
    const own = all.filter((_, at) => isLong || at % 3 === 0)
    for (const how of ['light', 'heavy'] as const) {
      const random = randomFrom(7)
      let [given, right] = [0, 0]
      for (const { document, span, words } of own) {
        const likely = await sourceOf(paraphrased(words, how, random))
        if (!likely) continue
        given++
        const isThere = likely.document === document && likely.span.start < span.end && span.start < likely.span.end
        const isTwin = bare(likely.document.text.slice(likely.span.start, likely.span.end)).includes(bare(words))
        if (isThere || isTwin) right++
      }
      expect(given / own.length, `${how}: given`).toBeGreaterThanOrEqual(0.96)
      expect(right / given, `${how}: right of those given`).toBeGreaterThanOrEqual(0.99)
    }
  })

  test.skipIf(!hasLaws)('of sentences of laws that are not in the library, hardly one gets a source', async () => {
    const files = (readdirSync(LAWS, { recursive: true }) as string[]).filter((name) => name.endsWith('.txt') || name.endsWith('.md')).sort()
    const some = files.filter((_, at) => at % Math.ceil(files.length / 100) === 0)
    const foreign = some.flatMap((name) => statements(readFileSync(join(LAWS, name), 'utf8')).filter((_, at) => at % (isLong ? 2 : 20) === 0))
    expect(foreign.length).toBeGreaterThan(150)
    let given = 0
    for (const { words } of foreign) if ((await sourceOf(words)) !== undefined) given++
    expect(given / foreign.length, `${given} of ${foreign.length}`).toBeLessThanOrEqual(0.005)
  })
})

describe('in a check', () => {
  const assistant = () =>
    new LocalAssistant({ library: () => library, textOf: async () => undefined, status: () => ({}) as never, log: () => {} })

  test('suggestions stand beside the verdicts and change none', async () => {
    const text = '《决定》第三部分第2条提出“深入实施科技成果转移转化“145”行动”。5年内技术交易额与新产品产值总和要力争超1万亿元。\n请审阅。'
    const without = await assistant().check({ text })
    const { suggestions, ...rest } = await assistant().check({ text, suggest: true })
    expect('suggestions' in without).toBe(false)
    expect([rest.items, rest.summary]).toEqual([without.items, without.summary])
    expect(suggestions).toMatchObject({ sentences: 1, lookedUp: 1 })
    const [one] = suggestions!.items
    expect(text.slice(one!.start, one!.end)).toBe('5年内技术交易额与新产品产值总和要力争超1万亿元。')
    expect(one).toMatchObject({ sentence: text.slice(one!.start, one!.end), citation: { n: 1, spoken: '第三部分第2条' } })
    expect(one!.score).toBeGreaterThan(0.45)
    const document = library.documents.find(({ id }) => id === one!.citation.documentId)!
    expect(document.text.slice(one!.citation.start, one!.citation.end)).toBe(one!.citation.quote)
  })

  test('of a long draft the first 300 sentences are looked up, and that is said', async () => {
    const text = Array.from({ length: 320 }, (_, at) => `第${at}号项目新增车位${at}个，办结率为98%。`.replace(/^第/, '编')).join('\n')
    const { suggestions } = await assistant().check({ text, suggest: true })
    expect(suggestions).toEqual({ items: [], sentences: 320, lookedUp: 300 })
  })

  test('ends when nobody waits for it any more', async () => {
    const text = '新增公共停车位5万个，新建充电桩3万根。\n'.repeat(300)
    await expect(assistant().check({ text, suggest: true }, { signal: AbortSignal.timeout(100) })).rejects.toThrow()
  })
})
