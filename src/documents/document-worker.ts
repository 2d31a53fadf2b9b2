/** The thread that reads files of the folders, one after the other, so that a hostile file never holds up a round. */
import { parentPort } from 'node:worker_threads'
import { answerOrders } from './capped-thread.ts'
import type { DocumentOrder, DocumentRead } from './document-thread.ts'
import { sourceTextOf } from './load.ts'

answerOrders<DocumentOrder, DocumentRead>(parentPort, async ({ file, bytes }) => ({
  outcome: 'read',
  source: await sourceTextOf(file, bytes),
}))
