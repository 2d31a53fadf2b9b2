/** The OpenAI-compatible routes: Tiaowen as a model, for whatever talks to one. */
import { randomUUID } from 'node:crypto'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { streamSSE } from 'hono/streaming'
import type { Assistant } from '../../answering/assistant.ts'
import { estimateTokens } from '../../answering/token-estimate.ts'
import { PolicyError } from '../../errors.ts'
import type { Answer, AnswerEvent, AskRequest, Turn } from '../../types.ts'
import { documentsNamed } from '../known-documents.ts'
import { renderMarkdown } from '../render.ts'
import { wholeAnswer } from '../whole-answer.ts'
import { PING_MS } from './event-stream.ts'
import { paidBy } from './guards.ts'
import { errorOfProblem, openAiError, refusal, refusalOfIssues } from './openai-errors.ts'
import {
  ChatBody,
  ChatCompletionSchema,
  MODEL,
  ModelParams,
  ModelSchema,
  ModelsSchema,
  OpenAiErrorSchema,
  type ChatChunk,
  type ChatCompletion,
  type ChatRequest,
} from './openai-schemas.ts'
import { problemFor } from './problem.ts'
import { json } from './promises.ts'
import { AskBody } from './schemas.ts'
import type { Sight } from './sight.ts'

export const CHAT_PATH = '/v1/chat/completions'
/** Clients send a whole conversation with every question. */
const BODY_BYTES = 1024 * 1024
/** As many as POST /api/ask takes. */
const HISTORY_TURNS = 50

export interface OpenAiOptions {
  readonly sight: Sight
  /** Where people reach the pages; absent: answers carry no links. */
  readonly publicUrl?: string
  readonly ending: AbortSignal
  readonly onError: (error: unknown) => void
}

export function addOpenAiRoutes(app: OpenAPIHono, options: OpenAiOptions): void {
  const created = Math.floor(Date.now() / 1000)
  const model = { id: MODEL, object: 'model' as const, created, owned_by: MODEL }
  promise(app)
  app.get('/v1/models', (context) => context.json({ object: 'list', data: [model] }))
  app.get('/v1/models/:model', (context) =>
    context.req.param('model') === MODEL ? context.json(model) : noSuchModel(context.req.param('model')),
  )
  const tooLarge = () => refusal(413, 'body-too-large', `请求体最多${BODY_BYTES / 1024} KiB；请开始新的对话。`)
  app.post(CHAT_PATH, bodyLimit({ maxSize: BODY_BYTES, onError: tooLarge }), (context) => completed(context, options))
}

async function completed(context: Context, options: OpenAiOptions): Promise<Response> {
  const body = ChatBody.safeParse(await context.req.json().catch(() => undefined))
  if (!body.success) return refusalOfIssues(body.error.issues)
  const { data: request } = body
  const refused = unsupported(request)
  if (refused) return refused
  const assistant = await options.sight.assistant(context)
  const asked = askedIn(request, assistant)
  if (asked instanceof Response) return asked
  const abort = new AbortController()
  context.req.raw.signal.addEventListener('abort', () => abort.abort(), { once: true })
  const signal = AbortSignal.any([abort.signal, options.ending])
  // what goes wrong before the first event is an answer with its own status, since no stream has begun
  const events = await begun(assistant.ask({ ...asked, ...paidBy(context) }, signal))
  const reply = new Reply(request, options.publicUrl)
  if (request.stream === true) return streamed(context, wholeAnswer(events, signal), reply, { ...options, abort })
  return context.json(reply.whole(await wholeAnswer(events, signal)))
}

/** What would change the answer into something it is not is refused; whatever only tunes a model is left alone. */
function unsupported({ model, n, response_format: format, tool_choice: choice }: ChatRequest): Response | undefined {
  if (model !== MODEL) return noSuchModel(model)
  const no = (param: string, message: string) => refusal(400, 'unsupported_parameter', message, param)
  if (n !== undefined && n !== null && n !== 1) return no('n', 'n 只能是 1：一个问题只有一个回答。')
  if (format && format.type !== 'text') return no('response_format', '不支持 response_format：回答逐字引自文件，不按别的格式写。')
  const isForced = choice === 'required' || (typeof choice === 'object' && choice !== null)
  if (isForced) return no('tool_choice', '不支持 tools：条问不调用工具。请去掉 tool_choice。')
  return undefined
}

const noSuchModel = (model: string): Response =>
  refusal(404, 'model_not_found', `没有模型 ${model.slice(0, 100)}；请用 ${MODEL}。`, 'model')

/** The last message of the user is the question. What a system message says never becomes a source. */
function askedIn({ messages, documents, asOf, mode }: ChatRequest, assistant: Assistant): AskRequest | Response {
  const at = messages.findLastIndex(({ role }) => role === 'user')
  const last = messages[at]
  if (!last) return refusal(400, 'bad-request', 'messages 里没有用户的问题（role: user）。', 'messages')
  if (Array.isArray(last.content) && last.content.some(({ type }) => type !== 'text')) {
    return refusal(400, 'unsupported_parameter', '只能回答文字的问题：不支持图片、声音和文件。', `messages.${at}.content`)
  }
  const question = AskBody.shape.question.safeParse(wordsOf(last))
  if (!question.success) return refusalOfIssues(question.error.issues, ['messages', String(at), 'content'])
  const history = messages.slice(0, at).flatMap(turnOf).slice(-HISTORY_TURNS)
  return {
    question: question.data,
    ...(history.length > 0 && { history }),
    ...(documents && { documents: documentsNamed(documents, assistant.catalogue()) }),
    ...(asOf && { asOf }),
    ...(mode && { mode }),
  }
}

type Message = ChatRequest['messages'][number]

const wordsOf = ({ content }: Message): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('')

function turnOf(message: Message): Turn[] {
  const { role } = message
  if (role !== 'user' && role !== 'assistant') return []
  const content = role === 'assistant' ? answerIn(wordsOf(message)) : wordsOf(message)
  return content.trim() === '' ? [] : [{ role, content }]
}

/** Our own Markdown as it was said: without the quotations below it and without marks. */
function answerIn(markdown: string): string {
  const [answer = ''] = markdown.split(/\n\n\*\*(?:依据|相关原文|可能是指|最接近的条款)\*\*\n/)
  return answer.replace(/ ?\\\[\d+\\\]/g, '').replace(/\\([\\`*_[\]<>#|~!&+=.)-])/g, '$1')
}

/** The same events, once the first of them is there. */
async function begun(events: AsyncIterable<AnswerEvent>): Promise<AsyncIterable<AnswerEvent>> {
  const iterator = events[Symbol.asyncIterator]()
  const first = await iterator.next()
  let isFirst = true
  const next = (): Promise<IteratorResult<AnswerEvent>> => {
    if (!isFirst) return iterator.next()
    isFirst = false
    return Promise.resolve(first)
  }
  const end = async (): Promise<IteratorResult<AnswerEvent>> => (await iterator.return?.()) ?? { done: true, value: undefined }
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) }
}

/** An answer in the shapes of a completion. */
class Reply {
  readonly #id = `chatcmpl-${randomUUID()}`
  readonly #created = Math.floor(Date.now() / 1000)
  readonly #request: ChatRequest
  readonly #publicUrl: string | undefined

  constructor(request: ChatRequest, publicUrl: string | undefined) {
    this.#request = request
    this.#publicUrl = publicUrl
  }

  whole(answer: Answer): ChatCompletion {
    const content = renderMarkdown(answer, this.#publicUrl)
    const message = { role: 'assistant', content, refusal: null, citations: answer.citations } as const
    return {
      ...this.#shape(answer.index.generation),
      object: 'chat.completion',
      choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
      usage: this.#usage(content),
    }
  }

  /** Paragraph by paragraph; together they are the content of the whole. The last one carries the citations. */
  *chunks(answer: Answer): Generator<ChatChunk> {
    const { citations } = answer
    const content = renderMarkdown(answer, this.#publicUrl)
    const wantsUsage = this.#request.stream_options?.include_usage === true
    const none = wantsUsage ? { usage: null } : {}
    const chunk = (delta: ChatChunk['choices'][number]['delta'], reason: 'stop' | null): ChatChunk => ({
      ...this.#shape(answer.index.generation),
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
      ...none,
    })
    yield chunk({ role: 'assistant', content: '' }, null)
    for (const paragraph of content.split(/(?<=\n\n)/)) yield chunk({ content: paragraph }, null)
    yield { ...chunk({ citations }, 'stop'), citations }
    if (wantsUsage) yield { ...chunk({}, null), choices: [], usage: this.#usage(content) }
  }

  #shape(generation: string) {
    return { id: this.#id, created: this.#created, model: MODEL, system_fingerprint: generation } as const
  }

  #usage(content: string): ChatCompletion['usage'] {
    const asked = this.#request.messages.reduce((sum, message) => sum + estimateTokens(wordsOf(message)), 0)
    const said = estimateTokens(content)
    return { prompt_tokens: asked, completion_tokens: said, total_tokens: asked + said }
  }
}

interface StreamOptions extends OpenAiOptions {
  readonly abort: AbortController
}

/** Server-sent events without names, `[DONE]` at the end; a comment now and then while the answer is being made. */
function streamed(context: Context, answering: Promise<Answer>, reply: Reply, options: StreamOptions): Response {
  const { abort, ending, onError } = options
  answering.catch(() => {})
  context.header('X-Accel-Buffering', 'no')
  const response = streamSSE(context, async (stream) => {
    const send = (data: unknown) => stream.writeSSE({ data: JSON.stringify(data) })
    const ping = setInterval(() => void stream.write(': ping\n\n'), PING_MS)
    stream.onAbort(() => abort.abort())
    try {
      const answer = await answering
      for (const chunk of reply.chunks(answer)) await send(chunk)
      await stream.writeSSE({ data: '[DONE]' })
    } catch (error) {
      if (!stream.aborted) await send(brokenOff(error, ending, onError))
    } finally {
      clearInterval(ping)
    }
  })
  response.headers.set('Cache-Control', 'no-store')
  return response
}

function brokenOff(error: unknown, ending: AbortSignal, onError: (error: unknown) => void) {
  if (ending.aborted) return openAiError(503, 'internal', '服务正在停止，回答没有写完，请稍后重问。')
  if (!(error instanceof PolicyError)) onError(error)
  return errorOfProblem(problemFor(error, ''))
}

/** What /openapi.json says of them: requests are parsed above, where what is wrong is said in OpenAI's words. */
function promise(app: OpenAPIHono): void {
  const tags = ['openai']
  const no = (description: string) => json(description, OpenAiErrorSchema)
  const errors = { 401: no('An API key is needed'), 403: no('Not from this machine, and no API key is set') }
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: CHAT_PATH,
    tags,
    summary: 'Tiaowen as a model of OpenAI’s API',
    description:
      'The content is Markdown: the answer with its marks, then what it quotes. With `stream: true` it comes as ' +
      'server-sent events, chat.completion.chunk each, paragraph by paragraph, `[DONE]` at the end; the chunk with ' +
      '`finish_reason` carries the citations. Parameters that tune a model are left alone, and so are tools; ' +
      '`response_format`, `n` above 1 and a forced tool are refused. `documents`, `asOf` and `mode` are as for POST /api/ask.',
    request: { body: { required: true, content: { 'application/json': { schema: ChatBody } } } },
    responses: {
      200: json('The completion', ChatCompletionSchema),
      400: no('The request is not understood'),
      ...errors,
      404: no('No such model or document'),
      413: no('The body is larger than 1 MiB'),
      503: no('No index is ready yet'),
    },
  })
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/v1/models',
    tags,
    summary: 'The one model there is',
    responses: { 200: json('Models', ModelsSchema), ...errors },
  })
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/v1/models/{model}',
    tags,
    summary: 'The model by its name',
    request: { params: ModelParams },
    responses: { 200: json('The model', ModelSchema), ...errors, 404: no('No such model') },
  })
}
