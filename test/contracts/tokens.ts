/** What every TokenLedger promises. `again` is the same as another copy of the program opens it. */
import { afterEach, describe, expect, test } from 'vitest'
import { ALL, type TokenLedger } from '../../src/answering/token-budget.ts'

export interface OpenLedger {
  readonly tokens: TokenLedger
  close(): Promise<void>
}

export interface LedgerKind {
  /** One in which nothing is counted. */
  open(): Promise<OpenLedger>
  /** Another over the one opened last; absent where there can be none. */
  again?(): Promise<OpenLedger>
}

const DAY = 20_500
const LI = 'key:Zk3vQ9xT'

export function describeLedger(name: string, { open, again }: LedgerKind): void {
  describe(`${name} as a TokenLedger`, () => {
    const opened: OpenLedger[] = []
    const kept = async (one: Promise<OpenLedger>) => (opened.push(await one), opened.at(-1)!.tokens)
    afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))))
    const limits = (all: number, li = Infinity) => new Map([[ALL, all], [LI, li]])

    test('holds up to the limit of each, and names the one that would be passed', async () => {
      const ledger = await kept(open())
      expect(await ledger.hold(DAY, 600, limits(1_000, 1_500))).toEqual({ used: 600 })
      expect(await ledger.hold(DAY, 600, limits(1_000, 1_500))).toEqual({ over: ALL, used: 600 })
      expect(await ledger.hold(DAY, 400, limits(1_000, 900))).toEqual({ over: LI, used: 600 })
      expect(await ledger.hold(DAY, 400, limits(1_000, 1_000))).toEqual({ used: 1_000 })
    })

    test('what was not taken is given back; the next day begins with nothing', async () => {
      const ledger = await kept(open())
      await ledger.hold(DAY, 800, limits(1_000))
      expect(await ledger.settle(DAY, -700, [ALL, LI])).toEqual({ used: 100 })
      expect(await ledger.hold(DAY, 900, limits(1_000, 1_000))).toEqual({ used: 1_000 })
      expect(await ledger.hold(DAY + 1, 1_000, limits(1_000))).toEqual({ used: 1_000 })
      await ledger.settle(DAY, -900, [ALL, LI]) // of yesterday
      expect(await ledger.hold(DAY + 1, 1, limits(1_000))).toEqual({ over: ALL, used: 1_000 })
    })

    test.runIf(again !== undefined)('of many at once, over several copies, so many are held and no more', async () => {
      const copies = [await kept(open()), await kept(again!()), await kept(again!())]
      const held = await Promise.all(Array.from({ length: 60 }, (_, at) => copies[at % 3]!.hold(DAY, 100, limits(2_500))))
      expect(held.filter(({ over }) => over === undefined)).toHaveLength(25)
    })
  })
}
