/** How often who may ask what: token buckets behind a seam, so that several copies of the program can share one store. */
import { LRUCache } from 'lru-cache'
import { PolicyError } from '../../errors.ts'
import { toldOf, type Allowance, type RateStore, type Taken } from '../../state/rates.ts'
import type { LimitKind } from './route-table.ts'

export type { Allowance, RateStore, Taken }

interface Bucket {
  readonly tokens: number
  readonly at: number
}

/** Buckets that are kept: about 10 MB. Who was not heard of for longest is forgotten, and has a full one. */
const MOST_BUCKETS = 50_000
const A_MINUTE_MS = 60_000

export class MemoryRates implements RateStore {
  readonly #buckets: LRUCache<string, Bucket>
  readonly #now: () => number

  constructor(now: () => number = () => performance.now(), most = MOST_BUCKETS) {
    this.#buckets = new LRUCache({ max: most })
    this.#now = now
  }

  get size(): number {
    return this.#buckets.size
  }

  async take(bucket: string, allowance: Allowance): Promise<Taken> {
    const tokens = this.#tokens(bucket, allowance)
    const isAllowed = tokens >= 1
    if (isAllowed) this.#buckets.set(bucket, { tokens: tokens - 1, at: this.#now() })
    return toldOf(isAllowed ? tokens - 1 : tokens, isAllowed, allowance)
  }

  async look(bucket: string, allowance: Allowance): Promise<Taken> {
    const tokens = this.#tokens(bucket, allowance)
    return toldOf(tokens, tokens >= 1, allowance)
  }

  async giveBack(bucket: string, allowance: Allowance): Promise<void> {
    const tokens = Math.min(allowance.perMinute, this.#tokens(bucket, allowance) + 1)
    this.#buckets.set(bucket, { tokens, at: this.#now() })
  }

  #tokens(bucket: string, { perMinute }: Allowance): number {
    const known = this.#buckets.get(bucket)
    if (!known) return perMinute
    return Math.min(perMinute, known.tokens + ((this.#now() - known.at) / A_MINUTE_MS) * perMinute)
  }
}

/** Limits over all copies of the program; while what they share is away, each copy counts for itself. */
export class SharedRates implements RateStore {
  readonly #shared: RateStore
  readonly #own: RateStore

  constructor(shared: RateStore, own: RateStore) {
    this.#shared = shared
    this.#own = own
  }

  take(bucket: string, allowance: Allowance): Promise<Taken> {
    return this.#asked((store) => store.take(bucket, allowance))
  }

  look(bucket: string, allowance: Allowance): Promise<Taken> {
    return this.#asked((store) => store.look(bucket, allowance))
  }

  giveBack(bucket: string, allowance: Allowance): Promise<void> {
    return this.#asked((store) => store.giveBack(bucket, allowance))
  }

  /** That it is away is told by whoever keeps it, and at /readyz. */
  async #asked<Result>(ask: (store: RateStore) => Promise<Result>): Promise<Result> {
    try {
      return await ask(this.#shared)
    } catch (error) {
      if (error instanceof PolicyError && (error.code === 'state-unusable' || error.code === 'disk-full')) return ask(this.#own)
      throw error
    }
  }
}

/** Requests a minute. */
export type Rates = Readonly<Record<Exclude<LimitKind, 'none'> | 'failure' | 'signIn', number>>

/** By key or person; the last two by address. */
export const RATES: Rates = { ask: 60, search: 600, upload: 30, check: 20, failure: 10, signIn: 10 }

/** As draft-ietf-httpapi-ratelimit-headers writes them. */
export function rateHeaders(kind: string, { remaining, retrySeconds }: Taken, { perMinute }: Allowance): Readonly<Record<string, string>> {
  return {
    'RateLimit-Policy': `"${kind}";q=${perMinute};w=60`,
    RateLimit: `"${kind}";r=${Math.max(0, remaining)};t=${retrySeconds}`,
    ...(retrySeconds > 0 && { 'Retry-After': String(retrySeconds) }),
  }
}
