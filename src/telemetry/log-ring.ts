/**
 * The last lines of the log, in memory: what an administrator sees without a shell on the server. They have passed the
 * redactor; what looks like a secret is left out once more.
 */
import type { Sink } from './log.ts'

export interface KeptLine {
  /** From 1, without a gap; lines that were pushed out keep their numbers. */
  readonly number: number
  /** ISO 8601, UTC. */
  readonly at: string
  /** Absent where the part that spoke did not say. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error'
  readonly component?: string
  readonly message: string
}

const KEPT = 1_000
const LONGEST = 2_000

export class LogRing {
  readonly #now: () => number
  readonly #lines: KeptLine[] = []
  #count = 0

  constructor({ now = Date.now }: { readonly now?: () => number } = {}) {
    this.#now = now
  }

  /** To be told of every line. */
  readonly sink: Sink = ({ message, level, component }) => this.add(message, { level, component })

  add(message: string, { level, component }: { readonly level?: KeptLine['level']; readonly component?: string | undefined } = {}): void {
    this.#lines.push({
      number: ++this.#count,
      at: new Date(this.#now()).toISOString(),
      ...(level && { level }),
      ...(component !== undefined && { component }),
      message: redacted(message).slice(0, LONGEST),
    })
    if (this.#lines.length > KEPT) this.#lines.shift()
  }

  /** The last of those after a number, oldest first. */
  tail({ after = 0, limit }: { readonly after?: number; readonly limit: number }): { readonly lines: readonly KeptLine[]; readonly last: number } {
    return { lines: this.#lines.filter(({ number }) => number > after).slice(-limit), last: this.#count }
  }
}

const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***'],
  [/\btw_(live|test)_[\w-]{8,}/g, 'tw_$1_***'],
  [/\b(xox[a-z]|xapp)-[\w-]{6,}/g, '$1-***'],
  [/\bsk-[\w-]{8,}/g, 'sk-***'],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, '$1***@'],
  [/\b((?:access_)?token|secret|password|passwd|api[_-]?key|sign)=[^\s&"']+/gi, '$1=***'],
]

/** Without what looks like a secret. */
const redacted = (message: string): string => SECRET_SHAPES.reduce((text, [shape, instead]) => text.replace(shape, instead), message)
