/**
 * A load balancer as an operator would have one: keeps lines open, looks at /readyz, sends nothing to who is not ready,
 * and tries another server only where no connection was made. What else fails is a failed request.
 */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const LOOK_MS = 100

export interface Balancer {
  readonly url: string
  /** Resolves when it sends requests there. */
  add(url: string): Promise<void>
  /** Why requests failed on the way. */
  readonly failures: readonly string[]
  close(): void
}

export async function openBalancer(): Promise<Balancer> {
  const backends = new Map<string, boolean>()
  const failures: string[] = []
  const agent = new Agent({ keepAlive: true })
  let turn = 0
  const look = async () => {
    const found = await Promise.all(
      [...backends.keys()].map(async (url) => [url, await isReady(url)] as const),
    )
    for (const [url, ready] of found) {
      if (ready === undefined && backends.get(url) === false) backends.delete(url) // it was there, and has gone
      else backends.set(url, ready === true)
    }
  }
  let isOpen = true
  const watching = (async () => {
    for (; isOpen; await new Promise((resolve) => setTimeout(resolve, LOOK_MS))) await look()
  })()
  const server = createServer((from, to) => {
    const pieces: Buffer[] = []
    from.on('data', (piece: Buffer) => pieces.push(piece))
    from.on('end', () => {
      const ready = [...backends].filter(([, is]) => is).map(([url]) => url)
      const order = ready.map((_, at) => ready[(turn + at) % ready.length]!)
      turn++
      send(from, Buffer.concat(pieces), to, order)
    })
  })
  const send = (from: IncomingMessage, body: Buffer, to: ServerResponse, [url, ...others]: string[]): void => {
    if (url === undefined) {
      failures.push('nobody is ready')
      return void to.writeHead(502).end()
    }
    const { method, headers, url: path } = from
    const going = request(new URL(path ?? '/', url), { method, agent, headers: { ...headers, host: new URL(url).host } })
    going.on('response', (response) => {
      to.writeHead(response.statusCode ?? 502, response.headers)
      response.on('error', (error) => failures.push(`${method} ${path}: ${error.message}`))
      response.pipe(to)
    })
    going.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') return send(from, body, to, others)
      failures.push(`${method} ${path}: ${error.message}`)
      to.destroy()
    })
    going.end(body)
  }
  server.keepAliveTimeout = 75_000 // as servers have it, see serve.ts
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    failures,
    async add(url) {
      backends.set(url, true)
      while ((await isReady(url)) !== true) await new Promise((resolve) => setTimeout(resolve, 20))
    },
    close() {
      isOpen = false
      agent.destroy()
      server.closeAllConnections()
      server.close()
      void watching
    },
  }
}

/** Undefined where nobody listens. */
async function isReady(url: string): Promise<boolean | undefined> {
  return fetch(`${url}/readyz`).then(async (response) => (await response.body?.cancel(), response.ok), () => undefined)
}
