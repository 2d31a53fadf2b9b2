/** Milliseconds of each step, for the answer's timings. */
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
