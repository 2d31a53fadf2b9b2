/** Compares with every vector: the yardstick for HNSW, and what serves where HNSW cannot be had. */
import type { Neighbour, VectorIndex } from './vector-index.ts'

export class ExactIndex implements VectorIndex {
  readonly kind = 'exact'
  readonly size: number
  readonly dimensions: number
  readonly #vectors: Float32Array

  /** `vectors`: size × dimensions, row after row, unit length. */
  constructor(vectors: Float32Array, dimensions: number) {
    this.#vectors = vectors
    this.dimensions = dimensions
    this.size = vectors.length / dimensions
  }

  search(vector: Float32Array, count: number): readonly Neighbour[] {
    const similarities = new Float64Array(this.size)
    for (let row = 0; row < this.size; row++) similarities[row] = dot(this.#vectors, row * this.dimensions, vector)
    const least = count < this.size ? similarities.toSorted()[this.size - count]! : -Infinity
    const nearest: Neighbour[] = []
    similarities.forEach((similarity, row) => {
      if (similarity >= least) nearest.push({ row, similarity })
    })
    return nearest.sort((one, other) => other.similarity - one.similarity || one.row - other.row).slice(0, count)
  }
}

function dot(vectors: Float32Array, offset: number, vector: Float32Array): number {
  let sum = 0
  for (let at = 0; at < vector.length; at++) sum += vectors[offset + at]! * vector[at]!
  return sum
}
