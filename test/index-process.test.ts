/** A round of indexing in a process of its own, and how it ends. */
import { expect, test } from 'vitest'
import { roundInProcess } from '../src/index-process.ts'
import { openCurrent } from '../src/store/generations.ts'
import { copySeeds, workshop } from './library.ts'

const watcher = () => ({ onProgress: () => {}, log: () => {}, signal: new AbortController().signal })

test('one that runs out of memory says so, and what is in place stays', async () => {
  const { config } = workshop(copySeeds)
  const { generation } = await roundInProcess(config, watcher())
  const round = roundInProcess(config, watcher(), ['--disable-warning=ExperimentalWarning', '--max-old-space-size=12'])
  await expect(round).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('建立索引时内存不足') })
  expect((await openCurrent(config.indexFolder)).generation?.name).toBe(generation)
})
