/**
 * References that say nothing without the place they stand in: 本条, 前款, 前两款, 上述, 前款第（三）项, 本法第十条, and a
 * number alone, which is one of the same document. (《立法技术规范》：前款 is the 款 right before.)
 */
import type { Clause, LookUp, Place } from '../types.ts'
import { innermost, walk, type Lineage } from './address.ts'
import { ordinalOf } from './numerals.ts'
import { findReferences, type Step } from './reference.ts'
import { foldScript } from './script.ts'

const UNIT = '(分编|编|章|节|部分|条|款|项|点|目)'
const COUNT = '([一二两三四五六七八九十0-9]{1,2})?'
const BEHIND = '(?:(?:所)?(?:规定|列|称|述|指)的?|的|中的?|里的?)*'
const OWN_DOCUMENT = /^(?!上述规定|前述规定)(?:本|该|此|同|前述|上述)(?:法律|法|条例|规定|办法|决定|意见|通知|方案|规划|纲要|解释|规则|细则|建议|章程|文件)(?:的|中的?|里的?)*/
const OWN = new RegExp(`^(?:本|该|此|同|这一?|上述|前述)${UNIT}${BEHIND}`)
const BEFORE = new RegExp(`^(?:前|上)(?:述|列)?${COUNT}(各)?个?${UNIT}${BEHIND}`)
const AFTER = new RegExp(`^(?:下|次|后)(?:列)?${COUNT}个?${UNIT}${BEHIND}`)
const ABOVE = /^(?:上述|前述|以上|前列)(?:的)?(?:规定|情形|条款|内容|要求|行为|事项|情况)?(?:的)?/

/** Finds steps below a place, or in the whole document of one. */
export type Below = (place: Place, target: readonly Step[], isWhole: boolean) => LookUp

/**
 * @param at where the words stand
 * @returns undefined for words that are not of this kind
 */
export function lookUpRelative(words: string, at: Place, below: Below): LookUp | undefined {
  const text = foldScript(words).replace(/^[\s“"（(]*(?:根据|依据|按照|依照|违反|适用|除)?/, '').replace(/[\s。，,”"）)]+$/, '')
  const document = OWN_DOCUMENT.exec(text)
  if (document) return deeper(words, [at], text.slice(document[0].length), (place, target) => below(place, target, true))
  const own = OWN.exec(text)
  if (own) return deeper(words, only(ownUnit(at, own[1]!)), text.slice(own[0].length), below)
  const before = BEFORE.exec(text)
  if (before) {
    const count = before[2] ? Infinity : countOf(before[1])
    return deeper(words, neighbours(at, before[3]!, -count), text.slice(before[0].length), below)
  }
  const after = AFTER.exec(text)
  if (after) return deeper(words, neighbours(at, after[2]!, countOf(after[1])), text.slice(after[0].length), below)
  const above = ABOVE.exec(text)
  if (above && above[0] !== '') {
    const near = neighbours(at, '款', -1)
    return deeper(words, near.length > 0 ? near : neighbours(at, '条', -1), text.slice(above[0].length), below)
  }
  return numberAlone(text, at, below)
}

const countOf = (words: string | undefined): number => (words === undefined ? 1 : words === '两' ? 2 : (ordinalOf(words) ?? 1))
const only = (place: Place | undefined): Place[] => (place ? [place] : [])

/** 第二款, 第（三）项: of the article the words stand in; 第十条: of the document. */
function numberAlone(text: string, at: Place, below: Below): LookUp | undefined {
  const [reference, ...more] = findReferences(text, [])
  if (!reference || more.length > 0 || reference.span.start > 0 || reference.document) return undefined
  const kind = reference.targets[0][0]?.kind
  const isInner = kind === 'paragraph' || kind === 'item' || kind === 'subitem' || kind === 'point'
  const article = isInner ? ownUnit(at, '条') : undefined
  if (article) {
    const found = joined(reference.targets.map((target) => below(article, target, false)))
    if (found.outcome !== 'absent') return found
  }
  return joined(reference.targets.map((target) => below(at, target, true)))
}

/** The rest of a reference below the places its first words lead to. */
function deeper(words: string, places: readonly Place[], rest: string, below: Below): LookUp | undefined {
  const [first, ...others] = places
  if (!first) return nothing(words)
  if (rest === '' || /^(?:之?规定|的规定)$/.test(rest)) return { outcome: 'found', places: [first, ...others] }
  const [reference, ...more] = findReferences(rest, [])
  if (!reference || more.length > 0 || reference.span.start > 0 || reference.document) return undefined
  return joined(places.flatMap((place) => reference.targets.map((target) => below(place, target, false))))
}

function joined(results: readonly LookUp[]): LookUp {
  const failed = results.find(({ outcome }) => outcome !== 'found')
  if (failed) return failed
  const [first, ...others] = results.flatMap((result) => (result.outcome === 'found' ? result.places : []))
  return first ? { outcome: 'found', places: [first, ...others] } : nothing('')
}

const nothing = (words: string): LookUp => ({
  outcome: 'absent',
  reason: 'no-such-clause',
  message: `所在位置没有“${words.trim().slice(0, 40)}”所指的条款。`,
  existing: [],
})

/** 本条, 本款, 本章: what the place is part of. */
function ownUnit(at: Place, unit: string): Place | undefined {
  const { document, lineage } = at
  if (unit === '款') {
    const paragraph = paragraphOf(at)
    const article = ownUnit(at, '条')
    return article && paragraph !== undefined ? { ...article, paragraph } : article
  }
  const depth = lineage.findLastIndex((clause, depth) => isUnit(clause, unit, lineage.slice(0, depth)))
  return depth < 0 ? undefined : { document, lineage: lineage.slice(0, depth + 1) as unknown as Lineage }
}

/** 1-based 款 of the article that the place stands in, where the article has several. */
function paragraphOf({ lineage, paragraph }: Place): number | undefined {
  const article = lineage.findLastIndex((clause, depth) => isUnit(clause, '条', lineage.slice(0, depth)))
  if (article < 0) return paragraph
  return article === lineage.length - 1 ? paragraph : lineage[article + 1]?.underParagraph
}

const STYLES: Readonly<Record<string, readonly string[]>> = {
  编: ['book'], 分编: ['subbook'], 章: ['chapter'], 节: ['section'], 部分: ['division', 'chinese'],
  条: ['article', 'arabic', 'bracketed-arabic'], 项: ['bracketed-chinese', 'arabic', 'chinese'], 点: ['circled', 'arabic', 'bracketed-arabic'],
  目: ['arabic', 'bracketed-arabic', 'circled'],
}

function isUnit(clause: Clause, unit: string, outer: readonly Clause[]): boolean {
  const style = clause.number?.style
  const inArticle = outer.some(({ number }) => number?.style === 'article')
  // 1. below a 第三条 is a 目 of it and no 条
  if (unit === '条' && inArticle) return false
  if ((unit === '项' || unit === '目') && !inArticle) return unit === '项' && style === 'bracketed-chinese'
  return style !== undefined && (STYLES[unit]?.includes(style) ?? false)
}

/** 前款, 前两条, 下一项: as many neighbours as `by` says, before (negative) or behind; none where there are not as many. */
function neighbours(at: Place, unit: string, by: number): Place[] {
  const own = ownUnit(at, unit)
  if (!own) return []
  const row = rowOf(own, unit)
  const here = row.findIndex((place) => innermost(place.lineage) === innermost(own.lineage) && place.paragraph === own.paragraph)
  if (unit === '款' && own.paragraph === undefined) return row.length === 2 && by === -1 ? [row[0]!] : []
  if (here < 0) return []
  if (by === -Infinity) return row.slice(0, here)
  const found = by < 0 ? row.slice(Math.max(0, here + by), here) : row.slice(here + 1, here + 1 + by)
  return found.length === Math.abs(by) ? found : []
}

/** What stands in a row with a place: the 款 of its article, the articles of the document, the items beside it. */
function rowOf({ document, lineage }: Place, unit: string): Place[] {
  const clause = innermost(lineage)
  if (unit === '款') return clause.paragraphs.map((_, at): Place => ({ document, lineage, paragraph: at + 1 }))
  const style = clause.number?.style
  const all = style === 'article' ? [...walk(document)] : siblingsOf({ document, lineage })
  return all.filter((one) => innermost(one).number?.style === style).map((one): Place => ({ document, lineage: one }))
}

function siblingsOf({ document, lineage }: Place): Lineage[] {
  const outer = lineage.slice(0, -1)
  const children = outer.at(-1)?.children ?? document.clauses
  return children.map((child) => [...outer, child] as unknown as Lineage)
}

/** The clauses right before and behind one in reading order: an article's are articles, an item's the items beside it. */
export function neighboursOf({ document, lineage, paragraph }: Place): { readonly before?: Place; readonly after?: Place } {
  const clause = innermost(lineage)
  const row =
    paragraph !== undefined && clause.paragraphs.length > 1
      ? rowOf({ document, lineage }, '款')
      : clause.number
        ? rowOf({ document, lineage }, '')
        : siblingsOf({ document, lineage }).map((one): Place => ({ document, lineage: one }))
  const here = row.findIndex((place) => innermost(place.lineage) === clause && place.paragraph === (paragraph !== undefined && clause.paragraphs.length > 1 ? paragraph : undefined))
  const [before, after] = [row[here - 1], row[here + 1]]
  return { ...(here > 0 && before ? { before } : {}), ...(here >= 0 && after ? { after } : {}) }
}

