/**
 * A library of 1,342 laws from files to answers, each part in a process of its own: indexing end to end against the
 * embedding model alone, size and memory, start, and one changed document. Run by `npm run bench`; skipped without
 * TIAOWEN_CORPUS.
 */
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { loadDocuments } from '../src/build-index.ts'
import { entriesOf } from '../src/chunks/chunk.ts'
import { isArticle } from '../src/clauses/address.ts'
import { batchesOf } from '../src/embedding/batches.ts'
import { findModel } from '../src/embedding/model-files.ts'
import { readConfig } from '../src/config.ts'
import type { RawWork } from './raw-worker.ts'
import { holdTo, holdToLeast, median, temporaryFolder, timesOf } from './tools/figures.ts'
import { copyLaws, environment, hasLaws, LAWS, Program, searchAt, served, sizeOf } from './tools/laws.ts'

const WORKERS = 2
/** Articles the model alone is measured on, evenly from all; once before the index is built and once after. */
const SAMPLE = 6_000
const LEAST_RATIO = 0.8
const MOST_INDEX_MB = 400
const MOST_SERVING_MB = 600
const MOST_READY_MS = 5_000
const MOST_CHANGE_MS = 5_000
const STARTS = 5

async function main(): Promise<void> {
  const { modelDir } = readConfig(process.env)
  const model = findModel({ ...(modelDir === undefined ? {} : { modelDirectory: modelDir }), checkout: process.cwd() })
  if (!hasLaws) return console.log('没有 TIAOWEN_CORPUS，跳过 laws bench skipped: no corpus')
  if (model.outcome === 'missing') return console.log('WITHOUT MODEL: laws bench skipped')
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
  await startsAndMemory()
  await oneChange()
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

async function startsAndMemory(): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < STARTS; round++) {
    const { program, milliseconds } = await served(environment())
    times.push(milliseconds)
    await program.end('SIGTERM')
  }
  console.log(`start to ready with the index present, files verified: ${timesOf(times)}`)
  holdTo('ready', median(times), MOST_READY_MS, ' ms')

  const { program, url } = await served(environment())
  for (let round = 0; round < 3; round++) {
    for (const question of QUESTIONS) await searchAt(url, question)
    await Promise.all(QUESTIONS.map((question) => searchAt(url, question)))
  }
  await new Promise((done) => setTimeout(done, IDLE_MS))
  console.log(`serving: most memory ${program.mostMemory.toFixed(0)} MB while it opened`)
  holdTo('serving', program.memory, MOST_SERVING_MB, ' MB')
  await program.end('SIGTERM')
}

/** After this, what it took to start and to answer eight at once has been given back. */
const IDLE_MS = 30_000

const QUESTIONS = [
  '夫妻一方经营个体工商户所欠债务，谁偿还？',
  '劳动合同到期不续签，公司要赔偿吗？',
  '买到假药可以要求几倍赔偿？',
  '醉酒驾驶机动车怎么处罚？',
  '房屋租赁合同最长可以签多少年？',
  '未成年人打赏主播的钱能退吗？',
  '法定代表人越权订立的合同有效吗？',
  '行政复议应当在多少天内申请？',
]

/** From the start of `tiaowen index` until a running server answers from the new text; questions asked meanwhile. */
async function oneChange(): Promise<void> {
  const file = join(LAWS, '行政法规', '促进个体工商户发展条例(2022-10-01).md')
  const text = readFileSync(file, 'utf8')
  const mark = `试点编号${Date.now()}`
  const { program: server, url } = await served(environment())
  writeFileSync(file, text.replace(/\n第三条[^\n]*/, `$&经营者应当公示${mark}。`))
  const indexing = new Program(['index'], environment())
  const done = indexing.end()
  const meanwhile: number[] = []
  for (;;) {
    const asked = performance.now()
    const [first] = await searchAt(url, `经营者应当公示${mark}`)
    meanwhile.push(performance.now() - asked)
    if (first?.text.includes(mark)) break
    if (indexing.milliseconds > 60_000) break
  }
  const milliseconds = indexing.milliseconds
  await done
  writeFileSync(file, text)
  await server.end('SIGTERM')
  console.log(`one changed document: ${meanwhile.length} questions answered meanwhile, ${timesOf(meanwhile)}`)
  holdTo('one changed document', milliseconds, MOST_CHANGE_MS, ' ms')
}

await main()
