/** What every RateStore promises. `again` is the same store as another copy of the program opens it. */
import { afterEach, describe, expect, test } from 'vitest'
import type { RateStore } from '../../src/state/rates.ts'

export interface OpenRates {
  readonly rates: RateStore
  close(): Promise<void>
}

export interface RatesKind {
  /** One in which nobody has used anything. Milliseconds are those of the clock given. */
  open(now: () => number): Promise<OpenRates>
  /** Another over the one opened last; absent where there can be none. */
  again?(now: () => number): Promise<OpenRates>
}

const SIX = { perMinute: 6 }
const NAME = 'ask:key:Zk3vQ9xT'

export function describeRates(name: string, { open, again }: RatesKind): void {
  describe(`${name} as a RateStore`, () => {
    let now = 0
    const clock = () => now
    const opened: OpenRates[] = []
    const kept = async (one: Promise<OpenRates>) => (opened.push(await one), opened.at(-1)!.rates)
    const fresh = () => ((now = Date.UTC(2026, 2, 2)), kept(open(clock)))
    afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))))

    const takes = async (rates: RateStore, times: number, bucket = NAME) => {
      const taken = []
      for (let at = 0; at < times; at++) taken.push(await rates.take(bucket, SIX))
      return taken
    }

    test('so many at once, and then one in each sixth of a minute', async () => {
      const rates = await fresh()
      expect((await takes(rates, 7)).map(({ isAllowed, remaining, retrySeconds }) => [isAllowed, remaining, retrySeconds])).toEqual([
        [true, 5, 0],
        [true, 4, 0],
        [true, 3, 0],
        [true, 2, 0],
        [true, 1, 0],
        [true, 0, 0],
        [false, 0, 10],
      ])
      now += 9_000
      expect(await rates.take(NAME, SIX)).toEqual({ isAllowed: false, remaining: 0, retrySeconds: 1 })
      now += 1_001
      expect(await rates.take(NAME, SIX)).toMatchObject({ isAllowed: true, remaining: 0 })
      expect((await rates.take(NAME, SIX)).isAllowed).toBe(false)
    })

    test('a bucket is full after a minute, and never more than full', async () => {
      const rates = await fresh()
      await takes(rates, 6)
      now += 60_000
      expect((await takes(rates, 7)).filter(({ isAllowed }) => isAllowed)).toHaveLength(6)
      now += 3_600_000
      expect((await takes(rates, 7)).filter(({ isAllowed }) => isAllowed)).toHaveLength(6)
    })

    test('to look takes nothing; of each bucket apart', async () => {
      const rates = await fresh()
      expect(await rates.look(NAME, SIX)).toEqual({ isAllowed: true, remaining: 6, retrySeconds: 0 })
      await takes(rates, 6)
      expect(await rates.look(NAME, SIX)).toEqual({ isAllowed: false, remaining: 0, retrySeconds: 10 })
      expect(await rates.look('ask:person:1', SIX)).toMatchObject({ isAllowed: true, remaining: 6 })
    })

    test('what was taken in advance can be given back, and no more than was there', async () => {
      const rates = await fresh()
      await takes(rates, 7)
      await rates.giveBack(NAME, SIX)
      expect((await takes(rates, 2)).map(({ isAllowed }) => isAllowed)).toEqual([true, false])
      now += 60_000
      await rates.giveBack(NAME, SIX)
      expect((await takes(rates, 7)).filter(({ isAllowed }) => isAllowed)).toHaveLength(6)
    })

    test('a clock that is put back fills nothing', async () => {
      const rates = await fresh()
      await takes(rates, 6)
      now -= 3_600_000
      expect((await rates.take(NAME, SIX)).isAllowed).toBe(false)
    })

    test.runIf(again !== undefined)('of many at once, over several copies, so many are let through and no more', async () => {
      const all = [await fresh(), await kept(again!(clock)), await kept(again!(clock))]
      const taken = await Promise.all(Array.from({ length: 120 }, (_, at) => all[at % 3]!.take(NAME, { perMinute: 50 })))
      expect(taken.filter(({ isAllowed }) => isAllowed)).toHaveLength(50)
      expect(await all[1]!.look(NAME, { perMinute: 50 })).toMatchObject({ isAllowed: false, remaining: 0 })
    })
  })
}
