/** The disk and the database for /readyz: what is said of them, and that nobody waits for a slow one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openSqliteStorage } from '../../src/state/sqlite-storage.ts'
import { PolicyError } from '../../src/errors.ts'
import { watchMachine } from '../../src/telemetry/machine.ts'

const well = { folders: ['/data', '/index'], probe: () => {} }

test.each([
  [0.5, { ok: true, message: '剩余 free: 50%' }],
  [0.1, { ok: true, message: '剩余 free: 10%' }],
  [0.0999, { ok: false, message: '磁盘只剩9%，请清理或扩容 the disk is nearly full: 9% free; make room' }],
  [0, { ok: false, message: '磁盘只剩0%，请清理或扩容 the disk is nearly full: 0% free; make room' }],
])('of the disks of data and index the fuller one counts: %d free', async (free, disk) => {
  const look = watchMachine({ ...well, freeOf: async (folder) => (folder === '/index' ? free : 0.9) })
  expect(await look()).toEqual({ disk, diskFree: free, database: { ok: true } })
})

test('a disk that cannot be looked at is said, with no path', async () => {
  const look = watchMachine({ ...well, freeOf: async () => Promise.reject(Object.assign(new Error('/data'), { code: 'ENOENT' })) })
  expect((await look()).disk).toEqual({ ok: false, message: '磁盘无法查看 the disk cannot be looked at: ENOENT' })
})

test('a database that cannot be written is said by its code', async () => {
  const probe = () => {
    throw new PolicyError('state-unusable', '/srv/data/state.sqlite 不能写入')
  }
  expect((await watchMachine({ ...well, freeOf: async () => 1, probe })()).database).toEqual({ ok: false, message: 'state-unusable' })
})

test('a disk that hangs keeps nobody waiting: what was seen before is told, and it is asked once', async () => {
  let asked = 0
  let now = 0
  const freeOf = async (): Promise<number> => (++asked <= 2 ? 0.5 : new Promise(() => {}))
  const look = watchMachine({ ...well, freeOf, now: () => now })
  expect((await look()).diskFree).toBe(0.5)
  now = 500
  await look()
  expect(asked).toBe(2) // of each folder once a second
  now = 1_500
  for (let times = 0; times < 5; times++) expect((await look()).diskFree).toBe(0.5)
  expect(asked).toBe(4)
})

test('the real probe leaves the database as it was, waits for no other writer, and fails once it is closed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-probe-'))
  const path = join(folder, 'state.sqlite')
  const { probe, state } = openSqliteStorage(path)
  const other = new DatabaseSync(path)
  const version = () => other.prepare('PRAGMA data_version').get()
  const before = version()
  probe()
  expect(version()).toEqual(before)
  other.exec('BEGIN IMMEDIATE')
  const began = performance.now()
  probe()
  expect(performance.now() - began).toBeLessThan(1_500) // of the 2 s that a writer waits
  other.close()
  await state.close()
  expect(probe).toThrow()
  rmSync(folder, { recursive: true })
})
