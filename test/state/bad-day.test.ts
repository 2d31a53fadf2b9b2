/** The file of conversations on a bad day: locked, damaged, gone, on a disk that refuses; it is used again by itself. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openSqliteStorage, type SqliteStorage as Storage } from '../../src/state/sqlite-storage.ts'

const CONVERSATION = '6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10'
const exchange = (n: number) => `0b9d8c7e-1f2a-4b3c-8d4e-5f60718293${String(n).padStart(2, '0')}`
const QUESTIONS = ['145行动是什么？', '目标是什么？', '哪些情形予以退款？']

interface Opened extends Storage {
  readonly folder: string
  readonly path: string
  readonly lines: string[]
  ask(n: number): Promise<unknown>
  /** Questions that are kept. */
  kept(): Promise<string[]>
}

function opened(folder = mkdtempSync(join(tmpdir(), 'tiaowen-bad-day-'))): Opened {
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const lines: string[] = []
  const path = join(folder, 'data', 'state.sqlite')
  const storage = openSqliteStorage(path, { log: (line) => lines.push(line) })
  onTestFinished(() => storage.state.close())
  const ask = (n: number) =>
    storage.state.begin('local', { conversationId: CONVERSATION, exchangeId: exchange(n), question: QUESTIONS[n]! })
  const kept = async () => {
    const { conversations } = await storage.state.conversations('local', { limit: 5 })
    if (conversations.length === 0) return []
    return (await storage.state.conversation('local', CONVERSATION)).exchanges.map(({ question }) => question)
  }
  return { ...storage, folder, path, lines, ask, kept }
}

test('a file that another program holds is waited for once; then nobody is held up, until it is free', async () => {
  const { path, ask, kept, lines, trouble } = opened()
  await ask(0)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  await expect(ask(1)).rejects.toMatchObject({ code: 'state-unusable', message: expect.stringContaining('正被别的程序占用') as string })
  const from = performance.now()
  for (let n = 0; n < 50; n++) await expect(ask(1)).rejects.toMatchObject({ code: 'state-unusable' })
  expect(performance.now() - from).toBeLessThan(1_900) // a single wait takes 2,000
  expect(trouble()?.message).toContain('正被别的程序占用')
  other.exec('ROLLBACK')
  other.close()
  expect(trouble()).toBeUndefined() // looked at anew
  await ask(1)
  expect([await kept(), trouble()]).toEqual([QUESTIONS.slice(0, 2), undefined])
  expect(lines).toEqual([expect.stringContaining('not kept for now'), '对话记录恢复读写 conversations are kept again'])
})

test('a file that is removed while it serves is begun anew, and what is kept from then on stays', async () => {
  const { folder, ask, kept, lines } = opened()
  await ask(0)
  for (const name of readdirSync(join(folder, 'data'))) rmSync(join(folder, 'data', name))
  await ask(1)
  expect(await kept()).toEqual(QUESTIONS.slice(1, 2))
  expect(lines.join()).toContain('不见了，已重新建立')
  expect(readdirSync(join(folder, 'data'))).toContain('state.sqlite')
})

test('a folder that was away and is back is used as it was', async () => {
  const { folder, ask, kept } = opened()
  await ask(0)
  renameSync(join(folder, 'data'), join(folder, 'away'))
  const gone = { code: 'state-unusable', message: expect.stringContaining('所在的文件夹不见了') as string }
  await expect(kept()).rejects.toMatchObject(gone)
  await expect(ask(1)).rejects.toMatchObject(gone)
  renameSync(join(folder, 'away'), join(folder, 'data'))
  await ask(1)
  expect(await kept()).toEqual(QUESTIONS.slice(0, 2))
})

test('a file found damaged while it serves is set aside, said, and a new one begun', async () => {
  const { folder, path, ask, kept, lines } = opened()
  for (let n = 0; n < 2; n++) await ask(n)
  const other = new DatabaseSync(path)
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  other.close()
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.fill(0xa5, 4096))
  // as after a disk gave wrong pages: another file, as the system sees it
  copyFileSync(path, `${path}.new`)
  renameSync(`${path}.new`, path)
  await ask(2)
  expect(await kept()).toEqual([QUESTIONS[2]])
  expect(lines.join()).toContain('已改名保存为')
  expect(readdirSync(join(folder, 'data')).some((name) => name.startsWith('state.sqlite.bad-'))).toBe(true)
})

describe('a file that cannot be opened at the start', () => {
  test('is opened with the first use that can, and every use before says what is wrong', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tiaowen-bad-day-'))
    writeFileSync(join(folder, 'data'), '') // where a folder is to be
    const { ask, kept, lines, trouble } = opened(folder)
    expect(trouble()).toMatchObject({ code: 'state-unusable' })
    await expect(ask(0)).rejects.toMatchObject({ code: 'state-unusable' })
    rmSync(join(folder, 'data'))
    await ask(0)
    expect([await kept(), trouble()]).toEqual([QUESTIONS.slice(0, 1), undefined])
    expect(lines[0]).toContain('answering without keeping')
  })

  test('because a newer program wrote it is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tiaowen-bad-day-'))
    mkdirSync(join(folder, 'data'))
    const database = new DatabaseSync(join(folder, 'data', 'state.sqlite'))
    database.exec('PRAGMA user_version = 99')
    database.close()
    expect(() => opened(folder)).toThrow(/由更新的版本写成/)
  })
})

describe('a clock that jumps', () => {
  const DAY = 24 * 3_600_000
  const EVENT = { platform: 'slack', id: 'Ev1', thread: 't', question: '目标？', replyTo: null }
  const ASKED = { stage: 'asked', platforms: ['slack'], most: 9 } as const

  /** One process writes at the first time, another reads at the second. */
  function twoProcesses(first: number, second: number) {
    const path = join(mkdtempSync(join(tmpdir(), 'tiaowen-clock-')), 'state.sqlite')
    return [first, second].map((now) => {
      const storage = openSqliteStorage(path, { now: () => now })
      onTestFinished(() => storage.state.close())
      return storage
    }) as [Storage, Storage]
  }

  test.each([
    ['a day', DAY],
    ['a year', 365 * DAY],
  ])('back by %s: what a dead process held is taken over, and what it had put off is due', async (_, jump) => {
    const now = Date.parse('2026-06-01T00:00:00Z')
    const [before, after] = twoProcesses(now + jump, now)
    await before.queue.put(EVENT)
    expect(await before.queue.claim(ASKED)).toHaveLength(1) // and dies
    expect(await after.queue.nextDue(ASKED)).toBe(0)
    expect(await after.queue.claim(ASKED)).toMatchObject([{ id: 'Ev1', receivedAt: now }])
    await after.queue.postpone(EVENT, { dueAt: now + 1_000, isUnsent: true })
    expect(await after.queue.claim(ASKED)).toEqual([]) // from now on by this clock
  })

  test('the order of conversations is that of their questions', async () => {
    const now = Date.parse('2026-06-01T00:00:00Z')
    const path = join(mkdtempSync(join(tmpdir(), 'tiaowen-clock-')), 'state.sqlite')
    let time = now
    const { state } = openSqliteStorage(path, { now: () => time })
    onTestFinished(() => state.close())
    const ids = [1, 2, 3].map((n) => `6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e1${n}`)
    for (const [n, jump] of [0, 365 * DAY, -DAY].entries()) {
      time = now + jump
      await state.begin('local', { conversationId: ids[n]!, exchangeId: exchange(0), question: QUESTIONS[n]! })
    }
    const { conversations } = await state.conversations('local', { limit: 5 })
    expect(conversations.map(({ id }) => id)).toEqual([...ids].reverse())
  })
})
