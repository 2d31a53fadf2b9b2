/**
 * One round of indexing in a process of its own: reading, parsing and writing take the processor for seconds, and a
 * server answers meanwhile. The round is that of `tiaowen index`; the server follows CURRENT as for any other writer.
 */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Config } from './config.ts'
import type { SkippedFile } from './documents/load.ts'
import { PolicyError, type ErrorCode } from './errors.ts'

/** What the process says; `done` or `failed` is the last of it. */
export type RoundReport =
  | { readonly kind: 'step'; readonly step: string; readonly done: number; readonly total: number }
  | { readonly kind: 'log'; readonly message: string }
  | Finished
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }

export interface Finished {
  readonly kind: 'done'
  readonly generation: string
  readonly skipped: readonly SkippedFile[]
}

/** What the process is told, once. */
export interface RoundOrder {
  readonly config: Config
  readonly mustEmbed: string | undefined
}

export interface RoundWatcher {
  readonly onProgress: (step: string, done: number, total: number) => void
  readonly log: (message: string) => void
  /** Of the program that asks; see RoundsRequest.mustEmbed. */
  readonly mustEmbed?: string
  /** Ends the process at once; what is in place stays whole. */
  readonly signal: AbortSignal
}

const CHILD = fileURLToPath(new URL('./index-child.ts', import.meta.url))
const FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=4', '--max-old-space-size-percentage=50']

/**
 * @param flags how Node is started
 * @throws PolicyError as indexRounds, or 'internal' where the process ended without a word.
 */
export async function roundInProcess(
  config: Config,
  { onProgress, log, signal, mustEmbed }: RoundWatcher,
  flags: readonly string[] = FLAGS,
): Promise<Finished> {
  signal.throwIfAborted()
  const child = fork(CHILD, [], { execArgv: [...flags], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const stop = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  let words = ''
  child.stderr?.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-20_000)))
  try {
    return await new Promise<Finished>((resolve, reject) => {
      child.on('message', (said) => {
        const report = said as RoundReport
        if (report.kind === 'step') onProgress(report.step, report.done, report.total)
        else if (report.kind === 'log') log(report.message)
        else if (report.kind === 'done') resolve(report)
        else reject(new PolicyError(report.code, report.message))
      })
      child.once('error', (cause) => reject(ended(cause.message, cause)))
      child.once('close', (code, by) => reject(ended(`${by ?? code}. ${words.trim()}`)))
      child.send({ config, mustEmbed } satisfies RoundOrder, (cause) => cause && reject(ended(cause.message, cause)))
    })
  } finally {
    signal.removeEventListener('abort', stop)
    if (child.exitCode === null && child.signalCode === null && signal.aborted) stop()
  }
}

/** V8's last words, and those of a system that ended the process for want of memory. */
const NO_MEMORY = /heap out of memory|bad_alloc|Cannot allocate memory/
const OUT_OF_MEMORY =
  '建立索引时内存不足，这一轮没有完成；在用的索引照常。请给程序更多内存（条款每千条约 9 MB），或减少文件。' +
  'Indexing ran out of memory; what is in place goes on serving. Give the program more (some 9 MB a thousand clauses), or fewer documents.'

function ended(why: string, cause?: unknown): PolicyError {
  const message = NO_MEMORY.test(why) ? OUT_OF_MEMORY : `建立索引的进程中断了 the process that indexes ended: ${why.slice(-2_000)}`
  return new PolicyError('internal', message, { cause })
}
