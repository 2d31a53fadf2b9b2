/** bge-small-zh-v1.5 by transformers.js, in worker threads: the main thread stays free to answer. */

import { availableParallelism } from 'node:os'
import { batchesOf } from './batches.ts'
import type { Embedder, OnBatch } from './embedder.ts'
import { WorkerPool } from './worker-pool.ts'

const DIMENSIONS = 512
const MAX_WORKERS = 4

export interface TransformersSettings {
  /** Holds config.json, tokenizer.json, tokenizer_config.json and onnx/model_quantized.onnx. */
  readonly modelFolder: string
  /** Hex SHA-256 of the ONNX file. */
  readonly modelSha256: string
  /** Put before every question; off unless measured to help. bge's own is 为这个句子生成表示以用于检索相关文章： */
  readonly questionInstruction?: string
  /** One for each core, up to 4, unless said otherwise. */
  readonly workers?: number
}

export class TransformersEmbedder implements Embedder {
  readonly id: string
  readonly dimensions = DIMENSIONS
  readonly #pool: WorkerPool
  readonly #instruction: string

  constructor({ modelFolder, modelSha256, questionInstruction = '', workers }: TransformersSettings) {
    this.#instruction = questionInstruction
    this.id = ['bge-small-zh-v1.5', modelSha256.slice(0, 12), 'q8', 'cls', ...(questionInstruction ? ['instructed'] : [])].join('/')
    const count = workers ?? Math.max(1, Math.min(MAX_WORKERS, availableParallelism()))
    this.#pool = new WorkerPool(new URL('./worker.ts', import.meta.url), { modelFolder }, count)
  }

  embedQuestion(question: string): Promise<Float32Array> {
    return this.#pool.embed([this.#instruction + question], 'urgent')
  }

  async embedInBatches(texts: readonly string[], onBatch: OnBatch): Promise<void> {
    const batches = batchesOf(texts)
    /** Batches that came before their turn. */
    const early = new Map<number, Float32Array>()
    let next = 0
    await Promise.all(
      batches.map(async (positions, at) => {
        early.set(at, await this.#pool.embed(positions.map((position) => texts[position]!), 'patient'))
        for (let vectors = early.get(next); vectors; vectors = early.get(next)) {
          onBatch(batches[next]!, vectors)
          early.delete(next++)
        }
      }),
    )
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}
