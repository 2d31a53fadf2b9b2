/** One opened generation: documents, their twins, the indexes over them. Immutable; a question is answered from one. */
import { clauseById, type Lineage } from '../clauses/address.ts'
import { documentIdOf } from '../clauses/ids.ts'
import type { ClauseId, Document, DocumentId, Fallback } from '../types.ts'
import type { Entries } from './entries.ts'
import type { Keywords } from './keywords.ts'
import type { VectorField } from './vector-field.ts'

/** What people may look up in it. */
export interface Catalogue {
  /** e.g. `gen-00000003` */
  readonly generation: string
  /** Folder by folder, each by source. */
  readonly documents: readonly Document[]
  /** The same clause in other documents, both ways. */
  readonly twins: ReadonlyMap<ClauseId, readonly ClauseId[]>
  /** Embedder the vectors were made with; null in keyword-only mode. */
  readonly embedder: string | null
}

export interface Library extends Catalogue {
  /** What retrieval finds. */
  readonly entries: Entries
  /** Over the entries behind their titles and headings. */
  readonly keywords: Keywords
  /** The fine grain: single sentences or parts of one, and whole articles, by their own words. */
  readonly units: VectorField
  /** Windows of two sentences behind their titles and headings. */
  readonly windows: VectorField
  /** ln(1 + the number of documents that cite its document by title 被引), one an entry. */
  readonly standing: Float32Array
  /** Why vectors are missing or slower than they should be. */
  readonly fallback?: Fallback
}

/** How its vectors are searched: `exact` where a part has to do without its graph; undefined without vectors. */
export function vectorSearchOf({ units, windows }: Library): 'hnsw' | 'exact' | undefined {
  return [units.kind, windows.kind].includes('exact') ? 'exact' : units.kind
}

/** A clause and where it stands. */
export interface ClausePlace {
  readonly document: Document
  readonly lineage: Lineage
}

const BY_ID = new WeakMap<readonly Document[], ReadonlyMap<string, Document>>()

export function documentById({ documents }: Pick<Catalogue, 'documents'>, id: DocumentId | string): Document | undefined {
  let known = BY_ID.get(documents)
  if (!known) {
    known = new Map(documents.map((document) => [document.id, document]))
    BY_ID.set(documents, known)
  }
  return known.get(id)
}

/** The same clause in other documents. */
export function twinsOf(catalogue: Pick<Catalogue, 'documents' | 'twins'>, id: ClauseId): ClausePlace[] {
  return (catalogue.twins.get(id) ?? []).flatMap((twin) => placeOfClause(catalogue, twin) ?? [])
}

/** The clause with this id, where the library has it. */
export function placeOfClause(
  catalogue: Pick<Catalogue, 'documents'>,
  id: ClauseId,
): ClausePlace | undefined {
  const document = documentById(catalogue, documentIdOf(id))
  const lineage = document && clauseById(document, id)
  return lineage && { document, lineage }
}
