/**
 * Files of the folders read in a thread that is ended when it takes too long or too much memory: a round of indexing,
 * and the start of a server, go on without the file. Short texts are read in place, PDF files have a thread of their own.
 */
import { Worker } from 'node:worker_threads'
import { PolicyError, type ErrorCode } from '../errors.ts'
import { sourceTextOf, type ReadSource } from './load.ts'
import { readerFor } from './read.ts'
import type { Statement } from './sidecar.ts'

export interface DocumentOrder {
  readonly file: { readonly source: string; readonly statement?: Statement | undefined }
  readonly bytes: Uint8Array
}

/** What the thread says of a file: that it begins, and what came of it. */
export type DocumentSaid =
  | { readonly outcome: 'begun' }
  | { readonly outcome: 'read'; readonly source: ReadSource }
  | { readonly outcome: 'refused'; readonly code: ErrorCode; readonly message: string }

export interface DocumentLimits {
  readonly longestMs: number
  readonly mostMemoryMb: number
}

/** The longest law takes a tenth of a second; as for uploads, see library/preview.ts. */
export const DOCUMENT_LIMITS: DocumentLimits = { longestMs: 10_000, mostMemoryMb: 512 }
/** A text of so many bytes is read within some milliseconds, whatever it holds. */
const SHORT_BYTES = 256 * 1024
const IDLE_MS = 5_000
/** A thread starts in half a second; on a machine that is busy with much else it is no fault of the file. */
const STARTING_MS = 60_000

type Ended = Exclude<DocumentSaid, { outcome: 'begun' }>

interface Thread {
  readonly worker: Worker
  readonly limits: DocumentLimits
  ending?: NodeJS.Timeout
}

let idle: Thread | undefined

/** @throws PolicyError 'file-encoding', 'file-format': the reader's own sentence, or that it took too long or too much. */
export async function readBeside(
  file: DocumentOrder['file'],
  bytes: Uint8Array,
  limits: DocumentLimits = DOCUMENT_LIMITS,
): Promise<ReadSource> {
  const format = readerFor(file.source)?.format
  if (format === 'pdf' || (format !== 'docx' && bytes.length <= SHORT_BYTES)) return sourceTextOf(file, bytes)
  const thread = takeIdle(limits) ?? { worker: startWorker(limits), limits }
  try {
    const said = await saidOf(thread.worker, { file, bytes }, limits)
    keepForNext(thread)
    if (said.outcome === 'refused') throw new PolicyError(said.code, said.message)
    return said.source
  } catch (error) {
    if (idle !== thread) await thread.worker.terminate()
    throw error
  }
}

function startWorker({ mostMemoryMb }: DocumentLimits): Worker {
  const worker = new Worker(new URL('./document-worker.ts', import.meta.url), {
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
  })
  worker.on('error', () => {}) // one that dies while nobody waits for it is not used again
  return worker
}

function takeIdle({ mostMemoryMb }: DocumentLimits): Thread | undefined {
  const thread = idle
  if (thread?.limits.mostMemoryMb !== mostMemoryMb) return undefined
  clearTimeout(thread.ending)
  idle = undefined
  return thread.worker.threadId >= 0 ? thread : undefined
}

function keepForNext(thread: Thread): void {
  if (idle) return void thread.worker.terminate()
  idle = thread
  thread.worker.unref()
  thread.ending = setTimeout(() => {
    if (idle === thread) idle = undefined
    void thread.worker.terminate()
  }, IDLE_MS).unref()
}

async function saidOf(worker: Worker, order: DocumentOrder, { longestMs }: DocumentLimits): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>()
  const refuse = (why: string, cause?: unknown) =>
    reject(new PolicyError('file-format', `${order.file.source} ${why}`, cause === undefined ? {} : { cause }))
  const onError = (cause: Error & { readonly code?: string }) => {
    const isMemory = cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
    refuse(isMemory ? '读取时占用内存过多，已停止。请拆分后再放入。' : '无法读取，文件可能已损坏。请另存一份再放入。', cause)
  }
  const onExit = () => refuse('读取时中断了。请另存一份再放入。')
  const after = (ms: number) =>
    setTimeout(() => refuse(`读取超过 ${ms / 1000} 秒，已停止。请拆分，或另存为 txt 后再放入。`), ms)
  let late = after(STARTING_MS)
  const onMessage = (said: DocumentSaid) => {
    clearTimeout(late)
    if (said.outcome === 'begun') late = after(longestMs)
    else resolve(said)
  }
  worker.ref()
  worker.on('message', onMessage).once('error', onError).once('exit', onExit)
  worker.postMessage(order)
  try {
    return await promise
  } finally {
    clearTimeout(late)
    worker.off('message', onMessage).off('error', onError).off('exit', onExit)
  }
}
