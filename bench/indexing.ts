/**
 * A library of 1,342 laws from files to an index, end to end in a process of its own, against the embedding model alone
 * in the same run. Run by `npm run bench`; skipped without TIAOWEN_CORPUS. The benches after it use its index.
 */
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { loadDocuments } from '../src/build-index.ts'
import { entriesOf } from '../src/chunks/chunk.ts'
import { isArticle } from '../src/clauses/address.ts'
import { batchesOf } from '../src/embedding/batches.ts'
import { findModel } from '../src/embedding/model-files.ts'
import { readConfig } from '../src/config.ts'
import type { RawWork } from './raw-worker.ts'
import { holdTo, holdToLeast, temporaryFolder } from './tools/figures.ts'
import { copyLaws, environment, hasLaws, LAWS, Program, sizeOf } from './tools/laws.ts'

const WORKERS = 2
/** Articles the model alone is measured on, evenly from all; once before the index is built and once after. */
const SAMPLE = 6_000
const LEAST_RATIO = 0.8
const MOST_INDEX_MB = 400

async function main(): Promise<void> {
  const { modelDir } = readConfig(process.env)
  const model = findModel({ ...(modelDir === undefined ? {} : { modelDirectory: modelDir }), checkout: process.cwd() })
  if (!hasLaws) return console.log('没有 TIAOWEN_CORPUS，跳过 indexing bench skipped: no corpus')
  if (model.outcome === 'missing') return console.log('WITHOUT MODEL: indexing bench skipped')
  copyLaws()
  const articles = await articlesOfLaws()
  const before = await rawRate(articles, model.model.folder)
  const built = await build(articles.length)
  const after = await rawRate(articles, model.model.folder)
  const raw = Math.max(before, after)
  console.log(`onnxruntime alone ${before.toFixed(0)} and ${after.toFixed(0)} articles/s, ${WORKERS} workers, sorted batches`)
  console.log(`indexed ${articles.length} articles in ${built.seconds.toFixed(0)} s, ${built.rate.toFixed(0)} articles/s, most memory ${built.memory.toFixed(0)} MB`)
  holdToLeast('indexing / embedding alone', built.rate / raw, LEAST_RATIO)
  holdTo('index', sizeOf(join(environment()['TIAOWEN_INDEX_FOLDER']!)), MOST_INDEX_MB, ' MB')
}

/** The text of every article with all below it. */
async function articlesOfLaws(): Promise<string[]> {
  const { documents } = await loadDocuments([LAWS], temporaryFolder())
  return documents.flatMap((document) =>
    entriesOf(document)
      .filter(({ lineage }) => isArticle(lineage.at(-1)))
      .map(({ span }) => document.text.slice(span.start, span.end)),
  )
}

/** Articles a second of onnxruntime alone, on batches tokenised beforehand. */
async function rawRate(articles: readonly string[], modelFolder: string): Promise<number> {
  const texts = Array.from({ length: SAMPLE }, (_, at) => articles[Math.floor((at * articles.length) / SAMPLE)]!)
  const batches = batchesOf(texts).map((positions) => positions.map((position) => texts[position]!))
  const workerData: RawWork = { modelFolder, batches, next: new SharedArrayBuffer(4) }
  const workers = Array.from({ length: WORKERS }, () => new Worker(new URL('./raw-worker.ts', import.meta.url), { workerData }))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const began = performance.now()
  const done = workers.map((worker) => once(worker, 'message'))
  for (const worker of workers) worker.postMessage('go')
  await Promise.all(done)
  const seconds = (performance.now() - began) / 1000
  await Promise.all(workers.map((worker) => worker.terminate()))
  return SAMPLE / seconds
}

async function build(articles: number): Promise<{ seconds: number; rate: number; memory: number }> {
  const env = environment()
  for (const folder of ['TIAOWEN_INDEX_FOLDER', 'TIAOWEN_DATA_FOLDER']) rmSync(env[folder]!, { recursive: true, force: true })
  const program = new Program(['index'], env)
  await program.end()
  const seconds = program.milliseconds / 1000
  return { seconds, rate: articles / seconds, memory: program.mostMemory }
}

await main()
