/** Indexing a folder that changes, a thousand times in one process: neither memory nor the disk fills up. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { writeVersion } from './build-index-versions.ts'
import { memoryFolder, workshop, writeSmall } from './library.ts'
import type { Reading } from './reindex-reading.ts'
import { isLong, trials } from './store/random.ts'

const MB = 1024 * 1024

/** The allocator of glibc gives back what was freed, block by block: else what it keeps hides what the program keeps. */
const GIVES_BACK = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '0', MALLOC_MMAP_THRESHOLD_: '65536' }

/** What a process of its own holds while it indexes `rounds` times. */
async function readings(
  way: 'reindex' | 'reopen',
  fill: (documents: string) => void,
  rounds: number,
): Promise<readonly Reading[]> {
  const { home } = workshop(fill, memoryFolder())
  const options = ['--disable-warning=ExperimentalWarning', '--expose-gc']
  const command = [...options, 'test/reindex-target.ts', way, home, String(rounds), String(rounds / 10)]
  const child = spawn(process.execPath, command, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...GIVES_BACK },
  })
  const found: Reading[] = []
  createInterface({ input: child.stdout }).on('line', (line) => found.push(JSON.parse(line) as Reading))
  expect(await once(child, 'close')).toEqual([0, null])
  expect(found).toHaveLength(10)
  return found
}

/**
 * From the second tenth on, heap and memory of the process grow by no more than so many MB; the disk holds two
 * generations.
 */
function expectFlat(found: readonly Reading[], most: { readonly heap: number; readonly rss: number; readonly files: number }): void {
  const [early, late] = [found[1]!, found.at(-1)!]
  const grown = { heap: (late.heap - early.heap) / MB, rss: (late.rss - early.rss) / MB }
  if (isLong) console.log(`rounds ${early.round} to ${late.round}: heap +${grown.heap.toFixed(2)} MB, RSS +${grown.rss.toFixed(1)} MB`)
  expect(grown.heap).toBeLessThan(most.heap)
  expect(grown.rss).toBeLessThan(most.rss)
  for (const { generations, strangers, files, openFiles } of found) {
    expect(generations).toBeLessThanOrEqual(2)
    expect(strangers).toEqual([])
    expect(files).toBeLessThanOrEqual(most.files)
    expect(openFiles).toBeLessThanOrEqual(found[0]!.openFiles)
  }
}

const LIMIT = { timeout: 600_000 }

test('a small library, built as one segment each time', LIMIT, async () => {
  expectFlat(await readings('reindex', writeSmall, trials(60, 1_000)), { heap: 3, rss: 80, files: 30 })
})

test('a large one, whose base is taken over by hard links', LIMIT, async () => {
  const found = await readings('reindex', (documents) => writeVersion(documents, 0), trials(10, 200))
  // a segment holds on to nothing of the generations it was in: 20 KB each, with these few documents
  expectFlat(found, { heap: 1.5, rss: 150, files: 50 })
  for (const { shared, links } of found.slice(2)) expect([shared, links]).toEqual([18, 2])
})

test('a program that is opened over it again and again', LIMIT, async () => {
  expectFlat(await readings('reopen', writeSmall, trials(10, 100)), { heap: 2, rss: 120, files: 30 })
})
