/**
 * Browsers that signed in with the operator's key, which is no key of the store. In memory: they end with the program,
 * and with them whatever a changed TIAOWEN_API_KEY had let in.
 */
import { createHash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'

const HOURS_MS = 12 * 60 * 60_000
const MOST = 1_000

export class OperatorSessions {
  /** By the SHA-256 of the token: what stands in memory lets nobody in. */
  readonly #sessions = new LRUCache<string, true>({ max: MOST, ttl: HOURS_MS })

  /** The token that goes into the cookie. */
  open(): string {
    const token = randomBytes(32).toString('base64url')
    this.#sessions.set(digest(token), true)
    return token
  }

  has(token: string): boolean {
    return this.#sessions.has(digest(token))
  }

  close(token: string): boolean {
    return this.#sessions.delete(digest(token))
  }
}

const digest = (token: string) => createHash('sha256').update(token, 'utf8').digest('base64url')
