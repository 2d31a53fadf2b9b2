/** The thread that reads one PDF, so that a long or hostile file never holds up a question. */
import { parentPort, workerData } from 'node:worker_threads'
import { PdfRefusal, readPages } from './pdf-pages.ts'
import type { Refusal } from './pdf-pages.ts'
import { textOfPages } from './pdf-text.ts'
import type { PdfText } from './pdf-text.ts'

/** What the thread says, once. */
export type PdfReading = PdfText | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly message: string }

/** Said after each page. */
export type PdfStep = { readonly outcome: 'page' }

const onPage = () => parentPort?.postMessage({ outcome: 'page' } satisfies PdfStep)

async function reading(bytes: Uint8Array): Promise<PdfReading> {
  try {
    return textOfPages(await readPages(bytes, onPage))
  } catch (cause) {
    if (!(cause instanceof PdfRefusal)) throw cause
    return { outcome: 'refused', refusal: cause.refusal, message: String(cause.cause ?? '') }
  }
}

parentPort?.postMessage(await reading(workerData as Uint8Array))
