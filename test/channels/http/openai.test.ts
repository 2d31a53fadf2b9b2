/** Tiaowen as a model, through the official client of OpenAI: completions, streams, models, errors, leaving. */
import { ChatOpenAICompletions } from '@langchain/openai'
import OpenAI, {
  AuthenticationError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  type APIError,
} from 'openai'
import { afterEach, describe, expect, test } from 'vitest'
import { ChatChunkSchema, ChatCompletionSchema, OpenAiErrorSchema } from '../../../src/channels/http/openai-schemas.ts'
import { CitationSchema } from '../../../src/channels/http/schemas.ts'
import { serve, type ServeOptions, type Serving } from '../../../src/channels/http/serve.ts'
import { renderMarkdown } from '../../../src/channels/render.ts'
import { PolicyError } from '../../../src/errors.ts'
import type { AnswerEvent, AskRequest } from '../../../src/types.ts'
import { answered, BASES, declined, eventsOf, scripted, type Script } from '../scripted.ts'

const KEY = 'tw_test_4f7Yb0dKx2mN8qR5sV1wZ3cE6gH9jL0p'
const running: Serving[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((serving) => serving.stop()))
})

async function start(script: Script = {}, options: Partial<ServeOptions> = {}) {
  const serving = await serve(scripted(script), { host: '127.0.0.1', port: 0, version: '0.1.0', ...options })
  running.push(serving)
  const client = new OpenAI({ baseURL: `${serving.url}/v1`, apiKey: options.apiKey ?? 'none', maxRetries: 0 })
  return { client, serving, url: serving.url }
}

const QUESTION = '145行动是什么？'
const ASK = { model: 'tiaowen', messages: [{ role: 'user' as const, content: QUESTION }] }

/** What each request became. */
async function heard(body: object): Promise<AskRequest> {
  const asked: AskRequest[] = []
  const { client } = await start({
    ask: (request) => {
      asked.push(request)
      return eventsOf(answered(request))
    },
  })
  await client.chat.completions.create({ ...ASK, ...body } as typeof ASK)
  return asked[0]!
}

/** The error a request is met with. */
async function refused(body: object, script: Script = {}): Promise<APIError> {
  const { client } = await start(script)
  const thrown: unknown = await client.chat.completions.create({ ...ASK, ...body } as typeof ASK).catch((error: unknown) => error)
  return thrown as APIError
}

describe('a completion', () => {
  test('is the answer in Markdown, its citations beside it', async () => {
    const { client } = await start()
    const completion = await client.chat.completions.create(ASK)
    ChatCompletionSchema.parse(completion)
    const [choice] = completion.choices
    const answer = answered({ question: QUESTION })
    expect(choice?.message.content).toBe(renderMarkdown(answer))
    expect(choice?.message.content).toContain(`第三部分第2条：${BASES} \\[1\\]`)
    expect(choice?.message.content).not.toContain('](')
    expect((choice?.message as { citations?: unknown }).citations).toEqual(answer.citations)
    expect(choice?.finish_reason).toBe('stop')
    expect(completion).toMatchObject({ model: 'tiaowen', object: 'chat.completion', system_fingerprint: 'gen-00000001' })
    expect(completion.usage).toMatchObject({ prompt_tokens: 7, total_tokens: 7 + completion.usage!.completion_tokens })
  })

  test('links to the reading pages where their address is known', async () => {
    const { client } = await start({}, { publicUrl: 'https://tiaowen.example.org' })
    const { choices } = await client.chat.completions.create(ASK)
    expect(choices[0]?.message.content).toContain('](https://tiaowen.example.org/read/d-000/')
  })

  test('that declines is plain content, no error', async () => {
    const { client } = await start({ ask: (request) => eventsOf(declined(request)) })
    const { choices } = await client.chat.completions.create(ASK)
    expect(choices[0]?.message.content).toContain('文件中没有找到能回答这个问题的原文。')
    expect(choices[0]?.message).toMatchObject({ refusal: null, citations: [] })
  })
})

describe('what is asked', () => {
  test('the last message of the user; those before are its history, system messages nothing', async () => {
    const messages = [
      { role: 'system', content: '《某办法》第一条：一律免费。' },
      { role: 'user', content: '研发投入强度？' },
      { role: 'assistant', content: renderMarkdown(answered({ question: '研发投入强度？' })) },
      { role: 'tool', content: '{}', tool_call_id: 'x' },
      { role: 'user', content: [{ type: 'text', text: '那高新技术' }, { type: 'text', text: '企业呢？' }] },
    ]
    expect(await heard({ messages })).toEqual({
      question: '那高新技术企业呢？',
      history: [
        { role: 'user', content: '研发投入强度？' },
        { role: 'assistant', content: `第三部分第2条：${BASES}` },
      ],
    })
  })

  test('parameters that tune a model, and tools, are left alone', async () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: {} } }]
    const tuning = { temperature: 0.2, top_p: 1, max_tokens: 5, seed: 1, stop: '。', user: 'u', logprobs: true, tools, tool_choice: 'auto' }
    expect(await heard(tuning)).toEqual({ question: QUESTION })
  })

  test('documents, day and mode are ours', async () => {
    expect(await heard({ documents: ['d-003'], asOf: '2023-05-01', mode: 'extractive' })).toEqual({
      question: QUESTION,
      documents: ['d-003'],
      asOf: '2023-05-01',
      mode: 'extractive',
    })
  })
})

describe('a stream', () => {
  test('is the content of the completion in pieces; the last chunk carries the citations', async () => {
    const { client } = await start()
    const chunks = []
    const stream = await client.chat.completions.create({ ...ASK, stream: true, stream_options: { include_usage: true } })
    for await (const chunk of stream) chunks.push(ChatChunkSchema.parse(chunk))
    const answer = answered({ question: QUESTION })
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(renderMarkdown(answer))
    expect(chunks.length).toBeGreaterThan(4)
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant')
    const last = chunks.findLast(({ choices }) => choices.length > 0)
    expect([last?.choices[0]?.finish_reason, last?.citations]).toEqual(['stop', answer.citations])
    expect(chunks.slice(0, -2).map(({ choices }) => choices[0]?.finish_reason)).toEqual(chunks.slice(0, -2).map(() => null))
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 7 } })
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
  })

  test('is put together by the client into the same message, citations included', async () => {
    const { client } = await start()
    const { choices } = await client.chat.completions.stream(ASK).finalChatCompletion()
    const message = choices[0]?.message as { content: string; citations?: unknown[] }
    expect(message.content).toBe(renderMarkdown(answered({ question: QUESTION })))
    expect(message.citations?.map((citation) => CitationSchema.parse(citation).n)).toEqual([1])
  })

  test('ends with [DONE], without usage where none was asked for', async () => {
    const { url } = await start()
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...ASK, stream: true }),
    })
    expect(response.headers.get('Content-Type')).toBe('text/event-stream')
    const text = await response.text()
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(text).not.toContain('usage')
    expect(text).not.toMatch(/^event:/m)
  })

  test('ends the work when the client leaves', async () => {
    const left = Promise.withResolvers<void>()
    const { client } = await start({
      ask: async function* (_, signal): AsyncGenerator<AnswerEvent> {
        signal?.addEventListener('abort', () => left.resolve())
        yield { type: 'passages', passages: [] }
        await new Promise(() => {})
      },
    })
    const stream = await client.chat.completions.create({ ...ASK, stream: true })
    stream.controller.abort()
    await left.promise
  })

  test('that breaks says so in its last event', async () => {
    const { client } = await start({
      ask: async function* (): AsyncGenerator<AnswerEvent> {
        yield { type: 'passages', passages: [] }
        throw new PolicyError('index-corrupt', '/srv/index')
      },
    })
    const stream = await client.chat.completions.create({ ...ASK, stream: true })
    const read = async () => {
      for await (const chunk of stream) void chunk
    }
    await expect(read()).rejects.toThrow('索引尚未就绪')
  })

  test('that does not end before the server stops is ended with an error', async () => {
    const { client, serving } = await start(
      {
        ask: async function* (): AsyncGenerator<AnswerEvent> {
          yield { type: 'passages', passages: [] }
          await new Promise(() => {})
        },
      },
      { drainMs: 50 },
    )
    const stream = await client.chat.completions.create({ ...ASK, stream: true })
    const read = async () => {
      for await (const chunk of stream) void chunk
    }
    const reading = expect(read()).rejects.toThrow('服务正在停止')
    await serving.stop()
    await reading
  })
})

test('a client that leaves a completion ends the work', async () => {
  const left = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const { client } = await start({
    ask: async function* (_, signal): AsyncGenerator<AnswerEvent> {
      signal?.addEventListener('abort', () => left.resolve())
      yield { type: 'passages', passages: [] }
      asked.resolve()
      await new Promise(() => {})
    },
  })
  const leaving = new AbortController()
  const completion = client.chat.completions.create(ASK, { signal: leaving.signal })
  completion.catch(() => {})
  await asked.promise
  leaving.abort()
  await left.promise
  await expect(completion).rejects.toThrow()
})

test('LangChain’s chat model talks to it, whole and in a stream', async () => {
  const { url } = await start()
  const model = new ChatOpenAICompletions({ model: 'tiaowen', apiKey: 'none', configuration: { baseURL: `${url}/v1` }, maxRetries: 0 })
  const words = renderMarkdown(answered({ question: QUESTION }))
  expect((await model.invoke(QUESTION)).content).toBe(words)
  let heard = ''
  for await (const { content } of await model.stream(QUESTION)) heard += String(content)
  expect(heard).toBe(words)
})

describe('models', () => {
  test('there is one', async () => {
    const { client } = await start()
    const models = await client.models.list()
    expect(models.data).toEqual([{ id: 'tiaowen', object: 'model', created: expect.any(Number) as number, owned_by: 'tiaowen' }])
    expect(await client.models.retrieve('tiaowen')).toEqual(models.data[0])
    await expect(client.models.retrieve('gpt-5')).rejects.toThrow(NotFoundError)
  })
})

describe('what is said no to, in the words of OpenAI', () => {
  test.each<[string, object, number, string, string | null]>([
    ['another model', { model: 'gpt-5' }, 404, 'model_not_found', 'model'],
    ['no question', { messages: [{ role: 'system', content: '你好' }] }, 400, 'bad-request', 'messages'],
    ['an empty question', { messages: [{ role: 'user', content: ' ' }] }, 400, 'bad-request', 'messages.0.content'],
    ['a question too long', { messages: [{ role: 'user', content: '问'.repeat(2001) }] }, 400, 'question-too-long', 'messages.0.content'],
    ['a picture', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] }] }, 400, 'unsupported_parameter', 'messages.0.content'],
    ['no messages', { messages: [] }, 400, 'bad-request', 'messages'],
    ['a stranger’s role', { messages: [{ role: 'king', content: '问' }] }, 400, 'bad-request', 'messages.0.role'],
    ['two answers', { n: 2 }, 400, 'unsupported_parameter', 'n'],
    ['an answer in JSON', { response_format: { type: 'json_object' } }, 400, 'unsupported_parameter', 'response_format'],
    ['a forced tool', { tool_choice: 'required' }, 400, 'unsupported_parameter', 'tool_choice'],
    ['a document that does not exist', { documents: ['d-999'] }, 404, 'no-such-document', null],
    ['a conversation over 1 MiB', { messages: [{ role: 'user', content: 'x'.repeat(1024 * 1024) }] }, 413, 'body-too-large', null],
  ])('%s', async (_, body, status, code, param) => {
    const error = await refused(body)
    expect([error.status, error.code, error.param, error.type]).toEqual([status, code, param, 'invalid_request_error'])
    expect(error.message).toMatch(/\p{Script=Han}/u)
    OpenAiErrorSchema.parse({ error: error.error })
  })

  test('no index yet: to be tried again', async () => {
    const error = await refused({ documents: ['d-000'] }, { status: { ready: false } })
    expect(error).toBeInstanceOf(InternalServerError)
    expect([error.status, error.code, error.type, error.headers?.get('Retry-After')]).toEqual([503, 'index-missing', 'server_error', '5'])
  })

  test('what should not happen is told without its trace', async () => {
    const error = await refused({}, {
      ask: () => {
        throw new Error('secret at /home/someone')
      },
    })
    expect([error.status, error.code, error.message]).toEqual([500, 'internal', '500 服务端出错，已记入日志。请稍后再试。'])
  })

  test('no key, a wrong key, a page of another site', async () => {
    const { client, url } = await start({}, { apiKey: KEY })
    expect((await client.models.list()).data).toHaveLength(1)
    const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'wrong', maxRetries: 0 })
    const unknown = (await stranger.models.list().catch((error: unknown) => error)) as APIError
    expect(unknown).toBeInstanceOf(AuthenticationError)
    expect([unknown.code, unknown.type]).toEqual(['unauthorized', 'authentication_error'])
    const headers = { Origin: 'https://evil.example.com' }
    await expect(client.chat.completions.create(ASK, { headers })).rejects.toThrow(PermissionDeniedError)
  })

  test('a body that is no JSON, a wrong method, an address that does not exist', async () => {
    const { client, url } = await start()
    const send = async (path: string, init: RequestInit) => {
      const response = await fetch(`${url}${path}`, init)
      return [response.status, OpenAiErrorSchema.parse(await response.json()).error.code]
    }
    expect(await send('/v1/chat/completions', { method: 'POST', body: '{' })).toEqual([400, 'bad-request'])
    expect(await send('/v1/chat/completions', { method: 'GET' })).toEqual([405, 'no-such-route'])
    expect(await send('/v1/embeddings', { method: 'POST' })).toEqual([404, 'no-such-route'])
    await expect(client.embeddings.create({ model: 'tiaowen', input: '人才' })).rejects.toThrow(NotFoundError)
  })
})
