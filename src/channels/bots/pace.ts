/** Messages of one place follow each other slowly, one at a time; places know nothing of each other. */
import { sleep, type Clock } from './clock.ts'

/** Whose turn is further off does not wait for it here, and leaves the room to other places. */
const PATIENCE_MS = 10_000
/** Places that are free again are forgotten when there are so many. */
const REMEMBERED = 1_000

interface Place {
  /** When its next message may go. */
  freeAt: number
  /** Ends when the last one that waits has gone. */
  queue: Promise<unknown>
  waiting: number
  /** Whose turn is kept for later, and when the last of these turns is over. */
  readonly kept: Set<string>
  keptUntil: number
}

export class Pace {
  readonly #clock: Clock
  readonly #places = new Map<string, Place>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Milliseconds after which to come again, since many are before; the turn is kept under that name, in order, each at
   * a time of its own. 0: come now.
   */
  comeAgainIn(name: string, who: string, betweenMs: number): number {
    const place = this.#place(name)
    const now = this.#clock.now()
    const wasKept = place.kept.delete(who)
    const next = Math.max(place.freeAt, now) + place.waiting * betweenMs
    const free = wasKept ? next : Math.max(next, place.keptUntil)
    if (free - now <= PATIENCE_MS) return 0
    const turn = Math.max(next, place.keptUntil)
    place.kept.add(who)
    place.keptUntil = turn + betweenMs
    return turn - now
  }

  /** Runs `work` when it is its turn; when the signal is aborted, at once: it looks at the signal itself. */
  async inTurn<Result>(
    name: string,
    betweenMs: number,
    signal: AbortSignal,
    work: () => Promise<Result>,
  ): Promise<Result> {
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
    const place = { freeAt: 0, queue: Promise.resolve(), waiting: 0, kept: new Set<string>(), keptUntil: 0 }
    this.#places.set(name, place)
    return place
  }

  #forget(): void {
    if (this.#places.size <= REMEMBERED) return
    const now = this.#clock.now()
    for (const [name, { freeAt, waiting, keptUntil }] of this.#places) {
      if (waiting === 0 && freeAt <= now && keptUntil + PATIENCE_MS <= now) this.#places.delete(name)
    }
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
