/** The cookie of a signed-in browser: no script reads it, no other site sends it, over https no other host sets it. */
import type { Context } from 'hono'

const NAME = 'tiaowen'
/** Of a sign-in that is under way with a single sign-on, for the time until the issuer sends the browser back. */
const OIDC_NAME = 'tiaowen-oidc'
const OIDC_SECONDS = 600

const named = (name: string, isHttps: boolean) => (isHttps ? `__Host-${name}` : name)

/** What the cookie holds; undefined where there is none, or more than one: then somebody else has set one too. */
export const sessionToken = (context: Context, isHttps: boolean): string | undefined => cookie(context, named(NAME, isHttps))

export const setSession = (context: Context, token: string, isHttps: boolean): void =>
  set(context, named(NAME, isHttps), token, isHttps, 'SameSite=Strict')

export const clearSession = (context: Context, isHttps: boolean): void =>
  set(context, named(NAME, isHttps), '', isHttps, 'SameSite=Strict; Max-Age=0')

/** The issuer's site leads back here: the browser sends this one along then. */
export const setOidc = (context: Context, value: string, isHttps: boolean): void =>
  set(context, named(OIDC_NAME, isHttps), value, isHttps, `SameSite=Lax; Max-Age=${OIDC_SECONDS}`)

export const clearOidc = (context: Context, isHttps: boolean): void =>
  set(context, named(OIDC_NAME, isHttps), '', isHttps, 'SameSite=Lax; Max-Age=0')

export const oidcCookie = (context: Context, isHttps: boolean): string | undefined => cookie(context, named(OIDC_NAME, isHttps))

function set(context: Context, name: string, value: string, isHttps: boolean, more: string): void {
  context.header('Set-Cookie', `${name}=${value}; Path=/; HttpOnly; ${isHttps ? 'Secure; ' : ''}${more}`, { append: true })
}

function cookie(context: Context, name: string): string | undefined {
  const values = (context.req.header('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  const [value] = values
  return values.length === 1 && value !== undefined && /^[\w.~-]{1,4096}$/.test(value) ? value : undefined
}
