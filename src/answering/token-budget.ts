/** What requests to a model may take in a day. */
import type { Payer } from '../types.ts'
import { ModelTrouble } from './answer-model.ts'
import { CHINA_AHEAD_MS } from './clock.ts'
import type { ModelClock } from './model-clock.ts'

export interface BudgetLimits {
  /** Of all requests of a day together. */
  readonly tokensADay?: number
}

const DAY_MS = 24 * 3_600_000
const ALL = Symbol('all payers')

/** Tokens of a day in China, of all requests and of those of each payer, in memory. */
export class TokenBudget {
  readonly #limits: BudgetLimits
  readonly #clock: Pick<ModelClock, 'now'>
  #day = 0
  #isSpent = false
  /** Used and held, of all and of each payer. */
  readonly #used = new Map<string | typeof ALL, number>()

  constructor(limits: BudgetLimits, clock: Pick<ModelClock, 'now'>) {
    this.#limits = limits
    this.#clock = clock
  }

  get isSpent(): boolean {
    this.#today()
    return this.#isSpent
  }

  left(): number | undefined {
    this.#today()
    const { tokensADay } = this.#limits
    return tokensADay === undefined ? undefined : Math.max(0, tokensADay - this.#usedOf(ALL))
  }

  /**
   * Holds what a request may take at most. Gives back a function that is told what it took.
   * @throws ModelTrouble `over-budget`
   */
  hold(most: number, payer: Payer | undefined): (taken: number) => void {
    const day = this.#today()
    const { tokensADay = Infinity } = this.#limits
    const limits = new Map<string | typeof ALL, number>([[ALL, tokensADay]])
    if (payer) limits.set(payer.id, payer.tokensADay ?? Infinity)
    for (const [owner, limit] of limits) {
      if (this.#usedOf(owner) + most <= limit) continue
      const retryAfterMs = (day + 1) * DAY_MS - CHINA_AHEAD_MS - this.#clock.now()
      if (owner === ALL) this.#isSpent = true
      const whose = owner === ALL ? 'of the day' : 'of the day of this asker'
      throw new ModelTrouble('over-budget', `The tokens ${whose} (${limit}) are used up`, { retryAfterMs })
    }
    const add = (tokens: number) => {
      for (const owner of limits.keys()) this.#used.set(owner, this.#usedOf(owner) + tokens)
    }
    add(most)
    return (taken) => {
      if (this.#today() === day) add(taken - most)
    }
  }

  #usedOf(owner: string | typeof ALL): number {
    return this.#used.get(owner) ?? 0
  }

  /** Days since 1970 in China; a new one begins with nothing used. */
  #today(): number {
    const day = Math.floor((this.#clock.now() + CHINA_AHEAD_MS) / DAY_MS)
    if (day !== this.#day) {
      this.#used.clear()
      this.#isSpent = false
    }
    return (this.#day = day)
  }
}
