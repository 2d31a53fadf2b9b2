import { beforeAll, describe, expect, it, test } from 'vitest'
import { parseDocument } from '../../src/clauses/tree.ts'
import { answersTime, endsInColon, findEvidence, formFit, openingOf } from '../../src/answering/evidence.ts'
import { analyse } from '../../src/questions/question.ts'
import type { Library } from '../../src/retrieval/library.ts'
import { retrieve, type Found } from '../../src/retrieval/retrieve.ts'
import { documentOf, foundAround, seedLibrary, spanOf } from './seeds.ts'

let library: Library
beforeAll(async () => {
  library = await seedLibrary()
})

const best = (question: string, number: string, words: string): string => {
  const document = documentOf(library, number)
  const found = { ...foundAround(document, spanOf(document, words)), spots: [] }
  const [first] = findEvidence(analyse(question), [found], library.keywords)
  return document.text.slice(first!.span.start, first!.span.end)
}

describe('out of a sentence of 700 characters', () => {
  const FIVE_YEARS = '未来五年是杭州加快打造'

  test.each([
    ['未来五年全社会研发投入强度要超过多少？', '全社会研发投入强度超过4%,'],
    ['全市生产总值要达到多少', '力争全市生产总值达到2.5万亿元,'],
    ['人均生产总值要达到多少', '人均生产总值达到19万元,'],
  ])('the phrase that answers %s', (question, phrase) => expect(best(question, '001', FIVE_YEARS)).toBe(phrase))
})

it('evidence is the same in whatever order a reranker puts the clauses', async () => {
  const question = analyse('未来五年全社会研发投入强度要超过多少？')
  const found = await retrieve(library, { text: question.text }, 6)
  const told = (list: readonly Found[]) =>
    findEvidence(question, list, library.keywords).map(({ found, span, rank, score }) => [found.clause.id, span, rank, score])
  expect(told(found.toReversed())).toEqual(told(found))
  expect(new Set(told(found).map(([, , rank]) => rank)).size).toBeGreaterThan(3)
})

it('a short sentence is taken whole', () => {
  expect(best('五大产业生态圈是哪些', '000', '“五大产业生态圈”')).toBe(
    '加快建设智能物联、生物医药、高端装备、新材料、绿色能源“五大产业生态圈”,强化链长负责制,推动“中国视谷”建设取得突破性进展。',
  )
})

describe('what the form of the question prefers', () => {
  test.each([
    ['全社会研发投入强度超过多少', '全社会研发投入强度超过4%', 0.35],
    ['全社会研发投入强度超过多少', '着力提升研发投入强度', -0.2],
    ['推进大会哪天召开', '2024年2月18日', 0.35],
    ['推进大会哪天召开', '推进大会召开', -0.2],
    ['五大产业生态圈有哪些', '智能物联、生物医药、高端装备', 0.1],
    ['怎么接轨上海', '主动接轨上海', 0],
  ])('%s ← %s: %s', (question, words, fit) => expect(formFit(analyse(question), words)).toBeCloseTo(fit, 6))
})

describe('lists', () => {
  it('a paragraph that ends in a colon opens one', () => {
    expect(endsInColon('有下列情形之一的：', { start: 0, end: 9 })).toBe(true)
    expect(endsInColon('有下列情形之一的。', { start: 0, end: 9 })).toBe(false)
  })

  it('an item knows the paragraph that opens its list', () => {
    const text = '第二条 有下列情形之一的，予以退款：\n（一）商家停业的；\n（二）未提供服务的。\n'
    const source = { ...documentOf(library, '002'), header: {}, text, bodyStart: 0 }
    const document = parseDocument(source)
    const opening = openingOf(foundAround(document, spanOf(document, '未提供服务的')))
    expect(opening && text.slice(opening.start, opening.end)).toBe('第二条 有下列情形之一的，予以退款：')
    expect(openingOf(foundAround(document, spanOf(document, '予以退款')))).toBeUndefined()
  })
})

describe('何时 asks for an event as well as for a date', () => {
  test.each([
    ['继承什么时候开始？', '继承从被继承人死亡时开始。', true],
    ['当事人对储存期限没有约定，何时可以提取存储物？', '存货人或者仓单持有人可以随时提取仓储物', true],
    ['劳动合同何时终止？', '劳动合同期满或者当事人约定的劳动合同终止条件出现，劳动合同即行终止。', true],
    ['继承从哪天开始？', '继承从被继承人死亡时开始。', false],
    ['小客车限购什么时候取消？', '适时取消小客车限购政策。', false],
  ])('%s – %s', (question, words, answers) => expect(answersTime(analyse(question), words)).toBe(answers))
})
