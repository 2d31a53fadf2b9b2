/** Text → what it says piece by piece, so that 一千二百万元 and 1,200万元, 二〇二七年 and 2027年 are one and the same. */
import { ordinalOf } from '../../clauses/numerals.ts'
import { quantities, type Quantity } from '../../questions/quantities.ts'
import { times } from '../../questions/times.ts'
import { fold } from '../../retrieval/terms.ts'
import { lexemes, type GuardedKind } from './lexicon.ts'

export type TokenKind =
  | 'character' // a Han character, or a word that is never taken apart
  | 'letters'
  | 'number' // with its unit
  | 'time'
  | 'ordinal' // 第十二条
  | 'mark' // （一）, 〔2023〕
  | 'title' // 《…》
  | 'symbol'
  | GuardedKind

export interface Token {
  readonly kind: TokenKind
  /** Equal for two tokens that say the same. */
  readonly key: string
  readonly start: number
  readonly end: number
  /** The strongest mark between this token and the one before it. */
  readonly after: Boundary
}

/** 0 none, 1 a 、 or a bracket, 2 a comma or colon, 3 the end of a sentence. */
export type Boundary = 0 | 1 | 2 | 3

interface Piece {
  readonly kind: TokenKind
  readonly key: string
  readonly start: number
  readonly end: number
}

const NUMERAL = '[\\d〇零一二两三四五六七八九十百千]'
const TITLE = /《([^《》]{1,120})》/gu
const DOCUMENT_NUMBER = /[〔［[【(（]\s?(\d{4})\s?[〕］\]】)）]\s?第?\s?(\d{1,5})\s?号/gu
const MARK = new RegExp(`[〔［\\[【(（]\\s?(?:[cC]?${NUMERAL}{1,6}|\\^\\w{1,4})\\s?[〕］\\]】)）]|[①-⑳⑴-⒇㈠-㈩]`, 'gu')
const ORDINAL = new RegExp(
  `第\\s?(${NUMERAL}{1,9}|[一二三四五六七八九十百千万]+)\\s?(条|款|项|目|章|节|编|分编|部分|届|次|号|批|期|阶段|季度|类|级|位|名|个)?(?:之(${NUMERAL}{1,2}))?`,
  'gu',
)
const LETTERS = /[a-z\d]+(?:[.+_-][a-z\d]+)*/gu

/** What a text says, in order. White space, quotation marks and stops are no tokens; stops are kept as boundaries. */
export function tokensOf(text: string): Token[] {
  const folded = fold(text)
  const taken = new Uint8Array(folded.length)
  const pieces: Piece[] = []
  const keep = (kind: TokenKind, key: string, start: number, end: number): void => {
    if (start >= end || taken.subarray(start, end).includes(1)) return
    taken.fill(1, start, end)
    pieces.push({ kind, key, start, end })
  }
  const all = (pattern: RegExp, read: (match: RegExpExecArray) => readonly [TokenKind, string]): void => {
    for (const match of folded.matchAll(pattern)) keep(...read(match), match.index, match.index + match[0].length)
  }
  all(TITLE, ([, name]) => ['title', `《${name!.replace(/[\s\p{P}]/gu, '')}》`])
  all(DOCUMENT_NUMBER, ([, year, number]) => ['number', `〔${year}〕${Number(number)}号`])
  all(MARK, ([mark]) => ['mark', mark.replace(/\s/g, '')])
  all(ORDINAL, ([, numeral, unit = '', branch]) => {
    return ['ordinal', `第${figure(numeral)}${unit}${branch ? `之${figure(branch)}` : ''}`]
  })
  for (const { span, name } of times(text)) keep('time', name, span.start, span.end)
  for (const one of quantities(text)) keep('number', quantityKey(one, folded), one.span.start, one.span.end)
  for (const { start, end, kind } of lexemes(folded)) {
    keep(kind === 'whole' ? 'character' : kind, folded.slice(start, end), start, end)
  }
  all(LETTERS, ([letters]) => [/\d/.test(letters) ? 'number' : 'letters', letters])
  return joined(folded, taken, pieces)
}

/** The pieces with every character between them, and the boundaries. */
function joined(folded: string, taken: Uint8Array, pieces: readonly Piece[]): Token[] {
  const starts = new Map(pieces.map((piece) => [piece.start, piece]))
  const tokens: Token[] = []
  let after: Boundary = 0
  const push = (piece: Piece): void => {
    tokens.push({ ...piece, after })
    after = 0
  }
  for (let at = 0; at < folded.length;) {
    const piece = starts.get(at)
    const character = String.fromCodePoint(folded.codePointAt(at)!)
    if (piece && taken[at] === 1) {
      push(piece)
      at = piece.end
      continue
    }
    const end = at + character.length
    const boundary = character === '\n' ? lineBoundary(folded, at) : boundaryOf(character)
    if (boundary !== undefined) after = Math.max(after, boundary) as Boundary
    else if (/\p{L}|\p{N}/u.test(character)) push({ kind: 'character', key: character, start: at, end })
    else if (!IGNORED.test(character)) push({ kind: 'symbol', key: character, start: at, end })
    at = end
  }
  return tokens
}

const IGNORED = /[\s“”‘’"'「」『』·•・]/u

function boundaryOf(character: string): Boundary | undefined {
  if (/[。；！？;!?]/u.test(character)) return 3
  if (/[，,：:—…]/u.test(character)) return 2
  return /[、()（）.\-－~～]/u.test(character) ? 1 : undefined
}

const SHORT_LINE = 30
const LINE_OPENS = /^\s*(?:第[〇零一二三四五六七八九十百千\d]+[条章节编部]|[一二三四五六七八九十]+、|[(（][一二三四五六七八九十\d]+[)）]|\d+[.、]|[①-⑳#])/u

/** A line that only wraps is no boundary; a heading or a paragraph's end is. */
function lineBoundary(folded: string, at: number): Boundary {
  const line = folded.slice(Math.max(0, folded.lastIndexOf('\n', at - 1) + 1), at).trimEnd()
  const next = folded.slice(at + 1, at + 21)
  if (/[。；！？;!?:，,、]$/u.test(line)) return /[，,、]$/u.test(line) && !/^\s*\n/.test(next) ? 0 : 3
  return line.length <= SHORT_LINE || /^[^\S\n]*\n/.test(next) || LINE_OPENS.test(next) ? 3 : 0
}

function figure(numeral: string | undefined): string {
  const value = numeral === undefined ? undefined : ordinalOf(numeral)
  return value === undefined ? (numeral ?? '') : String(value)
}

/** One name for units that measure the same. */
const SAME_UNIT: Readonly<Record<string, string>> = {
  千米: '公里', 平方千米: '平方公里', 千克: '公斤', 个工作日: '工作日', 天: '日',
}

/** Value and unit; 余 and 多 count. ‰ is a tenth of %, and no percentage point is a percentage. */
function quantityKey({ value, unit, span }: Quantity, folded: string): string {
  const [number, name] = unit === '‰' ? [value / 10, '%'] : [value, SAME_UNIT[unit] ?? unit]
  const more = /[余多]/.test(folded.slice(span.start, span.end)) ? '+' : ''
  return `${Number(number.toPrecision(12))}${more}${name}`
}
