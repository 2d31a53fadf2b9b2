/** Tokens of the language model in PostgreSQL: what may be used a day holds over all copies of the program. */
import { ALL, type TokenLedger } from '../answering/token-budget.ts'
import type { PostgresSession, Transaction } from './postgres-session.ts'
import { statementsOf } from './postgres-statements.ts'
import { textIn } from './rows.ts'

const STATEMENTS = statementsOf({
  forget: 'DELETE FROM model_tokens WHERE day < :day',
  used: 'SELECT whose, tokens FROM model_tokens WHERE day = :day AND whose = ANY (:whose::text[])',
  add: `INSERT INTO model_tokens AS t (day, whose, tokens) VALUES (:day, :one, :tokens)
    ON CONFLICT (day, whose) DO UPDATE SET tokens = t.tokens + excluded.tokens`,
})

/** Days that are over are forgotten then; what was held yesterday may still be settled today. */
const KEPT_DAYS = 7

export class PostgresTokens implements TokenLedger {
  readonly #session: PostgresSession

  constructor(session: PostgresSession) {
    this.#session = session
  }

  hold(day: number, tokens: number, limits: ReadonlyMap<string, number>) {
    const whose = [...limits.keys()]
    return this.#counted(async (transaction) => {
      const used = await usedOf(transaction, day, whose)
      const over = whose.find((one) => (used.get(one) ?? 0) + tokens > limits.get(one)!)
      if (over !== undefined) return { over, used: used.get(ALL) ?? 0 }
      if (!used.has(ALL)) await transaction.run(STATEMENTS.forget, { day: day - KEPT_DAYS })
      return added(transaction, day, tokens, whose)
    })
  }

  settle(day: number, tokens: number, whose: readonly string[]) {
    return this.#counted((transaction) => added(transaction, day, tokens, whose))
  }

  /** Of all copies one at a time. */
  #counted<Result>(count: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#session.written(count, 'tokens')
  }
}

async function added(transaction: Transaction, day: number, tokens: number, whose: readonly string[]): Promise<{ readonly used: number }> {
  for (const one of whose) await transaction.run(STATEMENTS.add, { day, one, tokens: Math.round(tokens) })
  return { used: (await usedOf(transaction, day, [ALL])).get(ALL) ?? 0 }
}

async function usedOf(transaction: Transaction, day: number, whose: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await transaction.all(STATEMENTS.used, { day, whose })
  return new Map(rows.map((row) => [textIn(row, 'whose'), Number(row['tokens'])]))
}
