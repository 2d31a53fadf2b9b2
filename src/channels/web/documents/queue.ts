/** Files on their way into the library: waiting, being sent, read, decided on. Plain values; upload-store.ts moves them. */
import type { NamedFile, Refusal } from './refusals.ts'

export interface NamedDocument {
  readonly id: string
  readonly title: string
}

/** What of a staged upload decides how it may be accepted. */
export interface StagedUpload {
  readonly id: string
  readonly name: string
  readonly same?: NamedDocument
  readonly replaces?: readonly NamedDocument[]
}

export type ItemState<Upload extends StagedUpload> =
  | { readonly kind: 'waiting' }
  /** Of the file, in bytes. */
  | { readonly kind: 'sending'; readonly sent: number }
  /** All is sent; the server reads it. */
  | { readonly kind: 'reading' }
  /** Not sent: it could not be read. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly error: unknown; readonly canRetry: boolean }
  | { readonly kind: 'ready'; readonly upload: Upload; readonly error?: unknown }
  | { readonly kind: 'accepting'; readonly upload: Upload }
  | { readonly kind: 'accepted'; readonly upload: Upload; readonly source: string; readonly replaced?: string }

export interface QueueItem<Upload extends StagedUpload, Sent extends NamedFile> {
  readonly key: number
  readonly file: Sent
  /** The document it was chosen to take the place of. */
  readonly target?: NamedDocument
  readonly state: ItemState<Upload>
}

export type Queue<Upload extends StagedUpload, Sent extends NamedFile> = readonly QueueItem<Upload, Sent>[]

const MOST_AT_ONCE = 2

/** The ones to send now, in the order they came: two at a time, the rest waits. */
export function nextToSend<Upload extends StagedUpload, Sent extends NamedFile>(queue: Queue<Upload, Sent>, most = MOST_AT_ONCE): Queue<Upload, Sent> {
  const free = most - queue.filter(({ state }) => state.kind === 'sending' || state.kind === 'reading').length
  return queue.filter(({ state }) => state.kind === 'waiting').slice(0, Math.max(0, free))
}

export function withState<Upload extends StagedUpload, Sent extends NamedFile>(
  queue: Queue<Upload, Sent>,
  key: number,
  state: ItemState<Upload>,
): Queue<Upload, Sent> {
  return queue.map((item) => (item.key === key ? { ...item, state } : item))
}

/**
 * What 全部收录 may accept without asking: read, not there already, and without a document that it may be a newer text
 * of, unless it was chosen for one.
 */
export function isDecided<Upload extends StagedUpload>({ state, target }: QueueItem<Upload, NamedFile>): boolean {
  if (state.kind !== 'ready' || state.upload.same) return false
  return target !== undefined || (state.upload.replaces ?? []).length === 0
}

export interface Tally {
  readonly total: number
  /** Read or refused: nothing more comes of it by itself. */
  readonly settled: number
  readonly ready: number
  readonly failed: number
}

export function tallyOf(queue: Queue<StagedUpload, NamedFile>): Tally {
  const count = (...kinds: ItemState<StagedUpload>['kind'][]) => queue.filter(({ state }) => kinds.includes(state.kind)).length
  return { total: queue.length, settled: queue.length - count('waiting', 'sending', 'reading'), ready: count('ready'), failed: count('refused', 'failed') }
}
