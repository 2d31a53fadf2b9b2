/** Is this line opened by a mark? 第十二条, 一、, （一）, 1., (6), ①, in full and half width. */
import type { ClauseNumber, NumberStyle } from '../types.ts'
import { NUMERAL_CHARACTERS, ordinalOf } from './numerals.ts'

/** A mark at the beginning of a line, and what its surroundings say of it. */
export interface Mark extends ClauseNumber {
  /** As it stands in a path: '二', '6', '第十二条', '①'. */
  readonly step: string
  /** UTF-16 units from the beginning of the line to the first word after the mark. */
  readonly length: number
  /** White space stands after the mark, or nothing does. */
  readonly spaced: boolean
  /** What follows reads like a cross-reference: 第十二条规定的, 第十二条、第十三条. */
  readonly refers: boolean
}

const N = `[${NUMERAL_CHARACTERS}]{1,12}`
const SPACE = '[ \\t\\u3000\\u00a0\\u2002\\u2003]'
const BRANCH = '(?:之([一二三四五六七八九十]{1,3})(?![一-龥]))?'
const PATTERNS: readonly (readonly [NumberStyle, RegExp])[] = [
  ['subbook', new RegExp(`^第${SPACE}?(${N})${SPACE}?分编${BRANCH}`)],
  ['book', new RegExp(`^第${SPACE}?(${N})${SPACE}?编${BRANCH}`)],
  ['chapter', new RegExp(`^第${SPACE}?(${N})${SPACE}?章${BRANCH}`)],
  ['section', new RegExp(`^第${SPACE}?(${N})${SPACE}?[节節]${BRANCH}`)],
  ['division', new RegExp(`^第${SPACE}?(${N})${SPACE}?部[分份]`)],
  ['article', new RegExp(`^第${SPACE}?(${N})${SPACE}?[条條](?:之([一二三四五六七八九十]{1,3}))?`)],
  ['bracketed-chinese', /^[（(﹙][ \u3000]?([〇零一二三四五六七八九十百]{1,5})[ \u3000]?[）)﹚][、.．]?/],
  ['bracketed-arabic', /^[（(﹙][ \u3000]?([0-9０-９]{1,3})[ \u3000]?[）)﹚][、.．]?/],
  ['bracketed-arabic', /^([0-9０-９]{1,3})[）)](?=[^）)])/],
  ['chinese', /^([〇零一二三四五六七八九十百]{1,5})[ \u3000]?[、.．]/],
  ['arabic', /^([0-9０-９]{1,3})[ \u3000]?(?:[、.](?![0-9０-９])|．(?![0-9０-９]{1,4}(?![0-9０-９—－，])))/],
]

/** First characters of the rows of ready-made marks, and the style each row belongs to. */
const ROWS: readonly (readonly [first: number, count: number, style: NumberStyle, starts: number])[] = [
  [0x2460, 20, 'circled', 1], // ①
  [0x3251, 15, 'circled', 21], // ㉑
  [0x2776, 10, 'circled', 1], // ❶
  [0x2474, 20, 'bracketed-arabic', 1], // ⑴
  [0x2488, 20, 'arabic', 1], // ⒈
  [0x3220, 10, 'bracketed-chinese', 1], // ㈠
]

/** What follows a number that is mentioned rather than given. */
const MENTION = new RegExp(
  `^(?:[、，,和与及或至到~—－-]{1,2}(?:者|以及)?第?${N}[条條款项項章節节编]` +
    '|[、，,；;。]|第|规定|規定|所列|所规定|之规定|的|中(?=[的“「规規所关關有，,、])|修改为|改为|相应|增加|删去|项(?!目)|項(?!目)|款(?!项)|以[上下外])',
)
const BRACKET_MENTION =
  /^(?:[、，,和与及或至到]{0,2}[（(][〇零一二三四五六七八九十百0-9]{1,4}[）)]|项(?!目)|項(?!目)|款(?!项)|目(?!标|的|录|前)|规定的|所列)/
/** 一、二、三产业; 一、二线城市: a row of numbers in a sentence. */
const NUMBER_ROW = /^[一二三四五六七八九十]{1,2}(?:[、线級级类類期等季]|产业|年级)/

function readyMade(words: string): Mark | undefined {
  const code = words.charCodeAt(0)
  const row = ROWS.find(([first, count]) => code >= first && code < first + count)
  if (!row) return undefined
  const [first, , style, starts] = row
  const ordinal = code - first + starts
  const after = words.slice(1)
  const figures = style === 'bracketed-chinese' ? chineseStep(ordinal) : `${ordinal}`
  const step = style === 'circled' ? words.charAt(0) : figures
  const length = 1 + leadingSpace(after)
  return { style, mark: words.charAt(0), ordinal, step, length, spaced: length > 1, refers: false }
}

const chineseStep = (ordinal: number): string => '一二三四五六七八九十'.charAt(ordinal - 1)
const leadingSpace = (words: string): number => /^[\s\u3000\u00a0*_]{0,20}/.exec(words)?.[0].length ?? 0
const halfWidth = (numeral: string): string =>
  numeral.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))

/** Styles whose path step is the whole printed mark: 第二章, 第十二条之一. */
const WHOLE_MARK: readonly NumberStyle[] = ['book', 'subbook', 'chapter', 'section', 'division', 'article']
export const isNamedStyle = (style: NumberStyle): boolean => WHOLE_MARK.includes(style)

function mentions(style: NumberStyle, after: string): boolean {
  if (isNamedStyle(style)) return MENTION.test(after)
  if (style === 'chinese' || style === 'arabic') return NUMBER_ROW.test(after)
  return BRACKET_MENTION.test(after)
}

/**
 * The mark that opens a line, decoration already stepped over.
 * @example readMark('(6)深化改革。') // { style: 'bracketed-arabic', mark: '(6)', ordinal: 6, step: '6', … }
 * @example readMark('1.2亿元') // undefined
 */
export function readMark(words: string): Mark | undefined {
  const head = words.slice(0, 48)
  const ready = readyMade(head)
  if (ready) return ready
  for (const [style, pattern] of PATTERNS) {
    const match = pattern.exec(head)
    if (!match) continue
    const [mark, numeral = '', branchNumeral] = match
    const ordinal = ordinalOf(numeral)
    if (ordinal === undefined) return undefined
    const after = head.slice(mark.length)
    const space = leadingSpace(after)
    const bare = mark.replace(/[\s\u3000\u00a0]/g, '')
    const branch = branchNumeral === undefined ? undefined : ordinalOf(branchNumeral)
    return {
      style,
      mark: bare,
      ordinal,
      ...(branch === undefined ? {} : { branch }),
      step: isNamedStyle(style) ? halfWidth(bare) : halfWidth(numeral),
      length: mark.length + space,
      spaced: space > 0 || after === '',
      refers: mentions(style, after.slice(space)),
    }
  }
  return undefined
}
