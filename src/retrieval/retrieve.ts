/**
 * Question → entries, best first: keywords, fine vectors and windows fused, the standing of a document added, twins
 * folded.
 */
import type { Clause, Document, DocumentId, Span } from '../types.ts'
import { Fusion, minMax } from './fuse.ts'
import { twinsOf, type ClausePlace } from '../clauses/by-id.ts'
import type { Library } from './library.ts'
import { fold } from './terms.ts'
import type { NearChunk } from './vector-field.ts'

/** A span of a clause with its score for the question, 0 to 1 within one ranking or sum of rankings. */
export interface Spot {
  readonly span: Span
  readonly score: number
}

/** A clause found: an article with all below it, or another clause's own words. */
export interface Found {
  readonly document: Document
  readonly lineage: readonly [Clause, ...Clause[]]
  readonly clause: Clause
  /** From its first word to the last. */
  readonly span: Span
  /** 0 to 1: the share of the best possible sum. */
  readonly score: number
  /** Units and windows of it that were found, best first. */
  readonly spots: readonly Spot[]
  /** Highest cosine of its units and windows to the question; absent in keyword-only mode. */
  readonly similarity?: number
  /** 0 to 1: its keyword score as a share of the most there can be; comparable from question to question. */
  readonly keywords?: number
  /** The same clause elsewhere, led by this one. */
  readonly twins: readonly ClausePlace[]
}

export interface Query {
  readonly text: string
  /** Absent in keyword-only mode. */
  readonly vector?: Float32Array
  /** Names and codes the question quotes: clauses that hold them word for word come forward. */
  readonly exact?: readonly string[]
  readonly documents?: readonly DocumentId[]
}

/** Chunks taken from a vector ranking; the keyword ranking scores everything. */
const NEIGHBOURS = 100

/**
 * What each ranking counts for; `standing` times ln(1 + citing documents) is added to what they find, as a share of the
 * best sum there can be: by keywords alone it would count almost three times what it does beside vectors.
 */
export interface Weights {
  readonly keywords: number
  readonly units: number
  readonly windows: number
  readonly exact: number
  /** For a document that others cite by its title 被引: a code stands above the rules made under it. */
  readonly standing: number
}

/** Compared on 308 lay questions over 1,342 laws by cross-validation: bench/retrieval.ts. */
export const WEIGHTS: Weights = { keywords: 1.2, units: 1, windows: 1, exact: 1, standing: 0.0625 }

/**
 * An entry that scores less than this share of the highest comes into a short list by its vectors alone: 2,500 entries
 * are added up instead of 40,000, and over 308 questions the first ten are the same.
 */
const LEAST_SHARE = 0.2
const SHORT = 50

/** Best first; ties in reading order. */
export function retrieve(library: Library, query: Query, limit: number, weights = WEIGHTS): Found[] {
  const { entries } = library
  const { keywords, limit: most, others } = rankingsOf(library, query)
  const wanted = query.documents && entries.among(query.documents)
  const kept = wanted ? others.map((ranking) => amongWanted(ranking, wanted)) : others
  const best = kept.reduce((sum, { by }) => sum + weights[by], weights.keywords)
  const highest = highestOf(keywords, wanted)
  const [slope, lift] = [highest > 0 ? weights.keywords / highest : 0, weights.standing * best]
  const base = (entry: number): number => slope * keywords[entry]! + lift * library.standing[entry]!
  const chosenFrom = (least: number): Chosen[] => {
    const fusion = new Fusion(entries.size, base, scratchOf(library).totals)
    fusion.find(keywords, least, wanted)
    for (const { by, entries: found, scores } of kept) fusion.add(found, scores, weights[by])
    return choose(library, fusion, limit, wanted)
  }
  const short = limit <= SHORT ? chosenFrom(LEAST_SHARE * highest) : []
  const chosen = limit > 0 && short.length === limit ? short : chosenFrom(0)
  const spots = spotsOf(kept, new Set(chosen.map(({ entry }) => entry)))
  return chosen.map(({ entry, score, twins }): Found => {
    const lineage = entries.lineageOf(entry)
    const near = kept.flatMap(({ chunks = [] }) => chunks.filter((chunk) => chunk.entry === entry))
    const similarity = near.reduce((most, { similarity }) => Math.max(most, similarity), -1)
    return {
      document: entries.documentOf(entry),
      lineage,
      clause: lineage.at(-1)!,
      span: entries.spanOf(entry),
      score: score / best,
      spots: [...(spots.get(entry)?.values() ?? [])].sort((one, other) => other.score - one.score),
      ...(near.length > 0 ? { similarity } : {}),
      ...(most > 0 ? { keywords: keywords[entry]! / most } : {}),
      twins,
    }
  })
}

/** Arrays of one number an entry, used again from question to question: new ones cost more than what is done in them. */
interface Scratch {
  readonly keywords: Float32Array
  readonly totals: Float64Array
}

const scratch = new WeakMap<Library, Scratch>()

function scratchOf(library: Library): Scratch {
  const { size } = library.entries
  const known = scratch.get(library) ?? { keywords: new Float32Array(size), totals: new Float64Array(size) }
  scratch.set(library, known)
  return known
}

function highestOf(scores: Float32Array, wanted?: Uint8Array): number {
  let highest = 0
  for (let entry = 0; entry < scores.length; entry++) {
    if (scores[entry]! > highest && (wanted === undefined || wanted[entry] === 1)) highest = scores[entry]!
  }
  return highest
}

interface Rankings {
  /** A score for every entry. */
  readonly keywords: Float32Array
  /** More than any of them can be. */
  readonly limit: number
  readonly others: readonly Ranking[]
}

/** Entries with their best scores in one ranking, and the chunks those come from. */
interface Ranking {
  readonly by: 'units' | 'windows' | 'exact'
  readonly entries: ArrayLike<number>
  readonly scores: ArrayLike<number>
  readonly chunks?: readonly NearChunk[]
}

/** The rankings of the last query: one question is asked again for one document after the other. */
const latest = new WeakMap<Library, { readonly query: Query; readonly rankings: Rankings }>()

function rankingsOf(library: Library, query: Query): Rankings {
  const known = latest.get(library)
  if (known && isSameSearch(known.query, query)) return known.rankings
  const rankings = rank(library, query)
  latest.set(library, { query, rankings })
  return rankings
}

function isSameSearch(one: Query, other: Query): boolean {
  const names = ({ exact = [] }: Query): string => exact.join('\n')
  return one.text === other.text && one.vector === other.vector && names(one) === names(other)
}

function rank(library: Library, { text, vector, exact = [] }: Query): Rankings {
  const { entries, units, windows } = library
  const keywords = library.keywords.scores(text, scratchOf(library).keywords)
  const limit = library.keywords.limit(text)
  const others: Ranking[] = exact.length > 0 ? [{ by: 'exact', ...holding(library, exact) }] : []
  if (!vector) return { keywords, limit, others }
  const near = units.search(vector, NEIGHBOURS, entries.alive)
  // an entry embedded whole has no windows: it stands for itself among those of the others
  const whole = near.filter(({ entry }) => entries.isWhole(entry))
  const wide = [...windows.search(vector, NEIGHBOURS, entries.alive), ...whole]
    .sort((one, other) => other.similarity - one.similarity)
    .slice(0, NEIGHBOURS)
  return { keywords, limit, others: [...others, rankingOf('units', near), rankingOf('windows', wide)] }
}

/** The best chunk of each entry; `chunks` closest first. */
function rankingOf(by: Ranking['by'], chunks: readonly NearChunk[]): Ranking {
  const best = new Map<number, number>()
  for (const { entry, similarity } of chunks) if (!best.has(entry)) best.set(entry, similarity)
  return { by, entries: [...best.keys()], scores: [...best.values()], chunks }
}

/** What a ranking holds of some documents. */
function amongWanted(ranking: Ranking, wanted: Uint8Array): Ranking {
  const places = Array.from(ranking.entries, (_, at) => at).filter((at) => wanted[ranking.entries[at]!] === 1)
  return {
    by: ranking.by,
    entries: places.map((at) => ranking.entries[at]!),
    scores: places.map((at) => ranking.scores[at]!),
    ...(ranking.chunks ? { chunks: ranking.chunks.filter(({ entry }) => wanted[entry] === 1) } : {}),
  }
}

/** How many of the names an entry holds word for word. */
function holding({ entries, keywords }: Library, names: readonly string[]): Pick<Ranking, 'entries' | 'scores'> {
  const counts = new Map<number, number>()
  for (const name of names.map(fold)) {
    for (const entry of keywords.entriesWith(name)) {
      const { start, end } = entries.spanOf(entry)
      const words = entries.documentOf(entry).text.slice(start, end).split('\n').map(fold)
      if (words.some((line) => line.includes(name))) counts.set(entry, (counts.get(entry) ?? 0) + 1)
    }
  }
  return { entries: [...counts.keys()], scores: [...counts.values()] }
}

type Spots = ReadonlyMap<number, ReadonlyMap<string, Spot>>

/** Units and windows of some entries, the scores of the same span added up. */
function spotsOf(rankings: readonly Ranking[], chosen: ReadonlySet<number>): Spots {
  const spots = new Map([...chosen].map((entry) => [entry, new Map<string, Spot>()]))
  for (const { chunks = [] } of rankings) {
    const scale = minMax(chunks.map(({ similarity }) => similarity))
    for (const { entry, span, similarity } of chunks) {
      const own = spots.get(entry)
      if (!own) continue
      const key = `${span.start}-${span.end}`
      own.set(key, { span, score: (own.get(key)?.score ?? 0) + scale(similarity) })
    }
  }
  return spots
}

/** An entry that leads its twins. */
interface Chosen {
  readonly entry: number
  /** Of the best of the twins. */
  readonly score: number
  readonly twins: Found['twins']
}

/** The best, best first, ties in reading order, twins folded. */
function choose(library: Library, fusion: Fusion, limit: number, wanted?: Uint8Array): Chosen[] {
  let looked = -1
  for (let count = 4 * limit; ; count *= 4) {
    const ranked = fusion.best(count).sort((one, other) => fusion.total(other) - fusion.total(one) || before(library, one, other))
    const folded = foldTwins(library, fusion, ranked, limit, wanted)
    if (folded.length >= limit || ranked.length === looked) return folded.slice(0, limit)
    looked = ranked.length
  }
}

/** Which of two entries comes first, whatever order their segments were built in. */
function before({ entries }: Library, one: number, other: number): number {
  const [first, second] = [entries.documentOf(one).id, entries.documentOf(other).id]
  if (first === second) return entries.spanOf(one).start - entries.spanOf(other).start
  return first < second ? -1 : 1
}

/** One place for a clause and its twins, led by the copy found that has a title of its own; `limit` of them. */
function foldTwins(
  library: Library,
  fusion: Fusion,
  ranked: readonly number[],
  limit: number,
  wanted?: Uint8Array,
): Chosen[] {
  const { entries } = library
  const seen = new Set<number>()
  const folded: Chosen[] = []
  for (const first of ranked) {
    if (folded.length === limit) break
    if (seen.has(first)) continue
    const copies = [first, ...twinEntries(library, first)]
    for (const copy of copies) seen.add(copy)
    const listed = copies
      .filter((copy) => !wanted || wanted[copy] === 1)
      .sort((one, other) => titleRank(entries.documentOf(one)) - titleRank(entries.documentOf(other)))
    const entry = listed.find((copy) => fusion.has(copy)) ?? first
    const others = listed.filter((copy) => copy !== entry)
    const twins = others.map((copy) => ({ document: entries.documentOf(copy), lineage: entries.lineageOf(copy) }))
    folded.push({ entry, score: fusion.total(first), twins })
  }
  return folded
}

function twinEntries(library: Library, entry: number): number[] {
  const { entries } = library
  const twins = twinsOf(library, entries.lineageOf(entry).at(-1)!.id)
  return twins.flatMap(({ document, lineage }) => entries.entryAt(document, lineage.at(-1)!.extent) ?? [])
}

/** Titles in the text or of the operator lead; an inferred one follows; none comes last. */
function titleRank({ header }: Document): number {
  if (!header.title) return 2
  return header.title.from === 'inferred' ? 1 : 0
}
