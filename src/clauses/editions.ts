/** What a document's title, file name and head tell of its version: the work's bare title, its date, its numbers. */
import type { Document, Fact } from '../types.ts'
import { innermost, ownText, walk } from './address.ts'
import { foldName } from './script.ts'
import { foldWords } from './twins.ts'

const COUNTRY = '中华人民共和国'

/** Kinds that are issued anew under one title; a 决定, 意见 or 修正案 is an act done once, each a work of its own. */
const ISSUED_ANEW =
  /(?:法|法典|宪法|条例|规定|办法|细则|规则|规程|解释|章程|规范|准则|标准|目录|名录|指南|指引|制度|预案|公约)(?:\((?:试行|暂行)\))?$/

/** （2018修正）, （2019年修订版）, 〔修正本〕, （2018年版）, (2018-10-26) at the end of a title. */
const VERSION_TAG =
  /[([〔【](?:(\d{4})(?:年|-\d{1,2}-\d{1,2})?(?:\d{1,2}月(?:\d{1,2}日)?)?)?(?:第[一二三四五六七八九十]{1,2}次)?(?:修正|修订|修改)?(?:版本|版|本)?[)\]〕】]$/
/** The same in a file name: 公司法(2023-12-29), 公司法2018修正, 公司法（2018年修订）. */
const NAME_DAY = /(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)/
const NAME_YEAR = /(?<!\d)(\d{4})年?(?:第[一二三四五六七八九十]{1,2}次)?(?:修正|修订|修改|版|本)/

/** A title as works are told apart: folded, without 中华人民共和国 and the tag of its version; 试行 and （二） stay. */
export function workTitle(title: string): string {
  const bare = foldName(title).replace(/^《(.*)》$/, '$1').replace(VERSION_TAG, (tag) => (tag.length > 2 ? '' : tag))
  return bare.replaceAll(COUNTRY, '')
}

/** May a document of this title be one of several versions? */
export const isIssuedAnew = (title: string): boolean => ISSUED_ANEW.test(workTitle(title))

/**
 * The date that tells a version from others: of the last amendment, else of passing, else of publication; later where
 * the title or the file name says so. A year alone where no more is stated.
 */
export function versionDate({ header, source }: Document): string | undefined {
  const own = latest([header.amended?.value, header.passed?.value]) ?? header.published?.value
  const tagged = VERSION_TAG.exec(foldName(header.title?.value ?? ''))?.[1]
  return latest([own, tagged, dateInName(source)]) ?? header.effective?.value
}

/** The day a version is in force from: what it states, where that is not of an earlier version; else its date. */
export function inForceFrom(document: Document): string | undefined {
  const date = versionDate(document)
  const { effective } = document.header
  if (!effective) return date
  if (effective.from === 'operator' || date === undefined) return effective.value
  return effective.value.slice(0, date.length) >= date ? effective.value : date
}

function dateInName(source: string): string | undefined {
  const name = foldName(source.slice(source.lastIndexOf('/') + 1))
  const day = NAME_DAY.exec(name)
  if (day && isDay(day[1]!, day[2]!, day[3]!)) return `${day[1]}-${day[2]}-${day[3]}`
  return NAME_YEAR.exec(name)?.[1]
}

const isDay = (year: string, month: string, day: string): boolean =>
  /^(?:19|20)/.test(year) && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31

function latest(dates: readonly (string | undefined)[]): string | undefined {
  return dates.filter((date) => date !== undefined).sort().at(-1)
}

/** Words under each number: of its articles, or of its top level where it has none. */
export function numbersOf(document: Document): ReadonlyMap<string, string> {
  const numbered = [...walk(document)].map(innermost).filter(({ number }) => number !== undefined)
  const articles = numbered.filter(({ number }) => number?.style === 'article')
  const clauses = articles.length > 0 ? articles : document.clauses.filter(({ number }) => number !== undefined)
  return new Map(clauses.map((clause) => [clause.path.join('/'), foldWords(ownText(document, clause))]))
}

/** Ordinals of the first and the last article; undefined without articles. */
export function articleRange(document: Document): { readonly first: number; readonly last: number } | undefined {
  const ordinals = [...walk(document)].flatMap((lineage) => {
    const { number } = innermost(lineage)
    return number?.style === 'article' ? [number.ordinal] : []
  })
  if (ordinals.length === 0) return undefined
  return ordinals.reduce(
    ({ first, last }, ordinal) => ({ first: Math.min(first, ordinal), last: Math.max(last, ordinal) }),
    { first: Infinity, last: -Infinity },
  )
}

/**
 * May two issuers have issued one work? Organs of one place, or of the state, where one is not stated or the names
 * are alike; 杭州市人民政府 and 宁波市人民政府 have not. The congress and its committee pass each other's laws.
 */
export function issuersAgree(one: Fact | undefined, other: Fact | undefined): boolean {
  if (!one || !other) return true
  const [a, b] = [one.value, other.value].map(bareOrgan) as [string, string]
  if (a.includes(b) || b.includes(a)) return true
  const [here, there] = [placeOf(a), placeOf(b)]
  return here !== '' && here === there
}

const bareOrgan = (name: string): string => foldName(name).replaceAll(COUNTRY, '').replace(/^(?:中共|中国共产党|原)/, '')
const placeOf = (organ: string): string => /^\p{Script=Han}{2,12}?(?:省|自治区|自治州|市|州|盟|县|区)/u.exec(organ)?.[0] ?? ''
