/** Milliseconds of each step, for the answer's timings; the day it is where the laws are made. */

/** UTC+8, the whole year. */
export const CHINA_AHEAD_MS = 8 * 3_600_000

/** Today in China, ISO 8601: a law that is in force from a day is so from midnight there. */
export function today(): string {
  return new Date(Date.now() + CHINA_AHEAD_MS).toISOString().slice(0, 10)
}

export class Clock {
  readonly #started = performance.now()
  readonly #steps: Record<string, number> = {}
  #last = this.#started

  /** Ends a step that began at the last mark. */
  mark(step: string): void {
    const now = performance.now()
    this.#steps[step] = rounded(now - this.#last)
    this.#last = now
  }

  timings(): Readonly<Record<string, number>> {
    return { ...this.#steps, total: rounded(performance.now() - this.#started) }
  }
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}
