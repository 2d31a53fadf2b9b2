/** What every AccessStore promises. `again` opens what the one opened last keeps, beside it, as another process does. */
import { createHash } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { AccessStore, By, NewKey, NewPerson } from '../../src/access/access-store.ts'
import { PolicyError } from '../../src/errors.ts'

export interface AccessKind {
  /** One with nothing in it. Times are those of the clock given. */
  open(now: () => number): Promise<AccessStore & { close(): void }>
  /** Another over the same; absent where there can be none. */
  again?(now: () => number): Promise<AccessStore & { close(): void }>
}

const BY: By = { by: 'cli', requestId: 'r-1', address: '10.0.0.7' }
const START = Date.parse('2026-03-02T01:00:00Z')
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const KEY: NewKey = { name: '人事处系统', scopes: ['ask', 'search'], sight: [] }
const LI: NewPerson = { login: 'Li.Ming', name: '李明', role: 'reader', sight: 'all', password: '春眠不觉晓处处闻啼鸟夜来' }
const CHIEF: NewPerson = { login: 'wang', name: '王处长', role: 'admin', sight: 'all', password: 'correct horse battery' }

export function describeAccess(kind: string, { open, again }: AccessKind): void {
  describe(`${kind} as an AccessStore`, () => {
    const opened: { close(): void }[] = []
    let now = START
    const clock = () => now
    const fresh = async () => {
      now = START
      const store = await open(clock)
      opened.push(store)
      return store
    }
    const beside = async () => {
      const store = await again!(clock)
      opened.push(store)
      return store
    }
    afterEach(() => opened.splice(0).forEach((store) => store.close()))

    const codeOf = async (work: Promise<unknown>): Promise<string> =>
      work.then(() => 'done', (error: unknown) => (error instanceof PolicyError ? error.code : String(error)))
    const actions = async (store: AccessStore) =>
      (await store.auditEntries({ limit: 100 })).map(({ action, object }) => [action, object]).reverse()

    describe('keys', () => {
      test('a key opens with its secret, and with nothing else', async () => {
        const store = await fresh()
        const { key, secret } = await store.createKey(KEY, BY)
        expect(secret).toMatch(/^tw_live_[\w-]{43}$/)
        expect(key).toEqual({
          id: secret.slice(8, 16),
          name: '人事处系统',
          owner: `k-${createHash('sha256').update(secret).digest('hex').slice(0, 16)}`,
          scopes: ['ask', 'search'],
          sight: [],
          createdAt: '2026-03-02T01:00:00.000Z',
          createdBy: 'cli',
        })
        expect((await store.keyBySecret(secret))?.id).toBe(key.id)
        const last = secret.at(-1) === 'A' ? 'B' : 'A'
        const others = ['', 'tw_live_', secret.slice(0, -1), `${secret.slice(0, -1)}${last}`, `${secret} `, secret.slice(8)]
        for (const other of [...others, key.id, `tw_live_${'x'.repeat(43)}`, secret.toUpperCase(), `${secret}\n`]) {
          expect(await store.keyBySecret(other), other).toBeUndefined()
        }
      })

      test('100 secrets have nothing in common', async () => {
        const store = await fresh()
        const made = await Promise.all(Array.from({ length: 100 }, () => store.createKey(KEY, BY)))
        expect(new Set(made.map(({ secret }) => secret.slice(8, 20))).size).toBe(100)
        expect(made.some(({ key }) => key.id.startsWith('-'))).toBe(false)
      })

      test('one that is revoked is dead at once, and its sessions with it', async () => {
        const store = await fresh()
        const { key, secret } = await store.createKey(KEY, BY)
        const { token } = await store.openSession({ key: key.id }, {})
        expect((await store.sessionByToken(token))?.holder).toMatchObject({ key: { id: key.id } })
        expect(await store.revokeKey(key.id, BY)).toBe(true)
        expect([await store.keyBySecret(secret), await store.keyById(key.id)]).toEqual([undefined, undefined])
        expect(await store.sessionByToken(token)).toBeUndefined()
        expect(await codeOf(store.openSession({ key: key.id }, {}))).toBe('no-such-key')
        expect(await store.revokeKey(key.id, BY)).toBe(false)
        expect(await store.revokeKey('unknown1', BY)).toBe(false)
        expect((await store.keys())[0]?.revokedAt).toBe('2026-03-02T01:00:00.000Z')
      })

      test('a day is good to its end in China; a time to the second', async () => {
        const store = await fresh()
        const { key, secret } = await store.createKey({ ...KEY, expiresAt: '2026-03-02' }, BY)
        expect(key.expiresAt).toBe('2026-03-02T16:00:00.000Z')
        const hour = await store.createKey({ ...KEY, expiresAt: '2026-03-02T12:00:00+08:00' }, BY)
        const { token } = await store.openSession({ key: hour.key.id }, {})
        now = Date.parse('2026-03-02T03:59:59.999Z')
        expect((await store.keyBySecret(hour.secret))?.id).toBe(hour.key.id)
        now = Date.parse('2026-03-02T04:00:00Z')
        expect(await store.keyBySecret(hour.secret)).toBeUndefined()
        expect(await store.sessionByToken(token)).toBeUndefined()
        expect((await store.keyBySecret(secret))?.id).toBe(key.id)
        now = Date.parse('2026-03-02T16:00:00Z')
        expect(await store.keyById(key.id)).toBeUndefined()
      })

      test('last use is kept to the minute', async () => {
        const store = await fresh()
        const { key, secret } = await store.createKey(KEY, BY)
        const lastUse = async () => (await store.keys())[0]?.lastUsedAt
        expect(await lastUse()).toBeUndefined()
        expect((await store.keyBySecret(secret))?.lastUsedAt).toBe('2026-03-02T01:00:00.000Z')
        now += MINUTE_MS - 1
        await store.keyBySecret(secret)
        expect(await lastUse()).toBe('2026-03-02T01:00:00.000Z')
        now += 1
        await store.keyById(key.id)
        expect(await lastUse()).toBe('2026-03-02T01:01:00.000Z')
        now = START // a clock that was put back
        await store.keyById(key.id)
        expect(await lastUse()).toBe('2026-03-02T01:00:00.000Z')
      })

      test.each<[string, Partial<NewKey>]>([
        ['no name', { name: '  ' }],
        ['a name of 81 characters', { name: '一'.repeat(81) }],
        ['a name of two lines', { name: '人事处\n系统' }],
        ['no scope', { scopes: [] }],
        ['a scope that is none', { scopes: ['root' as 'admin'] }],
        ['a collection that is none', { sight: ['0123456789abcdef'] }],
        ['admin without all sight', { scopes: ['admin'], sight: [] }],
        ['a day that is past', { expiresAt: '2026-03-01' }],
        ['a day that is none', { expiresAt: '2027-02-29' }],
        ['a time without its zone', { expiresAt: '2027-03-01T12:00:00' }],
        ['no tokens', { tokensADay: 0 }],
        ['half a token', { tokensADay: 1.5 }],
      ])('is refused: %s', async (_, wrong) => {
        const store = await fresh()
        expect(await codeOf(store.createKey({ ...KEY, ...wrong }, BY))).toBe('bad-request')
        expect([await store.keys(), await actions(store)]).toEqual([[], []])
      })

      test('newest first, with all they were given', async () => {
        const store = await fresh()
        const { id } = await store.createCollection('人事', BY)
        await store.createKey({ ...KEY, sight: [id, id] }, BY)
        await store.createKey({ ...KEY, scopes: ['admin', 'ask'], sight: 'all', tokensADay: 200_000 }, BY)
        const [newest, oldest] = await store.keys()
        expect(newest).toMatchObject({ scopes: ['ask', 'admin'], sight: 'all', tokensADay: 200_000 })
        expect(oldest).toMatchObject({ scopes: ['ask', 'search'], sight: [id] })
      })
    })

    describe('people', () => {
      test('sign in with login and password, whatever the case of the login', async () => {
        const store = await fresh()
        const person = await store.createPerson(LI, BY)
        expect(person).toEqual({
          id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
          login: 'Li.Ming',
          name: '李明',
          role: 'reader',
          sight: 'all',
          createdAt: '2026-03-02T01:00:00.000Z',
          hasPassword: true,
        })
        const { password = '' } = LI
        for (const login of ['Li.Ming', 'li.ming', 'ＬＩ.ming', ' li.ming ']) {
          expect((await store.personByPassword(login, password))?.id, login).toBe(person.id)
        }
        for (const wrong of ['', password.slice(1), ` ${password}`, 'x'.repeat(5_000)]) {
          expect(await store.personByPassword('li.ming', wrong)).toBeUndefined()
        }
        expect(await store.personByPassword('nobody', password)).toBeUndefined()
      })

      test('the same letters from another keyboard are the same password', async () => {
        const store = await fresh()
        await store.createPerson({ ...LI, password: 'Ｃafé-１２３-ab-cd' }, BY)
        expect((await store.personByPassword('li.ming', 'Cafe\u0301-123-ab-cd'))?.login).toBe('Li.Ming')
      })

      test.each<[string, Partial<NewPerson>]>([
        ['no login', { login: ' ' }],
        ['a login with a space', { login: 'li ming' }],
        ['a login of 81 characters', { login: 'l'.repeat(81) }],
        ['no name', { name: '' }],
        ['a role that is none', { role: 'root' as 'admin' }],
        ['an admin who does not see all', { role: 'admin', sight: [] }],
        ['a password of 11 characters', { password: '一二三四五六七八九十一' }],
        ['a password of 1,025 characters', { password: '春'.repeat(512) + '夏'.repeat(513) }],
        ['a password everybody tries', { password: 'Password1234' }],
        ['a row of digits', { password: '123456789012' }],
        ['a few characters again and again', { password: 'abc1abc1abc1' }],
        ['the login as password', { login: 'zhang.san.feng', password: 'Zhang.San.Feng' }],
        ['a login that is taken', { login: 'WANG' }],
        ['a subject that is taken', { subject: { issuer: 'https://sso', subject: '7' } }],
      ])('is refused: %s', async (_, wrong) => {
        const store = await fresh()
        await store.createPerson({ ...CHIEF, subject: { issuer: 'https://sso', subject: '7' } }, BY)
        expect(await codeOf(store.createPerson({ ...LI, ...wrong }, BY))).toBe('bad-request')
        expect((await store.people()).map(({ login }) => login)).toEqual(['wang'])
      })

      test('by single sign-on, without a password', async () => {
        const store = await fresh()
        const { password: _, ...rest } = LI
        const subject = { issuer: 'https://sso.example.gov.cn', subject: '320100' }
        const person = await store.createPerson({ ...rest, subject }, BY)
        expect(person).toMatchObject({ hasPassword: false, subject })
        expect((await store.personBySubject(subject.issuer, subject.subject))?.id).toBe(person.id)
        expect(await store.personBySubject('https://other', subject.subject)).toBeUndefined()
        expect(await store.personByPassword('li.ming', '')).toBeUndefined()
        await store.changePerson(person.id, { disabled: true }, BY)
        expect(await store.personBySubject(subject.issuer, subject.subject)).toBeUndefined()
      })

      test.each<[string, Parameters<AccessStore['changePerson']>[1], boolean]>([
        ['a new password', { password: '夜来风雨声花落知多少几何' }, false],
        ['another role', { role: 'editor' }, false],
        ['being disabled', { disabled: true }, false],
        ['another name', { name: '李小明' }, true],
        ['other collections', { sight: [] }, true],
        ['the role they have', { role: 'reader' }, true],
      ])('%s: are they still signed in?', async (_, change, isSignedIn) => {
        const store = await fresh()
        const person = await store.createPerson(LI, BY)
        const { token } = await store.openSession({ person: person.id }, {})
        const changed = await store.changePerson(person.id, change, BY)
        const { password: _password, disabled: _disabled, ...shown } = change
        expect(changed).toMatchObject(shown)
        expect((await store.sessionByToken(token)) !== undefined).toBe(isSignedIn)
      })

      test('with a new password the old one is worth nothing; who is disabled may not sign in until they are enabled', async () => {
        const store = await fresh()
        const person = await store.createPerson(LI, BY)
        const password = '夜来风雨声花落知多少几何'
        await store.changePerson(person.id, { password }, BY)
        expect(await store.personByPassword('li.ming', LI.password!)).toBeUndefined()
        expect((await store.personByPassword('li.ming', password))?.id).toBe(person.id)
        const { disabledAt } = await store.changePerson(person.id, { disabled: true }, BY)
        expect(disabledAt).toBe('2026-03-02T01:00:00.000Z')
        expect(await store.personByPassword('li.ming', password)).toBeUndefined()
        expect(await codeOf(store.openSession({ person: person.id }, {}))).toBe('no-such-person')
        expect((await store.changePerson(person.id, { disabled: false }, BY)).disabledAt).toBeUndefined()
        expect((await store.personByPassword('li.ming', password))?.id).toBe(person.id)
      })

      test('one admin who can sign in must remain', async () => {
        const store = await fresh()
        const chief = await store.createPerson(CHIEF, BY)
        const { password: _, ...noWayIn } = { ...LI, role: 'admin' as const }
        await store.createPerson(noWayIn, BY)
        expect(await codeOf(store.changePerson(chief.id, { disabled: true }, BY))).toBe('bad-request')
        expect(await codeOf(store.changePerson(chief.id, { role: 'editor' }, BY))).toBe('bad-request')
        await store.createPerson({ ...CHIEF, login: 'zhao' }, BY)
        expect((await store.changePerson(chief.id, { role: 'editor' }, BY)).role).toBe('editor')
      })

      test('an admin sees all, also after a change', async () => {
        const store = await fresh()
        await store.createPerson(CHIEF, BY)
        const person = await store.createPerson({ ...LI, sight: [] }, BY)
        expect(await codeOf(store.changePerson(person.id, { role: 'admin' }, BY))).toBe('bad-request')
        expect((await store.changePerson(person.id, { role: 'admin', sight: 'all' }, BY)).role).toBe('admin')
        expect(await codeOf(store.changePerson(person.id, { sight: [] }, BY))).toBe('bad-request')
        expect(await codeOf(store.changePerson('nobody', {}, BY))).toBe('no-such-person')
      })
    })

    describe('sessions', () => {
      test('a token opens until it is closed', async () => {
        const store = await fresh()
        const { id } = await store.createPerson(LI, BY)
        const { token, session } = await store.openSession({ person: id }, { agent: 'Firefox'.repeat(99), address: '10.0.0.7' })
        expect(token).toMatch(/^[\w-]{43}$/)
        expect(session).toEqual({
          id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
          createdAt: '2026-03-02T01:00:00.000Z',
          lastUsedAt: '2026-03-02T01:00:00.000Z',
          expiresAt: '2026-03-09T01:00:00.000Z',
          agent: 'Firefox'.repeat(99).slice(0, 200),
          address: '10.0.0.7',
        })
        expect((await store.sessionByToken(token))?.holder).toMatchObject({ person: { id, lastSignInAt: session.createdAt } })
        expect(await store.sessionByToken(session.id)).toBeUndefined()
        expect(await store.sessionsOf({ person: id })).toEqual([session])
        expect([await store.closeSession(session.id), await store.closeSession(session.id)]).toEqual([true, false])
        expect(await store.sessionByToken(token)).toBeUndefined()
      })

      test('is over after 12 hours without use, and after 7 days in any case', async () => {
        const store = await fresh()
        const { id } = await store.createPerson(LI, BY)
        const idle = await store.openSession({ person: id }, {})
        const used = await store.openSession({ person: id }, {})
        now += 12 * HOUR_MS - 1
        expect((await store.sessionByToken(used.token))?.session.lastUsedAt).toBe(new Date(now).toISOString())
        now += 1
        expect(await store.sessionByToken(idle.token)).toBeUndefined()
        expect((await store.sessionsOf({ person: id })).map((session) => session.id)).toEqual([used.session.id])
        while (now + 6 * HOUR_MS < START + 7 * DAY_MS) {
          now += 6 * HOUR_MS
          expect(await store.sessionByToken(used.token)).toBeDefined()
        }
        now = START + 7 * DAY_MS
        expect(await store.sessionByToken(used.token)).toBeUndefined()
      })

      test('of one person the 50 youngest stay', async () => {
        const store = await fresh()
        const { id } = await store.createPerson(LI, BY)
        const tokens: string[] = []
        for (let count = 0; count < 51; count++) {
          now += 1
          tokens.push((await store.openSession({ person: id }, {})).token)
        }
        expect(await store.sessionsOf({ person: id })).toHaveLength(50)
        expect(await store.sessionByToken(tokens[0]!)).toBeUndefined()
        expect(await store.sessionByToken(tokens[1]!)).toBeDefined()
      })
    })

    describe('collections', () => {
      test('hold folders and documents, each once', async () => {
        const store = await fresh()
        const made = await store.createCollection(' 人事文件 ', BY)
        expect(made).toEqual({ id: made.id, name: '人事文件', folders: [], documents: [], createdAt: '2026-03-02T01:00:00.000Z' })
        await store.changeCollection(made.id, { folders: ['人事', '工资', '人事'], documents: ['d-9', 'd-1'] }, BY)
        await store.changeCollection(made.id, { name: '人事' }, BY)
        expect(await store.collections()).toEqual([
          { ...made, name: '人事', folders: ['人事', '工资'], documents: ['d-1', 'd-9'] },
        ])
        await store.changeCollection(made.id, { documents: [] }, BY)
        expect((await store.collections())[0]).toMatchObject({ folders: ['人事', '工资'], documents: [] })
        await store.removeCollection(made.id, BY)
        expect(await store.collections()).toEqual([])
      })

      test('names are unique; unknown ones are said', async () => {
        const store = await fresh()
        const { id } = await store.createCollection('人事', BY)
        const other = await store.createCollection('财务', BY)
        expect(await codeOf(store.createCollection('人事', BY))).toBe('bad-request')
        expect(await codeOf(store.changeCollection(other.id, { name: '人事' }, BY))).toBe('bad-request')
        expect(await codeOf(store.changeCollection(id, { name: '人事' }, BY))).toBe('done')
        expect(await codeOf(store.createCollection('', BY))).toBe('bad-request')
        expect(await codeOf(store.changeCollection('none', {}, BY))).toBe('no-such-collection')
        expect(await codeOf(store.removeCollection('none', BY))).toBe('no-such-collection')
        expect(await codeOf(store.changeCollection(id, { documents: [''] }, BY))).toBe('bad-request')
      })

      test('the mark changes with every change, and with nothing else', async () => {
        const store = await fresh()
        const marks = [await store.collectionsMark()]
        const { id } = await store.createCollection('人事', BY)
        marks.push(await store.collectionsMark())
        await store.changeCollection(id, { documents: ['d-1'] }, BY)
        marks.push(await store.collectionsMark())
        await store.createKey(KEY, BY)
        expect(await store.collectionsMark()).toBe(marks.at(-1))
        await store.removeCollection(id, BY)
        marks.push(await store.collectionsMark())
        expect(new Set(marks).size).toBe(4)
      })

      test('one that is removed is given to nobody any more', async () => {
        const store = await fresh()
        const [one, other] = [await store.createCollection('人事', BY), await store.createCollection('财务', BY)]
        await store.createKey({ ...KEY, sight: [one.id, other.id] }, BY)
        await store.createPerson({ ...LI, sight: [one.id] }, BY)
        await store.removeCollection(one.id, BY)
        expect((await store.keys())[0]?.sight).toEqual([other.id])
        expect((await store.people())[0]?.sight).toEqual([])
      })
    })

    test('anyone: once there was a key or a person, and after they are gone too', async () => {
      const store = await fresh()
      expect(await store.hasAnyone()).toBe(false)
      const { key } = await store.createKey(KEY, BY)
      expect(await store.hasAnyone()).toBe(true)
      await store.revokeKey(key.id, BY)
      expect(await store.hasAnyone()).toBe(true)
      const other = await fresh()
      await other.createPerson(LI, BY)
      expect(await other.hasAnyone()).toBe(true)
    })

    describe('the audit log', () => {
      test('tells of every change who made it and to what, and nothing secret', async () => {
        const store = await fresh()
        const { id } = await store.createCollection('人事', BY)
        const { key, secret } = await store.createKey({ ...KEY, sight: [id], expiresAt: '2026-12-31' }, BY)
        const person = await store.createPerson(LI, BY)
        const password = '夜来风雨声花落知多少几何'
        await store.changePerson(person.id, { password, role: 'editor' }, { by: `person:${person.id}` })
        await store.changeCollection(id, { folders: ['人事'] }, BY)
        await store.revokeKey(key.id, BY)
        await store.removeCollection(id, BY)
        expect(await actions(store)).toEqual([
          ['collection.create', id],
          ['key.create', key.id],
          ['person.create', person.id],
          ['person.change', person.id],
          ['collection.change', id],
          ['key.revoke', key.id],
          ['collection.remove', id],
        ])
        const entries = await store.auditEntries({ limit: 100 })
        expect(entries.at(-2)).toEqual({
          number: 2,
          at: '2026-03-02T01:00:00.000Z',
          by: 'cli',
          action: 'key.create',
          object: key.id,
          outcome: 'done',
          requestId: 'r-1',
          address: '10.0.0.7',
          detail: { name: '人事处系统', scopes: 'ask search', sight: id, expiresAt: '2026-12-31T16:00:00.000Z' },
          hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        })
        const all = JSON.stringify(entries)
        for (const hidden of [secret, secret.slice(16), password, LI.password!, '$argon2']) expect(all).not.toContain(hidden)
      })

      test('is read newest first, page by page, by action, person and time', async () => {
        const store = await fresh()
        for (let count = 1; count <= 5; count++) {
          now += MINUTE_MS
          await store.audit({ by: count % 2 ? 'operator' : 'nobody', action: count < 3 ? 'sign-in' : 'admin.read', outcome: 'done' })
        }
        const numbers = async (wanted: object) =>
          (await store.auditEntries({ limit: 100, ...wanted })).map(({ number }) => number)
        expect(await numbers({})).toEqual([5, 4, 3, 2, 1])
        expect(await numbers({ limit: 2, before: 4 })).toEqual([3, 2])
        expect(await numbers({ action: 'sign-in' })).toEqual([2, 1])
        expect(await numbers({ by: 'operator', action: 'admin.read' })).toEqual([5, 3])
        expect(await numbers({ since: '2026-03-02T01:04:00Z' })).toEqual([5, 4])
        expect(await codeOf(store.auditEntries({ limit: 1, since: 'gestern' }))).toBe('bad-request')
      })

      test('is whole, whatever was written into it', async () => {
        const store = await fresh()
        expect(await store.auditVerify()).toEqual({ whole: true, head: { number: 0, hash: '0'.repeat(64) } })
        const words = ['\ud800', '\u0000', '“引号”\\"', '😀'.repeat(150), '', '\u2028', 'é', 'e\u0301', '\ufeff行']
        for (const object of words) {
          const detail = { object, [object]: NaN, n: -0, big: 1e21, is: true, '2': 1, '1': 2 }
          await store.audit({ by: object, action: object, object, outcome: 'failed', requestId: object, address: object, detail })
        }
        const head = await store.auditHead()
        expect(head.number).toBe(words.length)
        expect(await store.auditVerify(head)).toEqual({ whole: true, head })
      })

      test('that was cut shows by a head kept elsewhere', async () => {
        const store = await fresh()
        await store.audit({ by: 'nobody', action: 'sign-in', outcome: 'refused' })
        const head = await store.auditHead()
        expect(await store.auditVerify({ ...head, number: 2 })).toMatchObject({ whole: false, number: 2 })
        expect(await store.auditVerify({ number: 1, hash: 'f'.repeat(64) })).toMatchObject({ whole: false, number: 1 })
        await store.audit({ by: 'nobody', action: 'sign-in', outcome: 'refused' })
        expect(await store.auditVerify(head)).toMatchObject({ whole: true })
      })
    })

    describe.runIf(again !== undefined)('two at once over the same', () => {
      test('each sees at once what the other does', async () => {
        const [one, other] = [await fresh(), await beside()]
        const { key, secret } = await one.createKey(KEY, BY)
        expect((await other.keyBySecret(secret))?.id).toBe(key.id)
        expect([await other.hasAnyone(), (await other.keys()).length]).toEqual([true, 1])
        const { token } = await other.openSession({ key: key.id }, {})
        expect(await one.sessionByToken(token)).toBeDefined()
        await one.revokeKey(key.id, BY)
        expect([await other.keyBySecret(secret), await other.sessionByToken(token)]).toEqual([undefined, undefined])
        const mark = await one.collectionsMark()
        await other.createCollection('人事', BY)
        expect(await one.collectionsMark()).not.toBe(mark)
        const person = await one.createPerson(LI, BY)
        await other.changePerson(person.id, { disabled: true }, BY)
        expect(await one.personByPassword('li.ming', LI.password!)).toBeUndefined()
      })

      test('of the same login and the same name only one is made; the log has no gap', async () => {
        const stores = [await fresh(), await beside()]
        const both = <Made>(work: (store: AccessStore, at: number) => Promise<Made>) =>
          Promise.all(Array.from({ length: 10 }, (_, at) => codeOf(work(stores[at % 2]!, at))))
        const people = await both((store, at) => store.createPerson({ ...LI, login: at % 3 ? 'li.ming' : 'LI.MING' }, BY))
        const collections = await both((store) => store.createCollection('人事', BY))
        const keys = await both((store) => store.createKey(KEY, BY))
        expect([people, collections, keys].map((codes) => codes.filter((code) => code === 'done').length)).toEqual([1, 1, 10])
        expect(new Set([...people, ...collections])).toEqual(new Set(['done', 'bad-request']))
        expect(await stores[0]!.auditVerify()).toMatchObject({ whole: true, head: { number: 12 } })
        expect(await stores[1]!.auditHead()).toEqual(await stores[0]!.auditHead())
      })
    })
  })
}
