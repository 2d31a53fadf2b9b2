/** The application's access token 应用的访问凭证: fetched when it is needed, kept until shortly before it ends. */
import { z } from 'zod'
import type { Sent } from '../bots/bot.ts'
import { CREDENTIALS_MS, shortCode, troubleOf } from './outcomes.ts'
import { post } from './post.ts'

/** A token, or why there is none: the message that needs it waits, since it was not handed over. */
export type TokenOrNot = { readonly token: string } | { readonly not: Extract<Sent, { state: 'later' }> }

export interface AccessTokenOptions {
  readonly clientId: string
  readonly clientSecret: string
  readonly apiUrl: string
  now(): number
}

const Reply = z.object({ accessToken: z.string().min(1), expireIn: z.number().positive() })
const Failure = z.object({ code: z.string() })
const NO_TOKEN = '没有取得应用的访问凭证，回答暂存。请运行 tiaowen doctor dingtalk'
const MARGIN_MS = 5 * 60_000

export class AccessToken {
  readonly #options: AccessTokenOptions
  #kept: { readonly token: string; readonly until: number } | undefined
  #asking: Promise<TokenOrNot> | undefined

  constructor(options: AccessTokenOptions) {
    this.#options = options
  }

  /** Asked for once, however many wait for it. */
  async get(signal?: AbortSignal): Promise<TokenOrNot> {
    if (this.#kept && this.#kept.until > this.#options.now()) return { token: this.#kept.token }
    this.#asking ??= this.#ask(signal).finally(() => (this.#asking = undefined))
    return this.#asking
  }

  /** It was refused: the next one is fetched anew. */
  drop(token: string): void {
    if (this.#kept?.token === token) this.#kept = undefined
  }

  async #ask(signal?: AbortSignal): Promise<TokenOrNot> {
    const { clientId, clientSecret, apiUrl, now } = this.#options
    // the secret goes in the body: the older address has it in the query, where logs of proxies keep it
    const posted = await post(
      `${apiUrl}/v1.0/oauth2/accessToken`,
      { appKey: clientId, appSecret: clientSecret },
      { ...(signal && { signal }) },
    )
    // no message was handed over yet, whatever became of this
    const trouble = troubleOf(posted)
    if (trouble && trouble.state !== 'sent') {
      return { not: { ...trouble, state: 'later', code: `token-${trouble.code}` } }
    }
    const { status, body } = posted as { readonly status: number; readonly body: unknown }
    const reply = Reply.safeParse(body)
    if (status !== 200 || !reply.success) {
      const code = shortCode(Failure.safeParse(body).data?.code) ?? `token-http-${status}`
      return { not: { state: 'later', code, afterMs: CREDENTIALS_MS, message: NO_TOKEN } }
    }
    const { accessToken, expireIn } = reply.data
    const livesMs = expireIn * 1000
    this.#kept = { token: accessToken, until: now() + livesMs - Math.min(MARGIN_MS, livesMs / 2) }
    return { token: accessToken }
  }
}
