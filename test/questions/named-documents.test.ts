import { beforeAll, describe, expect, it, test } from 'vitest'
import { headerFact } from '../../src/answering/header-facts.ts'
import { namedDocuments } from '../../src/questions/named-documents.ts'
import { analyse } from '../../src/questions/question.ts'
import { knownNames } from '../../src/clauses/lookup.ts'
import type { Library } from '../../src/retrieval/library.ts'
import { documentOf, seedLibrary } from '../answering/seeds.ts'

let library: Library
beforeAll(async () => {
  library = await seedLibrary()
})

const named = (question: string) => {
  const { ids, times } = namedDocuments(question, library.documents, knownNames(library.documents))
  const sources = library.documents.filter(({ id }) => ids.includes(id)).map(({ source }) => source.slice(0, 3))
  return { sources, times: times.map(({ name }) => name) }
}

describe('documents a question names', () => {
  test.each([
    ['市委决定怎么说人才', ['000', '001'], []],
    ['城西科创大走廊那份决定提到了哪些大学', ['002'], []],
    ['大走廊决定是谁通过的', ['002'], []],
    ['规划建议里的未来产业有哪些', ['003'], []],
    ['2024年大会提出实施几项改革项目', ['004'], ['2024']],
    ['2023年的决定对人才怎么说', ['000', '001'], ['2023']],
    ['2022年6月的决定讲什么', ['002'], ['2022-06']],
    ['新春第一会给出了什么', ['004'], []],
  ])('%s', (question, sources, times) => expect(named(question)).toEqual({ sources, times }))

  test.each([
    '未来五年全社会研发投入强度要超过多少？',
    '五大产业生态圈包括哪些',
    '有什么决定吗',
    '新建8000套住房吗', // one file is called 000_….txt
  ])('%s names none', (question) => expect(named(question).sources).toEqual([]))
})

describe('what the header says of a document', () => {
  const of = (question: string, number: string) => {
    const document = documentOf(library, number)
    const fact = headerFact(analyse(question), [document])
    return fact && { words: document.text.slice(fact.span.start, fact.span.end), contradicted: fact.contradicted }
  }
  const PASSED = '(2022年6月29日杭州市第十四届人民代表大会常务委员会第三次会议通过)'

  test.each([
    '大走廊决定是哪天通过的',
    '大走廊决定是谁通过的',
    '大走廊决定由哪个机关通过',
    '大走廊决定是第几次会议通过的',
  ])('%s', (question) => expect(of(question, '002')).toEqual({ words: PASSED, contradicted: false }))

  it('when it was published', () => {
    expect(of('大走廊决定是什么时候发布的', '002')?.words).toContain('2022- 07- 11')
  })

  test.each(['大走廊决定是2021年6月29日通过的吗', '大走廊决定是市政府通过的吗', '由市委通过的大走廊决定讲什么'])(
    '%s: the header says otherwise',
    (question) => expect(of(question, '002')).toEqual({ words: PASSED, contradicted: true }),
  )

  it('a right date or organ is no contradiction', () => {
    expect(of('大走廊决定是2022年6月29日通过的吗', '002')).toBeUndefined()
    expect(of('市人大常委会通过的大走廊决定讲什么', '002')).toBeUndefined()
  })

  it('a question about something else is not for the header, nor one it does not answer', () => {
    expect(of('大走廊决定里提到哪些大学', '002')).toBeUndefined()
    expect(of('大走廊决定要求谁来制定实施细则', '002')).toBeUndefined()
    expect(of('大走廊决定提出由谁发布人才政策', '002')).toBeUndefined()
    expect(of('规划建议是哪天通过的', '003')).toBeUndefined()
  })
})
