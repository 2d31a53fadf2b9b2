import { expect, test } from 'vitest'
import { cutTo, piecesOf, rectangleOf } from '../../src/reranking/pairs.ts'

const MARKS = new Set([0, 2, 3])
const PAIR = {
  input_ids: [2, 11, 12, 3, 21, 22, 23, 3],
  attention_mask: [1, 1, 1, 1, 1, 1, 1, 1],
  token_type_ids: [0, 0, 0, 0, 1, 1, 1, 1],
}

test('a passage that is too long loses its end, and the mark behind it stays', () => {
  expect(cutTo(PAIR, 8, MARKS)).toEqual(PAIR)
  expect(cutTo(PAIR, 6, MARKS)).toEqual({
    input_ids: [2, 11, 12, 3, 21, 3],
    attention_mask: [1, 1, 1, 1, 1, 1],
    token_type_ids: [0, 0, 0, 0, 1, 1],
  })
})

test('a passage longer than the model reads comes in pieces that end with a sentence', () => {
  const passage = '债务人可以转移债务。债权人同意的，债务转移。第三人可以加入债务，与债务人承担连带债务。'
  expect(piecesOf(passage, '债务', 512, 3)).toEqual([passage])
  expect(piecesOf(passage, '债务', 32, 3)).toEqual([
    '债务人可以转移债务。债权人同意的，债务转移。',
    '第三人可以加入债务，与债务人承担连带债务。',
  ])
  expect(piecesOf(passage, '债务', 22, 2)).toEqual(['债务人可以转移债务。', '债权人同意的，债务转移。'])
  expect(piecesOf('', '债务', 512, 3)).toEqual([''])
})

test('where no sentence ends, it is cut where there is no more room', () => {
  expect(piecesOf('甲乙丙丁戊己庚辛壬癸子丑寅', '债务', 16, 3)).toEqual(['甲乙丙丁戊己庚辛壬癸', '子丑寅'])
})

test('pairs of one batch are filled up to the longest, and what fills them does not count', () => {
  const short = { input_ids: [2, 11, 3, 21, 3], attention_mask: [1, 1, 1, 1, 1], token_type_ids: [0, 0, 0, 1, 1] }
  const { rows, columns, inputs } = rectangleOf([PAIR, short], 9)
  expect([rows, columns]).toEqual([2, 8])
  expect([...inputs['input_ids']!.slice(8)]).toEqual([2n, 11n, 3n, 21n, 3n, 9n, 9n, 9n])
  expect([...inputs['attention_mask']!.slice(8)]).toEqual([1n, 1n, 1n, 1n, 1n, 0n, 0n, 0n])
  expect([...inputs['token_type_ids']!.slice(8)]).toEqual([0n, 0n, 0n, 1n, 1n, 0n, 0n, 0n])
})
