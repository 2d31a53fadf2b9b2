/** Clauses of a library by id, found once for each library. */
import { walk } from '../clauses/address.ts'
import type { Clause, ClauseId, Document } from '../types.ts'
import type { Catalogue } from './library.ts'

export interface ClausePlace {
  readonly document: Document
  /** Outermost clause first; the last is the clause. */
  readonly lineage: readonly [Clause, ...Clause[]]
}

const known = new WeakMap<readonly Document[], ReadonlyMap<ClauseId, ClausePlace>>()

/** In reading order. */
export function places({ documents }: Pick<Catalogue, 'documents'>): ReadonlyMap<ClauseId, ClausePlace> {
  let byClause = known.get(documents)
  if (!byClause) {
    const found = new Map<ClauseId, ClausePlace>()
    for (const document of documents) {
      for (const lineage of walk(document)) found.set(lineage.at(-1)!.id, { document, lineage })
    }
    byClause = found
    known.set(documents, byClause)
  }
  return byClause
}
