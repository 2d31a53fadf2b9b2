/** The audit log in a file: whatever is edited, deleted, swapped or cut off behind the program's back is found. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashOf, NO_HASH } from '../../src/access/audit-chain.ts'
import type { AccessStore, AuditVerdict } from '../../src/access/access-store.ts'
import { IN_MEMORY, openSqliteAccess } from '../../src/access/sqlite-access.ts'
import { openSqliteStorage } from '../../src/state/sqlite-storage.ts'
import { addRowSum } from '../../src/state/sqlite-sums.ts'
import { randomFrom } from '../store/random.ts'

const TAMPERINGS = process.env['TIAOWEN_LONG'] === '1' ? 2_000 : 60
const ENTRIES = 60
const BY = { by: 'cli' }
const KEY = { name: '人事处', scopes: ['ask'], sight: [] } as const

let folder = ''
let files = 0
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'tiaowen-audit-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

function newPath(): string {
  const path = join(folder, String(files++), 'state.sqlite')
  mkdirSync(dirname(path))
  return path
}

async function filled(path: string, entries = ENTRIES): Promise<void> {
  const store = openSqliteAccess(path)
  await fill(store, entries)
  store.close()
}

async function fill(store: AccessStore, entries: number): Promise<void> {
  for (let count = 1; count <= entries; count++) {
    const detail = { file: `通知${count}.docx`, bytes: count * 1_000 }
    await store.audit({
      by: count % 3 ? `person:${count}` : 'nobody',
      action: count % 2 ? 'sign-in' : 'upload.accept',
      outcome: count % 5 ? 'done' : 'refused',
      ...(count % 4 && { object: `d-${count}`, requestId: `r-${count}` }),
      ...(count % 7 && { address: '10.0.0.7', detail }),
    })
  }
}

async function verified(path: string): Promise<AuditVerdict> {
  const store = openSqliteAccess(path)
  const verdict = await store.auditVerify()
  store.close()
  return verdict
}

/** As someone with the file in their hands: no trigger stands in the way. */
function tamper(path: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path)
  addRowSum(database)
  database.exec('PRAGMA synchronous = OFF; BEGIN')
  for (const trigger of ['audit_is_never_changed', 'audit_is_never_cut', 'audit_has_no_gap']) database.exec(`DROP TRIGGER ${trigger}`)
  work(database)
  database.exec('COMMIT')
  database.close()
}

const COLUMNS = ['at', 'by', 'action', 'object', 'outcome', 'request_id', 'address', 'detail', 'hash', 'number'] as const

/** One thing at random that someone might do, and its name. */
function oneTampering(database: DatabaseSync, random: (most: number) => number): string {
  const number = 1 + random(ENTRIES)
  const kind = random(6)
  if (kind === 0) {
    database.prepare('DELETE FROM audit WHERE number = ?').run(number)
    return `delete ${number}`
  }
  if (kind === 1) {
    database.prepare('DELETE FROM audit WHERE number >= ?').run(number)
    return `cut from ${number}`
  }
  if (kind === 2) {
    const other = 1 + ((number + random(ENTRIES - 1)) % ENTRIES)
    const swap = database.prepare('UPDATE audit SET number = ? WHERE number = ?')
    for (const [to, from] of [[-1, number], [number, other], [other, -1]]) swap.run(to!, from!)
    return `swap ${number} and ${other}`
  }
  if (kind === 3) {
    database.prepare('DELETE FROM audit WHERE number = ?').run(number)
    database.prepare('UPDATE audit SET number = number - 1 WHERE number > ?').run(number)
    return `delete ${number} and move up`
  }
  if (kind === 4) return rewritten(database, number)
  return edited(database, number, COLUMNS[random(COLUMNS.length)]!)
}

/** An entry changed, and the whole chain after it made anew. */
function rewritten(database: DatabaseSync, number: number): string {
  database.prepare("UPDATE audit SET by = 'operator' WHERE number = ?").run(number)
  let before = NO_HASH
  for (const row of database.prepare('SELECT * FROM audit ORDER BY number').all()) {
    const optional = (name: string, column: string) => (row[column] === null ? {} : { [name]: row[column] as string })
    before = hashOf(before, {
      number: Number(row['number']),
      at: new Date(Number(row['at'])).toISOString(),
      by: String(row['by']),
      action: String(row['action']),
      ...optional('object', 'object'),
      outcome: row['outcome'] as 'done',
      ...optional('requestId', 'request_id'),
      ...optional('address', 'address'),
      ...(row['detail'] !== null && { detail: JSON.parse(String(row['detail'])) as Record<string, string> }),
    })
    database.prepare('UPDATE audit SET hash = ? WHERE number = ?').run(before, Number(row['number']))
  }
  return `rewrite from ${number}`
}

function edited(database: DatabaseSync, number: number, column: (typeof COLUMNS)[number]): string {
  const change = {
    at: 'at + 1',
    number: `${ENTRIES + 5}`,
    outcome: "CASE outcome WHEN 'done' THEN 'failed' ELSE 'done' END",
    detail: `CASE WHEN detail IS NULL THEN '{}' ELSE replace(detail, '{', '{ ') END`,
    hash: "replace(hash, substr(hash, 1, 1), 'x')",
    object: "coalesce(object || ' ', '')",
    request_id: "coalesce(request_id || ' ', '')",
    address: "coalesce(address || ' ', '')",
    by: "by || '　'",
    action: "replace(action, '-', '.') || 'x'",
  }[column]
  database.prepare(`UPDATE audit SET ${column} = ${change} WHERE number = ?`).run(number)
  return `edit ${column} of ${number}`
}

test(`of ${TAMPERINGS} edits, deletions, swaps, cuts and rewritings all are found`, { timeout: 600_000 }, async () => {
  const path = newPath()
  await filled(path)
  expect(await verified(path)).toMatchObject({ whole: true, head: { number: ENTRIES } })
  const [bytes, head] = [readFileSync(path), readFileSync(join(dirname(path), 'audit.head'))]
  const { between } = randomFrom(20260302)
  const random = (most: number) => between(0, most)
  const missed: string[] = []
  const other = newPath()
  for (let count = 0; count < TAMPERINGS; count++) {
    writeFileSync(other, bytes)
    writeFileSync(join(dirname(other), 'audit.head'), head)
    let done = ''
    tamper(other, (database) => void (done = oneTampering(database, random)))
    if ((await verified(other)).whole) missed.push(done)
  }
  expect(missed).toEqual([])
})

test('a log of several batches is walked while others have their turn', async () => {
  const store = openSqliteAccess(IN_MEMORY)
  await fill(store, 1_201)
  let turns = 0
  const others = setInterval(() => turns++, 0)
  expect(await store.auditVerify()).toMatchObject({ whole: true, head: { number: 1_201 } })
  clearInterval(others)
  expect(turns).toBeGreaterThan(0)
  store.close()
})

test.each([
  ['changed', "UPDATE audit SET by = 'nobody' WHERE number = 1"],
  ['deleted', 'DELETE FROM audit'],
  ['put in between', "INSERT INTO audit SELECT 9, at, by, action, object, outcome, request_id, address, detail, hash FROM audit WHERE number = 1"],
  ['replaced', "INSERT OR REPLACE INTO audit SELECT number, at, 'nobody', action, object, outcome, request_id, address, detail, hash FROM audit WHERE number = 1"],
])('the database itself refuses that an entry is %s', async (_, sql) => {
  const path = newPath()
  await filled(path, 3)
  const database = new DatabaseSync(path)
  addRowSum(database)
  expect(() => database.exec(sql)).toThrow('the audit log is only added to')
  database.close()
})

describe('its end, kept beside the database', () => {
  const headOf = (path: string) => JSON.parse(readFileSync(join(dirname(path), 'audit.head'), 'utf8')) as unknown

  test('is there when the program ends, for its owner alone', async () => {
    const path = newPath()
    const store = openSqliteAccess(path)
    await store.audit({ by: 'nobody', action: 'sign-in', outcome: 'refused' })
    await store.audit({ by: 'nobody', action: 'sign-in', outcome: 'refused' })
    const head = await store.auditHead()
    store.close()
    expect(headOf(path)).toEqual({ ...head, guarded: false })
    expect(statSync(join(dirname(path), 'audit.head')).mode & 0o777).toBe(0o600)
  })

  test('is written soon after, while the program runs', async () => {
    const path = newPath()
    const store = openSqliteAccess(path)
    await store.audit({ by: 'nobody', action: 'sign-in', outcome: 'refused' })
    await expect.poll(() => existsSync(join(dirname(path), 'audit.head'))).toBe(true)
    for (let count = 0; count < 3; count++) await store.audit({ by: 'nobody', action: 'sign-in', outcome: 'refused' })
    await expect.poll(() => headOf(path), { timeout: 10_000 }).toMatchObject({ number: 4 })
    store.close()
  })

  test('is never put back: what was cut off still shows after more was added', async () => {
    const path = newPath()
    await filled(path, 10)
    tamper(path, (database) => database.exec('DELETE FROM audit WHERE number > 5'))
    const lines: string[] = []
    for (const more of [1, 10]) {
      const store = openSqliteAccess(path, { log: (line) => lines.push(line) })
      for (let count = 0; count < more; count++) await store.audit({ by: 'nobody', action: 'sign-in', outcome: 'refused' })
      store.close()
      expect(headOf(path)).toMatchObject({ number: 10 })
      expect((await verified(path)).whole).toBe(false)
    }
    expect(lines[0]).toContain('请运行 tiaowen audit verify')
  })

  test('that is damaged is no proof', async () => {
    const path = newPath()
    await filled(path, 3)
    writeFileSync(join(dirname(path), 'audit.head'), '{"number":3}')
    expect(await verified(path)).toMatchObject({ whole: false, number: 0 })
  })

  test('that cannot be written is told, and nothing else fails', async () => {
    const path = newPath()
    mkdirSync(join(dirname(path), 'audit.head'))
    const lines: string[] = []
    const store = openSqliteAccess(path, { log: (line) => lines.push(line) })
    const { secret } = await store.createKey(KEY, BY)
    expect(await store.keyBySecret(secret)).toBeDefined()
    store.close()
    expect(lines.some((line) => line.includes('没有写进 audit.head'))).toBe(true)
  })
})

describe('where the database was lost', () => {
  const lost = async (isGuarded: boolean) => {
    const path = newPath()
    const store = openSqliteAccess(path)
    if (isGuarded) await store.createKey(KEY, BY)
    else await store.audit({ by: 'local', action: 'upload.accept', outcome: 'done' })
    store.close()
    writeFileSync(path, 'x'.repeat(8_192))
    rmSync(`${path}-wal`, { force: true })
    return openSqliteStorage(path)
  }

  test('nobody is let in without a key where one was needed before', async () => {
    const { access, state } = await lost(true)
    expect([await access.hasAnyone(), await access.keys()]).toEqual([true, []])
    expect(await access.auditVerify()).toMatchObject({ whole: false, number: 1 })
    await state.close()
  })

  test('whoever sits at this machine is let in where that was all', async () => {
    const { access, state } = await lost(false)
    expect(await access.hasAnyone()).toBe(false)
    await state.close()
  })
})
