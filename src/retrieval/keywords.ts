/**
 * BM25 over all entries of a library by their postings. A question over 60,000 articles takes a fraction of a
 * millisecond.
 */
import type { KeywordPart, Postings } from './keyword-part.ts'
import { normsOf, TermWeights } from './term-weights.ts'
import { terms } from './terms.ts'

/** Terms whose frequency is kept. */
const MOST_KNOWN = 20_000

/** A part, where its rows begin among all entries, and what lengths do to its scores. */
interface Placed {
  readonly part: KeywordPart
  readonly from: number
  /** k1·(1−b+b·length/average) of each row. */
  readonly norms: Float32Array
  /** Does it hold entries that are no more? */
  readonly hasDead: boolean
}

export class Keywords extends TermWeights {
  /** Entries, those included that are no more; entry i of the scores is entry i of the library. */
  readonly size: number
  readonly #parts: readonly Placed[]
  readonly living: number
  readonly #alive: Uint8Array | undefined
  /** Entries that are no more. */
  readonly #dead: readonly number[]
  /** Where some are, counting costs as much as scoring. */
  readonly #frequencies = new Map<string, number>()

  /** `alive`: 1 for each entry that counts; absent: all do. */
  constructor(parts: readonly KeywordPart[], alive?: Uint8Array) {
    super()
    this.size = parts.reduce((sum, { size }) => sum + size, 0)
    this.#alive = alive?.includes(0) === true ? alive : undefined
    this.#dead = Array.from(this.#alive ?? [], (isAlive, entry) => (isAlive === 0 ? entry : -1)).filter((entry) => entry >= 0)
    const counts = (entry: number): boolean => this.#alive?.[entry] !== 0
    let [from, living, length] = [0, 0, 0]
    const placed = parts.map((part) => ({ part, from: (from += part.size) - part.size }))
    for (const { part, from } of placed) {
      for (let row = 0; row < part.size; row++) {
        if (!counts(from + row)) continue
        living++
        length += part.lengths[row]!
      }
    }
    const average = length / Math.max(1, living)
    this.living = living
    this.#parts = placed.map(({ part, from }) => ({
      part,
      from,
      norms: normsOf(part.lengths, average),
      hasDead: this.#alive?.subarray(from, from + part.size).includes(0) === true,
    }))
  }

  /** In how many entries a term stands. */
  frequency(term: string): number {
    const known = this.#frequencies.get(term)
    if (known !== undefined) return known
    const frequency = this.#parts.reduce((sum, placed) => sum + this.#livingOf(placed, placed.part.postings(term)), 0)
    if (this.#frequencies.size >= MOST_KNOWN) this.#frequencies.clear()
    this.#frequencies.set(term, frequency)
    return frequency
  }

  /**
   * One score an entry; 0 where no term of the query stands. A term counts once however often the query says it.
   * `into`: an array to use again, of one entry a place.
   */
  scores(query: string, into?: Float32Array): Float32Array {
    const scores = into?.fill(0) ?? new Float32Array(this.size)
    for (const { term, frequency } of this.telling(query)) {
      const gain = this.gain(frequency)
      for (const placed of this.#parts) addScores(scores, placed, placed.part.postings(term), gain)
    }
    for (const entry of this.#dead) scores[entry] = 0
    return scores
  }

  /** Living entries that hold every term of a name; its words need not stand together there. */
  entriesWith(name: string): number[] {
    const wanted = [...new Set(terms(name))]
    const found = this.#parts.flatMap(({ part, from }) => {
      const [rarest, ...others] = wanted.map((term) => rowsOf(part, term)).sort((one, other) => one.length - other.length)
      const rows = Array.from(rarest ?? []).filter((row) => others.every((other) => holds(other, row)))
      return rows.map((row) => from + row)
    })
    return found.filter((entry) => this.#alive?.[entry] !== 0)
  }

  #livingOf({ part, from, hasDead }: Placed, postings: Postings): number {
    if (!hasDead) return postings.to - postings.from
    let count = 0
    for (let at = postings.from; at < postings.to; at++) count += this.#alive![from + part.rows[at]!]!
    return count
  }
}

function addScores(scores: Float32Array, { part, from, norms }: Placed, postings: Postings, gain: number): void {
  const { rows, counts } = part
  for (let at = postings.from; at < postings.to; at++) {
    const row = rows[at]!
    const count = counts[at]!
    scores[from + row]! += (gain * count) / (count + norms[row]!)
  }
}

/** Rows of a term, ascending; of a Latin word, those of every word that holds it: 96X stands in 296X. */
function rowsOf(part: KeywordPart, term: string): Uint16Array {
  const own = (word: string): Uint16Array => {
    const { from, to } = part.postings(word)
    return part.rows.subarray(from, to)
  }
  if (term.charCodeAt(0) >= 0x80) return own(term)
  const holding = Array.from(part.words()).filter((word) => word.includes(term))
  return Uint16Array.from(new Set(holding.flatMap((word) => [...own(word)]))).sort()
}

/** Does a number stand among others in order? */
function holds(rows: Uint16Array, wanted: number): boolean {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return rows[low] === wanted
}
