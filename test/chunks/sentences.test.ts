/** Sentences, pieces and units of real lines of the seeds: where they are cut, and where not. */
import { describe, expect, test } from 'vitest'
import { pieces, phrases, sentences, trim, units } from '../../src/chunks/sentences.ts'
import type { Span } from '../../src/types.ts'
import { randomFrom } from '../store/random.ts'
import { hasLaws, lawFiles, lawSource, seed, SEEDS } from '../clauses/sources.ts'

type Cutter = (text: string, span: Span) => readonly Span[]

const cut = (cutter: Cutter, text: string): string[] =>
  cutter(text, { start: 0, end: text.length }).map(({ start, end }) => text.slice(start, end))
const unitsOf = (text: string, limit?: number): string[] => cut((whole, span) => units(whole, span, limit), text)

describe('sentences', () => {
  test('end at 。；！？ and keep their mark', () => {
    expect(cut(sentences, '坚定不移走中国特色社会主义乡村振兴道路；保护种质资源。是否落实？立即行动！')).toEqual([
      '坚定不移走中国特色社会主义乡村振兴道路；',
      '保护种质资源。',
      '是否落实？',
      '立即行动！',
    ])
  })

  test('keep the closing quotation mark that follows the stop', () => {
    expect(cut(sentences, '他强调：“要把牢正确方向。”全市上下要对标对表。')).toEqual([
      '他强调：“要把牢正确方向。”',
      '全市上下要对标对表。',
    ])
    expect(cut(sentences, '（以下简称大走廊。）范围包括西湖区。')).toEqual(['（以下简称大走廊。）', '范围包括西湖区。'])
  })

  test('keep several marks together', () => {
    expect(cut(sentences, '怎么办？！立即整改……。好')).toEqual(['怎么办？！', '立即整改……。', '好'])
  })

  test('are not cut inside figures', () => {
    expect(cut(sentences, '研发投入强度超过2.5%，新增1,200家企业。')).toEqual([
      '研发投入强度超过2.5%，新增1,200家企业。',
    ])
  })

  test('end at a stop between two figures', () => {
    expect(cut(sentences, '地区生产总值突破2.3万亿元，人口1300。2035年建成现代化国际大都市。')).toEqual([
      '地区生产总值突破2.3万亿元，人口1300。',
      '2035年建成现代化国际大都市。',
    ])
  })

  test('end at a line end, without the blanks at either side', () => {
    expect(cut(sentences, '　　一、总体要求\n  全面贯彻。 ')).toEqual(['一、总体要求', '全面贯彻。'])
  })

  test('there are none in blanks', () => {
    expect(cut(sentences, ' \n　')).toEqual([])
    expect(sentences('')).toEqual([])
  })

  test('of a span have offsets of the whole text', () => {
    expect(sentences('甲。乙；丙', { start: 2, end: 5 })).toEqual([
      { start: 2, end: 4 },
      { start: 4, end: 5 },
    ])
  })
})

describe('pieces and phrases', () => {
  test('an enumeration falls apart into pieces, and is one phrase', () => {
    const line = '加强对大走廊的统筹、协调、指导，健全工作机制'
    expect(cut(pieces, line)).toEqual(['加强对大走廊的统筹、', '协调、', '指导，', '健全工作机制'])
    expect(cut(phrases, line)).toEqual(['加强对大走廊的统筹、协调、指导，', '健全工作机制'])
  })

  test('a comma and a colon inside a figure cut nothing', () => {
    expect(cut(pieces, '新增1,200家，时间为10：30起')).toEqual(['新增1,200家，', '时间为10：30起'])
  })
})

describe('units', () => {
  test('a sentence within the limit is one', () => {
    expect(unitsOf('全社会研发投入强度超过4%，高新技术企业突破3万家。')).toEqual([
      '全社会研发投入强度超过4%，高新技术企业突破3万家。',
    ])
  })

  test('a longer one is cut at commas into runs that fit', () => {
    expect(unitsOf('加快建设创新策源地，打造人才高地，完善服务体系，优化环境。', 16)).toEqual([
      '加快建设创新策源地，',
      '打造人才高地，完善服务体系，',
      '优化环境。',
    ])
  })

  test('a phrase that is too long is cut at the limit, but a figure or a Latin word never is', () => {
    expect(unitsOf('使用总质量4500千克及以下普通货运车辆', 7)).toEqual([
      '使用总质量',
      '4500千克及',
      '以下普通货运车',
      '辆',
    ])
    expect(unitsOf('新增企业1,200家', 6)).toEqual(['新增企业', '1,200家'])
  })

  test('a word longer than the limit is cut, for it must end somewhere', () => {
    expect(unitsOf('加快建设CROSSBORDER园区', 8)).toEqual(['加快建设', 'CROSSBOR', 'DER园区'])
  })

  test('a pair of surrogates is never cut', () => {
    for (const unit of unitsOf('𠮷'.repeat(50), 7)) expect(unit).toMatch(/^(?:𠮷)+$/u)
  })

  test.each(SEEDS)('of seed %s are slices in order that hold every character but blanks', (number) => {
    const { text } = seed(number)
    for (const limit of [60, 120]) expectWhole(text, units(text, { start: 0, end: text.length }, limit), limit)
  })

  test.runIf(hasLaws)('of the laws too', () => {
    for (const file of lawFiles()) {
      const { text } = lawSource(file)
      expectWhole(text, units(text, { start: 0, end: text.length }, 60), 60)
    }
  })

  test('of random text too', () => {
    const random = randomFrom(7)
    for (let trial = 0; trial < 300; trial++) {
      const length = random.between(0, 200)
      const text = Array.from({ length }, () => random.pick([...'条款。，；、：“”（）12.,%a𠮷 \n　'])).join('')
      expectWhole(text, units(text, { start: 0, end: text.length }, 20), 20)
    }
  })

  test.each(['一', '1', '，', '。', ' ', '\n', '”'])('a million times %j come to an end', (character) => {
    expect(unitsOf(character.repeat(1_000_000)).join('').trim()).toBe(character.repeat(1_000_000).trim())
  })
})

test('trim leaves out white space at both ends, ideographic spaces too', () => {
  expect(trim(' 　条款\n', { start: 0, end: 5 })).toEqual({ start: 2, end: 4 })
  expect(trim('　　', { start: 0, end: 2 })).toEqual({ start: 2, end: 2 })
})

/** Every character but blanks lies in exactly one unit, in order; none is longer than the limit; no figure is cut. */
function expectWhole(text: string, found: readonly Span[], limit: number): void {
  let last = 0
  for (const { start, end } of found) {
    expect(text.slice(last, start).trim()).toBe('')
    expect(end - start).toBeGreaterThan(0)
    expect(end - start).toBeLessThanOrEqual(limit)
    if (/\d/.test(text.charAt(end - 1)) && /\d/.test(text.charAt(end))) {
      expect(text.slice(start, end)).toMatch(/[0-9A-Za-z.,%+-]{20}$/) // longer than any figure
    }
    last = end
  }
  expect(text.slice(last).trim()).toBe('')
}
