/** Indexes a folder that changes, again and again in one process, and tells what it holds after collecting garbage. */
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { openApp } from '../src/app.ts'
import { buildGeneration, fingerprintOf, loadDocuments } from '../src/build-index.ts'
import { readConfig } from '../src/config.ts'
import { HashingEmbedder } from '../src/embedding/hashing-embedder.ts'
import type { Opened } from '../src/retrieval/library-files.ts'
import { retrieve } from '../src/retrieval/retrieve.ts'
import type { Reading } from './reindex-reading.ts'
import { randomFrom, type Random } from './store/random.ts'

const [, , way = '', home = '', rounds = '', every = ''] = process.argv
const [documents, dataFolder, indexFolder] = ['documents', 'data', 'index'].map((name) => join(home, name)) as [
  string,
  string,
  string,
]
const embedder = new HashingEmbedder(64)
const config = {
  ...readConfig({ TIAOWEN_SEEDS: 'off', TIAOWEN_MODEL_DIR: 'off' }),
  folders: [documents],
  dataFolder,
  indexFolder,
}

/** A file of its own comes, is edited, renamed or goes; there are never more than twelve. */
function change(round: number, { pick, next }: Random): void {
  const own = readdirSync(documents).filter((name) => name.startsWith('事项'))
  const kind = own.length === 0 ? 'add' : own.length > 11 ? 'delete' : pick(['add', 'edit', 'edit', 'rename', 'delete'])
  const text = `关于第${round}号事项的通知\n一、事项\n第${round}号事项由综合处办理，限${round}日内办结。\n二、经费\n经费${Math.floor(next() * 1e6)}元。\n`
  if (kind === 'add') return writeFileSync(join(documents, `事项${round}.txt`), text)
  const path = join(documents, pick(own))
  if (kind === 'edit') return writeFileSync(path, text)
  if (kind === 'delete') return rmSync(path)
  renameSync(path, join(documents, `事项更名${round}.txt`))
}

/** Bytes after garbage was collected, and what stands in the index. */
async function reading(round: number): Promise<Reading> {
  for (let time = 0; time < 4; time++) {
    globalThis.gc!()
    await new Promise((done) => setTimeout(done, 5))
  }
  const names = readdirSync(indexFolder, { recursive: true, encoding: 'utf8' })
  const files = names.map((name) => statSync(join(indexFolder, name))).filter((file) => file.isFile())
  return {
    round,
    heap: process.memoryUsage().heapUsed,
    rss: process.memoryUsage.rss(),
    generations: names.filter((name) => /^gen-\d{8}$/.test(name)).length,
    strangers: names.filter((name) => !/^(?:CURRENT$|gen-\d{8})/.test(name)),
    files: files.length,
    shared: files.filter(({ nlink }) => nlink > 1).length,
    links: Math.max(...files.map(({ nlink }) => nlink)),
    openFiles: existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0,
  }
}

const random = randomFrom(20_261_122)
const ask = { text: '事项由哪个处办理', vector: await embedder.embedQuestion('事项由哪个处办理') }
let previous: Opened | undefined
let fingerprint = ''

async function reindex(): Promise<void> {
  const loaded = await loadDocuments([documents], dataFolder)
  const wanted = await fingerprintOf(loaded, embedder.id)
  if (wanted === fingerprint) return
  previous = await buildGeneration({ loaded, embedder, indexFolder, ...(previous ? { previous } : {}) })
  fingerprint = wanted
  if ((await retrieve(previous.library, ask, 3)).length === 0) throw new Error('nothing is found')
}

async function reopen(): Promise<void> {
  const app = await openApp(config, { log: () => {}, embedder: new HashingEmbedder(64) })
  await app.settled
  for await (const event of app.assistant.ask({ question: ask.text })) if (event.type === 'done') break
  await app.close()
}

for (let round = 1; round <= Number(rounds); round++) {
  change(round, random)
  await (way === 'reopen' ? reopen() : reindex())
  if (round % Number(every) === 0) writeSync(1, `${JSON.stringify(await reading(round))}\n`)
}
