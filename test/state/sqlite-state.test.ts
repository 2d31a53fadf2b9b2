/** The State in a file of SQLite: the contract, and what a file on a disk may meet. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSqliteState } from '../../src/state/sqlite-state.ts'
import { addRowSum } from '../../src/state/sqlite-sums.ts'
import { answered } from '../channels/scripted.ts'
import { describeState } from '../contracts/state.ts'

const ROUNDS = process.env['TIAOWEN_LONG'] === '1' ? 500 : 20
const TARGET = fileURLToPath(new URL('kill-target.ts', import.meta.url))

let folder = ''
let files = 0
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'tiaowen-state-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))
const newPath = () => join(folder, String(files++), 'state.sqlite')

let last = ''
describeState('SqliteState', {
  open: async (now) => openSqliteState((last = newPath()), now ? { now } : {}),
  again: async () => openSqliteState(last),
})

const WHERE = {
  conversationId: '6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10',
  exchangeId: '0b9d8c7e-1f2a-4b3c-8d4e-5f60718293a4',
}

async function written(path: string): Promise<void> {
  const state = openSqliteState(path)
  const { attempt } = await state.begin('local', { ...WHERE, question: '145行动是什么？' })
  await state.keepAnswer('local', WHERE, attempt, answered({ question: '145行动是什么？' }))
  await state.close()
}

test('only its owner may read the file and its journal', async () => {
  const path = newPath()
  await written(path)
  const state = openSqliteState(path)
  await state.begin('local', { ...WHERE, question: '目标？' })
  const modes = readdirSync(join(path, '..')).map((name) => [name, statSync(join(path, '..', name)).mode & 0o777])
  await state.close()
  expect(modes).toEqual([['state.sqlite', 0o600], ['state.sqlite-shm', 0o600], ['state.sqlite-wal', 0o600]])
})

describe('a damaged file', () => {
  const damaged = async (damage: (bytes: Buffer) => void) => {
    const path = newPath()
    await written(path)
    const bytes = await readFile(path)
    damage(bytes)
    await writeFile(path, bytes)
    return { path, bytes }
  }

  test.each<[string, (bytes: Buffer) => void]>([
    ['with another head', (bytes) => void bytes.fill('x', 0, 100)],
    ['with a page of noise', (bytes) => void bytes.fill(0xa5, 4096, 3 * 4096)],
  ])('%s is set aside as it is, said, and a new one begun', async (_, damage) => {
    const { path, bytes } = await damaged(damage)
    const lines: string[] = []
    const state = openSqliteState(path, { log: (line) => lines.push(line) })
    expect((await state.conversations('local', { limit: 5 })).conversations).toEqual([])
    await state.begin('local', { ...WHERE, question: '目标？' })
    await state.close()
    const [aside = ''] = readdirSync(join(path, '..')).filter((name) => name.startsWith('state.sqlite.bad-'))
    expect(await readFile(join(path, '..', aside))).toEqual(bytes)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`已改名保存为 ${join(path, '..', aside)}`)
  })

  test('is refused and left alone by who only reads', async () => {
    const { path, bytes } = await damaged((bytes) => void bytes.fill('x', 0, 100))
    expect(() => openSqliteState(path, { mend: false })).toThrow(/已损坏/)
    expect(await readFile(path)).toEqual(bytes)
  })
})

test('a file of a newer version is refused, not changed', async () => {
  const path = newPath()
  await written(path)
  const database = new DatabaseSync(path)
  database.exec('PRAGMA user_version = 99')
  database.close()
  expect(() => openSqliteState(path)).toThrow(/由更新的版本写成（结构第99版/)
  expect(readdirSync(join(path, '..')).filter((name) => name.includes('.bad-'))).toEqual([])
})

test('a file that cannot be written is one sentence with the next step', async () => {
  const path = join(folder, 'a-file')
  await writeFile(path, '')
  expect(() => openSqliteState(join(path, 'state.sqlite'))).toThrow(expect.objectContaining({ code: 'state-unusable' }))
})

test('an answer that cannot be read is told, and the rest is shown', async () => {
  const path = newPath()
  await written(path)
  const database = new DatabaseSync(path)
  addRowSum(database)
  database.exec(`UPDATE exchanges SET answer = '{"id": "a-1"}'`)
  database.close()
  const lines: string[] = []
  const state = openSqliteState(path, { log: (line) => lines.push(line) })
  const { exchanges } = await state.conversation('local', WHERE.conversationId)
  await state.close()
  expect(exchanges).toMatchObject([{ question: '145行动是什么？' }])
  expect(exchanges[0]).not.toHaveProperty('answer')
  expect(lines).toEqual([`${path}：一条回答无法读取，按没有回答处理 an answer cannot be read: a-1`])
})

test('what is deleted is no longer in the file', async () => {
  const path = newPath()
  const state = openSqliteState(path)
  const { attempt } = await state.begin('local', { ...WHERE, question: 'qqq绝密qqq' })
  await state.keepAnswer('local', WHERE, attempt, answered({ question: 'qqq绝密qqq' }))
  await state.remove('local', WHERE.conversationId)
  await state.close()
  expect((await readFile(path)).includes('qqq绝密qqq')).toBe(false)
  expect(existsSync(`${path}-wal`)).toBe(false)
})

test(`of ${ROUNDS} processes killed while they write, nothing they had acknowledged is lost`, async () => {
  const path = newPath()
  openSqliteState(path).close()
  const told = new Map<string, Set<string>>()
  for (let round = 0; round < ROUNDS; round++) {
    const child = spawn(process.execPath, [TARGET, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    const least = 1 + ((round * 7) % 12)
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (out.split('\n').length > least) child.kill('SIGKILL')
    })
    await new Promise((resolve) => child.on('close', resolve))
    const lines = out.split('\n').slice(0, -1)
    expect(lines.length).toBeGreaterThanOrEqual(least)
    for (const line of lines) {
      const [word = '', ...ids] = line.split(' ')
      const key = ids.join(' ')
      told.set(key, (told.get(key) ?? new Set()).add(word))
    }
  }
  const state = openSqliteState(path, { log: (line) => expect.fail(line) })
  for (const [key, words] of told) {
    const [conversationId = '', exchangeId] = key.split(' ')
    const exchange = (await state.conversation('local', conversationId)).exchanges.find(({ id }) => id === exchangeId)
    expect(exchange?.question).toBe('145行动是什么？')
    if (words.has('answered')) expect(exchange?.answer).toEqual(answered({ question: '145行动是什么？' }))
    if (words.has('rated')) expect(exchange?.feedback).toEqual({ rating: 'up' })
  }
  await state.close()
})
