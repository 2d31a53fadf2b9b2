/** A worker without a model, for what a reranker does when its thread dies: it dies when a passage tells it to. */
import { parentPort, workerData } from 'node:worker_threads'
import { WorkerGate } from '../../src/embedding/worker-gate.ts'
import { answerRequests } from '../../src/embedding/worker-loop.ts'
import type { WorkerStart } from '../../src/embedding/worker-pool.ts'

const { gate } = workerData as WorkerStart

answerRequests(parentPort!, new WorkerGate(gate), async ([, ...passages]) => {
  if (passages.some((passage) => passage.includes('中断'))) process.exit(1)
  if (passages.some((passage) => passage.includes('出错'))) throw new Error('a passage it cannot read')
  return Float32Array.from(passages, ({ length }) => length)
})
