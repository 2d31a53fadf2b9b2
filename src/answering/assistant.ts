/** What every channel is given; no channel sees more. */
import type { View } from '../access/view.ts'
import type { OutlineNode } from '../clauses/outline-nodes.ts'
import type { Catalogue } from '../retrieval/library.ts'
import type { RerankerState } from '../reranking/reranker.ts'
import type { ModelState } from './model-limits.ts'
import type { CheckProgress } from './checking/check.ts'
import type {
  AnswerEvent,
  AskRequest,
  CheckRequest,
  CheckResult,
  DocumentId,
  Fallback,
  LookUp,
  SearchRequest,
  SearchResult,
} from '../types.ts'

/** Facts for /readyz and `tiaowen doctor`. */
export interface Status {
  /** False while no generation is open yet. */
  readonly ready: boolean
  readonly retrieval: 'hybrid' | 'keyword'
  readonly generation: string | null
  readonly embedder: string | null
  /** e.g. `hnsw`, `exact`, null in keyword-only mode. */
  readonly vectors: 'hnsw' | 'exact' | null
  readonly documents: number
  readonly clauses: number
  readonly chunks: number
  /** The cluster that searches; absent where this process does. */
  readonly search?: SearchState
  /** The language model that writes; absent where none is configured. */
  readonly languageModel?: ModelState
  /** The cross-encoder that orders what was found; absent where none is configured. */
  readonly reranker?: RerankerState
  /** Everything that is less than the best, each a plain sentence. */
  readonly fallbacks: readonly Fallback[]
  /** Files of the folders that became no document, each with a plain sentence; absent when there is none. */
  readonly skipped?: readonly SkippedFile[]
  /** An index is being built beside the one that serves. */
  readonly building?: { readonly step: string; readonly done: number; readonly total: number }
}

/** There is an index, and whoever searches it can be asked. */
export const canAnswer = ({ ready, search }: Pick<Status, 'ready' | 'search'>): boolean => ready && search?.state !== 'unavailable'

/** A search cluster as it was last seen. */
export interface SearchState {
  readonly state: 'ok' | 'incomplete' | 'unavailable'
  /** Healthy ones; absent while it was not seen. */
  readonly nodes?: number
  readonly expectedNodes: number
  readonly reason?: string
}

/** A file that became no document. */
export interface SkippedFile {
  readonly source: string
  readonly code: string
  readonly message: string
  /** Label of its folder; absent where that is not known. */
  readonly folder?: string
}

/** A version of a document's text. */
export interface TextVersion {
  readonly text: string
  readonly textSha256: string
  /** True when it counts no longer: a newer text of the document is indexed 已被替代, or the document is gone. */
  readonly superseded: boolean
  /** Of a text that counts no longer: its clauses, read anew when asked for; [] where it is too long for that. */
  readonly outline?: () => readonly OutlineNode[]
  /** Of a document that is no longer in the library 已移出: what it was called. */
  readonly removed?: { readonly title: string; readonly source: string; readonly titleFrom?: 'inferred' }
}

/** How far a check is. */
export interface CheckingProgress extends Omit<CheckProgress, 'step'> {
  readonly step: CheckProgress['step'] | 'suggestions'
}

export interface CheckOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: CheckingProgress) => void
}

export interface Assistant {
  /** Ends with a `done` event. Throws PolicyError for what the asker or operator must mend. */
  ask(request: AskRequest, signal?: AbortSignal): AsyncIterable<AnswerEvent>
  search(request: SearchRequest): Promise<SearchResult>
  /**
   * @param asOf ISO 8601 day; absent: what is in force today
   * @param at where the reference stands, itself a reference (《公司法》第三条第二款) or the id of a clause
   *   (`${documentId}#三/2`): what 本条, 前款 and 上述 mean
   * @throws PolicyError `bad-request` where `at` leads to no single clause
   */
  lookUp(reference: string, asOf?: string, at?: string): LookUp
  /**
   * Every quotation and reference of a draft against the documents 引文核对. Other work goes on beside it.
   * @throws PolicyError `bad-request` for a day that is none, `index-building`, `index-missing`
   */
  check(request: CheckRequest, options?: CheckOptions): Promise<CheckResult>
  /** Throws PolicyError 'index-building' or 'index-missing' while there is none. */
  catalogue(): Catalogue
  /** `textSha256` may be a prefix of 16 digits; absent: the current text. */
  textOf(documentId: DocumentId, textSha256?: string): Promise<TextVersion | undefined>
  status(): Status
  /**
   * An assistant over what someone may see: all else does not exist for it, in no answer, count or error. For one
   * request: it stays with the generation that serves now.
   */
  within(view: View): Promise<Assistant>
}
