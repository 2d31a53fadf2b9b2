/**
 * Reads an upload in a thread that is ended when it takes too long or too much memory; two at a time. Starting one takes
 * half a second: a thread that answered reads the next file too, and ends when there is none for some seconds.
 */
import { Worker } from 'node:worker_threads'
import type { Upload } from '../answering/library-desk.ts'
import { PolicyError, type ErrorCode } from '../errors.ts'

/** What the file alone gives of an Upload. */
export interface Preview extends Omit<Upload, 'id' | 'name' | 'bytes' | 'same' | 'replaces'> {
  readonly fileSha256: string
  readonly textSha256: string
}

export interface ReadUpload {
  readonly preview: Preview
  readonly text: string
}

/** What the thread says, once. */
export type UploadReading =
  | ({ readonly outcome: 'read' } & ReadUpload)
  | { readonly outcome: 'refused'; readonly code: ErrorCode; readonly message: string }

/** Said when the thread takes the file: its time counts from here. */
export type ReadingBegun = { readonly outcome: 'begun' }

export interface PreviewLimits {
  /** A PDF of 500 pages takes some seconds; it has a thread of its own within this one. */
  readonly longestMs: (name: string) => number
  readonly mostMemoryMb: number
}

export const PREVIEW_LIMITS: PreviewLimits = {
  longestMs: (name) => (/\.pdf$/i.test(name) ? 60_000 : 10_000),
  mostMemoryMb: 512,
}

/** A thread starts in half a second; on a machine that is busy with much else it is no fault of the file. */
const STARTING_MS = 60_000
const AT_ONCE = 2
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
    const said = await readInThread(path, name, limits)
    if (said.outcome === 'refused') throw new PolicyError(said.code, said.message)
    return said
  } finally {
    const next = waiting.shift()
    if (next) next()
    else reading--
  }
}

async function readInThread(path: string, name: string, limits: PreviewLimits): Promise<UploadReading> {
  const thread = idleThread(limits) ?? startThread(limits)
  try {
    const said = await answerOf(thread.worker, path, name, limits.longestMs(name))
    keepForNext(thread)
    return said
  } catch (error) {
    await thread.worker.terminate()
    throw error
  }
}

interface Thread {
  readonly worker: Worker
  readonly mostMemoryMb: number
  ending?: NodeJS.Timeout
}

const IDLE_MS = 10_000
const idle: Thread[] = []

function startThread({ mostMemoryMb }: PreviewLimits): Thread {
  const worker = new Worker(new URL('./preview-worker.ts', import.meta.url), {
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
  })
  worker.on('error', () => {}) // one that dies while nobody waits for it is not used again
  return { worker, mostMemoryMb }
}

function idleThread({ mostMemoryMb }: PreviewLimits): Thread | undefined {
  const at = idle.findIndex((thread) => thread.mostMemoryMb === mostMemoryMb)
  const thread = at < 0 ? undefined : idle.splice(at, 1)[0]
  clearTimeout(thread?.ending)
  const isAlive = thread !== undefined && thread.worker.threadId >= 0
  return isAlive ? thread : undefined
}

function keepForNext(thread: Thread): void {
  thread.worker.unref()
  idle.push(thread)
  thread.ending = setTimeout(() => {
    idle.splice(idle.indexOf(thread), 1)
    void thread.worker.terminate()
  }, IDLE_MS).unref()
}

async function answerOf(worker: Worker, path: string, name: string, longestMs: number): Promise<UploadReading> {
  const { promise, resolve, reject } = Promise.withResolvers<UploadReading>()
  const refuse = (why: string, cause?: unknown) =>
    reject(new PolicyError('file-format', `${name} ${why}`, cause === undefined ? {} : { cause }))
  const onError = (cause: Error & { readonly code?: string }) => {
    const isMemory = cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
    refuse(isMemory ? '读取时占用内存过多，已停止。请拆分后再上传。' : '无法读取，文件可能已损坏。请另存一份再上传。', cause)
  }
  const onExit = () => refuse('读取时中断了。请另存一份再上传。')
  const after = (ms: number) =>
    setTimeout(() => refuse(`读取超过 ${ms / 1000} 秒，已停止。请拆分，或另存为 txt 后再上传。`), ms)
  let late = after(STARTING_MS)
  const onMessage = (said: UploadReading | ReadingBegun) => {
    clearTimeout(late)
    if (said.outcome === 'begun') late = after(longestMs)
    else resolve(said)
  }
  worker.ref()
  worker.on('message', onMessage).once('error', onError).once('exit', onExit)
  worker.postMessage({ path, name })
  try {
    return await promise
  } finally {
    clearTimeout(late)
    worker.off('message', onMessage).off('error', onError).off('exit', onExit)
  }
}
