/** One law in several files, the versions a law has had, and what is repealed. */
import { describe, expect, test } from 'vitest'
import { inForceFrom, versionDate, workTitle } from '../../src/clauses/editions.ts'
import { repealsIn } from '../../src/clauses/repeals.ts'
import { areVersions, worksOf, type Works } from '../../src/clauses/works.ts'
import type { Document } from '../../src/types.ts'
import { hasLaws, lawDocuments } from './sources.ts'
import {
  CODE_PARTS, COMPANY, COMPANY_2005, COMPANY_2018, COMPANY_2023, DEGREES_LAW, DEGREES_OLD, fileOf, RULES_2019, RULES_TRIAL,
} from './versions.ts'

/** Works with their versions, `date from: files`, a line each. */
const told = (works: Works): string[][] =>
  works.all.map(({ versions }) =>
    versions.map(({ date, from, documents }) => `${date} ${from}: ${documents.map(({ source }) => source).join(' ')}`),
  )

describe('titles', () => {
  test.each([
    ['中华人民共和国公司法（2018修正）', '公司法'],
    ['公司法(2023年修订)', '公司法'],
    ['《中华人民共和国公司法》', '公司法'],
    ['产业结构调整指导目录（2019年本）', '产业结构调整指导目录'],
    ['人民检察院刑事诉讼规则（试行）', '人民检察院刑事诉讼规则(试行)'],
    ['关于办理侵犯知识产权刑事案件具体应用法律若干问题的解释（二）', '关于办理侵犯知识产权刑事案件具体应用法律若干问题的解释(二)'],
    ['城乡规划条例（修订草案）', '城乡规划条例(修订草案)'],
  ])('%s', (title, work) => expect(workTitle(title)).toBe(work))
})

describe('versions', () => {
  test('the date of a version is that of its last amendment, not of the first passing', () => {
    expect(COMPANY.map(versionDate)).toEqual(['2023-12-29', '2005-10-27', '2018-10-26'])
  })

  test('an amended law still prints when its first text came into force; it is in force from its amendment', () => {
    expect(COMPANY_2018.header.effective?.value).toBe('2006-01-01')
    expect(inForceFrom(COMPANY_2018)).toBe('2018-10-26')
    expect(inForceFrom(COMPANY_2023)).toBe('2024-07-01')
  })

  test('one title, one issuer, the same numbers, other dates: versions of one work, oldest first', () => {
    expect(told(worksOf(COMPANY))).toEqual([
      [
        '2005-10-27 2006-01-01: 公司法(2005-10-27).md',
        '2018-10-26 2018-10-26: 公司法(2018-10-26).md',
        '2023-12-29 2024-07-01: 公司法(2023-12-29).md',
      ],
    ])
    expect(areVersions(COMPANY, COMPANY_2005.id, COMPANY_2018.id)).toBe(true)
  })

  test('a date in the file name tells versions whose text does not', () => {
    const body = (days: string): string => `# 示范区条例\n\n<!-- INFO END -->\n\n第一条 为了规范管理，制定本条例。\n\n第二条 期限为${days}日。\n`
    const works = worksOf([fileOf('条例2018修正.md', body('三十')), fileOf('条例(2021-03-26).md', body('二十'))])
    expect(told(works)).toEqual([['2018 2018: 条例2018修正.md', '2021-03-26 2021-03-26: 条例(2021-03-26).md']])
  })

  test('a copy with another date of publication is no version of its own', () => {
    const copy = fileOf('转载.md', COMPANY_2018.text.replace(/\n1993.*修正\n/s, '\n2019-05-01\n'))
    expect(told(worksOf([COMPANY_2018, copy]))).toEqual([['2018-10-26 2018-10-26: 公司法(2018-10-26).md 转载.md']])
  })

  test('a copy whose head leaves out the amendments does not make the version older', () => {
    const head = COMPANY_2018.text.indexOf('\n\n2005年')
    const copy = fileOf('摘录.md', COMPANY_2018.text.slice(0, head) + COMPANY_2018.text.slice(COMPANY_2018.bodyStart - 2))
    expect(versionDate(copy)).toBe('1993-12-29')
    expect(told(worksOf([copy, COMPANY_2018]))).toEqual([['2018-10-26 2018-10-26: 摘录.md 公司法(2018-10-26).md']])
  })

  test('rules for trial use and the rules after them are two works, unless the operator says so', () => {
    expect(worksOf([RULES_TRIAL, RULES_2019]).all).toHaveLength(2)
    const said = { ...RULES_2019, relations: { supersedes: '人民检察院刑事诉讼规则（试行）' } }
    expect(told(worksOf([said, RULES_TRIAL]))).toEqual([
      [`2012-11-22 2013-01-01: ${RULES_TRIAL.source}`, `2019-12-02 2019-12-30: ${RULES_2019.source}`],
    ])
    const byFile = { ...RULES_TRIAL, relations: { versionOf: RULES_2019.source } }
    expect(worksOf([RULES_2019, byFile]).all).toHaveLength(1)
  })

  test('（一）（二）, 决定 and 修正案 of other years, and rules of other towns are works of their own', () => {
    const text = (title: string, year: string, words: string): string =>
      `# ${title}\n\n${year}年3月1日 最高人民法院审判委员会第952次会议通过\n\n<!-- INFO END -->\n\n第一条 ${words}。\n`
    const apart = (one: Document, other: Document): void => expect(worksOf([one, other]).all).toHaveLength(2)
    const explained = '关于审理劳动争议案件适用法律若干问题的解释'
    apart(fileOf('一.md', text(`${explained}（一）`, '2001', '甲')), fileOf('二.md', text(`${explained}（二）`, '2006', '乙')))
    const decided = '关于修改《中华人民共和国公司法》的决定'
    apart(fileOf('a.md', text(decided, '2013', '甲')), fileOf('b.md', text(decided, '2018', '乙')))
    apart(
      fileOf('a.md', text('中华人民共和国宪法修正案（1988年）', '1988', '甲')),
      fileOf('b.md', text('中华人民共和国宪法修正案（2018年）', '2018', '乙')),
    )
    const issuer = (value: string) => ({ header: { issuer: { value, from: 'operator' as const } } })
    apart(
      fileOf('a.md', text('养犬管理办法', '2015', '甲'), issuer('杭州市人民政府')),
      fileOf('b.md', text('养犬管理办法', '2019', '乙'), issuer('宁波市人民政府')),
    )
  })

  test('what has no date cannot be ordered and stays apart', () => {
    const undated = (words: string): Document => fileOf(`${words}.md`, `# 养犬管理办法\n\n<!-- INFO END -->\n\n第一条 ${words}。\n`)
    expect(worksOf([undated('甲'), undated('乙')]).all).toHaveLength(2)
  })
})

describe('parts', () => {
  test('files of one title and date whose articles go on from one another are one version, in their order', () => {
    expect(told(worksOf(CODE_PARTS))).toEqual([
      ['2020-05-28 2021-01-01: 民法典/总则.md 民法典/物权编.md 民法典/婚姻家庭编.md 民法典/附则.md'],
    ])
  })
})

describe('repeals', () => {
  const repealsOf = (document: Document): string[] => repealsIn(document).map(({ title, since }) => `${title} ${since}`)
  const saying = (words: string): Document =>
    fileOf('x.md', `# 增值税法\n\n2024年12月25日 全国人民代表大会常务委员会通过\n\n<!-- INFO END -->\n\n第三十八条 ${words}\n`)

  test('every title of a list, since the repealing law is in force', () => {
    expect(repealsOf(CODE_PARTS[3])).toEqual(['民法通则 2021-01-01', '继承法 2021-01-01', '婚姻法 2021-01-01'])
    expect(repealsOf(saying('本法自2026年1月1日起施行。《中华人民共和国增值税暂行条例》同时废止。'))).toEqual(['增值税暂行条例 2026-01-01'])
  })

  test('a day of its own', () => {
    expect(repealsOf(saying('《城市维护建设税暂行条例》自二〇二一年九月一日起废止。'))).toEqual(['城市维护建设税暂行条例 2021-09-01'])
  })

  test('a part of a document, its basis and what it comes after are not repealed', () => {
    expect(repealsOf(saying('《会计人员职权条例》中有关总会计师的规定同时废止。'))).toEqual([])
    expect(repealsOf(saying('根据《立法法》的规定，《印花税暂行条例》予以废止。'))).toEqual(['印花税暂行条例 2024-12-25'])
    expect(repealsOf(saying('《决定》施行后，《行政复议条例》同时废止。'))).toEqual(['行政复议条例 2024-12-25'])
  })

  test('the repealed work knows since when and by what; a later law of the name is not meant', () => {
    const [old] = worksOf([DEGREES_OLD, DEGREES_LAW]).all
    expect(old?.versions[0].repeal).toEqual({ since: '2025-01-01', by: DEGREES_LAW })
    const works = worksOf([RULES_2019, RULES_TRIAL])
    expect(works.versionOf(RULES_TRIAL.id)?.repeal).toEqual({ since: '2019-12-30', by: RULES_2019 })
    expect(works.versionOf(RULES_2019.id)?.repeal).toBeUndefined() // 2012 repealed the rules of 1999
  })

  test('the operator’s word comes first', () => {
    const header = { repealed: { value: '2021-01-01', from: 'operator' as const } }
    const document = fileOf('担保法.md', DEGREES_OLD.text, { header })
    expect(worksOf([document, DEGREES_LAW]).versionOf(document.id)?.repeal).toEqual({ since: '2021-01-01' })
    const kept = { ...DEGREES_OLD, relations: { inForce: true as const } }
    expect(worksOf([kept, DEGREES_LAW]).versionOf(kept.id)?.repeal).toBeUndefined()
  })
})

test('2023 repeals nothing of 2018 by its own name: it takes its place', () => {
  const own = fileOf(COMPANY_2023.source, `${COMPANY_2023.text}\n第二百六十七条 《中华人民共和国公司法》同时废止。\n`)
  expect(worksOf([COMPANY_2018, own]).versionOf(COMPANY_2018.id)?.repeal).toBeUndefined()
})

describe.skipIf(!hasLaws)('the 1,342 laws', () => {
  test('one work in several files, no work in several versions, the repeals the texts state', () => {
    const works = worksOf(lawDocuments())
    const several = works.all.filter(({ versions }) => versions.length > 1 || versions[0].documents.length > 1)
    // 宪法修正案 of five years, （一）（二）（三） and 试行 beside what followed it are works of their own
    expect(several.map(({ title, versions }) => [title, versions.map(({ documents }) => documents.map(({ source }) => source))])).toEqual([
      [
        '中华人民共和国民法典',
        [
          ['总则', '物权编', '合同编', '人格权编', '婚姻家庭编', '继承编', '侵权责任编', '附则'].map((name) => `民法典/${name}.md`),
        ],
      ],
    ])
    const repealed = works.all.filter(({ versions }) => versions[0].repeal)
    expect(repealed).toHaveLength(43)
    expect(repealed.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['中华人民共和国学位条例', '人民检察院刑事诉讼规则（试行）', '中华人民共和国增值税暂行条例']),
    )
  })
})
