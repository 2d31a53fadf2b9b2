/**
 * Search at the size of a library of laws: BM25 over all clauses, HNSW over one vector an article, and the whole of
 * keyword retrieval. Reports times and memory. Run by `npm run bench`; skipped without TIAOWEN_CORPUS.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { clauseChunks, contextOf } from '../src/chunks/chunk.ts'
import { loadDocuments, type Loaded } from '../src/build-index.ts'
import { readCases } from '../evals/cases.ts'
import { HashingEmbedder } from '../src/embedding/hashing-embedder.ts'
import { Bm25 } from '../src/retrieval/bm25.ts'
import { ExactIndex } from '../src/retrieval/exact-index.ts'
import { HnswIndex, loadHnsw } from '../src/retrieval/hnsw-index.ts'
import { buildLibrary } from '../src/retrieval/library-files.ts'
import { places } from '../src/retrieval/places-of.ts'
import { retrieve } from '../src/retrieval/retrieve.ts'
import { holdTo, median, millisecondsOf, temporaryFolder, timesOf } from './tools/figures.ts'

/** As many as the embedding model has; the vectors are hashed bigrams, since 60,000 texts take the model minutes. */
const DIMENSIONS = 512
const NEIGHBOURS = 200
const ROUNDS = 3
const MOST_BM25_MS = 5
const MOST_HNSW_MS = 5

const laws = join(process.env['TIAOWEN_CORPUS'] ?? '../shared/corpus', 'laws')
const questions = readCases('evals/cases').map(({ question }) => question)

async function main(): Promise<void> {
  if (!existsSync(laws)) return console.log(`没有 TIAOWEN_CORPUS（${laws}），跳过 search bench skipped: no corpus`)
  let loaded: Loaded | undefined
  const reading = await millisecondsOf(async () => (loaded = await loadDocuments([laws], temporaryFolder())))
  const { documents, twins } = loaded!
  const chunks = documents.flatMap(clauseChunks)
  const known = places({ documents })
  const texts = chunks.map(({ clause, span }) => {
    const { document, lineage } = known.get(clause)!
    return `${contextOf(document, lineage)} ${document.text.slice(span.start, span.end)}`
  })
  console.log(
    `${documents.length} laws, ${texts.length} clauses, ${sum(texts)} characters with headings; read in ${seconds(reading)}; ${memory()}`,
  )
  await keywordFigures(texts)
  await vectorFigures(
    texts.filter((_, at) => known.get(chunks[at]!.clause)!.lineage.at(-1)!.number?.style === 'article'),
  )
  await retrievalFigures({ documents, twins })
}

async function keywordFigures(texts: readonly string[]): Promise<void> {
  let index = Bm25.build([])
  const building = await millisecondsOf(() => (index = Bm25.build(texts)))
  const bytes = index.toBytes()
  const opening = await millisecondsOf(() => (index = Bm25.fromBytes(bytes)))
  const times = await timesOver((question) => index.scores(question))
  console.log(
    `BM25: built in ${seconds(building)}, ${megabytes(bytes.length)}, opened in ${seconds(opening)}; ${memory()}`,
  )
  console.log(`BM25 scores of all clauses: ${timesOf(times)}`)
  holdTo('BM25 query', median(times), MOST_BM25_MS, ' ms')
}

async function vectorFigures(texts: readonly string[]): Promise<void> {
  const native = await loadHnsw()
  if (native instanceof Error) return console.log(`WITHOUT HNSW: ${native.message}`)
  const embedder = new HashingEmbedder(DIMENSIONS)
  const vectors = new Float32Array(texts.length * DIMENSIONS)
  for (const [row, text] of texts.entries()) vectors.set(await embedder.embedQuestion(text), row * DIMENSIONS)
  const before = process.memoryUsage().rss
  let index: HnswIndex | undefined
  const building = await millisecondsOf(async () => (index = await HnswIndex.build(native, vectors, DIMENSIONS)))
  const exact = new ExactIndex(vectors, DIMENSIONS)
  const asked = await Promise.all(questions.map((question) => embedder.embedQuestion(question)))
  const vectorOf = new Map(questions.map((question, at) => [question, asked[at]!]))
  const times = await timesOver((question) => index!.search(vectorOf.get(question)!, NEIGHBOURS))
  const exactTimes = await timesOver((question) => exact.search(vectorOf.get(question)!, NEIGHBOURS), 1)
  const hits = asked.map((vector) => {
    const tenth = exact.search(vector, 10).at(-1)!.similarity
    return index!
      .search(vector, NEIGHBOURS)
      .slice(0, 10)
      .filter(({ similarity }) => similarity >= tenth - 1e-5).length
  })
  console.log(
    `HNSW: ${texts.length} × ${DIMENSIONS} built in ${seconds(building)}, ${megabytes(process.memoryUsage().rss - before)} more; ${memory()}`,
  )
  console.log(
    `HNSW ${NEIGHBOURS} neighbours: ${timesOf(times)}; recall@10 against exact search ${(hits.reduce((a, b) => a + b, 0) / (10 * hits.length)).toFixed(3)}`,
  )
  console.log(`exact search: ${timesOf(exactTimes)}`)
  holdTo('HNSW query', median(times), MOST_HNSW_MS, ' ms')
}

async function retrievalFigures({ documents, twins }: Pick<Loaded, 'documents' | 'twins'>): Promise<void> {
  const { library } = await buildLibrary({ documents, twins })
  const times = await timesOver((question) => retrieve(library, { text: question }, 12))
  const named = await timesOver((question) => retrieve(library, { text: question, exact: ['行政机关'] }, 12), 1)
  console.log(
    `retrieval by keywords, ${library.windows.chunks.length} windows and ${library.clauses.chunks.length} clauses: ${timesOf(times)}; ${memory()}`,
  )
  console.log(`with a name word for word: ${timesOf(named)}`)
}

async function timesOver(run: (question: string) => unknown, rounds = ROUNDS): Promise<number[]> {
  for (const question of questions.slice(0, 20)) run(question) // warm
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (const question of questions) times.push(await millisecondsOf(() => run(question)))
  }
  return times
}

const sum = (texts: readonly string[]): number => texts.reduce((total, { length }) => total + length, 0)
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`
const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`
const memory = (): string => `resident ${megabytes(process.memoryUsage().rss)}`

await main()
