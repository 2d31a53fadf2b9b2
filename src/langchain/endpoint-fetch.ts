/**
 * The one way to an endpoint: its own address, our own headers, no redirects, so many bytes and no more; every refusal
 * is a ModelTrouble. The client library is handed this instead of `fetch`, so that neither it nor the environment can
 * send anything elsewhere.
 */
import { z } from 'zod'
import { ModelTrouble, type TroubleKind } from '../answering/answer-model.ts'

export interface Endpoint {
  /** e.g. `https://dashscope.aliyuncs.com/compatible-mode/v1`, without a slash at the end. */
  readonly url: string
  readonly key?: string
}

/** A refusal with its HTTP status. */
export class StatusTrouble extends ModelTrouble {
  readonly status: number

  constructor(kind: TroubleKind, message: string, status: number, retryAfterMs?: number) {
    super(kind, message, retryAfterMs === undefined ? {} : { retryAfterMs })
    this.status = status
  }
}

/** Of a reply as sent, wrapping and a model's thinking included: about thirty times what an answer may have. */
export const MOST_RAW_BYTES = 4 * 1024 * 1024
const MOST_ERROR_BYTES = 64 * 1024
const TOO_LONG =
  /context_length_exceeded|context (?:length|window)|maximum.{0,20}(?:context|tokens)|too (?:long|many tokens)/i
const OUT_OF_QUOTA = /insufficient_(?:user_)?quota|arrearage|insufficient balance/i

const Failure = z.object({
  error: z.union([
    z.string().transform((message) => ({ message, code: undefined })),
    z.object({ message: z.string().nullish(), code: z.union([z.string(), z.number()]).nullish() }),
  ]),
})

/** A whole answer, from an endpoint that does not stream. */
const Whole = z.object({
  choices: z
    .array(
      z.object({
        message: z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.looseObject({}).nullish(),
})

/**
 * A `fetch` for one request.
 * @param tell is given each trouble as it is thrown: the client library wraps it on the way
 */
export function endpointFetch({ url, key }: Endpoint, tell: (trouble: ModelTrouble) => void): typeof fetch {
  const address = `${url}/chat/completions`
  const say = (trouble: ModelTrouble): ModelTrouble => {
    tell(trouble)
    return trouble
  }
  return async (input, init) => {
    if (String(input) !== address) throw say(new ModelTrouble('refused', 'A request to another address was not sent'))
    const headers = {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'user-agent': 'tiaowen',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    }
    const { body, signal } = init ?? {}
    const response = await fetch(address, {
      method: 'POST',
      headers,
      body: body ?? null,
      signal: signal ?? null,
      redirect: 'manual',
    })
    if (!response.ok) throw say(await refusalOf(response, key))
    const type = response.headers.get('content-type') ?? ''
    if (/html|xml|image|audio|video/i.test(type)) {
      void response.body?.cancel().catch(() => {})
      throw say(new ModelTrouble('malformed', `The endpoint answers with ${mimeOf(type)}, not with a chat completion`))
    }
    const isWhole = /json/i.test(type) && !/ndjson|event-stream/i.test(type)
    const sent = isWhole
      ? eventsOf(await textOf(response, MOST_RAW_BYTES, say), say)
      : (capped(response, MOST_RAW_BYTES, say) ?? '')
    return new Response(sent, { headers: { 'content-type': 'text/event-stream' } })
  }
}

/** What a status means; of the reply only a short code is repeated, never with the key in it. */
async function refusalOf(response: Response, key: string | undefined): Promise<StatusTrouble> {
  const { status } = response
  const text = await textOf(response, MOST_ERROR_BYTES, (trouble) => trouble).catch(() => '')
  const failure = Failure.safeParse(parsed(text)).data?.error
  const words = `${failure?.code ?? ''} ${failure?.message ?? ''}`
  const code = /^[\w.-]{1,64}$/.test(String(failure?.code ?? '')) ? ` ${String(failure?.code)}` : ''
  const safe = key === undefined ? code : code.replaceAll(key, '***')
  const kind = kindOf(status, words)
  return new StatusTrouble(kind, `The endpoint answers HTTP ${status}${safe}`, status, retryAfter(response.headers))
}

function kindOf(status: number, words: string): TroubleKind {
  if (status === 413 || (status < 500 && status !== 429 && TOO_LONG.test(words))) return 'too-long'
  if (status === 429) return OUT_OF_QUOTA.test(words) ? 'refused' : 'rate-limited'
  if (status === 408 || status === 504) return 'timeout'
  return status >= 500 ? 'server' : 'refused'
}

/** Seconds or a date. */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim()
  if (!text) return undefined
  const milliseconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined
}

function eventsOf(text: string, say: (trouble: ModelTrouble) => ModelTrouble): string {
  const value = parsed(text)
  const whole = Whole.safeParse(value)
  if (!whole.success) {
    const isError = Failure.safeParse(value).success
    throw say(isError ? new ModelTrouble('server', 'The endpoint answers with an error') : notACompletion())
  }
  const choices = whole.data.choices.map(({ message, finish_reason }, index) => ({
    index,
    delta: { role: 'assistant', content: message.content ?? '', refusal: message.refusal },
    finish_reason: finish_reason ?? 'stop',
  }))
  const usage = whole.data.usage ?? undefined
  return `data: ${JSON.stringify({ choices, ...(usage && { usage }) })}\n\ndata: [DONE]\n\n`
}

const notACompletion = () =>
  new ModelTrouble('malformed', 'The endpoint answers with something that is no chat completion')

/** The body, which breaks off when it is longer. */
function capped(
  response: Response,
  most: number,
  say: (trouble: ModelTrouble) => ModelTrouble,
): ReadableStream | undefined {
  let bytes = 0
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      if (bytes <= most) controller.enqueue(chunk)
      else controller.error(say(new ModelTrouble('too-long', `The endpoint sends more than ${most} bytes`)))
    },
  })
  return response.body?.pipeThrough(count)
}

async function textOf(response: Response, most: number, say: (trouble: ModelTrouble) => ModelTrouble): Promise<string> {
  const body = capped(response, most, say)
  return body ? await new Response(body).text() : ''
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const mimeOf = (type: string): string => /^[\w.+-]+\/[\w.+-]+/.exec(type)?.[0].slice(0, 60) ?? 'another type'
