/** Sums of what was asked in a file of SQLite: the contract. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { openSqliteStorage } from '../../src/state/sqlite-storage.ts'
import { describeUsage } from '../contracts/usage.ts'

let folder = ''
let files = 0
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'tiaowen-usage-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

let last = ''
const opened = async () => {
  const { usage, state } = openSqliteStorage(last)
  return { usage, close: () => state.close() }
}
describeUsage('SqliteUsage', {
  open: () => ((last = join(folder, String(files++), 'state.sqlite')), opened()),
  again: opened,
})
