/** The program on a bad day, as a process: it answers from what it has, says what is wrong, and goes on by itself. */
import { randomUUID } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { workshop, writeSmall } from './library.ts'
import { answerFrom, measured, readyOf, servingDocuments, startServer, troublesOf, upload } from './long/server.ts'
import { smallDisk } from './store/small-disk.ts'

const QUESTION = '全社会研发投入强度超过多少？'
const NOTICE = '关于预付卡的通知\n一、退款比例\n商家停业的，退款比例不低于70%。\n'
const LIMIT = { timeout: 120_000 }
const kept = () => ({ conversationId: randomUUID(), exchangeId: randomUUID() })
const notesOf = async (url: string) => (await answerFrom(url, QUESTION, kept())).notes ?? []

test('a disk that is full, then read-only, then well again', LIMIT, async ({ skip }) => {
  const disk = await smallDisk('24m')
  if ('reason' in disk) return skip(disk.reason)
  onTestFinished(() => disk.close())
  const { home } = workshop(writeSmall)
  const within = withinNamespaceOf(disk.folder)
  const server = await startServer({ home, dataFolder: '/mnt/data', indexFolder: '/mnt/index', before: within })
  const { url } = server
  await servingDocuments(url, 3)
  const before = await answerFrom(url, QUESTION)
  expect([before.text.includes('超过4%'), await notesOf(url)]).toEqual([true, []])
  const staged = (await (await upload(url, '通知.txt', NOTICE)).json()) as { id: string }

  disk.fill(0)
  const long = { question: '问'.repeat(1_000) }
  for (let at = 0; (await troublesOf(url)).every((from) => from !== 'conversations') && at < 50; at++) {
    await answerFrom(url, long.question, kept())
  }
  const full = await answerFrom(url, QUESTION, kept())
  expect([full.text, full.notes]).toEqual([before.text, [expect.stringContaining('没有保存')]])
  expect((await upload(url, '大.txt', NOTICE.repeat(500))).status).toBe(507)
  expect(await readyOf(url)).toMatchObject({ ready: true, index: { documents: 3 } })
  expect(await troublesOf(url)).toEqual(['conversations', 'disk'])
  expect(server.log()).toContain('磁盘已满')
  disk.clear()

  expect(await notesOf(url)).toEqual([])
  expect((await fetch(`${url}/api/uploads/${staged.id}/accept`, { method: 'POST' })).status).toBe(202)
  await servingDocuments(url, 4)
  expect((await answerFrom(url, '退款比例不低于多少？')).text).toContain('70%')
  expect(await troublesOf(url)).toEqual([])
  expect((await server.stop()).code).toBe(0)

  if (!mayRemount(disk.folder, 'ro')) return
  const again = await startServer({ home, dataFolder: '/mnt/data', indexFolder: '/mnt/index', before: within })
  await servingDocuments(again.url, 4)
  const asked = await answerFrom(again.url, QUESTION, kept())
  expect([asked.text, asked.notes]).toEqual([before.text, [expect.stringContaining('没有保存')]])
  expect(await troublesOf(again.url)).toEqual(['conversations', 'disk', 'disk'])
  expect((await readyOf(again.url)).fallbacks.map(({ reason }) => reason).join()).toMatch(/不能写入 .*EROFS/)
  const refused = await upload(again.url, '通知二.txt', NOTICE)
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'data-unwritable'])
  mayRemount(disk.folder, 'rw')
  expect([await troublesOf(again.url), await notesOf(again.url)]).toEqual([[], []])
  expect((await upload(again.url, '通知二.txt', NOTICE.replace('70', '80'))).status).toBe(201)
  expect((await again.stop()).code).toBe(0)
})

test('the folders are taken away and put back', LIMIT, async () => {
  const { home } = workshop(writeSmall)
  const server = await startServer({ home })
  const { url } = server
  await servingDocuments(url, 3)
  const before = (await answerFrom(url, QUESTION)).text
  for (const name of ['data', 'index']) renameSync(join(home, name), join(home, `${name}-away`))
  await expect.poll(() => troublesOf(url)).toEqual(['current-index', 'conversations', 'disk', 'disk'])
  expect((await answerFrom(url, QUESTION)).text).toBe(before)
  for (const name of ['data', 'index']) {
    rmSync(join(home, name), { recursive: true, force: true })
    renameSync(join(home, `${name}-away`), join(home, name))
  }
  await expect.poll(() => troublesOf(url)).toEqual([])
  expect(await notesOf(url)).toEqual([])
  expect((await server.stop()).code).toBe(0)
})

test('state.sqlite is held by another program', LIMIT, async () => {
  const { home } = workshop(writeSmall)
  const { url, stop } = await startServer({ home })
  await servingDocuments(url, 3)
  expect(await notesOf(url)).toEqual([])
  const other = new DatabaseSync(join(home, 'data', 'state.sqlite'))
  other.exec('BEGIN IMMEDIATE')
  expect(await notesOf(url)).toEqual([expect.stringContaining('没有保存')])
  expect(await troublesOf(url)).toEqual(['conversations'])
  other.exec('ROLLBACK')
  other.close()
  expect([await notesOf(url), await troublesOf(url)]).toEqual([[], []])
  expect((await stop()).code).toBe(0)
})

test('out of descriptors', LIMIT, async () => {
  const { home } = workshop(writeSmall)
  const server = await startServer({ home, before: ['sh', '-c', 'ulimit -n 96; exec "$@"', '-'] })
  const url = new URL(server.url)
  await servingDocuments(server.url, 3)
  const staged = (await (await upload(server.url, '通知.txt', NOTICE)).json()) as { id: string }
  const idle = await Promise.all(Array.from({ length: 150 }, () => lineTo(Number(url.port))))
  // lines that were open before, or found a place, are served; the others are not, and nothing ends
  await expect.poll(() => measured(server.process)?.descriptors ?? 96).toBeGreaterThanOrEqual(90)
  for (const line of idle) line.destroy()
  await expect.poll(() => readyOf(server.url).then(({ ready }) => ready, () => false)).toBe(true)
  expect(await notesOf(server.url)).toEqual([])
  expect((await fetch(`${server.url}/api/uploads/${staged.id}/accept`, { method: 'POST' })).status).toBe(202)
  await servingDocuments(server.url, 4)
  expect((await server.stop()).code).toBe(0)
})

test('a generation that comes damaged is told by /readyz, set aside by the next round, and built anew', LIMIT, async () => {
  const { home, documents } = workshop(writeSmall)
  const server = await startServer({ home })
  await servingDocuments(server.url, 3)
  const before = (await answerFrom(server.url, QUESTION)).text
  const index = join(home, 'index')
  // another program makes the next generation of the same documents and one more, and the disk spoils it
  cpSync(index, join(home, 'beside'), { recursive: true })
  writeFileSync(join(documents, '通知.txt'), NOTICE)
  const other = await startServer({ home, dataFolder: join(home, 'data-beside'), indexFolder: join(home, 'beside') })
  await servingDocuments(other.url, 4)
  await other.stop()
  const spoiled = join(home, 'beside', 'gen-00000002', 'manifest.json')
  writeFileSync(spoiled, readFileSync(spoiled, 'utf8').replace('"parent"', '"Parent"'))
  cpSync(join(home, 'beside', 'gen-00000002'), join(index, 'gen-00000002'), { recursive: true })
  cpSync(join(home, 'beside', 'CURRENT'), join(index, 'CURRENT.new'))
  renameSync(join(index, 'CURRENT.new'), join(index, 'CURRENT'))
  await expect.poll(() => server.log()).toContain('gen-00000002 无法读取')
  expect((await answerFrom(server.url, QUESTION)).text).toBe(before)
  await servingDocuments(server.url, 4) // by the round that the server asked for
  await expect.poll(() => troublesOf(server.url)).toEqual([])
  expect((await answerFrom(server.url, '退款比例不低于多少？')).text).toContain('70%')
  expect((await server.stop()).code).toBe(0)
})

const lineTo = (port: number): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.on('error', () => resolve(socket))
  })

/** A command that runs where the small disk is mounted: SQLite follows the link of its folder out of there. */
function withinNamespaceOf(folder: string): string[] {
  const pid = /^\/proc\/(\d+)\//.exec(folder)?.[1] ?? ''
  return ['nsenter', '--target', pid, '--user', '--mount', '--preserve-credentials']
}

/** Makes the small disk read-only, or not; false where this user may not. */
function mayRemount(folder: string, how: 'ro' | 'rw'): boolean {
  const [nsenter = '', ...into] = withinNamespaceOf(folder)
  try {
    execFileSync(nsenter, [...into, 'mount', '-o', `remount,${how}`, '/mnt'], { stdio: 'pipe' })
    return true
  } catch (error) {
    console.log(`not remounted: ${String((error as { stderr?: Buffer }).stderr)}`)
    return false
  }
}
