/** Power goes at every call, with any part of what was not synced lost: what was acknowledged is there, whole. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCurrent, writeGeneration } from '../../src/store/generations.ts'
import { contentOf, expectWhole, temporaryFolder } from './fixture.ts'
import { PowerLoss, lossyDisk } from './lossy-disk.ts'
import { randomFrom, trials } from './random.ts'

const STATES = trials(1, 10)
const SEED = 20_260_301

/**
 * Runs `work` on a copy of `folder` with power lost at call 1, 2, 3 … until it comes through; after each, looks at
 * `STATES` states the disk may be in. `work` counts what was acknowledged.
 */
async function atEveryCall(
  folder: string,
  work: (disk: ReturnType<typeof lossyDisk>, copy: string) => Promise<void>,
  check: (left: string) => Promise<void>,
): Promise<number> {
  let states = 0
  for (let at = 1, isDone = false; !isDone; at++) {
    const [copy, left] = [`${folder}-copy`, `${folder}-left`]
    try {
      cpSync(folder, copy, { recursive: true })
      const disk = lossyDisk(copy, at)
      await work(disk, copy).catch((error: unknown) => {
        if (!(error instanceof PowerLoss)) throw error
      })
      isDone = disk.calls < at
      for (let n = 0; n < STATES; n++, states++) {
        disk.leaveBehind(left, randomFrom(SEED + at * 1000 + n))
        await check(left)
        rmSync(left, { recursive: true, force: true })
      }
    } catch (error) {
      if (error instanceof Error) error.message = `power lost at call ${at}, seed ${SEED + at * 1000}: ${error.message}`
      throw error
    } finally {
      for (const path of [copy, left]) rmSync(path, { recursive: true, force: true })
    }
  }
  return states
}

test('while generations are written and old ones removed', { timeout: 1_200_000 }, async () => {
  const folder = temporaryFolder()
  await writeGeneration(folder, contentOf(1))
  let acknowledged = 1
  const states = await atEveryCall(
    folder,
    async (disk, copy) => {
      acknowledged = 1
      for (let number = 2; number <= 4; number++) {
        await writeGeneration(copy, contentOf(number), { disk })
        acknowledged = number
      }
    },
    async (left) => {
      const { generation, recovered } = await openCurrent(left)
      expect(recovered).toBeUndefined() // CURRENT never names what was not made to last
      expect(await expectWhole(generation!)).toBeGreaterThanOrEqual(acknowledged)
      expect(generation!.damaged).toEqual([])
      await writeGeneration(left, contentOf(9))
      expect(await expectWhole((await openCurrent(left)).generation!)).toBe(9)
    },
  )
  expect(states).toBeGreaterThan(80 * STATES)
})

test('while generations take files over from those before, which are then removed', { timeout: 1_200_000 }, async () => {
  const folder = temporaryFolder()
  await writeGeneration(folder, contentOf(1))
  await writeGeneration(folder, contentOf(2, { generation: 'gen-00000001', number: 1 }))
  let acknowledged = 2
  const states = await atEveryCall(
    folder,
    async (disk, copy) => {
      acknowledged = 2
      for (let number = 3; number <= 4; number++) {
        const from = { generation: `gen-0000000${number - 1}`, number: 1 }
        await writeGeneration(copy, contentOf(number, from), { disk })
        acknowledged = number
      }
    },
    async (left) => {
      const { generation, recovered } = await openCurrent(left)
      expect(recovered).toBeUndefined()
      expect(await expectWhole(generation!)).toBeGreaterThanOrEqual(acknowledged)
      expect(generation!.damaged).toEqual([])
      await writeGeneration(left, contentOf(9, { generation: generation!.name, number: 1 }))
      expect(await expectWhole((await openCurrent(left)).generation!)).toBe(9)
    },
  )
  expect(states).toBeGreaterThan(40 * STATES)
})

test('while the first generation is written, in a folder that does not exist yet', { timeout: 600_000 }, async () => {
  const folder = temporaryFolder()
  let isAcknowledged = false
  await atEveryCall(
    folder,
    async (disk, copy) => {
      isAcknowledged = false
      await writeGeneration(join(copy, 'new', 'index'), contentOf(1), { disk })
      isAcknowledged = true
    },
    async (left) => {
      const index = join(left, 'new', 'index')
      if (isAcknowledged) expect(existsSync(index)).toBe(true)
      const { generation } = await openCurrent(index)
      if (isAcknowledged || generation) expect(await expectWhole(generation!)).toBe(1)
    },
  )
})

test('while a damaged generation is set aside', { timeout: 600_000 }, async () => {
  const folder = temporaryFolder()
  await writeGeneration(folder, contentOf(1))
  await writeGeneration(folder, contentOf(2))
  const path = join(folder, 'gen-00000002/vectors.bin')
  writeFileSync(path, readFileSync(path).fill(0, 100))
  await atEveryCall(
    folder,
    async (disk, copy) => void (await openCurrent(copy, { disk })),
    async (left) => {
      expect(await expectWhole((await openCurrent(left)).generation!)).toBe(1)
      expect((await openCurrent(left)).recovered).toBeUndefined()
    },
  )
})
