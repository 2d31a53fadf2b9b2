/** The seam behind which it is counted how often who may ask what. */

/** So many at once, and as many again in each minute. */
export interface Allowance {
  readonly perMinute: number
}

export interface Taken {
  readonly isAllowed: boolean
  /** Whole tokens that are left. */
  readonly remaining: number
  /** Seconds until there is one again; 0 where there is. */
  readonly retrySeconds: number
}

/**
 * How often who may ask what: token buckets. A seam: in memory in channels/http/limits.ts, shared by copies of the program
 * in postgres-rates.ts; any other implementation passes test/contracts/rates.ts.
 */
export interface RateStore {
  /** Takes one token of a bucket; a bucket nobody has used is full. */
  take(bucket: string, allowance: Allowance): Promise<Taken>
  /** Looks without taking. */
  look(bucket: string, allowance: Allowance): Promise<Taken>
  /** What was taken in advance and not used after all. */
  giveBack(bucket: string, allowance: Allowance): Promise<void>
}

/** Of sums of parts of a second. */
const ROUNDED = 1e-6

/** @param tokens that are left */
export const toldOf = (tokens: number, isAllowed: boolean, { perMinute }: Allowance): Taken => ({
  isAllowed,
  remaining: Math.floor(tokens),
  retrySeconds: isAllowed ? 0 : Math.max(1, Math.ceil(((1 - tokens) / perMinute) * 60 - ROUNDED)),
})
