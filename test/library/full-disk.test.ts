/** A real disk that is full: what is refused leaves nothing half done, and goes on when there is room. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { smallDisk } from '../store/small-disk.ts'
import { bytesOf, libraryHome, openDesk, RULES } from './library.ts'

test('uploads, and documents taken out, on a full disk', async ({ skip }) => {
  const disk = await smallDisk('4m')
  if ('reason' in disk) return skip(disk.reason)
  onTestFinished(() => disk.close())
  const { documents } = libraryHome()
  const data = join(disk.folder, 'data')
  const { desk, ids } = await openDesk({ documents, data })
  const { id } = await desk.stage('办法.txt', bytesOf(RULES))
  const before = await ids()
  disk.fill(0)
  await expect(desk.stage('大.txt', bytesOf(RULES.repeat(2_000)))).rejects.toMatchObject({ code: 'disk-full' })
  expect(readdirSync(join(data, 'staging'))).toEqual([id])
  await expect(desk.remove(before['决定.txt']!)).rejects.toMatchObject({ code: 'disk-full' })
  expect(await ids()).toEqual(before)
  expect((await desk.state()).removed).toEqual([])
  disk.clear()
  expect(await desk.accept(id)).toEqual({ source: '办法.txt' })
  expect(Object.keys(await ids())).toEqual(['决定.txt', '办法.txt'])
  expect(readFileSync(join(data, 'documents', '办法.txt'), 'utf8')).toBe(RULES)
  await desk.close()
})
