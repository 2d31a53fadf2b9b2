/** Clauses of a library by id and by number, and rows by clause; found once for each library. */
import { walk } from '../clauses/address.ts'
import type { Chunk, Clause, ClauseId, Document } from '../types.ts'
import type { Catalogue } from './library.ts'

export interface ClausePlace {
  readonly document: Document
  /** Outermost clause first; the last is the clause. */
  readonly lineage: readonly [Clause, ...Clause[]]
}

/** The clauses in reading order: a clause's place in the list is its ordinal. */
export interface ClauseList {
  readonly places: readonly ClausePlace[]
  readonly ordinals: ReadonlyMap<ClauseId, number>
}

interface Known extends ClauseList {
  readonly byId: ReadonlyMap<ClauseId, ClausePlace>
}

type Documents = Pick<Catalogue, 'documents'>

const known = new WeakMap<readonly Document[], Known>()
const rowClauses = new WeakMap<readonly Chunk[], Uint32Array>()

/** In reading order. */
export function places(catalogue: Documents): ReadonlyMap<ClauseId, ClausePlace> {
  return knownOf(catalogue).byId
}

export function clauseList(catalogue: Documents): ClauseList {
  return knownOf(catalogue)
}

/** For each chunk the ordinal of its clause. */
export function clausesOfRows(catalogue: Documents, chunks: readonly Chunk[]): Uint32Array {
  let rows = rowClauses.get(chunks)
  if (!rows) {
    const { ordinals } = knownOf(catalogue)
    rows = Uint32Array.from(chunks, ({ clause }) => ordinals.get(clause)!)
    rowClauses.set(chunks, rows)
  }
  return rows
}

function knownOf({ documents }: Documents): Known {
  let found = known.get(documents)
  if (!found) {
    const list = documents.flatMap((document) =>
      [...walk(document)].map((lineage): ClausePlace => ({ document, lineage })),
    )
    const ids = list.map(({ lineage }) => lineage.at(-1)!.id)
    found = {
      places: list,
      ordinals: new Map(ids.map((id, at) => [id, at])),
      byId: new Map(list.map((place, at) => [ids[at]!, place])),
    }
    known.set(documents, found)
  }
  return found
}
