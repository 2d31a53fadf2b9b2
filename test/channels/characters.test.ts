/** Where a character ends. */
import { expect, test } from 'vitest'
import { characterEnd, shortened } from '../../src/channels/characters.ts'
import { snippetOf } from '../../src/channels/render.ts'

test.each<[string, string, number, number]>([
  ['of one unit each', '一二三四', 2, 2],
  ['that is a surrogate pair stays whole', '甲𠮷乙', 2, 1],
  ['with an accent that combines stays whole', 'cafe\u0301 au lait', 4, 3],
  ['that is a family of emoji stays whole', '甲👨‍👩‍👧乙', 5, 1],
  ['longer than the room is cut between its code points', `e${'\u0301'.repeat(50)}`, 10, 10],
  ['longer than the room is not cut inside a pair', '👨‍👩‍👧', 4, 3],
  ['without any room', '𠮷', 1, 0],
  ['alone of a pair', '甲\ud842乙', 2, 2],
  ['behind the end', '甲', 5, 1],
])('a character %s', (_, text, most, end) => {
  expect(characterEnd(text, most)).toBe(end)
})

test('what is left out is marked', () => {
  expect(shortened('全社会研发投入', 3)).toBe('全社会…')
  expect(shortened('全社会', 3)).toBe('全社会')
})

test('a snippet ends with a whole character', () => {
  expect(snippetOf(`${'一'.repeat(79)}𠮷二`)).toBe(`${'一'.repeat(79)}…`)
})
