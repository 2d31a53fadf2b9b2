/** The endpoint on a port: starts, says plainly why it cannot, stops without cutting anyone off. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Assistant } from '../../answering/assistant.ts'
import type { LibraryDesk } from '../../answering/library-desk.ts'
import { PolicyError } from '../../errors.ts'
import type { State } from '../../state/state.ts'
import { createApp } from './app.ts'
import type { Bots } from './bots.ts'
import { isLoopback } from './guards.ts'

const DRAIN_MS = 20_000
const HEADER_BYTES = 16 * 1024
const HEADERS_MS = 30_000
/** An upload of 20 MiB over a slow line takes its time. */
const REQUEST_MS = 120_000
const ECHO_MS = 500
const IDLE_MS = 100

export interface ServeOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly apiKey?: string
  readonly version: string
  readonly log?: (message: string) => void
  /** Where people reach the pages; absent: answers to clients of OpenAI's API carry no links. */
  readonly publicUrl?: string
  /** Where conversations are kept; absent: in memory. */
  readonly state?: State
  /** Where documents are put in and taken out; absent: there are no such routes. */
  readonly desk?: LibraryDesk
  /** Chat platforms; absent: there are none. */
  readonly bots?: Bots
  /** How long answers under way may take to end when the server stops. */
  readonly drainMs?: number
}

export interface Serving {
  readonly url: string
  readonly port: number
  /** Accepts nothing new, waits for what is under way, then ends it. */
  stop(): Promise<void>
}

/** @throws PolicyError 'port-busy', or 'config-invalid' for an address open to others without a key. */
export async function serve(assistant: Assistant, options: ServeOptions): Promise<Serving> {
  const { host, port, apiKey, version, log = () => {}, drainMs = DRAIN_MS, desk, bots } = options
  if (apiKey === undefined && !isLoopback(host.includes(':') ? `[${host}]` : host)) {
    throw new PolicyError(
      'config-invalid',
      `监听 ${host} 会让别的机器也能访问：请先设置 TIAOWEN_API_KEY，或把 TIAOWEN_HOST 改回 127.0.0.1。`,
    )
  }
  const stopping = new AbortController()
  const draining = new AbortController()
  const app = createApp(assistant, {
    ...(apiKey !== undefined && { apiKey }),
    version,
    log,
    ...(options.publicUrl !== undefined && { publicUrl: options.publicUrl }),
    ...(options.state && { state: options.state }),
    ...(desk && { desk }),
    ...(bots && { bots }),
    stopping: stopping.signal,
    ending: draining.signal,
  })
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { maxHeaderSize: HEADER_BYTES, requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS },
  }) as Server
  await listen(server, host, port)
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    stop: () => stop(server, stopping, draining, drainMs),
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, host, port)))
    server.listen(port, host, () => resolve())
  })
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new PolicyError(
        'port-busy',
        `端口 ${port} 已被别的程序占用。请先关掉它，或换一个端口：TIAOWEN_PORT=${port + 1} npm start`,
        { cause },
      )
    case 'EACCES':
      return new PolicyError(
        'port-busy',
        `没有权限监听端口 ${port}。请换一个 1024 以上的端口：TIAOWEN_PORT=8787 npm start`,
        { cause },
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new PolicyError('config-invalid', `这台机器没有地址 ${host}。请检查 TIAOWEN_HOST，本机用 127.0.0.1。`, {
        cause,
      })
    default:
      return cause
  }
}

async function stop(
  server: Server,
  stopping: AbortController,
  draining: AbortController,
  drainMs: number,
): Promise<void> {
  if (stopping.signal.aborted) return
  stopping.abort()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // also those that fall idle while the rest are waited for
  server.closeIdleConnections()
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS)
  const end = setTimeout(() => {
    draining.abort()
    setTimeout(() => server.closeAllConnections(), 1_000).unref()
  }, drainMs)
  await closed
  clearInterval(idle)
  clearTimeout(end)
}

/**
 * Stops on SIGTERM and SIGINT; a second signal ends the process at once. One key press may come twice, from the
 * terminal and from the program that started us. Resolves when all is closed.
 */
export function untilSignal(serving: Serving, log: (message: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let askedAt: number | undefined
    const onSignal = (signal: NodeJS.Signals) => {
      if (askedAt !== undefined && performance.now() - askedAt > ECHO_MS) process.exit(1)
      if (askedAt !== undefined) return
      askedAt = performance.now()
      log(`收到 ${signal}，正在停止……`)
      serving.stop().then(resolve, reject)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}
