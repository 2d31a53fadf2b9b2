/** The State in one file of SQLite, through Node's own module; `:memory:` for one that ends with the process. */
import { setImmediate as turn } from 'node:timers/promises'
import type { Answer, Conversation, ConversationSummary, Feedback, Turn } from '../types.ts'
import { textIn } from './rows.ts'
import { IN_MEMORY } from './sqlite-file.ts'
import { SqliteSession, type Prepared, type Row } from './sqlite-session.ts'
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

export { IN_MEMORY }

export interface SqliteStateOptions {
  /** Told of a damaged file and of answers that cannot be read. */
  readonly log?: (message: string) => void
  /** False: a damaged file is refused, not set aside. Default true. */
  readonly mend?: boolean
  /** For tests. */
  readonly now?: () => number
}

/** @throws PolicyError `state-unusable`, `disk-full` */
export function openSqliteState(path: string, options: SqliteStateOptions = {}): State {
  const { log = () => {}, mend = true, now = Date.now } = options
  return new SqliteState(new SqliteSession(path, { log, mend }), { log, now })
}

const STATEMENTS = {
  ...STATE_STATEMENTS,
  find: `SELECT ${SUMMARY} FROM conversations c WHERE c.owner = :owner AND c.updated_at < :before
    AND (instr(c.folded, :needle) > 0 OR EXISTS (
      SELECT 1 FROM exchanges e WHERE e.conversation_id = c.id AND instr(e.folded, :needle) > 0)) ${NEWEST}`,
  hits: `SELECT question, answer_text FROM exchanges WHERE conversation_id = :id AND instr(folded, :needle) > 0
    ORDER BY position LIMIT 1`,
  giveFeedback: `INSERT OR REPLACE INTO feedback (owner, conversation_id, exchange_id, answer_id, rating, reason, at,
      generation, as_of, documents, history, question, answer)
    VALUES (:owner, :conversationId, :exchangeId, :answerId, :rating, :reason, :at,
      :generation, :asOf, :documents, :history, :question, :answer)`,
  feedback: `SELECT * FROM feedback WHERE (:owner IS NULL OR owner = :owner) AND at >= :since
    AND (:rating IS NULL OR rating = :rating) ORDER BY at, rowid`,
} as const

export class SqliteState implements State {
  readonly #session: SqliteSession
  readonly #answers: AnswersIn
  readonly #now: () => number
  readonly #statements: Readonly<Record<keyof typeof STATEMENTS, Prepared>>

  constructor(session: SqliteSession, { log, now }: Required<Pick<SqliteStateOptions, 'log' | 'now'>>) {
    this.#session = session
    this.#answers = new AnswersIn(session.path, log)
    this.#now = now
    this.#statements = session.prepared(STATEMENTS)
  }

  async begin(owner: Owner, asked: Asked): Promise<Begun> {
    return this.#session.written(() => {
      const { conversationId, exchangeId, question, documents, asOf } = asked
      const at = this.#tick(owner)
      const known = this.#statements.summary.get({ id: conversationId })
      if (known && known['owner'] !== owner) throw noSuchConversation(conversationId)
      if (known) this.#statements.touch.run({ id: conversationId, at })
      else this.#addConversation(owner, conversationId, titleOf(question), at)
      const isRetry = this.#statements.exchange.get({ conversationId, exchangeId }) !== undefined
      const row = this.#statements[isRetry ? 'beginAgain' : 'addExchange'].get({
        conversationId,
        exchangeId,
        at,
        question,
        folded: foldedCase(question),
        documents: documents ? JSON.stringify(documents) : null,
        asOf: asOf ?? null,
      })
      const history = this.#turnsBefore(conversationId, Number(row?.['position']))
      return { attempt: Number(row?.['attempt']), history }
    })
  }

  async keepAnswer(owner: Owner, name: ExchangeName, attempt: number, answer: Answer): Promise<boolean> {
    return this.#session.written(() => {
      const { conversationId, exchangeId } = name
      const exchange = this.#exchangeOfOwner(owner, name)
      if (exchange?.['attempt'] !== attempt) return false
      this.#statements.keepAnswer.run({
        conversationId,
        exchangeId,
        attempt,
        folded: foldedExchange(textIn(exchange, 'question'), answer),
        answerId: answer.id,
        text: answer.text,
        answer: JSON.stringify(answer),
      })
      this.#statements.touch.run({ id: conversationId, at: this.#tick(owner) })
      return true
    })
  }

  async conversations(owner: Owner, { query, limit, before }: Wanted): Promise<Listed> {
    return this.#session.tried(() => {
      const until = before === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(before)
      const range = { owner, before: until, limit: limit + 1 }
      const words = query?.toWellFormed().trim() ?? ''
      const needle = foldedCase(words)
      const rows = needle === '' ? this.#statements.list.all(range) : this.#statements.find.all({ ...range, needle })
      const conversations = rows.slice(0, limit).map((row) => {
        const excerpt = needle === '' ? undefined : this.#excerpt(textIn(row, 'id'), words)
        return { ...summaryOf(row), ...(excerpt !== undefined && { excerpt }) }
      })
      return { conversations, more: rows.length > limit }
    })
  }

  async conversation(owner: Owner, conversationId: string): Promise<Conversation> {
    return this.#session.tried(() => {
      const { id, title, createdAt, updatedAt } = summaryOf(this.#wanted(owner, conversationId))
      const exchanges = this.#statements.exchanges.all({ owner, id }).map((row) => this.#answers.exchange(row))
      return { id, title, createdAt, updatedAt, exchanges }
    })
  }

  async rename(owner: Owner, conversationId: string, title: string): Promise<ConversationSummary> {
    return this.#session.written(() => {
      this.#wanted(owner, conversationId)
      this.#statements.rename.run({ id: conversationId, title, folded: foldedCase(title) })
      return summaryOf(this.#wanted(owner, conversationId))
    })
  }

  async remove(owner: Owner, conversationId: string): Promise<void> {
    this.#session.written(() => {
      this.#wanted(owner, conversationId)
      this.#statements.remove.run({ id: conversationId })
    })
  }

  async forget(owner: Owner, before: string): Promise<number> {
    for (let forgotten = 0; ; await turn()) {
      const range = { owner, before: Date.parse(before) }
      const { changes } = this.#session.written(() => this.#statements.forget.run(range))
      forgotten += Number(changes)
      if (changes < FORGOTTEN_AT_ONCE) return forgotten
    }
  }

  async giveFeedback(owner: Owner, name: ExchangeName, { rating, reason }: Feedback): Promise<void> {
    this.#session.written(() => {
      const { conversationId, exchangeId } = name
      this.#wanted(owner, conversationId)
      const exchange = this.#statements.exchange.get({ conversationId, exchangeId })
      if (!exchange) throw noSuchExchange(exchangeId)
      const answer = this.#answers.of(exchange)
      if (!answer) throw notAnswered()
      this.#statements.giveFeedback.run({
        owner,
        conversationId,
        exchangeId,
        answerId: answer.id,
        rating,
        reason: reason ?? null,
        at: this.#now(),
        generation: answer.index.generation,
        asOf: exchange['as_of'] ?? null,
        documents: exchange['documents'] ?? null,
        history: JSON.stringify(this.#turnsBefore(conversationId, Number(exchange['position']))),
        question: textIn(exchange, 'question'),
        answer: textIn(exchange, 'answer'),
      })
    })
  }

  async withdrawFeedback(owner: Owner, name: ExchangeName): Promise<void> {
    this.#session.written(() => {
      const { conversationId, exchangeId } = name
      const { changes } = this.#statements.withdraw.run({ owner, conversationId, exchangeId })
      if (changes > 0) return
      if (!this.#exchangeOfOwner(owner, name)) throw noSuchExchange(exchangeId)
    })
  }

  async *feedback(owner: Owner | typeof EVERYONE, wanted: FeedbackWanted): AsyncGenerator<FeedbackRecord> {
    const { since, rating } = wanted
    const rows = this.#session.tried(() =>
      this.#statements.feedback.all({
        owner: owner === EVERYONE ? null : owner,
        since: since === undefined ? 0 : Date.parse(since),
        rating: rating ?? null,
      }),
    )
    for (const row of rows) {
      const record = this.#answers.record(row)
      if (record) yield record
    }
  }

  async close(): Promise<void> {
    this.#session.close()
  }

  #addConversation(owner: Owner, id: string, title: string, at: number): void {
    this.#statements.addConversation.run({ id, owner, title, folded: foldedCase(title), at })
  }

  /** Now, or a little later: no two changes of an owner's conversations share their time, so that pages lose none. */
  #tick(owner: Owner): number {
    const latest = Number(this.#statements.latest.get({ owner })?.['latest'] ?? 0)
    return Math.max(this.#now(), latest + 1)
  }

  #ofOwner(owner: Owner, id: string): Row | undefined {
    const row = this.#statements.summary.get({ id })
    return row?.['owner'] === owner ? row : undefined
  }

  #exchangeOfOwner(owner: Owner, { conversationId, exchangeId }: ExchangeName): Row | undefined {
    if (!this.#ofOwner(owner, conversationId)) return undefined
    return this.#statements.exchange.get({ conversationId, exchangeId })
  }

  #wanted(owner: Owner, id: string): Row {
    const row = this.#ofOwner(owner, id)
    if (!row) throw noSuchConversation(id)
    return row
  }

  #turnsBefore(conversationId: string, position: number): readonly Turn[] {
    return turnsIn(this.#statements.before.all({ conversationId, position }))
  }

  #excerpt(id: string, words: string): string | undefined {
    const row = this.#statements.hits.get({ id, needle: foldedCase(words) })
    return row && excerptIn(row, words)
  }
}
