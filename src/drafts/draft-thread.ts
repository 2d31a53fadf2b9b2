/** Drafts read and annotated in a thread of their own, which is ended when it takes too long or too much memory. */
import { Worker } from 'node:worker_threads'
import { PolicyError, type ErrorCode } from '../errors.ts'
import type { CheckItem } from '../types.ts'
import type { DraftFile } from './draft-file.ts'

export type DraftTask =
  | { readonly do: 'read'; readonly bytes: Uint8Array; readonly name: string }
  | { readonly do: 'annotate'; readonly bytes: Uint8Array; readonly name: string; readonly file: DraftFile; readonly items: readonly CheckItem[] }

/** What the thread says, once. */
export type DraftSaid =
  | { readonly outcome: 'read'; readonly file: DraftFile }
  | { readonly outcome: 'annotated'; readonly bytes: Uint8Array }
  | { readonly outcome: 'refused'; readonly code: ErrorCode; readonly message: string }

export interface ThreadLimits {
  readonly longestMs: number
  readonly mostMemoryMb: number
}

/** 2,000 pages take a few seconds. */
export const THREAD_LIMITS: ThreadLimits = { longestMs: 30_000, mostMemoryMb: 768 }

/** @throws PolicyError as readDraft does; 'file-format' where it takes too long or too much memory. */
export async function readDraftBeside(bytes: Uint8Array, name: string, signal?: AbortSignal, limits = THREAD_LIMITS): Promise<DraftFile> {
  const said = await saidOf({ do: 'read', bytes, name }, limits, signal)
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
  const said = await saidOf({ do: 'annotate', bytes, name: file.name, file, items }, limits, signal)
  if (said.outcome !== 'annotated') throw new Error(`${file.name}: ${said.outcome}`)
  return said.bytes
}

async function saidOf(task: DraftTask, limits: ThreadLimits, signal?: AbortSignal): Promise<Exclude<DraftSaid, { outcome: 'refused' }>> {
  signal?.throwIfAborted()
  const worker = new Worker(new URL('./draft-worker.ts', import.meta.url), {
    workerData: task,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: limits.mostMemoryMb },
  })
  const { promise, resolve, reject } = Promise.withResolvers<DraftSaid>()
  const refuse = (why: string, cause?: unknown) =>
    reject(new PolicyError('file-format', `${task.name} ${why}`, cause === undefined ? {} : { cause }))
  const giveUp = () => reject(signal?.reason as Error)
  const late = setTimeout(() => refuse(`读取超过 ${limits.longestMs / 1000} 秒，已停止。请拆分后再核对。`), limits.longestMs)
  signal?.addEventListener('abort', giveUp, { once: true })
  worker
    .once('message', resolve)
    .once('error', (cause: Error & { readonly code?: string }) => {
      const isMemory = cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
      refuse(isMemory ? '读取时占用内存过多，已停止。请拆分后再核对。' : '无法读取，文件可能已损坏。请另存一份再核对。', cause)
    })
    .once('exit', () => refuse('读取时中断了。请另存一份再核对。'))
  try {
    const said = await promise
    if (said.outcome === 'refused') throw new PolicyError(said.code, said.message)
    return said
  } finally {
    clearTimeout(late)
    signal?.removeEventListener('abort', giveUp)
    void worker.terminate()
  }
}
