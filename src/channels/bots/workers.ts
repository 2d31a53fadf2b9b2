/** Works off one stage of the queue: claims what is due, so much at a time, and looks again when more can be. */
import type { BotQueue, ClaimedEvent, Stage } from '../../state/bot-queue.ts'
import { backOff, type Clock } from './clock.ts'

/** What another process leaves behind is found within this time. */
const LOOK_MS = 5_000

export interface WorkersOptions {
  readonly queue: BotQueue
  readonly stage: Stage
  readonly platforms: readonly string[]
  /** Events under way at once. */
  readonly most: number
  /** Never throws. */
  readonly work: (event: ClaimedEvent) => Promise<void>
  readonly clock: Clock
  /** The queue could not be asked, told the first time of several; it is asked again. */
  readonly onTrouble: (error: unknown) => void
}

export class Workers {
  readonly #options: WorkersOptions
  readonly #running = new Map<ClaimedEvent, Promise<void>>()
  #isLooking = false
  #again = false
  #isStopped = false
  #failures = 0
  #cancel = () => {}

  constructor(options: WorkersOptions) {
    this.#options = options
  }

  get underWay(): readonly ClaimedEvent[] {
    return [...this.#running.keys()]
  }

  /** There may be something to do. */
  look(): void {
    if (this.#isStopped) return
    if (this.#isLooking) this.#again = true
    else void this.#look()
  }

  /** Nothing new begins. */
  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  /** When nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0 || this.#isLooking) {
      await Promise.all(this.#running.values())
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    this.#cancel()
    let waitMs = LOOK_MS
    try {
      do {
        this.#again = false
        waitMs = await this.#claim()
      } while (this.#again && !this.#isStopped)
      this.#failures = 0
    } catch (error) {
      if (this.#failures === 0) this.#options.onTrouble(error)
      waitMs = backOff(this.#failures++)
    }
    this.#isLooking = false
    if (!this.#isStopped) this.#cancel = this.#options.clock.after(waitMs, () => this.look())
  }

  /** Milliseconds after which to look again, unless something happens before. */
  async #claim(): Promise<number> {
    const { queue, stage, platforms, most, clock } = this.#options
    const free = most - this.#running.size
    if (free <= 0) return LOOK_MS
    const events = await queue.claim({ stage, platforms, most: free })
    if (!this.#isStopped) for (const event of events) this.#begin(event)
    if (events.length === free) return LOOK_MS
    const due = await queue.nextDue({ stage, platforms })
    return due === undefined ? LOOK_MS : Math.min(LOOK_MS, Math.max(0, due - clock.now()))
  }

  #begin(event: ClaimedEvent): void {
    const work = this.#options.work(event).finally(() => {
      this.#running.delete(event)
      this.look()
    })
    this.#running.set(event, work)
  }
}
