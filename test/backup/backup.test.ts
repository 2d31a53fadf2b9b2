/** A backup taken, looked at, put back: what is in it, what is refused, what is never lost. */
import { spawnSync } from 'node:child_process'
import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openApp } from '../../src/app.ts'
import { wholeBackups } from '../../src/backup/backups.ts'
import { citationsHeld } from '../../src/backup/citations-held.ts'
import { restoreBackup } from '../../src/backup/restore-backup.ts'
import { measureFile } from '../../src/backup/copying.ts'
import { writeManifest } from '../../src/backup/manifest.ts'
import { finishRestore } from '../../src/backup/swap.ts'
import { verifyBackup } from '../../src/backup/verify-backup.ts'
import type { Config } from '../../src/config.ts'
import { lockForWriting } from '../../src/store/generations.ts'
import { configFor, memoryFolder, writeSmall } from '../library.ts'
import { smallDisk } from '../store/small-disk.ts'
import { answersOf, backUp, furnish, openFolders, storageOf, VERSION } from './office.ts'

let config: Config
let answers: unknown[]
/** One backup of it that the tests read. */
let backup: string
let home: string

beforeAll(async () => {
  home = mkdtempSync(join(memoryFolder(), 'tiaowen-backup-'))
  mkdirSync(join(home, 'documents'), { recursive: true })
  writeSmall(join(home, 'documents'))
  config = configFor(home)
  answers = await furnish(config)
  mkdirSync(join(config.dataFolder, 'staging', 'half'), { recursive: true })
  writeFileSync(join(config.dataFolder, 'bench.log'), 'not ours')
  backup = (await backUp(config, join(home, 'backups'))).folder
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Folders of its own for a test. */
function folder(name: string): string {
  const made = join(home, `${name}-${Math.random().toString(36).slice(2)}`)
  mkdirSync(made)
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

const verified = (of = backup, programVersion = VERSION) => verifyBackup({ backup: of, programVersion, openFolders })
const restored = (to: string, more: { backup?: string; replace?: boolean } = {}) =>
  restoreBackup({ backup, replace: false, programVersion: VERSION, openFolders, dataFolder: join(to, 'data'), indexFolder: join(to, 'index'), ...more })

/** Path → bytes of all files below. */
function contentsOf(home: string): Record<string, string> {
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).toSorted()
  return Object.fromEntries(paths.map((path) => [relative(home, path), readFileSync(path).toString('latin1')]))
}

describe('a backup', () => {
  test('holds what the office has, says what it is, and is whole', async () => {
    const { manifest, questions, notices } = await verified()
    expect(manifest).toMatchObject({
      formatVersion: 1,
      programVersion: VERSION,
      dataFolder: config.dataFolder,
      stateSchema: expect.any(Number) as number,
      documents: 4,
      conversations: 4,
      notices: [],
      leftOut: ['bench.log'],
    })
    expect(manifest.citations.total).toBeGreaterThanOrEqual(8) // each of four answers, and the feedback on it
    expect(manifest.citations.resolved).toBe(manifest.citations.total)
    expect([questions > 8, notices]).toEqual([true, []])
    const kinds = Object.keys(manifest.files).map((path) => path.replace(/[0-9a-f]{64}|gen-\d{8}|d-[0-9a-f]{12}/g, '*'))
    expect([...new Set(kinds)].filter((path) => !path.startsWith('index/*/'))).toEqual([
      'data/audit.head',
      'data/documents.json',
      'data/documents/通知.txt',
      'data/library.json',
      'data/state.sqlite',
      'data/texts/*.txt',
      'data/trash/*-旧通知.txt',
      'index/CURRENT',
      'questions.json',
    ])
    const sources = manifest.operatorDocuments.map(({ path }) => path).toSorted()
    expect(sources).toEqual(['决定.txt', '办法.txt', '规划.txt'].map((name) => join(config.folders[0]!, name)))
  })

  test('restored into empty folders answers alike, also after the documents were read again; old links open', async () => {
    const to = folder('restored')
    const { setAside } = await restored(to)
    expect(setAside).toEqual([])
    const there = { ...config, dataFolder: join(to, 'data'), indexFolder: join(to, 'index') }
    const app = await openApp(there, { log: () => {}, follow: true })
    onTestFinished(() => app.close())
    expect(await answersOf(app)).toEqual(answers)
    await app.settled
    expect(await answersOf(app)).toEqual(answers)
    expect(app.assistant.status().generation).toBe(readFileSync(join(backup, 'index', 'CURRENT'), 'utf8').split(' ')[0])
    const { removed } = await app.desk.state()
    expect(removed.map(({ source }) => source)).toEqual(['旧通知.txt'])
    await app.desk.restore(removed[0]!.id) // the file came along in the trash
    const { state, access } = storageOf(there)
    expect((await access.keys()).map(({ name }) => name)).toEqual(['门户网站'])
    expect(await access.auditVerify()).toMatchObject({ whole: true, head: { number: 1 } })
    const { conversations } = await state.conversations('local', { limit: 10 })
    expect(conversations.map(({ title }) => title).toReversed()).toEqual([...['全社会研发投入强度要超过多少？', '商家停业的怎么办？', '人才公寓租金按市场价的多少收取？'], '青年公寓租金按市场价的多少收取？'])
    for (const { id } of conversations) {
      const [exchange] = (await state.conversation('local', id)).exchanges
      for (const { documentId, textSha256, start, end, quote } of exchange!.answer!.citations) {
        expect((await app.assistant.textOf(documentId, textSha256))?.text.slice(start, end)).toBe(quote)
      }
    }
    await state.close()
    expect(readdirSync(to, { recursive: true }).filter((name) => /restore-|\.tmp/.test(String(name)))).toEqual([])
  })

  test('shares what did not change with the one before, and keeps as many as are wanted', async () => {
    const target = folder('kept')
    const first = await backUp(config, target, { now: () => new Date('2026-01-01T02:00:00Z') })
    const second = await backUp(config, target, { now: () => new Date('2026-01-02T02:00:00Z'), keep: 2 })
    const own = /^(?:data\/(?:documents\.json|state\.sqlite|audit\.head)|index\/CURRENT|index\/[^/]+\/manifest\.json|questions\.json)$/
    const rest = Object.entries(second.manifest.files).filter(([path]) => !own.test(path))
    expect([first.sharedBytes, second.sharedBytes]).toEqual([0, rest.reduce((sum, [, { bytes }]) => sum + bytes, 0)])
    const third = await backUp(config, target, { now: () => new Date('2026-01-03T02:00:00Z'), keep: 2 })
    expect([second.pruned, third.pruned]).toEqual([[], [first.folder]])
    expect(readdirSync(target)).toEqual(['tiaowen-20260102T020000Z', 'tiaowen-20260103T020000Z'])
    expect((await verified(third.folder)).manifest.files).toEqual(third.manifest.files)
    expect(statSync(join(third.folder, 'data', 'state.sqlite')).nlink).toBe(1) // what is written to in place is not shared
  })

  test('of a byte that went bad in the one before is copied anew', async () => {
    const target = folder('shelf')
    const first = await backUp(config, target)
    flip(join(first.folder, Object.keys(first.manifest.files).find((path) => path.endsWith('base.documents'))!))
    const second = await backUp(config, target)
    await verified(second.folder)
    await expect(verified(first.folder)).rejects.toMatchObject({ code: 'backup-damaged' })
  })

  test('that was never finished is none: it is not listed, not pruned, not restored, and goes with the next', async () => {
    const target = folder('torn')
    const { folder: whole, manifest } = await backUp(config, target)
    cpSync(whole, join(target, `tmp-${manifest.host}-0123456789ab`), { recursive: true })
    cpSync(whole, join(target, 'tiaowen-20250101T000000Z'), { recursive: true })
    rmSync(join(target, 'tiaowen-20250101T000000Z', 'manifest.json'))
    mkdirSync(join(target, 'tmp-another-0123456789ab'))
    expect((await wholeBackups(target)).map(({ folder }) => folder)).toEqual([whole])
    await expect(verified(join(target, 'tiaowen-20250101T000000Z'))).rejects.toMatchObject({
      code: 'backup-damaged',
      message: expect.stringContaining('没有 manifest.json') as string,
    })
    await backUp(config, target, { keep: 1 })
    expect(readdirSync(target).filter((name) => name.startsWith('t') && name !== 'tiaowen-20250101T000000Z')).toHaveLength(2)
    expect(readdirSync(target)).toContain('tmp-another-0123456789ab') // of another machine, which may be writing it
  })
})

describe('refused, and nothing is left behind', () => {
  test.each([
    ['inside the data folder', () => join(config.dataFolder, 'backups')],
    ['inside the index', () => join(config.indexFolder, 'deep', 'er')],
    ['the data folder itself', () => config.dataFolder],
  ])('a target %s', async (_, target) => {
    await expect(backUp(config, target())).rejects.toMatchObject({ code: 'backup-failed', message: expect.stringContaining('里面') as string })
    expect(existsSync(join(config.dataFolder, 'backups'))).toBe(false)
  })

  test('a target that is a file', async () => {
    const target = join(folder('file'), 'file')
    writeFileSync(target, '')
    await expect(backUp(config, join(target, 'below'))).rejects.toMatchObject({ code: 'backup-failed' })
  })

  test('a disk without room: both figures are told before anything is written', async ({ skip }) => {
    const disk = await smallDisk('16m')
    if ('reason' in disk) return skip(disk.reason)
    onTestFinished(() => disk.close())
    await expect(backUp(config, join(disk.folder, 'backups'))).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/需要约 \d+ MB，还有 \d+ MB.*什么都没有写入/) as string,
    })
    expect(readdirSync(join(disk.folder, 'backups'))).toEqual([])
  })

  test('a damaged file of the data: it is named, and the last whole backup stays', async () => {
    const home = folder('damaged')
    cpSync(config.dataFolder, join(home, 'data'), { recursive: true })
    cpSync(backup, join(home, 'backups', 'tiaowen-20260101T000000Z'), { recursive: true })
    const mine = { ...config, dataFolder: join(home, 'data') }
    for (const [name, code] of [
      ['library.json', 'backup-failed'],
      ['documents.json', 'backup-failed'],
      ['state.sqlite', 'state-unusable'],
    ] as const) {
      writeFileSync(join(home, 'data', name), 'x'.repeat(5_000))
      const said = { code, message: expect.stringContaining(name) as string }
      await expect(backUp(mine, join(home, 'backups'), { keep: 1 })).rejects.toMatchObject(said)
    }
    expect(readdirSync(join(home, 'backups'))).toEqual(['tiaowen-20260101T000000Z'])
  })

  test('an index with a changed byte: the file is named', async () => {
    const home = folder('index')
    cpSync(config.indexFolder, join(home, 'index'), { recursive: true })
    const mine = { ...config, indexFolder: join(home, 'index') }
    const generation = readFileSync(join(home, 'index', 'CURRENT'), 'utf8').split(' ')[0]!
    flip(join(home, 'index', generation, 'base.documents'))
    await expect(backUp(mine, join(home, 'backups'))).rejects.toMatchObject({ code: 'index-corrupt', message: expect.stringContaining('base.documents') as string })
    expect(readdirSync(join(home, 'backups'))).toEqual([])
  })
})

describe('a byte changed in a backup is seen, and the file is named', () => {
  test('in every file of it', async () => {
    const copy = join(folder('flipped'), 'tiaowen-20260101T000000Z')
    cpSync(backup, copy, { recursive: true })
    const files = Object.keys(contentsOf(copy)).filter((path) => statSync(join(copy, path)).size > 0)
    expect(files.length).toBeGreaterThan(15)
    for (const path of files) {
      flip(join(copy, path))
      const message = expect.stringContaining(path) as string
      await expect(verified(copy), path).rejects.toMatchObject({ code: 'backup-damaged', message })
      flip(join(copy, path))
    }
    await verified(copy)
    const to = folder('nothing')
    flip(join(copy, 'data', 'state.sqlite'))
    await expect(restored(to, { backup: copy })).rejects.toMatchObject({ code: 'backup-damaged' })
    expect(contentsOf(to)).toEqual({})
  })

  test('a file that is missing or longer, a manifest that was written anew', async () => {
    const copy = join(folder('cut'), 'backup')
    cpSync(backup, copy, { recursive: true })
    rmSync(join(copy, 'data', 'library.json'))
    writeFileSync(join(copy, 'questions.json'), '[]\n')
    const { message } = await verified(copy).catch((error: Error) => error as Error) as Error
    expect(message).toMatch(/data\/library\.json 不见了\n {2}questions\.json 有 3 字节，备份时是 \d+/)
    const manifest = readFileSync(join(copy, 'manifest.json'), 'utf8')
    writeFileSync(join(copy, 'manifest.json'), manifest.replace('"documents": 4', '"documents": 5'))
    await expect(verified(copy)).rejects.toMatchObject({ message: expect.stringContaining('校验值不符') as string })
    writeFileSync(join(copy, 'manifest.json'), manifest.replace('"formatVersion": 1', '"formatVersion": 2'))
    await expect(verified(copy)).rejects.toMatchObject({ code: 'data-newer' })
  })

  test('answers that differ are damage; of another version of the program they are told', async () => {
    const copy = join(folder('answers'), 'backup')
    cpSync(backup, copy, { recursive: true })
    const asked = readFileSync(join(copy, 'questions.json'), 'utf8')
    writeFileSync(join(copy, 'questions.json'), asked.replace('"outcome": "found"', '"outcome": "absent"'))
    const { formatVersion: _, manifestSha256: __, ...content } = (await verified()).manifest
    const files = { ...content.files, 'questions.json': await measureFile(join(copy, 'questions.json')) }
    writeFileSync(join(copy, 'manifest.json'), writeManifest({ ...content, files }).bytes)
    await expect(verified(copy)).rejects.toMatchObject({ code: 'backup-damaged', message: expect.stringMatching(/备份时 absent.*现在 found/) as string })
    const { notices } = await verified(copy, '0.2.0')
    expect(notices).toEqual([expect.stringMatching(/^备份由版本 0\.1\.0 写成，本程序是 0\.2\.0：“《/) as string])
  })
})

describe('a restore', () => {
  test('is refused where something is; with replace it is set aside, whole', async () => {
    const to = folder('full')
    await restored(to)
    writeFileSync(join(to, 'data', 'notes.txt'), 'of someone else')
    const before = contentsOf(to)
    await expect(restored(to)).rejects.toMatchObject({ code: 'restore-refused', message: expect.stringMatching(/documents\.json.*--replace/) as string })
    expect(contentsOf(to)).toEqual(before)
    const { setAside } = await restored(to, { replace: true })
    expect(setAside.map((path) => relative(to, path).replace(/\d{4}-.*/, '*'))).toEqual(['data/before-restore-*', 'index/before-restore-*'])
    const aside = { ...prefixed('data', contentsOf(setAside[0]!)), ...prefixed('index', contentsOf(setAside[1]!)) }
    expect(aside).toEqual(without(before, 'data/notes.txt'))
    expect(readFileSync(join(to, 'data', 'notes.txt'), 'utf8')).toBe('of someone else')
    const now = Object.fromEntries(Object.entries(contentsOf(to)).filter(([path]) => !path.includes('before-restore')))
    expect(now).toEqual(before)
  })

  test('is refused while a server has the conversations open, or writes the index', async () => {
    const to = folder('held')
    await restored(to)
    const there = { ...config, dataFolder: join(to, 'data'), indexFolder: join(to, 'index') }
    const { state } = storageOf(there)
    const before = await state.conversations('local', { limit: 10 })
    await expect(restored(to, { replace: true })).rejects.toMatchObject({ code: 'restore-refused', message: expect.stringContaining('停止服务') as string })
    expect(await state.conversations('local', { limit: 10 })).toEqual(before)
    await state.close()
    const lock = await lockForWriting(there.indexFolder)
    await expect(restored(to, { replace: true })).rejects.toMatchObject({ code: 'restore-refused', message: expect.stringContaining(there.indexFolder) as string })
    await lock.release()
    await restored(to, { replace: true })
  })

  test('of a newer schema is refused, with the version that can', async () => {
    const home = folder('newer')
    cpSync(config.dataFolder, join(home, 'data'), { recursive: true })
    const database = new DatabaseSync(join(home, 'data', 'state.sqlite'))
    database.exec('PRAGMA user_version = 99')
    database.close()
    await expect(backUp({ ...config, dataFolder: join(home, 'data') }, join(home, 'backups'))).rejects.toMatchObject({ code: 'data-newer' })
  })

  test('whose process was ended between any two renames is ended by whoever comes next', async () => {
    const to = folder('swapped')
    await restored(to)
    const folders = { dataFolder: join(to, 'data'), indexFolder: join(to, 'index') }
    writeFileSync(join(to, 'data', 'library.json'), 'the old one')
    // the journal as a restore writes it, and its moves, made one by one
    const names = ['library.json', 'documents.json']
    const draft = join(to, 'data', 'restore-0123456789ab')
    const moves = [
      ...names.map((name) => ({ from: join(to, 'data', name), to: join(to, 'data', 'before-restore-x', name) })),
      ...names.map((name) => ({ from: join(draft, name), to: join(to, 'data', name) })),
    ]
    for (let ended = 0; ended <= moves.length; ended++) {
      const copy = folder(`ended-${ended}`)
      cpSync(to, copy, { recursive: true })
      const here = (path: string) => path.replace(to, copy)
      mkdirSync(here(draft))
      mkdirSync(join(copy, 'data', 'before-restore-x'))
      for (const name of names) writeFileSync(join(here(draft), name), `new ${name}`)
      const mine = moves.map(({ from, to }) => ({ from: here(from), to: here(to) }))
      for (const { from, to } of mine.slice(0, ended)) renameSync(from, to)
      writeFileSync(join(copy, 'data', 'restore.json'), JSON.stringify({ version: 1, moves: mine, drafts: [here(draft)] }))
      await finishRestore({ dataFolder: here(folders.dataFolder), indexFolder: here(folders.indexFolder) })
      expect(readFileSync(join(copy, 'data', 'library.json'), 'utf8')).toBe('new library.json')
      expect(readFileSync(join(copy, 'data', 'documents.json'), 'utf8')).toBe('new documents.json')
      expect(readFileSync(join(copy, 'data', 'before-restore-x', 'library.json'), 'utf8')).toBe('the old one')
      expect(existsSync(here(draft)) || existsSync(join(copy, 'data', 'restore.json'))).toBe(false)
    }
  })
})

test('a citation whose text is gone is counted, and named', async () => {
  const home = folder('lost')
  await restored(home)
  const { citations } = (await verified()).manifest
  expect(await citationsHeld(join(home, 'data'))).toEqual(citations)
  const lost: string[] = []
  const [gone] = readdirSync(join(home, 'data', 'texts')).filter((name) => readFileSync(join(home, 'data', 'texts', name), 'utf8').includes('青年公寓'))
  rmSync(join(home, 'data', 'texts', gone!))
  const held = await citationsHeld(join(home, 'data'), ({ textSha256 }) => lost.push(textSha256))
  expect(held).toEqual({ total: citations.total, resolved: citations.total - lost.length })
  expect([...new Set(lost)]).toEqual([gone!.replace('.txt', '')])
  const mine = { ...config, dataFolder: join(home, 'data') }
  const { manifest } = await backUp(mine, join(home, 'backups'))
  expect(manifest.notices).toEqual([expect.stringMatching(/^旧通知\.txt（d-[0-9a-f]{12}）的一份文本 /) as string, `${lost.length} 处对话中的引文所在的旧文本已不在数据文件夹里。`])
})

test('from the command line: what is configured, no secret of it; whole, and found so', { timeout: 300_000 }, () => {
  const target = folder('line')
  const SECRET = 'canary-0123456789abcdef0123456789abcdef'
  const env = {
    ...process.env,
    TIAOWEN_SEEDS: 'off',
    TIAOWEN_FOLDERS: config.folders[0],
    TIAOWEN_DATA_FOLDER: config.dataFolder,
    TIAOWEN_INDEX_FOLDER: config.indexFolder,
    TIAOWEN_API_KEY: SECRET,
    TIAOWEN_LLM_URL: 'https://llm.example/v1',
    TIAOWEN_LLM_MODEL: 'qwen-plus',
    TIAOWEN_LLM_KEY: SECRET,
    TIAOWEN_LLM_EXTRA: JSON.stringify({ token: SECRET }),
    TIAOWEN_SLACK_SIGNING_SECRET: SECRET,
  }
  const run = (...argv: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts', ...argv], { encoding: 'utf8', env })
    return { status, stderr, said: stdout === '' ? undefined : (JSON.parse(stdout) as Record<string, unknown>) }
  }
  const taken = run('backup', '--json', '--keep', '1', target)
  expect(taken).toMatchObject({ status: 0, said: { conversations: 4, documents: 4, leftOut: ['bench.log'], pruned: [] } })
  const { folder: made } = taken.said as { folder: string }
  expect(JSON.parse(readFileSync(join(made, 'configuration.json'), 'utf8'))).toMatchObject({ llm: { url: 'https://llm.example/v1', model: 'qwen-plus' } })
  expect(Object.entries(contentsOf(made)).filter(([, bytes]) => bytes.includes(SECRET))).toEqual([])
  expect(statSync(made).mode & 0o77).toBe(0)
  expect(run('restore', '--verify', '--json', made)).toMatchObject({ status: 0, said: { isWhole: true, documents: 4 } })
  expect(run('restore', made)).toMatchObject({ status: 1, stderr: expect.stringContaining('--replace') as string })
})

test('folders that hold nothing are a mistake, and no backup', async () => {
  const empty = folder('empty')
  const target = folder('of-nothing')
  const nothing = { ...config, dataFolder: join(empty, 'data'), indexFolder: join(empty, 'index') }
  await expect(backUp(nothing, target)).rejects.toMatchObject({ code: 'backup-failed', message: expect.stringContaining('TIAOWEN_DATA_FOLDER') as string })
  expect(readdirSync(target)).toEqual([])
})

test('one backup at a time of a target', async () => {
  const target = folder('twice')
  const both = await Promise.allSettled([backUp(config, target), backUp(config, target)])
  const refused = both.filter((one) => one.status === 'rejected')
  expect(refused.length).toBeLessThanOrEqual(1)
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'index-locked' })
  expect((await wholeBackups(target)).length).toBe(2 - refused.length)
})

/** Changes a byte in the middle of a file; once more changes it back. */
function flip(path: string): void {
  const at = Math.floor(statSync(path).size / 2)
  const byte = readFileSync(path)[at]! ^ 1
  const file = openSync(path, 'r+')
  writeSync(file, Uint8Array.of(byte), 0, 1, at)
  closeSync(file)
}

const prefixed = (folder: string, files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`${folder}/${path}`, bytes]))
const without = (files: Record<string, string>, path: string) =>
  Object.fromEntries(Object.entries(files).filter(([name]) => name !== path))
