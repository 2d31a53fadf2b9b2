/** One kind of chunk and the vector indexes over it, one a segment. */
import type { Span } from '../types.ts'
import type { VectorIndex } from './vector-index.ts'

/** Chunks of one segment, each at the same place of every array. */
export interface ChunkTable {
  /** Place of the entry among those of the segment. */
  readonly entries: Uint32Array
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

/** A segment's chunks, where its entries begin among all of the library, and its vectors, where it has any. */
export interface FieldPart {
  readonly chunks: ChunkTable
  readonly firstEntry: number
  readonly index?: VectorIndex
}

/** A chunk close to a question. */
export interface NearChunk {
  readonly entry: number
  readonly span: Span
  /** Cosine: higher is closer. */
  readonly similarity: number
}

export class VectorField {
  readonly parts: readonly FieldPart[]

  constructor(parts: readonly FieldPart[]) {
    this.parts = parts
  }

  /** Chunks, those included whose document is no more. */
  get size(): number {
    return this.parts.reduce((sum, { chunks }) => sum + chunks.entries.length, 0)
  }

  /** `exact` where one part has to do without its graph; undefined without vectors. */
  get kind(): VectorIndex['kind'] | undefined {
    const kinds = this.parts.flatMap(({ index }) => (index ? [index.kind] : []))
    return kinds.includes('exact') ? 'exact' : kinds[0]
  }

  withoutVectors(): VectorField {
    return new VectorField(this.parts.map(({ chunks, firstEntry }) => ({ chunks, firstEntry })))
  }

  /** The closest chunks of living entries, closest first. */
  search(vector: Float32Array, count: number, alive: Uint8Array): NearChunk[] {
    const found = this.parts.flatMap((part) => closest(part, vector, count, alive))
    if (this.parts.length === 1) return found
    return found.sort((one, other) => other.similarity - one.similarity).slice(0, count)
  }
}

/** Looks on, twice as far each time, while chunks of entries that are no more take the places of living ones. */
function closest({ chunks, firstEntry, index }: FieldPart, vector: Float32Array, count: number, alive: Uint8Array): NearChunk[] {
  if (!index || count === 0) return []
  for (let wanted = count; ; wanted *= 2) {
    const neighbours = index.search(vector, wanted)
    const living = neighbours.filter(({ row }) => alive[firstEntry + chunks.entries[row]!] === 1)
    if (living.length < count && neighbours.length === wanted && wanted < index.size) continue
    return living.slice(0, count).map(({ row, similarity }) => ({
      entry: firstEntry + chunks.entries[row]!,
      span: { start: chunks.starts[row]!, end: chunks.ends[row]! },
      similarity,
    }))
  }
}
