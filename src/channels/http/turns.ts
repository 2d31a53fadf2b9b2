/** Heavy work a few at a time; some wait, and who comes beyond them is told to come back. */
import { PolicyError, type ErrorCode } from '../../errors.ts'

export interface TurnLimits {
  readonly atOnce: number
  readonly waiting: number
  /** How it is said that there is no room. */
  readonly full: { readonly code: ErrorCode; readonly message: string }
}

export class Turns {
  readonly #limits: TurnLimits
  readonly #waiting: (() => void)[] = []
  #busy = 0

  constructor(limits: TurnLimits) {
    this.#limits = limits
  }

  /**
   * Resolves when it is one's turn, with what ends it, to be called once.
   * @throws PolicyError where too many wait; the signal's reason where it is aborted meanwhile
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    const { atOnce, waiting, full } = this.#limits
    if (this.#busy < atOnce) this.#busy++
    else if (this.#waiting.length >= waiting) throw new PolicyError(full.code, full.message)
    else await this.#wait(signal)
    return () => this.#leave()
  }

  #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const goAway = () => {
      this.#waiting.splice(this.#waiting.indexOf(begin), 1)
      reject(signal.reason as Error)
    }
    const begin = () => {
      signal.removeEventListener('abort', goAway)
      resolve()
    }
    signal.addEventListener('abort', goAway, { once: true })
    this.#waiting.push(begin)
    return promise
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#busy--
  }
}
