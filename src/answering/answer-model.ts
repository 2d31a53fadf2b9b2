/** A language model that writes, as the answering sees it: pieces of text, or one kind of trouble. */
import type { Payer } from '../types.ts'

export interface ModelMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface ModelRequest {
  readonly messages: readonly ModelMessage[]
  /** JSON Schema of the whole reply, where the endpoint has structured output. */
  readonly schema?: object
  readonly maxTokens: number
}

export interface ModelUsage {
  readonly inputTokens: number
  readonly outputTokens: number
}

export interface AnswerModel {
  /** Of the model and where it runs; holds no key. */
  readonly id: string
  /**
   * Pieces of the reply as they come, none of them empty; at the end what it took, where the endpoint says so.
   * Throws ModelTrouble, also after pieces were given; the signal's own reason once the signal is aborted. Who stops
   * reading ends the request.
   */
  write(request: ModelRequest, signal: AbortSignal): AsyncGenerator<string, ModelUsage | undefined>
  /** False where no schema is asked for, or the endpoint has refused one: the prompt then names the plain-text form. */
  readonly hasSchema: boolean
  /** The same model, whose use counts for a payer as well; absent where nothing is counted. */
  paidBy?(payer: Payer): AnswerModel
}

/**
 * unreachable: no connection, or it broke before the reply; timeout: too slow; rate-limited: 429; server: 5xx, or an
 * error in the stream; refused: the endpoint (other 4xx, redirects) or the model will not; malformed: no reply as the
 * protocol has it, or one cut off; too-long: over a cap; over-budget, open-circuit: not asked at all.
 */
export type TroubleKind =
  | 'unreachable'
  | 'timeout'
  | 'rate-limited'
  | 'server'
  | 'refused'
  | 'malformed'
  | 'too-long'
  | 'over-budget'
  | 'open-circuit'

/**
 * Why a model wrote nothing, or no further. The message is ours: no word of the endpoint's reply stands in it, and it
 * has no cause, since either may hold the key or the prompt.
 */
export class ModelTrouble extends Error {
  readonly kind: TroubleKind
  /** When the endpoint, or the breaker, wants to be asked again. */
  readonly retryAfterMs?: number

  constructor(kind: TroubleKind, message: string, options: { readonly retryAfterMs?: number } = {}) {
    super(message)
    this.name = 'ModelTrouble'
    this.kind = kind
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs
  }
}
