/**
 * What a term of a question counts for (Robertson and Zaragoza 2009, with the idf of Lucene, which is never negative):
 * from the number of entries it stands in, wherever these are counted. Of the living entries alone: a library that grew
 * file by file gives the weights of one that was built at once.
 */
import { terms } from './terms.ts'

export const K1 = 1.2
const B = 0.75
/** Weights of terms are those of a library of some 700 entries, whatever its size: limits are set on this scale. */
const WEIGHT_SCALE = 6.5
/**
 * A single character that stands in more than this share of the entries is left out of a question that has rarer terms:
 * the pairs it is part of say more. It is four fifths of the work, and changes Recall@10 over 58,496 articles by 0.006
 * either way.
 */
const COMMON = 0.1

/** A term of a query, and in how many entries it stands. */
export interface Telling {
  readonly term: string
  readonly frequency: number
}

export abstract class TermWeights {
  /** Entries that are there. */
  abstract readonly living: number

  /** In how many entries a term stands. */
  abstract frequency(term: string): number

  idf(term: string): number {
    return this.#idfOf(this.frequency(term))
  }

  /** The idf as a share of the highest there can be, on a scale that does not depend on the size of the library. */
  weight(term: string): number {
    return (WEIGHT_SCALE * this.idf(term)) / Math.log(1 + Math.max(1, this.living))
  }

  /** More than the score of any entry: of one that said every term of the query, unknown ones too, without end. */
  limit(query: string): number {
    const unknown = [...new Set(terms(query))].filter((term) => this.frequency(term) === 0)
    const frequencies = [...this.telling(query).map(({ frequency }) => frequency), ...unknown.map(() => 0)]
    return frequencies.reduce((sum, frequency) => sum + this.gain(frequency), 0)
  }

  /** The terms of a query that stand anywhere, without characters that tell little. */
  telling(query: string): Telling[] {
    const known = Array.from(new Set(terms(query)), (term) => ({ term, frequency: this.frequency(term) }))
    const found = known.filter(({ frequency }) => frequency > 0)
    const rare = found.filter(({ term, frequency }) => term.length > 1 || frequency <= COMMON * this.living)
    return rare.length > 0 ? rare : found
  }

  /** What a term of this frequency adds to a score at most. */
  gain(frequency: number): number {
    return this.#idfOf(frequency) * (K1 + 1)
  }

  #idfOf(frequency: number): number {
    return Math.log(1 + (this.living - frequency + 0.5) / (frequency + 0.5))
  }
}

/** What the length of each text does to its scores: k1·(1−b+b·length/average). */
export function normsOf(lengths: Uint32Array, average: number): Float32Array {
  return Float32Array.from(lengths, (own) => K1 * (1 - B + B * (average === 0 ? 1 : own / average)))
}
