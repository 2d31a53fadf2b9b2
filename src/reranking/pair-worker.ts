/** The thread of the reranker: holds a cross-encoder and scores one batch of passages after the other. */
import { basename, dirname, sep } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { AutoModelForSequenceClassification, AutoTokenizer, env, Tensor } from '@huggingface/transformers'
import { WorkerGate } from '../embedding/worker-gate.ts'
import { answerRequests } from '../embedding/worker-loop.ts'
import type { WorkerStart } from '../embedding/worker-pool.ts'
import { giveBackMemory } from '../memory.ts'
import type { PairSettings } from './cross-encoder.ts'
import { cutTo, questionUnits, rectangleOf, type Encoded } from './pairs.ts'

const settings = workerData as WorkerStart & PairSettings
const gate = new WorkerGate(settings.gate)
const port = parentPort
if (!port) throw new Error('pair-worker.ts runs in a worker thread only')

env.allowRemoteModels = false
env.localModelPath = dirname(settings.modelFolder) + sep
const name = basename(settings.modelFolder)
const tokenizer = await AutoTokenizer.from_pretrained(name)
const model = await AutoModelForSequenceClassification.from_pretrained(name, {
  dtype: settings.isQuantised ? 'q8' : 'fp32',
  use_external_data_format: settings.hasExternalData,
  session_options: { intraOpNumThreads: settings.threads, interOpNumThreads: 1 },
})
const marks = new Set(tokenizer.all_special_ids)

/** The first text is the question, the others are passages: one logit each of these. */
async function scores([asked = '', ...passages]: readonly string[]): Promise<Float32Array> {
  const { maxTokens } = settings
  const question = asked.slice(0, questionUnits(maxTokens)).toWellFormed()
  const encoded = tokenizer(passages.map(() => question), { text_pair: [...passages], return_tensor: false })
  const inputsOf = (at: number): Encoded =>
    Object.fromEntries(Object.entries(encoded).map(([kind, all]) => [kind, (all as number[][])[at]!]))
  const pairs = passages.map((_, at) => cutTo(inputsOf(at), maxTokens, marks))
  const { rows, columns, inputs } = rectangleOf(pairs, tokenizer.pad_token_id ?? 0)
  const tensors = Object.entries(inputs).map(([kind, values]) => [kind, new Tensor('int64', values, [rows, columns])])
  const { logits } = await model(Object.fromEntries(tensors))
  const values = Float32Array.from(logits.data as Float32Array)
  logits.dispose?.()
  if (values.length !== rows || !values.every(Number.isFinite)) {
    throw new Error(`模型没有给出每条一个分值 not one finite score a passage: ${values.length} for ${rows}`)
  }
  return values
}

await scores(['条', '款'])
giveBackMemory()
answerRequests(port, gate, scores)
