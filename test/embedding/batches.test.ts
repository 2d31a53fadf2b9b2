import { describe, expect, test } from 'vitest'
import { batchesOf } from '../../src/embedding/batches.ts'

const LIMITS = { tokensPerBatch: 12, tokensPerText: 8 }
const ofLength = (...lengths: number[]): string[] => lengths.map((length) => '法'.repeat(length))

describe('batches of texts', () => {
  test('put the longest first and texts of like length together', () => {
    expect(batchesOf(ofLength(1, 4, 2, 4), LIMITS)).toEqual([[1, 3], [2, 0]])
  })

  test('are no larger than the limit, padding included', () => {
    const texts = ofLength(...Array.from({ length: 300 }, (_, at) => (at * 7) % 90))
    for (const batch of batchesOf(texts)) {
      const longest = Math.max(...batch.map((position) => texts[position]!.length + 2))
      expect(longest * batch.length).toBeLessThanOrEqual(256)
    }
  })

  test('hold every text once', () => {
    const texts = ofLength(...Array.from({ length: 100 }, (_, at) => (at * 13) % 40))
    expect(batchesOf(texts).flat().sort((a, b) => a - b)).toEqual(texts.map((_, position) => position))
  })

  test('leave a text that is too long in a batch of its own', () => {
    expect(batchesOf(ofLength(900, 900, 1))).toEqual([[0], [1], [2]])
  })

  test('of no texts are none', () => {
    expect(batchesOf([])).toEqual([])
  })
})
