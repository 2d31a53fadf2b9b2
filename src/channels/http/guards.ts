/** What every request passes before a route sees it, and the headers every answer carries. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import type { Owner } from '../../state/state.ts'
import { problemOf, problemResponse } from './problem.ts'

declare module 'hono' {
  interface ContextVariableMap {
    owner?: Owner
  }
}

/** Where no key is set there is one person. */
export const LOCAL: Owner = 'local'

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

/** What answers without a key. Whatever is not named here, or is no webhook that is on, is asked for one. */
const OPEN: readonly string[] = ['/livez']

/**
 * The guards of an app, for every path but those that chat platforms post to: what comes there is from anywhere, holds
 * no key of ours, and is signed by the platform. Paths are compared as the router sees them, letter for letter.
 */
export function guardsOf(apiKey: string | undefined, webhooks: readonly string[]): readonly MiddlewareHandler[] {
  const isWebhook = new Set(webhooks)
  const guards = [apiKey === undefined ? loopbackOnly : requireKey(apiKey), fromHereOnly]
  return guards.map((guard) => (context, next) => (isWebhook.has(context.req.path) ? next() : guard(context, next)))
}

/**
 * The key is asked of every path but those of OPEN, however it is carried: `Authorization: Bearer`, `X-API-Key`,
 * or the password of `Authorization: Basic`, by which a browser asks a person for it.
 */
export function requireKey(apiKey: string): MiddlewareHandler {
  const expected = digest(apiKey)
  return async (context, next) => {
    if (OPEN.includes(context.req.path)) return next()
    const given = presentedKey(context)
    if (given !== undefined && timingSafeEqual(digest(given), expected)) {
      context.set('owner', ownerOfKey(given))
      return next()
    }
    return problemResponse(
      problemOf(
        'unauthorized',
        '需要 API 密钥：请用 Authorization: Bearer 或 X-API-Key 请求头提供。',
        instanceOf(context),
      ),
      { 'WWW-Authenticate': wantsPage(context) ? 'Basic realm="Tiaowen", charset="UTF-8"' : 'Bearer realm="Tiaowen"' },
    )
  }
}

/** Whose conversations these are: of whoever holds the key. */
export const ownerOfKey = (apiKey: string): Owner => `k-${digest(apiKey).toString('hex').slice(0, 16)}`

/** Who asks, as a guard has set it. */
export function ownerOf(context: Context): Owner {
  const { owner } = context.var
  if (owner === undefined) throw new Error('No guard has let this request in')
  return owner
}

const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest()

function presentedKey(context: Context): string | undefined {
  const header = context.req.header('x-api-key')
  if (header !== undefined) return header
  const [scheme = '', credentials = ''] = (context.req.header('authorization') ?? '').split(' ', 2)
  if (scheme.toLowerCase() === 'bearer') return credentials
  if (scheme.toLowerCase() !== 'basic') return undefined
  const pair = Buffer.from(credentials, 'base64').toString('utf8')
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : undefined
}

/**
 * Without a key the server stands on this machine only, and so must the page that talks to it: a name that a
 * foreign site points here (DNS rebinding) and a foreign page's request are both refused.
 */
export const loopbackOnly: MiddlewareHandler = async (context, next) => {
  const host = context.req.header('host') ?? new URL(context.req.url).host
  const origin = context.req.header('origin')
  if (isLoopback(host) && (origin === undefined || origin === `http://${host}`)) {
    context.set('owner', LOCAL)
    return next()
  }
  const detail = '没有设置 API 密钥时，只能从本机用 127.0.0.1 或 localhost 打开。要从别处访问，请设置 TIAOWEN_API_KEY。'
  return problemResponse(problemOf('unauthorized', detail, instanceOf(context), 403))
}

/**
 * What changes or asks something must not come from a page of another site, key or no key: a browser sends along the
 * password of its prompt whoever asks. Browsers say where a request comes from, and no page can make them lie: by
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

/** A Host header that names this machine: localhost, 127.x.x.x or [::1], with any port. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i.test(host)
}

/** True for a person's browser opening an address. */
export const wantsPage = (context: Context) => (context.req.header('accept') ?? '').includes('text/html')

/** The path asked for, as it stood in the request line, clipped. */
export function instanceOf(context: Context): string {
  const { pathname } = new URL(context.req.url)
  return pathname.length > 500 ? `${pathname.slice(0, 500)}…` : pathname
}
