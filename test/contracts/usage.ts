/** What every UsageStore promises. `again` is the same store as another copy of the program opens it. */
import { afterEach, describe, expect, test } from 'vitest'
import type { UsageRow, UsageStore } from '../../src/state/usage.ts'

export interface OpenUsage {
  readonly usage: UsageStore
  close(): Promise<void>
}

export interface UsageKind {
  /** One with nothing in it. */
  open(): Promise<OpenUsage>
  /** Another over the one opened last. */
  again(): Promise<OpenUsage>
}

const ANSWERED: UsageRow = { day: '2026-03-02', channel: 'page', outcome: 'answered', mode: 'extractive', count: 2, milliseconds: 310.4 }
const DECLINED: UsageRow = { ...ANSWERED, channel: 'slack', outcome: 'declined', reason: 'no-evidence', count: 1, milliseconds: 20 }

export function describeUsage(name: string, { open, again }: UsageKind): void {
  describe(`${name} as a UsageStore`, () => {
    const opened: OpenUsage[] = []
    const kept = async (one: Promise<OpenUsage>) => (opened.push(await one), opened.at(-1)!.usage)
    afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))))

    test('adds onto what is there, by day, channel, outcome, reason and mode', async () => {
      const usage = await kept(open())
      await usage.add([ANSWERED, DECLINED])
      await usage.add([{ ...ANSWERED, count: 3, milliseconds: 90 }, { ...ANSWERED, mode: 'llm' }])
      expect(await (await kept(again())).since('2026-03-01')).toEqual([
        { ...ANSWERED, count: 5, milliseconds: 400 },
        { ...ANSWERED, mode: 'llm', milliseconds: 310 },
        DECLINED,
      ])
    })

    test('tells a day and later ones, oldest first', async () => {
      const usage = await kept(open())
      const days = ['2026-03-03', '2026-03-01', '2026-03-02']
      await usage.add(days.map((day) => ({ ...DECLINED, day })))
      expect((await usage.since('2026-03-02')).map(({ day }) => day)).toEqual(['2026-03-02', '2026-03-03'])
    })

    test('of two that add at the same time nothing is lost', async () => {
      const both = [await kept(open()), await kept(again())]
      const rows = [ANSWERED, DECLINED]
      await Promise.all(Array.from({ length: 20 }, (_, at) => both[at % 2]!.add(at % 3 ? rows : rows.toReversed())))
      expect((await both[0]!.since('2026-03-01')).map(({ count }) => count)).toEqual([40, 20])
    })
  })
}
