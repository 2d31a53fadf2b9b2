/** Messages of one place follow each other slowly, one at a time; places know nothing of each other. */
import { sleep, type Clock } from './clock.ts'

/** Places that are free again are forgotten when there are so many. */
const REMEMBERED = 1_000

interface Place {
  /** When its next message may go. */
  freeAt: number
  /** Ends when the last one that waits has gone. */
  queue: Promise<unknown>
  waiting: number
}

export class Pace {
  readonly #clock: Clock
  readonly #places = new Map<string, Place>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Runs `work` when it is its turn; when the signal is aborted, at once: it looks at the signal itself. */
  async inTurn<Result>(name: string, betweenMs: number, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const place = this.#place(name)
    const before = place.queue
    const turn = async () => {
      await before
      for (let left = Infinity; left > 0 && !signal.aborted; ) {
        left = place.freeAt - this.#clock.now()
        await sleep(this.#clock, left, signal)
      }
      try {
        return await work()
      } finally {
        place.freeAt = Math.max(place.freeAt, this.#clock.now() + betweenMs)
        place.waiting--
        this.#forget()
      }
    }
    place.waiting++
    const running = turn()
    // a place without a pace still waits where it was told to; its messages need not follow each other
    if (betweenMs > 0) place.queue = running.catch(() => {})
    return running
  }

  /** Nothing goes there before that time. */
  hold(name: string, until: number): void {
    const place = this.#place(name)
    place.freeAt = Math.max(place.freeAt, until)
  }

  #place(name: string): Place {
    const known = this.#places.get(name)
    if (known) return known
    const place = { freeAt: 0, queue: Promise.resolve(), waiting: 0 }
    this.#places.set(name, place)
    return place
  }

  #forget(): void {
    if (this.#places.size <= REMEMBERED) return
    const now = this.#clock.now()
    for (const [name, { freeAt, waiting }] of this.#places) if (waiting === 0 && freeAt <= now) this.#places.delete(name)
  }
}

/** So many at a time; who comes later waits. */
export class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(most: number) {
    this.#free = most
  }

  async within<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}
