/** Whatever a file holds, it ends as read or as a refusal that says what to do, within seconds and the memory given. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parseDocument } from '../../src/clauses/tree.ts'
import { readBeside } from '../../src/documents/document-thread.ts'
import { readDraftBeside } from '../../src/drafts/draft-thread.ts'
import { PolicyError } from '../../src/errors.ts'
import { readUpload } from '../../src/library/preview.ts'
import type { DocumentId } from '../../src/types.ts'
import { repeat, trials } from '../store/random.ts'
import { malformed } from './malformed.ts'

const DOCUMENTS = trials(150, 10_000)
const LONGEST_MS = 10_000
/** What a reading may take beside what the process has: the heap its thread is given, and what stands outside of it. */
const MOST_MB = 512 + 256
/**
 * All of it over ten thousand files: glibc keeps arenas of threads that ended, which the start script of the bundle
 * bounds (MALLOC_ARENA_MAX) and a test does not: half as much with it.
 */
const MOST_OF_ALL_MB = 2_048
const SEED = 20_261_130

test(`${DOCUMENTS} malformed documents end as read or refused`, { timeout: 7_200_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-malformed-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'file')
  const ends = new Map<string, number>()
  const count = (what: string) => ends.set(what, (ends.get(what) ?? 0) + 1)
  let slowest = { ms: 0, how: '' }
  const before = process.memoryUsage().rss
  let [most, last] = [before, before]
  let biggest = { by: 0, how: '' }

  await repeat(DOCUMENTS, SEED, async (random, n) => {
    const { name, bytes, how } = await malformed(random)
    writeFileSync(path, bytes)
    /** By turns as an upload, as a file of a folder, now and then as a draft: each way in has its thread. */
    const reading = async (): Promise<string> => {
      if (n % 20 === 7 && !name.endsWith('.pdf')) return (await readDraftBeside(bytes, name)).text
      if (n % 2 === 0) return (await readUpload(path, name)).text
      const { notices: _, ...source } = await readBeside({ source: name }, bytes)
      parseDocument({ id: 'd-000000000000' as DocumentId, ...source })
      return source.text
    }
    const from = performance.now()
    const end = await reading().then(
      (text) => {
        expect(text.isWellFormed(), `${how}: half of a pair of code units`).toBe(true)
        return 'read'
      },
      (error: unknown) => {
        if (!(error instanceof PolicyError)) throw new Error(`${how}: ${String(error)}`, { cause: error })
        expect(error.code, how).toMatch(/^file-(?:format|encoding)$/)
        expect(error.message, how).not.toMatch(/无法读取，文件可能已损坏|读取时中断了/) // a fault that no reader foresaw
        return /读取超过|占用内存过多/.test(error.message) ? 'ended by its limit' : 'refused'
      },
    )
    const ms = performance.now() - from
    if (ms > slowest.ms) slowest = { ms, how }
    const now = process.memoryUsage().rss
    if (now > most) most = now
    if (now - last > biggest.by) biggest = { by: now - last, how }
    last = now
    count(end)
    expect(ms, `${how} took ${Math.round(ms)} ms`).toBeLessThan(LONGEST_MS + 20_000) // starting a thread on a busy machine
  })

  const mb = Math.round((most - before) / 1024 ** 2)
  console.log(`${DOCUMENTS} documents: ${JSON.stringify(Object.fromEntries(ends))}; slowest ${Math.round(slowest.ms)} ms (${slowest.how}); ${mb} MB more at most, ${Math.round(biggest.by / 1024 ** 2)} MB of it at once (${biggest.how})`)
  expect(biggest.by / 1024 ** 2).toBeLessThan(MOST_MB)
  expect(mb).toBeLessThan(MOST_OF_ALL_MB)
  expect(ends.get('read')).toBeGreaterThan(0)
  expect(ends.get('refused')).toBeGreaterThan(0)
})
