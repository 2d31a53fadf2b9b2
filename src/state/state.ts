/**
 * What the program keeps of people: their conversations, and their words about answers 反馈. A seam: sqlite-state.ts
 * stands behind it, and any other implementation passes test/contracts/state.ts.
 *
 * Every method is asked for one owner and shows nothing of another. What it has resolved is on the disk. Every method
 * throws PolicyError `state-unusable` where what is kept cannot be read or written, `disk-full` where there is no room.
 */
import type { Answer, Conversation, ConversationSummary, DocumentId, Feedback, Turn } from '../types.ts'

/** `local` where no key is set, else `k-` and 16 hex digits of the key's SHA-256; of a chat platform its name. */
export type Owner = string

/** Both ids are UUIDs made by the asker; an exchange is named by both. */
export interface ExchangeName {
  readonly conversationId: string
  readonly exchangeId: string
}

/** A question put within a conversation. */
export interface Asked extends ExchangeName {
  readonly question: string
  readonly documents?: readonly DocumentId[]
  /** ISO 8601 day. */
  readonly asOf?: string
}

export interface Begun {
  /** Counts how often this exchange was begun, from 1; only the last attempt's answer is kept. */
  readonly attempt: number
  /** The exchanges before this one, oldest first, at most the last HISTORY_EXCHANGES. */
  readonly history: readonly Turn[]
}

export interface Wanted {
  /** A substring of titles, questions or answers' text, whatever its case. */
  readonly query?: string
  readonly limit: number
  /** Only those last changed before; ISO 8601. `updatedAt` of the last one leads to the next page: no two share it. */
  readonly before?: string
}

export interface Listed {
  /** Newest change first. `excerpt`: words around the hit, where a question or an answer has it. */
  readonly conversations: readonly (ConversationSummary & { readonly excerpt?: string })[]
  readonly more: boolean
}

/** A word about an answer, with a copy of all it is about: it outlives the conversation. */
export interface FeedbackRecord extends Feedback {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly question: string
  readonly history: readonly Turn[]
  readonly documents?: readonly DocumentId[]
  readonly asOf?: string
  readonly answer: Answer
}

export interface FeedbackWanted {
  /** Given then or later; ISO 8601. */
  readonly since?: string
  readonly rating?: Feedback['rating']
}

/** Of all owners: for whoever runs the program, on the command line alone. */
export const EVERYONE = Symbol('everyone')

export const HISTORY_EXCHANGES = 20
export const TITLE_CHARACTERS = 60

export interface State {
  /**
   * Keeps a question before it is answered. Makes the conversation where there is none, titled by the question. The
   * same exchange again is a retry: its question takes the place of the one before, and its answer is gone.
   * @throws PolicyError `no-such-conversation` when it is another owner's
   */
  begin(owner: Owner, asked: Asked): Promise<Begun>
  /** False where it is not wanted any more: the conversation was deleted, or the exchange begun again. */
  keepAnswer(owner: Owner, name: ExchangeName, attempt: number, answer: Answer): Promise<boolean>
  conversations(owner: Owner, wanted: Wanted): Promise<Listed>
  /** @throws PolicyError `no-such-conversation` */
  conversation(owner: Owner, conversationId: string): Promise<Conversation>
  /** The place in the list stays. @throws PolicyError `no-such-conversation` */
  rename(owner: Owner, conversationId: string, title: string): Promise<ConversationSummary>
  /** Feedback on its answers stays. @throws PolicyError `no-such-conversation` */
  remove(owner: Owner, conversationId: string): Promise<void>
  /** Removes all that were last changed before; ISO 8601. Feedback on their answers stays. How many they were. */
  forget(owner: Owner, before: string): Promise<number>
  /**
   * Takes the place of what was said of the same answer before.
   * @throws PolicyError `no-such-conversation`, `no-such-exchange`, or `not-answered` where there is no answer
   */
  giveFeedback(owner: Owner, name: ExchangeName, feedback: Feedback): Promise<void>
  /**
   * All of it that was ever given on the exchange; also after its conversation was deleted.
   * @throws PolicyError `no-such-exchange` where there is neither the exchange nor feedback on it
   */
  withdrawFeedback(owner: Owner, name: ExchangeName): Promise<void>
  /** Oldest first. */
  feedback(owner: Owner | typeof EVERYONE, wanted: FeedbackWanted): AsyncIterable<FeedbackRecord>
  close(): Promise<void>
}

/**
 * A question as the title of its conversation: one line of at most 60 characters.
 * @example titleOf('目标是\n什么？') // '目标是 什么？'
 */
export function titleOf(question: string): string {
  const characters = [...oneLine(question)]
  if (characters.length <= TITLE_CHARACTERS) return characters.join('')
  return `${characters.slice(0, TITLE_CHARACTERS - 1).join('').trimEnd()}…`
}

/** Without line breaks and other control characters, each run of white space one space. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\s\p{Cc}]+/gu, ' ').trim()
}

const BEFORE_HIT = 20
const AFTER_HIT = 60

/** The words around the first hit of `needle`, on one line; undefined where there is none. */
export function excerptOf(text: string, needle: string): string | undefined {
  const folded = foldedCase(text)
  const at = folded.indexOf(foldedCase(needle))
  if (at === -1) return undefined
  // a few letters change their length with their case: then the folded words are shown
  const shown = folded.length === text.length ? text : folded
  const from = Math.max(0, at - BEFORE_HIT)
  const to = Math.min(shown.length, at + needle.length + AFTER_HIT)
  const words = oneLine(withoutHalves(shown.slice(from, to)))
  return `${from > 0 ? '…' : ''}${words}${to < shown.length ? '…' : ''}`
}

/** A cut may have gone through a character of two units. */
const withoutHalves = (text: string) => text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '')

/** What is compared in a search. */
export const foldedCase = (text: string) => text.toLowerCase()
