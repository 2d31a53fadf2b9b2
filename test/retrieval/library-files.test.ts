/** A library and the files of its generation: there and back, with nothing embedded twice. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { buildGeneration, loadDocuments } from '../../src/build-index.ts'
import { buildLibrary, libraryFiles, openLibrary, type Built } from '../../src/retrieval/library-files.ts'
import { retrieve } from '../../src/retrieval/retrieve.ts'
import { openCurrent } from '../../src/store/generations.ts'
import { CountingEmbedder, workshop, writeSmall } from '../library.ts'

const QUESTIONS = ['研发投入强度要超过多少？', '哪些情形可以退款', '种质资源库', '本办法何时施行']

async function answersOf({ library }: Built, embedder?: CountingEmbedder): Promise<unknown> {
  return Promise.all(
    QUESTIONS.map(async (text) => {
      const found = retrieve(library, { text, ...(embedder ? { vector: await embedder.embedQuestion(text) } : {}) }, 10)
      return found.map(({ clause, score, spots, similarity }) => [clause.id, score, spots, similarity?.toFixed(5)])
    }),
  )
}

/** SHA-256 of all vectors; comparing them one by one takes seconds. */
function bytesOf({ vectors }: Built): string[] {
  return Object.values(vectors!.rows).map((rows) => createHash('sha256').update(rows).digest('hex'))
}

async function opened(indexFolder: string): Promise<Built> {
  return openLibrary((await openCurrent(indexFolder)).generation!)
}

describe('written and opened again, it answers the same', () => {
  test.each([
    ['the seeds', undefined],
    ['small documents', writeSmall],
  ])('over %s', async (_name, fill) => {
    const { config } = workshop(fill)
    const embedder = new CountingEmbedder()
    const loaded = await loadDocuments(config.folders, config.dataFolder)
    const built = await buildGeneration({ loaded, embedder, indexFolder: config.indexFolder })
    const again = await opened(config.indexFolder)
    expect(again.library.generation).toBe('gen-00000001')
    expect(again.library.documents).toEqual(loaded.documents)
    expect(again.library.twins).toEqual(loaded.twins)
    expect(again.library.embedder).toBe(embedder.id)
    expect(bytesOf(again)).toEqual(bytesOf(built))
    for (const field of ['units', 'windows', 'clauses'] as const) {
      expect(again.library[field].chunks).toEqual(built.library[field].chunks)
    }
    expect(await answersOf(again, embedder)).toEqual(await answersOf(built, embedder))
  })

  test('by keywords alone too', async () => {
    const { config } = workshop(writeSmall)
    const built = await buildGeneration({
      loaded: await loadDocuments(config.folders, config.dataFolder),
      indexFolder: config.indexFolder,
    })
    const again = await opened(config.indexFolder)
    expect(again.vectors).toBeUndefined()
    expect(again.library.embedder).toBeNull()
    expect(await answersOf(again)).toEqual(await answersOf(built))
  })

  test('and so does a library of no documents', async () => {
    const { config } = workshop(() => {})
    const embedder = new CountingEmbedder()
    await buildGeneration({
      loaded: await loadDocuments(config.folders, config.dataFolder),
      embedder,
      indexFolder: config.indexFolder,
    })
    expect(await answersOf(await opened(config.indexFolder), embedder)).toEqual([[], [], [], []])
  })
})

describe('a text is embedded once', () => {
  const load = (config: ReturnType<typeof workshop>['config']) => loadDocuments(config.folders, config.dataFolder)

  test('however often it stands in the documents', async () => {
    const { config } = workshop()
    const embedder = new CountingEmbedder()
    await buildLibrary({ ...(await load(config)), embedder })
    expect(new Set(embedder.texts).size).toBe(embedder.texts.length)
  })

  test('a second build of the same documents embeds nothing', async () => {
    const { config } = workshop()
    const embedder = new CountingEmbedder()
    await buildGeneration({ loaded: await load(config), embedder, indexFolder: config.indexFolder })
    const previous = await opened(config.indexFolder)
    embedder.texts.length = 0
    const built = await buildLibrary({ ...(await load(config)), embedder, previous })
    expect(embedder.texts).toEqual([])
    expect(bytesOf(built)).toEqual(bytesOf(previous))
  })

  test('after a sentence of one seed changes, only texts with that sentence are embedded', async () => {
    const { config, documents } = workshop()
    const embedder = new CountingEmbedder()
    const previous = await buildLibrary({ ...(await load(config)), embedder })
    const path = join(documents, '003_64014263bb8856a1.txt')
    writeFileSync(path, readFileSync(path, 'utf8').replace('平急两用', '平急三用'))
    embedder.texts.length = 0
    const built = await buildLibrary({ ...(await load(config)), embedder, previous })
    expect(embedder.texts.length).toBeGreaterThan(0)
    expect(embedder.texts.length).toBeLessThan(8)
    for (const text of embedder.texts) expect(text).toContain('平急三用')
    expect(await answersOf(built, embedder)).toEqual(
      await answersOf(await buildLibrary({ ...(await load(config)), embedder }), embedder),
    )
  })

  test('by another embedder, or cut by another chunker, it is embedded anew', async () => {
    const { config } = workshop(writeSmall)
    const loaded = await load(config)
    const previous = await buildLibrary({ ...loaded, embedder: new CountingEmbedder({ dimensions: 32 }) })
    const embedder = new CountingEmbedder()
    await buildLibrary({ ...loaded, embedder, previous })
    const all = embedder.texts.splice(0)
    await buildLibrary({
      ...loaded,
      embedder,
      previous: { ...(await buildLibrary({ ...loaded, embedder })), chunker: 'another' },
    })
    expect(embedder.texts).toEqual([...all, ...all])
  })
})

describe('a damaged graph', () => {
  test('leaves exact search with the same answers, and says so', async () => {
    const { config } = workshop()
    const embedder = new CountingEmbedder()
    const loaded = await loadDocuments(config.folders, config.dataFolder)
    const built = await buildGeneration({ loaded, embedder, indexFolder: config.indexFolder })
    const path = join(config.indexFolder, 'gen-00000001', 'windows.plain.hnsw')
    const bytes = readFileSync(path)
    bytes[5000]! ^= 1
    writeFileSync(path, bytes)
    const again = await opened(config.indexFolder)
    expect([again.library.windows.plain!.kind, again.library.windows.headed!.kind]).toEqual(['exact', 'hnsw'])
    expect(again.library.fallback).toMatchObject({
      from: 'hnsw',
      reason: expect.stringContaining('windows.plain.hnsw 已损坏'),
    })
    const first = async (one: Built) => ((await answersOf(one, embedder)) as string[][][]).map(([best]) => best?.[0])
    expect(await first(again)).toEqual(await first(built))
  })

  test('graphs are files one can do without, nothing else is', async () => {
    const { config } = workshop(writeSmall)
    const built = await buildLibrary({
      ...(await loadDocuments(config.folders, config.dataFolder)),
      embedder: new CountingEmbedder(),
    })
    const files = libraryFiles(built)
    expect(files.filter(({ optional }) => optional).map(({ name }) => name)).toEqual([
      'units.plain.hnsw',
      'windows.plain.hnsw',
      'windows.headed.hnsw',
    ])
    expect(files.filter(({ optional }) => !optional).map(({ name }) => name)).toEqual([
      'documents.json',
      'twins.json',
      'units.chunks',
      'windows.chunks',
      'windows.keywords',
      'clauses.chunks',
      'clauses.keywords',
      'units.plain.vectors',
      'windows.plain.vectors',
      'windows.headed.vectors',
    ])
  })
})
