/** How versions stand on a day, and looking up clauses of works in parts and versions. */
import { describe, expect, test } from 'vitest'
import { citeOf } from '../../src/clauses/address.ts'
import { lookUp } from '../../src/clauses/lookup.ts'
import { leftOut, standingOf, versionMeant, type VersionAsked } from '../../src/clauses/standing.ts'
import { worksOf } from '../../src/clauses/works.ts'
import type { Document } from '../../src/types.ts'
import { CODE_PARTS, COMPANY, COMPANY_2018, DEGREES_LAW, DEGREES_OLD, RULES_2019, RULES_TRIAL } from './versions.ts'

const [company] = worksOf(COMPANY).all
const dates = company!.versions.map(({ date }) => date)

describe('公司法 of 2005, 2018 and 2023', () => {
  const statusOn = (day: string): string[] => company!.versions.map((version) => standingOf(company!, version, day).status)

  test('stands so on a day', () => {
    expect(dates).toEqual(['2005-10-27', '2018-10-26', '2023-12-29'])
    expect(statusOn('2005-12-31')).toEqual(['upcoming', 'upcoming', 'upcoming'])
    expect(statusOn('2018-10-26')).toEqual(['superseded', 'in-force', 'upcoming'])
    expect(statusOn('2024-06-30')).toEqual(['superseded', 'in-force', 'upcoming'])
    expect(statusOn('2024-07-01')).toEqual(['superseded', 'superseded', 'in-force'])
  })

  test('a superseded version knows what took its place, and when', () => {
    const { since, next } = standingOf(company!, company!.versions[0], '2026-01-01')
    expect([since, next?.date]).toEqual(['2018-10-26', '2018-10-26'])
  })

  test.each<[VersionAsked | undefined, string | undefined]>([
    [undefined, '2023-12-29'],
    [{ kind: 'day', day: '2024-06-30' }, '2018-10-26'],
    [{ kind: 'day', day: '2005-10-27' }, undefined],
    [{ kind: 'year', year: '2018' }, '2018-10-26'],
    [{ kind: 'year', year: '2024' }, '2023-12-29'],
    [{ kind: 'year', year: '2013' }, undefined],
    [{ kind: 'year', year: '2013', loose: true }, '2023-12-29'],
    [{ kind: 'previous' }, '2018-10-26'],
    [{ kind: 'newest' }, '2023-12-29'],
  ])('%j means %s', (asked, date) => {
    expect(versionMeant(company!, { today: '2026-01-01', ...(asked ? { asked } : {}) })?.date).toBe(date)
  })

  test('before it is in force, a version is not meant, but by its name or as the newest', () => {
    expect(versionMeant(company!, { today: '2024-01-01' })?.date).toBe('2018-10-26')
    expect(versionMeant(company!, { today: '2024-01-01', asked: { kind: 'newest' } })?.date).toBe('2023-12-29')
    expect(versionMeant(company!, { today: '2024-01-01', asked: { kind: 'previous' } })?.date).toBe('2005-10-27')
  })
})

test('a law that is still to come is looked through, unless the day is asked for', () => {
  const works = worksOf([DEGREES_LAW])
  const asked = { kind: 'day', day: '2024-05-01' } as const
  expect(leftOut({ works, today: '2024-05-01' })).toEqual(new Set())
  expect(leftOut({ works, today: '2024-05-01', asked })).toEqual(new Set([DEGREES_LAW.id]))
})

describe('looking up', () => {
  const found = (reference: string, documents: readonly Document[], asked?: VersionAsked, today = '2026-01-01') => {
    const choice = { works: worksOf(documents), today, ...(asked ? { asked } : {}) }
    const result = lookUp(reference, documents, new Map(), choice)
    if (result.outcome === 'found') return result.places.map((place) => `${place.document.source} ${citeOf(place)}`)
    return result.outcome === 'absent' ? [result.reason, result.message] : ['ambiguous']
  }

  test('the version in force answers to the name, another to its own', () => {
    expect(found('公司法第二十六条', COMPANY)).toEqual(['公司法(2023-12-29).md 《中华人民共和国公司法》第二十六条'])
    expect(found('公司法第二十六条', COMPANY, { kind: 'day', day: '2010-01-01' })).toEqual([
      '公司法(2005-10-27).md 《中华人民共和国公司法》第二十六条',
    ])
    expect(found('《公司法(2018-10-26)》第二十六条第二款', COMPANY)).toEqual([
      '公司法(2018-10-26).md 《中华人民共和国公司法》第二十六条第二款',
    ])
    expect(found('第四十七条', COMPANY)).toEqual(['公司法(2023-12-29).md 《中华人民共和国公司法》第四十七条'])
  })

  test('no version on the day, and which there are', () => {
    expect(found('公司法第一条', COMPANY, { kind: 'day', day: '1999-01-01' })).toEqual([
      'no-such-version',
      '资料库中没有《中华人民共和国公司法》在1999-01-01施行的文本；现有：2005-10-27版（2006-01-01起施行）、2018-10-26版（2018-10-26起施行）、2023-12-29版（2024-07-01起施行）。',
    ])
  })

  test('a repealed law is found by its name', () => {
    expect(found('学位条例第三条', [DEGREES_OLD, DEGREES_LAW])).toEqual([`${DEGREES_OLD.source} 《中华人民共和国学位条例》第三条`])
    expect(found('第三条', [DEGREES_OLD, DEGREES_LAW])).toEqual([`${DEGREES_LAW.source} 《中华人民共和国学位法》第三条`])
  })

  test('the rules, not those for trial use that they repealed, answer to the name both bear', () => {
    const rules = [RULES_TRIAL, RULES_2019]
    const trial = `${RULES_TRIAL.source} 《人民检察院刑事诉讼规则（试行）》第一条`
    expect(found('人民检察院刑事诉讼规则第一条', rules)).toEqual([`${RULES_2019.source} 《人民检察院刑事诉讼规则》第一条`])
    expect(found('人民检察院刑事诉讼规则（试行）第一条', rules)).toEqual([trial])
    expect(found('人民检察院刑事诉讼规则第一条', rules, { kind: 'day', day: '2015-01-01' })).toEqual([trial])
  })

  test('an article of 民法典 in whichever file holds it', () => {
    expect(found('《民法典》第一千零四十二条第二款', CODE_PARTS)).toEqual([
      '民法典/婚姻家庭编.md 《中华人民共和国民法典》第一千零四十二条第二款',
    ])
    expect(found('民法典物权编第二百零五条', CODE_PARTS)).toEqual(['民法典/物权编.md 《中华人民共和国民法典》第二百零五条'])
  })

  test('ranges and lists over two files', () => {
    const title = '《中华人民共和国民法典》'
    expect(found('民法典第二百零三条至第二百零六条', CODE_PARTS)).toEqual([
      `民法典/总则.md ${title}第二百零三条`,
      `民法典/总则.md ${title}第二百零四条`,
      `民法典/物权编.md ${title}第二百零五条`,
      `民法典/物权编.md ${title}第二百零六条`,
    ])
    expect(found('民法典第一条和第一千二百五十九条', CODE_PARTS)).toEqual([
      `民法典/总则.md ${title}第一条`,
      `民法典/附则.md ${title}第一千二百五十九条`,
    ])
  })

  test('what exists is told over all files', () => {
    expect(found('民法典第一千三百条', CODE_PARTS)).toEqual([
      'no-such-clause',
      '《中华人民共和国民法典》没有第一千三百条；全文共有9条（第一条至第一千二百六十条）。',
    ])
  })

  test('a document alone is looked up as before', () => {
    expect(found('公司法第二十六条第二款', [COMPANY_2018])).toEqual(['公司法(2018-10-26).md 《中华人民共和国公司法》第二十六条第二款'])
  })
})
