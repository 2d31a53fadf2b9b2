/**
 * Where words stand in a library, whatever their length: an index of every third run of five units over all texts as
 * they are compared. Words of seven units or more that stand anywhere hold one of its runs whole, so none is missed.
 * (Sampled k-grams, as in sequence aligners; k-gram q-sampling: Sutinen and Tarhio 1996.)
 */
import type { Document } from '../../types.ts'
import { foldText } from './fold.ts'

const RUN = 5
const EVERY = 3
/** The fewest units that are found wherever they stand. */
export const SHORTEST = RUN + EVERY - 1
const BUCKET_BITS = 20
/** A run that stands more often leads nowhere in particular. */
const COMMON = 400

/** A stretch of units in the texts, counted over all of them. */
export interface Stretch {
  readonly from: number
  readonly length: number
}

export class WordPlaces {
  readonly documents: readonly Document[]
  readonly #numbers: ReadonlyMap<Document, number>
  /** All texts folded, one behind the other, with a 0 between them. */
  readonly codes: Uint16Array
  readonly #offsets: Uint32Array
  /** Where each document begins in `codes`. */
  readonly #starts: Uint32Array
  /** Runs by bucket: `#places` from `#heads[b]` to `#heads[b + 1]`. */
  readonly #heads: Uint32Array
  readonly #places: Uint32Array

  constructor(documents: readonly Document[]) {
    this.documents = documents
    this.#numbers = new Map(documents.map((document, n) => [document, n]))
    const total = documents.reduce((sum, { text }) => sum + text.length + 1, 0)
    this.codes = new Uint16Array(total)
    this.#offsets = new Uint32Array(total)
    this.#starts = new Uint32Array(documents.length + 1)
    let at = 0
    for (const [n, { text }] of documents.entries()) {
      this.#starts[n] = at
      const { codes, offsets } = foldText(text)
      this.codes.set(codes, at)
      this.#offsets.set(offsets, at)
      at += codes.length + 1
    }
    this.#starts[documents.length] = at
    this.codes = this.codes.slice(0, at)
    this.#offsets = this.#offsets.slice(0, at)
    ;[this.#heads, this.#places] = bucketsOf(this.codes)
  }

  /** Every stretch that holds exactly these units; `most` at most, in reading order of the library. */
  find(words: Uint16Array, most = 200): number[] {
    if (words.length < SHORTEST) return this.#scan(words, most)
    const found = new Set<number>()
    // a match may begin at any remainder of EVERY: for each, the run of the words that stands least often decides
    for (let phase = 0; phase < EVERY; phase++) {
      let best: { readonly offset: number; readonly bucket: number; readonly size: number } | undefined
      for (let offset = phase; offset + RUN <= words.length; offset += EVERY) {
        const bucket = bucketAt(words, offset)
        const size = this.#heads[bucket + 1]! - this.#heads[bucket]!
        if (!best || size < best.size) best = { offset, bucket, size }
        if (size === 0) break
      }
      if (!best) continue
      for (let at = this.#heads[best.bucket]!; at < this.#heads[best.bucket + 1]!; at++) {
        const from = this.#places[at]! - best.offset
        if (from >= 0 && this.holds(from, words)) found.add(from)
      }
    }
    return [...found].sort((a, b) => a - b).slice(0, most)
  }

  /** Do these units stand there? */
  holds(from: number, words: Uint16Array): boolean {
    if (from + words.length > this.codes.length) return false
    for (let at = 0; at < words.length; at++) if (this.codes[from + at] !== words[at]) return false
    return true
  }

  /**
   * Where words like these stand: beginnings of stretches, those first that share most runs with the words. A shift of
   * some units within them, by words left out or put in, changes nothing.
   */
  near(words: Uint16Array, most = 5): number[] {
    const votes = new Map<number, number>()
    const width = Math.max(16, words.length >> 3)
    for (let offset = 0; offset + RUN <= words.length; offset++) {
      const bucket = bucketAt(words, offset)
      const [from, to] = [this.#heads[bucket]!, this.#heads[bucket + 1]!]
      if (to - from > COMMON) continue
      for (let at = from; at < to; at++) {
        const place = this.#places[at]!
        if (!this.#isRun(place, words, offset)) continue
        const cell = Math.floor((place - offset + words.length) / width)
        votes.set(cell, (votes.get(cell) ?? 0) + 1)
        votes.set(cell + 1, (votes.get(cell + 1) ?? 0) + 1)
      }
    }
    const best = [...votes].sort(([a, most], [b, other]) => other - most || a - b)
    const chosen: number[] = []
    for (const [cell] of best) {
      if (chosen.length >= most) break
      if (chosen.some((other) => Math.abs(other - cell) <= 1)) continue
      chosen.push(cell)
    }
    return chosen.map((cell) => Math.max(0, (cell - 1) * width - words.length))
  }

  /** Places of one run of the words, where it is not too common to lead anywhere. */
  runs(words: Uint16Array, offset: number, most: number): Uint32Array {
    const bucket = bucketAt(words, offset)
    const [from, to] = [this.#heads[bucket]!, this.#heads[bucket + 1]!]
    if (to - from > most) return NONE
    return this.#places.subarray(from, to).filter((place) => this.#isRun(place, words, offset))
  }

  /** The document a unit belongs to. */
  documentAt(at: number): Document {
    let [low, high] = [0, this.documents.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#starts[middle]! <= at) low = middle
      else high = middle
    }
    return this.documents[low]!
  }

  /** Units of one document, and of all after it: `[begin, end)`. */
  unitsOf(document: Document): { readonly begin: number; readonly end: number } {
    const n = this.#numbers.get(document)
    if (n === undefined) throw new RangeError('a document that is not among those indexed')
    return { begin: this.#starts[n]!, end: this.#starts[n + 1]! - 1 }
  }

  /** A stretch of units → the span of the stored text. */
  spanOf({ from, length }: Stretch): { readonly start: number; readonly end: number } {
    return { start: this.#offsets[from]!, end: this.#offsets[from + length - 1]! + 1 }
  }

  /** The first unit of a document at or behind an offset of its text. */
  unitAt(document: Document, offset: number): number {
    let { begin: low, end: high } = this.unitsOf(document)
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#offsets[middle]! < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  #isRun(place: number, words: Uint16Array, offset: number): boolean {
    for (let at = 0; at < RUN; at++) if (this.codes[place + at] !== words[offset + at]) return false
    return true
  }

  /** Too short for the index. */
  #scan(words: Uint16Array, most: number): number[] {
    const found: number[] = []
    const first = words[0]
    if (first === undefined) return found
    for (let at = this.codes.indexOf(first); at >= 0 && found.length < most; at = this.codes.indexOf(first, at + 1)) {
      if (this.holds(at, words)) found.push(at)
    }
    return found
  }
}

const NONE = new Uint32Array()

function bucketAt(codes: Uint16Array, at: number): number {
  let hash = 0x811c9dc5
  for (let n = 0; n < RUN; n++) hash = Math.imul(hash ^ codes[at + n]!, 0x01000193)
  return (hash ^ (hash >>> BUCKET_BITS)) & ((1 << BUCKET_BITS) - 1)
}

/** Counting sort of every third run by bucket. */
function bucketsOf(codes: Uint16Array): [heads: Uint32Array, places: Uint32Array] {
  const heads = new Uint32Array((1 << BUCKET_BITS) + 1)
  const isWhole = (at: number): boolean => {
    for (let n = 0; n < RUN; n++) if (codes[at + n] === 0) return false
    return true
  }
  let count = 0
  for (let at = 0; at + RUN <= codes.length; at += EVERY) {
    if (!isWhole(at)) continue
    heads[bucketAt(codes, at) + 1]!++
    count++
  }
  for (let b = 0; b < 1 << BUCKET_BITS; b++) heads[b + 1]! += heads[b]!
  const next = heads.slice(0, -1)
  const places = new Uint32Array(count)
  for (let at = 0; at + RUN <= codes.length; at += EVERY) {
    if (isWhole(at)) places[next[bucketAt(codes, at)]!++] = at
  }
  return [heads, places]
}

const KNOWN = new WeakMap<readonly Document[], WordPlaces>()

/** Made at the first check of a library and kept as long as it serves. */
export function wordPlacesOf(documents: readonly Document[]): WordPlaces {
  const known = KNOWN.get(documents) ?? new WordPlaces(documents)
  KNOWN.set(documents, known)
  return known
}
