/** What all OperatorSessions promise. `again` are the same as another copy of the program opens them. */
import { afterEach, describe, expect, test } from 'vitest'
import type { OperatorSessions } from '../../src/access/operator-sessions.ts'

export interface OpenOperatorSessions {
  readonly operatorSessions: OperatorSessions
  close(): Promise<void>
}

export interface OperatorSessionsKind {
  /** None signed in. Milliseconds are those of the clock given. */
  open(now: () => number): Promise<OpenOperatorSessions>
  /** Others over those opened last; absent where there can be none. */
  again?(now: () => number): Promise<OpenOperatorSessions>
}

const KEY = 'a-key-of-the-operator-of-32-bytes'
const HOUR_MS = 3_600_000

export function describeOperatorSessions(name: string, { open, again }: OperatorSessionsKind): void {
  describe(`${name} as OperatorSessions`, () => {
    let now = 0
    const clock = () => now
    const opened: OpenOperatorSessions[] = []
    const kept = async (one: Promise<OpenOperatorSessions>) => (opened.push(await one), opened.at(-1)!.operatorSessions)
    const fresh = () => ((now = Date.UTC(2026, 2, 2)), kept(open(clock)))
    afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))))

    test('a token opens until it is closed, and with the key it was opened with alone', async () => {
      const sessions = await fresh()
      const [token, other] = [await sessions.open(KEY), await sessions.open(KEY)]
      expect(token).toMatch(/^[\w-]{43}$/)
      expect([await sessions.has(token, KEY), await sessions.has(token, `${KEY}2`), await sessions.has('', KEY)]).toEqual([true, false, false])
      expect([await sessions.close(token, KEY), await sessions.close(token, KEY)]).toEqual([true, false])
      expect([await sessions.has(token, KEY), await sessions.has(other, KEY)]).toEqual([false, true])
    })

    test('is over after 12 hours', async () => {
      const sessions = await fresh()
      const token = await sessions.open(KEY)
      now += 12 * HOUR_MS - 1
      expect(await sessions.has(token, KEY)).toBe(true)
      now += 2
      expect(await sessions.has(token, KEY)).toBe(false)
    })

    test.runIf(again !== undefined)('whichever copy is asked knows them, and that they were closed', async () => {
      const [one, other] = [await fresh(), await kept(again!(clock))]
      const token = await one.open(KEY)
      expect(await other.has(token, KEY)).toBe(true)
      await other.close(token, KEY)
      expect(await one.has(token, KEY)).toBe(false)
    })
  })
}
