/**
 * The one way out to DingTalk: a POST of JSON, no redirects, so many bytes back, so many seconds. Trouble is told in
 * short codes: addresses hold session keys, tokens and signatures, so none is ever repeated.
 */
import { isUnreached, jsonOf } from '../bots/network.ts'

export type Posted =
  /** `body` is undefined where the reply is no JSON. */
  | { readonly status: number; readonly body: unknown; readonly retryAfterMs?: number }
  /** `not-sent`: nothing left this machine; `unknown`: it may have arrived. */
  | { readonly failed: 'not-sent' | 'unknown'; readonly code: string }

export interface PostOptions {
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

const TIMEOUT_MS = 10_000
/** Replies of DingTalk have a few hundred bytes. */
const MOST_BYTES = 64 * 1024

/** Never throws. */
export async function post(address: string, json: unknown, { signal, headers }: PostOptions = {}): Promise<Posted> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  if (signal?.aborted) return { failed: 'not-sent', code: 'stopped' }
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', accept: 'application/json', ...headers },
      body: JSON.stringify(json),
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    const retryAfterMs = secondsOf(response.headers.get('retry-after'))
    const body = jsonOf(await textOf(response))
    return { status: response.status, body, ...(retryAfterMs !== undefined && { retryAfterMs }) }
  } catch (error) {
    if (timeout.aborted) return { failed: 'unknown', code: 'timeout' }
    if (signal?.aborted) return { failed: 'unknown', code: 'stopped' }
    const code = codeOf(error)
    return { failed: isUnreached(code) ? 'not-sent' : 'unknown', code }
  }
}

/** Of an error its code alone, which holds no address. */
export function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown }
  if (typeof code === 'string' && /^[A-Z][A-Z\d_]{1,60}$/.test(code)) return code
  return cause === undefined ? 'connection' : codeOf(cause)
}

/** '' where it is longer than any reply of DingTalk. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength
    if (bytes > MOST_BYTES) return ''
    chunks.push(chunk as Uint8Array)
  }
  return Buffer.concat(chunks).toString()
}

function secondsOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined
}
