/**
 * Question → entries, best first: keywords, fine vectors and windows fused, the standing of a document added, twins
 * folded.
 */
import type { Clause, Document, Span } from '../types.ts'
import { Fusion, minMax } from './fuse.ts'
import { twinsOf, type ClausePlace } from '../clauses/by-id.ts'
import type { Library } from './library.ts'
import type { Query, Ranking, Rankings } from './search.ts'

export type { Query } from './search.ts'

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

/**
 * Best first; ties in reading order.
 * @throws PolicyError `search-unavailable`, where the search is on a cluster
 */
export async function retrieve(library: Library, query: Query, limit: number, weights = WEIGHTS): Promise<Found[]> {
  const rankings = await library.search.look(library, query)
  // from here on nothing waits: the arrays of a library are used by one question at a time
  return chosenFrom(library, query, rankings(), limit, weights)
}

function chosenFrom(
  library: Library,
  query: Query,
  { keywords, limit: most, others }: Rankings,
  limit: number,
  weights: Weights,
): Found[] {
  const { entries } = library
  const wanted = query.documents && entries.among(query.documents)
  const kept = wanted ? others.map((ranking) => amongWanted(ranking, wanted)) : others
  const best = kept.reduce((sum, { by }) => sum + weights[by], weights.keywords)
  const highest = highestOf(keywords, wanted)
  const [slope, lift] = [highest > 0 ? weights.keywords / highest : 0, weights.standing * best]
  const base = (entry: number): number => slope * keywords[entry]! + lift * library.standing[entry]!
  const chosenAbove = (least: number): Chosen[] => {
    const fusion = new Fusion(entries.size, base, totalsOf(library))
    fusion.find(keywords, least, wanted)
    for (const { by, entries: found, scores } of kept) fusion.add(found, scores, weights[by])
    return choose(library, fusion, limit, wanted)
  }
  const short = limit <= SHORT ? chosenAbove(LEAST_SHARE * highest) : []
  const chosen = limit > 0 && short.length === limit ? short : chosenAbove(0)
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

const totals = new WeakMap<Library, Float64Array>()

/** Room for the sums, used again from question to question. */
function totalsOf(library: Library): Float64Array {
  const known = totals.get(library) ?? new Float64Array(library.entries.size)
  totals.set(library, known)
  return known
}

function highestOf(scores: Float32Array, wanted?: Uint8Array): number {
  let highest = 0
  for (let entry = 0; entry < scores.length; entry++) {
    if (scores[entry]! > highest && (wanted === undefined || wanted[entry] === 1)) highest = scores[entry]!
  }
  return highest
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
