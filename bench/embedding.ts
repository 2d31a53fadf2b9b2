/**
 * Embedding speed against the limit of the machine: 2,000 law articles by the embedder, and the same batches by
 * onnxruntime alone, turn about in the same run. Run by `npm run bench`; fails under the ratio it must reach.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { batchesOf } from '../src/embedding/batches.ts'
import { embedPassages } from '../src/embedding/embedder.ts'
import { TransformersEmbedder } from '../src/embedding/transformers-embedder.ts'
import type { RawWork } from './raw-worker.ts'

const ARTICLES = 2_000
const ROUNDS = 3
const LEAST_RATIO = 0.85
const WORKERS = 2

const corpus = process.env['TIAOWEN_CORPUS'] ?? '../shared/corpus'
const modelFolder = process.env['TIAOWEN_MODEL_DIR'] ?? 'models/bge-small-zh-v1.5'

/** Lines 第X条 of the laws, taken evenly from all of them. */
function articlesOf(folder: string, count: number): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md')).sort()
  const articles = files.flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').filter((line) => /^第[一二三四五六七八九十百千零]{1,9}条/.test(line)))
  return Array.from({ length: Math.min(count, articles.length) }, (_, at) => articles[Math.floor((at * articles.length) / count)]!)
}

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return (performance.now() - start) / 1000
}

async function rawRunner(texts: readonly string[]): Promise<{ run: () => Promise<void>; close: () => Promise<void> }> {
  const batches = batchesOf(texts).map((positions) => positions.map((position) => texts[position]!))
  const next = new SharedArrayBuffer(4)
  const workerData: RawWork = { modelFolder, batches, next }
  const workers = Array.from({ length: WORKERS }, () => new Worker(new URL('./raw-worker.ts', import.meta.url), { workerData }))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  return {
    async run() {
      new Int32Array(next)[0] = 0
      const done = workers.map((worker) => once(worker, 'message'))
      for (const worker of workers) worker.postMessage('go')
      await Promise.all(done)
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

/** Middle of the latencies of a question, in milliseconds, while `background` runs. */
async function questionLatency(embedder: TransformersEmbedder, count: number): Promise<{ median: number; worst: number }> {
  const latencies: number[] = []
  for (let at = 0; at < count; at++) {
    latencies.push(1000 * (await secondsOf(() => embedder.embedQuestion('未来五年全社会研发投入强度要超过多少？'))))
  }
  latencies.sort((a, b) => a - b)
  return { median: latencies[Math.floor(count / 2)]!, worst: latencies.at(-1)! }
}

async function main(): Promise<void> {
  if (!existsSync(join(corpus, 'laws'))) return console.log(`没有 TIAOWEN_CORPUS（${corpus}），跳过 embedding bench skipped: no corpus`)
  if (!existsSync(join(modelFolder, 'onnx'))) return console.log('WITHOUT MODEL: embedding bench skipped')
  const texts = articlesOf(join(corpus, 'laws'), ARTICLES)
  const embedder = new TransformersEmbedder({ modelFolder, modelSha256: '0'.repeat(64), workers: WORKERS })
  const raw = await rawRunner(texts)
  await embedPassages(embedder, texts.slice(0, 100))

  const ours: number[] = []
  const limits: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    limits.push(await secondsOf(raw.run))
    ours.push(await secondsOf(() => embedPassages(embedder, texts)))
  }
  await raw.close()
  const [best, limit] = [Math.min(...ours), Math.min(...limits)]
  const ratio = limit / best
  console.log(`${texts.length} articles, ${texts.join('').length} characters, ${WORKERS} workers; best of ${ROUNDS}`)
  console.log(`onnxruntime alone ${limit.toFixed(2)} s (${limits.map((s) => s.toFixed(2)).join(' ')}) · ${(texts.length / limit).toFixed(0)} articles/s`)
  console.log(`embedder          ${best.toFixed(2)} s (${ours.map((s) => s.toFixed(2)).join(' ')}) · ${(texts.length / best).toFixed(0)} articles/s`)
  console.log(`ratio ${ratio.toFixed(3)} (at least ${LEAST_RATIO})`)

  const quiet = await questionLatency(embedder, 200)
  const building = embedPassages(embedder, texts).catch(() => 'closed before the end')
  const busy = await questionLatency(embedder, 100)
  await embedder.close()
  await building
  console.log(`a question alone ${quiet.median.toFixed(1)} ms (worst ${quiet.worst.toFixed(1)}); while passages are embedded ${busy.median.toFixed(1)} ms (worst ${busy.worst.toFixed(1)})`)
  if (ratio < LEAST_RATIO) {
    console.error(`too slow: ${ratio.toFixed(3)} < ${LEAST_RATIO}`)
    process.exitCode = 1
  }
}

await main()
