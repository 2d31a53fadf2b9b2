/** Access in a file of SQLite: the contract, and what a file on a disk may meet. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { IN_MEMORY, openSqliteAccess } from '../../src/access/sqlite-access.ts'
import { describeAccess } from '../contracts/access.ts'

/** As little as Argon2 allows. */
const passwordCost = { memoryKiB: 8, passes: 1, lanes: 1 }

let folder = ''
let files = 0
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'tiaowen-access-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))
const newPath = () => join(folder, String(files++), 'state.sqlite')

let last = ''
describeAccess('SqliteAccess in a file', {
  open: async (now) => openSqliteAccess((last = newPath()), { now, passwordCost }),
  again: async (now) => openSqliteAccess(last, { now, passwordCost }),
})
describeAccess('SqliteAccess in memory', {
  open: async (now) => openSqliteAccess(IN_MEMORY, { now, passwordCost }),
})
