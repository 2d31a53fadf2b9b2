/** Chance that can be repeated: every trial is named by its seed. */

export interface Random {
  /** 0 ≤ x < 1 */
  next(): number
  /** A whole number, from ≤ n < to. */
  between(from: number, to: number): number
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T
}

/** mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from))
  return {
    next,
    between,
    pick: (list) => {
      if (list.length === 0) throw new Error('nothing to pick from')
      return list[between(0, list.length)] as (typeof list)[number]
    },
  }
}

export const isLong = process.env['TIAOWEN_LONG'] === '1'

/** How often to try: `long` with TIAOWEN_LONG=1, else `short`. */
export function trials(short: number, long: number): number {
  return isLong ? long : short
}

/** Runs numbered trials, each with its own seed; a failure names the seed to repeat it. */
export async function repeat(count: number, seed: number, trial: (random: Random, n: number) => Promise<void>) {
  for (let n = 0; n < count; n++) {
    try {
      await trial(randomFrom(seed + n), n)
    } catch (error) {
      if (error instanceof Error) error.message = `trial ${n} of ${count}, seed ${seed + n}: ${error.message}`
      throw error
    }
  }
}
