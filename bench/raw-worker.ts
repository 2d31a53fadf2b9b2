/** The yardstick of bench/embedding.ts: onnxruntime alone, on batches tokenised beforehand; nothing is kept. */

import { basename, dirname, join, sep } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { AutoTokenizer, env } from '@huggingface/transformers'
import { InferenceSession, Tensor } from 'onnxruntime-node'

export interface RawWork {
  readonly modelFolder: string
  readonly batches: readonly (readonly string[])[]
  /** One Int32: the next batch to take, shared by all workers. */
  readonly next: SharedArrayBuffer
}

const { modelFolder, batches, next } = workerData as RawWork
env.allowRemoteModels = false
env.localModelPath = dirname(modelFolder) + sep
const tokenizer = await AutoTokenizer.from_pretrained(basename(modelFolder))
const session = await InferenceSession.create(join(modelFolder, 'onnx', 'model_quantized.onnx'), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
})

const feedsOf = (texts: readonly string[]): Record<string, Tensor> => {
  const lowerCase = texts.map((text) => text.toLowerCase())
  const inputs = tokenizer(lowerCase, { padding: true, truncation: true, max_length: 512 })
  const feeds = Object.entries(inputs).filter(([name]) => session.inputNames.includes(name))
  return Object.fromEntries(
    feeds.map(([name, tensor]) => [name, new Tensor('int64', tensor.data as BigInt64Array, tensor.dims)]),
  )
}

const feeds = batches.map(feedsOf)
await session.run(feeds[0]!)

parentPort!.on('message', async () => {
  const turn = new Int32Array(next)
  for (let at = Atomics.add(turn, 0, 1); at < feeds.length; at = Atomics.add(turn, 0, 1)) await session.run(feeds[at]!)
  parentPort!.postMessage('done')
})
parentPort!.postMessage('ready')
