/** The seam to a language model that writes: what it is asked, what it gives, and how it fails. */

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
  readonly id: string
  /** Pieces of the reply as they come. Throws ModelTrouble. */
  write(request: ModelRequest, signal: AbortSignal): AsyncGenerator<string, ModelUsage | undefined>
  readonly hasSchema: boolean
}

export type ModelTroubleKind =
  | 'unreachable'
  | 'timeout'
  | 'rate-limited'
  | 'server'
  | 'refused'
  | 'malformed'
  | 'too-long'
  | 'over-budget'
  | 'open-circuit'

/** A model that gave no reply, or one that cannot be read; never the asker's fault. */
export class ModelTrouble extends Error {
  override readonly name = 'ModelTrouble'
  readonly kind: ModelTroubleKind
  readonly retryAfterMs?: number

  constructor(
    kind: ModelTroubleKind,
    message: string,
    options: ErrorOptions & { readonly retryAfterMs?: number } = {},
  ) {
    super(message, options)
    this.kind = kind
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs
  }
}
