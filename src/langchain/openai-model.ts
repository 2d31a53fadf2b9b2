/** AnswerModel over any OpenAI-compatible endpoint: chat completions, streamed, through LangChain's client. */
import type { BaseMessage } from '@langchain/core/messages'
import { AIMessage, HumanMessage, SystemMessage } from '@langchain/core/messages'
import { ChatOpenAICompletions } from '@langchain/openai'
import { z } from 'zod'
import {
  ModelTrouble,
  type AnswerModel,
  type ModelMessage,
  type ModelRequest,
  type ModelUsage,
} from '../answering/answer-model.ts'
import { endpointFetch, StatusTrouble, type Endpoint } from './endpoint-fetch.ts'

export interface OpenAiOptions extends Endpoint {
  /** As the endpoint calls it, e.g. `qwen-plus`. */
  readonly model: string
  /** `auto`: asked for until the endpoint answers 400 or 422 to it and takes the same request without. */
  readonly schema: 'auto' | 'on' | 'off'
  /** Fields of each request that only this endpoint knows. */
  readonly extra?: Readonly<Record<string, unknown>>
}

/** What of an event counts, as the endpoint sent it. */
const Raw = z.object({
  choices: z
    .array(
      z.object({ delta: z.object({ refusal: z.string().nullish() }).nullish(), finish_reason: z.string().nullish() }),
    )
    .nullish(),
})

export class OpenAiModel implements AnswerModel {
  readonly id: string
  readonly #options: OpenAiOptions
  #schemaRefused = false

  constructor(options: OpenAiOptions) {
    this.#options = options
    this.id = `${options.model} @ ${new URL(options.url).host}`
  }

  get hasSchema(): boolean {
    return this.#options.schema !== 'off' && !this.#schemaRefused
  }

  async *write(request: ModelRequest, signal: AbortSignal): AsyncGenerator<string, ModelUsage | undefined> {
    const withSchema = this.hasSchema && request.schema !== undefined
    if (!withSchema || this.#options.schema === 'on') return yield* this.#ask(request, withSchema, signal)
    try {
      return yield* this.#ask(request, true, signal)
    } catch (error) {
      if (!(error instanceof StatusTrouble) || (error.status !== 400 && error.status !== 422)) throw error
    }
    // it was the schema only if the rest is taken
    return yield* this.#ask(request, false, signal, () => (this.#schemaRefused = true))
  }

  /** One request; over when the reader stops. */
  async *#ask(
    request: ModelRequest,
    withSchema: boolean,
    signal: AbortSignal,
    onAccepted?: () => void,
  ): AsyncGenerator<string, ModelUsage | undefined> {
    signal.throwIfAborted()
    const ending = new AbortController()
    const progress: Progress = { accepted: false }
    const chunks = this.#client(request.maxTokens, progress)._streamResponseChunks(messagesOf(request.messages), {
      signal: AbortSignal.any([signal, ending.signal]),
      ...(withSchema && { response_format: formatOf(request.schema ?? {}) }),
    })
    let usage: ModelUsage | undefined
    let ended: string | undefined
    let isEmpty = true
    try {
      for await (const { text, message } of chunks) {
        onAccepted?.()
        usage = usageOf('usage_metadata' in message ? message.usage_metadata : undefined) ?? usage
        const { refused, finished } = wordsOf(message.additional_kwargs['__raw_response'])
        if (refused || finished === 'content_filter') throw new ModelTrouble('refused', 'The model declines to write')
        ended = finished ?? ended
        if (text !== '') yield text
        isEmpty &&= text.trim() === ''
      }
      signal.throwIfAborted()
      if (progress.trouble) throw progress.trouble
      if (ended === undefined)
        throw new ModelTrouble('malformed', isEmpty ? 'The reply is empty' : 'The reply breaks off')
      if (ended === 'length') throw new ModelTrouble('too-long', `The reply has more than ${request.maxTokens} tokens`)
      if (isEmpty) throw new ModelTrouble('malformed', 'The reply is empty')
      return usage
    } catch (error) {
      signal.throwIfAborted()
      throw troubleOf(error, progress)
    } finally {
      ending.abort()
    }
  }

  /** A client for one request: the library takes the number of tokens nowhere else. */
  #client(maxTokens: number, progress: Progress): ChatOpenAICompletions {
    const { url, model, extra } = this.#options
    const onward = endpointFetch(this.#options, (trouble) => (progress.trouble ??= trouble))
    return new ChatOpenAICompletions({
      model,
      temperature: 0,
      maxTokens,
      streamUsage: true,
      ...(extra && { modelKwargs: { ...extra } }),
      maxRetries: 0, // ours are in answering/model-limits.ts
      apiKey: 'in the headers of endpointFetch', // without one the library takes OPENAI_API_KEY
      __includeRawResponse: true, // the library drops a refusal
      configuration: {
        baseURL: url,
        organization: null,
        project: null,
        logLevel: 'off', // whatever OPENAI_LOG says
        fetch: async (input, init) => {
          const response = await onward(input, init)
          progress.accepted = true
          return response
        },
      },
    })
  }
}

/** How far a request came. */
interface Progress {
  accepted: boolean
  trouble?: ModelTrouble
}

/**
 * `_streamResponseChunks` is called rather than `stream`: it is what a provider implements, and beneath the callbacks,
 * which send prompts to LangSmith or print them where the environment says so.
 */
function messagesOf(messages: readonly ModelMessage[]): BaseMessage[] {
  const kinds = { system: SystemMessage, user: HumanMessage, assistant: AIMessage }
  return messages.map(({ role, content }) => new kinds[role](content))
}

function formatOf(schema: object) {
  return { type: 'json_schema' as const, json_schema: { name: 'reply', strict: true, schema: { ...schema } } }
}

const Usage = z.object({ input_tokens: z.int().nonnegative(), output_tokens: z.int().nonnegative() })

function usageOf(given: unknown): ModelUsage | undefined {
  const { data } = Usage.safeParse(given)
  return data && { inputTokens: data.input_tokens, outputTokens: data.output_tokens }
}

function wordsOf(raw: unknown): { readonly refused: boolean; readonly finished?: string } {
  const choice = Raw.safeParse(raw).data?.choices?.[0]
  const finished = choice?.finish_reason
  return { refused: Boolean(choice?.delta?.refusal), ...(finished && { finished }) }
}

/** Whatever was thrown, as trouble; nothing of its words, which may hold the key. */
function troubleOf(error: unknown, { accepted, trouble }: Progress): ModelTrouble {
  if (trouble) return trouble
  if (error instanceof ModelTrouble) return error
  const found = [...causesOf(error)]
  const code = found
    .map(({ code }) => code)
    .find((code) => typeof code === 'string' && /^[A-Z][A-Z_0-9]{2,40}$/.test(code))
  const names = found.map(({ name }) => name)
  if (names.includes('ContextOverflowError'))
    return new ModelTrouble('too-long', 'The request is longer than the model reads')
  if (names.includes('TimeoutError') || /TIMEOUT|TIMEDOUT/.test(String(code))) {
    return new ModelTrouble('timeout', `The endpoint does not answer${code ? ` (${String(code)})` : ''}`)
  }
  if (!accepted)
    return new ModelTrouble('unreachable', `The endpoint cannot be reached${code ? ` (${String(code)})` : ''}`)
  if (found.some((one) => 'status' in one && 'error' in one)) {
    const isRate = /rate.?limit|too_many|429/i.test(String(found.map(({ code, type }) => `${code} ${type}`)))
    return new ModelTrouble(isRate ? 'rate-limited' : 'server', 'The endpoint reports an error within the reply')
  }
  return new ModelTrouble('malformed', 'The reply breaks off, or is no chat completion')
}

function* causesOf(error: unknown): Generator<Readonly<Record<string, unknown>>> {
  for (let one = error, depth = 0; typeof one === 'object' && one !== null && depth < 8; depth++) {
    yield one as Readonly<Record<string, unknown>>
    one = (one as { readonly cause?: unknown }).cause
  }
}
