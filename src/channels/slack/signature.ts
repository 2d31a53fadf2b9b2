/**
 * Slack's signature v0 of a request: who holds the signing secret wrote these bytes, within the last five minutes.
 *
 * A request that was captured and is sent again within those five minutes is signed as well. Events and slash commands
 * are kept under a name of their own, so the second does nothing; for buttons see SeenSignatures.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far Slack's clock and ours may be apart, in either direction, seconds. */
export const SIGNATURE_WINDOW_SECONDS = 300

export type SignatureFault = 'no-signature' | 'no-timestamp' | 'too-old' | 'from-the-future' | 'wrong-signature'

export interface SignedRequest {
  readonly headers: { get(name: string): string | null }
  /** As it came: a body that is parsed and written again is another body. */
  readonly body: Uint8Array
}

/** `v0=` and 64 lower-case hex digits. */
export function signatureOf(secret: string, timestamp: string, body: Uint8Array): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`
}

/**
 * What is wrong with the signature; undefined where nothing is. A header that comes twice is joined by a comma and
 * fits neither form.
 */
export function faultOf({ headers, body }: SignedRequest, secret: string, nowMs: number): SignatureFault | undefined {
  const signature = headers.get('x-slack-signature') ?? ''
  const timestamp = headers.get('x-slack-request-timestamp') ?? ''
  if (!/^v0=[0-9a-f]{64}$/.test(signature)) return 'no-signature'
  if (!/^\d{1,11}$/.test(timestamp)) return 'no-timestamp'
  const ahead = Number(timestamp) - Math.floor(nowMs / 1000)
  if (ahead < -SIGNATURE_WINDOW_SECONDS) return 'too-old'
  if (ahead > SIGNATURE_WINDOW_SECONDS) return 'from-the-future'
  return isSame(signature, signatureOf(secret, timestamp, body)) ? undefined : 'wrong-signature'
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given, 'latin1'), Buffer.from(expected, 'latin1')]
  return one.length === other.length && timingSafeEqual(one, other)
}

/**
 * Signatures that were acted on, until their time is over. A button pressed twice is two requests with two signatures;
 * the same signature again is a replay, which would turn a rating back that was changed since. What was signed before
 * this process began may have been acted on by the one before it, and counts as seen.
 */
export class SeenSignatures {
  readonly #beganSeconds: number
  /** Signature → when it is no longer accepted, milliseconds. In the order they came. */
  readonly #until = new Map<string, number>()

  constructor(nowMs: number) {
    this.#beganSeconds = Math.floor(nowMs / 1000)
  }

  /** Whether this is the first time; it is no more from now on. Of a request whose signature stands. */
  isFirst({ headers }: Pick<SignedRequest, 'headers'>, nowMs: number): boolean {
    const signature = headers.get('x-slack-signature') ?? ''
    const signedAt = Number(headers.get('x-slack-request-timestamp') ?? '0')
    this.#forget(nowMs)
    if (signedAt < this.#beganSeconds || this.#until.has(signature)) return false
    this.#until.set(signature, (signedAt + SIGNATURE_WINDOW_SECONDS + 1) * 1000)
    return true
  }

  #forget(nowMs: number): void {
    for (const [signature, until] of this.#until) if (until < nowMs) this.#until.delete(signature)
  }
}
