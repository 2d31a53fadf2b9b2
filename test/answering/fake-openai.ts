/**
 * An OpenAI-compatible endpoint on 127.0.0.1 that behaves as it is told, request by request, well or as real ones
 * misbehave, and keeps what it was sent.
 */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is said, and what the wire looks like. */
export interface Said {
  readonly text: string
  /** Pieces of the text, one an event; default: five characters each. */
  readonly pieces?: readonly string[]
  readonly finish?: string | null
  readonly usage?: {
    readonly prompt_tokens: number
    readonly completion_tokens: number
    readonly total_tokens: number
  } | null
  readonly refusal?: string
}

/** How the bytes of a stream are cut. */
export type Cut = 'event' | 'byte' | 'seven-bytes' | 'all-at-once' | 'crlf' | 'comments' | 'events-that-cross'

export type Behaviour =
  | ({
      readonly kind: 'stream'
      readonly cut?: Cut
      readonly type?: string
      readonly done?: boolean
      /** Awaited before each piece as it is cut, 0 first. */
      readonly before?: (piece: number) => Promise<void>
    } & Said)
  | ({ readonly kind: 'whole' } & Said)
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  | { readonly kind: 'no-schema'; readonly status: 400 | 422; readonly then: Behaviour }
  | { readonly kind: 'hang'; readonly after: 'nothing' | 'headers' | 'comments' }
  | ({ readonly kind: 'hang-within' | 'cut-off' } & Said)
  | { readonly kind: 'raw'; readonly body: string; readonly type?: string }
  | { readonly kind: 'endless'; readonly of: 'events' | 'one-line' | 'error'; readonly bytes: number }
  | { readonly kind: 'redirect'; readonly to: string }
  /** As the request has it. */
  | { readonly kind: 'answers'; readonly of: (sent: Sent['body']) => Behaviour }

/** A request as it came. */
export interface Sent {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: { readonly messages: readonly { readonly role: string; readonly content: string }[] } & Readonly<
    Record<string, unknown>
  >
}

export interface FakeOpenAi {
  /** Base address, as an operator would configure it. */
  readonly url: string
  readonly requests: Sent[]
  /** Bytes of replies that the sockets took. */
  readonly bytesSent: number
  /** One for each request to come; the last one stays. */
  script(...behaviours: readonly Behaviour[]): void
  close(): Promise<void>
}

export const USAGE = { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 }

export async function openFakeOpenAi(): Promise<FakeOpenAi> {
  const requests: Sent[] = []
  let left: Behaviour[] = []
  let bytesSent = 0
  const server = createServer((request, response) => {
    response.on('error', () => {})
    void answer(request, response).catch(() => response.destroy())
  })
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Sent['body']
    requests.push({ path: request.url ?? '', headers: request.headers, body })
    const behaviour = left.length > 1 ? left.shift()! : left[0]
    if (!behaviour) throw new Error('nothing was scripted')
    await behave(behaviour, body, response, (bytes) => (bytesSent += bytes))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get bytesSent() {
      return bytesSent
    },
    script: (...behaviours) => void (left = [...behaviours]),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

type Count = (bytes: number) => void

async function behave(behaviour: Behaviour, sent: Sent['body'], response: ServerResponse, count: Count): Promise<void> {
  const head = (type: string, status = 200) => response.writeHead(status, { 'content-type': type })
  switch (behaviour.kind) {
    case 'stream':
      head(behaviour.type ?? 'text/event-stream; charset=utf-8')
      for (const [at, bytes] of cutOf(wireOf(behaviour, behaviour.done ?? true), behaviour.cut ?? 'event').entries()) {
        await behaviour.before?.(at)
        await write(response, bytes, count)
      }
      return void response.end()
    case 'whole':
      head('application/json')
      return void response.end(JSON.stringify(wholeOf(behaviour)))
    case 'status':
      response.writeHead(behaviour.status, { 'content-type': 'application/json', ...behaviour.headers })
      return void response.end(behaviour.body ?? JSON.stringify({ error: { message: 'no', code: 'no' } }))
    case 'no-schema': {
      if (sent['response_format'] === undefined) return behave(behaviour.then, sent, response, count)
      head('application/json', behaviour.status)
      const message = 'This response_format type is unavailable now'
      return void response.end(
        JSON.stringify({ error: { message, type: 'invalid_request_error', code: 'invalid_request_error' } }),
      )
    }
    case 'hang':
      if (behaviour.after !== 'nothing') head('text/event-stream').flushHeaders()
      if (behaviour.after === 'comments') {
        const beat = setInterval(() => response.write(': keep-alive\n\n'), 5)
        response.on('close', () => clearInterval(beat))
      }
      return
    case 'hang-within':
    case 'cut-off': {
      head('text/event-stream')
      const events = wireOf(behaviour, true)
      for (const event of events.slice(0, Math.ceil(events.length / 2)))
        await write(response, Buffer.from(event), count)
      return behaviour.kind === 'cut-off' ? void response.destroy() : undefined
    }
    case 'raw':
      head(behaviour.type ?? 'text/event-stream')
      return void response.end(behaviour.body)
    case 'endless':
      return endless(behaviour, response, count)
    case 'answers':
      return behave(behaviour.of(sent), sent, response, count)
    case 'redirect':
      return void response.writeHead(307, { location: behaviour.to }).end()
  }
}

/** So many bytes, unless the other side has had enough. */
async function endless(
  { of, bytes }: Behaviour & { kind: 'endless' },
  response: ServerResponse,
  count: Count,
): Promise<void> {
  response.writeHead(of === 'error' ? 400 : 200, {
    'content-type': of === 'error' ? 'application/json' : 'text/event-stream',
  })
  const event = eventOf({ content: '未来五年全社会研发投入强度要超过4%。' })
  const block = Buffer.from(of === 'events' ? event.repeat(50) : '研'.repeat(5000))
  if (of === 'one-line') await write(response, Buffer.from('data: {"choices":[{"delta":{"content":"'), count)
  for (let sent = 0; sent < bytes && !response.destroyed; sent += block.length) await write(response, block, count)
  response.end()
}

async function write(response: ServerResponse, bytes: Buffer, count: Count): Promise<void> {
  if (response.destroyed) return
  count(bytes.length)
  if (!response.write(bytes)) await Promise.race([once(response, 'drain'), once(response, 'close')])
  await new Promise((resolve) => setImmediate(resolve)) // a piece of its own for the reader
}

function eventOf(delta: object, rest: object = {}): string {
  const choices = [{ index: 0, delta, finish_reason: null, ...rest }]
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'fake', choices })}\n\n`
}

/** Events of a reply, as texts. */
function wireOf({ text, pieces, finish = 'stop', usage = USAGE, refusal }: Said, done: boolean): string[] {
  const parts = pieces ?? text.match(/[\s\S]{1,5}/gu) ?? []
  return [
    eventOf({ role: 'assistant', content: '' }),
    ...(refusal === undefined ? [] : [eventOf({ refusal })]),
    ...parts.map((content) => eventOf({ content })),
    ...(finish === null ? [] : [eventOf({}, { finish_reason: finish })]),
    ...(usage === null
      ? []
      : [`data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [], usage })}\n\n`]),
    ...(done ? ['data: [DONE]\n\n'] : []),
  ]
}

function wholeOf({ text, finish = 'stop', usage = USAGE, refusal }: Said): object {
  const message = {
    role: 'assistant',
    content: refusal === undefined ? text : null,
    ...(refusal !== undefined && { refusal }),
  }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'fake',
    choices: [{ index: 0, message, finish_reason: finish }],
    ...(usage && { usage }),
  }
}

function cutOf(events: readonly string[], cut: Cut): Buffer[] {
  const slices = (text: string, size: number) => {
    const bytes = Buffer.from(text)
    return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
  }
  const all = events.join('')
  switch (cut) {
    case 'event':
      return events.map((event) => Buffer.from(event))
    case 'byte':
      return slices(all, 1)
    case 'seven-bytes':
      return slices(all, 7)
    case 'all-at-once':
      return [Buffer.from(all)]
    case 'crlf':
      return slices(all.replaceAll('\n', '\r\n'), 11)
    case 'comments':
      return events.map((event) => Buffer.from(`: OPENROUTER PROCESSING\n\nevent: message\nid: 7\nretry: 10\n${event}`))
    case 'events-that-cross':
      return slices(all, Math.round((events[2]?.length ?? 200) * 2.5))
  }
}
