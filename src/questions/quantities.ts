/** Figures in Chinese text: what number, of what unit, so that 一千二百万 = 1200万 = 12,000,000. */
import { ordinalOf } from '../clauses/numerals.ts'
import { fold } from '../retrieval/terms.ts'
import type { Span } from '../types.ts'

/** What a unit measures; `count` for pieces, people and everything else that is counted. */
export type QuantityKind =
  | 'percent'
  | 'money'
  | 'duration'
  | 'length'
  | 'area'
  | 'weight'
  | 'age'
  | 'people'
  | 'count'
  | 'plain'

export interface Quantity {
  readonly span: Span
  readonly value: number
  /** As printed, e.g. 亿元 → 元; '' where none is printed. */
  readonly unit: string
  readonly kind: QuantityKind
}

const MAGNITUDE: Readonly<Record<string, number>> = {
  百: 1e2, 千: 1e3, 万: 1e4, 百万: 1e6, 千万: 1e7, 亿: 1e8, 万亿: 1e12,
}
/** Longest first. */
const UNITS: readonly (readonly [string, QuantityKind])[] = (
  [
    ['个百分点', 'percent'],
    ['平方公里', 'area'],
    ['平方千米', 'area'],
    ['平方米', 'area'],
    ['公顷', 'area'],
    ['万亩', 'area'],
    ['亩', 'area'],
    ['公里', 'length'],
    ['千米', 'length'],
    ['米', 'length'],
    ['公斤', 'weight'],
    ['千克', 'weight'],
    ['毫克', 'weight'],
    ['吨', 'weight'],
    ['克', 'weight'],
    ['分贝', 'count'],
    ['部分', 'count'],
    ['分', 'count'],
    ['美元', 'money'],
    ['元', 'money'],
    ['分钟', 'duration'],
    ['小时', 'duration'],
    ['工作日', 'duration'],
    ['个工作日', 'duration'],
    ['个月', 'duration'],
    ['周岁', 'age'],
    ['岁', 'age'],
    ['年', 'duration'],
    ['月', 'duration'],
    ['日', 'duration'],
    ['天', 'duration'],
    ['周', 'duration'],
    ['人次', 'people'],
    ['名', 'people'],
    ['人', 'people'],
    ['位', 'people'],
    ...[...'大个项套家所座条件户辆台部级次倍成届批期处栋间张份种类章节款篇亿'].map((unit) => [unit, 'count']),
    ['%', 'percent'],
    ['‰', 'percent'],
  ] as [string, QuantityKind][]
).sort(([one], [other]) => other.length - one.length)

const NUMERAL = /[\d零〇一二两三四五六七八九十百千万亿]/
const ARABIC = /(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?/g
const CHINESE = /[零〇一二两三四五六七八九十百千万亿]+/g
const PERCENT_WORDS =
  /百分之(?:([零〇一二两三四五六七八九十百]+)(?:点([零〇一二三四五六七八九]{1,6}))?|(\d+(?:\.\d+)?))/g

/** Every figure with its unit, in order. Numerals without a unit count only when printed in digits. */
export function quantities(text: string): Quantity[] {
  const folded = fold(text)
  if (!NUMERAL.test(folded)) return []
  const found: Quantity[] = []
  /** 1 where a figure already stands. */
  const taken = new Uint8Array(folded.length)
  const keep = (figure: Quantity): void => {
    found.push(figure)
    taken.fill(1, figure.span.start, figure.span.end)
  }
  for (const match of folded.matchAll(PERCENT_WORDS)) {
    const value = percentOf(match)
    const span = { start: match.index, end: match.index + match[0].length }
    if (value !== undefined) keep({ span, value, unit: '%', kind: 'percent' })
  }
  for (const match of folded.matchAll(ARABIC)) {
    if (taken[match.index]) continue
    // G60, 5G, 296X, PM2.5: part of a name, not a figure
    const [before, after] = [folded.charAt(match.index - 1), folded.charAt(match.index + match[0].length)]
    if (/[a-z]/.test(before) || /[a-z+]/.test(after)) continue
    keep(withUnit(folded, match.index, match[0].length, Number(match[0].replaceAll(',', ''))))
  }
  for (const match of folded.matchAll(CHINESE)) {
    if (taken[match.index]) continue
    const read = chineseFigure(folded, match.index, match[0])
    if (read) keep(read)
  }
  return found.sort((one, other) => one.span.start - other.span.start)
}

/** 百分之四 → 4, 百分之四点五 → 4.5, 百分之12.5 → 12.5. */
function percentOf([, whole, decimals, digits]: RegExpExecArray): number | undefined {
  if (whole === undefined) return Number(digits)
  const value = ordinalOf(whole)
  if (value === undefined || decimals === undefined) return value
  const places = [...decimals].map((numeral) => ordinalOf(numeral)).join('')
  return Number(`${value}.${places}`)
}

function withUnit(text: string, start: number, length: number, number: number): Quantity {
  let at = start + length
  let value = number
  const magnitude = /^(?:万亿|千万|百万|亿|万|千|百)/.exec(text.slice(at, at + 2))?.[0]
  if (magnitude) {
    value = Number((value * MAGNITUDE[magnitude]!).toPrecision(12))
    at += magnitude.length
  }
  if (/^[余多]/.test(text.slice(at))) at++
  const unit = UNITS.find(([name]) => text.startsWith(name, at))
  if (!unit) return { span: { start, end: at }, value, unit: '', kind: 'plain' }
  return { span: { start, end: at + unit[0].length }, value, unit: unit[0], kind: unit[1] }
}

/** 六千套, 一千二百万; not 一体, 三农, 一批: a unit of measure must follow a number under a hundred. */
function chineseFigure(text: string, start: number, run: string): Quantity | undefined {
  if (/[第前上下本]$/.test(text.slice(Math.max(0, start - 1), start))) return undefined
  const value = ordinalOf(run)
  if (value === undefined) return undefined
  const figure = withUnit(text, start, run.length, value)
  if (figure.unit === '批' && value === 1) return undefined
  if (figure.unit === '大' && (value < 2 || value > 99)) return undefined
  // 一次, 两个 are as often names as figures, and are kept as figures
  return figure.kind === 'plain' && !/^[一二两三四五六七八九].*[百千万亿]/.test(run) ? undefined : figure
}

/** The same amount of the same kind, however printed. */
export function sameQuantity(one: Quantity, other: Quantity): boolean {
  return Math.abs(one.value - other.value) <= 1e-9 * Math.max(1, Math.abs(one.value)) && sameKind(one, other)
}

function sameKind(one: Quantity, other: Quantity): boolean {
  if (one.kind === 'plain' || other.kind === 'plain') return true
  if (one.kind !== 'count' || other.kind !== 'count') return one.kind === other.kind
  return one.unit === other.unit || one.unit === '个' || other.unit === '个'
}
