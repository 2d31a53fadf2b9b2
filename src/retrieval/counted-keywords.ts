/**
 * BM25 without postings: of each term the number of entries it stands in, of each entry its length. An engine says
 * which entries may matter; their scores are counted in their own words, and are those of keywords.ts to the last bit.
 */
import type { KeywordPart } from './keyword-part.ts'
import { normsOf, TermWeights } from './term-weights.ts'
import { TermCounter } from './term-counter.ts'

/** As postings count them. */
const LARGEST_COUNT = 255

/** The terms of a part, and in how many living entries each stands. */
interface CountedPart {
  readonly part: TermTable
  readonly frequencies: Uint32Array
}

/** What is left of a KeywordPart. */
type TermTable = ReturnType<KeywordPart['termTable']>

export class CountedKeywords extends TermWeights {
  readonly living: number
  readonly #parts: readonly CountedPart[]
  /** Of every entry. */
  readonly #norms: Float32Array

  private constructor(parts: readonly CountedPart[], lengths: Uint32Array, alive: Uint8Array) {
    super()
    let [living, length] = [0, 0]
    for (let entry = 0; entry < lengths.length; entry++) {
      if (alive[entry] === 0) continue
      living++
      length += lengths[entry]!
    }
    this.living = living
    this.#parts = parts
    this.#norms = normsOf(lengths, length / Math.max(1, living))
  }

  /**
   * Reads the postings once and lets them go.
   * @param parts those of one segment after the other, so that one segment at a time stands in memory
   * @param alive 1 for each entry that counts
   */
  static async count(segments: readonly (() => Promise<readonly KeywordPart[]>)[], alive: Uint8Array): Promise<CountedKeywords> {
    const counted: CountedPart[] = []
    const lengths = new Uint32Array(alive.length)
    let from = 0
    for (const partsOf of segments) {
      for (const part of await partsOf()) {
        lengths.set(part.lengths, from)
        counted.push({ part: part.termTable(), frequencies: part.frequencies(alive.subarray(from, from + part.size)) })
        from += part.size
        await new Promise(setImmediate)
      }
    }
    return new CountedKeywords(counted, lengths, alive)
  }

  frequency(term: string): number {
    return this.#parts.reduce((sum, { part, frequencies }) => {
      const id = part.idOf(term)
      return id === undefined ? sum : sum + frequencies[id]!
    }, 0)
  }

  /** Words that are no Han terms and hold this one: 96X stands in 296X. */
  wordsHolding(word: string): string[] {
    const found = new Set<string>()
    for (const { part } of this.#parts) for (const one of part.words()) if (one.includes(word)) found.add(one)
    return [...found]
  }

  /**
   * Scores of some entries, 0 for all others.
   * @param entries living ones, each once
   * @param into of one number an entry
   */
  scores(query: string, entries: Iterable<number>, textOf: (entry: number) => string, into: Float32Array): Float32Array {
    const telling = this.telling(query)
    const gains = telling.map(({ frequency }) => this.gain(frequency))
    const scores = into.fill(0)
    new TermCounter(telling.map(({ term }) => term)).each(entries, textOf, (counts, entry) => {
      const norm = this.#norms[entry]!
      for (let at = 0; at < gains.length; at++) {
        const count = Math.min(counts[at]!, LARGEST_COUNT)
        if (count > 0) scores[entry]! += (gains[at]! * count) / (count + norm)
      }
    })
    return scores
  }
}
