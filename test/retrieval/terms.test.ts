/** What the keyword index counts as terms. */
import { describe, expect, test } from 'vitest'
import { fold, terms } from '../../src/retrieval/terms.ts'

describe('terms', () => {
  test('are Han characters one by one and in pairs', () => {
    expect(terms('种质资源')).toEqual(['种', '种质', '质', '质资', '资', '资源', '源'])
  })

  test('never pair characters over a mark or a blank', () => {
    expect(terms('统筹、协调 指导').filter((term) => term.length === 2)).toEqual(['统筹', '协调', '指导'])
  })

  test('are figures and Latin words whole', () => {
    expect(terms('5G')).toEqual(['5g'])
    expect(terms('“296X”工程').slice(0, 1)).toEqual(['296x'])
    expect(terms('超过4%').at(-1)).toBe('4%')
    expect(terms('2.5亿元').at(0)).toBe('2.5')
    expect(terms('“3+N”基金')[0]).toBe('3+n')
    expect(terms('COVID-19')).toEqual(['covid-19'])
  })

  test('are the same for full and half width, capitals and small letters', () => {
    expect(terms('ＧＤＰ增长５％')).toEqual(terms('gdp增长5%'))
  })

  test('a year in characters counts in digits too', () => {
    expect(terms('到二〇三五年')).toContain('2035')
    expect(terms('二○二三年')).toEqual(terms('二〇二三年')) // a circle, U+25CB, where the numeral should stand
    expect(terms('一九四九年')).toContain('1949')
    expect(terms('二〇三五')).not.toContain('2035')
  })

  test('repeats stay', () => {
    expect(terms('人人')).toEqual(['人', '人人', '人'])
  })

  test('there are none in marks', () => {
    expect(terms('。，“”——')).toEqual([])
    expect(terms('')).toEqual([])
  })

  test('rare characters outside the first plane are whole', () => {
    expect(terms('𠮷祥')).toEqual(['𠮷', '𠮷祥', '祥'])
  })

  test('of a million characters come to an end', () => {
    expect(terms('1'.repeat(1_000_000))).toHaveLength(1)
    expect(terms('1.'.repeat(500_000))).toHaveLength(1)
    expect(terms('一'.repeat(200_000))).toHaveLength(399_999)
  })
})

test('folding keeps the length, so that offsets stay', () => {
  for (const text of ['ＡＢ　ｃ１２％', 'İstanbul', '条款ABC', '𠮷']) expect(fold(text)).toHaveLength(text.length)
  expect(fold('ＡＢ　ｃ１２％')).toBe('ab c12%')
})
