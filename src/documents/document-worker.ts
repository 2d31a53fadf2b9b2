/** The thread that reads files of the folders, one after the other, so that a hostile file never holds up a round. */
import { parentPort } from 'node:worker_threads'
import { PolicyError } from '../errors.ts'
import type { DocumentOrder, DocumentSaid } from './document-thread.ts'
import { sourceTextOf } from './load.ts'

async function reading({ file, bytes }: DocumentOrder): Promise<DocumentSaid> {
  try {
    return { outcome: 'read', source: await sourceTextOf(file, bytes) }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return { outcome: 'refused', code: error.code, message: error.message }
  }
}

parentPort?.on('message', (order: DocumentOrder) => {
  parentPort?.postMessage({ outcome: 'begun' } satisfies DocumentSaid)
  void reading(order).then((said) => parentPort?.postMessage(said))
})
