/** Words that say which version of a law is meant: 2018年版, 修正前, 旧《公司法》, 2005年时. */
import { nameIndexOf, type KnownName } from '../clauses/name-index.ts'
import { foldScript } from '../clauses/script.ts'
import type { VersionAsked } from '../clauses/standing.ts'
import type { Span } from '../types.ts'

/** A version asked for, and the words that say so. */
export interface VersionWords {
  readonly asked: VersionAsked
  readonly span: Span
}

interface Rule {
  readonly pattern: RegExp
  readonly asked: (match: RegExpExecArray) => VersionAsked | undefined
  /** Where the words stand by the name of a document; a plan too is 修改前 and a car 旧的. */
  readonly beside?: 'before' | 'beside'
}

const YEAR = '(?<![0-9])((?:19|20)[0-9]{2})'
const AMENDED = '(?:修正|修订|修改)'

const RULES: readonly Rule[] = [
  {
    pattern: new RegExp(`${YEAR}年(?:的|第.次)?${AMENDED}(?:之前|以前|前)的?`, 'g'), // 2018年修正前的《公司法》
    asked: ([, year]) => ({ kind: 'day', day: `${Number(year) - 1}-12-31` }),
    beside: 'beside',
  },
  {
    pattern: new RegExp(`[(]${YEAR}年?(?:第.次)?${AMENDED}?(?:版本|版|本)?[)]的?|${YEAR}年?${AMENDED}?(?:版本|版)的?`, 'g'),
    asked: ([, bracketed, year]) => ({ kind: 'year', year: (bracketed ?? year)! }), // 2018年版, （2018修正）
    beside: 'beside',
  },
  {
    pattern: new RegExp(`${YEAR}年(?:${AMENDED}|颁布|公布|通过|发布|施行|实施)?的?`, 'g'), // 2018年的《公司法》
    asked: ([words, year]) => ({ kind: 'year', year: year!, ...(/[修颁公通发施实]/.test(words) ? {} : { loose: true }) }),
    beside: 'before',
  },
  {
    pattern: new RegExp(
      `在?${YEAR}年(?:([0-9]{1,2})月(?:([0-9]{1,2})[日号])?)?(?:的时候|时候|那时候?|当时|时(?![间期限效刻代常])|有效的|适用的)[，,]?`,
      'g',
    ),
    asked: ([, year, month, date]) => dayAsked(year!, month, date),
  },
  {
    pattern: new RegExp(`(?:最近一?次)?${AMENDED}(?:之前|以前|前)的?|(?:旧|老)版本?的?`, 'g'),
    asked: () => ({ kind: 'previous' }),
    beside: 'beside',
  },
  { pattern: /(?:旧的?|老的?|原来的|以前的)/g, asked: () => ({ kind: 'previous' }), beside: 'before' },
  {
    pattern: new RegExp(`${AMENDED}(?:之后|以后|后)的?|新版本?的?|(?:尚未|还没有?|即将|将要)(?:正式)?(?:施行|实施|生效)的?`, 'g'),
    asked: () => ({ kind: 'newest' }),
    beside: 'beside',
  },
  { pattern: new RegExp(`新(?:${AMENDED})?的?`, 'g'), asked: () => ({ kind: 'newest' }), beside: 'before' },
]

/** The version that the words of a text ask for, by the first rule that reads one. */
export function versionWords(text: string, names: readonly KnownName[]): VersionWords | undefined {
  const folded = foldScript(text)
  for (const { pattern, asked: read, beside } of RULES) {
    for (const match of folded.matchAll(pattern)) {
      const span = { start: match.index, end: match.index + match[0].length }
      const fits =
        beside === undefined ||
        namedFrom(folded, span.end, names) ||
        (beside === 'beside' && namedUntil(folded, span.start, names))
      const asked = fits ? read(match) : undefined
      if (asked) return { asked, span }
    }
  }
  return undefined
}

/** The text without the words that say which version; the rest reads as a question of its own. */
export function withoutVersionWords(text: string, { span }: VersionWords): string {
  return `${text.slice(0, span.start)}${text.slice(span.end)}`.replace(/^[，,、\s]+/, '')
}

/** Does the name of a document stand from an offset on, in 《》 or not? */
function namedFrom(text: string, at: number, names: readonly KnownName[]): boolean {
  const opened = /^[《〈]/.test(text.slice(at)) ? 1 : 0
  return nameIndexOf(names).at(text, at + opened, 'document') !== undefined
}

const LONGEST_NAME = 60

/** Does the name of a document end at an offset? */
function namedUntil(text: string, at: number, names: readonly KnownName[]): boolean {
  const end = /[》〉]$/.test(text.slice(0, at)) ? at - 1 : at
  const index = nameIndexOf(names)
  for (let start = end - 2; start >= Math.max(0, end - LONGEST_NAME); start--) {
    if (index.at(text, start, 'document')?.name.length === end - start) return true
  }
  return false
}

/** The last day of what is said: 2005年 → 2005-12-31. */
function dayAsked(year: string, month?: string, date?: string): VersionAsked | undefined {
  const [y, m] = [Number(year), Number(month ?? 12)]
  if (m < 1 || m > 12) return undefined
  const last = new Date(Date.UTC(y, m, 0)).getUTCDate()
  const day = Number(date ?? last)
  if (day < 1 || day > last) return undefined
  return { kind: 'day', day: `${year}-${String(m).padStart(2, '0')}-${String(day).padStart(2, '0')}` }
}
