/** What requests to a model may take in a day. */
import type { Payer } from '../types.ts'
import { ModelTrouble } from './answer-model.ts'
import { CHINA_AHEAD_MS } from './clock.ts'
import type { ModelClock } from './model-clock.ts'

export interface BudgetLimits {
  /** Of all requests of a day together. */
  readonly tokensADay?: number
}

/** Of all together; no payer is called so. */
export const ALL = ''

/**
 * Where tokens are counted, by day and by whose they are. A seam: in memory here, shared by copies of the program in
 * state/postgres-tokens.ts; any other implementation passes test/contracts/tokens.ts.
 */
export interface TokenLedger {
  /**
   * Adds to each of them, unless one would have more than its limit then; that one is named, and nothing is added.
   * @param day days since 1970 in China
   * @param limits by whose; Infinity for none
   */
  hold(day: number, tokens: number, limits: ReadonlyMap<string, number>): Promise<{ readonly over?: string; readonly used: number }>
  /** What was taken beside what was held, below 0 where it was less. `used`: of ALL, here and there. */
  settle(day: number, tokens: number, whose: readonly string[]): Promise<{ readonly used: number }>
}

/** Counted in memory: a restart begins anew. */
export class MemoryLedger implements TokenLedger {
  #day = 0
  readonly #used = new Map<string, number>()

  async hold(day: number, tokens: number, limits: ReadonlyMap<string, number>) {
    this.#on(day)
    const over = [...limits].find(([whose, limit]) => this.#usedBy(whose) + tokens > limit)?.[0]
    if (over !== undefined) return { over, used: this.#usedBy(ALL) }
    return this.settle(day, tokens, [...limits.keys()])
  }

  async settle(day: number, tokens: number, whose: readonly string[]) {
    if (day < this.#day) return { used: this.#usedBy(ALL) } // the day it was held on is over
    this.#on(day)
    for (const one of whose) this.#used.set(one, this.#usedBy(one) + tokens)
    return { used: this.#usedBy(ALL) }
  }

  #usedBy(whose: string): number {
    return this.#used.get(whose) ?? 0
  }

  #on(day: number): void {
    if (day !== this.#day) this.#used.clear()
    this.#day = day
  }
}

const DAY_MS = 24 * 3_600_000

/** Tokens of a day in China, of all requests and of those of each payer. */
export class TokenBudget {
  readonly #limits: BudgetLimits
  readonly #clock: Pick<ModelClock, 'now'>
  readonly #ledger: TokenLedger
  #day = 0
  #isSpent = false
  /** Of all, as the ledger said last. */
  #used = 0

  constructor(limits: BudgetLimits, clock: Pick<ModelClock, 'now'>, ledger: TokenLedger = new MemoryLedger()) {
    this.#limits = limits
    this.#clock = clock
    this.#ledger = ledger
  }

  get isSpent(): boolean {
    this.#today()
    return this.#isSpent
  }

  left(): number | undefined {
    this.#today()
    const { tokensADay } = this.#limits
    return tokensADay === undefined ? undefined : Math.max(0, tokensADay - this.#used)
  }

  /**
   * Holds what a request may take at most. Gives back a function that is told what it took.
   * @throws ModelTrouble `over-budget`, also where it cannot be counted
   */
  async hold(most: number, payer: Payer | undefined): Promise<(taken: number) => Promise<void>> {
    const day = this.#today()
    const { tokensADay = Infinity } = this.#limits
    const limits = new Map<string, number>([[ALL, tokensADay]])
    if (payer) limits.set(payer.id, payer.tokensADay ?? Infinity)
    if ([...limits.values()].every((limit) => limit === Infinity)) return async () => {} // nobody asks how many they were
    const { over, used } = await this.#counted(() => this.#ledger.hold(day, most, limits))
    this.#told(day, used)
    if (over !== undefined) {
      const retryAfterMs = (day + 1) * DAY_MS - CHINA_AHEAD_MS - this.#clock.now()
      if (over === ALL) this.#isSpent = true
      const whose = over === ALL ? 'of the day' : 'of the day of this asker'
      throw new ModelTrouble('over-budget', `The tokens ${whose} (${limits.get(over)}) are used up`, { retryAfterMs })
    }
    return async (taken) => {
      // what cannot be given back stays held: rather too much is counted than too little
      const settled = await this.#ledger.settle(day, taken - most, [...limits.keys()]).catch(() => undefined)
      if (settled) this.#told(day, settled.used)
    }
  }

  async #counted<Result>(count: () => Promise<Result>): Promise<Result> {
    try {
      return await count()
    } catch (error) {
      throw new ModelTrouble('over-budget', `The tokens of the day cannot be counted: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #told(day: number, used: number): void {
    if (day === this.#today()) this.#used = used
  }

  /** Days since 1970 in China; a new one begins with nothing used. */
  #today(): number {
    const day = Math.floor((this.#clock.now() + CHINA_AHEAD_MS) / DAY_MS)
    if (day !== this.#day) [this.#used, this.#isSpent] = [0, false]
    return (this.#day = day)
  }
}
