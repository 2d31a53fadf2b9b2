/** What /readyz says of the folders: a disk that hangs keeps nobody waiting, and is told. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderTroubles, watchFolders } from '../src/folder-troubles.ts'
import type { Fallback } from '../src/types.ts'

const FULL: Fallback = { from: 'disk', reason: '磁盘将满' }

test('a folder that went away is told, and no more once it is back', async () => {
  const home = mkdtempSync(join(tmpdir(), 'tiaowen-folders-'))
  const watched = watchFolders([home])
  expect(await watched()).toEqual(await folderTroubles([home]))
  rmSync(home, { recursive: true })
  expect((await watched()).map(({ reason }) => reason)).toEqual([expect.stringContaining(`文件夹 ${home} 不见了`)])
})

test('a disk that hangs is told with what was seen before; one look at a time goes on until it answers', async () => {
  const answers = [Promise.withResolvers<readonly Fallback[]>(), Promise.withResolvers<readonly Fallback[]>()]
  let looks = 0
  const watched = watchFolders(['/data'], () => (looks === 0 ? (looks++, Promise.resolve([FULL])) : answers[looks++ - 1]!.promise))
  expect(await watched()).toEqual([FULL])
  const hung = [await watched(), await watched()]
  for (const said of hung) expect(said).toEqual([{ from: 'disk', reason: expect.stringContaining('磁盘没有回应') }, FULL])
  expect(looks).toBe(2)
  answers[0]!.resolve([])
  await answers[0]!.promise
  answers[1]!.resolve([])
  expect(await watched()).toEqual([])
})
