/** A byte that changes in any file of the index or of the data: it is seen before anything of it is shown. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, expect, test } from 'vitest'
import { openApp } from '../../src/app.ts'
import { loadDocuments } from '../../src/build-index.ts'
import { readLibraryList } from '../../src/documents/library-list.ts'
import { openRegistry, readStoredText } from '../../src/documents/registry.ts'
import { LocalDesk } from '../../src/library/desk.ts'
import { openLibrary } from '../../src/retrieval/library-files.ts'
import { openSqliteStorage, type Storage } from '../../src/state/sqlite-storage.ts'
import { openCurrent } from '../../src/store/generations.ts'
import { answered } from '../channels/scripted.ts'
import { configFor, CountingEmbedder, memoryFolder, suiteFolder, writeSmall } from '../library.ts'
import { filesOf, randomByteChange } from '../store/damage.ts'
import { repeat, trials } from '../store/random.ts'

const TRIALS = trials(60, 5_000)
const STATE_TRIALS = trials(20, 1_000)
const SEED = 20_261_205
const CONVERSATION = '6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10'
const STAGED = '办法修订.txt'

let pristine = ''
let stagedId = ''
let uploadedId = ''

/** A library with vectors and graphs, an upload that counts, one taken out, one staged, and a conversation. */
beforeAll(async () => {
  pristine = join(suiteFolder(), 'pristine')
  const config = configFor(pristine)
  mkdirSync(config.folders[0]!, { recursive: true })
  writeSmall(config.folders[0]!)
  const app = await openApp(config, { log: () => {}, embedder: new CountingEmbedder() })
  await app.settled
  await app.close()
  const { documents } = await loadDocuments(config.folders, config.dataFolder)
  const desk = deskOf(pristine, documents)
  await desk.accept((await desk.stage('通知.txt', Buffer.from('通知\n一、退款比例\n不低于70%。\n'))).id)
  await desk.remove(documents.find(({ source }) => source === '规划.txt')!.id)
  stagedId = (await desk.stage(STAGED, Buffer.from('办法\n第一条 总则。\n'))).id
  await desk.close()
  const loaded = await loadDocuments(config.folders, config.dataFolder)
  uploadedId = loaded.documents.find(({ source }) => source === '通知.txt')!.id
  const storage = openSqliteStorage(join(config.dataFolder, 'state.sqlite'))
  const { state } = storage
  for (let n = 10; n < 40; n++) {
    const name = { conversationId: CONVERSATION, exchangeId: `0b9d8c7e-1f2a-4b3c-8d4e-5f60718293${n}` }
    const { attempt } = await state.begin('local', { ...name, question: `第${n}问是什么？` })
    await state.keepAnswer('local', name, attempt, answered({ question: `第${n}问是什么？` }))
  }
  await fillRest(storage)
  await state.close()
}, 120_000)

/** Of each table some rows. */
async function fillRest({ state, queue, access, usage }: Storage): Promise<void> {
  const by = { by: 'cli' } as const
  for (let n = 0; n < 9; n++) {
    const { key } = await access.createKey({ name: `第${n}处`, scopes: ['ask', 'search'], sight: 'all' }, by)
    await access.openSession({ key: key.id }, { agent: 'Firefox' })
    const collection = await access.createCollection(`第${n}类`, by)
    await access.changeCollection(collection.id, { folders: [`第${n}类`], documents: [`doc-${n}`] }, by)
    await queue.put({ platform: 'slack', id: `Ev${n}`, thread: `t${n}`, question: `第${n}问`, replyTo: { channel: `C${n}` } })
    usage.add([{ day: `2026-03-0${n + 1}`, channel: 'page', outcome: 'answered', mode: 'extractive', count: n, milliseconds: 9 }])
  }
  const name = { conversationId: CONVERSATION, exchangeId: '0b9d8c7e-1f2a-4b3c-8d4e-5f6071829310' }
  await state.giveFeedback('local', name, { rating: 'down', reason: '引错了条' })
}

function deskOf(home: string, documents: Awaited<ReturnType<typeof loadDocuments>>['documents'] = []): LocalDesk {
  const signal = new AbortController().signal
  const fixed = { enabled: true, generation: () => null, skipped: () => [], progress: () => undefined, index: async () => {}, log: () => {} }
  return new LocalDesk({ ...fixed, dataFolder: join(home, 'data'), documents: () => documents, signal })
}

/** How a change of a file is seen, by where it lies; each throws where it is not. */
const SEEN: readonly (readonly [RegExp, (home: string, file: string) => Promise<void>])[] = [
  [
    /^index\//,
    async (home, file) => {
      const { generation, recovered } = await openCurrent(join(home, 'index'))
      const damage = [...(recovered?.damage ?? []), ...(generation?.damaged ?? [])]
      expect(damage.map((found) => found.file)).toEqual([file.split('/').at(-1)])
      if (generation) await openLibrary(generation) // what is left is read without a fault, natively too
    },
  ],
  [
    /^data\/documents(?:\.previous)?\.json$/,
    async (home, file) => {
      // the one before is looked at where the other is damaged
      if (file.includes('previous')) writeFileSync(join(home, 'data', 'documents.json'), '{}')
      const { notices } = await openRegistry(join(home, 'data'), new Date())
      expect(notices).toEqual([expect.stringContaining(file.includes('previous') ? '已重新登记' : '已改用上一次保存的登记')])
    },
  ],
  [/^data\/library\.json$/, (home) => expect(readLibraryList(join(home, 'data'))).rejects.toMatchObject({ code: 'sidecar-invalid' })],
  [
    /^data\/texts\//,
    (home, file) => expect(readStoredText(join(home, 'data'), file.slice('data/texts/'.length, -4))).rejects.toMatchObject({ code: 'index-corrupt' }),
  ],
  [
    /^data\/staging\//,
    async (home, file) => {
      const desk = deskOf(home)
      const code = file.endsWith('upload.json') ? 'no-such-upload' : 'file-unreadable'
      const use = file.endsWith('text.txt') ? desk.stagedText(stagedId) : desk.accept(stagedId)
      await expect(use).rejects.toMatchObject({ code })
      await desk.close()
    },
  ],
  [
    /^data\/audit\.head$/,
    async (home) => {
      const { access, state } = openSqliteStorage(join(home, 'data', 'state.sqlite'))
      expect([await access.auditVerify(), await access.hasAnyone()]).toMatchObject([{ whole: false }, true])
      await state.close()
    },
  ],
  [
    // a person's file: what it holds counts, as a newer text, and nothing of it passes for the old one
    /^data\/documents\//,
    async (home) => {
      const { registry } = await openRegistry(join(home, 'data'), new Date())
      const { documents, skipped } = await loadDocuments([join(home, 'documents')], join(home, 'data'))
      const changed = documents.find(({ id }) => id === uploadedId)
      if (changed) expect(changed.fileSha256).not.toBe(registry.documents[uploadedId]!.fileSha256)
      else expect(skipped.map(({ source }) => source)).toEqual(['通知.txt'])
    },
  ],
]

test(`${TRIALS} changed bytes, in files of every kind`, { timeout: 3_600_000 }, async () => {
  const home = join(memoryFolder(), `tiaowen-bytes-${process.pid}`)
  const hit = new Map<string, number>()
  const among = (file: string) => SEEN.some(([where]) => where.test(file))
  await repeat(TRIALS, SEED, async (random) => {
    try {
      cpSync(pristine, home, { recursive: true })
      const { file } = randomByteChange(home, random, among)
      const [where, see] = SEEN.find(([pattern]) => pattern.test(file))!
      await see(home, file)
      hit.set(where.source, (hit.get(where.source) ?? 0) + 1)
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  })
  console.log(`${TRIALS} changed bytes, all seen: ${JSON.stringify(Object.fromEntries(hit))}`)
  expect([...hit.keys()].toSorted()).toEqual(SEEN.map(([{ source }]) => source).toSorted())
  // nothing of the data is left out but what SQLite keeps, see below, and locks
  const others = filesOf(pristine).filter((file) => !among(file) && !file.startsWith('documents/'))
  expect(others).toEqual(['data/state.sqlite'])
})

test(`${STATE_TRIALS} changed bytes of state.sqlite: what is read is as it was written, or it is told`, { timeout: 1_800_000 }, async () => {
  const folder = join(memoryFolder(), `tiaowen-state-${process.pid}`)
  const path = join(folder, 'state.sqlite')
  const outcomes: Record<string, number> = {}
  /** What is told of it, and all that stands in it afterwards. */
  const opened = async () => {
    const told: string[] = []
    try {
      const storage = openSqliteStorage(path, { log: (line) => told.push(line) })
      const verdict = await storage.access.auditVerify()
      if (!verdict.whole) told.push(verdict.why)
      await storage.state.close()
      return { told, rows: told.length > 0 ? '' : rowsOf(path) }
    } catch (error) {
      expect((error as { code?: string }).code).toBe('state-unusable')
      return { told: [String(error)], rows: '' }
    }
  }
  const copy = () => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
    for (const file of ['state.sqlite', 'audit.head']) cpSync(join(pristine, 'data', file), join(folder, file))
  }
  copy()
  const { told, rows: whole } = await opened()
  expect(told).toEqual([])
  await repeat(STATE_TRIALS, SEED, async (random) => {
    copy()
    randomByteChange(folder, random, (file) => file === 'state.sqlite')
    const { told, rows } = await opened()
    const outcome = told.length > 0 ? 'seen' : rows === whole ? 'without effect' : 'not seen'
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  })
  rmSync(folder, { recursive: true, force: true })
  console.log(`${STATE_TRIALS} changed bytes of state.sqlite: ${JSON.stringify(outcomes)}`)
  expect(outcomes).not.toHaveProperty('not seen')
  expect(outcomes['seen']).toBeGreaterThan(STATE_TRIALS / 3)
})

/** Of every table that is ours. */
function rowsOf(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true })
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all()
  const rows = tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${String(name)}"`).all()])
  database.close()
  return JSON.stringify(rows)
}
