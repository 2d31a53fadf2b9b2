/**
 * Where each term stands: postings over at most 65,536 texts, so that a row fits in two bytes. A library of any size
 * is made of parts; keywords.ts scores over all of them.
 *
 * Han characters and pairs of them are numbers, looked up by bisection; only Latin words and rare characters are kept
 * as strings. 58,496 articles take 45 MB so, and 210 MB with a map of strings and four-byte rows.
 */
import { terms } from './terms.ts'

export const LARGEST_PART = 65_536
const LARGEST_COUNT = 255
const TURN_MS = 8

/** Which rows a term stands in, and how often: `rows[from … to]`, `counts[from … to]`. */
export interface Postings {
  readonly from: number
  readonly to: number
}

const NONE: Postings = { from: 0, to: 0 }

export class KeywordPart {
  readonly size: number
  /** Terms of each text, repeats included. */
  readonly lengths: Uint32Array
  /** Row of each posting, those of one term side by side and in order. */
  readonly rows: Uint16Array
  /** How often the term stands there; 255 for more. */
  readonly counts: Uint8Array
  /** Numbers of the Han terms, ascending. */
  readonly #pairs: Uint32Array
  /** All other terms, numbered on from the Han terms. */
  readonly #words: ReadonlyMap<string, number>
  /** Postings of term t lie at offsets[t] … offsets[t + 1]. */
  readonly #offsets: Uint32Array

  private constructor(fields: Fields) {
    this.size = fields.lengths.length
    this.lengths = fields.lengths
    this.rows = fields.rows
    this.counts = fields.counts
    this.#pairs = fields.pairs
    this.#offsets = fields.offsets
    this.#words = new Map(fields.words.map((word, at) => [word, fields.pairs.length + at]))
  }

  /** Texts → parts, giving way to other work every few milliseconds. */
  static async build(texts: Iterable<string>, onText?: (done: number) => void): Promise<KeywordPart[]> {
    const parts: KeywordPart[] = []
    let builder = new Builder()
    let since = performance.now()
    let done = 0
    for (const text of texts) {
      if (builder.size === LARGEST_PART) {
        parts.push(new KeywordPart(builder.finish()))
        builder = new Builder()
      }
      builder.add(text)
      done++
      if (performance.now() - since < TURN_MS) continue
      onText?.(done)
      await new Promise(setImmediate)
      since = performance.now()
    }
    onText?.(done)
    return builder.size > 0 ? [...parts, new KeywordPart(builder.finish())] : parts
  }

  postings(term: string): Postings {
    const id = idAmong(this.#pairs, this.#words, term)
    return id === undefined ? NONE : { from: this.#offsets[id]!, to: this.#offsets[id + 1]! }
  }

  /** In how many of the living texts each term stands. `alive`: 1 for each text that counts. */
  frequencies(alive: Uint8Array): Uint32Array {
    const frequencies = new Uint32Array(this.#offsets.length - 1)
    for (let term = 0; term < frequencies.length; term++) {
      let count = 0
      for (let at = this.#offsets[term]!; at < this.#offsets[term + 1]!; at++) count += alive[this.rows[at]!]!
      frequencies[term] = count
    }
    return frequencies
  }

  /** The terms without where they stand: what is left when this part is let go. */
  termTable(): { idOf(term: string): number | undefined; words(): Iterable<string> } {
    const [pairs, words] = [this.#pairs, this.#words]
    return { idOf: (term) => idAmong(pairs, words, term), words: () => words.keys() }
  }

  /** Words that are no Han terms: Latin words, figures, rare characters. */
  words(): Iterable<string> {
    return this.#words.keys()
  }

  /** Little-endian: texts, Han terms, other terms, postings, bytes of the words; then each array; the words. */
  toBytes(): Uint8Array {
    const words = Buffer.from([...this.#words.keys()].join('\n'))
    const header = Uint32Array.of(this.size, this.#pairs.length, this.#words.size, this.rows.length, words.length)
    return Buffer.concat([header, this.lengths, this.#pairs, this.#offsets, this.rows, this.counts, words].map(bytesOf))
  }

  static fromBytes(bytes: Uint8Array): KeywordPart {
    let at = 0
    const take = (length: number): ArrayBuffer => {
      const taken = new Uint8Array(bytes.subarray(at, at + length)) // a copy, so that it is aligned
      at += length
      return taken.buffer
    }
    const [size = 0, pairCount = 0, wordCount = 0, total = 0, wordBytes = 0] = new Uint32Array(take(20))
    return new KeywordPart({
      lengths: new Uint32Array(take(4 * size)),
      pairs: new Uint32Array(take(4 * pairCount)),
      offsets: new Uint32Array(take(4 * (pairCount + wordCount + 1))),
      rows: new Uint16Array(take(2 * total)),
      counts: new Uint8Array(take(total)),
      words: wordCount === 0 ? [] : Buffer.from(take(wordBytes)).toString().split('\n'),
    })
  }
}

/** The number of a term; Han terms are found by bisection. */
function idAmong(pairs: Uint32Array, words: ReadonlyMap<string, number>, term: string): number | undefined {
  const number = numberOf(term)
  if (number === undefined) return words.get(term)
  let [low, high] = [0, pairs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (pairs[middle]! < number) low = middle + 1
    else high = middle
  }
  return pairs[low] === number ? low : undefined
}

interface Fields {
  readonly lengths: Uint32Array
  readonly pairs: Uint32Array
  readonly words: readonly string[]
  readonly offsets: Uint32Array
  readonly rows: Uint16Array
  readonly counts: Uint8Array
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/**
 * One or two characters of the basic plane as a number; undefined for any other term.
 * @example numberOf('条') // 0x6761
 */
export function numberOf(term: string): number | undefined {
  const first = term.charCodeAt(0)
  if (first < 0x80 || term.length > 2 || isSurrogate(first)) return undefined
  if (term.length === 1) return first
  const second = term.charCodeAt(1)
  return isSurrogate(second) ? undefined : first * 0x10000 + second
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff

/** Counts terms text by text; at the end a counting sort brings the postings of a term together. */
class Builder {
  /** Number of a Han term, or the term → the order it was first met in. */
  readonly #ids = new Map<number | string, number>()
  readonly #lengths: number[] = []
  /** Of each posting in the order of the texts: term, row, count. */
  readonly #terms = new Growing(Uint32Array)
  readonly #rows = new Growing(Uint16Array)
  readonly #counts = new Growing(Uint8Array)

  get size(): number {
    return this.#lengths.length
  }

  add(text: string): void {
    const counts = new Map<number, number>()
    const found = terms(text)
    for (const term of found) {
      const key = numberOf(term) ?? term
      let id = this.#ids.get(key)
      if (id === undefined) {
        id = this.#ids.size
        this.#ids.set(key, id)
      }
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    for (const [id, count] of counts) {
      this.#terms.push(id)
      this.#rows.push(this.#lengths.length)
      this.#counts.push(Math.min(count, LARGEST_COUNT))
    }
    this.#lengths.push(found.length)
  }

  finish(): Fields {
    const pairs = Uint32Array.from([...this.#ids.keys()].filter((key) => typeof key === 'number')).sort()
    const words = [...this.#ids.keys()].filter((key) => typeof key === 'string')
    const places = new Uint32Array(this.#ids.size) // order of first meeting → place among the sorted terms
    pairs.forEach((pair, at) => (places[this.#ids.get(pair)!] = at))
    words.forEach((word, at) => (places[this.#ids.get(word)!] = pairs.length + at))
    const [ids, rowsMet, countsMet] = [this.#terms.values, this.#rows.values, this.#counts.values]
    const offsets = new Uint32Array(places.length + 1)
    for (const id of ids) offsets[places[id]! + 1]!++
    for (let term = 0; term < places.length; term++) offsets[term + 1]! += offsets[term]!
    const next = offsets.slice()
    const rows = new Uint16Array(ids.length)
    const counts = new Uint8Array(ids.length)
    for (let at = 0; at < ids.length; at++) {
      const to = next[places[ids[at]!]!]!++
      rows[to] = rowsMet[at]!
      counts[to] = countsMet[at]!
    }
    return { lengths: Uint32Array.from(this.#lengths), pairs, words, offsets, rows, counts }
  }
}

/** A typed array that grows by half. */
class Growing<Numbers extends Uint8Array | Uint16Array | Uint32Array> {
  readonly #make: new (length: number) => Numbers
  #numbers: Numbers
  #length = 0

  constructor(make: new (length: number) => Numbers) {
    this.#make = make
    this.#numbers = new make(1024)
  }

  push(number: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new this.#make(Math.ceil(this.#length * 1.5))
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers[this.#length++] = number
  }

  get values(): Numbers {
    return this.#numbers.subarray(0, this.#length) as Numbers
  }
}
