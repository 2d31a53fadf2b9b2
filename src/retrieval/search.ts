/** Seam: what comes near a question, by keywords, names and vectors; within this process, or on a cluster. */
import type { DocumentId } from '../types.ts'
import type { Library } from './library.ts'
import type { NearChunk } from './vector-field.ts'

export interface Query {
  readonly text: string
  /** Absent in keyword-only mode. */
  readonly vector?: Float32Array
  /** Names and codes the question quotes: clauses that hold them word for word come forward. */
  readonly exact?: readonly string[]
  readonly documents?: readonly DocumentId[]
  /** Documents all of whose clauses are scored, also where a search gives no more than the best it finds. */
  readonly throughout?: readonly DocumentId[]
}

/** Chunks taken from a vector ranking. */
export const NEIGHBOURS = 100

export interface Rankings {
  /**
   * A score for every entry; 0 for those not found. It may be an array that the next question uses again: it is to be
   * read at once.
   */
  readonly keywords: Float32Array
  /** More than any of them can be. */
  readonly limit: number
  readonly others: readonly Ranking[]
}

/** Entries with their best scores in one ranking, and the chunks those come from. */
export interface Ranking {
  readonly by: 'units' | 'windows' | 'exact'
  readonly entries: ArrayLike<number>
  readonly scores: ArrayLike<number>
  /** Closest first. */
  readonly chunks?: readonly NearChunk[]
}

export interface Search {
  /**
   * What lies elsewhere is asked for here; what is computed is computed when the result is called. Rankings of
   * `keywords` are right for the entries of `query.documents` at least; those by vectors and names are of all living
   * entries.
   * @throws PolicyError `search-unavailable`
   */
  look(library: Library, query: Query): Promise<() => Rankings>
}

const scratch = new WeakMap<Library, Float32Array>()

/** One number an entry, used again from question to question: a new array costs more than what is done in it. */
export function scratchOf(library: Library): Float32Array {
  const known = scratch.get(library) ?? new Float32Array(library.entries.size)
  scratch.set(library, known)
  return known
}

/** The rankings by units and by windows; the chunks closest first. */
export function vectorRankings(
  { entries }: Pick<Library, 'entries'>,
  near: readonly NearChunk[],
  windows: readonly NearChunk[],
): Ranking[] {
  // an entry embedded whole has no windows: it stands for itself among those of the others
  const whole = near.filter(({ entry }) => entries.isWhole(entry))
  const wide = [...windows, ...whole]
    .sort((one, other) => other.similarity - one.similarity)
    .slice(0, NEIGHBOURS)
  return [rankingOf('units', near), rankingOf('windows', wide)]
}

/** The best chunk of each entry; `chunks` closest first. */
function rankingOf(by: Ranking['by'], chunks: readonly NearChunk[]): Ranking {
  const best = new Map<number, number>()
  for (const { entry, similarity } of chunks) if (!best.has(entry)) best.set(entry, similarity)
  return { by, entries: [...best.keys()], scores: [...best.values()], chunks }
}

/**
 * How many of the names an entry holds word for word, ignoring width and case.
 * @param names folded
 * @param entriesWith entries that may hold a name
 */
export function exactRanking(
  { entries }: Pick<Library, 'entries'>,
  names: readonly string[],
  entriesWith: (name: string) => Iterable<number>,
): Ranking {
  const counts = new Map<number, number>()
  for (const name of names) {
    for (const entry of entriesWith(name)) {
      if (entries.holds(entry, name)) counts.set(entry, (counts.get(entry) ?? 0) + 1)
    }
  }
  return { by: 'exact', entries: [...counts.keys()], scores: [...counts.values()] }
}
