/** /metrics on a port of its own, where Prometheus may come that may not come to the rest. It knows nothing else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PolicyError } from '../errors.ts'
import type { Metrics } from './metrics.ts'

export interface MetricsServer {
  readonly url: string
  close(): Promise<void>
}

const CONNECTIONS = 16
const HEADER_BYTES = 8 * 1024
const REQUEST_MS = 10_000

/** @param port 0 takes a free one @throws PolicyError `port-busy`, `config-invalid` */
export async function serveMetrics(metrics: Metrics, { host, port }: { readonly host: string; readonly port: number }): Promise<MetricsServer> {
  const isHere = isLoopback(host)
  const server = createServer({ maxHeaderSize: HEADER_BYTES, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
    void answer(metrics, request, response, isHere)
  })
  server.maxConnections = CONNECTIONS
  await listen(server, host, port)
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(metrics: Metrics, request: IncomingMessage, response: ServerResponse, isHere: boolean): Promise<void> {
  const end = (status: number, text: string, type = 'text/plain; charset=utf-8') => {
    response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
    response.end(request.method === 'HEAD' ? undefined : text)
  }
  // a name that a foreign page points here is not this machine's
  if (isHere && !isLoopback((request.headers.host ?? '').replace(/:\d+$/, ''))) return end(403, 'Not from here\n')
  if (request.url !== '/metrics') return end(404, 'There is /metrics, and nothing else\n')
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(405, 'GET\n')
  try {
    end(200, await metrics.text(), metrics.contentType)
  } catch {
    end(500, 'The metrics cannot be read\n')
  }
}

const isLoopback = (host: string) => /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, host, port)))
    server.listen(port, host, resolve)
  })
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): PolicyError {
  return cause.code === 'EADDRINUSE' || cause.code === 'EACCES'
    ? new PolicyError('port-busy', `指标端口 ${port} 不能使用，已被占用或没有权限。请换一个：TIAOWEN_METRICS_PORT。`, { cause })
    : new PolicyError('config-invalid', `不能在 ${host} 上提供指标。请检查 TIAOWEN_METRICS_HOST。`, { cause })
}
