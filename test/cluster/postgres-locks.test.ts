/** One writer over hosts, by locks in a real PostgreSQL. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { alone } from '../../src/library/alone.ts'
import { PostgresLocks } from '../../src/state/postgres-locks.ts'
import { currentPointer, lockForWriting, writeGeneration } from '../../src/store/generations.ts'
import { lockOverHosts } from '../../src/store/lock.ts'
import { contentOf, temporaryFolder } from '../store/fixture.ts'
import { PostgresServer } from './postgres-server.ts'

describe.runIf(process.env['TIAOWEN_CLUSTER'] === '1')('locks that hosts share', () => {
  let server: PostgresServer
  beforeAll(async () => void (server = await PostgresServer.start()), 60_000)
  afterAll(async () => {
    lockOverHosts({ acquire: () => Promise.reject(new Error('over')) }, new Map())
    await server.stop()
  })

  /** What another host holds, whose flags say nothing here. */
  async function twoHosts() {
    const address = await server.database()
    const folder = temporaryFolder()
    const locks = new PostgresLocks(address)
    lockOverHosts(locks, new Map([[folder, 'index']]))
    const cutOff = () =>
      server.run(server.address('postgres'), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tiaowen writes index'")
    return { address, folder, locks, cutOff }
  }

  test('while another host writes nobody here does; each name by itself', async () => {
    const { folder, locks } = await twoHosts()
    const there = await locks.acquire('index')
    await expect(lockForWriting(folder)).rejects.toMatchObject({ code: 'index-locked', message: expect.stringContaining('另一台机器') as string })
    expect(readdirSync(folder)).toEqual([])
    await (await locks.acquire('data')).release()
    await there.release()
    expect((await writeGeneration(folder, contentOf(1))).name).toBe('gen-00000001')
  })

  test('of a host that is gone it is held no longer', async () => {
    const { address, locks } = await twoHosts()
    const code = `
      import { PostgresLocks } from ${JSON.stringify(join(process.cwd(), 'src/state/postgres-locks.ts'))}
      await new PostgresLocks(${JSON.stringify(address)}).acquire('index')
      console.log('held')
      setInterval(() => {}, 1_000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    await expect(locks.acquire('index')).rejects.toMatchObject({ code: 'index-locked' })
    child.kill('SIGKILL')
    await expect.poll(() => locks.acquire('index').then((lock) => lock.release(), (error: unknown) => error), { timeout: 5_000 }).toBeUndefined()
  })

  test('a writer whose connection is cut stops before what it wrote counts', async () => {
    const { folder, locks, cutOff } = await twoHosts()
    await writeGeneration(folder, contentOf(1))
    const before = readFileSync(join(folder, 'CURRENT'), 'utf8')
    const lock = await lockForWriting(folder)
    await lock.check()
    await cutOff()
    const there = await locks.acquire('index')
    await expect(writeGeneration(folder, contentOf(2), { lock })).rejects.toMatchObject({
      code: 'index-locked',
      message: expect.stringContaining('the lock that all hosts share was lost') as string,
    })
    await lock.release()
    await there.release()
    expect(readFileSync(join(folder, 'CURRENT'), 'utf8')).toBe(before)
    await writeGeneration(folder, contentOf(3))
    expect(readFileSync(join(folder, 'CURRENT'), 'utf8')).not.toBe(before)
  })

  test('so does one whose flag another host took for that of a dead process', async () => {
    const { folder } = await twoHosts()
    const lock = await lockForWriting(folder)
    for (const name of readdirSync(folder)) rmSync(join(folder, name))
    await expect(writeGeneration(folder, contentOf(1), { lock })).rejects.toMatchObject({ code: 'index-locked' })
    await lock.release()
    expect(await currentPointer(folder)).toBeUndefined()
  })

  test('where the database is away nobody writes, and it is said', async () => {
    const { folder } = await twoHosts()
    const away = new PostgresLocks(server.address('nowhere'))
    lockOverHosts(away, new Map([[folder, 'data']]))
    await expect(alone(folder, async () => {})).rejects.toMatchObject({ code: 'state-unusable' })
    expect(readdirSync(folder)).toEqual([])
  })

  test('many who come at once never hold it together', async () => {
    const { folder } = await twoHosts()
    let holders = 0
    const work = () =>
      alone(folder, async () => {
        const together = ++holders
        await new Promise((resolve) => setTimeout(resolve, 3))
        holders--
        return together
      })
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, work))
    const done = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value)
    expect(done.length).toBeGreaterThan(5)
    expect(new Set(done)).toEqual(new Set([1]))
  })
})
