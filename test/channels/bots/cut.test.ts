/** Long texts in pieces: ends of clauses, whole characters, nothing lost. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cut } from '../../../src/channels/bots/cut.ts'

const PLAN = readFileSync(new URL('../../../seeds/003_64014263bb8856a1.txt', import.meta.url), 'utf8')
const bytesOf = (text: string) => Buffer.byteLength(text, 'utf8')
const withoutNewlines = (text: string) => text.replace(/\n/g, '')

test.each<[string, string, number, readonly string[]]>([
  ['nothing where all has room', '一为甲；二为乙。\n', 9, ['一为甲；二为乙。\n']],
  ['nothing', '', 9, []],
  ['a paragraph before a sentence', '一为甲。\n二为乙。三为丙。', 9, ['一为甲。', '二为乙。三为丙。']],
  ['a sentence before a clause', '一为甲。二、三', 6, ['一为甲。', '二、三']],
  ['a semicolon', '一为甲；二为乙。', 5, ['一为甲；', '二为乙。']],
  ['a comma where no sentence ends', '城西科创大走廊，以杭州为主', 10, ['城西科创大走廊，', '以杭州为主']],
  ['behind the closing quotation mark', '所称“三定三评。”是指定、评', 10, ['所称“三定三评。”', '是指定、评']],
  ['never before a closing mark', '一二三四五六。”七', 7, ['一二三四五六。', '”七']],
  ['not within a figure', '投入超过1,000万元的', 6, ['投入超过', '1,000万', '元的']],
  ['within one that is longer than the room', '1234567', 3, ['123', '456', '7']],
  ['between words', 'the quick brown', 12, ['the quick ', 'brown']],
  ['anywhere else', '一二三四五', 2, ['一二', '三四', '五']],
  ['not within a pair', '𠮷𠮷𠮷', 3, ['𠮷', '𠮷', '𠮷']],
  ['not within what combines', 'ae\u0301bc', 2, ['a', 'e\u0301', 'bc']],
])('%s', (_, text, most, pieces) => {
  expect(cut(text, most)).toEqual(pieces)
})

test('a plan of the seeds in pieces of 2,000 characters ends each with a paragraph', () => {
  const pieces = cut(PLAN, 2_000)
  expect(pieces.length).toBeGreaterThan(Math.floor(PLAN.length / 2_000))
  expect(pieces.every((piece) => piece.length <= 2_000 && /[。；]$|[^，、]$/.test(piece))).toBe(true)
  expect(withoutNewlines(pieces.join(''))).toBe(withoutNewlines(PLAN))
})

test.each([37, 100, 999])('pieces of %i bytes hold no more, and all of it', (most) => {
  const text = PLAN.slice(0, 2_000).replaceAll('，', '😀e\u0301')
  const pieces = cut(text, most, bytesOf)
  expect(Math.max(...pieces.map(bytesOf))).toBeLessThanOrEqual(most)
  expect(withoutNewlines(pieces.join(''))).toBe(withoutNewlines(text))
  expect(pieces.every((piece) => piece.isWellFormed())).toBe(true)
})

test('what becomes longer by escaping is measured so', () => {
  const escapedLength = (text: string) => text.replaceAll('&', '&amp;').length
  expect(cut('&&&&', 10, escapedLength)).toEqual(['&&', '&&'])
})

test('a character that has no room is an error, not an endless loop', () => {
  expect(() => cut('甲', 2, bytesOf)).toThrow(RangeError)
})
