/** One kind of chunk and the vector indexes over it, one a segment. */
import type { Span } from '../types.ts'
import type { Neighbour, VectorIndex } from './vector-index.ts'

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

  /** Chunks of living entries. */
  living(alive: Uint8Array): number {
    return this.parts.reduce(
      (sum, { chunks, firstEntry }) => chunks.entries.reduce((count, entry) => count + alive[firstEntry + entry]!, sum),
      0,
    )
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

/**
 * Of few living rows among many each is compared: a search would have to look through almost all of the others. A row
 * taken out of a graph costs some 20 µs.
 */
const FEW = 1_500
const AMONG = 4

/** The few living rows of a part, by what is alive; undefined where there are more. */
const FEW_LIVING = new WeakMap<FieldPart, WeakMap<Uint8Array, { readonly rows: Uint32Array | undefined }>>()

function fewLiving(part: FieldPart, alive: Uint8Array): Uint32Array | undefined {
  const { chunks, firstEntry } = part
  const byAlive = FEW_LIVING.get(part) ?? new WeakMap<Uint8Array, { readonly rows: Uint32Array | undefined }>()
  FEW_LIVING.set(part, byAlive)
  let known = byAlive.get(alive)
  if (!known) {
    const rows: number[] = []
    const most = Math.min(FEW, Math.floor(chunks.entries.length / AMONG))
    for (let row = 0; row < chunks.entries.length && rows.length <= most; row++) {
      if (alive[firstEntry + chunks.entries[row]!] === 1) rows.push(row)
    }
    known = { rows: rows.length > most ? undefined : Uint32Array.from(rows) }
    byAlive.set(alive, known)
  }
  return known.rows
}

/** Looks on, twice as far each time, while chunks of entries that are no more take the places of living ones. */
function closest(part: FieldPart, vector: Float32Array, count: number, alive: Uint8Array): NearChunk[] {
  const { chunks, firstEntry, index } = part
  if (!index || count === 0) return []
  const near = ({ row, similarity }: Neighbour): NearChunk => ({
    entry: firstEntry + chunks.entries[row]!,
    span: { start: chunks.starts[row]!, end: chunks.ends[row]! },
    similarity,
  })
  const few = fewLiving(part, alive)
  if (few) {
    const compared = Array.from(few, (row): Neighbour => ({ row, similarity: index.similarity(row, vector) }))
    return compared.sort((one, other) => other.similarity - one.similarity || one.row - other.row).slice(0, count).map(near)
  }
  for (let wanted = count; ; wanted *= 2) {
    const neighbours = index.search(vector, wanted)
    const living = neighbours.filter(({ row }) => alive[firstEntry + chunks.entries[row]!] === 1)
    if (living.length < count && neighbours.length === wanted && wanted < index.size) continue
    return living.slice(0, count).map(near)
  }
}
