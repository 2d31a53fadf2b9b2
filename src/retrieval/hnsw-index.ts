/** HNSW graph of hnswlib-node (Malkov and Yashunin 2018). The one place that loads native search code. */
import type { HierarchicalNSW } from 'hnswlib-node'
import { PolicyError } from '../errors.ts'
import type { Neighbour, VectorIndex } from './vector-index.ts'

/**
 * Over 77,261 units of laws: 16 links and 100 candidates are built in 27 s and find 99.7% of the ten nearest with ef
 * 200. 60 candidates take 18 s and find 99.4%, but lose a clause now and then among hundreds that read alike; a small
 * graph can afford more.
 */
const LINKS = 16
const EF_CONSTRUCTION = { small: 200, large: 100 }
const SMALL = 20_000
/**
 * Candidates looked at while searching grow with the root of the graph: over 1,260,930 units of a library multiplied with
 * noise 128 find 79% of the ten nearest in 0.5 ms, 1,024 all of them in 2.2 ms.
 */
const LEAST_EF = 128
/** Fixed, so that the same vectors, added in the same order, give the same graph. */
const SEED = 20221

/** The native module, or the reason why it cannot be had (no compiler at installation). */
export async function loadHnsw(): Promise<typeof import('hnswlib-node') | Error> {
  try {
    const module = await import('hnswlib-node')
    return 'default' in module ? (module.default as typeof import('hnswlib-node')) : module
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

type Native = typeof import('hnswlib-node')

export class HnswIndex implements VectorIndex {
  readonly kind = 'hnsw'
  readonly dimensions: number
  readonly #graph: HierarchicalNSW

  private constructor(graph: HierarchicalNSW, dimensions: number) {
    this.#graph = graph
    this.dimensions = dimensions
  }

  /** A graph with room for `size` vectors, to be added one by one. */
  static create(native: Native, size: number, dimensions: number): HnswIndex {
    const graph = new native.HierarchicalNSW('ip', dimensions)
    graph.initIndex({ maxElements: Math.max(1, size), m: LINKS, efConstruction: size < SMALL ? EF_CONSTRUCTION.small : EF_CONSTRUCTION.large, randomSeed: SEED })
    return new HnswIndex(graph, dimensions)
  }

  /** The file must have been verified before: hnswlib trusts every byte of it. */
  static async open(native: Native, path: string, dimensions: number): Promise<HnswIndex> {
    const graph = new native.HierarchicalNSW('ip', dimensions)
    await graph.readIndex(path)
    return new HnswIndex(graph, dimensions)
  }

  get size(): number {
    return this.#graph.getCurrentCount()
  }

  /** Each row once; a vector of unit length. */
  add(row: number, vector: Float32Array): void {
    this.#graph.addPoint(Array.from(vector), row)
  }

  /**
   * hnswlib writes without looking whether the disk took it, but refuses to read a file that is not whole. A graph must
   * be in use until both are done: the module does not keep it from the garbage collector.
   * @throws PolicyError `disk-full`
   */
  async save(path: string): Promise<void> {
    await this.#graph.writeIndex(path)
    try {
      const native = await loadHnsw()
      if (native instanceof Error) throw native
      const written = new native.HierarchicalNSW('ip', this.dimensions)
      await written.readIndex(path)
      written.initIndex({ maxElements: 1 }) // gives its memory back at once: the garbage collector does not know of it
    } catch (cause) {
      throw new PolicyError(
        'disk-full',
        `Could not write the graph ${path} whole: most likely the disk is full. ` +
          'The index in place was not touched and keeps serving. Free some space, then run: npm run tiaowen -- index.',
        { cause },
      )
    }
  }

  similarity(row: number, vector: Float32Array): number {
    const own = this.#graph.getPoint(row)
    return vector.reduce((sum, number, at) => sum + number * own[at]!, 0)
  }

  search(vector: Float32Array, count: number): readonly Neighbour[] {
    if (this.size === 0) return []
    const wanted = Math.min(count, this.size)
    this.#graph.setEf(Math.max(wanted, LEAST_EF, Math.round(Math.sqrt(this.size))))
    const { neighbors, distances } = this.#graph.searchKnn(Array.from(vector), wanted)
    return neighbors.map((row, at) => ({ row, similarity: 1 - distances[at]! }))
  }
}
