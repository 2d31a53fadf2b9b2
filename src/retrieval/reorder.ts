/** Clauses found, put in the order of a reranker; their scores stay those of retrieval. */
import type { ClauseId } from '../types.ts'
import type { Library } from './library.ts'
import { retrieve, type Found, type Query } from './retrieve.ts'

/** What a reranker made of the best clauses found for a question. */
export interface Order {
  /** Its name. */
  readonly by: string
  /** Clauses that were scored at most. */
  readonly most: number
  /** Higher is better. */
  readonly scores: ReadonlyMap<ClauseId, number>
}

/** `scores`: one a clause found. A clause's twins have its score: any of them may lead in another search. */
export function orderOf(
  found: readonly Found[],
  scores: readonly number[],
  { by, most }: Pick<Order, 'by' | 'most'>,
): Order {
  const byClause = new Map<ClauseId, number>()
  found.forEach(({ clause, twins }, at) => {
    for (const { id } of [clause, ...twins.map(({ lineage }) => lineage.at(-1)!)]) byClause.set(id, scores[at]!)
  })
  return { by, most, scores: byClause }
}

/**
 * The clauses that were scored change places among themselves, best first; those that were not keep theirs. Of equal
 * ones the one found first stays first.
 */
export function reordered(found: readonly Found[], { scores }: Order): Found[] {
  const places = found.flatMap(({ clause }, at) => (scores.has(clause.id) ? [at] : []))
  const best = [...places].sort((one, other) => scores.get(found[other]!.clause.id)! - scores.get(found[one]!.clause.id)!)
  const result = [...found]
  places.forEach((place, at) => (result[place] = found[best[at]!]!))
  return result
}

/** As `retrieve` gives them, or the first of as many as were scored, in order. */
export async function retrieveInOrder(library: Library, query: Query, limit: number, order?: Order): Promise<Found[]> {
  if (!order) return retrieve(library, query, limit)
  return reordered(await retrieve(library, query, Math.max(limit, order.most)), order).slice(0, limit)
}
