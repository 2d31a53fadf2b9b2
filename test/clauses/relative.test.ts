/** References that mean something only where they stand, and titles and numbers alone. */
import { describe, expect, test } from 'vitest'
import { labelOf } from '../../src/clauses/address.ts'
import { numberKey, numbersIn } from '../../src/clauses/document-numbers.ts'
import { lookUp } from '../../src/clauses/lookup.ts'
import { neighboursOf } from '../../src/clauses/relative.ts'
import type { DocumentId, Place } from '../../src/types.ts'
import { documentOf } from './sources.ts'

const law = documentOf(
  '第一章 总则\n第一条 甲。\n第二条 乙。\n丙。\n丁：\n（一）戊；\n（二）己。\n第二章 分则\n第三条 庚：\n（一）辛；\n（二）壬；\n（三）癸。\n第四条 子。\n',
  { id: 'law' as DocumentId, source: 'law.md', header: { title: { value: '中华人民共和国示范法', from: 'text' }, documentNumber: { value: '国办发〔2023〕12号', from: 'text' } } },
)
const place = (reference: string): Place => {
  const found = lookUp(`示范法${reference}`, [law], new Map())
  if (found.outcome !== 'found') throw new Error(reference)
  return found.places[0]
}
const read = (reference: string, at?: string): string[] => {
  const found = lookUp(reference, [law], new Map(), undefined, at === undefined ? undefined : place(at))
  if (found.outcome === 'found') return found.places.map(labelOf)
  return [found.outcome === 'ambiguous' ? 'ambiguous' : found.reason]
}

describe('where a place is given', () => {
  test.each([
    ['本条', '第二条第二款', ['第二条']],
    ['本条第三款', '第二条第一款', ['第二条第三款']],
    ['前款', '第二条第二款', ['第二条第一款']],
    ['前款规定', '第二条第三款', ['第二条第二款']],
    ['前两款', '第二条第三款', ['第二条第一款', '第二条第二款']],
    ['前各款', '第二条第三款', ['第二条第一款', '第二条第二款']],
    ['本款第（二）项', '第二条第三款', ['第二条第三款（二）']],
    ['本款', '第二条第三款第（一）项', ['第二条第三款']],
    ['前款', '第二条第三款第（一）项', ['第二条第二款']],
    ['前项', '第三条第（二）项', ['第三条（一）']],
    ['前两项', '第三条第（三）项', ['第三条（一）', '第三条（二）']],
    ['下一项', '第三条第（二）项', ['第三条（三）']],
    ['前条', '第三条', ['第二条']],
    ['前两条', '第三条', ['第一条', '第二条']],
    ['前条第二款', '第三条', ['第二条第二款']],
    ['下一条', '第二条', ['第三条']],
    ['上述规定', '第二条第二款', ['第二条第一款']],
    ['上述规定', '第三条', ['第二条']],
    ['本章', '第三条', ['第二章']],
    ['本法第四条', '第一条', ['第四条']],
    ['第四条', '第一条', ['第四条']],
    ['第二款', '第二条第一款', ['第二条第二款']],
    ['第（三）项', '第三条', ['第三条（三）']],
    ['根据前款的规定', '第二条第二款', ['第二条第一款']],
    ['前款', '第一条', ['no-such-clause']],
    ['前条', '第一条', ['no-such-clause']],
    ['前三条', '第三条', ['no-such-clause']],
    ['本条第九款', '第二条第一款', ['no-such-clause']],
    ['前款', '第四条', ['no-such-clause']],
  ])('%s in %s → %j', (reference, at, expected) => expect(read(reference, at)).toEqual(expected))

  test('a reference that names its document does not mean the one it stands in', () => {
    expect(read('《别的法》第四条', '第一条')).toEqual(['no-such-document'])
  })

  test('without a place they are no reference', () => {
    expect(read('前款')).toEqual(['not-a-reference'])
    expect(read('上述规定')).toEqual(['not-a-reference'])
  })
})

describe('a title or a number alone leads to the head of the document', () => {
  const headed = documentOf('示范法\n第一条 甲。', { id: 'h' as DocumentId, header: law.header, bodyStart: 4 })
  test.each(['《示范法》', '示范法', '《中华人民共和国示范法》', '国办发〔2023〕12号', '国办发[2023]12号', '国办发【2023】12号文', '国办发（2023）第12号', '国办发［2023］012号'])('%s', (words) => {
    const found = lookUp(words, [headed], new Map())
    expect(found.outcome === 'found' && found.places.map(labelOf)).toEqual(['题头'])
  })
  test('the part of a longer title is a guess, and asked back', () => {
    const rules = documentOf('第一条 甲。', { id: 'r' as DocumentId, header: { title: { value: '增值税法实施条例', from: 'text' } } })
    expect(lookUp('《增值税法》第一条', [rules], new Map())).toMatchObject({ outcome: 'ambiguous' })
    expect(lookUp('《增值税法实施条例》第一条', [rules], new Map())).toMatchObject({ outcome: 'found' })
  })
})

describe('document numbers', () => {
  test.each([
    ['杭政〔2022〕3号', '杭政〔2022〕3号'],
    ['杭政[2022]03号', '杭政〔2022〕3号'],
    ['杭政【2022】第3号', '杭政〔2022〕3号'],
    ['杭政（２０２２）３号', '杭政〔2022〕3号'],
    ['国办发 〔 2023 〕 12 号', '国办发〔2023〕12号'],
    ['第3号', undefined],
    ['2022年3号', undefined],
  ])('%s', (words, key) => expect(numberKey(words)).toBe(key))

  test('words of the sentence are told from the sign of the organ', () => {
    const found = numbersIn('根据国办发〔2023〕12号和杭政〔2022〕3号，按照市委办〔2021〕5号文件执行')
    expect(found.map(({ words }) => words)).toEqual(['国办发〔2023〕12号', '杭政〔2022〕3号', '市委办〔2021〕5号'])
    const known = numbersIn('经和政发〔2020〕1号同意', (key) => key === '和政发〔2020〕1号')
    expect(known.map(({ words }) => words)).toEqual(['和政发〔2020〕1号'])
  })
})

test('the clauses before and behind', () => {
  const around = (reference: string) => {
    const { before, after } = neighboursOf(place(reference))
    return [before && labelOf(before), after && labelOf(after)]
  }
  expect(around('第一条')).toEqual([undefined, '第二条'])
  expect(around('第三条')).toEqual(['第二条', '第四条'])
  expect(around('第二条第二款')).toEqual(['第二条第一款', '第二条第三款'])
  expect(around('第三条第（二）项')).toEqual(['第三条（一）', '第三条（三）'])
  expect(around('第四条')).toEqual(['第三条', undefined])
})
