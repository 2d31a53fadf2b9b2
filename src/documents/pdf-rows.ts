/** Pieces of a page → its rows, and the words of a row with the blanks a reader sees. */
import { NUMBER_MARK } from './line-kinds.ts'
import type { Piece } from './pdf-pages.ts'

/** What stands on one baseline, from left to right. Never empty. */
export interface Row {
  readonly pieces: readonly Piece[]
  readonly x: number
  /** Where its last character ends. */
  readonly end: number
  readonly y: number
  /** Of most of its characters. */
  readonly size: number
}

/** Rows from the top down. Superscripts and the like stand in the row of the words beside them. */
export function rowsOf(pieces: readonly Piece[]): Row[] {
  const rows: Piece[][] = []
  for (const piece of pieces.toSorted((a, b) => a.y - b.y || a.x - b.x)) {
    const row = rows.at(-1)
    const base = row?.reduce((largest, other) => (other.size > largest.size ? other : largest))
    if (row && base && Math.abs(piece.y - base.y) <= 0.45 * Math.max(piece.size, base.size)) row.push(piece)
    else rows.push([piece])
  }
  return rows.map(rowOf)
}

export function rowOf(unsorted: readonly Piece[]): Row {
  const pieces = unsorted.toSorted((a, b) => a.x - b.x)
  const size = commonest(pieces.map((piece) => [round(piece.size), piece.text.length]))
  const base = pieces.find((piece) => round(piece.size) === size)
  return {
    pieces,
    x: pieces[0]?.x ?? 0,
    end: Math.max(...pieces.map((piece) => piece.x + piece.width)),
    y: base?.y ?? 0,
    size,
  }
}

/** Stretches of a row without a gap of `ems` or more. */
export function stretchesOf(row: Row, ems: number): Row[] {
  const stretches: Piece[][] = []
  for (const piece of row.pieces) {
    const last = stretches.at(-1)?.at(-1)
    if (last && piece.x - (last.x + last.width) < ems * row.size) stretches.at(-1)?.push(piece)
    else stretches.push([piece])
  }
  return stretches.map(rowOf)
}

const HAN = /\p{Script=Han}/u
/** Characters as wide as they are high; no blank is set beside them. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef①-⑳]/u

/** Gaps, in widths of a character, that are a blank for certain, and that may be one. */
const SURE_BLANK = 0.75
const POSSIBLE_BLANK = 0.1

/**
 * The words of a row. A blank between two letters that are not wide is one; so is a full-width gap. A narrow gap
 * beside a wide character is typesetting; one between two Han characters is a blank, but not in a row that is spread
 * to its margins 分散对齐, except behind its number.
 */
export function wordsOf(row: Row): string {
  let drawn = ''
  let last: Piece | undefined
  for (const piece of row.pieces) {
    const gap = last ? (piece.x - (last.x + last.width)) / Math.max(1, Math.min(last.size, piece.size)) : 0
    drawn += gap >= SURE_BLANK ? '\u3000' : gap >= POSSIBLE_BLANK ? ' ' : ''
    drawn += piece.text.replace(/[\u3000\s]+/g, ' ')
    last = piece
  }
  const characters = [...drawn.trim()]
  const isSpread = hasManyGaps(characters) || isStretched(row, characters)
  const behindNumber = isSpread ? placeBehindNumber(characters) : -1
  return characters
    .map((character, at) => {
      if (character !== ' ' && character !== '\u3000') return character
      const [before = '', after = ''] = [characters[at - 1], characters[at + 1]]
      if (before === ' ' || before === '\u3000') return ''
      if (HAN.test(before) && HAN.test(after)) return isSpread && at !== behindNumber ? '' : ' '
      if (character === '\u3000') return ' '
      const near = (from: number, to: number) => characters.slice(Math.max(0, from), to).join('')
      return isBlankBetween(near(at - 8, at), near(at + 1, at + 9)) ? ' ' : ''
    })
    .join('')
}

/** Where the blank behind 第十二条 stands that opens a row, blanks within the number passed over; -1 without one. */
function placeBehindNumber(characters: readonly string[]): number {
  const mark = NUMBER_MARK.exec(characters.join('').replace(/[ \u3000]/g, ''))?.[0].length
  let seen = 0
  return mark === undefined ? -1 : characters.findIndex((one) => (one === ' ' || one === '\u3000' ? seen === mark : ++seen > mark))
}

/** Are more than a third of the places between Han characters gaps? */
function hasManyGaps(characters: readonly string[]): boolean {
  const text = characters.join('')
  const gaps = text.match(/(?<=\p{Script=Han})[ \u3000]+(?=\p{Script=Han})/gu)?.length ?? 0
  const close = text.match(/(?<=\p{Script=Han})(?=\p{Script=Han})/gu)?.length ?? 0
  return gaps >= 3 && gaps > (gaps + close) / 3
}

/** Does a row of some length take clearly more room than its characters and the blank behind its number need? */
function isStretched(row: Row, characters: readonly string[]): boolean {
  if (characters.length < 12) return false
  const needed = characters.reduce((sum, one) => sum + (one === ' ' ? 0 : WIDE.test(one) || one === '\u3000' ? 1 : 0.55), 0)
  return (row.end - row.x) / row.size - needed - 0.35 > 0.07 * (characters.length - 1)
}

/** Words that run over a line end: a blank between Latin letters, none beside a wide character. */
export function joinedWords(before: string, after: string): string {
  const isBroken = before.endsWith('-') || /^\d\d$/.test((before.at(-1) ?? '') + (after.at(0) ?? ''))
  const isBlank = before !== '' && after !== '' && !isBroken && isBlankBetween(before.slice(-8), after.slice(0, 8))
  return before + (isBlank ? ' ' : '') + after
}

/** Quotation marks and brackets are as wide as what they stand beside; a blank never stands on their inner side. */
function isBlankBetween(before: string, after: string): boolean {
  if (/[“‘(（《〈「『【〔[]$/.test(before) || /^[”’)）》〉」』】〕\],.;:!?%]/.test(after)) return false
  const last = /([^\p{P}\p{S}]|[\u3000-\u303f\uff00-\uffef])[\p{P}\p{S}]*$/u.exec(before)?.[1] ?? ''
  const first = /^[\p{P}\p{S}]*?([^\p{P}\p{S}]|[\u3000-\u303f\uff00-\uffef])/u.exec(after)?.[1] ?? ''
  return !WIDE.test(last) && !WIDE.test(first)
}

/** The value with the greatest sum of weights. */
export function commonest(weighted: readonly (readonly [value: number, weight: number])[]): number {
  const sums = new Map<number, number>()
  for (const [value, weight] of weighted) sums.set(value, (sums.get(value) ?? 0) + weight)
  return [...sums].reduce<readonly [number, number]>((best, next) => (next[1] > best[1] ? next : best), [0, -1])[0]
}

/** To half a point: sizes that differ by less look the same. */
const round = (size: number) => Math.max(0.5, Math.round(size * 2) / 2)
