/** One opened generation: documents, their twins, the indexes over them. Immutable; a question is answered from one. */
import type { ClauseId, Document, Fallback } from '../types.ts'
import type { SearchEngine } from './engine.ts'
import type { Entries } from './entries.ts'
import type { Search } from './search.ts'
import type { Segment } from './segment.ts'
import type { TermWeights } from './term-weights.ts'
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
  /** What it was put together from; they may hold documents that are none of its own. */
  readonly segments: readonly Segment[]
  /** What retrieval finds. */
  readonly entries: Entries
  /** What terms count for over the entries behind their titles and headings. */
  readonly keywords: TermWeights
  /** Finds entries by the above and the below. */
  readonly search: Search
  /** The fine grain: single sentences or parts of one, and whole articles, by their own words. */
  readonly units: VectorField
  /** Windows of two sentences behind their titles and headings. */
  readonly windows: VectorField
  /** ln(1 + the number of documents that cite its document by title 被引), one an entry. */
  readonly standing: Float32Array
  /** Where it is searched; absent: within this process. */
  readonly engine?: SearchEngine
  /** Why vectors are missing or slower than they should be. */
  readonly fallback?: Fallback
}

/** How its vectors are searched: `exact` where a part has to do without its graph; undefined without vectors. */
export function vectorSearchOf({ units, windows, embedder, engine }: Library): 'hnsw' | 'exact' | undefined {
  if (engine) return embedder === null ? undefined : 'hnsw'
  return [units.kind, windows.kind].includes('exact') ? 'exact' : units.kind
}
