/** Text → lines with their offsets; Markdown decoration is stepped over, never removed. */
import type { Span } from '../types.ts'

export interface Line extends Span {
  /** Without white space, `##`, `>`, `- `, `**` at either end: text.slice(start, end). */
  readonly words: string
  /** How many # stand before it; 0 for none. */
  readonly hashes: number
  /** Nothing stands between this line and the one before it but the line break. */
  readonly adjacent: boolean
}

const BLANK = /[\s\u3000\u00a0\u200b\ufeff]/

/** Lines that separate and say nothing: HTML comments, rules, code fences. */
function isSeparator(words: string): boolean {
  return (words.startsWith('<!--') && words.endsWith('-->')) || /^(?:[-*_=~]{3,}|`{3,}\w*)$/.test(words)
}

/** Offset after the decoration that opens a line, and the number of # in it. */
function skipDecoration(text: string, start: number, end: number): { start: number; hashes: number } {
  let at = start
  let hashes = 0
  while (at < end) {
    const character = text[at] ?? ''
    const next = at + 1 < end ? (text[at + 1] ?? '') : ''
    if (BLANK.test(character)) at += 1
    else if (character === '#') {
      hashes += 1
      at += 1
    } else if (character === '>') at += 1
    else if ((character === '*' && next === '*') || (character === '_' && next === '_')) at += 2
    else if ('-*+•·●■◆'.includes(character) && BLANK.test(next)) at += 2
    else break
  }
  return { start: at, hashes: Math.min(hashes, 6) }
}

function skipClosing(text: string, start: number, end: number): number {
  let at = end
  while (at > start) {
    const character = text[at - 1] ?? ''
    if (BLANK.test(character)) at -= 1
    else if ('*_'.includes(character) && text[at - 2] === character) at -= 2
    else break
  }
  return Math.max(at, start)
}

/** The lines of `text` from `from` on that say something. */
export function linesOf(text: string, from = 0, to = text.length): Line[] {
  const lines: Line[] = []
  let adjacent = false
  let inComment = false
  for (let at = from; at < to; ) {
    const lineBreak = text.indexOf('\n', at)
    const lineEnd = lineBreak < 0 || lineBreak > to ? to : lineBreak
    const opened = skipDecoration(text, at, lineEnd)
    const end = skipClosing(text, opened.start, lineEnd)
    const words = text.slice(opened.start, end)
    const comment: boolean = inComment || words.startsWith('<!--')
    if (comment) inComment = !words.includes('-->')
    const separates: boolean = comment || words === '' || isSeparator(words)
    if (!separates) lines.push({ start: opened.start, end, words, hashes: opened.hashes, adjacent })
    adjacent = !separates
    at = lineEnd + 1
  }
  return lines
}
