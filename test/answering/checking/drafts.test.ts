/** Generated drafts over the seeds. */
import { expect, test } from 'vitest'
import { DraftMaker } from './made-drafts.ts'
import { catalogueOf, isLong, load } from './library.ts'
import { sayTally, tallyOf } from './tally.ts'

const { documents, twins } = await load('seeds')
const catalogue = catalogueOf(documents, twins)

/** Seed 1 was looked at while the engine was made; the others only report. */
test.each([1, 2026, ...(isLong ? [2027, 2028] : [])])('drafts over the seeds, seed %i', (seed) => {
  const tally = tallyOf(catalogue, new DraftMaker(documents, seed).make(isLong ? 1_000 : 240))
  console.log(sayTally(`seeds, seed ${seed}`, tally))
  expect(tally.shownAsVerbatim).toEqual([])
  expect(tally.alarms).toEqual([])
  expect(tally.wrong.slice(0, tally.right >= 0.99 * tally.drafts ? 0 : 20)).toEqual([])
})
