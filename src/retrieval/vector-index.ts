/** Seam: nearest vectors. Row i is chunk i. */
export interface Neighbour {
  readonly row: number
  /** Cosine of unit vectors: higher is closer. */
  readonly similarity: number
}

export interface VectorIndex {
  readonly kind: 'hnsw' | 'exact'
  readonly size: number
  readonly dimensions: number
  /** Closest first; at most `count`. */
  search(vector: Float32Array, count: number): readonly Neighbour[]
  /** Cosine of one row. */
  similarity(row: number, vector: Float32Array): number
}
