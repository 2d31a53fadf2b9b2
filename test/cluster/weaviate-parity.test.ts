/**
 * Does the cluster answer as this process does? The questions of the eval over the seeds, and 308 lay questions over
 * 1,342 laws (where there is an index of them: `npm run bench indexing`). Prints its figures.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lawQuestions, environment, hasLaws, type LawQuestion } from '../../bench/tools/laws.ts'
import { readCases } from '../../evals/cases.ts'
import { openApp, openEmbedder } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { indexRounds } from '../../src/index-rounds.ts'
import type { HeldSegment } from '../../src/retrieval/engine.ts'
import { ExactIndex } from '../../src/retrieval/exact-index.ts'
import { assemble, assembleOn, openLibrary, type Opened } from '../../src/retrieval/library-files.ts'
import type { Library } from '../../src/retrieval/library.ts'
import { retrieve, type Found } from '../../src/retrieval/retrieve.ts'
import { openCurrent } from '../../src/store/generations.ts'
import { WeaviateEngine } from '../../src/weaviate/weaviate-engine.ts'
import { answerTo, workshop } from '../library.ts'
import { WeaviateCluster } from './weaviate-cluster.ts'

const LEAST_FIRST = 0.99
const MOST_RECALL = 0.005

let cluster: WeaviateCluster
beforeAll(async () => {
  cluster = await WeaviateCluster.start()
}, 180_000)
afterAll(() => cluster?.stop())

const model = openEmbedder(readConfig({}))
afterAll(() => model.embedder?.close())

describe.skipIf(!model.embedder)('over the seeds', () => {
  test('99% of the questions of the eval have the same first citation, and the same outcome', async () => {
    const embedder = model.embedder!
    const { config: alone } = workshop()
    const config = { ...alone, search: cluster.config({ prefix: 'Seeds' }) }
    const round = async (of: typeof alone): Promise<void> => {
      for await (const _ of indexRounds(of, { watch: false, embedder: kept(embedder), log: () => {}, signal: new AbortController().signal }));
    }
    await round(alone)
    const embedded = await openApp(alone, { log: () => {}, embedder: kept(embedder), frozen: true })
    await round(config)
    const clustered = await openApp(config, { log: () => {}, embedder: kept(embedder), frozen: true })
    const questions = readdirSync('evals/cases').flatMap((name) => readCases(join('evals/cases', name)).map(({ question }) => question))
    let [first, outcome, text] = [0, 0, 0]
    for (const question of questions) {
      const [one, other] = [await answerTo(clustered, question), await answerTo(embedded, question)]
      if (one.citations[0]?.url === other.citations[0]?.url) first++
      else console.log(`another first citation: ${question}`)
      if (one.outcome === other.outcome) outcome++
      if (one.text === other.text) text++
    }
    console.log(`seeds: ${questions.length} questions, first citation the same ${first}, outcome ${outcome}, whole text ${text}`)
    expect(first / questions.length).toBeGreaterThanOrEqual(LEAST_FIRST)
    expect(outcome / questions.length).toBeGreaterThanOrEqual(LEAST_FIRST)
    await Promise.all([clustered.close(), embedded.close()])
  }, 900_000)
})

const laws = readConfig(environment())
const hasIndex = hasLaws && existsSync(join(laws.indexFolder, 'CURRENT'))

describe.skipIf(!model.embedder || !hasIndex)('over the laws', () => {
  test('99% of the questions find the same first clause, and Recall@10 differs by 0.005 at most', async () => {
    const { generation } = await openCurrent(laws.indexFolder, { mend: false })
    const opened = await openLibrary(generation!)
    const engine = new WeaviateEngine(cluster.config({ prefix: 'Laws', querySeconds: 20, insertSeconds: 60 }), { log: () => {} })
    const began = performance.now()
    await engine.hold(opened.segments as HeldSegment[])
    console.log(`laws: ${opened.library.entries.living} entries, written in ${Math.round((performance.now() - began) / 1000)} s`)
    const clustered = (await assembleOn(engine, opened)).library
    const questions = lawQuestions()
    const vectors: Float32Array[] = []
    for (const { question } of questions) vectors.push(await model.embedder!.embedQuestion(question))
    const [here, there, exact] = [await ask(opened.library, questions, vectors), await ask(clustered, questions, vectors), await ask(await exactly(opened), questions, vectors)]
    const same = (of: readonly (readonly Found[])[]) => there.found.filter((found, at) => found[0]?.clause.id === of[at]![0]?.clause.id).length
    console.log(
      `laws: ${questions.length} questions, first the same ${same(here.found)} (as exact search ${same(exact.found)}); ` +
        `Recall@10 cluster ${there.recall.toFixed(4)}, this process ${here.recall.toFixed(4)}, exact ${exact.recall.toFixed(4)}; ` +
        `ms a question, median and 95%: cluster ${there.times}, this process ${here.times}`,
    )
    expect(same(here.found) / questions.length).toBeGreaterThanOrEqual(LEAST_FIRST)
    expect(Math.abs(there.recall - here.recall)).toBeLessThanOrEqual(MOST_RECALL)
    await engine.close()
  }, 1_800_000)
})

/** One for several programs: none of them closes it. */
function kept(embedder: NonNullable<typeof model.embedder>): NonNullable<typeof model.embedder> {
  return { id: embedder.id, dimensions: embedder.dimensions, embedQuestion: (text) => embedder.embedQuestion(text), embedInBatches: (texts, onBatch) => embedder.embedInBatches(texts, onBatch), close: async () => {} }
}

async function exactly(opened: Opened): Promise<Library> {
  const segments = await Promise.all(
    opened.segments.map(async (segment) => {
      const field = async (name: 'units' | 'windows') => {
        const { chunks, vectors } = segment.fields[name]
        return { chunks, ...(vectors && { index: new ExactIndex(await vectors()) }) }
      }
      return { ...segment, fields: { units: await field('units'), windows: await field('windows') } }
    }),
  )
  return assemble({ ...opened, segments }).library
}

async function ask(library: Library, questions: readonly LawQuestion[], vectors: readonly Float32Array[]) {
  const found: Found[][] = []
  const times: number[] = []
  for (const [at, { question }] of questions.entries()) {
    const began = performance.now()
    found.push(await retrieve(library, { text: question, vector: vectors[at]! }, 10))
    times.push(performance.now() - began)
  }
  const recall = questions.reduce((sum, question, at) => sum + recallOf(question, found[at]!), 0) / questions.length
  const quantile = (share: number): string => times.toSorted((one, other) => one - other)[Math.floor(share * times.length)]!.toFixed(1)
  return { found, recall, times: `${quantile(0.5)}/${quantile(0.95)}` }
}

function recallOf({ gold }: LawQuestion, found: readonly Found[]): number {
  const places = found.flatMap((one) => [one, ...one.twins].map(({ document, lineage }) => `${document.source} ${lineage.at(-1)!.number?.mark}`))
  return gold.filter(({ file, article }) => places.includes(`${file} ${article}`)).length / gold.length
}
