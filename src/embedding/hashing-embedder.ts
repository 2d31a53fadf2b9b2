/** An embedder without a model: character bigrams counted into buckets. For tests; it knows words, not meanings. */

import { toUnitLength, type Embedder, type OnBatch } from './embedder.ts'

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** FNV-1a over two UTF-16 units. */
function bucketOf(first: number, second: number, buckets: number): number {
  const once = Math.imul(FNV_OFFSET ^ first, FNV_PRIME)
  const twice = Math.imul(once ^ second, FNV_PRIME)
  return ((twice ^ (twice >>> 15)) >>> 0) % buckets
}

/** Bigrams of the text, its two ends included, so that a text of one character has some. */
function hash(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions)
  const words = text.toLowerCase()
  let before = 0
  for (let at = 0; at <= words.length; at++) {
    const unit = at < words.length ? words.charCodeAt(at) : 0
    const bucket = bucketOf(before, unit, dimensions)
    vector[bucket] = vector[bucket]! + 1
    before = unit
  }
  return toUnitLength(vector)
}

export class HashingEmbedder implements Embedder {
  readonly id: string
  readonly dimensions: number

  constructor(dimensions = 256) {
    this.dimensions = dimensions
    this.id = `hashing-bigrams/${dimensions}`
  }

  async embedQuestion(question: string): Promise<Float32Array> {
    return hash(question, this.dimensions)
  }

  async embedInBatches(texts: readonly string[], onBatch: OnBatch): Promise<void> {
    for (const [position, text] of texts.entries()) onBatch([position], hash(text, this.dimensions))
  }

  async close(): Promise<void> {}
}
