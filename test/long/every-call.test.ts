/** Every write, fsync, rename and removal of a change fails in turn: the library is as it was or as it is to be. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bytesOf, libraryHome, NEWER, openDesk, RULES } from '../library/library.ts'
import { isLong } from '../store/random.ts'

const CHANGES = ['stage', 'accept', 'replace, same name', 'replace, other name', 'replace, operator', 'remove, upload', 'remove, operator', 'restore, upload', 'restore, operator', 'load']
const FAULTS = ['ENOSPC', 'EROFS', 'EIO', 'EMFILE'].flatMap((code) => ['once', 'forever'].map((lasts) => [code, lasts] as const))
const SHORT = [['replace, operator', 'ENOSPC', 'forever'], ['load', 'EIO', 'once']] as const
const ALL = CHANGES.flatMap((change) => FAULTS.map(([code, lasts]) => [change, code, lasts] as const))

/** A library with 决定.txt of the operator, 办法.txt uploaded, and a newer text staged. */
async function prepared(change: string): Promise<string> {
  const home = libraryHome()
  const { desk, ids } = await openDesk(home)
  await desk.accept((await desk.stage('办法.txt', bytesOf(RULES))).id)
  const known = await ids()
  const target = known[change.endsWith('operator') ? '决定.txt' : '办法.txt']!
  if (change.startsWith('restore')) await desk.remove(target)
  const name = change === 'replace, same name' ? '办法.txt' : '修订稿.txt'
  const { id: staged } = await desk.stage(name, bytesOf(NEWER))
  await ids()
  await desk.close()
  writeFileSync(join(home.home, 'change.json'), JSON.stringify({ staged, target }))
  return home.home
}

interface Tried {
  readonly call?: string
  readonly became: string
  readonly after: string
  readonly again: string
}

let tried = 0
test.each(isLong ? ALL : SHORT)('%s, %s %s', { timeout: 600_000 }, async (change, code, lasts) => {
  const home = await prepared(change)
  const { status, stdout, stderr } = spawnSync(process.execPath, ['test/long/every-call-target.ts', home, change, code, lasts], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  const trials = stdout.trim().split('\n').map((line) => JSON.parse(line) as Tried)
  const next = trials.at(-1)! // no call failed
  expect([next.call, next.became]).toEqual([undefined, 'done'])
  const states = new Set(trials.flatMap(({ after, again }) => [after, again]))
  for (const { call, became, after, again } of trials) {
    expect(became, call).toMatch(/^(?:done|disk-full|data-unwritable)(?:, again: (?:no-such-upload|no-such-document))?$/)
    if (became === 'done') expect(after, call).toBe(next.after)
    if (became !== 'done' && !became.includes('again')) expect(again, call).toBe(next.after) // the disk is well: so is the change
    if (became.includes('again')) expect(after, call).toBe(next.after) // it had its effect, and only that was not certain
  }
  expect(states.size).toBeLessThanOrEqual(2) // old and new, nothing in between
  expect(trials.length).toBeGreaterThan(4)
  tried += trials.length - 1
})

test('and calls did fail', () => {
  console.log(`${tried} calls failed in turn`)
  expect(tried).toBeGreaterThan(8)
})
