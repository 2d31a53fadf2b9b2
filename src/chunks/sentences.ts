/** Where Chinese text may be cut: sentences, and the pieces between commas. */
import type { Span } from '../types.ts'

/** Marks that end a sentence; a line end does too. */
const SENTENCE_END = /[。！？!?；;\n]/g
const PIECE_END = /[，,、：:—\n]/g
const PHRASE_END = /[，,：:—\n]/g
/** Closing marks that still belong to the sentence before them. */
const CLOSING = new Set('”’」』）)》〉】]"')

/** A comma or a colon between two digits is part of a figure: 1,200 or 10：30. */
function insideFigure(text: string, at: number): boolean {
  return isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at + 1))
}

function isDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 0xff10 && code <= 0xff19)
}

/** Cuts after each run of ends and the closing marks behind it. `figures`: an end between two digits does not cut. */
function cut(text: string, span: Span, ends: RegExp, figures: boolean): Span[] {
  const spans: Span[] = []
  const marks = [...text.slice(span.start, span.end).matchAll(ends)].map(({ index }) => span.start + index)
  const isMark = new Set(marks)
  let start = span.start
  const push = (end: number): void => {
    const trimmed = trim(text, { start, end })
    if (trimmed.end > trimmed.start) spans.push(trimmed)
    start = end
  }
  for (const mark of marks) {
    if (mark < start) continue // one of a run
    let end = mark + 1
    if (text.charAt(mark) !== '\n') {
      if (figures && insideFigure(text, mark)) continue
      while (end < span.end && text.charAt(end) !== '\n' && (CLOSING.has(text.charAt(end)) || isMark.has(end))) end++
    }
    push(end)
  }
  push(span.end)
  return spans
}

/** The span without white space at either end. */
export function trim(text: string, { start, end }: Span): Span {
  while (start < end && /\s/.test(text.charAt(start))) start++
  while (end > start && /\s/.test(text.charAt(end - 1))) end--
  return { start, end }
}

/**
 * Sentences of a span, each with its closing quotation marks. A full-width stop, a question or exclamation mark,
 * a semicolon and a line end close one.
 * @example sentences('甲。乙；丙', { start: 0, end: 5 }) // 甲。 乙； 丙
 */
export function sentences(text: string, span: Span = { start: 0, end: text.length }): Span[] {
  return cut(text, span, SENTENCE_END, false)
}

/** Pieces of a sentence between commas, 、 and colons; a figure such as 1,200 stays whole. */
export function pieces(text: string, span: Span): Span[] {
  return cut(text, span, PIECE_END, true)
}

/** Pieces between commas and colons only: an enumeration with 、 stays together. */
export function phrases(text: string, span: Span): Span[] {
  return cut(text, span, PHRASE_END, true)
}

/**
 * Units for windows: sentences, the long ones cut at commas into runs of at most `limit` characters
 * (a single phrase longer than that is cut at `limit`).
 */
export function units(text: string, span: Span, limit = 120): Span[] {
  return sentences(text, span).flatMap((sentence) => {
    if (sentence.end - sentence.start <= limit) return [sentence]
    const runs: { start: number; end: number }[] = []
    for (const phrase of phrases(text, sentence).flatMap((one) => slices(text, one, limit))) {
      const last = runs.at(-1)
      if (last && phrase.end - last.start <= limit) last.end = phrase.end
      else runs.push({ ...phrase })
    }
    return runs
  })
}

/** Cut every `limit` characters, a little earlier where a figure, a Latin word or a pair of surrogates would be cut. */
function slices(text: string, { start, end }: Span, limit: number): Span[] {
  const spans: Span[] = []
  for (let from = start; from < end;) {
    const to = Math.min(end, from + limit)
    const cutAt = to === end ? end : beforeWord(text, from, to)
    spans.push({ start: from, end: cutAt })
    from = cutAt
  }
  return spans
}

const LONGEST_WORD = 20

/** The cut, moved back before a word that it would split; kept where the word is too long to be one. */
function beforeWord(text: string, from: number, to: number): number {
  const least = Math.max(from + 1, to - LONGEST_WORD)
  for (let at = to; at >= least; at--) if (!isJoined(text, at)) return at
  return isLowSurrogate(text.charCodeAt(to)) && to - 1 > from ? to - 1 : to
}

/** Do the characters on both sides of a place belong together? */
function isJoined(text: string, at: number): boolean {
  if (isLowSurrogate(text.charCodeAt(at))) return true
  return WORD.test(text.charAt(at - 1)) && WORD.test(text.charAt(at))
}
const WORD = /[0-9A-Za-z０-９Ａ-Ｚａ-ｚ.,．，%％+-]/

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
