/** A disk that fills up while an index is built, at many points: what is in place serves, and space is all it takes. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, type TestContext } from 'vitest'
import { openApp, type App } from '../src/app.ts'
import { buildGeneration, fingerprintOf, loadDocuments, type Loaded } from '../src/build-index.ts'
import { openLibrary, type Opened } from '../src/retrieval/library-files.ts'
import { openCurrent, type Generation } from '../src/store/generations.ts'
import { versionOf, writeVersion } from './build-index-versions.ts'
import { answerTo, configFor, CountingEmbedder, memoryFolder } from './library.ts'
import { isLong } from './store/random.ts'
import { smallDisk, type SmallDisk } from './store/small-disk.ts'

let disk: SmallDisk | undefined
let reason = ''
beforeAll(async () => {
  const got = await smallDisk('32m')
  if ('reason' in got) reason = got.reason
  else disk = got
})
afterAll(() => disk?.close())

/** The disk; where none can be mounted the test is passed over, and says why. */
function diskOf({ skip }: TestContext): SmallDisk {
  if (!disk) {
    console.log(`no small disk, test passed over: ${reason}`)
    skip(reason)
  }
  return disk!
}

/** KiB left free before a build: none, the flag of the writer, the journal, a part of the generation, nearly all of it. */
const FREE = isLong
  ? [0, ...Array.from({ length: 31 }, (_, at) => Math.round(4 * 1.3 ** at))]
  : [0, 4, 48, 160, 900, 9000]

/** Documents in memory, the index on the small disk. */
function places(folder: string) {
  const home = mkdtempSync(join(memoryFolder(), 'tiaowen-full-'))
  const indexFolder = join(folder, 'index')
  onTestFinished(() => {
    disk?.clear()
    for (const path of [home, indexFolder]) rmSync(path, { recursive: true, force: true })
  })
  const load = async (version: number): Promise<Loaded> => {
    writeVersion(join(home, 'documents'), version)
    return loadDocuments([join(home, 'documents')], join(home, 'data'))
  }
  return { home, indexFolder, load }
}

const REFUSAL = { code: 'disk-full', message: expect.stringMatching(/keeps serving.*Free some space/) }

test('an index is built once there is space; until then the one in place serves', { timeout: 600_000 }, async (context) => {
  const { folder, fill, clear } = diskOf(context)
  const { indexFolder, load } = places(folder)
  const embedder = new CountingEmbedder({ dimensions: 256 })
  let previous = await buildGeneration({ loaded: await load(0), embedder, indexFolder })
  const reached = new Map<string, number>()
  for (const [at, free] of FREE.entries()) {
    const loaded = await load(at + 1)
    const build = () => buildGeneration({ loaded, embedder, indexFolder, previous })
    fill(free)
    const outcome = await build().catch((error: unknown) => error)
    if (outcome instanceof Error) {
      expect(outcome).toMatchObject(REFUSAL)
      const doing = /Could not (.*?) in /.exec(outcome.message)?.[1] ?? 'write a graph'
      reached.set(doing, (reached.get(doing) ?? 0) + 1)
      await expectServed(indexFolder, at)
      expect(namesIn(indexFolder).filter((name) => name !== 'vectors.journal')).toEqual(['CURRENT'])
    }
    clear()
    previous = outcome instanceof Error ? await build() : (outcome as Opened)
    const served = await expectServed(indexFolder, at + 1)
    expect(served.meta['fingerprint']).toBe(await fingerprintOf(loaded, embedder.id))
    expect(namesIn(indexFolder)).toEqual(['CURRENT'])
  }
  const refused = [...reached.values()].reduce((sum, count) => sum + count, 0)
  expect(refused).toBeGreaterThanOrEqual(FREE.length / 2)
  expect(refused).toBeLessThan(FREE.length)
  expect(reached.get('lock the index')).toBeGreaterThan(0)
  expect(reached.get('write a new generation')).toBeGreaterThan(0)
})

test('what was embedded before the disk was full is kept, and its journal gives way where the room is just enough', async (context) => {
  const { folder, fill, clear } = diskOf(context)
  const { indexFolder, load } = places(folder)
  const embedder = new CountingEmbedder({ dimensions: 256 })
  const request = { loaded: await load(0), embedder, indexFolder }
  fill(1_200) // the journal of some 700 KB, and not the generation
  await expect(buildGeneration(request)).rejects.toMatchObject(REFUSAL)
  expect(namesIn(indexFolder)).toEqual(['vectors.journal'])
  const embedded = embedder.texts.length
  expect(embedded).toBeGreaterThan(2_000)
  clear()
  const built = await buildGeneration(request)
  expect(embedder.texts).toHaveLength(embedded)
  const kib = sizeOf(join(indexFolder, built.library.generation)) / 1024
  rmSync(indexFolder, { recursive: true })
  fill(Math.ceil(kib) + 200)
  await buildGeneration(request)
  await expectServed(indexFolder, 0)
  expect(namesIn(indexFolder)).toEqual(['CURRENT'])
})

test('a program whose disk is full answers as before and says what to do; started again with space, it is up to date', async (context) => {
  const { folder, fill, clear } = diskOf(context)
  const { home, indexFolder } = places(folder)
  onTestFinished(() => rmSync(join(folder, 'data'), { recursive: true, force: true }))
  const config = { ...configFor(home), dataFolder: join(folder, 'data'), indexFolder }
  const asked = '现行文本为哪个版本？'
  const open = async (): Promise<App> => openApp(config, { log: () => {}, embedder: new CountingEmbedder() })
  writeVersion(join(home, 'documents'), 1)
  const first = await open()
  await first.settled
  await first.close()
  for (const [at, free] of [0, 200].entries()) {
    writeVersion(join(home, 'documents'), at + 2)
    fill(free) // of the data folder, of the index
    const app = await open()
    await expect(app.settled).rejects.toMatchObject({ code: 'disk-full' })
    expect((await answerTo(app, asked)).text).toContain(`现行文本为版本${at + 1}。`)
    const [problem] = app.assistant.status().fallbacks.filter(({ from }) => from === 'current-documents')
    expect(problem!.reason).toMatch(/请腾出空间|Free some space/)
    await app.close()
    clear()
    const again = await open()
    await again.settled
    expect((await answerTo(again, asked)).text).toContain(`现行文本为版本${at + 2}。`)
    await again.close()
  }
})

/** The generation in place: whole, and of this version. */
async function expectServed(indexFolder: string, version: number): Promise<Generation> {
  const { generation, recovered } = await openCurrent(indexFolder)
  expect(recovered).toBeUndefined()
  expect(generation!.damaged).toEqual([])
  const { library } = await openLibrary(generation!)
  expect(versionOf(library)).toBe(version)
  expect(await fingerprintOf(library, library.embedder)).toBe(generation!.meta['fingerprint'])
  return generation!
}

const sizeOf = (folder: string): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

/** What stands in an index beside its generations. */
function namesIn(indexFolder: string): string[] {
  return readdirSync(indexFolder).filter((name) => !name.startsWith('gen-'))
}
