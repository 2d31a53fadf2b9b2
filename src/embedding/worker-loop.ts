/** The worker's side of the pool: takes requests as they come and answers one after the other, questions first. */

import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import type { WorkerGate } from './worker-gate.ts'
import type { WorkerReply, WorkerRequest } from './worker-pool.ts'

/** `embed`: one vector after the other, in the order of the texts. Says `ready` first. */
export function answerRequests(
  port: MessagePort,
  gate: WorkerGate,
  embed: (texts: readonly string[]) => Promise<Float32Array>,
): void {
  const waiting: WorkerRequest[] = []
  let isBusy = false

  const next = (): WorkerRequest | undefined => {
    // native code held up the event loop: what came meanwhile is still on the port
    for (let came = receiveMessageOnPort(port); came; came = receiveMessageOnPort(port)) waiting.push(came.message)
    const question = waiting.findIndex(({ isUrgent }) => isUrgent)
    return waiting.splice(Math.max(0, question), 1)[0]
  }

  const answer = async ({ id, texts }: WorkerRequest): Promise<void> => {
    if (!gate.enter(id)) return
    try {
      const vectors = await embed(texts)
      port.postMessage({ kind: 'vectors', id, vectors } satisfies WorkerReply, [vectors.buffer as ArrayBuffer])
    } catch (error) {
      port.postMessage({ kind: 'failed', id, message: String(error) } satisfies WorkerReply)
    } finally {
      gate.leave()
    }
  }

  port.on('message', async (request: WorkerRequest) => {
    waiting.push(request)
    if (isBusy) return
    isBusy = true
    for (let request = next(); request; request = next()) await answer(request)
    isBusy = false
  })
  gate.leave()
  port.postMessage({ kind: 'ready' } satisfies WorkerReply)
}
