/** The State in PostgreSQL, which several copies of the program share. */
import type { Answer, Conversation, ConversationSummary, Feedback } from '../types.ts'
import { statementsOf } from './postgres-statements.ts'
import type { Asker, PostgresSession, Transaction } from './postgres-session.ts'
import { textIn, type Row } from './rows.ts'
import { AnswersIn, excerptIn, foldedExchange, FORGOTTEN_AT_ONCE, noSuchConversation, noSuchExchange, notAnswered, summaryOf, turnsIn } from './state-rows.ts'
import { NEWEST, STATE_STATEMENTS, SUMMARY } from './state-statements.ts'
import {
  EVERYONE,
  foldedCase,
  titleOf,
  type Asked,
  type Begun,
  type ExchangeName,
  type FeedbackRecord,
  type FeedbackWanted,
  type Listed,
  type Owner,
  type State,
  type Wanted,
} from './state.ts'

const STATEMENTS = statementsOf({
  ...STATE_STATEMENTS,
  find: `SELECT ${SUMMARY} FROM conversations c WHERE c.owner = :owner AND c.updated_at < :before
    AND (strpos(c.folded, :needle) > 0 OR EXISTS (
      SELECT 1 FROM exchanges e WHERE e.conversation_id = c.id AND strpos(e.folded, :needle) > 0)) ${NEWEST}`,
  hits: `SELECT question, answer_text FROM exchanges WHERE conversation_id = :id AND strpos(folded, :needle) > 0
    ORDER BY position LIMIT 1`,
  withdrawOne: `DELETE FROM feedback WHERE owner = :owner AND conversation_id = :conversationId
    AND exchange_id = :exchangeId AND answer_id = :answerId`,
  giveFeedback: `INSERT INTO feedback (owner, conversation_id, exchange_id, answer_id, rating, reason, at,
      generation, as_of, documents, history, question, answer)
    VALUES (:owner, :conversationId, :exchangeId, :answerId, :rating, :reason, :at,
      :generation, :asOf, :documents, :history, :question, :answer)`,
  feedback: `SELECT * FROM feedback WHERE (:owner::text IS NULL OR owner = :owner::text) AND at >= :since
    AND (:rating::text IS NULL OR rating = :rating::text) ORDER BY at, inserted`,
})

/** Of all copies one at a time changes what is an owner's: their changes have an order, and each its own time. */
const lockOf = (owner: Owner) => `owner ${owner}`

export class PostgresState implements State {
  readonly #session: PostgresSession
  readonly #answers: AnswersIn

  constructor(session: PostgresSession, log: (message: string) => void) {
    this.#session = session
    this.#answers = new AnswersIn(session.path, log)
  }

  begin(owner: Owner, asked: Asked): Promise<Begun> {
    return this.#changed(owner, async (transaction) => {
      const { conversationId, exchangeId, question, documents, asOf } = asked
      const at = await tick(transaction, owner)
      const known = await transaction.get(STATEMENTS.summary, { id: conversationId })
      if (known && known['owner'] !== owner) throw noSuchConversation(conversationId)
      const title = titleOf(question)
      if (known) await transaction.run(STATEMENTS.touch, { id: conversationId, at })
      else await transaction.run(STATEMENTS.addConversation, { id: conversationId, owner, title, folded: foldedCase(title), at })
      const isRetry = (await transaction.get(STATEMENTS.exchange, { conversationId, exchangeId })) !== undefined
      const row = await transaction.get(STATEMENTS[isRetry ? 'beginAgain' : 'addExchange'], {
        conversationId,
        exchangeId,
        at,
        question,
        folded: foldedCase(question),
        documents: documents ? JSON.stringify(documents) : null,
        asOf: asOf ?? null,
      })
      const history = await turnsBefore(transaction, conversationId, row!)
      return { attempt: Number(row!['attempt']), history }
    })
  }

  keepAnswer(owner: Owner, name: ExchangeName, attempt: number, answer: Answer): Promise<boolean> {
    return this.#changed(owner, async (transaction) => {
      const { conversationId, exchangeId } = name
      const exchange = await exchangeOfOwner(transaction, owner, name)
      if (exchange?.['attempt'] !== attempt) return false
      await transaction.run(STATEMENTS.keepAnswer, {
        conversationId,
        exchangeId,
        attempt,
        folded: foldedExchange(textIn(exchange, 'question'), answer),
        answerId: answer.id,
        text: answer.text,
        answer: JSON.stringify(answer),
      })
      await transaction.run(STATEMENTS.touch, { id: conversationId, at: await tick(transaction, owner) })
      return true
    })
  }

  async conversations(owner: Owner, { query, limit, before }: Wanted): Promise<Listed> {
    const until = before === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(before)
    const range = { owner, before: until, limit: limit + 1 }
    const words = query?.toWellFormed().trim() ?? ''
    const needle = foldedCase(words)
    const isSearch = needle !== ''
    const rows = await (isSearch ? this.#session.all(STATEMENTS.find, { ...range, needle }) : this.#session.all(STATEMENTS.list, range))
    const shown = rows.slice(0, limit)
    const hits = await Promise.all(shown.map((row) => (isSearch ? this.#session.get(STATEMENTS.hits, { id: textIn(row, 'id'), needle }) : undefined)))
    const conversations = shown.map((row, at) => {
      const excerpt = hits[at] && excerptIn(hits[at], words)
      return { ...summaryOf(row), ...(excerpt !== undefined && { excerpt }) }
    })
    return { conversations, more: rows.length > limit }
  }

  async conversation(owner: Owner, conversationId: string): Promise<Conversation> {
    const { id, title, createdAt, updatedAt } = summaryOf(await wanted(this.#session, owner, conversationId))
    const rows = await this.#session.all(STATEMENTS.exchanges, { owner, id })
    return { id, title, createdAt, updatedAt, exchanges: rows.map((row) => this.#answers.exchange(row)) }
  }

  rename(owner: Owner, conversationId: string, title: string): Promise<ConversationSummary> {
    return this.#changed(owner, async (transaction) => {
      await wanted(transaction, owner, conversationId)
      await transaction.run(STATEMENTS.rename, { id: conversationId, title, folded: foldedCase(title) })
      return summaryOf(await wanted(transaction, owner, conversationId))
    })
  }

  remove(owner: Owner, conversationId: string): Promise<void> {
    return this.#changed(owner, async (transaction) => {
      await wanted(transaction, owner, conversationId)
      await transaction.run(STATEMENTS.remove, { id: conversationId })
    })
  }

  async forget(owner: Owner, before: string): Promise<number> {
    for (let forgotten = 0; ; ) {
      const range = { owner, before: Date.parse(before) }
      const changes = await this.#changed(owner, (transaction) => transaction.run(STATEMENTS.forget, range))
      forgotten += changes
      if (changes < FORGOTTEN_AT_ONCE) return forgotten
    }
  }

  giveFeedback(owner: Owner, name: ExchangeName, { rating, reason }: Feedback): Promise<void> {
    return this.#changed(owner, async (transaction) => {
      const { conversationId, exchangeId } = name
      await wanted(transaction, owner, conversationId)
      const exchange = await transaction.get(STATEMENTS.exchange, { conversationId, exchangeId })
      if (!exchange) throw noSuchExchange(exchangeId)
      const answer = this.#answers.of(exchange)
      if (!answer) throw notAnswered()
      const whose = { owner, conversationId, exchangeId, answerId: answer.id }
      await transaction.run(STATEMENTS.withdrawOne, whose)
      await transaction.run(STATEMENTS.giveFeedback, {
        ...whose,
        rating,
        reason: reason ?? null,
        at: transaction.now,
        generation: answer.index.generation,
        asOf: textOrNull(exchange, 'as_of'),
        documents: textOrNull(exchange, 'documents'),
        history: JSON.stringify(await turnsBefore(transaction, conversationId, exchange)),
        question: textIn(exchange, 'question'),
        answer: textIn(exchange, 'answer'),
      })
    })
  }

  withdrawFeedback(owner: Owner, name: ExchangeName): Promise<void> {
    return this.#changed(owner, async (transaction) => {
      const { conversationId, exchangeId } = name
      if ((await transaction.run(STATEMENTS.withdraw, { owner, conversationId, exchangeId })) > 0) return
      if (!(await exchangeOfOwner(transaction, owner, name))) throw noSuchExchange(exchangeId)
    })
  }

  async *feedback(owner: Owner | typeof EVERYONE, { since, rating }: FeedbackWanted): AsyncGenerator<FeedbackRecord> {
    const rows = await this.#session.all(STATEMENTS.feedback, {
      owner: owner === EVERYONE ? null : owner,
      since: since === undefined ? 0 : Date.parse(since),
      rating: rating ?? null,
    })
    for (const row of rows) {
      const record = this.#answers.record(row)
      if (record) yield record
    }
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  #changed<Result>(owner: Owner, work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#session.written(work, lockOf(owner))
  }
}

/** Now, or a little later: no two changes of an owner's conversations share their time, so that pages lose none. */
async function tick(transaction: Transaction, owner: Owner): Promise<number> {
  const row = await transaction.get(STATEMENTS.latest, { owner })
  return Math.max(transaction.now, Number(row?.['latest'] ?? 0) + 1)
}

async function ofOwner(asker: Asker, owner: Owner, id: string): Promise<Row | undefined> {
  const row = await asker.get(STATEMENTS.summary, { id })
  return row?.['owner'] === owner ? row : undefined
}

async function wanted(asker: Asker, owner: Owner, id: string): Promise<Row> {
  const row = await ofOwner(asker, owner, id)
  if (!row) throw noSuchConversation(id)
  return row
}

async function exchangeOfOwner(asker: Asker, owner: Owner, { conversationId, exchangeId }: ExchangeName): Promise<Row | undefined> {
  if (!(await ofOwner(asker, owner, conversationId))) return undefined
  return asker.get(STATEMENTS.exchange, { conversationId, exchangeId })
}

/** @param exchange a row with its position */
const turnsBefore = async (asker: Asker, conversationId: string, exchange: Row) =>
  turnsIn(await asker.all(STATEMENTS.before, { conversationId, position: Number(exchange['position']) }))

const textOrNull = (row: Row, column: string): string | null => (row[column] === null ? null : textIn(row, column))
