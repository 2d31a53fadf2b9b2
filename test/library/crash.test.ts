/** A process that is killed at any step of a change leaves the library as it was or as it is to be. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { loadDocuments } from '../../src/build-index.ts'
import { readLibraryList } from '../../src/documents/library-list.ts'
import { bytesOf, DECISION, libraryHome, NEWER, openDesk, RULES } from './library.ts'

const TARGET = fileURLToPath(new URL('./kill-target.ts', import.meta.url))

/** Source, id and text of all documents, as indexing would find them, and what can come back. */
async function found(home: string): Promise<string[]> {
  const { documents } = await loadDocuments([join(home, 'documents')], join(home, 'data'))
  const { removed } = await readLibraryList(join(home, 'data'))
  return [...documents.map(({ source, id, text }) => `${source} ${id} ${text}`), ...removed.map(({ id }) => `-${id}`)]
}

/** A library with 决定.txt of the operator, 办法.txt uploaded, and a newer text staged. */
async function prepared(change: string): Promise<string> {
  const home = libraryHome()
  const { desk, ids } = await openDesk(home)
  await desk.accept((await desk.stage('办法.txt', bytesOf(RULES))).id)
  const known = await ids()
  const isOperators = change.endsWith('operator')
  const target = known[isOperators ? '决定.txt' : '办法.txt']!
  if (change.startsWith('restore')) await desk.remove(target)
  const name = change === 'replace, same name' ? '办法.txt' : '修订稿.txt'
  const { id: staged } = await desk.stage(name, bytesOf(NEWER))
  await ids()
  writeFileSync(join(home.home, 'change.json'), JSON.stringify({ staged, target }))
  return home.home
}

const same = (one: readonly string[], other: readonly string[]): boolean => JSON.stringify(one) === JSON.stringify(other)

test.each([
  'accept',
  'replace, same name',
  'replace, other name',
  'replace, operator',
  'remove, upload',
  'remove, operator',
  'restore, upload',
  'restore, operator',
])('%s', { timeout: 120_000 }, async (change) => {
  const home = await prepared(change)
  const old = await found(home)
  const states: string[][] = []
  for (let step = 0; ; step++) {
    const copy = mkdtempSync(join(tmpdir(), 'tiaowen-killed-'))
    onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
    cpSync(home, copy, { recursive: true, preserveTimestamps: true })
    const { status, signal, stderr } = spawnSync(process.execPath, [TARGET, copy, change.split(',')[0]!, String(step)], {
      encoding: 'utf8',
    })
    expect([status, signal], stderr).toEqual(signal === null ? [0, null] : [null, 'SIGKILL'])
    states.push(await found(copy))
    // whoever opens it next mends what was left undone, and nothing changes by that
    const { desk, ids } = await openDesk({ documents: join(copy, 'documents'), data: join(copy, 'data') })
    await ids()
    expect(await found(copy), `step ${step}`).toEqual(states.at(-1))
    expect(readFileSync(join(copy, 'documents', '决定.txt'), 'utf8')).toBe(DECISION)
    const { staged } = JSON.parse(readFileSync(join(copy, 'change.json'), 'utf8')) as { staged: string }
    const waits = await desk.staged(staged).then(() => true, () => false)
    const isAccepting = change.startsWith('accept') || change.startsWith('replace')
    expect(waits, `step ${step}`).toBe(isAccepting ? same(states.at(-1)!, old) : true)
    expect(readdirSync(join(copy, 'data', 'documents')).filter((name) => name.includes('.tmp-'))).toEqual([])
    await desk.close()
    if (signal === null) break
  }
  const next = states.at(-1)!
  expect(next).not.toEqual(old)
  expect(states.length).toBeGreaterThan(2)
  const kinds = states.map((state) => (same(state, old) ? 'old' : same(state, next) ? 'new' : 'half'))
  expect(kinds.join(' ')).toMatch(/^old (?:old )*(?:new ?)+$/)
})
