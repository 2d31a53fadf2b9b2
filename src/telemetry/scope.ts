/**
 * What belongs to one request, for whoever writes a line about it: its id, and the questions that no line may repeat.
 * It goes along with the work by itself, through awaits and streams.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, randomUUID } from 'node:crypto'

export interface Scope {
  /** Absent where no request has begun the work, as with a chat platform. */
  readonly requestId?: string
  /** Asked within it, oldest first. */
  readonly questions: string[]
}

const scopes = new AsyncLocalStorage<Scope>()

/** Runs work that belongs together. */
export const inScope = <Result>(scope: Scope, work: () => Result): Result => scopes.run(scope, work)

export const currentScope = (): Scope | undefined => scopes.getStore()

const WELL_FORMED = /^[\w-]{1,64}$/

/** The id that came with a request where it may stand in a log, else a new one. */
export const requestIdOf = (given: string | undefined): string =>
  given !== undefined && WELL_FORMED.test(given) ? given : randomUUID()

/** What a log says of a question in place of its words. */
export interface QuestionFacts {
  readonly characters: number
  /** 12 hex digits of the SHA-256: the same question is found again. */
  readonly hash: string
}

/** @example questionFacts('目标是什么？') // { characters: 6, hash: '…' } */
export function questionFacts(question: string): QuestionFacts {
  const hash = createHash('sha256').update(question, 'utf8').digest('hex').slice(0, 12)
  return { characters: [...question].length, hash }
}
