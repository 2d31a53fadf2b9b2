/** What every VectorIndex promises. */
import { beforeAll, describe, expect, test } from 'vitest'
import { cosine, toUnitLength } from '../../src/embedding/embedder.ts'
import type { VectorIndex } from '../../src/retrieval/vector-index.ts'
import { randomFrom } from '../store/random.ts'

const DIMENSIONS = 32
const SIZE = 500

/** `open`: an index over vectors, row after row. */
export function describeVectorIndex(
  name: string,
  open: (vectors: Float32Array, dimensions: number) => Promise<VectorIndex>,
): void {
  describe(`${name} as a VectorIndex`, () => {
    const vectors = randomVectors(SIZE, DIMENSIONS, 11)
    let index: VectorIndex
    beforeAll(async () => {
      index = await open(vectors, DIMENSIONS)
    })

    test('knows its size and dimensions', () => {
      expect([index.size, index.dimensions]).toEqual([SIZE, DIMENSIONS])
    })

    test('finds each vector itself first, with similarity 1 but for the rounding of stored vectors', () => {
      for (let row = 0; row < SIZE; row++) {
        const [first] = index.search(rowOf(vectors, row), 1)
        expect(first!.row).toBe(row)
        expect(first!.similarity).toBeCloseTo(1, 3)
      }
    })

    test('gives the closest first, each row once, with their cosines', () => {
      const question = randomVectors(1, DIMENSIONS, 12)
      const found = index.search(question, 50)
      expect(found).toHaveLength(50)
      expect(new Set(found.map(({ row }) => row)).size).toBe(50)
      expect(found.map(({ similarity }) => similarity)).toEqual(
        found.map(({ similarity }) => similarity).toSorted((a, b) => b - a),
      )
      for (const { row, similarity } of found) expect(similarity).toBeCloseTo(cosine(rowOf(vectors, row), question), 2)
    })

    test('gives no more than there are', () => {
      expect(index.search(rowOf(vectors, 0), 10 * SIZE)).toHaveLength(SIZE)
      expect(index.search(rowOf(vectors, 0), 0)).toEqual([])
    })

    test('gives the same for the same question', () => {
      expect(index.search(rowOf(vectors, 3), 20)).toEqual(index.search(rowOf(vectors, 3), 20))
    })

    test('gives nothing when it is empty', async () => {
      const empty = await open(new Float32Array(0), DIMENSIONS)
      expect([empty.size, empty.search(rowOf(vectors, 0), 5)]).toEqual([0, []])
    })

    test('finds equal vectors all', async () => {
      const one = randomVectors(1, DIMENSIONS, 13)
      const index = await open(
        Float32Array.from({ length: 4 * DIMENSIONS }, (_, at) => one[at % DIMENSIONS]!),
        DIMENSIONS,
      )
      expect(
        index
          .search(one, 4)
          .map(({ row }) => row)
          .toSorted(),
      ).toEqual([0, 1, 2, 3])
    })
  })
}

export function randomVectors(count: number, dimensions: number, seed: number): Float32Array {
  const random = randomFrom(seed)
  const vectors = Float32Array.from({ length: count * dimensions }, () => random.next() - 0.5)
  for (let row = 0; row < count; row++) toUnitLength(vectors.subarray(row * dimensions, (row + 1) * dimensions))
  return vectors
}

const rowOf = (vectors: Float32Array, row: number): Float32Array =>
  vectors.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS)
