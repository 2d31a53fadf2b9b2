/** Times that text and questions name: years, dates, plan periods, and words such as 今年. */
import { ordinalOf } from '../clauses/numerals.ts'
import { fold } from '../retrieval/terms.ts'
import type { Span } from '../types.ts'

export interface Time {
  readonly span: Span
  /**
   * `2027`, `2022-06-29`, `plan-15` for 十五五, `next-5` for 未来五年, `century-mid`, `this-year`, `last-year`,
   * `next-year`.
   */
  readonly name: string
  readonly year?: number
  readonly month?: number
  readonly day?: number
}

const NUMERAL = '[〇零一二三四五六七八九十]'
const YEAR = '(\\d{4}|[〇零一二三四五六七八九]{4})\\s{0,3}(?:年|[-/.](?=\\s{0,3}\\d{1,2}[-/.]))'
const MONTH = `\\s{0,3}(\\d{1,2}|${NUMERAL}{1,3})\\s{0,3}(?:月|[-/.])`
const DAY = `\\s{0,3}(\\d{1,2}|${NUMERAL}{1,3})\\s{0,3}日?`
const DATE = new RegExp(`${YEAR}(?:${MONTH}(?:${DAY})?)?`, 'g')
/** 十五五 also where no word for a plan follows, but not in 一百十四五个. */
const PLAN = new RegExp(
  '["“”]?([一二三四五六七八九十]{1,3})五["“”]?(?=规划|时期|期间|末|计划|开局|收官|["”])|' +
    '(?<![一二三四五六七八九十百千第])(十[一二三四五六七八九])五(?![一二三四五六七八九十百千万亿个名人位岁天年月日条项家次号])',
  'g',
)
const NEXT = /(?:未来|今后|接下来|下一个?)(?:的)?([一二三四五六七八九十两\d]{1,3})(?:个)?年/g
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/今年|本年度|当年/g, 'this-year'],
  [/去年|上年度?|上一年/g, 'last-year'],
  [/明年|下一年|来年/g, 'next-year'],
  [/本世纪中叶|21世纪中叶|世纪中叶/g, 'century-mid'],
]

/** Every time holds one of these: 2022年, 十五五, 世纪中叶, 2022-06, 上年度. */
const TIME = /[年五纪度]|[\d〇零一二三四五六七八九]\s{0,3}[-/.]/

/** All times of a text in order; a longer reading wins where two overlap. */
export function times(text: string): Time[] {
  const folded = fold(text)
  if (!TIME.test(folded)) return []
  const found: Time[] = []
  for (const match of folded.matchAll(DATE)) {
    const year = number(match[1])
    if (year === undefined || year < 1800 || year > 2200) continue
    const month = number(match[2])
    const day = number(match[3])
    const parts = [year, month, day].filter((part) => part !== undefined)
    const name = parts.map((part) => String(part).padStart(2, '0')).join('-')
    const finer = { ...(month === undefined ? {} : { month }), ...(day === undefined ? {} : { day }) }
    found.push({ span: spanOf(match), name, year, ...finer })
  }
  for (const match of folded.matchAll(PLAN)) {
    const nth = ordinalOf((match[1] ?? match[2])!)
    if (nth !== undefined && nth >= 1) found.push({ span: spanOf(match), name: `plan-${nth}` })
  }
  for (const match of folded.matchAll(NEXT)) {
    const years = number(match[1])
    if (years !== undefined) found.push({ span: spanOf(match), name: `next-${years}` })
  }
  for (const [pattern, name] of WORDS) {
    for (const match of folded.matchAll(pattern)) found.push({ span: spanOf(match), name })
  }
  return found.sort((one, other) => one.span.start - other.span.start)
}

function spanOf(match: RegExpExecArray): Span {
  return { start: match.index, end: match.index + match[0].trimEnd().length }
}

function number(words: string | undefined): number | undefined {
  if (words === undefined) return undefined
  return /^\d+$/.test(words) ? Number(words) : ordinalOf(words)
}
