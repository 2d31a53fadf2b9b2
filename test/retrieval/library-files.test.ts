/** A library and the files of its generation: there and back, with nothing embedded twice. */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { buildGeneration, loadDocuments } from '../../src/build-index.ts'
import type { Config } from '../../src/config.ts'
import { libraryFiles, openLibrary, type Built, type Opened } from '../../src/retrieval/library-files.ts'
import { retrieve } from '../../src/retrieval/retrieve.ts'
import { openCurrent } from '../../src/store/generations.ts'
import { FIELDS } from '../../src/retrieval/segment.ts'
import { CountingEmbedder, libraryOf, workshop, writeSmall } from '../library.ts'

const QUESTIONS = ['研发投入强度要超过多少？', '哪些情形可以退款', '种质资源库', '本办法何时施行']

async function answersOf({ library }: Pick<Built, 'library'>, embedder?: CountingEmbedder): Promise<unknown> {
  return Promise.all(
    QUESTIONS.map(async (text) => {
      const found = await retrieve(library, { text, ...(embedder ? { vector: await embedder.embedQuestion(text) } : {}) }, 10)
      return found.map(({ clause, score, spots, similarity }) => [clause.id, score, spots, similarity?.toFixed(5)])
    }),
  )
}

/** SHA-256 of all vectors; comparing them one by one takes seconds. */
async function vectorsOf({ segments }: Built): Promise<string[]> {
  const hashes: string[] = []
  for (const { fields } of segments) {
    for (const field of FIELDS) {
      const { numbers } = await fields[field].vectors!()
      hashes.push(createHash('sha256').update(numbers).digest('hex'))
    }
  }
  return hashes
}

async function opened(indexFolder: string): Promise<Opened> {
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
    expect(await vectorsOf(again)).toEqual(await vectorsOf(built))
    for (const field of FIELDS) {
      expect(again.segments[0]!.fields[field].chunks).toEqual(built.segments[0]!.fields[field].chunks)
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
    expect(again.library.units.kind).toBeUndefined()
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
  const load = (config: Config) => loadDocuments(config.folders, config.dataFolder)
  const build = async (config: Config, embedder: CountingEmbedder, previous?: Opened): Promise<Opened> =>
    buildGeneration({
      loaded: await load(config),
      embedder,
      indexFolder: config.indexFolder,
      ...(previous ? { previous } : {}),
    })

  test('however often it stands in the documents', async () => {
    const { config } = workshop()
    const embedder = new CountingEmbedder()
    await libraryOf(await load(config), embedder)
    expect(new Set(embedder.texts).size).toBe(embedder.texts.length)
  })

  test('a second build of the same documents embeds nothing', async () => {
    const { config } = workshop()
    const embedder = new CountingEmbedder()
    await build(config, embedder)
    const previous = await opened(config.indexFolder)
    embedder.texts.length = 0
    const built = await build(config, embedder, previous)
    expect(embedder.texts).toEqual([])
    expect(await vectorsOf(built)).toEqual(await vectorsOf(previous))
  })

  test('after a sentence of one seed changes, only texts with that sentence are embedded', async () => {
    const { config, documents } = workshop()
    const embedder = new CountingEmbedder()
    const previous = await build(config, embedder)
    const path = join(documents, '003_64014263bb8856a1.txt')
    writeFileSync(path, readFileSync(path, 'utf8').replace('平急两用', '平急三用'))
    embedder.texts.length = 0
    const built = await build(config, embedder, previous)
    expect(embedder.texts.length).toBeGreaterThan(0)
    expect(embedder.texts.length).toBeLessThan(8)
    for (const text of embedder.texts) expect(text).toContain('平急三用')
    expect(await answersOf(built, embedder)).toEqual(
      await answersOf(await libraryOf(await load(config), embedder), embedder),
    )
  })

  test('nor when it is cut by another chunker: a vector belongs to its text', async () => {
    const { config } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    const previous = await build(config, embedder)
    embedder.texts.length = 0
    await build(config, embedder, { ...previous, chunker: 'another' })
    expect(embedder.texts).toEqual([])
  })

  test('a segment taken as it was opened before reads its vectors from the generation it is in now', async () => {
    const { config } = workshop(writeSmall)
    const embedder = new CountingEmbedder()
    const first = await build(config, embedder)
    await build(config, embedder, first)
    const second = await openLibrary((await openCurrent(config.indexFolder)).generation!, first)
    expect(second.library.generation).toBe('gen-00000002')
    expect(second.segments[0]!.documents).toBe(first.segments[0]!.documents)
    const vectors = await vectorsOf(first)
    rmSync(join(config.indexFolder, 'gen-00000001'), { recursive: true })
    expect(await vectorsOf(second)).toEqual(vectors)
  })

  test('by another embedder it is embedded anew', async () => {
    const { config } = workshop(writeSmall)
    const previous = await build(config, new CountingEmbedder({ dimensions: 32 }))
    const [embedder, alone] = [new CountingEmbedder(), new CountingEmbedder()]
    await build(config, embedder, previous)
    await libraryOf(await load(config), alone)
    expect(embedder.texts).toEqual(alone.texts)
  })
})

describe('a damaged graph', () => {
  test('leaves exact search with the same answers, and says so', async () => {
    const { config } = workshop()
    const embedder = new CountingEmbedder()
    const loaded = await loadDocuments(config.folders, config.dataFolder)
    const built = await buildGeneration({ loaded, embedder, indexFolder: config.indexFolder })
    const path = join(config.indexFolder, 'gen-00000001', 'base.units.hnsw')
    const bytes = readFileSync(path)
    bytes[5000]! ^= 1
    writeFileSync(path, bytes)
    const again = await opened(config.indexFolder)
    expect([again.library.units.kind, again.library.windows.kind]).toEqual(['exact', 'hnsw'])
    expect(again.library.fallback).toMatchObject({
      from: 'hnsw',
      reason: expect.stringContaining('base.units.hnsw 已损坏'),
    })
    const first = async (one: Built) => ((await answersOf(one, embedder)) as string[][][]).map(([best]) => best?.[0])
    expect(await first(again)).toEqual(await first(built))
  })

  test('graphs are files one can do without, nothing else is', async () => {
    const { config } = workshop(writeSmall)
    const loaded = await loadDocuments(config.folders, config.dataFolder)
    const { library, segments } = await libraryOf(loaded, new CountingEmbedder())
    const files = libraryFiles({ ...library, segments })
    expect(files.filter(({ optional }) => optional).map(({ name }) => name)).toEqual([
      'base.units.hnsw',
      'base.windows.hnsw',
    ])
    expect(files.filter(({ optional }) => !optional).map(({ name }) => name)).toEqual([
      'twins.json',
      'base.documents',
      'base.entries',
      'base.keywords-0',
      'base.units',
      'base.units.vectors',
      'base.windows',
      'base.windows.vectors',
    ])
  })
})
