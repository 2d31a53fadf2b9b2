/** Rows of conversations, exchanges and feedback as the State tells them, and what is kept of a question. */
import { PolicyError } from '../errors.ts'
import type { Answer, ConversationSummary, Exchange, Feedback, Turn } from '../types.ts'
import { readAnswer, readDocuments, readTurns } from './kept-answer.ts'
import { textIn, timeIn, type Row } from './rows.ts'
import { excerptOf, foldedCase, type FeedbackRecord } from './state.ts'

/** Conversations deleted in one go; others have their turn in between. */
export const FORGOTTEN_AT_ONCE = 100

/** Between a question and its answer in what is searched: no one types it. */
const SEPARATOR = '\u001f'

/** What a search looks through. */
export const foldedExchange = (question: string, answer: Answer): string => foldedCase(`${question}${SEPARATOR}${answer.text}`)

/** The words around a hit in a question or in its answer. */
export const excerptIn = (row: Row, words: string): string | undefined =>
  excerptOf(textIn(row, 'question'), words) ?? excerptOf(String(row['answer_text'] ?? ''), words)

/** @param rows newest first, as they are asked for */
export function turnsIn(rows: readonly Row[]): readonly Turn[] {
  return rows.toReversed().flatMap((row): Turn[] => {
    const question = { role: 'user' as const, content: textIn(row, 'question') }
    const text = row['answer_text']
    return typeof text === 'string' ? [question, { role: 'assistant', content: text }] : [question]
  })
}

/** Answers of rows; what cannot be read is told, and is no answer. */
export class AnswersIn {
  readonly #tell: (message: string) => void

  /** @param place as people know the database */
  constructor(place: string, log: (message: string) => void) {
    this.#tell = (id) => log(`${place}：一条回答无法读取，按没有回答处理 an answer cannot be read: ${id}`)
  }

  of(row: Row): Answer | undefined {
    const json = row['answer']
    if (typeof json !== 'string') return undefined
    const answer = readAnswer(json)
    if (!answer) this.#tell(textIn(row, 'answer_id'))
    return answer
  }

  exchange(row: Row): Exchange {
    const answer = this.of(row)
    const feedback = feedbackOf(row)
    return {
      id: textIn(row, 'id'),
      ...askedOf(row),
      askedAt: timeIn(row, 'asked_at'),
      ...(answer && { answer }),
      ...(feedback && { feedback }),
    }
  }

  /** Undefined where it cannot be read. */
  record(row: Row): FeedbackRecord | undefined {
    const answer = this.of(row)
    const feedback = feedbackOf(row)
    if (!answer || !feedback) return undefined
    return { ...feedback, ...askedOf(row), at: timeIn(row, 'at'), history: readTurns(textIn(row, 'history')), answer }
  }
}

/** Of a row with how many exchanges there are. */
export function summaryOf(row: Row): ConversationSummary {
  return {
    id: textIn(row, 'id'),
    title: textIn(row, 'title'),
    createdAt: timeIn(row, 'created_at'),
    updatedAt: timeIn(row, 'updated_at'),
    exchanges: Number(row['exchanges']),
  }
}

export function askedOf(row: Row): Pick<Exchange, 'question' | 'documents' | 'asOf'> {
  const documents = row['documents']
  const asOf = row['as_of']
  return {
    question: textIn(row, 'question'),
    ...(typeof documents === 'string' && { documents: readDocuments(documents) }),
    ...(typeof asOf === 'string' && { asOf }),
  }
}

/** Undefined where there is none. */
export function feedbackOf(row: Row): Feedback | undefined {
  const { rating, reason } = row
  if (rating !== 'up' && rating !== 'down') return undefined
  return { rating, ...(typeof reason === 'string' && { reason }) }
}

export const noSuchConversation = (id: string) =>
  new PolicyError('no-such-conversation', `没有对话 ${id}；现有对话见 /api/conversations。`)
export const noSuchExchange = (id: string) =>
  new PolicyError('no-such-exchange', `对话里没有这一问 ${id}；请重新打开这个对话。`)

export const notAnswered = () => new PolicyError('not-answered', '这个问题还没有回答，不能评价。请等回答完成，或重新提问。')
