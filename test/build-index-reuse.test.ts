/** What the index in place made of a file is taken over: the next index is the one that a build from nothing makes. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fingerprintOf, loadDocuments, writeIndex, type Loaded } from '../src/build-index.ts'
import { versionOf } from '../src/documents/reader-version.ts'
import { openForBuilding, type Previous } from '../src/retrieval/library-files.ts'
import { openIndex, updateIndex } from '../src/update-index.ts'
import { CountingEmbedder, workshop, writeSmall } from './library.ts'
import { repeat, trials, type Random } from './store/random.ts'

const laws = join(process.env['TIAOWEN_CORPUS'] ?? '../shared/corpus', 'laws')
const SEED = 20_261_122

type Workshop = ReturnType<typeof workshop>

const reopened = ({ config }: Workshop): Promise<Previous | undefined> =>
  openIndex(config.indexFolder, openForBuilding, () => {})

async function loadTwice({ config }: Workshop, previous: Previous | undefined) {
  const steps: string[] = []
  const reused = await loadDocuments(config.folders, config.dataFolder, {
    ...(previous ? { previous } : {}),
    onProgress: (step, done, total) => done === total && steps.push(`${step} ${total}`),
  })
  return { reused, fresh: await loadDocuments(config.folders, config.dataFolder), steps }
}

/** Reads the folder with and without what is in place, and puts an index of it in place. */
async function compared(shop: Workshop): Promise<{ readonly loaded: Loaded; readonly steps: readonly string[] }> {
  const previous = await reopened(shop)
  const { reused, fresh, steps } = await loadTwice(shop, previous)
  expect(await fingerprintOf(reused, 'a/1')).toBe(await fingerprintOf(fresh, 'a/1'))
  expect(reused.documents.map((document) => JSON.stringify(document))).toEqual(
    fresh.documents.map((document) => JSON.stringify(document)),
  )
  expect([...reused.origins]).toEqual([...fresh.origins])
  expect(reused.notices).toEqual(fresh.notices)
  await writeIndex({ loaded: reused, indexFolder: shop.config.indexFolder, ...(previous ? { previous } : {}) })
  return { loaded: reused, steps }
}

test('of three files, the one that changed is read', async () => {
  const shop = workshop(writeSmall)
  expect((await compared(shop)).steps).toEqual(['checking 3', 'reading 3'])
  expect((await compared(shop)).steps).toEqual(['checking 3'])
  const path = join(shop.documents, '决定.txt')
  writeFileSync(path, readFileSync(path, 'utf8').replace('4%', '5%'))
  expect((await compared(shop)).steps).toEqual(['checking 3', 'reading 1'])
})

test('a file is read again when the operator states something else of it', async () => {
  const shop = workshop(writeSmall)
  const state = (date: string) =>
    writeFileSync(join(shop.documents, 'documents.yaml'), `documents:\n  规划.txt:\n    published: ${date}\n`)
  state('2024-01-02')
  await compared(shop)
  expect((await compared(shop)).steps).toEqual(['checking 3'])
  state('2024-01-03')
  const { loaded, steps } = await compared(shop)
  expect(steps).toEqual(['checking 3', 'reading 1'])
  expect(loaded.documents.find(({ source }) => source === '规划.txt')!.header.published!.value).toBe('2024-01-03')
})

test('every file is read again when the code that reads is another', async () => {
  const shop = workshop(writeSmall)
  await compared(shop)
  const previous = { ...(await reopened(shop))!, reader: 'another' }
  expect((await loadTwice(shop, previous)).steps).toEqual(['checking 3', 'reading 3'])
  const { config } = shop
  const lines: string[] = []
  await updateIndex({ ...config, previous, log: (line) => lines.push(line) })
  expect(lines[0]).toContain('documents are read by another version')
})

test('the version of the reader is that of its code', () => {
  const { home } = workshop(() => {})
  const source = join(home, 'src')
  for (const folder of ['documents', 'clauses', 'answering']) mkdirSync(join(source, folder), { recursive: true })
  writeFileSync(join(source, 'documents', 'read.ts'), 'export const a = 1\n')
  const first = versionOf(source)
  writeFileSync(join(source, 'answering', 'answer.ts'), '')
  expect(versionOf(source)).toBe(first)
  writeFileSync(join(source, 'documents', 'read.ts'), 'export const a = 2\n')
  const second = versionOf(source)
  writeFileSync(join(source, 'clauses', 'tree.ts'), '')
  writeFileSync(join(home, 'package-lock.json'), '{}')
  expect(new Set([first, second, versionOf(source)]).size).toBe(3)
})

test('a document without a title loses the one it was given when the document that gave it goes', async () => {
  const shop = workshop((documents) => {
    writeSmall(documents)
    const words = readFileSync(join(documents, '决定.txt'), 'utf8').split('\n').slice(2).join('\n')
    writeFileSync(join(documents, '片段.txt'), words)
  })
  const titleOf = ({ loaded }: { loaded: Loaded }) =>
    loaded.documents.find(({ source }) => source === '片段.txt')!.header.title
  expect(titleOf(await compared(shop))).toMatchObject({ from: 'inferred', basis: '决定.txt' })
  rmSync(join(shop.documents, '决定.txt'))
  const after = await compared(shop)
  expect(titleOf(after)).toBeUndefined()
  expect(after.steps).toEqual(['checking 3'])
})

/** Documents in the hundreds of kinds that a library has: the seeds, parts of them without a title, laws. */
function texts(): string[] {
  const seeds = readdirSync('seeds').filter((name) => name.endsWith('.txt'))
  const some = existsSync(laws) ? filesBelow(laws).filter((_, at) => at % 60 === 0) : []
  const whole = [...seeds.map((name) => join('seeds', name)), ...some].map((path) => readFileSync(path, 'utf8'))
  const parts = whole.slice(0, 12).map((text) => text.split('\n').slice(4, 40).join('\n'))
  return [...whole, ...parts]
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:txt|md)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

/** One thing that people do to a folder. */
function disturb(documents: string, pool: readonly string[], random: Random): void {
  const present = filesBelow(documents)
  const one = present[random.between(0, present.length)]
  const fresh = join(documents, `文件${random.between(0, 1000)}.txt`)
  const deed = random.between(0, 5)
  if (one === undefined || deed === 0) return writeFileSync(fresh, random.pick(pool))
  if (deed === 1) return rmSync(one)
  if (deed === 2) return renameSync(one, fresh)
  if (deed === 3) return cpSync(one, fresh)
  const lines = readFileSync(one, 'utf8').split('\n')
  lines.splice(random.between(0, lines.length), 1, `${random.between(1, 9)}.修改后的一行，自公布之日起施行。`)
  writeFileSync(one, lines.join('\n'))
}

test('whatever is added, changed, copied, renamed and removed', { timeout: 600_000 }, async () => {
  const pool = texts()
  const shop = workshop((documents) => {
    pool.slice(0, 25).forEach((text, at) => writeFileSync(join(documents, `${at}.txt`), text))
  })
  await repeat(trials(12, 120), SEED, async (random) => {
    const deeds = random.between(1, 4)
    for (let deed = 0; deed < deeds; deed++) disturb(shop.documents, pool, random)
    await compared(shop)
  })
})

test('a round says what changed, and what had to be embedded', async () => {
  const shop = workshop(writeSmall)
  const embedder = new CountingEmbedder()
  const round = async () => {
    const previous = await reopened(shop)
    return updateIndex({ ...shop.config, embedder, log: () => {}, ...(previous ? { previous } : {}) })
  }
  const first = await round()
  expect(first.changes).toEqual({
    added: ['决定.txt', '办法.txt', '规划.txt'].sort(),
    changed: [],
    removed: [],
    renamed: [],
    unchanged: 0,
  })
  expect(first.embedded).toBe(embedder.texts.length)
  const { documents } = shop
  writeFileSync(join(documents, '决定.txt'), readFileSync(join(documents, '决定.txt'), 'utf8').replace('4%', '5%'))
  renameSync(join(documents, '规划.txt'), join(documents, '建议.txt'))
  rmSync(join(documents, '办法.txt'))
  writeFileSync(join(documents, '通知.txt'), '关于开会的通知\n一、事项\n请各单位按时参加会议。\n')
  const second = await round()
  expect(second.changes).toEqual({
    added: ['通知.txt'],
    changed: ['决定.txt'],
    removed: ['办法.txt'],
    renamed: [{ from: '规划.txt', to: '建议.txt' }],
    unchanged: 0,
  })
  expect(second.embedded).toBe(embedder.texts.length - first.embedded)
  const third = await round()
  expect([third.wasBuilt, third.embedded, third.changes.unchanged]).toEqual([false, 0, 3])
  expect(third.current.generation).toBe('gen-00000002')
})
