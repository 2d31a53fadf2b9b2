/** A byte of state.sqlite that changes on the disk: the row it stands in is not shown, the rest goes on. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, afterEach, describe, expect, test } from 'vitest'
import { openSqliteStorage, type Storage } from '../../src/state/sqlite-storage.ts'
import { examineState } from '../../src/state/sqlite-copy.ts'
import { answered } from '../channels/scripted.ts'

const [FIRST, SECOND] = ['6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10', '6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e11']
const QUESTIONS = { [FIRST]: '全社会研发投入强度超过多少？', [SECOND]: '哪些情形予以退款？' }
const BY = { by: 'cli' } as const

let path = ''
let lines: string[] = []
let secrets: string[] = []
const open = () => openSqliteStorage(path, { log: (line) => lines.push(line) })
const copies = () => readdirSync(dirname(path)).filter((name) => name.includes('.bad-'))

beforeEach(async () => {
  path = join(mkdtempSync(join(tmpdir(), 'tiaowen-sums-')), 'state.sqlite')
  lines = []
  const storage = open()
  for (const [conversationId, question] of Object.entries(QUESTIONS)) {
    const name = { conversationId, exchangeId: conversationId.replace('6f1f', '0b9d') }
    const { attempt } = await storage.state.begin('local', { ...name, question })
    await storage.state.keepAnswer('local', name, attempt, answered({ question }))
  }
  const made = [await storage.access.createKey({ name: '人事处', scopes: ['ask'], sight: 'all' }, BY)]
  made.push(await storage.access.createKey({ name: '档案处', scopes: ['ask'], sight: 'all' }, BY))
  secrets = made.map(({ secret }) => secret)
  await storage.state.rename('local', SECOND, '退款的事')
  await storage.state.close()
})
afterEach(() => rmSync(dirname(path), { recursive: true, force: true }))

/** Turns one bit of the first place where these words stand. */
function change(words: string): void {
  const bytes = readFileSync(path)
  const at = bytes.indexOf(words)
  expect(at).toBeGreaterThan(-1)
  bytes[at + 3]! ^= 0x04
  writeFileSync(path, bytes)
}

const questionsIn = async ({ state }: Storage) => {
  const { conversations } = await state.conversations('local', { limit: 9 })
  return Promise.all(conversations.map(async ({ id }) => (await state.conversation('local', id)).exchanges.map(({ question }) => question)))
}

test('in an answer: that exchange is taken out and told, a copy holds all as it was, all else goes on', async () => {
  change('"outcome"')
  expect(examineState(path).fault).toMatch(/^row \d+ missing from index sums_of_exchanges$/)
  const storage = open()
  expect(await questionsIn(storage)).toEqual([[], [QUESTIONS[FIRST]]])
  expect((await storage.access.keyBySecret(secrets[0]!))?.name).toBe('人事处')
  await storage.state.close()
  const [copy = ''] = copies()
  expect(lines).toEqual([
    `对话记录 ${path} 里有损坏的记录（exchanges 1），已移出，其余照常使用；原样的副本是 ${join(dirname(path), copy)} ` +
      'damaged rows were taken out, the rest is used; the copy holds all as it was',
  ])
  const aside = new DatabaseSync(join(dirname(path), copy), { readOnly: true })
  expect(aside.prepare('SELECT count(*) AS rows FROM exchanges').get()).toEqual({ rows: 2 })
  aside.close()
  expect(statSync(join(dirname(path), copy)).mode & 0o777).toBe(0o600)
  lines = []
  await open().state.close()
  expect([lines, copies(), examineState(path).fault]).toEqual([[], [copy], undefined])
})

test('in a conversation: what was asked in it goes with it', async () => {
  change('退款的事')
  const storage = open()
  expect(await questionsIn(storage)).toEqual([[QUESTIONS[FIRST]]])
  await storage.state.close()
  expect(examineState(path)).toMatchObject({ conversations: 1 })
})

test('in a key: that key opens nothing, the other does, and nobody is let in without', async () => {
  change('人事处')
  const storage = open()
  expect(await Promise.all(secrets.map(async (secret) => (await storage.access.keyBySecret(secret))?.name))).toEqual([undefined, '档案处'])
  expect(await storage.access.hasAnyone()).toBe(true)
  await storage.state.close()
  expect(lines[0]).toContain('api_keys 1')
})

test('in a collection: the whole file is set aside, for without it more would be seen than was given', async () => {
  const before = open()
  const { id } = await before.access.createCollection('人事档案', BY)
  await before.access.changeCollection(id, { folders: ['人事/任免'] }, BY)
  await before.state.close()
  change('人事/任免')
  const storage = open()
  expect([await storage.access.keys(), await storage.access.hasAnyone()]).toEqual([[], true])
  await storage.state.close()
  expect(lines[0]).toMatch(/已损坏（1 rows of collection_folders）/)
})

test('in the audit log: it stays, is told, and does not verify', async () => {
  change('key.create')
  const storage = open()
  expect(await storage.access.auditVerify()).toMatchObject({ whole: false, number: 2 })
  expect((await storage.access.auditEntries({ limit: 9 })).length).toBe(2)
  await storage.state.close()
  expect(lines[0]).toContain('audit 1')
})

describe('in what says how the file is made', () => {
  test('a column: the file is set aside as it is, and a new one begun', async () => {
    change('updated_at')
    const bytes = readFileSync(path)
    const storage = open()
    expect(await questionsIn(storage)).toEqual([])
    await storage.state.close()
    expect(readFileSync(join(dirname(path), copies()[0]!))).toEqual(bytes)
    expect(lines[0]).toContain('已改名保存为')
  })

  test('a trigger: it is made anew, and told', async () => {
    change('the audit log is only')
    const storage = open()
    expect(await questionsIn(storage)).toHaveLength(2)
    await storage.state.close()
    expect([lines.length, copies()]).toEqual([1, []])
    expect(lines[0]).toMatch(/audit_\w+ 与程序所建的不同，已照原样重建/)
  })

  test('the version: a file that holds more than its version is set aside', async () => {
    const database = new DatabaseSync(path)
    database.exec('PRAGMA user_version = 4')
    database.close()
    await open().state.close()
    expect(lines[0]).toContain('is not as it was made')
  })

  test('a table of somebody else is none of ours', async () => {
    const database = new DatabaseSync(path)
    database.exec('CREATE TABLE notes (words TEXT); INSERT INTO notes VALUES (1)')
    database.close()
    await open().state.close()
    expect([lines, copies()]).toEqual([[], []])
  })
})

test('who may not mend says so, and leaves it as it is', () => {
  change('"outcome"')
  const bytes = readFileSync(path)
  expect(() => openSqliteStorage(path, { mend: false }).probe()).toThrow(expect.objectContaining({ code: 'state-unusable' }))
  expect(readFileSync(path)).toEqual(bytes)
  expect(copies()).toEqual([])
})
