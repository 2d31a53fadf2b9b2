/** The same clause in two documents: both stay, and know of each other. */
import type { Clause, ClauseId, Document, Fact, Header } from '../types.ts'
import { headingOf, ownText } from './address.ts'

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
  return foldWords(marked ? words.slice(clause.number.mark.length) : words)
}

/** What each clause says, the clauses in it included; those that say too little to be compared are left out. */
function wordsOfClauses(document: Document): Map<Clause, string> {
  const found = new Map<Clause, string>()
  const visit = (clause: Clause): string => {
    const heading = foldWords(headingOf(document, clause) ?? '')
    const parts = [heading, unmarked(document, clause), ...clause.children.map(visit)]
    const words = parts.filter((part) => part !== '').join('\n')
    if (clause.kind !== 'header' && words.length >= SHORTEST_CHARACTERS) found.set(clause, words)
    return words
  }
  for (const clause of document.clauses) visit(clause)
  return found
}

/** Finds every clause whose words, folded, stand in another document too. In order of the documents given. */
export function findTwins(documents: readonly Document[]): Twins {
  const holders = new Map<string, { document: Document; id: ClauseId }[]>()
  for (const document of documents) {
    for (const [{ id }, words] of wordsOfClauses(document)) {
      const known = holders.get(words)
      if (known) known.push({ document, id })
      else holders.set(words, [{ document, id }])
    }
  }
  const twins = new Map<ClauseId, readonly ClauseId[]>()
  for (const copies of holders.values()) {
    if (copies.length < 2) continue
    for (const { document, id } of copies) {
      const others = copies.filter((other) => other.document !== document).map((other) => other.id)
      if (others.length > 0) twins.set(id, others)
    }
  }
  return twins
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
  const homes = new Map<ClauseId, Document>()
  const titled = documents.filter(({ header }) => header.title && header.title.from !== 'inferred')
  for (const document of titled) for (const { id } of everyClause(document.clauses)) homes.set(id, document)
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
function originalOf(document: Document, twins: Twins, homes: ReadonlyMap<ClauseId, Document>): Document | undefined {
  const shared = new Map<Document, Shared>()
  const top = new Set(document.clauses)
  for (const clause of everyClause(document.clauses)) {
    const originals = new Set((twins.get(clause.id) ?? []).map((id) => homes.get(id)))
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
