/** What the administration page is shown besides keys, people and documents: seams that the program fills. */
import type { UsageStore } from '../state/usage.ts'

/** 索引的一代. */
export interface GenerationFacts {
  readonly name: string
  /** What CURRENT names: it serves, or will within a second. */
  readonly isCurrent: boolean
  /** Absent with `damage`. */
  readonly createdAt?: string
  /** Which one it was derived from; null: from none. */
  readonly parent?: string | null
  readonly bytes?: number
  readonly documents?: number
  /** Null: keywords alone. */
  readonly embedder?: string | null
  /** Why its manifest cannot be read. */
  readonly damage?: string
}

export interface Generations {
  /** Newest first. */
  readonly generations: readonly GenerationFacts[]
  /** Damaged ones that were put aside. */
  readonly setAside: readonly { readonly name: string; readonly at?: string }[]
}

/** A folder of documents by the label collections know it by. */
export interface FolderFacts {
  readonly label: string
  readonly documents: readonly string[]
}

export interface LogLine {
  readonly number: number
  readonly at: string
  readonly level?: 'debug' | 'info' | 'warn' | 'error'
  readonly component?: string
  readonly message: string
}

export interface AdminParts {
  readonly usage: UsageStore
  generations(): Promise<Generations>
  folders(): Promise<readonly FolderFacts[]>
  log(wanted: { readonly after?: number; readonly limit: number }): { readonly lines: readonly LogLine[]; readonly last: number }
  /** ISO 8601, UTC. */
  readonly startedAt: string
}
