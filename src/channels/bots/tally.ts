/** What a chat platform brought and what became of it, since the program started: for /readyz. */

export interface Counts {
  /** Taken in. */
  readonly events: number
  /** Came again and were known. */
  readonly duplicates: number
  /** By why; not taken in. */
  readonly refused: Readonly<Record<string, number>>
  readonly ignored: Readonly<Record<string, number>>
  /** Questions whose answer was laid out, notices included. */
  readonly answered: number
  /** Messages that arrived. */
  readonly sent: number
  /** Tries that were put off. */
  readonly later: number
  /** Answers that never arrived. */
  readonly givenUp: number
  /** Messages sent that may have stood there already. */
  readonly repeats: number
}

export interface Trouble {
  readonly code: string
  /** ISO 8601, UTC. */
  readonly at: string
}

/** Reasons told apart; what platforms and askers send must not grow this without end. */
const REASONS = 30
const OTHER = 'other'

type Counted = { [Name in keyof Counts]: Counts[Name] extends number ? Name : never }[keyof Counts]

export class Tally {
  readonly #numbers: Record<Counted, number> = {
    events: 0,
    duplicates: 0,
    answered: 0,
    sent: 0,
    later: 0,
    givenUp: 0,
    repeats: 0,
  }
  readonly #reasons = { refused: new Map<string, number>(), ignored: new Map<string, number>() }
  #trouble: Trouble | undefined

  add(what: Counted, by = 1): void {
    this.#numbers[what] += by
  }

  count(what: 'refused' | 'ignored', why: string): void {
    const reasons = this.#reasons[what]
    const name = reasons.has(why) || reasons.size < REASONS ? why : OTHER
    reasons.set(name, (reasons.get(name) ?? 0) + 1)
  }

  trouble(code: string, now: number): void {
    this.#trouble = { code, at: new Date(now).toISOString() }
  }

  get lastTrouble(): Trouble | undefined {
    return this.#trouble
  }

  get counts(): Counts {
    const { refused, ignored } = this.#reasons
    return { ...this.#numbers, refused: Object.fromEntries(refused), ignored: Object.fromEntries(ignored) }
  }
}
