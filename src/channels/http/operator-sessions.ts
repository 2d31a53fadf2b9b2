/** Browsers that signed in with the operator's key, in memory: they end with the program. */
import { LRUCache } from 'lru-cache'
import { operatorDigest, OPERATOR_SESSION_MS, type OperatorSessions } from '../../access/operator-sessions.ts'
import { newToken } from '../../access/secrets.ts'

const MOST = 1_000

export class MemoryOperatorSessions implements OperatorSessions {
  /** By digest: what stands in memory lets nobody in. */
  readonly #sessions: LRUCache<string, true>

  constructor(now: () => number = () => performance.now()) {
    this.#sessions = new LRUCache({ max: MOST, ttl: OPERATOR_SESSION_MS, ttlResolution: 0, perf: { now } })
  }

  async open(apiKey: string): Promise<string> {
    const token = newToken()
    this.#sessions.set(nameOf(token, apiKey), true)
    return token
  }

  async has(token: string, apiKey: string): Promise<boolean> {
    return this.#sessions.has(nameOf(token, apiKey))
  }

  async close(token: string, apiKey: string): Promise<boolean> {
    return this.#sessions.delete(nameOf(token, apiKey))
  }
}

const nameOf = (token: string, apiKey: string) => operatorDigest(token, apiKey).toString('base64url')
