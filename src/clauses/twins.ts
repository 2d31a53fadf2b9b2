/** The same clause in two documents: both stay, and know of each other. */
import type { Clause, ClauseId, Document, DocumentId, Fact, Header } from '../types.ts'
import { headingOf, ownText } from './address.ts'
import { documentIdOf } from './ids.ts'

/** Clauses with the same words in another document, both ways; a clause without a twin has no entry. */
export type Twins = ReadonlyMap<ClauseId, readonly ClauseId[]>

/** Shorter words (（一）管制；, a title) stand in many documents without being the same clause. */
const SHORTEST_CHARACTERS = 20
/** Top-level sections two documents share before one is taken for a copy of the other. */
const SHARED_SECTIONS = 3

const FULL_WIDTH_OF: Readonly<Record<string, string>> = {
  '，': ',', '。': '.', '；': ';', '：': ':', '？': '?', '！': '!', '（': '(', '）': ')', '、': ',', '．': '.',
  '“': '"', '”': '"', '‘': "'", '’': "'", '「': '"', '」': '"', '『': "'", '』': "'", '—': '-', '－': '-', '～': '~',
}

/** Words as they are compared: no white space, punctuation and letters in half width. */
export function foldWords(words: string): string {
  return words
    .replace(/[\s\u3000\u00a0\u200b\ufeff]+/g, '')
    .replace(/[，。；：？！（）、．“”‘’「」『』—－～]/g, (sign) => FULL_WIDTH_OF[sign] ?? sign)
    .replace(/[０-９Ａ-Ｚａ-ｚ]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
}

/** Its own words without its mark: the same clause may carry another number elsewhere. */
function unmarked(document: Document, clause: Clause): string {
  const first = clause.paragraphs[0]
  const marked = clause.number !== undefined && first?.start === clause.extent.start
  const words = ownText(document, clause)
  return marked ? words.slice(clause.number.mark.length) : words
}

/** What a clause says, the clauses in it included. */
function wordsOfClause(document: Document, clause: Clause): string {
  const heading = foldWords(headingOf(document, clause) ?? '')
  const parts = [heading, foldWords(unmarked(document, clause)), ...clause.children.map((child) => wordsOfClause(document, child))]
  return parts.filter((part) => part !== '').join('\n')
}

/**
 * A sum over folded words: equal words have equal sums, and the sum of two texts side by side is had from the sums of
 * both, so that a chapter need not be read again for its articles. Other words rarely share a sum; those that do are
 * compared word by word.
 */
interface Sum {
  readonly one: number
  readonly other: number
  readonly length: number
}

const LINE_END: Sum = { one: 10, other: 10, length: 1 }
const BASES = [0x01000193, 0x5bd1e995] as const

/** Folded code of each code of UTF-16; 0 for those that are left out. */
const FOLDED = Uint16Array.from({ length: 0x10000 }, (_, code) => {
  const folded = foldWords(String.fromCharCode(code))
  return folded === '' ? 0 : folded.charCodeAt(0)
})

function sumOf(words: string): Sum {
  let [one, other, length] = [0, 0, 0]
  for (let at = 0; at < words.length; at++) {
    const code = FOLDED[words.charCodeAt(at)]!
    if (code === 0) continue
    one = (Math.imul(one, BASES[0]) + code) | 0
    other = (Math.imul(other, BASES[1]) + code) | 0
    length++
  }
  return { one, other, length }
}

function sideBySide(left: Sum, right: Sum): Sum {
  if (left.length === 0) return right
  if (right.length === 0) return left
  return appended(appended(left, LINE_END), right)
}

const appended = (left: Sum, right: Sum): Sum => ({
  one: (Math.imul(left.one, power(BASES[0], right.length)) + right.one) | 0,
  other: (Math.imul(left.other, power(BASES[1], right.length)) + right.other) | 0,
  length: left.length + right.length,
})

/** Of 32 bits. */
function power(base: number, exponent: number): number {
  let result = 1
  for (let [square, left] = [base, exponent]; left > 0; left >>= 1) {
    if (left & 1) result = Math.imul(result, square)
    square = Math.imul(square, square)
  }
  return result
}

interface Summed {
  readonly clause: Clause
  readonly sum: Sum
}

const SUMS = new WeakMap<Document, readonly Summed[]>()

/** The sums of a document's clauses, outer ones last; those that say too little to be compared are left out. */
function sumsOfClauses(document: Document): readonly Summed[] {
  const known = SUMS.get(document)
  if (known) return known
  const found: Summed[] = []
  const visit = (clause: Clause): Sum => {
    let sum = sideBySide(sumOf(headingOf(document, clause) ?? ''), sumOf(unmarked(document, clause)))
    for (const child of clause.children) sum = sideBySide(sum, visit(child))
    if (clause.kind !== 'header' && sum.length >= SHORTEST_CHARACTERS) found.push({ clause, sum })
    return sum
  }
  for (const clause of document.clauses) visit(clause)
  SUMS.set(document, found)
  return found
}

interface Holder {
  readonly document: Document
  readonly clause: Clause
}

/** Finds every clause whose words, folded, stand in another document too. In order of the documents given. */
export function findTwins(documents: readonly Document[]): Twins {
  const firsts = new Map<string, Holder | Holder[]>()
  for (const document of documents) {
    for (const { clause, sum } of sumsOfClauses(document)) {
      const key = `${sum.one} ${sum.other} ${sum.length}`
      const known = firsts.get(key)
      if (!known) firsts.set(key, { document, clause })
      else if (Array.isArray(known)) known.push({ document, clause })
      else firsts.set(key, [known, { document, clause }])
    }
  }
  const twins = new Map<ClauseId, readonly ClauseId[]>()
  for (const holders of firsts.values()) {
    if (!Array.isArray(holders)) continue
    for (const copies of byWords(holders)) {
      for (const { document, clause } of copies) {
        const others = copies.filter((other) => other.document !== document).map((other) => other.clause.id)
        if (others.length > 0) twins.set(clause.id, others)
      }
    }
  }
  return twins
}

/** Clauses that share a sum, by the words they share. */
function byWords(holders: readonly Holder[]): Iterable<readonly Holder[]> {
  const found = new Map<string, Holder[]>()
  for (const holder of holders) {
    const words = wordsOfClause(holder.document, holder.clause)
    const own = found.get(words)
    if (own) own.push(holder)
    else found.set(words, [holder])
  }
  return found.values()
}

const countClauses = (clauses: readonly Clause[]): number =>
  clauses.reduce((count, clause) => count + (clause.kind === 'header' ? 0 : 1) + countClauses(clause.children), 0)

function* everyClause(clauses: readonly Clause[]): Iterable<Clause> {
  for (const clause of clauses) {
    yield clause
    yield* everyClause(clause.children)
  }
}

/**
 * Documents without a title that repeat one with a title (three top-level sections, or half of the clauses of the
 * smaller one) take its title, issuer and dates, marked as inferred, with its source as the basis.
 */
export function inferHeaders(documents: readonly Document[], twins: Twins): Document[] {
  const titled = documents.filter(({ header }) => header.title && header.title.from !== 'inferred')
  const homes = new Map(titled.map((document) => [document.id, document]))
  return documents.map((document) => {
    const original = document.header.title ? undefined : originalOf(document, twins, homes)
    return original ? { ...document, header: inferredFrom(document.header, original) } : document
  })
}

interface Shared {
  sections: number
  clauses: number
}

/** The titled document this one repeats most of, when it repeats enough. */
function originalOf(document: Document, twins: Twins, homes: ReadonlyMap<DocumentId, Document>): Document | undefined {
  const shared = new Map<Document, Shared>()
  const top = new Set(document.clauses)
  for (const clause of everyClause(document.clauses)) {
    const originals = new Set((twins.get(clause.id) ?? []).map((id) => homes.get(documentIdOf(id))))
    for (const original of originals) {
      if (!original) continue
      const count = shared.get(original) ?? { sections: 0, clauses: 0 }
      count.clauses += 1
      if (top.has(clause)) count.sections += 1
      shared.set(original, count)
    }
  }
  const [best] = [...shared].sort(([, a], [, b]) => b.clauses - a.clauses)
  if (!best) return undefined
  const [original, { sections, clauses }] = best
  const smaller = Math.min(countClauses(document.clauses), countClauses(original.clauses))
  return sections >= SHARED_SECTIONS || (clauses >= 2 && clauses >= smaller / 2) ? original : undefined
}

/** What the document states itself stands; title, issuer and dates it lacks are taken over. */
function inferredFrom(own: Header, original: Document): Header {
  const taken: { -readonly [Key in keyof Header]?: Fact } = {}
  for (const key of ['title', 'issuer', 'passed', 'published', 'effective'] as const) {
    const fact = original.header[key]
    if (fact && !own[key]) taken[key] = { value: fact.value, from: 'inferred', basis: original.source }
  }
  return { ...taken, ...own }
}

/** The document as it was read, before inferHeaders: the very same one when nothing was inferred. */
export function withoutInferred(document: Document): Document {
  const facts = Object.entries(document.header) as [keyof Header, Fact][]
  const own = facts.filter(([, { from }]) => from !== 'inferred')
  return own.length === facts.length ? document : { ...document, header: Object.fromEntries(own) }
}
