/** What lies in an index folder, told without opening it. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeGeneration } from '../../src/store/generations.ts'
import { listGenerations } from '../../src/store/list-generations.ts'

test('the current one, the one before it, a damaged manifest, and what was set aside', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-list-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (words: string, day: string) =>
    writeGeneration(folder, { meta: { words }, files: [{ name: 'a.txt', bytes: Buffer.from(words) }] }, { now: () => new Date(`${day}T00:00:00Z`), keep: 3 })
  await write('一', '2026-11-20')
  await write('二三', '2026-11-21')
  await write('四', '2026-11-22')
  appendFileSync(join(folder, 'gen-00000001', 'manifest.json'), ' ')
  mkdirSync(join(folder, 'bad-gen-00000000-1763800000000'))
  expect(await listGenerations(folder)).toEqual({
    generations: [
      { name: 'gen-00000003', isCurrent: true, createdAt: '2026-11-22T00:00:00.000Z', parent: 'gen-00000002', meta: { words: '四' }, bytes: 3 },
      { name: 'gen-00000002', isCurrent: false, createdAt: '2026-11-21T00:00:00.000Z', parent: 'gen-00000001', meta: { words: '二三' }, bytes: 6 },
      { name: 'gen-00000001', isCurrent: false, damage: 'is not spelled as it was written' },
    ],
    setAside: [{ name: 'bad-gen-00000000-1763800000000', at: '2025-11-22T08:26:40.000Z' }],
  })
})
