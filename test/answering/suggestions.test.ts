/** Questions to begin with: drawn from what the documents say, tried before they are shown, varied, quickly made. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Assistant } from '../../src/answering/assistant.ts'
import { LocalAssistant } from '../../src/answering/local-assistant.ts'
import { candidatesOf, suggestionsOf, type Candidate } from '../../src/answering/suggestions.ts'
import { PolicyError } from '../../src/errors.ts'
import type { Library } from '../../src/retrieval/library.ts'
import type { Answer, Document, DocumentId } from '../../src/types.ts'
import { documentOf as documentFrom } from '../channels/scripted.ts'
import { libraryOf } from '../library.ts'
import { documentOf, seedLibrary } from './seeds.ts'

let seeds: Library
beforeAll(async () => {
  seeds = await seedLibrary()
})

/** An assistant over a library that may be changed, and the questions it was asked. */
function assistantOver(library: () => Library): { readonly assistant: Assistant; readonly asked: string[]; readonly modes: Set<string | undefined> } {
  const asked: string[] = []
  const modes = new Set<string | undefined>()
  const local = new LocalAssistant({
    library,
    textOf: async () => undefined,
    status: () => {
      throw new Error('not asked for')
    },
    log: () => {},
  })
  const ask: Assistant['ask'] = (request) => (asked.push(request.question), modes.add(request.mode), local.ask(request))
  return { asked, modes, assistant: Object.assign(Object.create(local) as Assistant, { ask, catalogue: library }) }
}

const questionsOf = (document: Document, kind: Candidate['kind']) =>
  candidatesOf(document).filter((candidate) => candidate.kind === kind).map(({ question }) => question)

const lawOf = (text: string, id = 'd-law', title = '中华人民共和国劳动合同法'): Document => ({
  ...documentFrom({ id, source: `${title}.md`, text, header: title === '' ? {} : { title: { value: title, from: 'text' } } }),
  shortNames: [],
})

describe('over the seeds', () => {
  test('each document that has something to ask about has its question first, and figures, tasks and parts are mixed', async () => {
    const { assistant, asked, modes } = assistantOver(() => seeds)
    const id = (number: string) => documentOf(seeds, number).id
    expect(await suggestionsOf(assistant)()).toEqual([
      { question: '如何争创综合性国家科学中心？', documentId: id('000') },
      { question: '居民人均可支配收入达到多少元？', documentId: id('001') },
      { question: '《大走廊决定》第四部分讲了什么？', documentId: id('002') },
      { question: '如何打造全国数字经济创新中心？', documentId: id('003') },
      { question: '《新春第一会》「深化改革」部分讲了什么？', documentId: id('004') },
      { question: '全市生产总值达到多少元？', documentId: id('001') },
    ])
    expect(asked.length).toBeLessThanOrEqual(24)
    expect([...modes]).toEqual(['extractive']) // no language model writes what nobody asked
  })

  test('each is answered, by words of its document', async () => {
    const { assistant } = assistantOver(() => seeds)
    for (const { question, documentId } of await suggestionsOf(assistant)()) {
      for await (const event of assistant.ask({ question })) {
        if (event.type !== 'done') continue
        expect([question, event.answer.outcome]).toEqual([question, 'answered'])
        expect(event.answer.citations.map((citation) => citation.documentId)).toContain(documentId)
      }
    }
  })

  test.each<[string, (answer: Answer) => Answer]>([
    ['is declined', (answer) => ({ ...answer, outcome: 'declined', reason: 'no-evidence' })],
    ['is answered from another document', (answer) => ({ ...answer, citations: answer.citations.map((citation) => ({ ...citation, documentId: 'd-other' as DocumentId })) })],
    ['is answered without the figure', (answer) => ({ ...answer, citations: answer.citations.map((citation) => ({ ...citation, quote: '居民人均可支配收入' })) })],
  ])('a question that %s is not shown', async (_, spoilt) => {
    const { assistant } = assistantOver(() => seeds)
    const { ask } = assistant
    const income = '居民人均可支配收入达到多少元？'
    const spoiling: Assistant['ask'] = async function* (request) {
      for await (const event of ask(request)) {
        yield event.type === 'done' && request.question === income ? { ...event, answer: spoilt(event.answer) } : event
      }
    }
    const questions = (await suggestionsOf(Object.assign(assistant, { ask: spoiling }))()).map(({ question }) => question)
    expect(questions).toHaveLength(6)
    expect(questions).not.toContain(income)
  })

  test('nothing is asked before they are wanted, and nothing twice of one generation', async () => {
    let library = seeds
    const { assistant, asked } = assistantOver(() => library)
    const suggested = suggestionsOf(assistant)
    expect(asked).toEqual([])
    const [first, second] = await Promise.all([suggested(), suggested()])
    expect(second).toBe(first)
    const times = asked.length
    await suggested()
    expect(asked).toHaveLength(times)
    library = { ...seeds, generation: 'gen-of-tomorrow' }
    expect(await suggested()).toEqual(first)
    expect(asked).toHaveLength(times * 2)
  })

  test('what went wrong is not kept', async () => {
    const { assistant } = assistantOver(() => seeds)
    const ask = assistant.ask
    const broken = Object.assign(assistant, { ask: () => { throw new PolicyError('internal', 'broken') } })
    const suggested = suggestionsOf(broken)
    await expect(suggested()).rejects.toThrow('broken')
    Object.assign(broken, { ask })
    expect(await suggested()).toHaveLength(6)
  })
})

describe('what a text offers', () => {
  test('figures that are reached or not to be passed, with their unit', () => {
    expect(questionsOf(documentOf(seeds, '001'), 'figure')).toEqual(
      expect.arrayContaining(['全社会研发投入强度超过多少？', '全市生产总值达到多少元？']),
    )
    const law = lawOf(
      '第十九条 以完成一定工作任务为期限的劳动合同不得约定试用期。试用期不得超过六个月。\n' +
        '第六十八条 劳动者在同一用人单位一般平均每日工作时间不超过四小时，每周工作时间累计不超过二十四小时的用工形式。\n' +
        '第八十二条 用人单位自用工之日起超过一个月不满一年未订立书面劳动合同的，应当支付二倍的工资。\n' +
        '第一百条 检查人员不得少于二人，最长不得超过三年。违法所得金额超过五千元的，处以罚款。\n',
    )
    expect(new Set(questionsOf(law, 'figure'))).toEqual(
      new Set(['劳动者在同一用人单位一般平均每日工作时间不超过多长时间？', '检查人员不得少于多少人？']),
    )
  })

  test('terms that a law defines', () => {
    const law = lawOf('第二条 本法所称公司，是指依照本法在中华人民共和国境内设立的有限责任公司和股份有限公司。\n第三条 本法所称的“农民工”是指为用人单位提供劳动的农村居民。\n')
    expect(new Set(questionsOf(law, 'definition'))).toEqual(new Set(['什么是公司？', '什么是农民工？']))
  })

  test('articles and chapters by the short title of the law, not what frames it', () => {
    const rule = '用人单位招用劳动者时，应当如实告知劳动者工作内容、工作条件、工作地点、职业危害、安全生产状况、劳动报酬，以及劳动者要求了解的其他情况。'
    const law = lawOf(`第一章 总则\n第一条 ${rule}\n第二章 劳动合同的订立\n第八条 ${rule}\n第九条 自用工之日起建立劳动关系。\n第八章 附则\n第九十八条 ${rule}\n`)
    expect(questionsOf(law, 'article')).toEqual(['《劳动合同法》第八条规定了什么？'])
    expect(questionsOf(law, 'part')).toEqual(['《劳动合同法》第二章讲了什么？'])
    expect(questionsOf(law, 'task')).toEqual([])
  })

  test('a title too long to be said, or none, is not asked about by it', () => {
    const partsOf = (title: string) => questionsOf(lawOf('一、总体要求\n加快建设。\n', 'd-1', title), 'part')
    expect(partsOf('关于全面推进乡村振兴加快农业农村现代化的若干实施意见')).toEqual([])
    expect(partsOf('')).toEqual([])
    expect(partsOf('乡村振兴若干意见')).toEqual(['《乡村振兴若干意见》第一部分讲了什么？'])
  })
})

describe('over a large library', () => {
  const NAMES = '天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳'
  const law = (at: number) =>
    lawOf(`第一条 为了规范第${at}号管理，制定本条例。\n第二条 本条例所称${NAMES[at % NAMES.length]}类登记物品，是指需要登记的物品。\n`, `d-${at}`, `第${at}号管理条例`)

  test('only a sample of it is looked at, from all over it', async () => {
    const documents = Array.from({ length: 1_200 }, (_, at) => law(at))
    const { library } = await libraryOf({ documents, twins: new Map() })
    let looked = 0
    const watched = documents.map((document) =>
      Object.defineProperty({ ...document }, 'clauses', { get: () => (looked++, document.clauses) }),
    )
    const { assistant, asked } = assistantOver(() => library)
    await suggestionsOf({ ...assistant, ask: assistant.ask, catalogue: () => ({ ...library, documents: watched }) })()
    expect(asked.length).toBeLessThanOrEqual(24)
    expect(looked).toBeLessThan(100)
  })

  test('of its laws too those in force are asked about', async () => {
    const documents = Array.from({ length: 36 }, (_, at): Document => {
      const from = 'text' as const
      const header = { ...law(at).header, passed: { value: '2001-01-01', from } }
      return { ...law(at), header: at % 3 === 0 ? { ...header, repealed: { value: '2020-01-01', from } } : header }
    })
    const { library } = await libraryOf({ documents, twins: new Map() })
    const found = await suggestionsOf(assistantOver(() => library).assistant)()
    expect(found.map(({ documentId }) => documentId)).toEqual(['d-1', 'd-4', 'd-7', 'd-10', 'd-13', 'd-16']) // of d-0, repealed, d-1 and d-2 …
  })

  test('of a law with versions the one in force is asked about', async () => {
    const version = (day: string, id: string) =>
      documentFrom({
        id,
        source: `公司法(${day}).md`,
        text: `第一条 为了规范公司的组织和行为，制定本法。\n第二条 本法所称公司，是指依照本法在中华人民共和国境内设立的有限责任公司和股份有限公司，${day}。\n`,
        header: { title: { value: '中华人民共和国公司法', from: 'text' }, passed: { value: day, from: 'text' } },
      })
    const documents = [version('2018-10-26', 'd-2018'), version('2023-12-29', 'd-2023')]
    const { library } = await libraryOf({ documents, twins: new Map() })
    const found = await suggestionsOf(assistantOver(() => library).assistant)()
    expect(found).toContainEqual({ question: '什么是公司？', documentId: 'd-2023' })
    expect(found.map(({ documentId }) => documentId)).not.toContain('d-2018')
  })
})
