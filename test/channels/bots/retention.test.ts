/** What goes after its days, by clocks that somebody sets. */
import { expect, test } from 'vitest'
import { keepFor } from '../../../src/channels/bots/retention.ts'

const DAY = 24 * 3_600_000
const NOW = Date.parse('2026-06-01T00:00:00Z')

/** Before when conversations are forgotten. */
async function forgottenBefore(steady: number, settable?: number): Promise<Set<string>> {
  const before = new Set<string>()
  const state = { forget: async (_owner: string, time: string) => (before.add(time), 0) }
  const clock = { now: () => steady, after: () => () => {}, ...(settable !== undefined && { settable: () => settable }) }
  const never = () => expect.fail('nothing is given up')
  const retention = keepFor({ state, queue: { sweep: async () => ({}) }, days: 30, clock, onGivenUp: never, onTrouble: never })
  await retention.stop()
  return before
}

test.each([
  ['that was set a year ahead while it ran', NOW, NOW + 365 * DAY],
  ['that was a year ahead at the start and was put right', NOW + 365 * DAY, NOW],
])('a clock %s makes nobody forget what has its days yet', async (_, steady, settable) => {
  expect(await forgottenBefore(steady, settable)).toEqual(new Set(['2026-05-02T00:00:00.000Z']))
})

test('thirty days are thirty days', async () => {
  expect(await forgottenBefore(NOW)).toEqual(new Set(['2026-05-02T00:00:00.000Z']))
})
