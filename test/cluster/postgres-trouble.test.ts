/** What a database may meet: copies that start at once, one that goes away and comes back, hands that change the log. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { placeOf } from '../../src/state/postgres-session.ts'
import { openPostgresStorage, type PostgresStorage, type PostgresStorageOptions } from '../../src/state/postgres-storage.ts'
import { PostgresServer } from './postgres-server.ts'

const WHERE = { conversationId: '6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10', exchangeId: '0b9d8c7e-1f2a-4b3c-8d4e-5f60718293a4' }
const QUESTION = '145行动是什么？'
const BY = { by: 'cli' }
const KEY = { name: '人事处', scopes: ['ask'], sight: [] } as const

describe.runIf(process.env['TIAOWEN_CLUSTER'] === '1')('PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => void (server = await PostgresServer.start()), 60_000)
  afterAll(() => server.stop())

  const opened = async (address: string, options: PostgresStorageOptions = {}): Promise<PostgresStorage> => {
    const storage = await openPostgresStorage(address, options)
    onTestFinished(() => storage.state.close())
    return storage
  }
  const codeOf = (work: Promise<unknown>) => work.then(() => 'done', (error: { code?: string }) => error.code)

  test('of 12 copies that start at once one makes the tables, and all find them', async () => {
    const address = await server.database()
    const copies = await Promise.all(Array.from({ length: 12 }, () => opened(address, { connections: 2 })))
    const begun = await Promise.all(copies.map(({ state }, at) => state.begin('local', { ...WHERE, exchangeId: `${at}`, question: QUESTION })))
    expect(begun.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 12 }, () => 1))
    expect(await server.run(address, 'SELECT version FROM tiaowen_schema')).toEqual([{ version: '2' }])
  })

  test('one of a newer version is refused, not changed', async () => {
    const address = await server.database()
    await (await openPostgresStorage(address)).state.close()
    await server.run(address, 'UPDATE tiaowen_schema SET version = 99')
    await expect(openPostgresStorage(address)).rejects.toThrow(/由更新的版本写成（结构第99版，本程序只认到第2版）/)
    expect(await server.run(address, 'SELECT version FROM tiaowen_schema')).toEqual([{ version: '99' }])
  })

  test('a copy that runs goes on when a newer release takes its steps, also after the server was away', async () => {
    const address = await server.database()
    const { state } = await opened(address)
    await state.begin('local', { ...WHERE, question: QUESTION })
    await server.run(address, 'UPDATE tiaowen_schema SET version = 99; ALTER TABLE conversations ADD COLUMN colour text')
    await server.end()
    expect(await codeOf(state.conversation('local', WHERE.conversationId))).toBe('state-unusable')
    await server.begin()
    await expect.poll(() => codeOf(state.rename('local', WHERE.conversationId, '周报')), { timeout: 5_000 }).toBe('done')
  })

  test('one that keeps no UTF-8 is refused with the next step', async () => {
    const address = await server.database("ENCODING 'SQL_ASCII' TEMPLATE template0")
    await expect(openPostgresStorage(address)).rejects.toThrow(/编码是 SQL_ASCII，应为 UTF8。请用 createdb -E UTF8/)
  })

  test('a password stands in no message', async () => {
    const address = server.address('nowhere')
    const lines: string[] = []
    const { state } = await opened(address, { log: (line) => lines.push(line) })
    await expect(state.begin('local', { ...WHERE, question: QUESTION })).rejects.toThrow(/没有这个库.*请建立它（createdb）/)
    expect(lines).toHaveLength(1)
    expect(lines.join('')).not.toMatch(/p@ss|p%40ss/)
    expect(placeOf(address)).toMatch(/^127\.0\.0\.1:\d+\/nowhere$/)
  })

  test('while it is away each use fails soon and says why; when it is back it is used again', async () => {
    const address = await server.database()
    const lines: string[] = []
    const storage = await opened(address, { log: (line) => lines.push(line) })
    await storage.state.begin('local', { ...WHERE, question: QUESTION })
    await server.end()
    const began = performance.now()
    const uses = [
      () => storage.state.conversation('local', WHERE.conversationId),
      () => storage.queue.waiting(),
      () => storage.access.keys(),
      () => storage.usage.since('2026-01-01'),
      () => storage.rates.take('ask:key:1', { perMinute: 6 }),
      () => storage.state.begin('local', { ...WHERE, question: QUESTION }),
    ]
    expect(await Promise.all(uses.map((use) => codeOf(use())))).toEqual(uses.map(() => 'state-unusable'))
    expect(performance.now() - began).toBeLessThan(4_000)
    expect((await storage.trouble())?.message).toMatch(/^数据库 127\.0\.0\.1:\d+\/test_\d+ 连不上（.*）。请检查数据库与网络；恢复后自动继续。$/)
    await server.begin()
    await expect.poll(() => storage.trouble(), { timeout: 5_000 }).toBeUndefined()
    expect((await storage.state.conversation('local', WHERE.conversationId)).title).toBe(QUESTION)
    expect(lines.map((line) => line.slice(0, 12))).toEqual(['数据库暂时不能读写 no', '数据库恢复读写 the '])
  })

  test('one that was away at the start is used when it is there', async () => {
    const address = await server.database()
    await server.end()
    const storage = await opened(address)
    expect(await codeOf(storage.access.hasAnyone())).toBe('state-unusable')
    await server.begin()
    await expect.poll(() => codeOf(storage.access.hasAnyone()), { timeout: 5_000 }).toBe('done')
  })

  test('a server that says nothing keeps nobody waiting', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void (sockets.forEach((socket) => socket.destroy()), silent.close()))
    const { port } = silent.address() as AddressInfo
    const began = performance.now()
    const { state } = await opened(`postgres://tiaowen@127.0.0.1:${port}/tiaowen`, { limits: { connect: 300 } })
    for (let times = 0; times < 20; times++) expect(await codeOf(state.begin('local', { ...WHERE, question: QUESTION }))).toBe('state-unusable')
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  test('connections that were ended meanwhile are made anew, and nobody is told', async () => {
    const address = await server.database()
    const lines: string[] = []
    const { state } = await opened(address, { log: (line) => lines.push(line), connections: 2 })
    await state.begin('local', { ...WHERE, question: QUESTION })
    for (let times = 0; times < 5; times++) {
      await server.run(server.address('postgres'), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test%'")
      expect((await state.conversation('local', WHERE.conversationId)).title).toBe(QUESTION)
      await state.rename('local', WHERE.conversationId, QUESTION)
    }
    expect(lines).toEqual([])
  })

  test('who holds a lock too long is told of, and holds up nobody else', async () => {
    const address = await server.database()
    const { state, access } = await opened(address, { limits: { lock: 200 } })
    await state.begin('local', { ...WHERE, question: QUESTION })
    const holding = server.run(address, 'BEGIN; LOCK TABLE conversations; SELECT pg_sleep(1.5); COMMIT')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await codeOf(state.rename('local', WHERE.conversationId, '周报'))).toBe('state-unusable')
    expect(await access.keys()).toEqual([])
    await holding
    expect((await state.rename('local', WHERE.conversationId, '周报')).title).toBe('周报')
  })

  describe('the audit log', () => {
    const entry = (count: number) => ({ by: `person:${count}`, action: 'sign-in', outcome: 'done', object: `d-${count}` }) as const

    test.each([
      ['changed', "UPDATE audit SET by = 'nobody' WHERE number = 1"],
      ['deleted', 'DELETE FROM audit'],
      ['cut', 'TRUNCATE audit'],
      ['given another end', "UPDATE audit_head SET number = 1, hash = (SELECT hash FROM audit WHERE number = 1)"],
      ['opened to everybody', 'UPDATE audit_head SET guarded = 0'],
      ['left without its end', 'DELETE FROM audit_head'],
    ])('cannot be %s', async (_, sql) => {
      const address = await server.database()
      const { access } = await opened(address)
      await access.createKey(KEY, BY)
      for (let count = 0; count < 3; count++) await access.audit(entry(count))
      await expect(server.run(address, sql)).rejects.toThrow('the audit log is only added to')
      expect(await access.auditVerify()).toMatchObject({ whole: true, head: { number: 4 } })
    })

    test.each([
      ['an entry is changed', "UPDATE audit SET by = 'nobody' WHERE number = 2", { number: 2, why: '内容被改过，或前面的条目被换过' }],
      ['an entry is deleted', 'DELETE FROM audit WHERE number = 2', { number: 2, why: '这一条不见了' }],
      ['its end is cut off', 'DELETE FROM audit WHERE number > 2', { number: 3, why: '日志曾有 3 条，现在只有 2 条' }],
      ['all of it is gone', 'TRUNCATE audit', { number: 1, why: '日志曾有 3 条，现在只有 0 条' }],
    ])('behind the triggers: where %s it shows', async (_, sql, verdict) => {
      const address = await server.database()
      const { access } = await opened(address)
      for (let count = 0; count < 3; count++) await access.audit(entry(count))
      await server.run(address, `ALTER TABLE audit DISABLE TRIGGER ALL; ${sql}`)
      expect(await access.auditVerify()).toEqual({ whole: false, ...verdict })
    })

    test('is whole after 300 entries that 3 copies append at once, and has them all', async () => {
      const address = await server.database()
      const copies = await Promise.all([0, 1, 2].map(() => opened(address)))
      await Promise.all(Array.from({ length: 300 }, (_, count) => copies[count % 3]!.access.audit(entry(count))))
      const { access } = copies[0]!
      expect(await access.auditVerify()).toMatchObject({ whole: true, head: { number: 300 } })
      const objects = (await access.auditEntries({ limit: 1_000 })).map(({ object }) => object)
      expect(new Set(objects).size).toBe(300)
    })
  })

  test('where the database was lost nobody is let in without a key, since the data folder knows that one was needed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tiaowen-guarded-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const before = await opened(await server.database(), { folder })
    expect(await before.access.hasAnyone()).toBe(false)
    await before.access.createKey(KEY, BY)
    const after = await opened(await server.database(), { folder })
    expect([await after.access.hasAnyone(), await after.access.keys()]).toEqual([true, []])
  })

  test('an event that comes in at one copy while another ends the one before it is never left behind', async () => {
    const address = await server.database()
    const [one, other] = await Promise.all([opened(address), opened(address)])
    const wanted = { stage: 'asked', platforms: ['slack'], most: 1 } as const
    const event = (id: string, thread: string) => ({ platform: 'slack', id, thread, question: QUESTION, replyTo: null })
    for (let round = 0; round < 60; round++) {
      const thread = `C${round}`
      await one!.queue.put(event(`a${round}`, thread))
      const [first] = await one!.queue.claim(wanted)
      expect(first?.id).toBe(`a${round}`)
      await Promise.all([one!.queue.giveUp(first!), other!.queue.put(event(`b${round}`, thread))])
      const [second] = await other!.queue.claim(wanted)
      expect(second?.id).toBe(`b${round}`)
      await other!.queue.giveUp(second!)
    }
    expect(await one!.queue.waiting()).toEqual({})
  })

  test('of two admins who disable each other at two copies one remains', async () => {
    const address = await server.database()
    const copies = await Promise.all([opened(address), opened(address)])
    const subject = (login: string) => ({ issuer: 'https://sso', subject: login })
    const admin = (login: string) => ({ login, name: login, role: 'admin', sight: 'all', subject: subject(login) }) as const
    for (let round = 0; round < 20; round++) {
      const people = await Promise.all(['a', 'b'].map((name) => copies[0]!.access.createPerson(admin(`${name}${round}`), BY)))
      const done = await Promise.all(people.map(({ id }, at) => codeOf(copies[at]!.access.changePerson(id, { disabled: true }, BY))))
      expect(done.toSorted()).toEqual(round === 0 ? ['bad-request', 'done'] : ['done', 'done'])
      const left = (await copies[0]!.access.people()).filter(({ disabledAt }) => disabledAt === undefined)
      expect(left).toHaveLength(1)
    }
  })

  test('a claim whose answer was lost on the way is given out again after its time, to the same process too', async () => {
    let now = Date.UTC(2026, 2, 2)
    const address = await server.database()
    const { queue } = await opened(address, { leaseMs: 30_000, now: () => now })
    await queue.put({ platform: 'slack', id: 'Ev1', thread: 'C1', question: QUESTION, replyTo: null })
    const wanted = { stage: 'asked', platforms: ['slack'], most: 1 } as const
    await queue.claim(wanted)
    const [held] = await server.run(address, 'UPDATE bot_events SET id = id RETURNING claimed_by')
    await queue.release()
    // as the server has it where it took the claim and its answer was lost
    await server.run(address, 'UPDATE bot_events SET claimed_by = $1, claimed_until = $2', [held!['claimed_by'], now + 30_000])
    now += 10_000
    await queue.renew()
    expect(await queue.claim(wanted)).toEqual([])
    now += 20_000
    expect(await queue.claim(wanted)).toMatchObject([{ id: 'Ev1' }])
  })
})
