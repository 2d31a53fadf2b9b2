/** Folders → a generation of the index; when there is nothing to build. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CHUNKER } from '../src/chunks/chunk.ts'
import { buildGeneration, fingerprintOf, loadDocuments } from '../src/build-index.ts'
import { readerVersion } from '../src/documents/reader-version.ts'
import { LIBRARY_FORMAT } from '../src/retrieval/library-files.ts'
import { sha256Of } from '../src/store/hash.ts'
import { openCurrent } from '../src/store/generations.ts'
import { CountingEmbedder, workshop, writeSmall } from './library.ts'

type Workshop = ReturnType<typeof workshop>
const load = ({ config }: Workshop) => loadDocuments(config.folders, config.dataFolder)

describe('the fingerprint', () => {
  const fingerprint = async (shop: Workshop, embedder: string | null = 'a/1') =>
    fingerprintOf(await load(shop), embedder)

  test('stays for the same documents', async () => {
    const shop = workshop()
    expect(await fingerprint(shop)).toBe(await fingerprint(shop))
    expect(await fingerprint(shop)).toMatch(/^[0-9a-f]{64}$/)
  })

  test.each<[string, (documents: string) => void]>([
    ['a character of a text', (documents) => replace(documents, '决定.txt', '4%', '5%')],
    ['a document more', (documents) => writeFileSync(join(documents, '通知.txt'), '一、事项\n开会。\n')],
    ['a document renamed', (documents) => renameSync(join(documents, '规划.txt'), join(documents, '建议.txt'))],
    [
      'what the operator states',
      (documents) =>
        writeFileSync(join(documents, 'documents.yaml'), 'documents:\n  规划.txt:\n    published: 2024-01-02\n'),
    ],
    [
      'a short name',
      (documents) =>
        writeFileSync(join(documents, 'documents.yaml'), 'documents:\n  规划.txt:\n    shortNames: [建议]\n'),
    ],
  ])('changes with %s', async (_what, change) => {
    const shop = workshop(writeSmall)
    const before = await fingerprint(shop)
    change(shop.documents)
    expect(await fingerprint(shop)).not.toBe(before)
  })

  test('changes with the embedder, and without one', async () => {
    const shop = workshop(writeSmall)
    const all = [await fingerprint(shop, 'a/1'), await fingerprint(shop, 'a/2'), await fingerprint(shop, null)]
    expect(new Set(all).size).toBe(3)
  })

  test('changes with the twins', async () => {
    const loaded = await load(workshop())
    expect(loaded.twins.size).toBeGreaterThan(0)
    expect(await fingerprintOf({ ...loaded, twins: new Map() }, null)).not.toBe(await fingerprintOf(loaded, null))
  })
})

describe('a build', () => {
  test('names embedder, chunker, fingerprint and every document in the manifest', async () => {
    const shop = workshop()
    const loaded = await load(shop)
    const embedder = new CountingEmbedder()
    await buildGeneration({ loaded, embedder, indexFolder: shop.config.indexFolder })
    const { generation } = await openCurrent(shop.config.indexFolder)
    expect(generation!.meta).toEqual({
      format: LIBRARY_FORMAT,
      embedder: embedder.id,
      dimensions: 64,
      chunker: CHUNKER,
      fingerprint: await fingerprintOf(loaded, embedder.id),
      reader: readerVersion(),
      segments: ['base'],
      documents: loaded.documents.map((document, at) => {
        const { id, source, textSha256 } = document
        const statement = expect.stringMatching(/^[0-9a-f]{64}$/) as string // seeds/documents.yaml names each
        return { id, source, textSha256, segment: 0, at, sha256: sha256Of(JSON.stringify(document)), statement }
      }),
    })
    expect(loaded.documents).toHaveLength(5)
  })

  test('tells how far it is', async () => {
    const shop = workshop(writeSmall)
    const steps: string[] = []
    const onProgress = (step: string, done: number, total: number) => done === total && steps.push(step)
    await buildGeneration({
      loaded: await load(shop),
      embedder: new CountingEmbedder(),
      indexFolder: shop.config.indexFolder,
      onProgress,
    })
    expect(steps).toEqual(['keywords', 'embedding'])
  })

  test('that fails leaves what was there, and lets the next one write', async () => {
    const shop = workshop(writeSmall)
    const { indexFolder } = shop.config
    const request = { loaded: await load(shop), indexFolder }
    await buildGeneration({ ...request, embedder: new CountingEmbedder() })
    const before = readFileSync(join(indexFolder, 'CURRENT'))
    const broken = new CountingEmbedder({ wait: () => Promise.reject(new Error('no memory')) })
    await expect(buildGeneration({ ...request, embedder: broken })).rejects.toThrow('no memory')
    expect(readFileSync(join(indexFolder, 'CURRENT'))).toEqual(before)
    expect(readdirSync(indexFolder).toSorted()).toEqual(['CURRENT', 'gen-00000001'])
    await buildGeneration({ ...request, embedder: new CountingEmbedder() })
    expect((await openCurrent(indexFolder)).generation!.name).toBe('gen-00000002')
  })

  test('while another one writes is refused', async () => {
    const shop = workshop(writeSmall)
    const { promise, resolve: go } = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const wait = () => {
      begun.resolve()
      return promise
    }
    const embedder = new CountingEmbedder({ wait })
    const request = { loaded: await load(shop), indexFolder: shop.config.indexFolder }
    const first = buildGeneration({ ...request, embedder })
    await begun.promise
    await expect(buildGeneration(request)).rejects.toMatchObject({ code: 'index-locked' })
    go()
    expect((await first).library.generation).toBe('gen-00000001')
  })
})

function replace(folder: string, file: string, from: string, to: string): void {
  const path = join(folder, file)
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
}
