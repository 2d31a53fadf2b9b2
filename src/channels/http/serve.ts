/** The endpoint on a port: starts, says plainly why it cannot, stops without cutting anyone off. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import type { Assistant } from '../../answering/assistant.ts'
import type { LibraryDesk } from '../../answering/library-desk.ts'
import { PolicyError } from '../../errors.ts'
import type { State } from '../../state/state.ts'
import { createApp, type HttpOptions } from './app.ts'
import type { Bots } from './bots.ts'
import type { ViewOf } from '../seen-by.ts'
import { isLoopback } from './identify.ts'
import type { Fallback } from '../../types.ts'

const DRAIN_MS = 20_000
/** After it those who started us lose patience: the wait, the drain and the closing have their place in it. */
const LONGEST_STOP_MS = 28_000
const HEADER_BYTES = 16 * 1024
const HEADERS_MS = 30_000
/** An upload of 20 MiB over a slow line takes its time. */
const REQUEST_MS = 120_000
/** Longer than proxies keep a line that is idle (nginx: 60 s): one that we close may be in use at that moment. */
const KEPT_MS = 75_000
const ECHO_MS = 500
const IDLE_MS = 100

export interface ServeOptions
  extends Pick<HttpOptions, 'access' | 'trustedProxies' | 'rates' | 'rateStore' | 'operatorSessions' | 'secret' | 'relay' | 'asksAtOnce' | 'oidc' | 'requests' | 'machine' | 'metrics' | 'admin'> {
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
  /** Who may see which documents; absent: who may see all sees all, and nobody else anything. */
  readonly viewOf?: ViewOf
  /** What is wrong on this machine and does not stop answers; for /readyz. */
  readonly troubles?: () => Promise<readonly Fallback[]>
  /** How long answers under way may take to end when the server stops. */
  readonly drainMs?: number
  /** How long it goes on accepting when it stops, /readyz saying no: whoever spreads requests has to notice. */
  readonly stopWaitMs?: number
}

export interface Serving {
  readonly url: string
  readonly port: number
  /** /readyz says no; after the wait accepts nothing new, waits for what is under way, then ends it. */
  stop(): Promise<void>
}

/** @throws PolicyError 'port-busy', or 'config-invalid' for an address open to others without a key or a person. */
export async function serve(assistant: Assistant, options: ServeOptions): Promise<Serving> {
  const { host, port, apiKey, version, log = () => {}, drainMs = DRAIN_MS, stopWaitMs = 0, desk, bots } = options
  const { requests, machine, metrics } = options
  const { access, trustedProxies, rates, asksAtOnce, oidc, admin } = options
  const isPublic = !isLoopback(host.includes(':') ? `[${host}]` : host)
  if (isPublic && apiKey === undefined && !(await access?.hasAnyone())) {
    throw new PolicyError(
      'config-invalid',
      `监听 ${host} 会让别的机器也能访问：请先用 tiaowen keys create 发放密钥，或设置 TIAOWEN_API_KEY，或把 TIAOWEN_HOST 改回 127.0.0.1。`,
    )
  }
  let stopped: Promise<void> | undefined
  const stopping = new AbortController()
  const draining = new AbortController()
  const app = createApp(assistant, {
    ...(apiKey !== undefined && { apiKey }),
    ...(access && { access }),
    isPublic,
    ...(trustedProxies && { trustedProxies }),
    ...(rates && { rates }),
    ...(options.rateStore && { rateStore: options.rateStore }),
    ...(options.relay && { relay: options.relay }),
    ...(options.secret && { secret: options.secret }),
    ...(options.operatorSessions && { operatorSessions: options.operatorSessions }),
    ...(asksAtOnce !== undefined && { asksAtOnce }),
    ...(oidc && { oidc }),
    ...(admin && { admin }),
    version,
    log,
    ...(options.publicUrl !== undefined && { publicUrl: options.publicUrl }),
    ...(options.state && { state: options.state }),
    ...(desk && { desk }),
    ...(bots && { bots }),
    ...(requests && { requests }),
    ...(machine && { machine }),
    ...(metrics && { metrics }),
    ...(options.viewOf && { viewOf: options.viewOf }),
    ...(options.troubles && { troubles: options.troubles }),
    stopping: stopping.signal,
    ending: draining.signal,
  })
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { maxHeaderSize: HEADER_BYTES, requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS, keepAliveTimeout: KEPT_MS },
  }) as Server
  await listen(server, host, port)
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    stop: () => (stopped ??= stop(server, stopping, draining, { drainMs, stopWaitMs })),
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
  { drainMs, stopWaitMs }: { readonly drainMs: number; readonly stopWaitMs: number },
): Promise<void> {
  stopping.abort()
  if (stopWaitMs > 0) await sleep(stopWaitMs)
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

export interface UntilSignal {
  /** From the signal to the end of the process, whatever hangs. */
  readonly longestMs?: number
  /** An error nobody caught: stops it as gently, since a process in an unknown state is to be started anew. */
  readonly fatal?: Promise<void>
  /** For tests. */
  readonly exit?: (code: number) => void
}

/**
 * Stops on SIGTERM and SIGINT; a second signal ends the process at once. One key press may come twice, from the
 * terminal and from the program that started us. Resolves when all is closed.
 */
export function untilSignal(serving: Serving, log: (message: string) => void, options: UntilSignal = {}): Promise<void> {
  const { longestMs = LONGEST_STOP_MS, exit = process.exit, fatal } = options
  return new Promise((resolve, reject) => {
    let askedAt: number | undefined
    const stop = (code: number) => {
      askedAt = performance.now()
      setTimeout(() => {
        log(`停止用了超过 ${longestMs / 1000} 秒，不再等待 not waiting any longer; what is on the disk is whole`)
        exit(code)
      }, longestMs).unref()
      serving.stop().then(resolve, reject)
    }
    const onSignal = (signal: NodeJS.Signals) => {
      if (askedAt !== undefined && performance.now() - askedAt > ECHO_MS) exit(1)
      if (askedAt !== undefined) return
      log(`收到 ${signal}，正在停止……`)
      stop(0)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
    void fatal?.then(() => askedAt ?? stop(1))
  })
}
