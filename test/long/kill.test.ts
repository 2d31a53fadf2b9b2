/** kill -9 at random moments of all that an office does: what was acknowledged is there, nothing is torn, nobody mends. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadDocuments } from '../../src/build-index.ts'
import { readLibraryList } from '../../src/documents/library-list.ts'
import { openLibrary } from '../../src/retrieval/library-files.ts'
import { openSqliteStorage } from '../../src/state/sqlite-storage.ts'
import { openCurrent } from '../../src/store/generations.ts'
import { configFor, memoryFolder, workshop, writeSmall } from '../library.ts'
import { killAtRandomMoment } from '../store/damage.ts'
import { repeat, trials } from '../store/random.ts'
import { CONVERSATION, exchangeOf, nameOf, questionOf, textOf } from './kill-words.ts'

const KILLS = trials(6, 500)
/** By turns: while it starts and puts in order what the kill before left, and in what it does after each word. */
const MOMENTS = [
  { within: 900, from: 'start' },
  { within: 120, from: /^indexed 0/ },
  { within: 60, from: /^staged/ },
  { within: 120, from: /^accepted/ },
  { within: 40, from: /^removing/ },
  { within: 400, from: /^answered/ },
] as const

test(`${KILLS} kills over questions, uploads, indexing and starts`, { timeout: 7_200_000 }, async () => {
  const { home } = workshop(writeSmall, memoryFolder())
  const said = { asked: new Set<number>(), answered: new Set<number>(), accepted: new Set<number>(), removing: new Set<number>(), removed: new Set<number>() }
  let indexed = -1
  const killedIn: Record<string, number> = {}
  await repeat(KILLS, 20_261_210, async (random, n) => {
    const killed = await killAtRandomMoment({
      command: process.execPath,
      arguments: ['--disable-warning=ExperimentalWarning', 'test/long/kill-target.ts', home],
      random,
      ...MOMENTS[n % MOMENTS.length]!,
    })
    expect(killed).toMatchObject({ errors: '', wasKilled: true })
    for (const line of killed.lines) {
      const [what = '', number = ''] = line.split(' ')
      if (what in said) said[what as keyof typeof said].add(Number(number))
      if (what === 'indexed') indexed = Math.max(indexed, Number(number))
    }
    const last = killed.lines.at(-1)?.split(' ')[0] ?? 'start'
    killedIn[last] = (killedIn[last] ?? 0) + 1
    await expectKept(home, said, indexed)
  })
  console.log(`${KILLS} kills, by the last word before: ${JSON.stringify(killedIn)}; 0 lost, 0 torn`)
})

async function expectKept(home: string, said: Readonly<Record<'asked' | 'answered' | 'accepted' | 'removing' | 'removed', ReadonlySet<number>>>, indexed: number) {
  const { folders, dataFolder, indexFolder } = configFor(home)
  const lines: string[] = []
  if (existsSync(join(dataFolder, 'state.sqlite')) || said.asked.size > 0) {
    const { state } = openSqliteStorage(join(dataFolder, 'state.sqlite'), { log: (line) => lines.push(line) })
    const exchanges = said.asked.size === 0 ? [] : (await state.conversation('local', CONVERSATION)).exchanges
    await state.close()
    const kept = new Map(exchanges.map(({ id, question, answer }) => [id, { question, isAnswered: answer !== undefined }]))
    for (const number of said.asked) expect(kept.get(exchangeOf(number))?.question).toBe(questionOf(number))
    for (const number of said.answered) expect(kept.get(exchangeOf(number))?.isAnswered).toBe(true)
  }
  const { generation, recovered } = await openCurrent(indexFolder)
  expect([recovered, generation?.damaged ?? []]).toEqual([undefined, []])
  const served = generation ? (await openLibrary(generation)).library.documents : []
  if (indexed > 0) expect(served.some(({ source }) => source === nameOf(indexed)) || said.removing.has(indexed)).toBe(true)
  const { documents, notices, skipped } = await loadDocuments(folders, dataFolder)
  expect([notices, skipped, lines]).toEqual([[], [], []])
  const texts = new Map(documents.map(({ source, text }) => [source, text]))
  for (const number of said.accepted) {
    if (said.removing.has(number)) continue
    expect(texts.get(nameOf(number))).toBe(textOf(number))
  }
  for (const number of said.removed) expect(texts.has(nameOf(number))).toBe(false)
  const { removed } = await readLibraryList(dataFolder)
  const inTrash = new Set(existsSync(join(dataFolder, 'trash')) ? readdirSync(join(dataFolder, 'trash')).map((name) => name.slice(15)) : [])
  for (const number of said.removed) {
    expect(removed.some(({ source }) => source === nameOf(number))).toBe(true)
    expect(inTrash.has(nameOf(number))).toBe(true) // where it can come back from
  }
}
