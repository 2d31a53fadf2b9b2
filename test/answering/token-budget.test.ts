/** Tokens counted in memory: the contract, and a ledger that is away. */
import { expect, test } from 'vitest'
import { MemoryLedger, TokenBudget } from '../../src/answering/token-budget.ts'
import { describeLedger } from '../contracts/tokens.ts'

describeLedger('MemoryLedger', { open: async () => ({ tokens: new MemoryLedger(), close: async () => {} }) })

const away = {
  hold: () => Promise.reject(new Error('away')),
  settle: () => Promise.reject(new Error('away')),
}

test('where tokens cannot be counted, what has a limit is not asked for; what has none is', async () => {
  const clock = { now: () => Date.UTC(2026, 2, 2) }
  await expect(new TokenBudget({ tokensADay: 1_000 }, clock, away).hold(10, undefined)).rejects.toMatchObject({ kind: 'over-budget' })
  await (await new TokenBudget({}, clock, away).hold(10, { id: 'key:li' }))(7)
})
