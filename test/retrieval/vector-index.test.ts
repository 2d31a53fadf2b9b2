/** Exact and HNSW search keep one contract, and HNSW finds what exact search finds. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { unitsOf, windowsOf } from '../../src/chunks/chunk.ts'
import { embedPassages } from '../../src/embedding/embedder.ts'
import { HashingEmbedder } from '../../src/embedding/hashing-embedder.ts'
import { ExactIndex } from '../../src/retrieval/exact-index.ts'
import { HnswIndex, loadHnsw } from '../../src/retrieval/hnsw-index.ts'
import { quantise, QuantisedRows } from '../../src/retrieval/quantised.ts'
import { seed, SEEDS } from '../clauses/sources.ts'
import { describeVectorIndex } from '../contracts/vector-index.ts'
import { suiteFolder } from '../library.ts'

const native = await loadHnsw()
const hasNative = !(native instanceof Error)
if (!hasNative) console.warn(`WITHOUT HNSW: ${native.message}`)

const exactly = (vectors: Float32Array, dimensions: number): ExactIndex =>
  new ExactIndex(rowsOf(vectors, dimensions))

describeVectorIndex('exact search', async (vectors, dimensions) => exactly(vectors, dimensions))

describe.runIf(hasNative)('with the native module', () => {
  const build = (vectors: Float32Array, dimensions: number) =>
    graphOf(native as Exclude<typeof native, Error>, rowsOf(vectors, dimensions))

  describeVectorIndex('HNSW', build)

  describeVectorIndex('HNSW from its file', async (vectors, dimensions) => {
    const path = join(suiteFolder(), `graph-${vectors.length}.hnsw`)
    await (await build(vectors, dimensions)).save(path)
    return HnswIndex.open(native as Exclude<typeof native, Error>, path, dimensions)
  })

  test.runIf(existsSync('/dev/full'))('a graph that the disk does not take whole is not passed over in silence', async () => {
    const graph = await build(new Float32Array(512).fill(1 / 16), 256)
    await expect(graph.save('/dev/full')).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining('Free some space'),
    })
  })

  describe('over the units and windows of the seeds', () => {
    const embedder = new HashingEmbedder()
    let vectors: Float32Array
    beforeAll(async () => {
      const texts = SEEDS.map(seed).flatMap((document) =>
        [...unitsOf(document), ...windowsOf(document)].map(({ span }) =>
          document.text.slice(span.start, span.end),
        ),
      )
      vectors = joined(await embedPassages(embedder, texts))
    })

    test('recall@10 against exact search is at least 0.99', async () => {
      const { dimensions } = embedder
      const [graph, exact] = [await build(vectors, dimensions), exactly(vectors, dimensions)]
      let hits = 0
      for (let row = 0; row < exact.size; row++) {
        const question = vectors.subarray(row * dimensions, (row + 1) * dimensions)
        const tenth = exact.search(question, 10).at(-1)!.similarity
        hits += graph.search(question, 10).filter(({ similarity }) => similarity >= tenth - 1e-5).length
      }
      expect(exact.size).toBeGreaterThan(900)
      expect(hits / (10 * exact.size)).toBeGreaterThanOrEqual(0.99)
    })

    test('the same vectors give the same graph', async () => {
      const { dimensions } = embedder
      const [one, other] = [await build(vectors, dimensions), await build(vectors, dimensions)]
      for (let row = 0; row < 50; row++) {
        const question = vectors.subarray(row * dimensions, (row + 1) * dimensions)
        expect(one.search(question, 20)).toEqual(other.search(question, 20))
      }
    })
  })
})

/** Vectors as they are stored. */
function rowsOf(vectors: Float32Array, dimensions: number): QuantisedRows {
  const rows = new QuantisedRows(new Int8Array(vectors.length), dimensions)
  for (let row = 0; row < rows.size; row++) rows.set(row, quantise(vectors.subarray(row * dimensions, (row + 1) * dimensions)))
  return rows
}

async function graphOf(native: Exclude<Awaited<ReturnType<typeof loadHnsw>>, Error>, rows: QuantisedRows): Promise<HnswIndex> {
  const index = HnswIndex.create(native, rows.size, rows.dimensions)
  for (let row = 0; row < rows.size; row++) index.add(row, rows.vector(row))
  return index
}

/** Vectors row after row. */
function joined(vectors: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const vector of vectors) {
    all.set(vector, at)
    at += vector.length
  }
  return all
}
