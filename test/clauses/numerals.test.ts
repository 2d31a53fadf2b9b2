import { describe, expect, test } from 'vitest'
import { chineseNumeral, ordinalOf } from '../../src/clauses/numerals.ts'

describe('the number a numeral stands for', () => {
  test.each([
    ['一', 1], ['十', 10], ['十二', 12], ['二十', 20], ['廿三', 23], ['一百零五', 105], ['一百一十', 110], ['两百', 200],
    ['一千零六十二', 1062], ['一千二百五十九', 1259], ['一万零三', 10_003], ['一二', 12], ['二〇二三', 2023], ['二○三五', 2035],
    ['１２', 12], ['007', 7], ['〇', 0],
  ])('%s is %d', (numeral, ordinal) => expect(ordinalOf(numeral)).toBe(ordinal))

  test.each(['', '百', '十十', '一百千', '一十二三', '条', '一条', '零百', '万', '一万二万'])('%j is no numeral', (numeral) =>
    expect(ordinalOf(numeral)).toBeUndefined())
})

test('every number up to 20,000 is read back from its numeral', () => {
  for (let count = 1; count <= 20_000; count += 1) expect(ordinalOf(chineseNumeral(count))).toBe(count)
})

test('numerals are spelt as laws print them', () => {
  expect([10, 19, 20, 101, 110, 1062, 1260, 10_012].map(chineseNumeral)).toEqual([
    '十', '十九', '二十', '一百零一', '一百一十', '一千零六十二', '一千二百六十', '一万零一十二',
  ])
})
