/**
 * Question → clauses, best first: five rankings fused, twins folded. Over the answerable cases (`evals/cases`, without
 * look-ups): vectors of units, of windows, of windows behind their headings, keywords of clauses and of windows give
 * hit@1 0.90, recall@5 0.99; without the units 0.86, 0.98; each ranking alone 0.65 to 0.78.
 */
import type { Clause, ClauseId, Document, DocumentId, Span } from '../types.ts'
import type { Bm25 } from './bm25.ts'
import { addScaled } from './fuse.ts'
import type { Field, Library } from './library.ts'
import { places } from './places-of.ts'
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

/** One ranking: scores of the rows of a field. */
interface Ranking {
  readonly field: Field
  readonly scores: ReadonlyMap<number, number>
  readonly similarities: boolean
}

/** Best first; ties by id. */
export function retrieve(library: Library, query: Query, limit: number): Found[] {
  const known = places(library)
  const wanted = query.documents && new Set(query.documents)
  const allowed = (clause: ClauseId): boolean => !wanted || wanted.has(known.get(clause)!.document.id)
  const totals = new Map<ClauseId, number>()
  const spots = new Map<ClauseId, Map<string, { span: Span; score: number }>>()
  const similarities = new Map<ClauseId, number>()
  const lists = rankings(library, query)
  for (const { field, scores, similarities: cosines } of lists) {
    const permitted = new Map([...scores].filter(([row]) => allowed(field.chunks[row]!.clause)))
    const scaled = new Map<number, number>()
    addScaled(scaled, permitted)
    if (field !== library.clauses) collectSpots(spots, field, scaled)
    const best = bestOfClause(field, permitted)
    addScaled(totals, best)
    if (cosines) for (const [id, cosine] of best) similarities.set(id, Math.max(cosine, similarities.get(id) ?? -1))
  }
  const found = [...totals].map(([id, score]): Found => {
    const { document, lineage } = known.get(id)!
    const similarity = similarities.get(id)
    return {
      document,
      lineage,
      clause: lineage.at(-1)!,
      score: score / lists.length,
      spots: [...(spots.get(id)?.values() ?? [])].sort((one, other) => other.score - one.score),
      ...(similarity === undefined ? {} : { similarity }),
      twins: [],
    }
  })
  found.sort((one, other) => other.score - one.score || (one.clause.id < other.clause.id ? -1 : 1))
  return foldTwins(library, found, wanted).slice(0, limit)
}

function rankings(library: Library, { text, vector, exact = [] }: Query): Ranking[] {
  const { units, windows, clauses } = library
  const byKeywords = [clauses, windows].map((field) => ({ field, scores: keywordScores(field.keywords, text), similarities: false }))
  if (exact.length > 0) byKeywords.push({ field: windows, scores: exactScores(library, exact), similarities: false })
  if (!vector) return byKeywords
  const indexes = [
    [units, units.plain],
    [windows, windows.plain],
    [windows, windows.headed],
  ] as const
  const byVectors = indexes.flatMap(([field, index]) => {
    if (!index) return []
    const neighbours = index.search(vector, NEIGHBOURS)
    return [{ field, scores: new Map(neighbours.map(({ row, similarity }) => [row, similarity])), similarities: true }]
  })
  return [...byKeywords, ...byVectors]
}

function keywordScores(keywords: Bm25, text: string): Map<number, number> {
  const scores = keywords.scores(text)
  const found = new Map<number, number>()
  for (let row = 0; row < scores.length; row++) if (scores[row]! > 0) found.set(row, scores[row]!)
  return found
}

/** How many of the names a window holds. */
function exactScores(library: Library, names: readonly string[]): Map<number, number> {
  const known = places(library)
  const wanted = names.map(fold)
  const found = new Map<number, number>()
  library.windows.chunks.forEach(({ clause, span }, row) => {
    const words = fold(known.get(clause)!.document.text.slice(span.start, span.end))
    const count = wanted.filter((name) => words.includes(name)).length
    if (count > 0) found.set(row, count)
  })
  return found
}

function collectSpots(spots: Map<ClauseId, Map<string, { span: Span; score: number }>>, field: Field, scores: ReadonlyMap<number, number>): void {
  for (const [row, score] of scores) {
    const { clause, span } = field.chunks[row]!
    let own = spots.get(clause)
    if (!own) spots.set(clause, (own = new Map()))
    const key = `${span.start}-${span.end}`
    const spot = own.get(key)
    if (spot) spot.score += score
    else own.set(key, { span, score })
  }
}

function bestOfClause(field: Field, scores: ReadonlyMap<number, number>): Map<ClauseId, number> {
  const best = new Map<ClauseId, number>()
  for (const [row, score] of scores) {
    const { clause } = field.chunks[row]!
    if (score > (best.get(clause) ?? -Infinity)) best.set(clause, score)
  }
  return best
}

/** One entry for a clause and its twins, led by the copy that has a title of its own. */
export function foldTwins(library: Library, found: readonly Found[], wanted?: ReadonlySet<DocumentId>): Found[] {
  const known = places(library)
  const seen = new Set<ClauseId>()
  return found.flatMap((one) => {
    if (seen.has(one.clause.id)) return []
    const ids = [one.clause.id, ...(library.twins.get(one.clause.id) ?? [])]
    for (const id of ids) seen.add(id)
    const copies = ids
      .map((id) => known.get(id)!)
      .filter(({ document }) => !wanted || wanted.has(document.id))
      .sort((a, b) => rank(a.document) - rank(b.document))
    const [lead, ...twins] = copies
    if (!lead || copies.length === 1) return [one]
    const best = found.find(({ clause }) => clause.id === lead.lineage.at(-1)!.id) ?? one
    return [{ ...best, document: lead.document, lineage: lead.lineage, clause: lead.lineage.at(-1)!, score: one.score, twins }]
  })
}

/** Titles in the text or of the operator lead; an inferred one follows; none comes last. */
function rank({ header }: Document): number {
  if (!header.title) return 2
  return header.title.from === 'inferred' ? 1 : 0
}
