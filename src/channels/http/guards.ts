/** What every request passes before a route sees it, and the headers every answer carries. */
import type { Context, MiddlewareHandler, Next } from 'hono'
import { matchedRoutes } from 'hono/route'
import { may, SCOPES, type Identity, type Scope } from '../../access/access.ts'
import type { Owner } from '../../state/state.ts'
import type { Payer } from '../../types.ts'
import type { DoorAudit } from './audit.ts'
import { clientAddress, networkOf } from './client-address.ts'
import { identify, type Doors, type Shown } from './identify.ts'
import { rateHeaders, type Allowance, type Rates, type RateStore, type Taken } from './limits.ts'
import { problemOf, problemResponse } from './problem.ts'
import { nameOf, type Needs, type RouteRow } from './route-table.ts'
import type { Turns } from './turns.ts'
import { revokedWords, watchedStream } from './watched-stream.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** Who asks; absent where nobody has shown who they are, and the route is open. */
    identity?: Identity
    /** How they have shown it. */
    shown?: Shown & { readonly outcome: 'known' }
    /** Who asks, as a log may name it. */
    caller?: string
    /** From where, see client-address.ts. */
    address?: string
  }
}

/** The pages load nothing from elsewhere, frame nowhere and build no HTML in the browser. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'report-to csp',
].join('; ')

const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

const FEATURES = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'usb',
  'screen-wake-lock',
  'serial',
  'hid',
]

/** Where a browser tells what it refused to run or load. */
export const REPORTS = '/csp-reports'

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Permissions-Policy': FEATURES.map((feature) => `${feature}=()`).join(', '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-DNS-Prefetch-Control': 'off',
}

/** Sets every security header on every answer, errors and streams included. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next()
  const { headers } = context.res
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value)
  const isPage = headers.get('Content-Type')?.startsWith('text/html') === true
  headers.set('Content-Security-Policy', isPage ? PAGE_POLICY : DATA_POLICY)
  if (isPage) headers.set('Reporting-Endpoints', `csp="${REPORTS}"`)
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
}

/** Requests whose address is longer are refused. */
export const ADDRESS_CHARACTERS = 8 * 1024

/** What the guards know besides who asks. */
export interface Door extends Doors {
  /** By name, see route-table.ts. */
  readonly rows: ReadonlyMap<string, RouteRow>
  readonly rates: RateStore
  readonly limits: Rates
  readonly audit: DoorAudit
  /** Questions that are answered at the same time. */
  readonly asking: Turns
  /** The page of the browser, which asks people to sign in. */
  readonly page: (context: Context, status: 200 | 401) => Response | Promise<Response>
}

/**
 * The guards of an app, in order. What the router found for a request is looked up in the route table; what it found
 * nothing for is asked of whoever has shown who they are, and of nobody else.
 */
export function guardsOf(door: Door): readonly MiddlewareHandler[] {
  const signed = new Set([...door.rows.values()].filter(({ needs }) => needs === 'signed').map(({ path }) => path))
  const unlessSigned =
    (guard: (context: Context, rows: readonly RouteRow[], next: Next) => Promise<Response | void>): MiddlewareHandler =>
    (context, next) => {
      const rows = rowsOf(context, door)
      // with another method, too: that there is none is no secret
      return signed.has(context.req.path) ? next() : guard(context, rows, next)
    }
  return [
    short,
    async (context, next) => {
      const address = clientAddress(context, door.isProxy)
      if (address !== undefined) context.set('address', address)
      return next()
    },
    unlessSigned((context, rows, next) => letIn(context, rows, next, door)),
    unlessSigned((context, _, next) => Promise.resolve(fromHereOnly(context, next))),
    unlessSigned((context, rows, next) => within(context, rows, next, door)),
    unlessSigned((context, rows, next) => written(context, rows, next, door)),
    unlessSigned((context, rows, next) => lookedAfter(context, rows, next, door)),
  ]
}

/** Every row that the router's answer to this request may come from; none where there is no such route. */
function rowsOf(context: Context, { rows }: Door): readonly RouteRow[] {
  return matchedRoutes(context).flatMap((route) => rows.get(nameOf(route)) ?? [])
}

const short: MiddlewareHandler = async (context, next) => {
  const { pathname, search } = new URL(context.req.url)
  if (pathname.length + search.length <= ADDRESS_CHARACTERS) return next()
  return problemResponse(problemOf('bad-request', `地址最多${ADDRESS_CHARACTERS}个字符。`, instanceOf(context), 414))
}

async function letIn(context: Context, rows: readonly RouteRow[], next: Next, door: Door): Promise<Response | void> {
  const isOpen = rows.length > 0 && rows.every(({ needs }) => needs === 'open')
  const shown = await identify(context, door).catch((error: unknown) => {
    if (isOpen) return { outcome: 'nobody' } as const // the store of keys is away: what needs none still answers
    throw error
  })
  if (shown.outcome === 'elsewhere') return problemResponse(problemOf('unauthorized', ELSEWHERE[shown.why], instanceOf(context), 403))
  if (shown.outcome === 'known') {
    context.set('identity', shown.identity)
    context.set('shown', shown)
    context.set('caller', shown.identity.id)
    const lacking = rows.map(({ needs }) => needs).find((needs) => isScope(needs) && !may(shown.identity, needs))
    if (lacking === undefined) return next()
    await door.audit.refused(context, shown.identity.id, 'access.refused', nameOf(rows[0]!))
    return problemResponse(problemOf('forbidden', NEED[lacking as Scope], instanceOf(context)))
  }
  const tooMany = shown.outcome === 'wrong' && shown.way === 'header' ? await failed(context, door) : undefined
  if (isOpen) return next()
  if (tooMany) return tooMany
  if (wantsPage(context)) return door.page(context, rows.some(({ page }) => page) ? 200 : 401)
  return problemResponse(problemOf('unauthorized', NO_KEY, instanceOf(context)), { 'WWW-Authenticate': 'Bearer realm="Tiaowen"' })
}

const ELSEWHERE = {
  host: '没有设置 API 密钥时，只能从本机用 127.0.0.1 或 localhost 打开。要从别处访问，请设置 TIAOWEN_API_KEY，或用 tiaowen keys create 发放密钥。',
  proxied: '请求经过了代理。没有设置 API 密钥时，只接受本机直接的访问：请设置 TIAOWEN_API_KEY，或用 tiaowen keys create 发放密钥。',
}
const NO_KEY = '需要 API 密钥或登录：请用 Authorization: Bearer 或 X-API-Key 请求头提供密钥，或在页面登录。'
const NEED: Readonly<Record<Scope, string>> = {
  search: '这里需要“检索”（search）权限，请联系管理员。',
  ask: '这里需要“提问”（ask）权限，请联系管理员。',
  ingest: '这里需要“维护文件”（ingest）权限，请联系管理员。',
  admin: '这里需要管理员（admin）权限，请联系管理员。',
}
const isScope = (needs: Needs): needs is Scope => (SCOPES as readonly string[]).includes(needs)

/** A key was shown that lets nobody in: the answer where that happened too often, which a right key would not get. */
export async function failed(context: Context, { audit, rates, limits }: Pick<Door, 'audit' | 'rates' | 'limits'>): Promise<Response | undefined> {
  const allowance = { perMinute: limits.failure }
  const taken = await rates.take(`failure:${addressOf(context)}`, allowance)
  if (taken.isAllowed) {
    await audit.refused(context, 'nobody', 'access.wrong-key')
    return undefined
  }
  audit.passedOver()
  return tooOften(context, 'failure', taken, allowance)
}

export function tooOften(context: Context, kind: string, taken: Taken, allowance: Allowance): Response {
  const detail = `请求太频繁，请${taken.retrySeconds}秒后再试。`
  return problemResponse(problemOf('rate-limited', detail, instanceOf(context)), rateHeaders(kind, taken, allowance))
}

/** Of what limits by address; requests without a socket are of one. */
export const addressOf = (context: Context): string => networkOf(context.var.address ?? 'here')

/** Within what they may ask a minute. Whoever sits at this machine is not limited. */
async function within(context: Context, [row]: readonly RouteRow[], next: Next, { rates, limits }: Door): Promise<Response | void> {
  const { identity } = context.var
  if (!row || row.limit === 'none' || identity === undefined || identity.kind === 'local') return next()
  const allowance = { perMinute: limits[row.limit] }
  const taken = await rates.take(bucketOf(row.limit, identity, context), allowance)
  if (!taken.isAllowed) return tooOften(context, row.limit, taken, allowance)
  await next()
  for (const [name, value] of Object.entries(rateHeaders(row.limit, taken, allowance))) context.res.headers.set(name, value)
}

/** Many may share the operator's key: of them each address counts for itself. */
export const bucketOf = (kind: string, { id, kind: who }: Identity, context: Context): string =>
  who === 'operator' ? `${kind}:${id}:${addressOf(context)}` : `${kind}:${id}`

/**
 * Into the audit log first: what cannot be written there is not done. What then fails is written, too. What an admin
 * reads is written once a minute; changes of keys, people and collections are written by their store with the change.
 */
async function written(context: Context, rows: readonly RouteRow[], next: Next, { audit }: Door): Promise<Response | void> {
  const row = rows.find((one) => one.audit !== undefined || one.needs === 'admin')
  const { identity } = context.var
  if (!row || !identity) return next()
  const action = row.audit ?? (row.method === 'GET' ? 'admin.read' : 'admin.change')
  const object = objectOf(context, row)
  if (action === 'admin.read') await audit.read(context, identity.id, object)
  else if (row.audit !== undefined) await audit.write(context, identity.id, { action, outcome: 'done', object })
  await next()
  const { status } = context.res
  if (status < 400) return
  await audit.write(context, identity.id, { action, outcome: status < 500 ? 'refused' : 'failed', object, detail: { status } })
}

/** What stands for `:id` in the address, or the address. */
function objectOf(context: Context, { path }: RouteRow): string {
  const { pathname } = new URL(context.req.url)
  const at = path.split('/').indexOf(':id')
  return at === -1 ? pathname : (pathname.split('/')[at] ?? '')
}

/** Questions wait for their turn; a stream ends with the key it was asked with. */
async function lookedAfter(context: Context, rows: readonly RouteRow[], next: Next, { asking }: Door): Promise<Response | void> {
  const leave = rows.some(({ limit }) => limit === 'ask') ? await turnOf(context, asking) : () => {}
  if (leave === undefined) return new Response(null, { status: 499 })
  let isStream = false
  try {
    await next()
    isStream = context.res.headers.get('Content-Type')?.startsWith('text/event-stream') === true
  } finally {
    if (!isStream) leave() // a stream has its turn until it ends
  }
  if (!isStream) return
  const { shown } = context.var
  const { pathname } = new URL(context.req.url)
  const isStill = async () => shown === undefined || (await shown.isStill())
  const watched = watchedStream(context.res, { isStill, onEnd: leave, lastWords: revokedWords(pathname, instanceOf(context)) })
  context.res = undefined
  context.res = watched
}

/** Undefined where whoever asks has gone away meanwhile. */
async function turnOf(context: Context, asking: Turns): Promise<(() => void) | undefined> {
  const { signal } = context.req.raw
  try {
    return await asking.enter(signal)
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

/** Who asks, as a guard has established. */
export function identityOf(context: Context): Identity {
  const { identity } = context.var
  if (identity === undefined) throw new Error('No guard has let this request in')
  return identity
}

/** For whom the tokens of a language model count, as a part of what is asked. */
export function paidBy(context: Context): { readonly payer?: Payer } {
  const payer = context.var.shown?.payer
  return payer ? { payer } : {}
}

/** Whose conversations these are. */
export const ownerOf = (context: Context): Owner => identityOf(context).owner

/**
 * What changes or asks something must not come from a page of another site, key or no key: a browser sends along the
 * cookie of a session whoever asks. Browsers say where a request comes from, and no page can make them lie: by
 * `Sec-Fetch-Site`, and where they do not know that, by `Origin`. Programs say neither.
 */
export const fromHereOnly: MiddlewareHandler = async (context, next) => {
  if (['GET', 'HEAD', 'OPTIONS'].includes(context.req.method) || isFromHere(context)) return next()
  return problemResponse(problemOf('unauthorized', foreignPage, instanceOf(context), 403))
}

export const foreignPage = '请求来自别的网站的页面，已拒绝。请在条问自己的页面里操作。'

export function isFromHere(context: Context): boolean {
  const site = context.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const origin = context.req.header('origin')
  if (origin === undefined) return true
  const host = context.req.header('host') ?? new URL(context.req.url).host
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
}

/** True for a person's browser opening an address. */
export const wantsPage = (context: Context) => (context.req.header('accept') ?? '').includes('text/html')

/** The path asked for, as it stood in the request line, clipped. */
export function instanceOf(context: Context): string {
  const { pathname } = new URL(context.req.url)
  return pathname.length > 500 ? `${pathname.slice(0, 500)}…` : pathname
}
