/** Changes of files below folders are noticed, once they are over. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { FolderWatch, type FolderWatchOptions } from '../../src/documents/folder-watch.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiaowen-watch-'))
  mkdirSync(join(folder, '法律'))
  writeFileSync(join(folder, '法律', '水法.txt'), '第一条 为了合理开发水资源。\n')
  return () => rmSync(folder, { recursive: true, force: true })
})

async function watching(options: FolderWatchOptions = {}): Promise<FolderWatch> {
  const opened = await FolderWatch.open([folder], { settleMs: 60, lookMs: 60_000, ...options })
  onTestFinished(() => opened.close())
  return opened
}

const soon = (seconds = 10): AbortSignal => AbortSignal.timeout(seconds * 1000)

test.each<[string, () => void]>([
  ['a file that is written to', () => writeFileSync(join(folder, '法律', '水法.txt'), '第一条 为了节约水资源。\n')],
  ['a file more', () => writeFileSync(join(folder, '条例.txt'), '第一条 为了。\n')],
  ['a file that goes', () => rmSync(join(folder, '法律', '水法.txt'))],
  ['a file renamed', () => renameSync(join(folder, '法律', '水法.txt'), join(folder, '法律', '新水法.txt'))],
  ['a folder moved in', () => (mkdirSync(join(folder, '规章')), writeFileSync(join(folder, '规章', 'a.txt'), '一'))],
  ['the folder gone', () => rmSync(folder, { recursive: true })],
])('%s is told, without waiting for the next look', async (_what, change) => {
  const watch = await watching()
  const told = watch.changed(soon())
  await sleep(30)
  change()
  expect(await told).toBe(true)
})

test('a file in a folder that came later is told too', async () => {
  const watch = await watching()
  mkdirSync(join(folder, '规章'))
  writeFileSync(join(folder, '规章', 'a.txt'), '一')
  expect(await watch.changed(soon())).toBe(true)
  const told = watch.changed(soon())
  writeFileSync(join(folder, '规章', 'a.txt'), '二三')
  expect(await told).toBe(true)
})

test('what changed before one asked is told at once; nothing is told twice', async () => {
  const watch = await watching()
  writeFileSync(join(folder, '条例.txt'), '第一条 为了。\n')
  expect(await watch.changed(soon())).toBe(true)
  expect(await watch.changed(soon(0.3))).toBe(false)
})

test('a file beside the folders is told when it comes and when it changes; its neighbours are not', async () => {
  const beside = mkdtempSync(join(tmpdir(), 'tiaowen-beside-'))
  onTestFinished(() => rmSync(beside, { recursive: true, force: true }))
  const list = join(beside, 'library.json')
  const watch = await watching({ files: [list] })
  for (const words of ['{}', '{"removed":[]}']) {
    const told = watch.changed(soon())
    await sleep(30)
    writeFileSync(list, words)
    expect(await told).toBe(true)
  }
  writeFileSync(join(beside, 'documents.json'), '{}')
  expect(await watch.changed(soon(0.3))).toBe(false)
})

test('hidden files and those of an open Word document are no change', async () => {
  const watch = await watching({ lookMs: 20 })
  writeFileSync(join(folder, '.DS_Store'), 'x')
  writeFileSync(join(folder, '~$水法.docx'), 'x')
  expect(await watch.changed(soon(0.3))).toBe(false)
})

test('a file that is being written is told when it is still', async () => {
  const watch = await watching({ settleMs: 150 })
  const began = performance.now()
  const told = watch.changed(soon())
  for (let part = 0; part < 6; part++) {
    writeFileSync(join(folder, '条例.txt'), '第一条 为了。\n'.repeat(part + 1))
    await sleep(60)
  }
  expect(await told).toBe(true)
  expect(performance.now() - began).toBeGreaterThan(5 * 60 + 150)
  expect(await watch.changed(soon(0.3))).toBe(false)
})

test('a file that never stands still is told after some patience', async () => {
  const watch = await watching({ settleMs: 40, patienceMs: 300 })
  let size = 0
  const writing = setInterval(() => writeFileSync(join(folder, '日志.txt'), '一'.repeat(++size)), 10)
  expect(await watch.changed(soon())).toBe(true)
  clearInterval(writing)
})

test('a signal ends the waiting at once', async () => {
  const watch = await watching()
  const stop = new AbortController()
  const told = watch.changed(stop.signal)
  stop.abort()
  expect(await told).toBe(false)
})
