/** An answer as server-sent events: their order, their shapes, and how a stream ends that cannot go on. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createApp } from '../../../src/channels/http/app.ts'
import { EventSchemas } from '../../../src/channels/http/schemas.ts'
import { PolicyError } from '../../../src/errors.ts'
import type { AnswerEvent } from '../../../src/types.ts'
import { answered, declined, eventsOf, scripted, type Script } from '../scripted.ts'

type Sent = { readonly event: string; readonly data: unknown }

const read = (text: string): Sent[] =>
  text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/s.exec(block) ?? []
      return { event, data: JSON.parse(data) }
    })

const asking = (body: object, headers: Record<string, string> = {}, signal?: AbortSignal): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify({ question: '145行动是什么？', ...body }),
  ...(signal && { signal }),
})

const streamOf = async (ask?: Script['ask'], ending?: AbortSignal) => {
  const app = createApp(scripted(ask ? { ask } : {}), { version: '0.1.0', ...(ending && { ending }) })
  return app.request('/api/ask', asking({ stream: true }))
}

afterEach(() => vi.useRealTimers())

test.each([
  ['stream: true', { stream: true }, {}],
  ['Accept: text/event-stream', {}, { Accept: 'text/event-stream' }],
])('%s: passages, every segment, citations, the whole answer', async (_, body, headers) => {
  const response = await createApp(scripted(), { version: '0.1.0' }).request('/api/ask', asking(body, headers))
  expect(response.headers.get('Content-Type')).toBe('text/event-stream')
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  const sent = read(await response.text())
  expect(sent.map(({ event }) => event)).toEqual(['passages', 'segment', 'segment', 'citations', 'done'])
  for (const { event, data } of sent) EventSchemas[event as keyof typeof EventSchemas].parse(data)
  expect(sent.at(-1)?.data).toEqual(answered({ question: '145行动是什么？' }))
})

test('the streamed answer is the answer without a stream', async () => {
  const app = createApp(scripted(), { version: '0.1.0' })
  const whole = await (await app.request('/api/ask', asking({}))).json()
  const streamed = read(await (await app.request('/api/ask', asking({ stream: true }))).text())
  expect(streamed.at(-1)?.data).toEqual(whole)
})

test('stream: false holds against the Accept header', async () => {
  const app = createApp(scripted(), { version: '0.1.0' })
  const response = await app.request('/api/ask', asking({ stream: false }, { Accept: 'text/event-stream' }))
  expect(response.headers.get('Content-Type')).toBe('application/json')
})

test('a declined answer streams like any other', async () => {
  const sent = read(await (await streamOf((request) => eventsOf(declined(request)))).text())
  expect(sent.map(({ event }) => event)).toEqual(['passages', 'segment', 'citations', 'done'])
  expect(sent.at(-1)?.data).toMatchObject({ outcome: 'declined', reason: 'no-evidence' })
})

test('a line break in a segment does not break the event', async () => {
  const sent = read(
    await (
      await streamOf(async function* (): AsyncGenerator<AnswerEvent> {
        yield { type: 'segment', segment: { kind: 'quotation', text: '一、\n二、\r\n\n三、\u2028' } }
      })
    ).text(),
  )
  expect(sent).toEqual([{ event: 'segment', data: { kind: 'quotation', text: '一、\n二、\r\n\n三、\u2028' } }])
})

test('while the assistant thinks, a ping every ten seconds', async () => {
  vi.useFakeTimers()
  const response = await streamOf(async function* (request) {
    yield { type: 'passages', passages: [] }
    await new Promise((resolve) => setTimeout(resolve, 35_000))
    yield { type: 'done', answer: answered(request) }
  })
  const text = response.text()
  await vi.advanceTimersByTimeAsync(36_000)
  expect(read(await text).map(({ event }) => event)).toEqual(['passages', 'ping', 'ping', 'ping', 'done'])
  expect(vi.getTimerCount()).toBe(0)
})

describe('a stream that cannot go on ends with an error event', () => {
  test.each([
    [
      'what the asker may know',
      new PolicyError('no-such-clause', '没有第9条。'),
      { status: 404, code: 'no-such-clause', detail: '没有第9条。' },
    ],
    ['what only the log may know', new Error('at /srv/src/x.ts'), { status: 500, code: 'internal' }],
  ])('%s', async (_, error, problem) => {
    const sent = read(
      await (
        await streamOf(async function* (): AsyncGenerator<AnswerEvent> {
          yield { type: 'passages', passages: [] }
          throw error
        })
      ).text(),
    )
    expect(sent.map(({ event }) => event)).toEqual(['passages', 'error'])
    expect(EventSchemas.error.parse(sent[1]?.data)).toMatchObject(problem)
    expect(JSON.stringify(sent)).not.toContain('/srv/src')
  })

  test('the server stops', async () => {
    const ending = new AbortController()
    const response = await streamOf(async function* () {
      yield { type: 'passages', passages: [] }
      await new Promise(() => {})
    }, ending.signal)
    const text = response.text()
    ending.abort()
    expect(read(await text).at(-1)).toMatchObject({ event: 'error', data: { status: 503 } })
  })
})

test('when the asker goes away, the work behind the stream is told', async () => {
  let told: AbortSignal | undefined
  const response = await streamOf(async function* (_, signal) {
    told = signal
    yield { type: 'passages', passages: [] }
    await new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('gone'))))
  })
  await response.body!.cancel()
  await vi.waitFor(() => expect(told?.aborted).toBe(true))
})
