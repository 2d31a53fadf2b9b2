/**
 * Search over 1,342 laws, one client in one process: all but the embedding of the question, with the limits beside it
 * in the same run (embedding, HNSW, keywords, exact search), and what HNSW finds of what exact search finds. Run by
 * `npm run bench` after `indexing`, whose index it opens; skipped without one.
 */
import { existsSync } from 'node:fs'
import { openApp, openEmbedder } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { ExactIndex } from '../src/retrieval/exact-index.ts'
import { Keywords } from '../src/retrieval/keywords.ts'
import { openLibrary } from '../src/retrieval/library-files.ts'
import { openCurrent } from '../src/store/generations.ts'
import { holdTo, holdToLeast, median, millisecondsOf, quantile, timesOf } from './tools/figures.ts'
import { environment, hasLaws, lawQuestions } from './tools/laws.ts'

const ROUNDS = 5
const MOST_MEDIAN_MS = 2
const MOST_P99_MS = 5
const LEAST_RECALL = 0.99
const NEIGHBOURS = 10

async function main(): Promise<void> {
  const config = readConfig(environment())
  if (!hasLaws || !existsSync(config.indexFolder)) return console.log('没有法律索引，跳过 search bench skipped: no index of laws')
  const { embedder } = openEmbedder(config)
  if (!embedder) return console.log('WITHOUT MODEL: search bench skipped')
  const app = await openApp(config, { log: () => {}, frozen: true, embedder })
  const questions = lawQuestions().map(({ question }) => question)
  const besides: number[] = []
  const totals: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    for (const query of questions) {
      const { timings } = await app.assistant.search({ query, limit: 10 })
      if (round === 0) continue // the first round warms up
      totals.push(timings['total']!)
      besides.push(timings['total']! - timings['embed']!)
    }
  }
  const { clauses, documents } = app.assistant.status()
  console.log(`${questions.length} questions, ${ROUNDS} rounds after a warm one, over ${documents} laws, ${clauses} clauses`)
  console.log(`search                   ${timesOf(totals)}`)
  console.log(`  all but the embedding  ${timesOf(besides)}`)

  const vectors: Float32Array[] = []
  const embedding: number[] = []
  for (const question of questions) {
    embedding.push(await millisecondsOf(async () => vectors.push(await embedder.embedQuestion(question))))
  }
  const { library, segments } = await openLibrary((await openCurrent(config.indexFolder)).generation!)
  const [part] = library.units.parts
  const keywords = new Keywords(segments.flatMap(({ keywords }) => keywords), library.entries.alive)
  const graph = part!.index!
  const exact = new ExactIndex(await segments[0]!.fields.units.vectors!())
  const [graphTimes, exactTimes, keywordTimes] = [[], [], []] as number[][]
  let hits = 0
  for (const [at, vector] of vectors.entries()) {
    let tenth = 0
    exactTimes!.push(await millisecondsOf(() => (tenth = exact.search(vector, NEIGHBOURS).at(-1)!.similarity)))
    let found: readonly { readonly similarity: number }[] = []
    graphTimes!.push(await millisecondsOf(() => (found = graph.search(vector, NEIGHBOURS))))
    hits += found.filter(({ similarity }) => similarity >= tenth - 1e-5).length
    keywordTimes!.push(await millisecondsOf(() => keywords.scores(questions[at]!)))
  }
  console.log(`limits: embedding alone  ${timesOf(embedding)}`)
  console.log(`  HNSW, ${NEIGHBOURS} nearest      ${timesOf(graphTimes!)}`)
  console.log(`  exact search           ${timesOf(exactTimes!)}`)
  console.log(`  keywords               ${timesOf(keywordTimes!)}`)
  await app.close()
  holdTo('search without embedding, median', median(besides), MOST_MEDIAN_MS, ' ms')
  holdTo('search without embedding, p99', quantile(besides, 0.99), MOST_P99_MS, ' ms')
  holdToLeast('HNSW recall@10 against exact search', hits / (NEIGHBOURS * vectors.length), LEAST_RECALL)
}

await main()
