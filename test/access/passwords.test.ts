/** What is kept of a password, and what hashing one may take. */
import { DatabaseSync } from 'node:sqlite'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PASSWORD_COST, Passwords } from '../../src/access/passwords.ts'
import { openSqliteAccess } from '../../src/access/sqlite-access.ts'

const CHEAP = { memoryKiB: 8, passes: 1, lanes: 1 }
const PASSWORD = '春眠不觉晓处处闻啼鸟夜来'

test('Argon2id at 64 MiB and 3 passes, salted, in the notation of PHC', async () => {
  const passwords = new Passwords()
  const kept = await passwords.keptOf(PASSWORD)
  expect(kept).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(await passwords.matches(PASSWORD, kept)).toBe(true)
  expect(PASSWORD_COST).toEqual({ memoryKiB: 65_536, passes: 3, lanes: 1 })
})

test('one that another program kept is known again', async () => {
  // argon2 of the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32
  const kept = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  expect(await new Passwords().matches('password', kept)).toBe(true)
  expect(await new Passwords().matches('passwore', kept)).toBe(false)
})

test('nothing kept: nothing matches', async () => {
  const passwords = new Passwords(CHEAP)
  expect([await passwords.matches('', undefined), await passwords.matches(PASSWORD, undefined)]).toEqual([false, false])
})

test('so many wait and no more', async () => {
  const passwords = new Passwords(CHEAP)
  const all = await Promise.allSettled(Array.from({ length: 70 }, () => passwords.matches(PASSWORD, undefined)))
  expect(all.filter(({ status }) => status === 'rejected').map((one) => (one as PromiseRejectedResult).reason as unknown)).toEqual(
    Array.from({ length: 4 }, () => expect.objectContaining({ code: 'overloaded' }) as unknown),
  )
  expect(await passwords.matches(PASSWORD, undefined)).toBe(false)
})

test('with a higher cost the next sign-in keeps it anew; nothing secret lies in the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tiaowen-passwords-'))
  const path = join(folder, 'state.sqlite')
  const before = openSqliteAccess(path, { passwordCost: CHEAP })
  const { id } = await before.createPerson({ login: 'li.ming', name: '李明', role: 'reader', sight: [], password: PASSWORD }, { by: 'cli' })
  const { token } = await before.openSession({ person: id }, {})
  const { secret } = await before.createKey({ name: '处室', scopes: ['ask'], sight: [] }, { by: 'cli' })
  before.close()
  const after = openSqliteAccess(path, { passwordCost: { ...CHEAP, passes: 2 } })
  const keptNow = () => {
    const database = new DatabaseSync(path, { readOnly: true })
    const kept = String(database.prepare('SELECT password FROM people').get()!['password'])
    database.close()
    return kept
  }
  expect(await after.personByPassword('li.ming', `${PASSWORD}x`)).toBeUndefined()
  expect(keptNow()).toContain('t=1')
  expect((await after.personByPassword('li.ming', PASSWORD))?.id).toBe(id)
  expect(keptNow()).toContain('t=2')
  expect((await after.personByPassword('li.ming', PASSWORD))?.id).toBe(id)
  expect(await after.sessionByToken(token)).toBeDefined()
  after.close()
  const bytes = await readFile(path)
  for (const hidden of [PASSWORD, token, secret, secret.slice(16)]) expect(bytes.includes(hidden)).toBe(false)
  await rm(folder, { recursive: true })
})
