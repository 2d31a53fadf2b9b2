/** The thread that reads one draft, or puts comments into it, so that a long or hostile file never holds up a question. */
import { parentPort } from 'node:worker_threads'
import { answerOrders } from '../documents/capped-thread.ts'
import { annotateDraft } from './annotate-draft.ts'
import type { DraftDone, DraftTask } from './draft-thread.ts'
import { readDraft } from './read-draft.ts'

answerOrders<DraftTask, DraftDone>(parentPort, async (task) => {
  if (task.do === 'read') return { outcome: 'read', file: await readDraft(task.bytes, task.name) }
  return { outcome: 'annotated', bytes: await annotateDraft(task.bytes, task.file, task.items) }
})
