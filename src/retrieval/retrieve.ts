/**
 * Question → clauses, best first: five rankings fused, twins folded. Over the answerable cases (`evals/cases`, without
 * look-ups): vectors of units, of windows, of windows behind their headings, keywords of clauses and of windows give
 * hit@1 0.90, recall@5 0.99; without the units 0.86, 0.98; each ranking alone 0.65 to 0.78.
 */
import type { Clause, ClauseId, Document, DocumentId, Span } from '../types.ts'
import { Fusion, minMax } from './fuse.ts'
import type { Field, Library } from './library.ts'
import { clauseList, clausesOfRows, type ClausePlace } from './places-of.ts'
import { fold } from './terms.ts'

/** A span of a clause with its score for the question, 0 to 1 within one ranking or sum of rankings. */
export interface Spot {
  readonly span: Span
  readonly score: number
}

/** A clause found. */
export interface Found {
  readonly document: Document
  readonly lineage: readonly [Clause, ...Clause[]]
  readonly clause: Clause
  /** 0 to 1: the share of the best possible sum. */
  readonly score: number
  /** Units and windows of it that were found, best first. */
  readonly spots: readonly Spot[]
  /** Highest cosine of its units and windows to the question; absent in keyword-only mode. */
  readonly similarity?: number
  /** The same clause elsewhere, led by this one. */
  readonly twins: readonly { readonly document: Document; readonly lineage: readonly [Clause, ...Clause[]] }[]
}

export interface Query {
  readonly text: string
  /** Absent in keyword-only mode. */
  readonly vector?: Float32Array
  /** Names and codes the question quotes: clauses that hold them word for word come forward. */
  readonly exact?: readonly string[]
  readonly documents?: readonly DocumentId[]
}

/** Rows taken from a vector ranking; keyword rankings score everything. */
const NEIGHBOURS = 200

/** One ranking of rows of a field, in the order they were found. */
interface Ranking {
  readonly field: Field
  /** Row → ordinal of its clause. */
  readonly clauseOf: Uint32Array
  readonly rows: readonly number[]
  readonly scores: readonly number[]
  readonly similarities: boolean
}

/** Best first; ties by id. */
export function retrieve(library: Library, query: Query, limit: number): Found[] {
  const { places: known } = clauseList(library)
  const wanted = query.documents && new Set(query.documents)
  const lists = rankings(library, query, ({ document }) => !wanted || wanted.has(document.id))
  const fusion = new Fusion(known.length)
  const similarities = new Map<number, number>()
  for (const list of lists) {
    const best = bestOfClause(list, known.length)
    fusion.add(best.clauses, best.scores)
    if (!list.similarities) continue
    best.clauses.forEach((clause, at) => similarities.set(clause, Math.max(best.scores[at]!, similarities.get(clause) ?? -1)))
  }
  const chosen = choose(library, fusion, limit, wanted)
  const spots = spotsOf(library, lists, new Set(chosen.map(({ ordinal }) => ordinal)))
  return chosen.map(({ ordinal, score, twins }): Found => {
    const { document, lineage } = known[ordinal]!
    const similarity = similarities.get(ordinal)
    return {
      document,
      lineage,
      clause: lineage.at(-1)!,
      score: score / lists.length,
      spots: [...(spots.get(ordinal)?.values() ?? [])].sort((one, other) => other.score - one.score),
      ...(similarity === undefined ? {} : { similarity }),
      twins,
    }
  })
}

type Allowed = (place: ClausePlace) => boolean

function rankings(library: Library, { text, vector, exact = [] }: Query, allowed: Allowed): Ranking[] {
  const { units, windows, clauses } = library
  const { places: known } = clauseList(library)
  const collect = (field: Field, similarities: boolean, found: Iterable<readonly [row: number, score: number]>): Ranking => {
    const clauseOf = clausesOfRows(library, field.chunks)
    const rows: number[] = []
    const scores: number[] = []
    for (const [row, score] of found) {
      if (!allowed(known[clauseOf[row]!]!)) continue
      rows.push(row)
      scores.push(score)
    }
    return { field, clauseOf, rows, scores, similarities }
  }
  const lists = [clauses, windows].map((field) => collect(field, false, aboveZero(field.keywords.scores(text))))
  if (exact.length > 0) lists.push(collect(windows, false, exactScores(library, exact)))
  if (!vector) return lists
  const indexes = [
    [units, units.plain],
    [windows, windows.plain],
    [windows, windows.headed],
  ] as const
  for (const [field, index] of indexes) {
    if (index) lists.push(collect(field, true, index.search(vector, NEIGHBOURS).map(({ row, similarity }) => [row, similarity])))
  }
  return lists
}

function* aboveZero(scores: Float32Array): Iterable<readonly [row: number, score: number]> {
  for (let row = 0; row < scores.length; row++) if (scores[row]! > 0) yield [row, scores[row]!]
}

/** Texts folded line by line, so that offsets stay, for documents that were searched for a name. */
const foldedTexts = new WeakMap<Document, string>()

function foldedText(document: Document): string {
  let folded = foldedTexts.get(document)
  if (folded === undefined) {
    folded = document.text.split('\n').map(fold).join('\n')
    foldedTexts.set(document, folded)
  }
  return folded
}

/** How many of the names a window holds; documents that hold none are passed over at once. */
function* exactScores(library: Library, names: readonly string[]): Iterable<readonly [row: number, score: number]> {
  const wanted = names.map(fold)
  const { places: known } = clauseList(library)
  const clauseOf = clausesOfRows(library, library.windows.chunks)
  const holds = new Map<Document, boolean>()
  for (const document of library.documents) holds.set(document, wanted.some((name) => foldedText(document).includes(name)))
  for (const [row, { span }] of library.windows.chunks.entries()) {
    const { document } = known[clauseOf[row]!]!
    if (!holds.get(document)) continue
    const words = foldedText(document).slice(span.start, span.end)
    const count = wanted.filter((name) => words.includes(name)).length
    if (count > 0) yield [row, count]
  }
}

/** The best row of every clause that has one. */
function bestOfClause({ rows, scores, clauseOf }: Ranking, size: number): { clauses: number[]; scores: number[] } {
  const position = new Int32Array(size).fill(-1)
  const best = { clauses: [] as number[], scores: [] as number[] }
  rows.forEach((row, at) => {
    const clause = clauseOf[row]!
    const score = scores[at]!
    const known = position[clause]!
    if (known === -1) {
      position[clause] = best.clauses.length
      best.clauses.push(clause)
      best.scores.push(score)
    } else if (score > best.scores[known]!) best.scores[known] = score
  })
  return best
}

type Spots = ReadonlyMap<number, ReadonlyMap<string, Spot>>

/** Units and windows of some clauses, the scores of the same span added up. */
function spotsOf(library: Library, lists: readonly Ranking[], clauses: ReadonlySet<number>): Spots {
  const spots = new Map([...clauses].map((clause) => [clause, new Map<string, Spot>()]))
  for (const { field, clauseOf, rows, scores } of lists) {
    if (field === library.clauses) continue
    const scale = minMax(scores)
    rows.forEach((row, at) => {
      const own = spots.get(clauseOf[row]!)
      if (!own) return
      const { span } = field.chunks[row]!
      const key = `${span.start}-${span.end}`
      own.set(key, { span, score: (own.get(key)?.score ?? 0) + scale(scores[at]!) })
    })
  }
  return spots
}

/** A clause that leads its twins, by ordinal. */
interface Chosen {
  readonly ordinal: number
  /** Of the best of the twins. */
  readonly score: number
  readonly twins: readonly ClausePlace[]
}

/** The best, best first, ties by id, twins folded. */
function choose(library: Library, fusion: Fusion, limit: number, wanted?: ReadonlySet<DocumentId>): Chosen[] {
  const { places: known } = clauseList(library)
  const idOf = (ordinal: number): ClauseId => known[ordinal]!.lineage.at(-1)!.id
  let looked = -1
  for (let count = 4 * limit; ; count *= 4) {
    const ranked = fusion
      .best(count)
      .sort((one, other) => fusion.total(other) - fusion.total(one) || (idOf(one) < idOf(other) ? -1 : 1))
    const folded = foldTwins(library, fusion, ranked, wanted)
    if (folded.length >= limit || ranked.length === looked) return folded.slice(0, limit)
    looked = ranked.length
  }
}

/** One entry for a clause and its twins, led by the copy found that has a title of its own. */
function foldTwins(library: Library, fusion: Fusion, ranked: readonly number[], wanted?: ReadonlySet<DocumentId>): Chosen[] {
  const { places: known, ordinals } = clauseList(library)
  const seen = new Set<number>()
  return ranked.flatMap((first) => {
    if (seen.has(first)) return []
    const twins = library.twins.get(known[first]!.lineage.at(-1)!.id) ?? []
    const copies = [first, ...twins.map((id) => ordinals.get(id)!)]
    for (const copy of copies) seen.add(copy)
    const listed = copies
      .filter((copy) => !wanted || wanted.has(known[copy]!.document.id))
      .sort((one, other) => rank(known[one]!.document) - rank(known[other]!.document))
    const ordinal = listed.find((copy) => fusion.has(copy)) ?? first
    const others = listed.filter((copy) => copy !== ordinal).map((copy) => known[copy]!)
    return [{ ordinal, score: fusion.total(first), twins: others }]
  })
}

/** Titles in the text or of the operator lead; an inferred one follows; none comes last. */
function rank({ header }: Document): number {
  if (!header.title) return 2
  return header.title.from === 'inferred' ? 1 : 0
}
