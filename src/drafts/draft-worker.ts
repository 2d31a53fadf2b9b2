/** The thread that reads one draft, or puts comments into it, so that a long or hostile file never holds up a question. */
import { parentPort, workerData } from 'node:worker_threads'
import { PolicyError } from '../errors.ts'
import { annotateDraft } from './annotate-draft.ts'
import type { DraftSaid, DraftTask } from './draft-thread.ts'
import { readDraft } from './read-draft.ts'

async function done(task: DraftTask): Promise<DraftSaid> {
  try {
    if (task.do === 'read') return { outcome: 'read', file: await readDraft(task.bytes, task.name) }
    return { outcome: 'annotated', bytes: await annotateDraft(task.bytes, task.file, task.items) }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return { outcome: 'refused', code: error.code, message: error.message }
  }
}

parentPort?.postMessage(await done(workerData as DraftTask))
