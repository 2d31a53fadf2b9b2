/** The whole index under kill -9 and under bytes that change: nothing acknowledged is lost, nothing wrong is served. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openApp, type App } from '../src/app.ts'
import { fingerprintOf, loadDocuments } from '../src/build-index.ts'
import { HashingEmbedder } from '../src/embedding/hashing-embedder.ts'
import { openLibrary } from '../src/retrieval/library-files.ts'
import { openCurrent } from '../src/store/generations.ts'
import type { Answer } from '../src/types.ts'
import { textOfVersion, VERSIONED } from './build-index-versions.ts'
import { answerTo, configFor, workshop, writeSmall } from './library.ts'
import { filesOf, killAtRandomMoment, randomByteChange } from './store/damage.ts'
import { repeat, trials } from './store/random.ts'

const SEED = 20_261_122
const embedder = (): HashingEmbedder => new HashingEmbedder(64)

/** By turns: while it reads and starts to build, around later builds, while it starts. */
const MOMENTS = [
  { within: 120, from: 'first-line' },
  { within: 30, from: 'first-line' },
  { within: 900, from: 'start' },
] as const

const KILLS = trials(20, 200)

test(
  `a build killed ${KILLS} times leaves a whole generation, and nothing that was acknowledged is lost`,
  { timeout: 1_800_000 },
  async () => {
    const { home, documents, config } = workshop(fillVersioned)
    let acknowledged = 0
    let moved = 0
    await repeat(KILLS, SEED, async (random, n) => {
      const killed = await killAtRandomMoment({
        command: process.execPath,
        arguments: ['--disable-warning=ExperimentalWarning', 'test/build-index-target.ts', home],
        random,
        ...MOMENTS[n % MOMENTS.length]!,
      })
      expect(killed).toMatchObject({ errors: '', wasKilled: true })
      const last = Number(killed.lines.at(-1) ?? acknowledged)
      const { generation, recovered } = await openCurrent(config.indexFolder)
      expect(recovered).toBeUndefined()
      if (!generation) return expect(last).toBe(0)
      const { library } = await openLibrary(generation)
      const version = Number(/版本(\d+)/.exec(library.documents.find(({ source }) => source === VERSIONED)!.text)![1])
      expect(version).toBeGreaterThanOrEqual(last)
      expect(version).toBeLessThanOrEqual(last + 1) // at most the one that was being acknowledged
      await expectWholeAnswers(home, version)
      if (version > acknowledged) moved++
      acknowledged = version
    })
    expect(moved).toBeGreaterThan(KILLS / 4)
    const wanted = textOfVersion(acknowledged + 1)
    writeFileSync(join(documents, VERSIONED), wanted)
    const app = await openApp(config, { log: () => {}, embedder: embedder() })
    await app.settled
    expect(app.assistant.catalogue().documents.map(({ text }) => text)).toContain(wanted)
    await app.close()
    expect(
      readdirSync(config.indexFolder).filter((name) => name.startsWith('tmp-') || name.startsWith('bad-')),
    ).toEqual([])
  },
)

/** Answers of the index as it lies there are those of a build of that version from nothing. */
async function expectWholeAnswers(home: string, version: number): Promise<void> {
  const fresh = `${home}-fresh`
  try {
    mkdirSync(join(fresh, 'documents'), { recursive: true })
    fillVersioned(join(fresh, 'documents'))
    writeFileSync(join(fresh, 'documents', VERSIONED), textOfVersion(version))
    const [served, built] = [await openFor(home, true), await openFor(fresh, false)]
    for (const question of QUESTIONS)
      expect(essence(await answerTo(served, question))).toEqual(essence(await answerTo(built, question)))
    const [clause] = (await served.assistant.search({ query: '现行文本为哪个版本', limit: 1 })).passages
    expect(clause!.text).toContain(`版本${version}。`)
    await Promise.all([served.close(), built.close()])
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

async function openFor(home: string, frozen: boolean): Promise<App> {
  const app = await openApp(configFor(home), { log: () => {}, embedder: embedder(), frozen })
  await app.settled
  return app
}

function fillVersioned(documents: string): void {
  writeSmall(documents)
  writeFileSync(join(documents, VERSIONED), textOfVersion(0))
}

const CHANGES = trials(50, 500)

test(
  `a byte changed in the index ${CHANGES} times is found, mended from the documents, and never served`,
  { timeout: 1_800_000 },
  async () => {
    const { home, documents, config } = workshop(fillVersioned)
    const app = await openFor(home, false)
    const before = await Promise.all(QUESTIONS.map(async (question) => essence(await answerTo(app, question))))
    expect(before.filter(({ outcome }) => outcome === 'answered').length).toBeGreaterThanOrEqual(3)
    await app.close()
    cpSync(config.indexFolder, `${home}/pristine`, { recursive: true })
    const wanted = await fingerprintOf(await loadDocuments(config.folders, config.dataFolder), embedder().id)
    const hit = new Map<string, number>()

    await repeat(CHANGES, SEED, async (random) => {
      rmSync(config.indexFolder, { recursive: true })
      cpSync(`${home}/pristine`, config.indexFolder, { recursive: true })
      const { file } = randomByteChange(config.indexFolder, random)
      hit.set(file, (hit.get(file) ?? 0) + 1)
      const lines: string[] = []
      const damaged = await openApp(config, { log: (message) => lines.push(message), embedder: embedder() })
      for (const [at, question] of QUESTIONS.entries())
        await expectNothingWrong(damaged, documents, question, before[at]!)
      await damaged.settled
      expect(lines.join('\n')).toContain(file.split('/').at(-1)!)
      for (const [at, question] of QUESTIONS.entries()) {
        const answer = await answerTo(damaged, question)
        expect(essence(answer)).toEqual(before[at])
        expect(answer).not.toHaveProperty('fallback')
      }
      await damaged.close()
      const { generation, recovered } = await openCurrent(config.indexFolder)
      expect([recovered, generation!.damaged, generation!.meta['fingerprint']]).toEqual([undefined, [], wanted])
    })
    if (CHANGES >= 500) expect([...hit.keys()].toSorted()).toEqual(filesOf(`${home}/pristine`))
  },
)

/** Until it is mended: no answer yet, or one whose every quotation stands in the documents. */
async function expectNothingWrong(app: App, documents: string, question: string, before: Essence): Promise<void> {
  const answer = await answerTo(app, question).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'index-building' })
  })
  if (!answer) return
  for (const { source, quote, start, end } of answer.citations) {
    expect(readFileSync(join(documents, source), 'utf8')).toContain(quote)
    expect(end - start).toBe(quote.length)
  }
  if (answer.retrieval === 'hybrid') expect(essence(answer)).toEqual(before)
}

const QUESTIONS = [
  '全社会研发投入强度超过多少？',
  '哪些情形予以退款？',
  '种质资源库建成几个？',
  '预付卡管理办法第三条',
  '引进高层次人才多少名？',
]

type Essence = Pick<Answer, 'outcome' | 'text' | 'citations' | 'segments' | 'retrieval'>

/** What has to be equal; ids, times and the number of the generation need not be. */
function essence({ outcome, text, citations, segments, retrieval }: Answer): Essence {
  return { outcome, text, citations, segments, retrieval }
}
