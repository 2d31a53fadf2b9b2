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
  /** The words without blanks around them; NBSP, U+3000 and characters without width count as blanks. */
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
    lines.push({ number: lines.length + 1, start, wordsEnd, end, words: trimmed(text.slice(start, wordsEnd)) })
    start = end
  }
  return lines
}

const BLANK = /[\s\u200b-\u200f\u2060]/

/** Without blanks at both ends, in one pass each. */
function trimmed(line: string): string {
  let start = 0
  let end = line.length
  while (start < end && BLANK.test(line.charAt(start))) start++
  while (end > start && BLANK.test(line.charAt(end - 1))) end--
  return line.slice(start, end)
}
