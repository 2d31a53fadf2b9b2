/** What is kept of people, carried between a file of SQLite and a real PostgreSQL; backups of a database. */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { readConfig, type Config } from '../../src/config.ts'
import { PolicyError } from '../../src/errors.ts'
import { backupsOf } from '../../src/start/backups.ts'
import { carryingOf } from '../../src/start/carrying.ts'
import { examineState } from '../../src/state/sqlite-copy.ts'
import { openPostgresStorage } from '../../src/state/postgres-storage.ts'
import { openSqliteStorage } from '../../src/state/sqlite-storage.ts'
import type { Storage } from '../../src/state/storage.ts'
import { lockOverHosts } from '../../src/store/lock.ts'
import { answered } from '../channels/scripted.ts'
import { PostgresServer } from './postgres-server.ts'

const BY = { by: 'cli' }
const QUESTION = '“145”行动\u0000是什么？\u001a😀'

describe.runIf(process.env['TIAOWEN_CLUSTER'] === '1')('what is kept of people', () => {
  let server: PostgresServer
  beforeAll(async () => void (server = await PostgresServer.start()), 60_000)
  afterAll(async () => {
    lockOverHosts({ acquire: () => Promise.reject(new Error('over')) }, new Map())
    await server.stop()
  })

  async function office(): Promise<Config> {
    const home = mkdtempSync(join(tmpdir(), 'tiaowen-carry-'))
    onTestFinished(() => rmSync(home, { recursive: true, force: true }))
    return readConfig({
      TIAOWEN_SEEDS: 'off',
      TIAOWEN_MODEL_DIR: 'off',
      TIAOWEN_DATA_FOLDER: join(home, 'data'),
      TIAOWEN_INDEX_FOLDER: join(home, 'index'),
      DATABASE_URL: await server.database(),
    })
  }
  const fileOf = ({ dataFolder }: Config) => join(dataFolder, 'state.sqlite')

  /** Something of everything. */
  async function fill({ state, queue, access, usage }: Storage): Promise<void> {
    for (let count = 0; count < 450; count++) {
      const where = { conversationId: randomUUID(), exchangeId: randomUUID() }
      const { attempt } = await state.begin('local', { ...where, question: `${QUESTION}${count}` })
      if (count % 50 > 0) continue
      await state.keepAnswer('local', where, attempt, answered({ question: QUESTION }))
      await state.giveFeedback('local', where, { rating: 'down', reason: '答非所问' })
    }
    for (const id of ['Ev1', 'Ev2']) await queue.put({ platform: 'slack', id, thread: 'C1/1', question: QUESTION, replyTo: { channel: 'C1' } })
    const { id } = await access.createCollection('人事', BY)
    await access.changeCollection(id, { folders: ['人事'], documents: ['d-1'] }, BY)
    const { key } = await access.createKey({ name: '人事处', scopes: ['ask'], sight: [id] }, BY)
    await access.createPerson({ login: 'Li.Ming', name: '李明', role: 'reader', sight: 'all', subject: { issuer: 'https://sso', subject: '7' } }, BY)
    await access.openSession({ key: key.id }, { agent: 'Firefox' })
    await usage.add([{ day: '2026-03-02', channel: 'page', outcome: 'declined', reason: 'no-evidence', mode: 'extractive', count: 2, milliseconds: 7 }])
  }

  /** All rows of a file. */
  function rowsOf(path: string): Readonly<Record<string, readonly string[]>> {
    const file = new DatabaseSync(path, { readOnly: true })
    const tables = ['conversations', 'exchanges', 'feedback', 'bot_events', 'api_keys', 'people', 'sessions', 'collections', 'collection_folders', 'collection_documents', 'collection_changes', 'audit', 'usage']
    const rows = Object.fromEntries(tables.map((table) => [table, file.prepare(`SELECT * FROM ${table}`).all().map((row) => JSON.stringify(row)).sort()]))
    file.close()
    return rows
  }

  test('goes into the database and comes back, every row as it was', { timeout: 60_000 }, async () => {
    const config = await office()
    const before = openSqliteStorage(fileOf(config))
    await fill(before)
    await before.state.close()
    const rows = rowsOf(fileOf(config))
    const { rows: counted, aside } = await carryingOf(() => config).toDatabase(false)
    expect(counted).toMatchObject({ conversations: 450, exchanges: 450, feedback: 9, bot_events: 2, api_keys: 1, people: 1, sessions: 1, audit: 4, usage: 1 })
    expect([existsSync(fileOf(config)), existsSync(aside!)]).toEqual([false, true])

    const there = await openPostgresStorage(config.databaseUrl!)
    expect((await there.state.conversations('local', { query: `${QUESTION}449`, limit: 5 })).conversations).toHaveLength(1)
    expect(await there.access.auditVerify()).toMatchObject({ whole: true, head: { number: 4 } })
    expect(await there.access.hasAnyone()).toBe(true)
    await there.state.close()

    expect((await carryingOf(() => config).toFile(false)).rows).toEqual(counted)
    expect(rowsOf(fileOf(config))).toEqual(rows)
    expect(examineState(fileOf(config))).toEqual({ schema: 5, conversations: 450 })
    const back = openSqliteStorage(fileOf(config))
    expect(await back.access.auditVerify()).toMatchObject({ whole: true, head: { number: 4 } })
    await back.state.close()
  })

  test('after it the database goes on: numbers, the audit log, the order of threads', async () => {
    const config = await office()
    const before = openSqliteStorage(fileOf(config))
    await fill({ ...before, state: { ...before.state, begin: async () => ({ attempt: 0, history: [] }), keepAnswer: async () => true, giveFeedback: async () => {} } as Storage['state'] })
    await before.state.close()
    await carryingOf(() => config).toDatabase(false)
    const { queue, access, state } = await openPostgresStorage(config.databaseUrl!)
    onTestFinished(() => state.close())
    expect(await queue.put({ platform: 'slack', id: 'Ev1', thread: 'C1/1', question: '目标？', replyTo: null })).toBe('duplicate')
    expect(await queue.put({ platform: 'slack', id: 'Ev3', thread: 'C1/1', question: '目标？', replyTo: null })).toBe('taken')
    expect(await queue.claim({ stage: 'asked', platforms: ['slack'], most: 9 })).toMatchObject([{ id: 'Ev1', question: QUESTION }])
    await access.createCollection('财务', BY)
    expect(await access.auditVerify()).toMatchObject({ whole: true, head: { number: 5 } })
  })

  test('is not put over what is there unless it is asked for, nor while a copy runs', async () => {
    const config = await office()
    const before = openSqliteStorage(fileOf(config))
    await before.access.createKey({ name: '旧', scopes: ['ask'], sight: [] }, BY)
    await before.state.close()
    const running = await openPostgresStorage(config.databaseUrl!)
    await running.access.createKey({ name: '新', scopes: ['ask'], sight: [] }, BY)
    await expect(carryingOf(() => config).toDatabase(true)).rejects.toThrow(/条问还连着这个数据库（1 个连接）。请先停止所有副本/)
    await running.state.close()
    await expect(carryingOf(() => config).toDatabase(false)).rejects.toThrow(/里已有数据（api_keys、audit），没有写入/)
    expect(existsSync(fileOf(config))).toBe(true)
    await carryingOf(() => config).toDatabase(true)
    const { access, state } = await openPostgresStorage(config.databaseUrl!)
    onTestFinished(() => state.close())
    expect((await access.keys()).map(({ name }) => name)).toEqual(['旧'])
    expect(await access.auditVerify()).toMatchObject({ whole: true, head: { number: 1 } })
    await expect(server.run(config.databaseUrl!, 'DELETE FROM audit')).rejects.toThrow('the audit log is only added to')
  })

  test('a backup holds it as of one moment, and is restored into the database', { timeout: 60_000 }, async () => {
    const config = await office()
    const storage = await openPostgresStorage(config.databaseUrl!, { folder: config.dataFolder })
    await fill(storage)
    let isTaking = true
    const writing = (async () => {
      while (isTaking) await storage.access.audit({ by: 'nobody', action: 'sign-in', outcome: 'refused' })
    })()
    const target = join(config.dataFolder, '../backup')
    const { folder, manifest } = await backupsOf(() => config).take({ target })
    isTaking = false
    await writing
    expect(manifest).toMatchObject({ conversations: 450, stateSchema: 5 })
    const head = JSON.parse(readFileSync(join(folder, 'data/audit.head'), 'utf8')) as { number: number }
    const { audit, conversations } = rowsOf(join(folder, 'data/state.sqlite'))
    expect([audit?.length, conversations?.length]).toEqual([head.number, 450])
    await backupsOf(() => config).verify(folder)

    await expect(backupsOf(() => config).restore({ backup: folder, replace: true })).rejects.toThrow(/请先停止所有副本/)
    await storage.state.close()
    await expect(backupsOf(() => config).restore({ backup: folder, replace: false })).rejects.toThrow(PolicyError)
    const { setAside } = await backupsOf(() => config).restore({ backup: folder, replace: true })
    expect(setAside.filter((path) => path.includes('state-of-database-')).map((path) => examineState(path).conversations)).toEqual([450])
    const restored = await openPostgresStorage(config.databaseUrl!)
    onTestFinished(() => restored.state.close())
    expect(await restored.access.auditVerify(head as never)).toMatchObject({ whole: true, head: { number: head.number } })
    expect((await restored.state.conversations('local', { limit: 1 })).more).toBe(true)
    expect(existsSync(fileOf(config))).toBe(false)
  })

  test('a damaged file is not carried, and nothing is changed', async () => {
    const config = await office()
    const before = openSqliteStorage(fileOf(config))
    await before.access.createKey({ name: '旧', scopes: ['ask'], sight: [] }, BY)
    await before.state.close()
    const bytes = readFileSync(fileOf(config))
    bytes.fill(0xa5, 4_096, 3 * 4_096)
    writeFileSync(fileOf(config), bytes)
    await expect(carryingOf(() => config).toDatabase(false)).rejects.toMatchObject({ code: 'state-unusable' })
    const { access, state } = await openPostgresStorage(config.databaseUrl!)
    onTestFinished(() => state.close())
    expect(await access.keys()).toEqual([])
  })
})
