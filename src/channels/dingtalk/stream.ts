/**
 * DingTalk's Stream mode: one socket that we open, kept alive, opened again when it is lost.
 *
 * Our own client on `ws`. The package dingtalk-stream 2.1.5 tries again each second for ever (the storm is mended in
 * 2.1.6-beta.1 alone), does not notice a half-open socket unless told to, throws out of its event handler at a frame
 * that is no JSON, prints the client secret when it debugs, follows whatever address the gateway names, and leaves it
 * to its user to acknowledge. A test drives that package against the same fake gateway.
 */
import { WebSocket } from 'ws'
import { z } from 'zod'
import { sleep, SYSTEM_CLOCK } from '../bots/clock.ts'
import { frameOf, pongTo, receiptOf, ROBOT_TOPIC, type Frame } from './frames.ts'
import { shortCode, troubleOf } from './outcomes.ts'
import { codeOf, post } from './post.ts'
import { isLoopback } from './session-webhook.ts'

export interface StreamOptions {
  readonly clientId: string
  readonly clientSecret: string
  readonly apiUrl: string
  /**
   * A robot message, in the order of the socket. It is acknowledged when this resolves to true; else not, and DingTalk
   * sends it again within a minute.
   */
  onMessage(data: string): Promise<boolean>
  onMalformed(): void
  /** What changed, without secrets. */
  onChange(change: StreamChange): void
  readonly timing?: Partial<Timing>
  /** Between two connections; resolves early where it is aborted. */
  wait?(milliseconds: number, signal: AbortSignal): Promise<void>
  now?(): number
  random?(): number
}

export type StreamChange =
  | { readonly state: 'connecting' | 'ready' }
  | { readonly state: 'waiting'; readonly code: string }

export interface Timing {
  readonly pingEveryMs: number
  /** Nothing heard for so long: the socket is half open, and is broken off. */
  readonly silentMs: number
  readonly openWithinMs: number
  /** A connection that held so long begins the back-off anew. */
  readonly heldMs: number
}

/** DingTalk drops sockets that are pinged every few seconds and waited for no longer. */
const TIMING: Timing = { pingEveryMs: 30_000, silentMs: 90_000, openWithinMs: 15_000, heldMs: 60_000 }
const pause = (milliseconds: number, signal: AbortSignal) => sleep(SYSTEM_CLOCK, milliseconds, signal)
const FIRST_MS = 1000
/** With its jitter a minute. */
const MOST_MS = 48_000
const MOST_FRAME_BYTES = 1024 * 1024

const Opened = z.object({ endpoint: z.string().max(2048), ticket: z.string().min(1).max(2048) })
const Failure = z.object({ code: z.string() })

/** Where to connect, or why nowhere. `address` holds a ticket: it is never told to anybody. */
export type Endpoint = { readonly address: string } | { readonly code: string }

/** Why a connection is over, and when it stood. */
interface Ended {
  readonly code: string
  readonly openedAt?: number
}

/** From 1 s doubling to 60 s, jitter of a quarter on top. @param failures connections that did not hold, in a row */
export const retryDelay = (failures: number, random: number) =>
  Math.round(Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures)) * (1 + random / 4))

/** Asks the gateway for a socket's address. */
export async function openEndpoint(
  { clientId, clientSecret, apiUrl }: Pick<StreamOptions, 'clientId' | 'clientSecret' | 'apiUrl'>,
  signal?: AbortSignal,
): Promise<Endpoint> {
  const subscriptions = [{ type: 'CALLBACK', topic: ROBOT_TOPIC }]
  const posted = await post(
    `${apiUrl}/v1.0/gateway/connections/open`,
    { clientId, clientSecret, subscriptions, ua: 'tiaowen' },
    { ...(signal && { signal }) },
  )
  const trouble = troubleOf(posted)
  if (trouble) return { code: 'code' in trouble ? trouble.code : trouble.state }
  const { status, body } = posted as { readonly status: number; readonly body: unknown }
  const opened = Opened.safeParse(body)
  if (status !== 200 || !opened.success) {
    return { code: shortCode(Failure.safeParse(body).data?.code) ?? (status === 200 ? 'not-json' : `http-${status}`) }
  }
  const { endpoint, ticket } = opened.data
  if (!isSocketAddress(endpoint, apiUrl)) return { code: 'endpoint-refused' }
  return { address: `${endpoint}${endpoint.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(ticket)}` }
}

/** wss alone; ws only from a gateway on this machine to this machine. */
export function isSocketAddress(endpoint: string, apiUrl: string): boolean {
  const url = URL.parse(endpoint)
  if (!url || url.username !== '' || url.password !== '' || url.hash !== '') return false
  if (url.protocol === 'wss:') return true
  return url.protocol === 'ws:' && isLoopback(endpoint) && isLoopback(apiUrl)
}

/** Opens a socket and closes it at once; undefined where that works. Whatever comes on it is not acknowledged. */
export async function tryStream(
  options: Pick<StreamOptions, 'clientId' | 'clientSecret' | 'apiUrl'>,
): Promise<string | undefined> {
  const endpoint = await openEndpoint(options)
  if ('code' in endpoint) return endpoint.code
  const socket = socketTo(endpoint.address, TIMING.openWithinMs)
  return new Promise((resolve) => {
    socket.on('open', () => {
      resolve(undefined)
      socket.terminate()
    })
    socket.on('error', (error) => resolve(refusalCode(error)))
    socket.on('close', () => resolve('closed'))
  })
}

export class Stream {
  readonly #options: StreamOptions
  readonly #timing: Timing
  readonly #stopping = new AbortController()
  readonly #ended: Promise<void>

  /** Opens in the background, and goes on until `stop`. */
  constructor(options: StreamOptions) {
    this.#options = options
    this.#timing = { ...TIMING, ...options.timing }
    this.#ended = this.#keepOpen()
  }

  /** Resolves when the socket is closed. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#ended
  }

  /** One connection after the other, never two. */
  async #keepOpen(): Promise<void> {
    const { signal } = this.#stopping
    const { onChange, now = Date.now, random = Math.random, wait = pause } = this.#options
    for (let failures = 0; !signal.aborted; failures += 1) {
      onChange({ state: 'connecting' })
      const { code, openedAt } = await this.#connection(signal).catch((error): Ended => ({ code: codeOf(error) }))
      if (signal.aborted) return
      if (openedAt !== undefined && now() - openedAt >= this.#timing.heldMs) failures = 0
      onChange({ state: 'waiting', code })
      await wait(retryDelay(failures, random()), signal)
    }
  }

  /** Resolves when the connection is over, whatever ended it. */
  async #connection(signal: AbortSignal): Promise<Ended> {
    const endpoint = await openEndpoint(this.#options, signal)
    if ('code' in endpoint) return endpoint
    if (signal.aborted) return { code: 'stopped' }
    const { now = Date.now, onChange } = this.#options
    const socket = socketTo(endpoint.address, this.#timing.openWithinMs)
    let [code, openedAt, heardAt]: [string, number | undefined, number] = ['closed', undefined, now()]
    const end = (why: string) => {
      code = why
      socket.terminate()
    }
    const stop = () => end('stopped')
    signal.addEventListener('abort', stop)
    const pinging = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return
      if (now() - heardAt >= this.#timing.silentMs) return end('silent')
      socket.ping()
    }, this.#timing.pingEveryMs)
    const heard = () => (heardAt = now())
    return new Promise((resolve) => {
      socket.on('open', () => {
        openedAt = heard()
        onChange({ state: 'ready' })
      })
      socket.on('pong', heard)
      socket.on('ping', heard)
      socket.on('message', (bytes) => {
        heard()
        this.#take(String(bytes), socket, end)
      })
      // an error is followed by a close
      socket.on('error', (error) => (code = refusalCode(error)))
      socket.on('close', () => {
        clearInterval(pinging)
        signal.removeEventListener('abort', stop)
        resolve({ code, ...(openedAt !== undefined && { openedAt }) })
      })
    })
  }

  /** Never throws. */
  #take(text: string, socket: WebSocket, end: (why: string) => void): void {
    const frame = frameOf(text)
    if (!frame) return this.#options.onMalformed()
    const { topic } = frame.headers
    if (frame.type === 'SYSTEM') {
      if (topic === 'ping') answer(socket, pongTo(frame))
      if (topic === 'disconnect') end('disconnect')
      return
    }
    if (frame.type !== 'CALLBACK' || topic !== ROBOT_TOPIC) return answer(socket, receiptOf(frame, 404))
    void this.#handOver(frame, socket)
  }

  /** It is acknowledged on the socket it came by; where that is gone, it comes again on the next. */
  async #handOver(frame: Frame, socket: WebSocket): Promise<void> {
    const isTaken = await this.#options.onMessage(frame.data ?? '').catch(() => false)
    if (isTaken) answer(socket, receiptOf(frame))
  }
}

function socketTo(address: string, handshakeTimeout: number): WebSocket {
  const options = { handshakeTimeout, followRedirects: false, maxPayload: MOST_FRAME_BYTES, perMessageDeflate: false }
  return new WebSocket(address, options)
}

/** What is sent into a closed socket is lost, and an error of it is told by its `close`. */
function answer(socket: WebSocket, text: string): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(text, () => {})
}

/** Of a failed handshake the status. */
function refusalCode(error: Error): string {
  const status = /^Unexpected server response: (\d{3})$/.exec(error.message)?.[1]
  return status ? `socket-http-${status}` : codeOf(error)
}
