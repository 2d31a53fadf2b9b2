/**
 * Seam: a search engine that holds the entries and chunks of segments, each under its row, and finds rows again. What
 * they are worth is computed here, from their own words: an engine gives candidates.
 */
import type { DocumentId } from '../types.ts'
import type { FieldName, Segment } from './segment.ts'
import type { Neighbour } from './vector-index.ts'

/** A segment under the name of its content: what is held under a key never changes. */
export type HeldSegment = Segment & { readonly key: string }

export const isHeld = (segment: Segment): segment is HeldSegment => segment.key !== undefined

/** Of the documents of a segment: these alone, or all but these. */
export type AmongDocuments = { readonly only: readonly DocumentId[] } | { readonly but: readonly DocumentId[] }

export interface SayingRequest {
  readonly terms: readonly string[]
  readonly limit: number
  readonly among?: AmongDocuments
  /** Of each of these lists a row holds at least one term. */
  readonly holding?: readonly (readonly string[])[]
}

export interface NearRequest {
  readonly field: FieldName
  /** Of unit length. */
  readonly vector: Float32Array
  readonly limit: number
  readonly among?: AmongDocuments
}

export interface SearchEngine {
  /**
   * Entries that say most of these terms, by BM25, best first.
   * @throws PolicyError `search-unavailable`, also where less is held than all of the segment
   */
  saying(segment: HeldSegment, request: SayingRequest): Promise<readonly number[]>
  /**
   * The closest chunks, closest first.
   * @throws PolicyError `search-unavailable`, also where less is held than all of the segment
   */
  near(segment: HeldSegment, request: NearRequest): Promise<readonly Neighbour[]>
}

/** Rows of a segment that an engine was told of, out of how many. */
export type OnHeld = (done: number, total: number) => void

/** The side of an engine that a build sees. */
export interface SegmentKeeper {
  /**
   * Holds these segments whole: writes what is not there. What is there already is left as it is.
   * @throws PolicyError `search-unavailable`; what was written stays and is not written again by the next try
   */
  hold(segments: readonly HeldSegment[], onHeld?: OnHeld): Promise<void>
  /**
   * A generation came to serve: names point at its segments, and what none of the `kept` keys names is dropped; nothing
   * is where nobody knows what is kept.
   */
  settle(current: readonly Pick<HeldSegment, 'name' | 'key'>[], kept: ReadonlySet<string> | undefined): Promise<void>
}
