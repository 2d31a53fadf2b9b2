/** How often the terms of one question stand in a text, as terms.ts would count them, without making all its terms. */
import { numberOf } from './keyword-part.ts'
import { fold, terms } from './terms.ts'

/** The first characters of the terms looked for: 1. Set while a counter is in use, since most characters are others. */
const isFirst = new Uint8Array(0x10000)

export class TermCounter {
  /** Number of a Han term → its place among the terms. */
  readonly #han = new Map<number, number>()
  /** Any other term → its place. */
  readonly #words = new Map<string, number>()
  readonly #firsts: readonly number[]
  readonly #counts: Float64Array

  constructor(wanted: readonly string[]) {
    wanted.forEach((term, at) => {
      const number = numberOf(term)
      if (number === undefined) this.#words.set(term, at)
      else this.#han.set(number, at)
    })
    this.#firsts = wanted.flatMap((term) => (numberOf(term) === undefined ? [] : [term.charCodeAt(0)]))
    this.#counts = new Float64Array(wanted.length)
  }

  /**
   * The counts of each text, handed to `onCounts` in turn: one number a term, an array used again for the next text.
   * @example each(['全社会研发投入'], (counts) => …) // of ['研发', '投']: [1, 1]
   */
  each<Text>(texts: Iterable<Text>, textOf: (text: Text) => string, onCounts: (counts: Float64Array, text: Text) => void): void {
    for (const code of this.#firsts) isFirst[code] = 1
    try {
      for (const text of texts) onCounts(this.#count(fold(textOf(text))), text)
    } finally {
      for (const code of this.#firsts) isFirst[code] = 0
    }
  }

  #count(folded: string): Float64Array {
    const counts = this.#counts.fill(0)
    for (let at = 0; at < folded.length; at++) {
      const first = folded.charCodeAt(at)
      if (isFirst[first] === 0) continue
      const single = this.#han.get(first)
      if (single !== undefined) counts[single]!++
      const pair = this.#han.get(first * 0x10000 + folded.charCodeAt(at + 1)) // NaN at the end: no pair
      if (pair !== undefined) counts[pair]!++
    }
    if (this.#maySayWord(folded)) {
      for (const term of terms(folded)) {
        const at = this.#words.get(term)
        if (at !== undefined) counts[at]!++
      }
    }
    return counts
  }

  /** A year in characters is a word in digits. */
  #maySayWord(folded: string): boolean {
    if (this.#words.size === 0) return false
    if (folded.includes('年')) return true
    for (const word of this.#words.keys()) if (folded.includes(word)) return true
    return false
  }
}
