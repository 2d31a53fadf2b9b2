import { beforeAll, describe, expect, it, test } from 'vitest'
import { isScenario, otherFigure } from '../../src/answering/premise-figures.ts'
import { otherOrgan } from '../../src/answering/premise-words.ts'
import { falsePremise } from '../../src/answering/premise.ts'
import { analyse } from '../../src/questions/question.ts'
import type { Library } from '../../src/retrieval/library.ts'
import { documentOf, foundAround, seedLibrary, spanOf } from './seeds.ts'

let library: Library
beforeAll(async () => {
  library = await seedLibrary()
})

const clauseOf = (number: string, words: string) => {
  const document = documentOf(library, number)
  return foundAround(document, spanOf(document, words))
}
/** The words that give the true figure, where the clause that holds `words` is found for the question. */
const truth = (question: string, number: string, words: string): string | undefined => {
  const found = otherFigure(analyse(question), [clauseOf(number, words)], library.keywords)
  return found && found.document.text.slice(found.span.start, found.span.end)
}
const INTENSITY = '全社会研发投入强度超过4%'
const PROJECTS = '重点实施12项改革项目'

describe('a figure that the clause gives otherwise', () => {
  test.each([
    ['全社会研发投入强度超过6%，靠什么实现？', '001', INTENSITY, '全社会研发投入强度超过4%,'],
    ['全社会研发投入强度要超过百分之六吗', '001', INTENSITY, '全社会研发投入强度超过4%,'],
    ['今年为什么要实施15项改革项目？', '004', PROJECTS, '重点实施12项改革项目。'],
    ['全年引进35岁以下大学生50万名以上吗', '004', '35万名以上', '全年引进35岁以下大学生35万名以上;'],
  ])('%s', (question, number, words, expected) => expect(truth(question, number, words)).toBe(expected))
})

describe('a figure that the clause gives too, or gives of something else', () => {
  test.each([
    ['全社会研发投入强度超过4%，靠什么实现？', '001', INTENSITY],
    ['全社会研发投入强度要超过百分之四吗', '001', INTENSITY],
    ['今年实施12项改革项目有哪些', '004', PROJECTS],
    ['今年有15个街道参加吗', '004', PROJECTS],
    ['全社会研发投入强度超过多少', '001', INTENSITY],
  ])('%s', (question, number, words) => expect(truth(question, number, words)).toBeUndefined())
})

describe('the asker’s own case is no premise', () => {
  const scenario = (question: string) => isScenario(question, analyse(question).figures[0]!)

  test.each(['我孩子才12岁可以参加吗', '刚买了60平方米的房子', '已经等了30天', '某人有两处宅基地，可以把其中一处卖掉吗？'])('%s', (question) => expect(scenario(question)).toBe(true))
  test.each(['研发投入强度超过6%吗', '新建8000套住房是真的吗'])('%s states what the text should say', (question) =>
    expect(scenario(question)).toBe(false),
  )
  it('is left alone by the clause', () => {
    expect(truth('我们研发投入强度已经6%了，全社会研发投入强度要求呢', '001', INTENSITY)).toBeUndefined()
  })
})

describe('an organ that does what the text gives to another', () => {
  const organ = (question: string, number: string, words: string) =>
    otherOrgan(analyse(question), [clauseOf(number, words)], library.keywords)

  it('县政府 for 市政府', () => {
    const found = organ('县政府及有关部门要认真贯彻落实决定相关内容吗', '002', '市政府及有关部门要认真贯彻落实决定相关内容')
    expect(found && found.document.text.slice(found.span.start, found.span.end)).toBe(
      '市政府及有关部门要认真贯彻落实决定相关内容,细化相关政策措施。',
    )
  })
  it('the organ of the text is no premise', () => {
    expect(organ('市政府及有关部门要认真贯彻落实决定相关内容吗', '002', '市政府及有关部门要认真贯彻落实')).toBeUndefined()
  })
})

describe('what a question takes for granted, against the clause', () => {
  const truthOf = (question: string, number: string, words: string) => {
    const found = falsePremise(analyse(question), [clauseOf(number, words)], library.keywords)
    return found && found.document.text.slice(found.span.start, found.span.end)
  }
  const GAMES = '利用亚运会延期举办带来的“窗口期”'
  const CIRCLES = '“五大产业生态圈”'

  test.each([
    ['“六大产业生态圈”的第六个是什么', '001', CIRCLES, '绿色能源“五大产业生态圈”,'],
    ['亚运会提前举办带来什么窗口期', '001', GAMES, GAMES + ','],
    ['今年推进32项强基固本任务吗', '004', '重点推进23项工作任务', '重点推进23项工作任务。'],
  ])('%s', (question, number, words, expected) => expect(truthOf(question, number, words)).toContain(expected))

  test.each([
    ['“五大产业生态圈”包括什么', '001', CIRCLES],
    ['亚运会延期举办带来什么窗口期', '001', GAMES],
    ['今年推进23项强基固本任务吗', '004', '重点推进23项工作任务'],
    ['围绕政府效能提升要推进哪些改革项目', '004', '聚焦政府效能提升'],
  ])('%s is granted', (question, number, words) => expect(truthOf(question, number, words)).toBeUndefined())
})
