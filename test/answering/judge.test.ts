import { beforeAll, describe, expect, it, test } from 'vitest'
import { judge, ownPlaces } from '../../src/answering/judge.ts'
import { analyse } from '../../src/questions/question.ts'
import type { Library } from '../../src/retrieval/library.ts'
import { documentOf, evidenceOf, seedLibrary } from './seeds.ts'

let library: Library
beforeAll(async () => {
  library = await seedLibrary()
})

/** `holds`, or the phrase that says why the words of the document do not answer. */
const verdict = (question: string, number: string, words: string): string => {
  const found = judge(analyse(question), evidenceOf(documentOf(library, number), words), library.keywords)
  return found.holds ? 'holds' : found.because
}
const INTENSITY = '全社会研发投入强度超过4%'
const HOMES = '全年新建配售型保障性住房不少于6000套'
const MODERNISED = '到二〇三五年,基本实现高水平现代化'

describe('the time asked for', () => {
  test.each([
    ['未来五年全社会研发投入强度超过多少', '001', INTENSITY, 'holds'],
    ['2027年全社会研发投入强度超过多少', '001', INTENSITY, 'declined-time'],
    ['2035年全社会研发投入强度超过多少', '001', INTENSITY, 'declined-time'],
    ['2035年要基本实现什么', '001', MODERNISED, 'holds'],
    ['二〇三五年要基本实现什么', '001', MODERNISED, 'holds'],
    ['本世纪中叶要基本实现什么', '001', MODERNISED, 'declined-time'],
    ['今年新建配售型保障性住房多少套', '004', HOMES, 'holds'],
    ['2024年新建配售型保障性住房多少套', '004', HOMES, 'holds'],
    ['2025年新建配售型保障性住房多少套', '004', HOMES, 'declined-time'],
    ['十五五时期研发投入强度超过多少', '001', INTENSITY, 'declined-time'],
  ])('%s', (question, number, words, expected) => expect(verdict(question, number, words)).toBe(expected))
})

describe('the place asked for', () => {
  test.each([
    ['杭州未来五年全社会研发投入强度超过多少', '001', INTENSITY, 'holds'],
    ['宁波未来五年全社会研发投入强度超过多少', '001', INTENSITY, 'declined-place'],
    ['全国未来五年全社会研发投入强度超过多少', '001', INTENSITY, 'holds'],
    ['怎么接轨上海', '001', '主动接轨上海', 'holds'],
    ['怎么和宁波唱好双城记', '001', '持续唱好杭甬“双城记”', 'holds'],
    ['怎么和温州唱好双城记', '001', '持续唱好杭甬“双城记”', 'declined-place'],
  ])('%s', (question, number, words, expected) => expect(verdict(question, number, words)).toBe(expected))

  it('a document is about the place of its title or issuer', () => {
    expect([...ownPlaces(documentOf(library, '002'))]).toContain('杭州')
  })
})

describe('the kind of figure asked for', () => {
  test.each([
    ['全年新建配售型保障性住房多少套', '004', HOMES, 'holds'],
    ['配售型保障性住房要花多少亿元', '004', HOMES, 'declined-figure'],
    ['全年新建配售型保障性住房多少户', '004', HOMES, 'declined-figure'],
    ['全年引进大学生多少人', '004', '全年引进35岁以下大学生35万名以上', 'holds'],
    ['最低工资标准是多少', '001', '有序调整最低工资标准,多渠道增加城乡居民财产性收入,探索构建初次分配、再分配、三次分配', 'declined-figure'],
    ['吸引几个“国之重器”落户', '000', '吸引更多“国之重器”落户杭州,全力攻关突破一批关键核心技术', 'declined-figure'],
    ['现代服务业中心有多少', '003', '(11)建设东部现代服务业中心', 'declined-figure'],
    ['新引育顶尖人才多少名', '004', '全年新引育顶尖人才15名、各类领军人才500名', 'holds'],
  ])('%s', (question, number, words, expected) => expect(verdict(question, number, words)).toBe(expected))
})

describe('a date asked for', () => {
  test.each([
    ['推进大会是哪天开的', '004', '2月18日下午,杭州迎来了“新春第一会”', 'holds'],
    ['杭州亚运会什么时候举办', '001', '杭州亚运会成功举办', 'declined-date-asked'],
  ])('%s', (question, number, words, expected) => expect(verdict(question, number, words)).toBe(expected))
})

describe('a name or code the question quotes', () => {
  test.each([
    ['“中国视谷”建设要怎样', '001', '推动“中国视谷”建设取得突破性进展', 'holds'],
    ['“中国光谷”建设要怎样', '001', '推动“中国视谷”建设取得突破性进展', 'declined-subject'],
    ['怎么打响G60科创走廊品牌', '001', '共同打响G60科创走廊品牌', 'holds'],
    ['怎么打响G42科创走廊品牌', '001', '共同打响G60科创走廊品牌', 'declined-subject'],
  ])('%s', (question, number, words, expected) => expect(verdict(question, number, words)).toBe(expected))
})

describe('a figure the question states', () => {
  test.each([
    ['全社会研发投入强度超过4%怎么实现', '001', INTENSITY, 'holds'],
    ['全社会研发投入强度超过百分之四怎么实现', '001', INTENSITY, 'holds'],
    ['全社会研发投入强度超过6%怎么实现', '001', INTENSITY, 'declined-figure'],
  ])('%s', (question, number, words, expected) => expect(verdict(question, number, words)).toBe(expected))
})

describe('things asked for by their kind', () => {
  test.each([
    ['人才码怎么申请', '001', '迭代升级“人才码”', 'declined-subject'],
    ['人才服务的联系电话是什么', '001', '迭代升级“人才码”', 'declined-subject'],
    ['怎么迭代升级“人才码”', '001', '迭代升级“人才码”', 'holds'],
  ])('%s', (question, number, words, expected) => expect(verdict(question, number, words)).toBe(expected))
})

it('words that stand nowhere near, and a vector far off, are no evidence', () => {
  const evidence = evidenceOf(documentOf(library, '001'), HOMES_ELSEWHERE)
  const far = { ...evidence, found: { ...evidence.found, similarity: 0.2 } }
  const found = judge(analyse('宠物狗怎么登记'), far, library.keywords)
  expect(found).toMatchObject({ holds: false, reason: 'no-evidence' })
})
const HOMES_ELSEWHERE = '努力让更多人住有宜居'

describe('kinds of things that are asked for by name', () => {
  const SHARED_HOMES = '积极探索共有产权房制度'
  test.each([
    ['共有产权房的购房资格是什么', '002', SHARED_HOMES, 'declined-subject'],
    ['共有产权房的产权比例怎样规定', '002', SHARED_HOMES, 'declined-subject'],
    ['共有产权房制度怎么探索', '002', SHARED_HOMES, 'holds'],
    ['12项改革项目分别由哪些部门牵头', '004', '重点实施12项改革项目', 'declined-subject'],
    ['“1248”计划里的“1248”分别代表什么', '001', '全面实施数字经济“1248”计划', 'declined-subject'],
    ['亚运会为什么延期', '001', '利用亚运会延期举办带来的“窗口期”', 'declined-subject'],
    ['推进大会由谁主持', '004', '深化改革、强基固本”主题年推进大会', 'declined-subject'],
  ])('%s', (question, number, words, expected) => expect(verdict(question, number, words)).toBe(expected))
})
