/** Lines of a text as received: every character belongs to exactly one line, its line end included. */

export interface Line {
  /** 1-based. */
  readonly number: number
  /** UTF-16 offset of the first character. */
  readonly start: number
  /** Offset after the words, before the line end. */
  readonly wordsEnd: number
  /** Offset after the line end. */
  readonly end: number
  /** The words without blanks around them (NBSP and U+3000 count as blanks). */
  readonly words: string
}

/** Lines ended by LF, CRLF or CR. The lines joined are the text. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = []
  const lineEnd = /\r\n|\n|\r/g
  let start = 0
  while (start < text.length) {
    const match = lineEnd.exec(text)
    const wordsEnd = match ? match.index : text.length
    const end = match ? lineEnd.lastIndex : text.length
    lines.push({ number: lines.length + 1, start, wordsEnd, end, words: text.slice(start, wordsEnd).trim() })
    start = end
  }
  return lines
}
