/** Question → clauses, best first: four rankings of windows and clauses fused, twins folded. */
import type { Clause, ClauseId, Document, DocumentId, Span } from '../types.ts'
import { addScaled } from './fuse.ts'
import type { Field, Library } from './library.ts'
import { places } from './places-of.ts'

/** A clause found, with its windows best first. */
export interface Found {
  readonly document: Document
  readonly lineage: readonly [Clause, ...Clause[]]
  readonly clause: Clause
  /** 0 to 1: the share of the best possible sum. */
  readonly score: number
  readonly windows: readonly { readonly span: Span; readonly score: number }[]
  /** Highest cosine of its windows to the question; absent in keyword-only mode. */
  readonly similarity?: number
  /** The same clause elsewhere, led by this one. */
  readonly twins: readonly { readonly document: Document; readonly lineage: readonly [Clause, ...Clause[]] }[]
}

export interface Query {
  readonly text: string
  /** Absent in keyword-only mode. */
  readonly vector?: Float32Array
  readonly documents?: readonly DocumentId[]
}

/** Windows taken from a vector ranking; keyword rankings score everything. */
const NEIGHBOURS = 200

/** Best first; ties in reading order. */
export function retrieve(library: Library, query: Query, limit: number): Found[] {
  const known = places(library)
  const wanted = query.documents && new Set(query.documents)
  const allowed = (clause: ClauseId): boolean => !wanted || wanted.has(known.get(clause)!.document.id)
  const windowScores = new Map<number, number>()
  const clauseScores = new Map<ClauseId, number>()
  const lists: ReadonlyMap<ClauseId, number>[] = []
  const similarities = new Map<ClauseId, number>()
  for (const [nth, scores] of rankings(library.windows, query).entries()) {
    const permitted = new Map([...scores].filter(([row]) => allowed(library.windows.chunks[row]!.clause)))
    addScaled(windowScores, permitted)
    const best = bestOfClause(library.windows, permitted)
    lists.push(best)
    if (nth > 0) for (const [id, similarity] of best) similarities.set(id, Math.max(similarity, similarities.get(id) ?? -1))
  }
  const clauseKeywords = keywordScores(library.clauses, query.text)
  lists.push(bestOfClause(library.clauses, new Map([...clauseKeywords].filter(([row]) => allowed(library.clauses.chunks[row]!.clause)))))
  for (const list of lists) addScaled(clauseScores, list)

  const windowsOf = new Map<ClauseId, { span: Span; score: number }[]>()
  for (const [row, score] of windowScores) {
    const { clause, span } = library.windows.chunks[row]!
    const list = windowsOf.get(clause)
    if (list) list.push({ span, score })
    else windowsOf.set(clause, [{ span, score }])
  }
  const found = [...clauseScores].map(([id, score]): Found => {
    const { document, lineage } = known.get(id)!
    const windows = (windowsOf.get(id) ?? []).sort((one, other) => other.score - one.score)
    const similarity = similarities.get(id)
    return {
      document,
      lineage,
      clause: lineage.at(-1)!,
      score: score / lists.length,
      windows,
      ...(similarity === undefined ? {} : { similarity }),
      twins: [],
    }
  })
  found.sort((one, other) => other.score - one.score || (one.clause.id < other.clause.id ? -1 : 1))
  return foldTwins(library, found, wanted).slice(0, limit)
}

function rankings(field: Field, query: Query): ReadonlyMap<number, number>[] {
  const lists = [keywordScores(field, query.text)]
  if (query.vector) {
    for (const index of [field.plain, field.headed]) {
      if (index) lists.push(new Map(index.search(query.vector, NEIGHBOURS).map(({ row, similarity }) => [row, similarity])))
    }
  }
  return lists
}

function keywordScores(field: Field, text: string): Map<number, number> {
  const scores = field.keywords.scores(text)
  const found = new Map<number, number>()
  for (let row = 0; row < scores.length; row++) if (scores[row]! > 0) found.set(row, scores[row]!)
  return found
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
