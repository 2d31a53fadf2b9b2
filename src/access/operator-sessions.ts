/**
 * Browsers that signed in with the operator's key, which is no key of the store. A seam: in memory in
 * channels/http/operator-sessions.ts, shared by copies of the program in postgres-operator-sessions.ts; any other
 * implementation passes test/contracts/operator-sessions.ts. A changed key ends them all.
 */
import { createHash } from 'node:crypto'

export interface OperatorSessions {
  /** The token that goes into the cookie; it is kept nowhere. */
  open(apiKey: string): Promise<string>
  has(token: string, apiKey: string): Promise<boolean>
  /** False where there is none. */
  close(token: string, apiKey: string): Promise<boolean>
}

export const OPERATOR_SESSION_MS = 12 * 60 * 60_000

/** What is kept of one: it lets nobody in, and with another key nobody is found by it. */
export const operatorDigest = (token: string, apiKey: string): Buffer =>
  createHash('sha256').update(token, 'utf8').update('\n').update(apiKey, 'utf8').digest()
