/** A worker without a model, for tests of the pool: it answers with the length of each text, and dies when told. */

import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { WorkerGate } from '../../src/embedding/worker-gate.ts'
import { answerRequests } from '../../src/embedding/worker-loop.ts'
import type { WorkerStart } from '../../src/embedding/worker-pool.ts'

const { gate: memory, modelFolder } = workerData as WorkerStart
const gate = new WorkerGate(memory)
if (modelFolder === 'dies at once') throw new Error('no such model')

/** `dies`: always; `dies once <file>`: when the file is not there yet; `slow <text>`: after 50 ms. */
async function answer(text: string): Promise<void> {
  if (text === 'dies') process.exit(1)
  if (text.startsWith('dies once ')) {
    const file = text.slice('dies once '.length)
    if (!existsSync(file)) {
      writeFileSync(file, '')
      process.exit(1)
    }
  }
  if (text === 'fails') throw new Error('a text it cannot read')
  if (text.startsWith('slow')) await setTimeout(50)
}

answerRequests(parentPort!, gate, async (texts) => {
  for (const text of texts) await answer(text)
  return Float32Array.from(texts, (text) => text.length)
})
