/** Limits in memory: the contract, and how many buckets are kept. */
import { expect, test } from 'vitest'
import { MemoryRates } from '../../../src/channels/http/limits.ts'
import { describeRates } from '../../contracts/rates.ts'

describeRates('MemoryRates', { open: async (now) => ({ rates: new MemoryRates(now), close: async () => {} }) })

test('of buckets so many are kept; who was not heard of for longest has a full one', async () => {
  const rates = new MemoryRates(() => 0, 2)
  for (const bucket of ['a', 'b', 'c']) await rates.take(bucket, { perMinute: 1 })
  expect(rates.size).toBe(2)
  expect((await rates.look('a', { perMinute: 1 })).isAllowed).toBe(true)
  expect((await rates.look('c', { perMinute: 1 })).isAllowed).toBe(false)
})
