/** Requests to the server this page came from, and what goes wrong with them as one kind of error. */
import { createParser } from 'eventsource-parser'
import { signedIn } from '../session/again.ts'

/** A problem+json answer, or `offline` (status 0) where there was none. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  /** Seconds the server asks to wait. */
  readonly retryAfter?: number
  /** In English, where the server says it. */
  readonly title: string

  constructor({ status, code, detail, title, retryAfter }: ProblemParts) {
    super(detail)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.title = title
    if (retryAfter !== undefined) this.retryAfter = retryAfter
  }

  /** Worth trying again as it is: the network or the server was away. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504
  }
}

interface ProblemParts {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly title: string
  readonly retryAfter?: number
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError'

/** One that needs a sign-in is sent again after it. @throws Problem; the browser's AbortError where the request was given up. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init })
  } catch (cause) {
    throw isAbort(cause) ? cause : offline()
  }
  if (response.ok || response.status === 304) return response
  if (response.status === 401 && !path.startsWith('/api/session')) {
    await signedIn({ signal: init.signal, ...questionIn(path, init) })
    return send(path, init)
  }
  throw await problemOf(response)
}

/** What was asked, for whoever has to leave the page to sign in. */
function questionIn(path: string, { body }: RequestInit): { readonly question?: string } {
  return path === '/api/ask' ? { question: String((JSON.parse(String(body)) as { question: unknown }).question) } : {}
}

export const offline = (): Problem =>
  new Problem({ status: 0, code: 'offline', detail: '连不上服务。', title: 'The server cannot be reached' })

async function problemOf(response: Response): Promise<Problem> {
  const wait = Number(response.headers.get('Retry-After'))
  return problemIn(await response.text().catch(() => ''), response.status, wait)
}

/** The problem a body states; a plain one where it states none, as a proxy in between may. */
export function problemIn(text: string, status: number, retryAfter = 0): Problem {
  let body: Partial<ProblemParts> = {}
  try {
    body = JSON.parse(text) as Partial<ProblemParts>
  } catch {
    // not ours: a proxy's page
  }
  const { code = `http-${status}`, detail = `HTTP ${status}`, title = `HTTP ${status}` } = body
  return new Problem({ status: body.status ?? status, code, detail, title, ...(retryAfter > 0 && { retryAfter }) })
}

export async function getJson<Body>(path: string, signal?: AbortSignal): Promise<Body> {
  const response = await send(path, { headers: { Accept: 'application/json' }, ...(signal && { signal }) })
  return (await response.json()) as Body
}

/** Sends JSON, gives JSON; nothing where the server has nothing to say. */
export async function sendJson<Body = void>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Body> {
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
  const response = await send(path, { method, ...init })
  const text = await response.text()
  return (text === '' ? undefined : JSON.parse(text)) as Body
}

export interface ServerEvent {
  readonly event: string
  readonly data: unknown
}

/** The events of a server-sent stream as they come; ends where the stream does. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const waiting: ServerEvent[] = []
  const parser = createParser({
    onEvent: ({ event = 'message', data }) => waiting.push({ event, data: JSON.parse(data) as unknown }),
  })
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      parser.feed(step.value)
      yield* waiting.splice(0)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
