/** The adapter with the real packages of LangChain, over the seeds. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { HNSWLib } from '@langchain/community/vectorstores/hnswlib'
import { Embeddings } from '@langchain/core/embeddings'
import { BaseRetriever } from '@langchain/core/retrievers'
import { RunnableLambda } from '@langchain/core/runnables'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApp, type App } from '../../src/app.ts'
import { loadHnsw } from '../../src/retrieval/hnsw-index.ts'
import { TiaowenEmbeddings, TiaowenRetriever, toHnswStore } from '../../src/langchain/adapter.ts'
import { openLibrary, type Built } from '../../src/retrieval/library-files.ts'
import { openCurrent } from '../../src/store/generations.ts'
import type { DocumentId } from '../../src/types.ts'
import { configFor, copySeeds, CountingEmbedder, suiteFolder } from '../library.ts'

const embedder = new CountingEmbedder({ dimensions: 256 })
const hasNative = !((await loadHnsw()) instanceof Error)
let app: App
let built: Built

beforeAll(async () => {
  const home = suiteFolder()
  mkdirSync(join(home, 'documents'))
  copySeeds(join(home, 'documents'))
  const config = configFor(home)
  app = await openApp(config, { log: () => {}, embedder })
  await app.settled
  built = await openLibrary((await openCurrent(config.indexFolder)).generation!)
})
afterAll(() => app.close())

const textOf = (id: unknown): string => app.assistant.catalogue().documents.find((document) => document.id === id)!.text

describe('TiaowenEmbeddings', () => {
  test('are embeddings of LangChain with our vectors', async () => {
    const embeddings = new TiaowenEmbeddings(embedder)
    expect(embeddings).toBeInstanceOf(Embeddings)
    const [passage] = await embeddings.embedDocuments(['种质资源', '人才引进'])
    expect(passage).toEqual(Array.from(await embedder.embedQuestion('种质资源')))
    expect(await embeddings.embedQuery('种质资源')).toEqual(passage)
    expect(await embeddings.embedDocuments([])).toEqual([])
  })
})

describe('TiaowenRetriever', () => {
  test('gives the clauses of our search, word for word, with their places', async () => {
    const retriever = new TiaowenRetriever({ assistant: app.assistant, limit: 3 })
    expect(retriever).toBeInstanceOf(BaseRetriever)
    const documents = await retriever.invoke('全社会研发投入强度超过4%')
    expect(documents).toHaveLength(3)
    const [{ pageContent, metadata }] = documents as [(typeof documents)[number]]
    expect(pageContent).toContain('全社会研发投入强度超过4%')
    expect(metadata).toMatchObject({
      source: '001_c3e04e6f9f8af2f3.txt',
      path: ['二', '2'],
      label: '二、2.',
      spoken: '第二部分第2条',
      textSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      url: expect.stringContaining(metadata.documentId),
    })
    expect(textOf(metadata.documentId).slice(metadata.start, metadata.end)).toBe(pageContent)
  })

  test('names the same clause elsewhere', async () => {
    const documents = await new TiaowenRetriever({ assistant: app.assistant, limit: 20 }).invoke(
      '推进现代化战略支点建设',
    )
    expect(
      documents.flatMap(({ metadata }) => metadata.alsoIn ?? []).map(({ source }) => source.slice(0, 3)),
    ).toContain('001')
  })

  test('looks only at the documents it is given', async () => {
    const { id } = app.assistant.catalogue().documents[3]!
    const retriever = new TiaowenRetriever({ assistant: app.assistant, documents: [id] })
    const found = await retriever.invoke('科技创新')
    expect(new Set(found.map(({ metadata }) => metadata.documentId))).toEqual(new Set([id]))
    const stray = new TiaowenRetriever({ assistant: app.assistant, documents: ['d-000000000000' as DocumentId] })
    await expect(stray.invoke('科技创新')).rejects.toMatchObject({ code: 'no-such-document' })
  })

  test('stands in a chain', async () => {
    const count = RunnableLambda.from((documents: unknown[]) => documents.length)
    const chain = new TiaowenRetriever({ assistant: app.assistant, limit: 2 }).pipe(count)
    expect(await chain.invoke('人才')).toBe(2)
  })
})

describe.runIf(hasNative)('toHnswStore', () => {
  test('takes our vectors over: nothing is embedded', async () => {
    embedder.texts.length = 0
    const store = await toHnswStore(built, embedder)
    expect(store).toBeInstanceOf(HNSWLib)
    expect(embedder.texts).toEqual([])
    const [[nearest, distance]] = (await store.similaritySearchWithScore(
      '全社会研发投入强度超过4%，高新技术企业突破3万家',
      3,
    )) as [[Awaited<ReturnType<typeof store.similaritySearch>>[number], number]]
    expect(nearest.pageContent).toContain('全社会研发投入强度超过4%')
    expect(distance).toBeLessThan(0.9)
    expect(nearest.metadata).toMatchObject({ source: '001_c3e04e6f9f8af2f3.txt', spoken: '第二部分第2条第2款' })
    const { documentId, start, end } = nearest.metadata
    expect(textOf(documentId).slice(start, end)).toBe(nearest.pageContent)
  })

  test('finds each unit by its own words', async () => {
    const store = await toHnswStore(built, embedder)
    const { entries, units } = built.library
    const { chunks } = units.parts[0]!
    for (let row = 0; row < units.size; row += 40) {
      const words = entries.documentOf(chunks.entries[row]!).text.slice(chunks.starts[row], chunks.ends[row])
      const [first] = await store.similaritySearch(words, 1)
      expect([row, first!.pageContent]).toEqual([row, words])
    }
  })

  test('embeds the units where another embedder made the vectors', async () => {
    const other = new CountingEmbedder({ dimensions: 64 })
    const store = await toHnswStore(built, other)
    expect(other.texts).toHaveLength(built.library.units.size)
    expect(await store.similaritySearch('种质资源', 2)).toHaveLength(2)
  })

  test('is saved and loaded by LangChain', async () => {
    const folder = join(suiteFolder(), 'store')
    await (await toHnswStore(built, embedder)).save(folder)
    const store = await HNSWLib.load(folder, new TiaowenEmbeddings(embedder))
    const [first] = await store.similaritySearch('白鹤滩至浙江高压直流输电项目', 1)
    expect(first!.pageContent).toContain('白鹤滩')
    expect(first!.metadata).toHaveProperty('textSha256')
  })
})
