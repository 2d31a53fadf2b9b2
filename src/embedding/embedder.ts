/** The seam between text and vectors. Nothing behind it is known to the rest of the program. */

/** Turns text into vectors of unit length; the dot product of two is their cosine. */
export interface Embedder {
  /** Model, start of its SHA-256, dtype, pooling and question instruction; recorded in the index manifest. */
  readonly id: string
  readonly dimensions: number
  /** Never waits behind passages for longer than the batch that is running. */
  embedQuestion(question: string): Promise<Float32Array>
  /**
   * Each text once, batch after batch, always in the same order for the same texts. The same text has a cosine near 1
   * to itself in every batch; it need not be equal bit by bit, since int8 models round by the batch they are in.
   */
  embedInBatches(texts: readonly string[], onBatch: OnBatch): Promise<void>
  /** Ends what runs in the background. Unfinished calls are rejected. May be called twice. */
  close(): Promise<void>
}

/** `positions` of the texts, and their vectors row after row. */
export type OnBatch = (positions: readonly number[], vectors: Float32Array) => void

/** One vector for each text, in order. */
export async function embedPassages(embedder: Embedder, texts: readonly string[]): Promise<Float32Array[]> {
  const vectors: Float32Array[] = new Array(texts.length)
  const { dimensions } = embedder
  await embedder.embedInBatches(texts, (positions, joined) => {
    positions.forEach((position, at) => {
      vectors[position] = joined.subarray(at * dimensions, (at + 1) * dimensions)
    })
  })
  return vectors
}

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
