/** Compares with every vector: the yardstick for HNSW, and what serves where HNSW cannot be had. */
import type { QuantisedRows } from './quantised.ts'
import type { Neighbour, VectorIndex } from './vector-index.ts'

export class ExactIndex implements VectorIndex {
  readonly kind = 'exact'
  readonly #rows: QuantisedRows

  constructor(rows: QuantisedRows) {
    this.#rows = rows
  }

  get size(): number {
    return this.#rows.size
  }

  get dimensions(): number {
    return this.#rows.dimensions
  }

  similarity(row: number, vector: Float32Array): number {
    return this.#rows.similarity(row, vector)
  }

  search(vector: Float32Array, count: number): readonly Neighbour[] {
    const similarities = new Float64Array(this.size)
    for (let row = 0; row < this.size; row++) similarities[row] = this.#rows.similarity(row, vector)
    const least = count < this.size ? similarities.toSorted()[this.size - count]! : -Infinity
    const nearest: Neighbour[] = []
    similarities.forEach((similarity, row) => {
      if (similarity >= least) nearest.push({ row, similarity })
    })
    return nearest.sort((one, other) => other.similarity - one.similarity || one.row - other.row).slice(0, count)
  }
}
