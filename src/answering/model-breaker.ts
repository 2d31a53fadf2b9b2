/** A pause for an endpoint that fails again and again 熔断. */
import { ModelTrouble } from './answer-model.ts'
import type { ModelClock } from './model-clock.ts'

export interface BreakerLimits {
  /** Failed tries in a row that open it. */
  readonly breaksAfter: number
  readonly breakMs: number
}

/** `trial`: the pause is over, and the next request, or one under way, decides. */
export type Circuit = 'closed' | 'open' | 'trial'

/** Says how a try ended; true the first time. */
export type Leave = (how: 'worked' | 'failed' | 'left') => boolean

/** Lets no request through for `breakMs` once `breaksAfter` tries in a row have failed; then one, which decides. */
export class Breaker {
  readonly #limits: BreakerLimits
  readonly #clock: Pick<ModelClock, 'now'>
  #failed = 0
  #openUntil: number | undefined
  #isTrying = false

  constructor(limits: BreakerLimits, clock: Pick<ModelClock, 'now'>) {
    this.#limits = limits
    this.#clock = clock
  }

  get circuit(): Circuit {
    if (this.#openUntil === undefined) return 'closed'
    return this.#clock.now() < this.#openUntil ? 'open' : 'trial'
  }

  /** @throws ModelTrouble `open-circuit` */
  enter(): Leave {
    const now = this.#clock.now()
    const isTrial = this.#openUntil !== undefined
    if (isTrial && (now < this.#openUntil! || this.#isTrying)) {
      const retryAfterMs = Math.max(0, this.#openUntil! - now)
      throw new ModelTrouble('open-circuit', 'The model failed again and again and is left alone for a while', {
        retryAfterMs,
      })
    }
    if (isTrial) this.#isTrying = true
    let isOver = false
    return (how) => {
      if (isOver) return false
      isOver = true
      if (isTrial) this.#isTrying = false
      if (how === 'worked') this.#close()
      if (how === 'failed') this.#fail(isTrial)
      return true
    }
  }

  #close(): void {
    this.#failed = 0
    this.#openUntil = undefined
  }

  /** Of requests that began before it opened, a failure changes nothing more. */
  #fail(isTrial: boolean): void {
    this.#failed++
    const opens = isTrial || (this.#openUntil === undefined && this.#failed >= this.#limits.breaksAfter)
    if (opens) this.#openUntil = this.#clock.now() + this.#limits.breakMs
  }
}
