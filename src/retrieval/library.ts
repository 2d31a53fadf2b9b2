/** One opened generation: documents, their twins, the indexes over them. Immutable; a question is answered from one. */
import type { Chunk, ClauseId, Document, DocumentId, Fallback } from '../types.ts'
import type { Bm25 } from './bm25.ts'
import type { VectorIndex } from './vector-index.ts'

/** What people may look up in it. */
export interface Catalogue {
  /** e.g. `gen-00000003` */
  readonly generation: string
  readonly documents: readonly Document[]
  /** The same clause in other documents, both ways. */
  readonly twins: ReadonlyMap<ClauseId, readonly ClauseId[]>
  /** Embedder the vectors were made with; null in keyword-only mode. */
  readonly embedder: string | null
}

/** One kind of chunk with the indexes over it. Row i of every index is chunk i. */
export interface Field {
  readonly chunks: readonly Chunk[]
  /** Over the chunk's words behind its title and headings. */
  readonly keywords?: Bm25
  /** Vectors of the chunk's own words; absent in keyword-only mode. */
  readonly plain?: VectorIndex
  /** Vectors of the chunk's words behind its title and headings. */
  readonly headed?: VectorIndex
}

export interface Library extends Catalogue {
  /** Single sentences or parts of one: vectors only. */
  readonly units: Field
  /** Windows of two sentences. */
  readonly windows: Field & { readonly keywords: Bm25 }
  /** Whole clauses: keywords only. */
  readonly clauses: Field & { readonly keywords: Bm25 }
  /** Why vectors are missing or slower than they should be. */
  readonly fallback?: Fallback
}

export function documentById(catalogue: Catalogue, id: DocumentId | string): Document | undefined {
  return catalogue.documents.find((document) => document.id === id)
}
