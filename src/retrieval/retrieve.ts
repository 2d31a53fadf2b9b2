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
  readonly rows: ArrayLike<number>
  readonly scores: ArrayLike<number>
  readonly similarities: boolean
}

/** Best first; ties by id. */
export function retrieve(library: Library, query: Query, limit: number): Found[] {
  const { places: known } = clauseList(library)
  const wanted = query.documents && new Set(query.documents)
  const lists = rankingsOf(library, query).map((list) => (wanted ? among(library, list, wanted) : list))
  const fusion = new Fusion(known.length)
  const similarities = new Map<number, number>()
  for (const list of lists) {
    const best = bestOfClause(list, known.length)
    fusion.add(best.clauses, best.scores)
    if (!list.similarities) continue
    for (const [at, clause] of best.clauses.entries()) {
      similarities.set(clause, Math.max(best.scores[at]!, similarities.get(clause) ?? -1))
    }
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

/** The rankings of the last query: one question is asked again for one document after the other. */
const latest = new WeakMap<Library, { readonly query: Query; readonly lists: readonly Ranking[] }>()

function rankingsOf(library: Library, query: Query): readonly Ranking[] {
  const known = latest.get(library)
  if (known && isSameSearch(known.query, query)) return known.lists
  const lists = rankings(library, query)
  latest.set(library, { query, lists })
  return lists
}

function isSameSearch(one: Query, other: Query): boolean {
  const names = ({ exact = [] }: Query): string => exact.join('\n')
  return one.text === other.text && one.vector === other.vector && names(one) === names(other)
}

function rankings(library: Library, { text, vector, exact = [] }: Query): Ranking[] {
  const { units, windows, clauses } = library
  const list = (field: Field, similarities: boolean, { rows, scores }: Scored): Ranking => {
    return { field, clauseOf: clausesOfRows(library, field.chunks), rows, scores, similarities }
  }
  const lists = [clauses, windows].map((field) => list(field, false, aboveZero(field.keywords.scores(text))))
  if (exact.length > 0) lists.push(list(windows, false, exactScores(library, exact)))
  if (!vector) return lists
  const indexes = [
    [units, units.plain],
    [windows, windows.plain],
    [windows, windows.headed],
  ] as const
  for (const [field, index] of indexes) {
    if (!index) continue
    const neighbours = index.search(vector, NEIGHBOURS)
    const scored = { rows: neighbours.map(({ row }) => row), scores: neighbours.map(({ similarity }) => similarity) }
    lists.push(list(field, true, scored))
  }
  return lists
}

/** What a ranking holds of some documents. */
function among(library: Library, list: Ranking, wanted: ReadonlySet<DocumentId>): Ranking {
  const { places: known } = clauseList(library)
  const { clauseOf, rows, scores } = list
  const kept: number[] = []
  for (let at = 0; at < rows.length; at++) if (wanted.has(known[clauseOf[rows[at]!]!]!.document.id)) kept.push(at)
  return { ...list, rows: kept.map((at) => rows[at]!), scores: kept.map((at) => scores[at]!) }
}

/** Rows with their scores; the typed arrays matter where a common word finds every row of a large library. */
type Scored = Pick<Ranking, 'rows' | 'scores'>

function aboveZero(all: Float32Array): Scored {
  const rows = new Uint32Array(all.length)
  const scores = new Float64Array(all.length)
  let count = 0
  for (let row = 0; row < all.length; row++) {
    if (all[row]! <= 0) continue
    rows[count] = row
    scores[count] = all[row]!
    count++
  }
  return { rows: rows.subarray(0, count), scores: scores.subarray(0, count) }
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
function exactScores(library: Library, names: readonly string[]): Scored {
  const found = { rows: [] as number[], scores: [] as number[] }
  const wanted = names.map(fold)
  const { places: known } = clauseList(library)
  const clauseOf = clausesOfRows(library, library.windows.chunks)
  const holds = new Map<Document, boolean>()
  for (const document of library.documents) {
    const text = foldedText(document)
    holds.set(
      document,
      wanted.some((name) => text.includes(name)),
    )
  }
  for (const [row, { span }] of library.windows.chunks.entries()) {
    const { document } = known[clauseOf[row]!]!
    if (!holds.get(document)) continue
    const words = foldedText(document).slice(span.start, span.end)
    const count = wanted.filter((name) => words.includes(name)).length
    if (count === 0) continue
    found.rows.push(row)
    found.scores.push(count)
  }
  return found
}

/** The best score of every clause that has one. */
function bestOfClause(
  { rows, scores, clauseOf }: Ranking,
  size: number,
): { clauses: Uint32Array; scores: Float64Array } {
  const position = new Int32Array(size).fill(-1)
  const clauses = new Uint32Array(Math.min(size, rows.length))
  const best = new Float64Array(clauses.length)
  let count = 0
  for (let at = 0; at < rows.length; at++) {
    const clause = clauseOf[rows[at]!]!
    const score = scores[at]!
    if (position[clause] === -1) {
      position[clause] = count
      clauses[count] = clause
      best[count] = score
      count++
    } else if (score > best[position[clause]!]!) best[position[clause]!] = score
  }
  return { clauses: clauses.subarray(0, count), scores: best.subarray(0, count) }
}

type Spots = ReadonlyMap<number, ReadonlyMap<string, Spot>>

/** Units and windows of some clauses, the scores of the same span added up. */
function spotsOf(library: Library, lists: readonly Ranking[], clauses: ReadonlySet<number>): Spots {
  const spots = new Map([...clauses].map((clause) => [clause, new Map<string, Spot>()]))
  for (const { field, clauseOf, rows, scores } of lists) {
    if (field === library.clauses) continue
    const scale = minMax(scores)
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!
      const own = spots.get(clauseOf[row]!)
      if (!own) continue
      const { span } = field.chunks[row]!
      const key = `${span.start}-${span.end}`
      own.set(key, { span, score: (own.get(key)?.score ?? 0) + scale(scores[at]!) })
    }
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
function foldTwins(
  library: Library,
  fusion: Fusion,
  ranked: readonly number[],
  wanted?: ReadonlySet<DocumentId>,
): Chosen[] {
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
