/**
 * DingTalk's signature 加签: of a call that comes in, and of a group robot's message that goes out. It covers the time
 * and nothing else, neither body nor path: it proves that somebody had the secret within the window, no more. Whoever
 * checks it must hold the body's `msgId` to be new, and every address in the body to be hostile.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Headers of a call, as they came. */
export interface SignedCall {
  readonly timestamp: string | null
  readonly sign: string | null
}

/**
 * Base64 of HMAC-SHA-256, the secret being the key and standing in the message too.
 * @example signatureOf('1577262236757', 'this is secret') // 'hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM='
 */
export function signatureOf(timestamp: string, secret: string): string {
  return createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64')
}

/** Why a call is refused; undefined where its signature stands. The time it takes does not depend on the signature. */
export function refusalOf(
  { timestamp, sign }: SignedCall,
  { secret, now, windowMs }: { readonly secret: string; readonly now: number; readonly windowMs: number },
): 'timestamp' | 'stale' | 'signature' | undefined {
  if (timestamp === null || !/^\d{13}$/.test(timestamp)) return 'timestamp'
  if (Math.abs(now - Number(timestamp)) > windowMs) return 'stale'
  const [theirs, ours] = [Buffer.from(sign ?? ''), Buffer.from(signatureOf(timestamp, secret))]
  return theirs.length === ours.length && timingSafeEqual(theirs, ours) ? undefined : 'signature'
}

/**
 * A group robot's address with time and signature, `+` and `/` of the base64 escaped.
 * @param now milliseconds
 */
export function signedAddress(webhook: string, secret: string, now: number): string {
  const timestamp = String(now)
  const joint = webhook.includes('?') ? '&' : '?'
  return `${webhook}${joint}timestamp=${timestamp}&sign=${encodeURIComponent(signatureOf(timestamp, secret))}`
}
