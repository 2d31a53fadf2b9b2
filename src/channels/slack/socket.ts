/**
 * Socket Mode: events over a WebSocket that we open, for places without a public address.
 *
 * The package makes and watches one connection; when to make the next is decided here. Its own reconnecting (3.1.0)
 * leaves a rejection unhandled when the address of the next connection cannot be had, and a frame without the fields it
 * expects another one: either would end the process. So its reconnecting is off, each connection is a client of its
 * own, and every frame is looked at before it is handed on.
 */
import { SocketModeClient } from '@slack/socket-mode'
import type { BotState } from '../bots/bot.ts'
import { jsonOf } from '../bots/network.ts'
import type { Taken } from './intake.ts'
import { fetchFor, sentOf, SILENT } from './web-api.ts'

export interface SocketOptions {
  readonly appToken: string
  readonly apiUrl: string
  /** What an envelope holds is kept before this resolves. Never rejects. */
  take(type: string, payload: unknown): Promise<Taken>
  log(message: string): void
  now(): number
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** No answer to our pings for this long: the line is dead, although nobody said so. */
  readonly silenceMs?: number
}

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000
/** A connection that stood this long was a good one: the next loss is met with the shortest wait again. */
const STEADY_MS = 60_000
/** From the request for an address to Slack's hello. */
const OPENING_MS = 30_000
/** For the closing handshake, and for an opening that is given up. */
const CLOSING_MS = 2_000
const API_TIMEOUT_MS = 10_000
const SILENCE_MS = 15_000

/** How a connection came to its end. */
type End = 'lost' | 'handed-over' | 'turned-off'

export class Socket {
  readonly #options: SocketOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #state: BotState = { mode: 'socket', state: 'connecting', reconnects: 0 }
  #failures = 0

  constructor(options: SocketOptions) {
    this.#options = options
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  state(): BotState {
    return this.#state
  }

  /** One connection after the other until it is stopped; while Slack moves us, the old stays until the new stands. */
  async #run(): Promise<void> {
    const { signal } = this.#stopping
    let old: Connection | undefined
    while (!signal.aborted) {
      const connection = new Connection(this.#options, signal)
      const fault = await connection.open()
      if (fault === undefined) {
        this.#become('ready')
        await old?.close()
        old = undefined
      }
      const end = fault === undefined ? await this.#endOf(connection) : 'lost'
      if (signal.aborted) {
        await connection.close()
        break
      }
      if (fault !== undefined) this.#trouble(fault.code)
      else if (end === 'turned-off') this.#trouble('link_disabled')
      else if (end === 'lost') this.#trouble('connection-lost')
      if (end === 'handed-over') old = connection
      else await connection.close()
      const isSteady = fault === undefined && connection.ageMs() >= STEADY_MS
      if (isSteady) this.#failures = 0
      const waitMs = isSteady && end === 'handed-over' ? 0 : this.#nextWaitMs(fault?.afterMs)
      this.#become(end === 'handed-over' ? 'connecting' : 'waiting')
      if (waitMs > 0) await this.#options.wait(waitMs, signal)
    }
    await old?.close()
  }

  async #endOf(connection: Connection): Promise<End> {
    const end = await connection.ended
    this.#state = { ...this.#state, reconnects: (this.#state.reconnects ?? 0) + 1 }
    return end
  }

  /** 1, 2, 4 … 60 seconds, or longer where Slack says so. */
  #nextWaitMs(toldMs = 0): number {
    const ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures, 10))
    this.#failures += 1
    return Math.max(ms, toldMs)
  }

  #become(state: BotState['state']): void {
    if (state === 'ready' && this.#state.trouble) this.#options.log('Slack 的连接已恢复（Socket Mode）。')
    const { trouble, ...rest } = this.#state
    this.#state = { ...rest, state, ...(trouble && state !== 'ready' && { trouble }) }
  }

  /** Told in the log once, until the connection stands again or something else goes wrong. */
  #trouble(code: string): void {
    if (this.#state.trouble?.code !== code)
      this.#options.log(`Slack 的连接断开，正在重连（Socket Mode：${code}）。若一直如此，请运行 tiaowen doctor slack。`)
    this.#state = { ...this.#state, trouble: { code, at: new Date(this.#options.now()).toISOString() } }
  }
}

interface Fault {
  readonly code: string
  readonly afterMs?: number
}

/** One connection, from the request for its address to its end. */
class Connection {
  readonly #options: SocketOptions
  readonly #client: SocketModeClient
  readonly #giveUp = new AbortController()
  readonly #stopping: AbortSignal
  #endWith: (end: End) => void = () => {}
  #readyAt: number | undefined
  #started: Promise<Fault | undefined> = Promise.resolve(undefined)
  readonly ended: Promise<End>

  constructor(options: SocketOptions, stopping: AbortSignal) {
    this.#options = options
    this.#stopping = stopping
    this.ended = new Promise((resolve) => (this.#endWith = resolve))
    const giveUp = AbortSignal.any([stopping, this.#giveUp.signal])
    this.#client = new SocketModeClient({
      appToken: options.appToken,
      autoReconnectEnabled: false,
      clientPingTimeout: options.silenceMs ?? SILENCE_MS,
      logger: SILENT,
      clientOptions: {
        slackApiUrl: options.apiUrl,
        allowAbsoluteUrls: false,
        timeout: API_TIMEOUT_MS,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        fetch: fetchFor({ signal: giveUp }),
      },
    })
    this.#guardFrames()
    this.#client.on('disconnected', () => this.#endWith('lost'))
    stopping.addEventListener('abort', this.#onStopping)
  }

  readonly #onStopping = () => this.#endWith('lost')

  /** Since Slack's hello, milliseconds. */
  ageMs(): number {
    return this.#readyAt === undefined ? 0 : this.#options.now() - this.#readyAt
  }

  /** Undefined once Slack has said hello. */
  async open(): Promise<Fault | undefined> {
    this.#started = this.#client.start().then(
      () => undefined,
      (error: unknown) => faultOf(error),
    )
    const late = new Promise<Fault>((resolve) => {
      const timer = setTimeout(() => resolve({ code: 'no-hello' }), OPENING_MS)
      const done = () => {
        clearTimeout(timer)
        this.#stopping.removeEventListener('abort', done)
        resolve({ code: 'stopped' })
      }
      void this.#started.then(done)
      this.#stopping.addEventListener('abort', done)
    })
    const fault = await Promise.race([this.#started, late])
    if (fault === undefined) this.#readyAt = this.#options.now()
    return fault
  }

  /** Resolves when it is closed, or when the other side takes too long over it. */
  async close(): Promise<void> {
    this.#stopping.removeEventListener('abort', this.#onStopping)
    this.#giveUp.abort()
    // where it is still opening, the client would go on and connect after all
    await within(
      this.#started.then(() => {}),
      CLOSING_MS / 2,
    )
    await within(
      this.#client.disconnect().catch(() => {}),
      CLOSING_MS,
    )
    // a second call ends the line without the other side
    await within(
      this.#client.disconnect().catch(() => {}),
      CLOSING_MS,
    )
  }

  /** Stands before the package's own handler: nothing it throws is left unhandled. */
  #guardFrames(): void {
    const own = this.#client.listeners('ws_message')
    this.#client.removeAllListeners('ws_message')
    this.#client.on('ws_message', (data: unknown, isBinary: unknown) => {
      const frame = typeof data === 'string' && isBinary !== true ? jsonOf(data) : undefined
      if (typeof frame !== 'object' || frame === null) return
      const { type, reason, envelope_id: envelope, payload } = frame as Readonly<Record<string, unknown>>
      if (type === 'disconnect') this.#endWith(reason === 'link_disabled' ? 'turned-off' : 'handed-over')
      else if (type === 'hello')
        for (const listener of own) void Promise.resolve(listener(data, isBinary)).catch(() => {})
      else if (typeof type === 'string' && typeof envelope === 'string') void this.#take(type, envelope, payload)
    })
  }

  /** Acknowledged when it is kept. What is not comes again, over this connection or the next. */
  async #take(type: string, envelope: string, payload: unknown): Promise<void> {
    const taken = await this.#options.take(type, payload)
    if (taken.state === 'not-kept') return
    const body = taken.state === 'acknowledge' ? taken.body : undefined
    const send = this.#client as unknown as { send(envelope: string, body?: unknown): Promise<void> }
    // a line that broke meanwhile: Slack sends it again, and it is known
    await send.send(envelope, body).catch(() => {})
  }
}

function faultOf(error: unknown): Fault {
  // the package rejects with nothing where the line ended before hello
  if (error === undefined) return { code: 'connection-failed' }
  const sent = sentOf(error)
  return { code: sent.code, ...(sent.state === 'later' && sent.afterMs !== undefined && { afterMs: sent.afterMs }) }
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))])
  clearTimeout(timer)
}
