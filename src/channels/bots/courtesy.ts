/**
 * Acknowledging comes before answering: platforms wait three seconds for the one, people longer for the other. Work
 * passes one by one, each after what came over the network meanwhile has had its turn; in a rush of events it waits for
 * the rush to end, yet not for long.
 */
import { sleep, type Clock } from './clock.ts'
import { Slots } from './pace.ts'

/** So many events within this time are a rush. */
const RUSH_EVENTS = 10
const RUSH_MS = 200
/** In a rush one piece of work begins in this time. */
const MOST_MS = 250
const LOOK_MS = 10

export class Courtesy {
  readonly #clock: Clock
  /** When the last events came, the oldest first. */
  #came: number[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** An event came. */
  came(): void {
    this.#came = [...this.#came.slice(1 - RUSH_EVENTS), this.#clock.now()]
  }

  /** A way to pass, beside others. */
  door(): (signal: AbortSignal) => Promise<void> {
    const one = new Slots(1)
    return (signal) => one.within(() => this.#turn(signal))
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const until = this.#clock.now() + MOST_MS
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#isRush() && this.#clock.now() < until && !signal.aborted) await sleep(this.#clock, LOOK_MS, signal)
  }

  #isRush(): boolean {
    const [first] = this.#came
    return this.#came.length === RUSH_EVENTS && first !== undefined && this.#clock.now() - first < RUSH_MS
  }
}
