/** The seam between text and vectors. Nothing behind it is known to the rest of the program. */

/** Turns text into vectors of unit length; the dot product of two is their cosine. */
export interface Embedder {
  /** Model, start of its SHA-256, dtype, pooling and question instruction; recorded in the index manifest. */
  readonly id: string
  readonly dimensions: number
  /** Never waits behind passages for longer than the batch that is running. */
  embedQuestion(question: string): Promise<Float32Array>
  /**
   * One vector for each text, in order. The same text has a cosine near 1 to itself in every batch; it need
   * not be equal bit by bit, since int8 models round by the batch they are in.
   */
  embedPassages(texts: readonly string[], onProgress?: EmbeddingProgress): Promise<Float32Array[]>
  /** Ends what runs in the background. Unfinished calls are rejected. May be called twice. */
  close(): Promise<void>
}

export type EmbeddingProgress = (done: number, total: number) => void

/** Divides a vector by its length, in place. A zero vector stays as it is. */
export function toUnitLength(vector: Float32Array): Float32Array {
  let squares = 0
  for (const value of vector) squares += value * value
  if (squares === 0) return vector
  const factor = 1 / Math.sqrt(squares)
  for (let at = 0; at < vector.length; at++) vector[at] = vector[at]! * factor
  return vector
}

/** Dot product: the cosine of two vectors of unit length. */
export function cosine(left: Float32Array, right: Float32Array): number {
  let sum = 0
  for (let at = 0; at < left.length; at++) sum += left[at]! * right[at]!
  return sum
}
