/**
 * A DingTalk on 127.0.0.1: access tokens, the Stream gateway and its sockets, session webhooks, the robot API and group
 * robots. It checks what it is sent as the platform does (secrets, signatures, limits, expiry, twenty messages a minute)
 * and keeps what it took and what it refused. Made from the platform's documents; never compared with the service.
 */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

export interface FakeOptions {
  readonly clientId?: string
  readonly clientSecret?: string
  readonly robotCode?: string
  readonly groupToken?: string
  readonly groupSecret?: string
  /** Clock of expiry and of the limits, milliseconds. */
  now?(): number
  readonly sessionMs?: number
  readonly tokenSeconds?: number
  /** A message that is not acknowledged comes again after this. */
  readonly redeliverMs?: number
  readonly perMinute?: number
  readonly blockedMs?: number
}

/** A message as people would see it. */
export interface Delivered {
  readonly by: 'session' | 'group-api' | 'single-api' | 'group-robot'
  /** Conversation, person or access token. */
  readonly to: string
  readonly kind: 'text' | 'markdown' | 'actionCard'
  readonly title: string
  readonly text: string
  readonly buttons: readonly { readonly title: string; readonly url: string }[]
  /** Who is told besides: people, telephone numbers, or everybody. */
  readonly pinged: readonly string[]
  readonly at: number
}

/** Something said to the robot. */
export interface Said {
  readonly text?: string
  readonly msgId?: string
  readonly conversationId?: string
  readonly isGroup?: boolean
  readonly staffId?: string
  /** Fields of the body that are otherwise; undefined takes one out. */
  readonly body?: Readonly<Record<string, unknown>>
}

/** How the next request to a path is treated instead. */
export type Behaviour =
  | { readonly kind: 'reply'; readonly status?: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Taken as ever, and nothing comes back. */
  | { readonly kind: 'taken-then-dropped' }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'hang' }

export interface FakeDingTalk {
  /** As TIAOWEN_DINGTALK_API_URL. */
  readonly url: string
  readonly groupWebhook: string
  readonly clientId: string
  readonly clientSecret: string
  readonly delivered: readonly Delivered[]
  /** What the platform would have refused, one line each. */
  readonly complaints: readonly string[]
  /** Paths of requests, in order. */
  readonly requests: readonly string[]
  readonly sockets: { readonly open: number; readonly most: number; readonly opened: number }
  /** Message ids that were acknowledged on a socket, in order. */
  readonly acknowledged: readonly string[]
  /** Texts that came up the sockets, in order. */
  readonly answers: readonly string[]
  /** The body of a message, its session open for replies. */
  bodyOf(said: Said): Readonly<Record<string, unknown>>
  /** Down the socket, or as soon as there is one, again and again until it is acknowledged. Gives the msgId. */
  say(said: Said): string
  /** A call of HTTP mode: body and headers, signed now. */
  callOf(said: Said): { readonly headers: Headers; readonly body: Uint8Array }
  /** Any text down each open socket. */
  push(text: string): void
  ping(): void
  /** `terminate`: the line is cut; `disconnect`: the platform asks to come again; `half-open`: nothing is answered any more. */
  drop(how?: 'terminate' | 'disconnect' | 'half-open'): void
  /** For the next requests to paths that begin so, one each. */
  next(path: string, ...behaviours: readonly Behaviour[]): void
  /** Tokens handed out so far stand no more. */
  revokeTokens(): void
  /** What the gateway hands out as address of its sockets. */
  endpoint: string
  close(): Promise<void>
}

const TOPIC = '/v1.0/im/bot/messages/get'
const HOUR = 3_600_000

export async function openFakeDingTalk(options: FakeOptions = {}): Promise<FakeDingTalk> {
  const { clientId = 'dingtiaowen', clientSecret = 'policy-rag-ding-app-secret', robotCode = clientId } = options
  const { groupToken = 'group-token', groupSecret = `SEC${'0'.repeat(64)}`, now = Date.now } = options
  const { sessionMs = 90 * 60_000, tokenSeconds = 7200, redeliverMs = 60_000 } = options
  const delivered: Delivered[] = []
  const complaints: string[] = []
  const requests: string[] = []
  const answers: string[] = []
  const acknowledged: string[] = []
  const scripted: { path: string; behaviour: Behaviour }[] = []
  const sessions = new Map<string, { readonly conversationId: string; readonly until: number }>()
  const tickets = new Set<string>()
  const sockets = new Set<WebSocket>()
  const halfOpen = new Set<WebSocket>()
  const tokens = new Map<string, number>()
  /** Said on a socket and not acknowledged yet, by message id. */
  const waiting = new Map<string, string>()
  const limits = rateLimits(options)
  let [most, opened, serial] = [0, 0, 0]

  const server = createServer((request, response) => {
    response.on('error', () => {})
    void answer(request, response).catch((error: unknown) => {
      complaints.push(`crash: ${String(error)}`)
      response.destroy()
    })
  })
  const upgrades = new WebSocketServer({ noServer: true, autoPong: false })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {})
    const url = new URL(request.url ?? '', 'http://fake')
    if (url.pathname !== '/connect' || !tickets.delete(url.searchParams.get('ticket') ?? '')) {
      complaints.push('socket: unknown ticket')
      return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
    }
    upgrades.handleUpgrade(request, socket, head, attach)
  })

  function attach(socket: WebSocket): void {
    sockets.add(socket)
    opened += 1
    most = Math.max(most, sockets.size)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('ping', (data) => halfOpen.has(socket) || socket.pong(data))
    socket.on('message', (bytes) => {
      if (!halfOpen.has(socket)) heard(String(bytes))
    })
    for (const frame of waiting.values()) socket.send(frame)
  }

  function heard(text: string): void {
    answers.push(text)
    const { code, headers, data } = JSON.parse(text) as {
      code?: number
      headers?: { messageId?: string; topic?: string }
      data?: string
    }
    if (typeof data !== 'string') complaints.push('socket: data is no string')
    const messageId = headers?.messageId
    if (typeof messageId !== 'string') return void complaints.push('socket: no messageId')
    if (headers?.topic === 'ping') return
    if (code === 200 && waiting.delete(messageId)) acknowledged.push(messageId)
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    const url = new URL(request.url ?? '', 'http://fake')
    requests.push(url.pathname)
    const at = scripted.findIndex(({ path }) => url.pathname.startsWith(path))
    const behaviour = at < 0 ? undefined : scripted.splice(at, 1)[0]!.behaviour
    if (behaviour?.kind === 'hang') return
    if (behaviour?.kind === 'dropped') return void request.socket.destroy()
    if (behaviour?.kind === 'reply') return send(response, behaviour.status ?? 200, behaviour.body ?? {}, behaviour.headers)
    const [status, body] = replyTo(url, request, raw)
    if (behaviour?.kind === 'taken-then-dropped') return void request.socket.destroy()
    send(response, status, body)
  }

  function replyTo(url: URL, request: IncomingMessage, raw: Buffer): readonly [status: number, body: unknown] {
    const body = jsonOf(raw)
    if (request.method !== 'POST' || !/^application\/json/.test(request.headers['content-type'] ?? '')) {
      return complain([400, { code: 'content-type', errcode: 43004 }], `${url.pathname}: no POST of JSON`)
    }
    switch (url.pathname) {
      case '/v1.0/oauth2/accessToken':
        if (body['appKey'] !== clientId || body['appSecret'] !== clientSecret) {
          return [400, { code: 'invalidClientIdOrSecret', message: '无效的clientId或者clientSecret' }]
        }
        tokens.set(`token-${(serial += 1)}`, now() + tokenSeconds * 1000)
        return [200, { accessToken: `token-${serial}`, expireIn: tokenSeconds }]
      case '/v1.0/gateway/connections/open':
        return openGateway(body)
      case '/robot/sendBySession':
        return [200, bySession(url, request, body, raw.length)]
      case '/robot/send':
        return [200, byRobot(url, body, raw.length)]
      case '/v1.0/robot/oToMessages/batchSend':
      case '/v1.0/robot/groupMessages/send':
        return byApi(url.pathname.includes('group'), request, body)
      default:
        return complain([404, { code: 'NotFound' }], `${url.pathname}: no such path`)
    }
  }

  function openGateway(body: Body): readonly [number, unknown] {
    if (body['clientId'] !== clientId || body['clientSecret'] !== clientSecret) return [401, { code: 'authFailed' }]
    const subscriptions = body['subscriptions'] as readonly { type?: string; topic?: string }[] | undefined
    if (!subscriptions?.some(({ type, topic }) => type === 'CALLBACK' && topic === TOPIC)) {
      complaints.push('gateway: robot messages are not subscribed to')
    }
    const ticket = `ticket+${(serial += 1)}/=`
    tickets.add(ticket)
    return [200, { endpoint: fake.endpoint, ticket }]
  }

  function bySession(url: URL, request: IncomingMessage, body: Body, bytes: number): unknown {
    if (request.headers['x-acs-dingtalk-access-token'] || url.searchParams.has('access_token')) {
      complaints.push('session: an access token was sent to it')
    }
    const session = sessions.get(url.searchParams.get('session') ?? '')
    if (!session || session.until <= now()) return { errcode: 300001, errmsg: 'session 不存在' }
    return webhookMessage('session', session.conversationId, body, bytes)
  }

  function byRobot(url: URL, body: Body, bytes: number): unknown {
    if (url.searchParams.get('access_token') !== groupToken) return { errcode: 300005, errmsg: 'token is not exist' }
    const timestamp = url.searchParams.get('timestamp') ?? ''
    const sign = createHmac('sha256', groupSecret).update(`${timestamp}\n${groupSecret}`).digest('base64')
    const isStale = Math.abs(now() - Number(timestamp)) > HOUR
    if (url.searchParams.get('sign') !== sign || isStale) return { errcode: 310000, errmsg: 'sign not match' }
    return webhookMessage('group-robot', groupToken, body, bytes)
  }

  function webhookMessage(by: Delivered['by'], to: string, body: Body, bytes: number): unknown {
    const message = webhookMessageOf(body)
    if (!message) return complain({ errcode: 40035, errmsg: '不合法的参数' }, `${by}: no message of the platform`)
    if (bytes > 20_000) return complain({ errcode: 460101, errmsg: 'message too long, exceed 20000 bytes' }, `${by}: ${bytes} bytes`)
    if (!limits.take(to)) return { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' }
    deliver({ by, to, ...message, pinged: pingedBy(body) })
    return { errcode: 0, errmsg: 'ok' }
  }

  function byApi(isGroup: boolean, request: IncomingMessage, body: Body): readonly [number, unknown] {
    const until = tokens.get(String(request.headers['x-acs-dingtalk-access-token']))
    if (until === undefined || until <= now()) return [401, { code: 'InvalidAuthentication', message: '不合法的access_token' }]
    if (body['robotCode'] !== robotCode) return [400, { code: 'invalidParameter.robotCode', message: '无效的robotCode' }]
    const to = isGroup ? body['openConversationId'] : (body['userIds'] as readonly unknown[] | undefined)?.[0]
    if (typeof to !== 'string') return complain([400, { code: 'invalidParameter.receiver' }], 'api: nobody to send to')
    const { msgKey, msgParam } = body
    if (typeof msgParam !== 'string' || Buffer.byteLength(msgParam) > 15_000) {
      return complain([400, { code: 'invalidParameter.msgParam' }], 'api: msgParam is no string of 15,000 bytes at most')
    }
    const message = apiMessageOf(String(msgKey), jsonOf(Buffer.from(msgParam)))
    if (!message) return complain([400, { code: 'invalidParameter.msgKey' }], `api: no template ${String(msgKey)} with these`)
    if (isGroup && !limits.take(to)) return [403, { code: 'Forbidden.AccessDenied.QpsLimitForApi', message: '请求过于频繁' }]
    deliver({ by: isGroup ? 'group-api' : 'single-api', to, ...message, pinged: [] })
    return [200, { processQueryKey: `key-${(serial += 1)}`, ...(!isGroup && { flowControlledStaffIdList: [], invalidStaffIdList: [] }) }]
  }

  function deliver(message: Omit<Delivered, 'at'>): void {
    complaints.push(...troublesOf(message).map((trouble) => `${message.by}: ${trouble}`))
    delivered.push({ ...message, at: now() })
  }

  function complain<Reply>(reply: Reply, words: string): Reply {
    complaints.push(words)
    return reply
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = (server.address() as AddressInfo).port
  const url = `http://127.0.0.1:${port}`

  const redelivering = setInterval(() => {
    for (const socket of sockets) for (const frame of waiting.values()) socket.send(frame)
  }, redeliverMs)

  const fake: FakeDingTalk = {
    url,
    groupWebhook: `${url}/robot/send?access_token=${groupToken}`,
    clientId,
    clientSecret,
    delivered,
    complaints,
    requests,
    acknowledged,
    answers,
    get sockets() {
      return { open: sockets.size, most, opened }
    },
    endpoint: `ws://127.0.0.1:${port}/connect`,
    bodyOf({ text = '未来五年全社会研发投入强度要超过多少？', isGroup = false, staffId = 'manager01', ...said }) {
      const conversationId = said.conversationId ?? (isGroup ? 'cidGroup==' : `cidSingle-${staffId}==`)
      const session = `session-${(serial += 1)}`
      sessions.set(session, { conversationId, until: now() + sessionMs })
      return {
        msgId: said.msgId ?? `msg${(serial += 1)}==`,
        conversationId,
        conversationType: isGroup ? '2' : '1',
        ...(isGroup && { isInAtList: true, conversationTitle: '政策讨论', atUsers: [{ dingtalkId: '$:LWCP_v1:$robot' }] }),
        chatbotCorpId: 'ding9f50b15bccd16741',
        chatbotUserId: '$:LWCP_v1:$robot',
        senderId: `$:LWCP_v1:$${staffId}`,
        senderNick: '王某',
        senderCorpId: 'ding9f50b15bccd16741',
        senderStaffId: staffId,
        isAdmin: false,
        robotCode,
        createAt: now(),
        sessionWebhook: `${url}/robot/sendBySession?session=${session}`,
        sessionWebhookExpiredTime: now() + sessionMs,
        msgtype: 'text',
        text: { content: isGroup ? ` ${text}` : text },
        ...said.body,
      }
    },
    say(said) {
      const body = fake.bodyOf(said)
      const messageId = `frame-${(serial += 1)}`
      const headers = { appId: 'app', connectionId: 'c', contentType: 'application/json', messageId, time: String(now()), topic: TOPIC }
      const frame = JSON.stringify({ specVersion: '1.0', type: 'CALLBACK', headers, data: JSON.stringify(body) })
      waiting.set(messageId, frame)
      for (const socket of sockets) socket.send(frame)
      return messageId
    },
    callOf(said) {
      const timestamp = String(now())
      const sign = createHmac('sha256', clientSecret).update(`${timestamp}\n${clientSecret}`).digest('base64')
      const headers = new Headers({ 'content-type': 'application/json; charset=utf-8', timestamp, sign })
      return { headers, body: Buffer.from(JSON.stringify(fake.bodyOf(said))) }
    },
    push(text) {
      for (const socket of sockets) socket.send(text)
    },
    ping() {
      const headers = { topic: 'ping', messageId: `ping-${(serial += 1)}`, contentType: 'application/json' }
      fake.push(JSON.stringify({ specVersion: '1.0', type: 'SYSTEM', headers, data: '{"opaque":"0x1f"}' }))
    },
    drop(how = 'terminate') {
      const headers = { topic: 'disconnect', messageId: `bye-${(serial += 1)}` }
      if (how === 'disconnect') fake.push(JSON.stringify({ specVersion: '1.0', type: 'SYSTEM', headers, data: '{"reason":"persistent connection is timeout"}' }))
      for (const socket of sockets) {
        if (how === 'terminate') socket.terminate()
        if (how === 'half-open') halfOpen.add(socket)
      }
    },
    next(path, ...behaviours) {
      scripted.push(...behaviours.map((behaviour) => ({ path, behaviour })))
    },
    revokeTokens: () => tokens.clear(),
    async close() {
      clearInterval(redelivering)
      for (const socket of sockets) socket.terminate()
      upgrades.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return fake
}

type Body = Readonly<Record<string, unknown>>
type Message = Omit<Delivered, 'by' | 'to' | 'at' | 'pinged'>

/** Twenty messages a minute to one place, then none for ten minutes. */
function rateLimits({ perMinute = 20, blockedMs = 10 * 60_000, now = Date.now }: FakeOptions) {
  const times = new Map<string, number[]>()
  const blocked = new Map<string, number>()
  return {
    take(place: string): boolean {
      if ((blocked.get(place) ?? 0) > now()) return false
      const recent = (times.get(place) ?? []).filter((time) => now() - time < 60_000)
      times.set(place, [...recent, now()])
      if (recent.length < perMinute) return true
      blocked.set(place, now() + blockedMs)
      return false
    },
  }
}

function pingedBy({ at }: Body): readonly string[] {
  const { isAtAll, atUserIds = [], atMobiles = [] } = (at ?? {}) as Readonly<Record<string, readonly string[]>>
  return [...(isAtAll ? ['everybody'] : []), ...atUserIds, ...atMobiles]
}

function webhookMessageOf(body: Body): Message | undefined {
  const part = body[String(body['msgtype'])] as Body | undefined
  if (body['msgtype'] === 'text') return messageOf('text', { title: '', text: part?.['content'] })
  if (body['msgtype'] === 'markdown') return messageOf('markdown', part)
  if (body['msgtype'] !== 'actionCard' || !part) return undefined
  const btns = part['btns'] as readonly Body[] | undefined
  const buttons = btns?.map(({ title, actionURL }) => ({ title, url: actionURL })) ?? [
    { title: part['singleTitle'], url: part['singleURL'] },
  ]
  return messageOf('actionCard', part, buttons)
}

function apiMessageOf(msgKey: string, param: Body): Message | undefined {
  if (msgKey === 'sampleText') return messageOf('text', { title: '', text: param['content'] })
  if (msgKey === 'sampleMarkdown') return messageOf('markdown', param)
  if (msgKey === 'sampleActionCard') return messageOf('actionCard', param, [{ title: param['singleTitle'], url: param['singleURL'] }])
  const count = Number(/^sampleActionCard([2-5])$/.exec(msgKey)?.[1] ?? 0)
  if (count === 0) return undefined
  const buttons = Array.from({ length: count }, (_, at) => ({ title: param[`actionTitle${at + 1}`], url: param[`actionURL${at + 1}`] }))
  return messageOf('actionCard', param, buttons)
}

function messageOf(
  kind: Delivered['kind'],
  part: Body | undefined,
  buttons: readonly { readonly title: unknown; readonly url: unknown }[] = [],
): Message | undefined {
  const { title, text } = part ?? {}
  const isWhole = [title, text, ...buttons.flatMap((button) => [button.title, button.url])].every((one) => typeof one === 'string')
  if (!isWhole || text === '' || (kind !== 'text' && title === '')) return undefined
  return { kind, title: title as string, text: text as string, buttons: buttons as Delivered['buttons'] }
}

/** What a message must not have: limits of the platform and of its clients; one line each. */
export function troublesOf({ title, text, buttons }: Pick<Delivered, 'title' | 'text' | 'buttons'>): readonly string[] {
  const words = [title, text, ...buttons.flatMap((button) => [button.title, button.url])]
  const characters = words.join('').length
  const bytes = Buffer.byteLength(JSON.stringify(words))
  return [
    ...(characters > 2000 ? [`${characters} characters`] : []),
    ...(bytes > 20_000 ? [`${bytes} bytes`] : []),
    ...(words.every((one) => one.isWellFormed()) ? [] : ['half a character']),
    ...(buttons.length > 5 ? [`${buttons.length} buttons`] : []),
    ...buttons.flatMap(({ url }) => (/^https?:\/\//.test(url) ? [] : [`a button to ${url}`])),
  ]
}

/**
 * Addresses that a client could make links or pictures of under other words, read as greedily as any would: escapes
 * count for nothing, and tags are obeyed. Plain text has none.
 */
export function linksIn({ kind, text }: { readonly kind: string; readonly text: string }): readonly string[] {
  if (kind === 'text') return []
  const patterns = [/\[[^\]]*\]\s*\(\s*([^)]*)\)/g, /^\s*\[[^\]]+\]:\s*(\S+)/gm, /<\s*\/?\s*([a-z!?][^>]*)>?/gi]
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''))
}

function jsonOf(raw: Buffer): Body {
  try {
    return JSON.parse(raw.toString()) as Body
  } catch {
    return {}
  }
}

function send(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
