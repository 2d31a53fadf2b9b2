/**
 * From an older release to this one and back: what people kept is all there, every citation they kept still opens, and
 * what the newer program wrote is never taken for damaged by the older one.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openApp } from '../../src/app.ts'
import { verifyBackup } from '../../src/backup/verify-backup.ts'
import { changesOf } from '../../src/channels/citation-changes.ts'
import { readLibraryList } from '../../src/documents/library-list.ts'
import { openRegistry } from '../../src/documents/registry.ts'
import { SCHEMA } from '../../src/state/sqlite-copy.ts'
import { openSqliteState } from '../../src/state/sqlite-state.ts'
import type { Citation, CitationChange } from '../../src/types.ts'
import { configFor, memoryFolder } from '../library.ts'
import { isLong } from '../store/random.ts'
import { backUp, converse, openFolders, requestFor, storageOf, VERSION } from './office.ts'
import { checkOut, inOffice, layOut, RELEASES } from './releases.ts'

function office(): string {
  const home = mkdtempSync(join(memoryFolder(), 'tiaowen-upgrade-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  return home
}

/** Opens what an older release left, reads it again, and follows every citation that was kept. */
async function followed(home: string): Promise<{ citations: Citation[]; changes: readonly CitationChange[]; conversations: number; ratings: string[] }> {
  const config = configFor(home)
  const { state } = storageOf(config)
  const app = await openApp(config, { log: () => {} })
  await app.settled
  const { conversations } = await state.conversations('local', { limit: 100 })
  const citations: Citation[] = []
  for (const { id } of conversations) {
    for (const { answer } of (await state.conversation('local', id)).exchanges) citations.push(...answer!.citations)
  }
  const ratings: string[] = []
  for await (const { rating, answer } of state.feedback('local', {})) {
    ratings.push(rating)
    citations.push(...answer.citations)
  }
  for (const { documentId, textSha256, start, end, quote } of citations) {
    const text = await app.assistant.textOf(documentId, textSha256)
    expect(text?.text.slice(start, end)).toBe(quote)
    const now = app.assistant.catalogue().documents.find(({ id }) => id === documentId)
    expect(text!.superseded).toBe(now?.textSha256 !== textSha256) // an older text says that it is one
  }
  const changes = changesOf(citations, app.assistant.catalogue())
  await state.close()
  await app.close()
  return { citations, changes, conversations: conversations.length, ratings }
}

const rowsOf = (path: string): unknown[] => {
  const database = new DatabaseSync(path, { readOnly: true })
  const rows = ['conversations', 'exchanges', 'feedback'].flatMap((table) => database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all())
  const version = database.prepare('PRAGMA user_version').get()!['user_version']
  database.close()
  return [version, ...rows]
}

describe.each(RELEASES)('what $name left (schema $schema)', (release) => {
  test('is opened: conversations, feedback, every citation; where it was replaced, that is said', async () => {
    const home = office()
    layOut(release, home)
    const state = join(home, 'data', 'state.sqlite')
    const before = rowsOf(state)
    expect(before[0]).toBe(release.schema)
    const { citations, changes, conversations, ratings } = await followed(home)
    expect([conversations, ratings]).toEqual([2, ['up']])
    expect(citations.map(({ source, quote }) => `${source} ${quote.slice(0, 6)}`)).toEqual(expect.arrayContaining(['通知.txt 人才公寓租金', '办法.txt 第二条 有下']))
    // 通知.txt was taken out; of 办法.txt there is a newer text
    expect(new Set(changes.map(({ state }) => state))).toEqual(new Set(['gone', 'changed']))
    const after = rowsOf(state)
    expect(after[0]).toBe(SCHEMA)
    const copies = readdirSync(join(home, 'data')).filter((name) => name.includes('.before-'))
    expect(copies).toEqual(release.schema < SCHEMA ? [`state.sqlite.before-${SCHEMA}`] : [])
    for (const copy of copies) expect(rowsOf(join(home, 'data', copy))).toEqual(before)
    await followed(home) // and once more: nothing is upgraded twice
    expect(readdirSync(join(home, 'data')).filter((name) => name.includes('.before-'))).toEqual(copies)
  })
})

describe('the copy of before an upgrade', () => {
  test('of an earlier upgrade stays: the next one has another name', () => {
    const home = office()
    layOut(RELEASES[0]!, home)
    const path = join(home, 'data', 'state.sqlite')
    writeFileSync(`${path}.before-${SCHEMA}`, 'of an earlier upgrade')
    void openSqliteState(path).close()
    const [first, second, ...more] = readdirSync(join(home, 'data')).filter((name) => name.includes('.before-')).toSorted()
    expect([first, more]).toEqual([`state.sqlite.before-${SCHEMA}`, []])
    expect(readFileSync(`${path}.before-${SCHEMA}`, 'utf8')).toBe('of an earlier upgrade')
    expect(rowsOf(join(home, 'data', second!))[0]).toBe(1)
  })

  test('has no room on the disk: the upgrade does not begin', ({ skip }) => {
    const target = fileURLToPath(new URL('full-disk-target.ts', import.meta.url))
    const run = 'mount -t tmpfs -o size=2m tmpfs /mnt && echo mounted >&2 && exec "$0" "$1" /mnt'
    const { stdout, stderr } = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', run, process.execPath, target], { encoding: 'utf8' })
    if (!stderr.startsWith('mounted')) return skip(stderr)
    expect(JSON.parse(stdout)).toEqual({ full: ['disk-full', 1, []], empty: ['upgraded', [1]] })
  })
})

describe('what a newer version wrote is refused, and stays as it is', () => {
  test.each([
    ['documents.json', (data: string) => openRegistry(data, new Date())],
    ['library.json', (data: string) => readLibraryList(data)],
  ])('%s', async (name, open) => {
    const home = office()
    layOut(RELEASES[1]!, home)
    const path = join(home, 'data', name)
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), version: 2 }))
    const before = readFileSync(path, 'utf8')
    await expect(open(join(home, 'data'))).rejects.toMatchObject({
      code: 'data-newer',
      message: `${path} 由更新的版本写成（格式第2版，本程序只认到第1版）。请改用那个版本的程序，或恢复升级前的备份：tiaowen restore <备份> --replace。`,
    })
    expect([readFileSync(path, 'utf8'), readdirSync(join(home, 'data')).filter((one) => one.includes('.bad-'))]).toEqual([before, []])
  })

  test('state.sqlite', async () => {
    const home = office()
    layOut(RELEASES[1]!, home)
    const path = join(home, 'data', 'state.sqlite')
    const database = new DatabaseSync(path)
    database.exec('PRAGMA user_version = 99')
    database.close()
    const message = expect.stringContaining('由更新的版本写成（结构第99版') as string
    expect(() => openSqliteState(path)).toThrow(expect.objectContaining({ code: 'state-unusable', message }) as Error)
    expect(rowsOf(path)[0]).toBe(99)
  })
})

describe.runIf(isLong).each(RELEASES)('from the program itself: $name ($commit)', (release) => {
  test('there and back', { timeout: 600_000 }, async ({ skip }) => {
    const checkout = checkOut(release)
    if (checkout === undefined) return skip('the history is not here')
    onTestFinished(() => rmSync(checkout, { recursive: true, force: true }))
    const home = office()
    cpSync('seeds', join(home, 'documents'), { recursive: true })
    writeFileSync(join(home, 'documents', '办法.txt'), '预付卡管理办法\n第一条 为了规范预付式消费，制定本办法。\n第二条 有下列情形之一的，予以退款：\n（一）商家停业的；\n（二）未提供服务的。\n')
    inOffice(checkout, home, 'furnish')
    const config = configFor(home)
    const state = join(config.dataFolder, 'state.sqlite')

    // there
    expect(await followed(home)).toMatchObject({ conversations: 2, ratings: ['up'] })
    const app = await openApp(config, { log: () => {} })
    await app.settled
    const storage = storageOf(config)
    await converse(app, storage, '未来五年全社会研发投入强度要超过多少？')
    await storage.state.close()
    await app.close()
    requestFor(config, '')
    const { folder, manifest } = await backUp(config, join(home, 'backups'))
    await verifyBackup({ backup: folder, programVersion: VERSION, openFolders })
    expect([manifest.conversations, manifest.citations.resolved]).toEqual([3, manifest.citations.total])
    const written = readFileSync(state)

    // and back: the older program says what is the matter and loses nothing, or works
    const back = inOffice(checkout, home, 'reopen')
    if (release.schema < SCHEMA) {
      expect(back).toMatchObject({ documents: 6, refused: 'state-unusable', message: expect.stringContaining('由更新的版本写成') as string })
      expect(readFileSync(state).equals(written)).toBe(true)
      copyFileSync(state, `${state}.newer`)
      copyFileSync(`${state}.before-${SCHEMA}`, state)
      expect(inOffice(checkout, home, 'reopen')).toEqual({ documents: 6, conversations: 2, lost: [] })
    } else expect(back).toEqual({ documents: 6, conversations: 3, lost: [] })
    // once more there: the older program harmed nothing
    expect((await followed(home)).conversations).toBe(release.schema < SCHEMA ? 2 : 3)
  })
})
