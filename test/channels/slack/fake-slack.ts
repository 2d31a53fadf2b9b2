/**
 * A Slack of one's own on the loopback: Web API, response_urls and Socket Mode on one port, and events posted as Slack
 * posts them. It checks what it is sent as Slack does, and keeps what it took.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { faultOfMessage } from './block-rules.ts'

export const BOT_TOKEN = 'xoxb-fake-0001-bot-token'
export const APP_TOKEN = 'xapp-fake-0001-app-token'
/** The secret of vectors S2 and S3. */
export const SIGNING_SECRET = 'policy-rag-slack-signing-secret'
export const TEAM = 'T0001'
export const ROBOT = 'U0BOT'

/** A message as Slack took it. */
export interface Taken {
  readonly channel: string
  readonly thread?: string
  readonly body: Readonly<Record<string, unknown>>
  /** Milliseconds, by the fake's clock. */
  readonly at: number
  readonly ts: string
}

/** A message taken by a response_url. */
export interface Responded {
  readonly url: string
  readonly body: Readonly<Record<string, unknown>>
}

/** What the next calls of a method come to, instead of what they would. */
export type Mishap =
  | { readonly status: number; readonly retryAfter?: number; readonly body?: string }
  | { readonly error: string }
  /** Takes the message, and the connection breaks before the answer. */
  | 'taken-then-broken'
  /** The connection breaks before anything is taken. */
  | 'broken'
  /** Never answers. */
  | 'silent'

export interface FakeSlackOptions {
  now?(): number
  /** A message a second and channel, else 429: on unless told. */
  readonly isPaced?: boolean
  readonly scopes?: readonly string[]
}

export interface Delivery {
  readonly status: number
  readonly body: string
  /** How long Slack waited for it. */
  readonly ms: number
}

const RESPONSE_MS = 30 * 60_000
const ACK_MS = 3_000
/** At once, after a minute, after five. */
const RETRIES_AFTER_MS = [0, 60_000, 300_000]

export class FakeSlack {
  readonly posted: Taken[] = []
  readonly responded: Responded[] = []
  /** Every request of the Web API, by method, in order; refused ones too. */
  readonly calls: string[] = []
  /** What was refused, and how. */
  readonly refused: string[] = []
  readonly channels = new Map<string, 'joined' | 'not-joined' | 'archived'>([
    ['C0001', 'joined'],
    ['D0001', 'joined'],
  ])
  readonly mishaps = new Map<string, Mishap[]>()
  /** Of Socket Mode: how many connections stood at once, at most. */
  mostConnections = 0
  opened = 0
  isSocketModeOn = true
  saysHello = true
  scopes: readonly string[]
  readonly #options: Required<Pick<FakeSlackOptions, 'now' | 'isPaced'>>
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  readonly #sockets = new WebSocketServer({ noServer: true })
  readonly #live = new Set<WebSocket>()
  readonly #tickets = new Set<string>()
  readonly #urls = new Map<string, { uses: number; readonly until: number }>()
  readonly #awaited = new Map<string, (payload: unknown) => void>()
  readonly #lastPost = new Map<string, number>()
  #count = 0

  constructor({ now = Date.now, isPaced = true, scopes = SCOPES }: FakeSlackOptions = {}) {
    this.#options = { now, isPaced }
    this.scopes = scopes
    this.#server.on('upgrade', (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'http://x').searchParams.get('ticket') ?? ''
      if (!this.#tickets.delete(ticket)) return void socket.destroy()
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#open(opened))
    })
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  async close(): Promise<void> {
    for (const socket of this.#live) socket.terminate()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** For TIAOWEN_SLACK_API_URL. */
  get apiUrl(): string {
    return `${this.origin}/api/`
  }

  /** What comes of the next calls of a method, e.g. `chat.postMessage`, or of `response_url`. */
  next(method: string, ...mishaps: readonly Mishap[]): void {
    this.mishaps.set(method, [...(this.mishaps.get(method) ?? []), ...mishaps])
  }

  // — events over HTTP —

  /** A request as Slack signs it. */
  signed(body: string, atMs = this.#options.now()): { headers: Headers; body: Uint8Array } {
    const timestamp = String(Math.floor(atMs / 1000))
    const signature = `v0=${createHmac('sha256', SIGNING_SECRET).update(`v0:${timestamp}:${body}`).digest('hex')}`
    const headers = new Headers({ 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp })
    return { headers, body: Buffer.from(body) }
  }

  /**
   * Posts to `address` and, as Slack does, up to three times more where no 2xx comes within three seconds.
   * @param wait passes the minutes between tries; at once unless told
   */
  async deliver(
    address: string,
    body: string,
    wait: (ms: number) => Promise<void> = async () => {},
  ): Promise<readonly Delivery[]> {
    const tries: Delivery[] = []
    let reason: string | undefined
    for (let n = 0; n <= RETRIES_AFTER_MS.length; n++) {
      if (n > 0) await wait(RETRIES_AFTER_MS[n - 1] ?? 0)
      const { headers } = this.signed(body)
      headers.set('content-type', body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded')
      if (n > 0) headers.set('x-slack-retry-num', String(n))
      if (reason !== undefined) headers.set('x-slack-retry-reason', reason)
      const began = performance.now()
      try {
        const answer = await fetch(address, {
          method: 'POST',
          headers,
          body,
          redirect: 'manual',
          signal: AbortSignal.timeout(ACK_MS),
        })
        tries.push({ status: answer.status, body: await answer.text(), ms: performance.now() - began })
        if (answer.ok || answer.headers.get('x-slack-no-retry') === '1') return tries
        reason = 'http_error'
      } catch (error) {
        reason = error instanceof Error && error.name === 'TimeoutError' ? 'http_timeout' : 'connection_failed'
        tries.push({ status: 0, body: reason, ms: performance.now() - began })
      }
    }
    return tries
  }

  /** The body of an event; `event_id` is new each time unless told. */
  event(event: Readonly<Record<string, unknown>>, eventId = `Ev${++this.#count}`): string {
    return JSON.stringify({
      token: 't',
      team_id: TEAM,
      api_app_id: 'A0001',
      event,
      type: 'event_callback',
      event_id: eventId,
      event_time: Math.floor(this.#options.now() / 1000),
      authorizations: [{ enterprise_id: null, team_id: TEAM, user_id: ROBOT, is_bot: true }],
    })
  }

  mention(text: string, more: Readonly<Record<string, unknown>> = {}): string {
    const ts = this.#ts()
    const event = {
      type: 'app_mention',
      user: 'U0001',
      text: `<@${ROBOT}> ${text}`,
      ts,
      channel: 'C0001',
      event_ts: ts,
    }
    return this.event({ ...event, ...more })
  }

  direct(text: string, more: Readonly<Record<string, unknown>> = {}): string {
    const ts = this.#ts()
    const event = { type: 'message', channel_type: 'im', user: 'U0001', text, ts, channel: 'D0001', event_ts: ts }
    return this.event({ ...event, ...more })
  }

  /** Fields of a slash command, with a response_url that lives. */
  command(text: string): Record<string, string> {
    const [team, trigger] = [TEAM, `${++this.#count}.${Date.now()}.abc`]
    return {
      token: 't',
      team_id: team,
      team_domain: 'test',
      channel_id: 'C0001',
      channel_name: 'general',
      user_id: 'U0001',
      user_name: 'zhang',
      command: '/tiaowen',
      text,
      response_url: this.responseUrl('commands'),
      trigger_id: trigger,
    }
  }

  /** The payload of a pressed button. */
  pressed(action_id: string, value?: string): Record<string, unknown> {
    const action = { type: 'button', action_id, ...(value !== undefined && { value }), action_ts: this.#ts() }
    return {
      type: 'block_actions',
      team: { id: TEAM },
      user: { id: 'U0001' },
      response_url: this.responseUrl('actions'),
      actions: [action],
    }
  }

  responseUrl(kind: 'commands' | 'actions'): string {
    const url = `${this.origin}/${kind}/${TEAM}/${++this.#count}/${randomUUID()}`
    this.#urls.set(url, { uses: 0, until: this.#options.now() + RESPONSE_MS })
    return url
  }

  #ts(): string {
    const seconds = Math.floor(this.#options.now() / 1000)
    return `${seconds}.${String(++this.#count).padStart(6, '0')}`
  }

  // — Socket Mode —

  get connections(): number {
    return this.#live.size
  }

  /** Resolves when so many connections were opened in all. */
  async untilOpened(count: number): Promise<void> {
    while (this.opened < count) await new Promise((resolve) => setTimeout(resolve, 1))
  }

  /** Sends an envelope over the newest connection; what it is acknowledged with, or undefined after three seconds. */
  async envelope(type: string, payload: unknown, waitMs = ACK_MS): Promise<unknown> {
    const id = randomUUID()
    const acknowledged = new Promise<unknown>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), waitMs)
      this.#awaited.set(id, (body) => (clearTimeout(timer), resolve(body)))
    })
    this.frame(JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload: type !== 'events_api' }))
    return acknowledged
  }

  /** Anything at all over the newest connection. */
  frame(text: string | Buffer): void {
    ;[...this.#live].at(-1)?.send(text)
  }

  /** Slack moves the client: `warning` about ten seconds ahead, `refresh_requested` at once. */
  refresh(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void {
    this.frame(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'fake' } }))
  }

  /** The line breaks without a word. */
  drop(): void {
    for (const socket of this.#live) socket.terminate()
  }

  /** The line is dead, and nobody says so: nothing is read, no ping answered. */
  freeze(): void {
    for (const socket of this.#live) socket.pause()
  }

  #open(socket: WebSocket): void {
    this.opened += 1
    this.#live.add(socket)
    this.mostConnections = Math.max(this.mostConnections, this.#live.size)
    socket.on('close', () => this.#live.delete(socket))
    socket.on('error', () => {})
    socket.on('message', (data) => {
      const { envelope_id: id, payload } = JSON.parse(String(data)) as { envelope_id: string; payload: unknown }
      this.#awaited.get(id)?.(payload)
      this.#awaited.delete(id)
    })
    if (this.saysHello) socket.send(JSON.stringify({ type: 'hello', num_connections: this.#live.size }))
  }

  // — Web API —

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    const url = new URL(request.url ?? '/', this.origin)
    const isApi = url.pathname.startsWith('/api/')
    const method = isApi ? url.pathname.slice('/api/'.length) : 'response_url'
    this.calls.push(method)
    const mishap = this.mishaps.get(method)?.shift()
    if (mishap === 'silent') return
    if (mishap === 'broken') return void request.socket.destroy()
    if (mishap !== undefined && mishap !== 'taken-then-broken') return this.#mishap(mishap, response)
    const answer = isApi
      ? this.#call(method, request, new URLSearchParams(body))
      : this.#respond(url.href, request, body)
    if (mishap === 'taken-then-broken') return void request.socket.destroy()
    if ('error' in answer.body) this.refused.push(String(answer.body['error']))
    const scopes = isApi ? { 'x-oauth-scopes': this.scopes.join(',') } : {}
    response.writeHead(answer.status, { 'content-type': 'application/json', ...scopes, ...answer.headers })
    response.end(JSON.stringify(answer.body))
  }

  #mishap(mishap: Exclude<Mishap, string>, response: ServerResponse): void {
    if ('error' in mishap) {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ok: false, error: mishap.error }))
      return
    }
    const { status, retryAfter, body = '' } = mishap
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }).end(body)
  }

  #call(method: string, request: IncomingMessage, fields: URLSearchParams): Answer {
    const given = request.headers.authorization?.replace(/^Bearer /, '') ?? fields.get('token')
    if (given === null) return failed('not_authed')
    const wanted = method === 'apps.connections.open' ? APP_TOKEN : BOT_TOKEN
    if (given !== wanted) return failed('invalid_auth')
    if (method === 'auth.test') {
      return ok({
        url: 'https://test.slack.com/',
        team: '测试工作区',
        team_id: TEAM,
        user: 'tiaowen',
        user_id: ROBOT,
        bot_id: 'B0BOT',
      })
    }
    if (method === 'apps.connections.open') return this.#connect()
    if (method === 'chat.postMessage') return this.#post(fields)
    return failed('unknown_method')
  }

  #connect(): Answer {
    if (!this.isSocketModeOn) return failed('socket_mode_disabled')
    const ticket = randomUUID()
    this.#tickets.add(ticket)
    return ok({ url: `${this.origin.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=A0001` })
  }

  #post(fields: URLSearchParams): Answer {
    const channel = fields.get('channel') ?? ''
    const fault = this.#faultOfPost(channel, fields)
    if (fault !== undefined) return fault
    const now = this.#options.now()
    const sinceMs = now - (this.#lastPost.get(channel) ?? -Infinity)
    if (this.#options.isPaced && sinceMs < 1_000)
      return { ...failed('ratelimited'), status: 429, headers: { 'retry-after': '1' } }
    this.#lastPost.set(channel, now)
    const ts = this.#ts()
    const thread = fields.get('thread_ts')
    this.posted.push({ channel, ...(thread !== null && { thread }), body: bodyOfFields(fields), at: now, ts })
    return ok({ channel, ts })
  }

  #faultOfPost(channel: string, fields: URLSearchParams): Answer | undefined {
    if (!this.scopes.includes('chat:write')) return failed('missing_scope')
    if (!/^[CDGUW][A-Z0-9]+$/.test(channel)) return failed('channel_not_found')
    const standing = channel.startsWith('U') ? 'joined' : this.channels.get(channel)
    if (standing === undefined) return failed('channel_not_found')
    if (standing === 'archived') return failed('is_archived')
    if (standing === 'not-joined') return failed('not_in_channel')
    const thread = fields.get('thread_ts')
    if (thread !== null && !/^\d+\.\d{6}$/.test(thread)) return failed('invalid_thread_ts')
    const fault = faultOfMessage(bodyOfFields(fields))
    return fault === undefined ? undefined : failed(fault)
  }

  #respond(url: string, request: IncomingMessage, body: string): Answer {
    const known = this.#urls.get(url)
    if (request.headers.authorization !== undefined) return failed('a token was sent to a response_url')
    if (known === undefined) return { ...failed('no_such_url'), status: 404 }
    if (this.#options.now() > known.until) return { ...failed('expired_url'), status: 404 }
    if (known.uses >= 5) return { ...failed('used_url'), status: 404 }
    known.uses += 1
    const message = JSON.parse(body) as Record<string, unknown>
    const fault = 'blocks' in message ? faultOfMessage(message) : undefined
    if (fault !== undefined) return failed(fault)
    this.responded.push({ url, body: message })
    return ok({})
  }
}

const SCOPES = ['chat:write', 'app_mentions:read', 'im:history', 'commands']

interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

const ok = (more: Readonly<Record<string, unknown>>): Answer => ({ status: 200, body: { ok: true, ...more } })
const failed = (error: string): Answer => ({ status: 200, body: { ok: false, error } })

export const openFakeSlack = (options?: FakeSlackOptions): Promise<FakeSlack> => new FakeSlack(options).listen()

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}

/** What the client flattened into a form, as it was. */
function bodyOfFields(fields: URLSearchParams): Readonly<Record<string, unknown>> {
  const { channel: _, thread_ts: __, ...rest } = Object.fromEntries(fields)
  return Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, name === 'text' ? value : (jsonOf(value) ?? value)]),
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
