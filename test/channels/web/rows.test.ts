import { describe, expect, test } from 'vitest'
import { columnOf, dateOf, findRows, isBackwards, nextSort, sortRows, type Row } from '../../../src/channels/web/documents/rows.ts'

const stated = (facts: Readonly<Record<string, string>>): Row['header'] =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, { value, from: 'text' as const }]))

const row = (title: string, source: string, facts: Readonly<Record<string, string>>, others: Partial<Row> = {}): Row => ({
  title,
  source,
  header: stated(facts),
  shortNames: [],
  clauses: 0,
  problems: [],
  ...others,
})

const criminalLaw = row('中华人民共和国刑法', '刑法/刑法.md', { issuer: '全国人民代表大会', passed: '1979-07-01', effective: '1997-10-01', amended: '2023-12-29' }, { clauses: 850 })
const procedure = row('人民检察院刑事诉讼规则', '司法解释/人民检察院刑事诉讼规则(2019-12-02).md', { issuer: '最高人民检察院', passed: '2019-12-02', effective: '2019-12-30' }, { clauses: 1409 })
const onTrial = row('人民检察院刑事诉讼规则（试行）', '司法解释/人民检察院刑事诉讼规则（试行）(2012-11-22).md', { issuer: '最高人民检察院', amended: '2012-10-16' }, { clauses: 1272, problems: Array(6) })
const companyTimes = row('最高人民法院关于适用《中华人民共和国公司法》时间效力的若干规定', '司法解释/最高人民法院关于适用《公司法》时间效力的若干规定(2024-06-29).md', { issuer: '最高人民法院', documentNumber: '法释〔2024〕7号', passed: '2024-06-27', effective: '2024-07-01' }, { clauses: 33 })
const corridor = row('杭州市人民代表大会常务委员会关于促进杭州城西科创大走廊创新发展的决定', '002_19591aa6ab4e6a68.txt', { issuer: '杭州市人民代表大会常务委员会', passed: '2022-06-29', published: '2022-07-11' }, { clauses: 8, shortNames: ['大走廊决定'] })
const proposal = row('规划建议', '003_64014263bb8856a1.txt', {}, { clauses: 9, problems: Array(2) })
const rows = [criminalLaw, proposal, procedure, onTrial, companyTimes, corridor]

const titles = (found: readonly Row[]) => found.map(({ title }) => title)

describe('the date by which a document is known', () => {
  test('is that of the last amendment, though it was passed and came into force before', () => {
    expect(dateOf(criminalLaw)).toEqual({ kind: 'amended', value: '2023-12-29', from: 'text' })
  })
  test('is that of passing where it was passed anew after an amendment', () => {
    expect(dateOf(row('中华人民共和国公司法', '公司法.md', { amended: '2018-10-26', passed: '2023-12-29' }))).toMatchObject({ kind: 'passed', value: '2023-12-29' })
  })
  test('is that of passing before that of publication', () => {
    expect(dateOf(corridor)).toMatchObject({ kind: 'passed', value: '2022-06-29' })
  })
  test('is the day it is in force from where nothing else is stated, with who says so', () => {
    const header = { effective: { value: '2021-03-01', from: 'inferred' as const, basis: '刑法/刑法.md' } }
    expect(dateOf({ header })).toEqual({ kind: 'effective', value: '2021-03-01', from: 'inferred', basis: '刑法/刑法.md' })
  })
  test('is absent where a document states none', () => {
    expect(dateOf(proposal)).toBeUndefined()
  })
})

describe('sorting', () => {
  test('is left as the folders have it where nothing is asked', () => {
    expect(sortRows(rows, undefined)).toBe(rows)
  })
  test('by title goes by the sounds of the characters: gui, hang, ren, zhong, zui', () => {
    expect(titles(sortRows(rows, 'title')).map((title) => title.slice(0, 2))).toEqual(['规划', '杭州', '人民', '人民', '中华', '最高'])
  })
  test('by date, the latest first; a document without one comes last', () => {
    expect(sortRows(rows, '-date')).toEqual([companyTimes, criminalLaw, corridor, procedure, onTrial, proposal])
  })
  test('by date, the earliest first; a document without one comes last all the same', () => {
    expect(sortRows(rows, 'date')).toEqual([onTrial, procedure, corridor, criminalLaw, companyTimes, proposal])
  })
  test('by issuer keeps the order of the folders within one', () => {
    expect(sortRows([onTrial, proposal, procedure, criminalLaw], 'issuer')).toEqual([criminalLaw, onTrial, procedure, proposal])
  })
  test('by clauses goes by their number, not by its digits', () => {
    expect(sortRows(rows, '-clauses').map(({ clauses }) => clauses)).toEqual([1409, 1272, 850, 33, 9, 8])
  })
  test('by problems brings the worst first', () => {
    expect(titles(sortRows(rows, '-problems').slice(0, 2))).toEqual(['人民检察院刑事诉讼规则（试行）', '规划建议'])
  })
  test('a head pressed three times is the way it was; dates begin with the latest, titles with A', () => {
    expect([nextSort(undefined, 'date'), nextSort('-date', 'date'), nextSort('date', 'date')]).toEqual(['-date', 'date', undefined])
    expect([nextSort('-date', 'title'), nextSort('title', 'title'), nextSort('-title', 'title')]).toEqual(['title', '-title', undefined])
    expect([columnOf('-clauses'), isBackwards('-clauses'), isBackwards('clauses')]).toEqual(['clauses', true, false])
  })
})

describe('searching', () => {
  test.each([
    ['法释[2024]7号', companyTimes],
    ['法释（2024）7号', companyTimes],
    ['大走廊决定', corridor],
    ['003_6401', proposal],
    ['公司法 最高人民法院', companyTimes],
    ['《刑法》', criminalLaw],
    ['刑法.MD', criminalLaw],
    ['城西　科创', corridor],
  ])('%s finds one', (asked, expected) => {
    expect(findRows(rows, asked)).toEqual([expected])
  })
  test('finds by issuer', () => {
    expect(findRows(rows, '最高人民检察院')).toEqual([procedure, onTrial])
  })
  test('a word that stands in no document finds nothing, though another does', () => {
    expect(findRows(rows, '公司法 知识产权')).toEqual([])
  })
  test('the end of a title and the beginning of an issuer make no word', () => {
    expect(findRows(rows, '刑法全国')).toEqual([])
  })
  test('blanks alone ask for nothing', () => {
    expect(findRows(rows, ' 　')).toBe(rows)
  })
})
