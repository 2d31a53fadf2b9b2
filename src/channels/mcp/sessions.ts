/**
 * MCP over Streamable HTTP: a server and a transport for each session, so that nobody's replies reach another. Sessions
 * are bounded in number and end when they lie idle, when their client says so, and when the program stops. Where copies of
 * the program share a secret, one that another copy opened is taken up here: nothing of it has to be remembered but whose
 * it is and that it was begun, which its name says.
 */
import { randomUUID } from 'node:crypto'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { SessionNames } from './session-names.ts'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'

export interface SessionLimits {
  readonly most: number
  readonly idleMs: number
  readonly bodyBytes: number
}

/** A draft of 300,000 characters, each written as \uXXXX, and room. */
export const LIMITS: SessionLimits = { most: 64, idleMs: 30 * 60_000, bodyBytes: 2 * 1024 * 1024 }

/** A client that does not say which it speaks. */
const OLDEST = '2025-03-26'
/** Names that are remembered; they are worth nothing after a day. */
const MOST_ENDED = 10_000

/** Who a request is from: a session answers nobody but who opened it, as what they are now. */
export interface Caller {
  readonly owner: string
}

interface Session<Who> {
  /** Of the last request. */
  caller: Who
  readonly server: McpServer
  readonly transport: WebStandardStreamableHTTPServerTransport
  /** Answers and streams that are still being read. */
  open: number
  usedAt: number
}

export class McpSessions<Who extends Caller> {
  readonly #sessions = new Map<string, Session<Who>>()
  readonly #make: (caller: () => Who) => McpServer
  readonly #limits: SessionLimits
  readonly #names: () => Promise<SessionNames | undefined>
  /** Being taken up, by name. */
  readonly #adopting = new Map<string, Promise<Session<Who> | undefined>>()
  /** Ended here: they are not taken up again. */
  readonly #ended = new Set<string>()
  #sweeping: NodeJS.Timeout | undefined
  /** Sessions that are being opened. */
  #opening = 0
  #isStopping = false

  /** @param names that copies of the program share; undefined, or none for now: sessions are known here alone */
  constructor(
    make: (caller: () => Who) => McpServer,
    limits: Partial<SessionLimits> = {},
    names: () => Promise<SessionNames | undefined> = async () => undefined,
  ) {
    this.#make = make
    this.#names = names
    this.#limits = { ...LIMITS, ...limits }
  }

  get size(): number {
    return this.#sessions.size
  }

  async handle(request: Request, caller: Who): Promise<Response> {
    const id = request.headers.get('mcp-session-id')
    if (id === null) return request.method === 'POST' ? this.#open(request, caller) : rpcError(400, -32000, '请先以 initialize 开始会话。')
    const session = this.#sessions.get(id) ?? (await this.#adopted(id, request, caller))
    if (!session || session.caller.owner !== caller.owner) return rpcError(404, -32001, '没有这个会话，或它已结束；请重新 initialize。')
    if (this.#isStopping && request.method === 'GET') return stopping() // a stream would wait for news that never comes
    session.caller = caller
    return this.#answered(session, request)
  }

  /** No new sessions; streams that only wait for news end, answers under way go on. */
  stop(): void {
    this.#isStopping = true
    for (const { transport } of this.#sessions.values()) transport.closeStandaloneSSEStream()
  }

  async close(): Promise<void> {
    this.#isStopping = true
    clearInterval(this.#sweeping)
    await Promise.all([...this.#sessions.keys()].map((id) => this.#end(id)))
  }

  async #open(request: Request, caller: Who): Promise<Response> {
    if (this.#isStopping) return stopping()
    if (!(await this.#hasRoom())) return rpcError(503, -32000, '会话太多，请稍后再试。', { 'Retry-After': '60' })
    this.#opening++
    try {
      const names = await this.#names()
      const session = await this.#made(caller, () => names?.make(caller.owner) ?? randomUUID())
      const response = await this.#answered(session, request)
      if (session.transport.sessionId === undefined) await session.server.close() // it was no initialize
      return response
    } finally {
      this.#opening--
    }
  }

  async #made(caller: Who, nameOf: () => string): Promise<Session<Who>> {
    // tools are listed by what whoever opens the session may do
    let opened: Session<Who> | undefined
    const server = this.#make(() => opened?.caller ?? caller)
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: nameOf,
      onsessioninitialized: (id) => this.#keep(id, session),
      onsessionclosed: (id) => this.#forget(id),
      maxRequestBodySize: this.#limits.bodyBytes,
    })
    const session: Session<Who> = (opened = { caller, server, transport, open: 0, usedAt: performance.now() })
    await server.connect(transport)
    return session
  }

  /** A session that another copy opened for the same owner, begun here for itself. */
  async #adopted(id: string, request: Request, caller: Who): Promise<Session<Who> | undefined> {
    const names = this.#isStopping || this.#ended.has(id) ? undefined : await this.#names()
    if (!names?.isOurs(id, caller.owner)) return undefined
    const adopting = this.#adopting.get(id) ?? this.#adopt(id, request, caller).finally(() => this.#adopting.delete(id))
    this.#adopting.set(id, adopting)
    return adopting
  }

  async #adopt(id: string, { url, headers }: Request, caller: Who): Promise<Session<Who> | undefined> {
    if (!(await this.#hasRoom())) return undefined
    this.#opening++
    try {
      const session = await this.#made(caller, () => id)
      const params = { protocolVersion: headers.get('mcp-protocol-version') ?? OLDEST, capabilities: {}, clientInfo: { name: 'unknown', version: '0' } }
      const hello = new Request(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
      })
      await (await session.transport.handleRequest(hello)).text()
      return this.#sessions.get(id)
    } finally {
      this.#opening--
    }
  }

  #forget(id: string): void {
    this.#sessions.delete(id)
    if (this.#ended.size >= MOST_ENDED) this.#ended.clear()
    this.#ended.add(id)
  }

  #keep(id: string, session: Session<Who>): void {
    this.#sessions.set(id, session)
    this.#sweeping ??= setInterval(() => void this.#sweep(), Math.min(this.#limits.idleMs, 60_000)).unref()
  }

  async #answered(session: Session<Who>, request: Request): Promise<Response> {
    session.open++
    const done = () => {
      session.open--
      session.usedAt = performance.now()
    }
    try {
      return watched(await session.transport.handleRequest(request), done)
    } catch (error) {
      done()
      throw error
    }
  }

  /** Room for one more; where there is none, the session that was idle for longest makes it. */
  async #hasRoom(): Promise<boolean> {
    if (this.#sessions.size + this.#opening < this.#limits.most) return true
    const idle = [...this.#sessions].filter(([, { open }]) => open === 0).sort(([, a], [, b]) => a.usedAt - b.usedAt)
    const [longest] = idle
    if (!longest) return false
    await this.#end(longest[0])
    return true
  }

  async #sweep(): Promise<void> {
    const before = performance.now() - this.#limits.idleMs
    const idle = [...this.#sessions].filter(([, { open, usedAt }]) => open === 0 && usedAt < before)
    await Promise.all(idle.map(([id]) => this.#end(id)))
    if (this.#sessions.size > 0) return
    clearInterval(this.#sweeping)
    this.#sweeping = undefined
  }

  async #end(id: string): Promise<void> {
    const session = this.#sessions.get(id)
    this.#sessions.delete(id)
    await session?.server.close()
  }
}

const stopping = () => rpcError(503, -32000, '服务正在停止，请稍后再试。', { 'Retry-After': '5', Connection: 'close' })

/** The same response; `onEnd` is called once, when its body was read to the end or its reader went away. */
function watched(response: Response, onEnd: () => void): Response {
  if (!response.body) {
    onEnd()
    return response
  }
  let hasEnded = false
  const end = () => {
    if (!hasEnded) onEnd()
    hasEnded = true
  }
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await reader.read()
      if (!done) return controller.enqueue(value)
      if (!hasEnded) controller.close()
      end()
    },
    cancel: (reason) => {
      end()
      return reader.cancel(reason)
    },
  })
  return new Response(body, { status: response.status, headers: response.headers })
}

function rpcError(status: number, code: number, message: string, headers: Readonly<Record<string, string>> = {}): Response {
  const body = { jsonrpc: '2.0', error: { code, message }, id: null }
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })
}
