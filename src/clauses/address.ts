/** A clause ↔ its id, its label as printed (三、2.) and as spoken (第三部分第2条); offsets → the place they stand in. */
import { LRUCache } from 'lru-cache'
import type { Clause, ClauseId, Document, NumberStyle, Place, Provenance, Span } from '../types.ts'
import { clauseId } from './ids.ts'
import { chineseNumeral } from './numerals.ts'

export { clauseId }

/** A clause with the clauses around it, outermost first. */
export type Lineage = readonly [Clause, ...Clause[]]

/** Every clause of a document in reading order, parents before their children. */
export function* walk(document: Document): Iterable<Lineage> {
  yield* walkFrom(document.clauses, [])
}

function* walkFrom(clauses: readonly Clause[], outer: readonly Clause[]): Iterable<Lineage> {
  for (const clause of clauses) {
    yield [...outer, clause] as unknown as Lineage
    yield* walkFrom(clause.children, [...outer, clause])
  }
}

/** Of the documents looked at last: over a thousand laws the indexes of all would take as much as the laws. */
const INDEXES = new LRUCache<Document, ReadonlyMap<string, Lineage>>({ max: 32 })

function indexOf(document: Document): ReadonlyMap<string, Lineage> {
  const known = INDEXES.get(document)
  if (known) return known
  const index = new Map<string, Lineage>()
  for (const lineage of walk(document)) index.set(innermost(lineage).id, lineage)
  INDEXES.set(document, index)
  return index
}

export const innermost = (lineage: Lineage): Clause => lineage.at(-1) ?? lineage[0]

/** The clause with this path; `undefined` when the document has none. */
export function findClause(document: Document, path: readonly string[]): Lineage | undefined {
  return indexOf(document).get(clauseId(document.id, path))
}

/** The clause with this id, with the clauses around it. */
export function clauseById(document: Document, id: ClauseId): Lineage | undefined {
  return indexOf(document).get(id)
}

/** The last clause of a list that begins at or before an offset. */
function before(clauses: readonly Clause[], offset: number): Clause | undefined {
  let low = 0
  let high = clauses.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((clauses[middle]?.extent.start ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return clauses[low - 1]
}

const holds = (span: Span, offset: number): boolean => span.start <= offset && offset < span.end

/**
 * Where words stand: the innermost clause that holds the first of them, and its 款 when it has several or when the
 * words are its lead paragraph 导语. Words between clauses belong to the clause before them.
 * @throws RangeError for a document without a clause
 */
export function placeAt(document: Document, span: Span): Place {
  const offset = span.start
  const first = before(document.clauses, offset) ?? document.clauses[0]
  if (!first) throw new RangeError('a document without a clause has no places')
  const lineage: [Clause, ...Clause[]] = [first]
  for (let clause = first; ; ) {
    const child = before(clause.children, offset)
    if (!child || !holds(child.extent, offset)) break
    lineage.push(child)
    clause = child
  }
  const { heading, paragraphs } = innermost(lineage)
  const paragraph = paragraphs.findLastIndex(({ start }) => start <= offset) + 1
  // a heading on a line of its own is the clause's, not its lead paragraph's
  if (paragraph === 0 && heading && heading.start <= offset && span.end <= heading.end) return { document, lineage }
  return ownPlace(document, lineage, Math.max(1, paragraph))
}

/**
 * The place of one of a clause's own paragraphs (the first, unless told): with its 款 where the clause has several,
 * and where it is a lead paragraph; so a whole part is spoken 第二部分 and its own words 第二部分导语.
 */
export function ownPlace(document: Document, lineage: Lineage, paragraph = 1): Place {
  const clause = innermost(lineage)
  const told = clause.paragraphs.length > 1 || (paragraph === 1 && hasLead(clause))
  return { document, lineage, ...(told && paragraph <= clause.paragraphs.length ? { paragraph } : {}) }
}

/** The place of a whole clause. */
export function placeOf(document: Document, lineage: Lineage, paragraph?: number): Place {
  return { document, lineage, ...(paragraph === undefined ? {} : { paragraph }) }
}

/** The words of a heading, a header or a closing, as a label. */
function unnumberedLabel(document: Document, clause: Clause): string {
  switch (clause.kind) {
    case 'header':
      return '题头'
    case 'preamble':
      return isWholeBody(document, clause) ? '正文' : '序言'
    case 'closing':
      return '结语'
    default:
      return partName(clause)
  }
}

/** The words that name a part without a number: its heading, or for an annex its number (附件一). */
export const partName = (clause: Clause): string =>
  (clause.path.at(-1) ?? '').replace(/~[0-9]+$/, '').trim().replace(SPACED_OUT, '$1$2')
/** 附 则 is set apart to fill the line. */
const SPACED_OUT = /^(\p{Script=Han})\s+(\p{Script=Han})$/u
const isAnnex = (name: string): boolean => /^附[件录錄表图圖]?[一二三四五六七八九十0-9０-９]{0,3}$/.test(name)

/** A document without sections has only paragraphs before its first section; nobody calls them a preamble. */
const isWholeBody = (document: Document, clause: Clause): boolean =>
  document.clauses.every((other) => other === clause || other.kind === 'header')

/** Articles are named without the chapters around them, unless their path needs those. */
function namedClauses({ lineage }: Place): readonly Clause[] {
  const article = lineage.findIndex(isArticle)
  if (article < 0) return lineage
  return (lineage[article]?.path.length ?? 1) > 1 ? lineage : lineage.slice(article)
}

/** Does the clause open with a paragraph of its own, between a heading on its own line and its first item? */
export function hasLead(clause: Clause): boolean {
  const { number, heading, paragraphs, children, extent } = clause
  const own = paragraphs[0]
  const item = children[0]
  if (!own || !item || !heading || !number || number.style === 'article') return false
  return own.start > extent.start && own.end <= item.extent.start
}

/**
 * The label as printed.
 * @example 三、2.  第十二条  第七条第一款（三）  题头  二、导语
 */
export function labelOf(place: Place): string {
  const clauses = namedClauses(place)
  const names = clauses.map((clause, at) =>
    paragraphAbove(clauses, at) + (clause.number?.mark ?? unnumberedLabel(place.document, clause)))
  return names.reduce(joinLabels) + paragraphName(place)
}

/** 三、2. and 第七条（三） join at once; 附件一 二、 needs a space. */
function joinLabels(outer: string, inner: string): string {
  const apart = /[\p{L}\p{N}]$/u.test(outer) && !/^[（(第]/.test(inner)
  return outer + (apart ? ' ' : '') + inner
}

/**
 * The label as a drafter says it.
 * @example 第三部分第2条  第二部分第2条第2款  第七条第一款第（三）项  第二部分导语  「深化改革」部分
 */
export function spokenOf(place: Place): string {
  const clauses = namedClauses(place)
  const article = clauses.findIndex(isArticle)
  const names = clauses.map((clause, at) =>
    paragraphAbove(clauses, at) + spokenStep(place.document, clause, article < 0 ? 0 : at - article, clauses[at - 1]))
  return names.join('') + paragraphName(place)
}

export const isArticle = (clause: Clause | undefined): boolean => clause?.number?.style === 'article'

/** 第一款 before an item of an article that has several. */
function paragraphAbove(clauses: readonly Clause[], at: number): string {
  const under = clauses[at]?.underParagraph
  return under !== undefined && isArticle(clauses[at - 1]) ? `第${chineseNumeral(under)}款` : ''
}

const SPOKEN: Partial<Record<NumberStyle, (numeral: string) => string>> = {
  chinese: (numeral) => `第${numeral}部分`,
  'bracketed-chinese': (numeral) => `第（${numeral}）项`,
  arabic: (numeral) => `第${numeral}条`,
  'bracketed-arabic': (numeral) => `第(${numeral})条`,
  circled: (numeral) => `第${numeral}点`,
}

function sayBrackets(style: NumberStyle, numeral: string): string {
  return style === 'bracketed-chinese' ? `（${numeral}）` : style === 'bracketed-arabic' ? `(${numeral})` : numeral
}

/** `below` is how many levels under an article it stands: 1 is an item 项, 2 a sub-item 目; 0 is outside articles. */
function spokenStep(document: Document, clause: Clause, below: number, outer: Clause | undefined): string {
  const { number } = clause
  if (!number) {
    const name = unnumberedLabel(document, clause)
    return clause.kind === 'headed' && !isAnnex(name) ? `「${name}」部分` : name
  }
  const say = SPOKEN[number.style]
  if (!say) return number.mark
  const chinese = number.style === 'chinese' || number.style === 'bracketed-chinese'
  const figures = number.style === 'circled' ? number.mark : `${number.ordinal}`
  const numeral = chinese ? chineseNumeral(number.ordinal) : figures
  if (below > 0) return `第${sayBrackets(number.style, numeral)}${below === 1 ? '项' : '目'}`
  // 一、 in a 第一部分 or beside one cannot be a 第一部分 too
  const beside = outer ? outer.children : (document?.clauses ?? [])
  if (number.style === 'chinese' && (isDivision(outer) || hasDivision(beside))) return `第${numeral}项`
  return say(numeral)
}

const isDivision = (clause: Clause | undefined): boolean => clause?.number?.style === 'division'

const DIVIDED = new WeakMap<readonly Clause[], boolean>()

/** Looked through once for all that stand beside each other: each of them asks. */
function hasDivision(clauses: readonly Clause[]): boolean {
  const known = DIVIDED.get(clauses) ?? clauses.some(isDivision)
  DIVIDED.set(clauses, known)
  return known
}

function paragraphName({ lineage, paragraph }: Place): string {
  const clause = innermost(lineage)
  if (!clause.number || paragraph === undefined) return ''
  if (hasLead(clause) && paragraph === 1) return '导语'
  if (clause.paragraphs.length < 2) return ''
  return `第${clause.number.style === 'article' ? chineseNumeral(paragraph) : paragraph}款`
}

/** A clause's own paragraphs, joined by line breaks; its children hold theirs. */
export function ownText(document: Document, clause: Clause): string {
  return clause.paragraphs.map(({ start, end }) => document.text.slice(start, end)).join('\n')
}

/** The words of a clause's heading; `undefined` when it has none. */
export function headingOf(document: Document, clause: Clause): string | undefined {
  return clause.heading && document.text.slice(clause.heading.start, clause.heading.end)
}

/** What the document calls itself; when it does not say, the operator's short name, else the name of its file. */
export function titleOf(document: Document): string {
  return document.header.title?.value ?? document.shortNames[0] ?? document.source
}

/** Who calls the document what titleOf says; `undefined` when that is only its file. */
export function titleFromOf({ header, shortNames }: Document): Provenance | undefined {
  return header.title?.from ?? (shortNames[0] === undefined ? undefined : 'operator')
}

/** 《title》第三部分第2条 */
export function citeOf(place: Place): string {
  return `《${titleOf(place.document)}》${spokenOf(place)}`
}
