/** One thread of the embedder: holds a model session and answers one batch after the other. */

import { basename, dirname, sep } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { AutoModel, AutoTokenizer, env } from '@huggingface/transformers'
import { giveBackMemory } from '../memory.ts'
import { toUnitLength } from './embedder.ts'
import { WorkerGate } from './worker-gate.ts'
import { answerRequests } from './worker-loop.ts'
import type { WorkerStart } from './worker-pool.ts'

const settings = workerData as WorkerStart
const gate = new WorkerGate(settings.gate)
const port = parentPort
if (!port) throw new Error('worker.ts runs in a worker thread only')

env.allowRemoteModels = false
env.localModelPath = dirname(settings.modelFolder) + sep
const name = basename(settings.modelFolder)
const tokenizer = await AutoTokenizer.from_pretrained(name)
const model = await AutoModel.from_pretrained(name, {
  dtype: 'q8',
  session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
})

/**
 * One vector after the other. The model was trained on lower case; not every tokenizer.json says so, and one that
 * does not makes [UNK] of 「GDP」.
 */
async function embed(texts: readonly string[]): Promise<Float32Array> {
  const inputs = tokenizer(texts.map((text) => text.toLowerCase()), { padding: true, truncation: true, max_length: 512 })
  const output = await model(inputs)
  const states = output.last_hidden_state
  const [, tokens, dimensions] = states.dims as [number, number, number]
  const values = states.data as Float32Array
  const vectors = new Float32Array(texts.length * dimensions)
  for (let at = 0; at < texts.length; at++) {
    const start = at * tokens * dimensions // the first token of a text is [CLS]
    const vector = vectors.subarray(at * dimensions, (at + 1) * dimensions)
    vector.set(values.subarray(start, start + dimensions))
    toUnitLength(vector)
  }
  states.dispose?.()
  return vectors
}

await embed(['条'])
giveBackMemory()
answerRequests(port, gate, embed)
