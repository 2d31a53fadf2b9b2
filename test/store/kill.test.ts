/** kill -9 at random moments: what was acknowledged is there, whole, and the next writer goes on by itself. */
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type StoreEvent, openCurrent, writeGeneration } from '../../src/store/generations.ts'
import { killAtRandomMoment } from './damage.ts'
import { temporaryFolder } from './fixture.ts'
import { SIZES, killTargetBytes } from './kill-target-bytes.ts'
import { repeat, trials } from './random.ts'

/** By turns: while it writes, around its second write, while it starts and opens. */
const MOMENTS = [
  { within: 60, from: 'first-line' },
  { within: 15, from: 'first-line' },
  { within: 200, from: 'start' },
] as const

const TRIALS = trials(20, 1_000)

test(`a writer killed ${TRIALS} times loses nothing it acknowledged`, { timeout: 3_600_000 }, async () => {
  const folder = temporaryFolder()
  let acknowledged = 0
  let repairs = 0
  const count = (event: StoreEvent) => {
    if (event.type !== 'stale-lock' && event.type !== 'removed') repairs++
  }
  await repeat(TRIALS, 20_260_101, async (random, n) => {
    const killed = await killAtRandomMoment({
      command: process.execPath,
      arguments: ['test/store/kill-target.ts', folder],
      random,
      ...MOMENTS[n % MOMENTS.length]!,
    })
    expect(killed).toMatchObject({ errors: '', wasKilled: true })
    const last = Number(killed.lines.at(-1) ?? acknowledged)
    expect(last).toBeGreaterThanOrEqual(acknowledged)
    const { generation, recovered } = await openCurrent(folder, { onEvent: count })
    expect(recovered).toBeUndefined()
    const number = generation!.meta['number'] as number
    expect(number).toBeGreaterThanOrEqual(last)
    expect(number).toBeLessThanOrEqual(last + 1) // at most the one that was being acknowledged
    for (const name of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
      expect((await generation!.read(name)).equals(killTargetBytes(name, number))).toBe(true)
    }
    acknowledged = number
  })
  expect(repairs).toBe(0)
  await writeGeneration(folder, { meta: {}, files: [] }, { onEvent: count })
  expect(readdirSync(folder).filter((name) => !/^gen-\d{8}$/.test(name))).toEqual(['CURRENT'])
})
