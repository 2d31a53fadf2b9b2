/**
 * Files of the folders read in a thread that is ended when it takes too long or too much memory: a round of indexing,
 * and the start of a server, go on without the file. Short texts are read in place, PDF files have a thread of their own.
 */
import { CappedReader, type ThreadLimits } from './capped-thread.ts'
import { sourceTextOf, type ReadSource } from './load.ts'
import { readerFor } from './read.ts'
import type { Statement } from './sidecar.ts'

export interface DocumentOrder {
  readonly file: { readonly source: string; readonly statement?: Statement | undefined }
  readonly bytes: Uint8Array
}

export interface DocumentRead {
  readonly outcome: 'read'
  readonly source: ReadSource
}

/** The longest law takes a tenth of a second; as for uploads, see library/preview.ts. */
export const DOCUMENT_LIMITS: ThreadLimits = { longestMs: 9_000, mostMemoryMb: 512 }
/** A text of so many bytes is read within some milliseconds, whatever it holds. */
const SHORT_BYTES = 256 * 1024

const THREADS = new CappedReader<DocumentOrder, DocumentRead>(new URL('./document-worker.ts', import.meta.url), {
  next: '再放入。',
  mostIdle: 1,
})

/** @throws PolicyError 'file-encoding', 'file-format': the reader's own sentence, or that it took too long or too much. */
export async function readBeside(
  file: DocumentOrder['file'],
  bytes: Uint8Array,
  limits: ThreadLimits = DOCUMENT_LIMITS,
): Promise<ReadSource> {
  const format = readerFor(file.source)?.format
  if (format === 'pdf' || (format !== 'docx' && bytes.length <= SHORT_BYTES)) return sourceTextOf(file, bytes)
  return (await THREADS.read({ file, bytes }, file.source, limits)).source
}
