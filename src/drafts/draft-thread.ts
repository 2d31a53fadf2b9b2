/** Drafts read and annotated in a thread of their own, which is ended when it takes too long or too much memory. */
import { CappedReader, type ThreadLimits } from '../documents/capped-thread.ts'
import type { CheckItem } from '../types.ts'
import type { DraftFile } from './draft-file.ts'

export type DraftTask =
  | { readonly do: 'read'; readonly bytes: Uint8Array; readonly name: string }
  | { readonly do: 'annotate'; readonly bytes: Uint8Array; readonly name: string; readonly file: DraftFile; readonly items: readonly CheckItem[] }

export type DraftDone =
  | { readonly outcome: 'read'; readonly file: DraftFile }
  | { readonly outcome: 'annotated'; readonly bytes: Uint8Array }

/** One for each draft: what a long one took is given back. */
const THREADS = new CappedReader<DraftTask, DraftDone>(new URL('./draft-worker.ts', import.meta.url), { next: '再核对。', mostIdle: 0 })

/** 2,000 pages take a few seconds. */
export const THREAD_LIMITS: ThreadLimits = { longestMs: 30_000, mostMemoryMb: 768 }

/** @throws PolicyError as readDraft does; 'file-format' where it takes too long or too much memory. */
export async function readDraftBeside(bytes: Uint8Array, name: string, signal?: AbortSignal, limits = THREAD_LIMITS): Promise<DraftFile> {
  const said = await THREADS.read({ do: 'read', bytes, name }, name, limits, signal)
  if (said.outcome !== 'read') throw new Error(`${name}: ${said.outcome}`)
  return said.file
}

/** @throws PolicyError as annotateDraft does; 'file-format' where it takes too long or too much memory. */
export async function annotateDraftBeside(
  bytes: Uint8Array,
  file: DraftFile,
  items: readonly CheckItem[],
  signal?: AbortSignal,
  limits = THREAD_LIMITS,
): Promise<Uint8Array> {
  const said = await THREADS.read({ do: 'annotate', bytes, name: file.name, file, items }, file.name, limits, signal)
  if (said.outcome !== 'annotated') throw new Error(`${file.name}: ${said.outcome}`)
  return said.bytes
}
