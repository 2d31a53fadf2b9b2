/**
 * Eight clients at once in one process: our search over 1,342 laws, and the naive LangChain.js stack
 * (RecursiveCharacterTextSplitter, HNSWLib, HuggingFaceTransformersEmbeddings) over every twentieth of them, since it
 * takes a quarter of an hour to index them all; turn about in the same run. Run by `npm run bench` after `indexing`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { HuggingFaceTransformersEmbeddings } from '@langchain/community/embeddings/huggingface_transformers'
import { HNSWLib } from '@langchain/community/vectorstores/hnswlib'
import { RecursiveCharacterTextSplitter } from '@langchain/textsplitters'
import { env } from '@huggingface/transformers'
import { openApp, openEmbedder } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { findModel } from '../src/embedding/model-files.ts'
import { holdTo, holdToLeast, quantile } from './tools/figures.ts'
import { environment, hasLaws, LAWS, lawQuestions } from './tools/laws.ts'

const CLIENTS = 8
const ROUNDS = 3
const EVERY = 20
const LEAST_RATIO = 2
const MOST_TAIL = 10

async function main(): Promise<void> {
  const config = readConfig(environment())
  if (!hasLaws || !existsSync(config.indexFolder)) return console.log('没有法律索引，跳过 clients bench skipped: no index of laws')
  const { embedder } = openEmbedder(config)
  if (!embedder) return console.log('WITHOUT MODEL: clients bench skipped')
  const app = await openApp(config, { log: () => {}, frozen: true, embedder })
  const naive = await naiveStack(config.modelDir)
  const questions = lawQuestions().map(({ question }) => question)
  const ask = { ours: (query: string) => app.assistant.search({ query, limit: 10 }), naive: (query: string) => naive.similaritySearch(query, 10) }
  for (const search of Object.values(ask)) await underLoad(questions.slice(0, 50), search)
  const ours: Load[] = []
  const theirs: Load[] = []
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(await underLoad(questions, ask.naive))
    ours.push(await underLoad(questions, ask.ours))
  }
  await app.close()
  const rate = (loads: readonly Load[]): number => Math.max(...loads.map(({ rate }) => rate))
  const times = ours.flatMap(({ times }) => times)
  console.log(`${CLIENTS} clients: ours ${rate(ours).toFixed(0)} searches/s, naive LangChain.js ${rate(theirs).toFixed(0)}; best of ${ROUNDS}`)
  console.log(`ours p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms, p99.9 ${quantile(times, 0.999).toFixed(1)} ms`)
  holdToLeast('searches a second / naive LangChain.js', rate(ours) / rate(theirs), LEAST_RATIO)
  holdTo('p99.9 / p50', quantile(times, 0.999) / quantile(times, 0.5), MOST_TAIL)
}

/** The stack as its documentation puts it together, with the same model in the same precision. */
async function naiveStack(modelDirectory?: string): Promise<HNSWLib> {
  const search = findModel({ ...(modelDirectory === undefined ? {} : { modelDirectory }), checkout: process.cwd() })
  if (search.outcome === 'missing') throw new Error(search.reason)
  env.allowRemoteModels = false
  env.localModelPath = dirname(search.model.folder) + sep
  const embeddings = new HuggingFaceTransformersEmbeddings({
    model: search.model.folder.split(sep).at(-1)!,
    pretrainedOptions: { dtype: 'q8' },
  })
  const files = readdirSync(LAWS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).sort()
  const texts = files.filter((_, at) => at % EVERY === 0).map((name) => readFileSync(join(LAWS, name), 'utf8'))
  const splitter = new RecursiveCharacterTextSplitter({ chunkSize: 500, chunkOverlap: 50 })
  const chunks = await splitter.createDocuments(texts)
  const began = performance.now()
  const store = new HNSWLib(embeddings, { space: 'cosine' })
  // in slices: given all at once it pads every chunk to the longest and runs out of memory
  for (let at = 0; at < chunks.length; at += 32) await store.addDocuments(chunks.slice(at, at + 32))
  const seconds = (performance.now() - began) / 1000
  console.log(`naive LangChain.js: ${texts.length} laws in ${chunks.length} chunks, indexed at ${(chunks.length / seconds).toFixed(0)} chunks/s`)
  return store
}

interface Load {
  readonly rate: number
  readonly times: readonly number[]
}

/** Every question once, each client asking the next as soon as it has an answer. */
async function underLoad(questions: readonly string[], search: (question: string) => Promise<unknown>): Promise<Load> {
  const times: number[] = []
  let next = 0
  const began = performance.now()
  const client = async (): Promise<void> => {
    while (next < questions.length) {
      const question = questions[next++]!
      const asked = performance.now()
      await search(question)
      times.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return { rate: (1000 * questions.length) / (performance.now() - began), times }
}

await main()
