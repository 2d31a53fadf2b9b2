/**
 * Reads an upload in a thread that is ended when it takes too long or too much memory; two at a time. Starting one takes
 * half a second: a thread that answered reads the next file too, and ends when there is none for some seconds.
 */
import type { Upload } from '../answering/library-desk.ts'
import { CappedReader } from '../documents/capped-thread.ts'

/** What the file alone gives of an Upload. */
export interface Preview extends Omit<Upload, 'id' | 'name' | 'bytes' | 'same' | 'replaces'> {
  readonly fileSha256: string
  readonly textSha256: string
}

export interface ReadUpload {
  readonly preview: Preview
  readonly text: string
}

export interface UploadRead extends ReadUpload {
  readonly outcome: 'read'
}

export interface UploadOrder {
  readonly path: string
  readonly name: string
}

export interface PreviewLimits {
  /** A PDF of 500 pages takes some seconds; it has a thread of its own within this one. */
  readonly longestMs: (name: string) => number
  readonly mostMemoryMb: number
}

export const PREVIEW_LIMITS: PreviewLimits = {
  longestMs: (name) => (/\.pdf$/i.test(name) ? 60_000 : 9_000),
  mostMemoryMb: 512,
}

const AT_ONCE = 2
const THREADS = new CappedReader<UploadOrder, UploadRead>(new URL('./preview-worker.ts', import.meta.url), {
  next: '再上传。',
  mostIdle: AT_ONCE,
})
let reading = 0
const waiting: (() => void)[] = []

/**
 * @param path where it lies; @param name for the sentences, and for which reader takes it.
 * @throws PolicyError 'file-format', 'file-encoding', 'file-unreadable': the reader's own sentence, or that it took too
 * long or too much memory.
 */
export async function readUpload(path: string, name: string, limits = PREVIEW_LIMITS): Promise<ReadUpload> {
  if (reading >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else reading++
  try {
    return await THREADS.read({ path, name }, name, { longestMs: limits.longestMs(name), mostMemoryMb: limits.mostMemoryMb })
  } finally {
    const next = waiting.shift()
    if (next) next()
    else reading--
  }
}
