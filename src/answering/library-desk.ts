/** What a channel may do to the library: put documents in, take them out, bring them back. No channel sees more. */
import type { View } from '../access/view.ts'
import type { OutlineNode } from '../clauses/outline-nodes.ts'
import type { Document, Fact, Provenance } from '../types.ts'

/** A document of the library by its id and title. */
export interface NamedDocument {
  readonly id: string
  readonly title: string
}

/** A file that was sent and read, and does not count yet 待确认. */
export interface Upload {
  readonly id: string
  /** The name it is to have in the folder of uploads; another where that is taken by then. */
  readonly name: string
  readonly bytes: number
  readonly format: Document['format']
  readonly title: string
  readonly titleFrom?: Provenance
  readonly header: Readonly<Record<string, Pick<Fact, 'value' | 'from' | 'basis'>>>
  readonly clauses: number
  /** UTF-16 units of the text. */
  readonly length: number
  readonly outline: readonly OutlineNode[]
  /** Where its numbers do not add up. */
  readonly problems: readonly { readonly path: readonly string[]; readonly message: string }[]
  /** Lines that cleaning left out. */
  readonly dropped: number
  /** What a person should know of the file, e.g. which of its pages have no words. */
  readonly notices: readonly string[]
  /** A document of the library with the same bytes or the same text. */
  readonly same?: NamedDocument
  /** Documents it may be a newer text of. */
  readonly replaces?: readonly NamedDocument[]
}

export interface LibraryState {
  readonly uploads: { readonly enabled: boolean; readonly maxBytes: number; readonly formats: readonly string[] }
  /** Null while there is no index. */
  readonly generation: string | null
  /** A round of indexing is under way, until what it made serves. */
  readonly indexing?: { readonly step: string; readonly done: number; readonly total: number }
  /** ISO 8601, UTC; `failed`: why, and what becomes of it. */
  readonly lastIndexing?: { readonly at: string; readonly failed?: string }
  readonly skipped: readonly { readonly source: string; readonly code: string; readonly message: string }[]
  readonly removed: readonly {
    readonly id: string
    readonly source: string
    readonly title: string
    readonly origin: 'folder' | 'upload'
    readonly removedAt: string
  }[]
}

/**
 * Everything but `state` and `uploaded` throws PolicyError 'uploads-off' where the operator switched it off,
 * 'no-such-upload' and 'no-such-document' for ids there are none of, 'disk-full'.
 */
export interface LibraryDesk {
  state(): Promise<LibraryState>
  /** Ids of the documents that are uploads. */
  uploaded(): Promise<ReadonlySet<string>>
  /** Throws before anything of the file is read: 'uploads-off', 'too-many-uploads'. */
  admit(): Promise<void>
  /** @throws PolicyError 'bad-request' for its name; 'file-…' where it cannot be read, and how it could. */
  stage(name: string, bytes: Uint8Array): Promise<Upload>
  staged(uploadId: string): Promise<Upload>
  /** The text as it would be stored. */
  stagedText(uploadId: string): Promise<string>
  discard(uploadId: string): Promise<void>
  /** It becomes a document, or the newer text of one; a round of indexing begins. */
  accept(uploadId: string, replaces?: string): Promise<{ readonly source: string }>
  remove(documentId: string): Promise<void>
  restore(documentId: string): Promise<void>
  /** A round of indexing begins, though nothing changed: what made the last one fail may be mended. */
  indexAgain(): Promise<void>
  /**
   * The desk of someone who may not see all: what is hidden is not offered, listed or found. `documents`: those of an
   * assistant within the same view, whose headers tell of no others.
   */
  within(view: View, documents: () => readonly Document[]): LibraryDesk
}
