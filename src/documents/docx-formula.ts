/** A formula 公式 of a Word file in one line: (甲+乙)/丙, x^2. */

/** Told of the elements of an `m:oMath` and of the words in them, in their order. */
export class Formula {
  readonly #parts: string[] = ['']

  get words(): string {
    return this.#parts[0] ?? ''
  }

  add(words: string): void {
    this.#parts.push((this.#parts.pop() ?? '') + words)
  }

  open(name: string): void {
    if (/^m:(?:num|den|sup|sub|deg)$/.test(name)) this.#parts.push('')
    if (name === 'm:rad') this.add('√')
  }

  close(name: string): void {
    if (!/^m:(?:num|den|sup|sub|deg)$/.test(name) || this.#parts.length < 2) return
    const part = this.#parts.pop() ?? ''
    const words = [...part].length > 1 && !/^[\d.]+$/.test(part) ? `(${part})` : part
    if (name === 'm:num') this.add(`${words}/`)
    else if (name === 'm:sup' && part !== '') this.add(`^${words}`)
    else if (name === 'm:sub' && part !== '') this.add(`_${words}`)
    else this.add(name === 'm:deg' ? '' : words)
  }
}
