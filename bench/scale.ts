/**
 * What a library costs as it grows: the laws, multiplied with noise to as many clauses as named, indexed and asked in
 * processes of their own; within one process, and with `--nodes 3` on a search cluster of so many nodes beside it. Not
 * part of every `npm run bench`, for it takes hours at the upper end:
 *
 *   npm run bench scale -- --nodes 3 10000 100000
 *   npm run bench scale -- --nodes 3 --kept 1 --memory 6GiB 1000000
 *
 * `--kept`: on how many nodes each object stands (all of three, unless told otherwise); `--memory`: what Go is told to
 * keep the heap of a node below.
 * The laws' own index must be there (`npm run bench indexing`): vectors come from it. A line of JSON for each.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openApp, openEmbedder } from '../src/app.ts'
import { progressTo } from '../src/channels/cli/progress.ts'
import { readConfig, type Config } from '../src/config.ts'
import { indexRounds } from '../src/index-rounds.ts'
import { openSearch } from '../src/open-search.ts'
import type { HeldSegment } from '../src/retrieval/engine.ts'
import { ExactIndex } from '../src/retrieval/exact-index.ts'
import { openForBuilding, openLibrary } from '../src/retrieval/library-files.ts'
import { openCurrent } from '../src/store/generations.ts'
import { WeaviateCluster } from '../test/cluster/weaviate-cluster.ts'
import { quantile } from './tools/figures.ts'
import { environment, hasLaws, LAWS, lawQuestions, sizeOf } from './tools/laws.ts'
import { multiply, NoisyEmbedder } from './tools/multiplied.ts'

const HOME = resolve('data', 'scale')
const ROUNDS = 3
const NEIGHBOURS = 10
/** Questions whose neighbours are compared with those of a search through all. */
const COMPARED = 50

const homeOf = (clauses: number) => join(HOME, String(clauses))

/** Index and data of this engine; where it is a cluster the environment names it. */
function configOf(clauses: number): Config {
  const engine = process.env['TIAOWEN_SEARCH_URL'] === undefined ? 'embedded' : 'cluster'
  return readConfig({ ...environment(join(homeOf(clauses), engine)), TIAOWEN_FOLDERS: join(homeOf(clauses), 'laws') })
}

/** One step in a process of its own, so that its memory is its own. */
async function apart(step: 'index' | 'ask', clauses: number, more: Readonly<Record<string, string>> = {}): Promise<Record<string, number>> {
  const self = fileURLToPath(import.meta.url)
  const child = spawn(process.execPath, [...process.execArgv, self, step, String(clauses)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...more },
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${step} of ${clauses} clauses ended with ${String(code)}`)
  return JSON.parse(out.trim().split('\n').at(-1)!) as Record<string, number>
}

async function index(clauses: number): Promise<Record<string, number>> {
  const lawsConfig = readConfig(environment())
  const { embedder } = openEmbedder(lawsConfig)
  const laws = await openForBuilding((await openCurrent(lawsConfig.indexFolder)).generation!)
  const noisy = await NoisyEmbedder.over(embedder!, laws.segments, LAWS)
  await embedder!.close()
  const began = performance.now()
  for await (const round of indexRounds(configOf(clauses), {
    watch: false,
    log: () => {},
    signal: new AbortController().signal,
    embedder: noisy,
    onProgress: progressTo({ write: (text) => void process.stderr.write(text), isTerminal: process.stderr.isTTY === true }),
  })) {
    if (round.kind === 'failed') throw round.error
    const seconds = (performance.now() - began) / 1000
    return { clauses: round.clauses, documents: round.documents, indexSeconds: round1(seconds), indexMostMB: mostMB(), unknown: noisy.unknown }
  }
  throw new Error('no round')
}

async function ask(clauses: number): Promise<Record<string, number>> {
  const config = configOf(clauses)
  const { embedder } = openEmbedder(config)
  const openedAt = performance.now()
  const app = await openApp(config, { log: () => {}, frozen: true, embedder: embedder! })
  const openSeconds = (performance.now() - openedAt) / 1000
  const questions = lawQuestions().map(({ question }) => question)
  const times: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    for (const query of questions) {
      const { timings } = await app.assistant.search({ query, limit: NEIGHBOURS })
      if (round > 0) times.push(timings['total']! - timings['embed']!)
    }
  }
  const memoryMB = residentMB()
  const { chunks } = app.assistant.status()
  const recall = await recallOf(config, await Promise.all(questions.slice(0, COMPARED).map((one) => embedder!.embedQuestion(one))))
  await app.close()
  return {
    chunks,
    openSeconds: round1(openSeconds),
    memoryMB,
    diskMB: Math.round(sizeOf(config.indexFolder)),
    p50Ms: round1(quantile(times, 0.5)),
    p95Ms: round1(quantile(times, 0.95)),
    recall: Math.round(recall * 1000) / 1000,
  }
}

/** Of the ten nearest units, how many the index or the cluster finds. */
async function recallOf(config: Config, vectors: readonly Float32Array[]): Promise<number> {
  const engine = await openSearch(config, { log: () => {} })
  const { library, segments } = await openLibrary((await openCurrent(config.indexFolder)).generation!, undefined, engine)
  const [base] = segments
  const exact = new ExactIndex(await base!.fields.units.vectors!())
  let hits = 0
  for (const vector of vectors) {
    const tenth = exact.search(vector, NEIGHBOURS).at(-1)!.similarity
    const found = engine
      ? await engine.near(base as HeldSegment, { field: 'units', vector, limit: NEIGHBOURS })
      : library.units.search(vector, NEIGHBOURS, library.entries.alive)
    hits += found.filter(({ similarity }) => similarity >= tenth - 1e-5).length
  }
  await engine?.close()
  return hits / (NEIGHBOURS * vectors.length)
}

interface ClusterShape {
  readonly nodes: number
  readonly kept: number
  readonly memory: string
}

/** The same on a cluster of its own, with what its nodes take beside. */
async function onCluster(clauses: number, { nodes, kept, memory }: ClusterShape): Promise<Record<string, number>> {
  const cluster = await WeaviateCluster.start(nodes, { GOMEMLIMIT: memory })
  try {
    const environment = { ...cluster.environment(), TIAOWEN_SEARCH_REPLICATION: String(kept) }
    const figures = { nodes, kept, ...(await apart('index', clauses, environment)), ...(await apart('ask', clauses, environment)) }
    return { ...figures, nodesMemoryMB: Math.round(cluster.memoryMB()), nodesDiskMB: Math.round(sizeOf(cluster.folder)) }
  } finally {
    await cluster.stop()
  }
}

const round1 = (value: number) => Math.round(value * 10) / 10
const inStatus = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024
const residentMB = () => Math.round(inStatus('VmRSS'))
const mostMB = () => Math.round(inStatus('VmHWM'))

async function main(words: readonly string[]): Promise<void> {
  const [step, size] = words
  if (step === 'index') return void console.log(JSON.stringify(await index(Number(size))))
  if (step === 'ask') return void console.log(JSON.stringify(await ask(Number(size))))
  if (!hasLaws || !existsSync(readConfig(environment()).indexFolder)) return console.log('没有法律索引 no index of laws: npm run bench indexing')
  const { values, positionals } = parseArgs({ args: [...words], allowPositionals: true, options: { nodes: { type: 'string' }, kept: { type: 'string' }, memory: { type: 'string' } } })
  const nodes = Number(values.nodes ?? 0)
  const shape = { nodes, kept: Number(values.kept ?? Math.min(3, nodes)), memory: values.memory ?? '2GiB' }
  for (const clauses of positionals.map(Number)) {
    rmSync(homeOf(clauses), { recursive: true, force: true })
    mkdirSync(homeOf(clauses), { recursive: true })
    multiply(LAWS, join(homeOf(clauses), 'laws'), clauses, (text) => text.match(/^第[一二三四五六七八九十百千零〇]+条/gm)?.length ?? 1)
    console.log(JSON.stringify({ wanted: clauses, ...(await apart('index', clauses)), ...(await apart('ask', clauses)) }))
    if (nodes > 0) console.log(JSON.stringify({ wanted: clauses, ...(await onCluster(clauses, shape)) }))
    rmSync(homeOf(clauses), { recursive: true, force: true })
  }
}

await main(process.argv.slice(2))
