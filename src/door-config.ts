/** The variables of the HTTP door: proxies, limits, single sign-on. Read by config.ts alone. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { FORMS } from './configuration/forms.ts'

export interface DoorConfig {
  /** Addresses and networks whose word on X-Forwarded-For and -Proto counts. */
  readonly trustedProxies: readonly string[]
  /** Requests a minute of a key or person, where they are not the usual ones. */
  readonly rates: Readonly<Partial<Record<'ask' | 'search' | 'upload' | 'check', number>>>
  /** Questions answered at the same time; absent: by the cores there are. */
  readonly asksAtOnce?: number
  readonly oidc?: OidcSettings
}

/** 单点登录. */
export interface OidcSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: string
  readonly scopes: string
  readonly roleClaim?: string
  readonly roles: Readonly<Partial<Record<(typeof ROLES)[number], readonly string[]>>>
  readonly create: boolean
}

const ROLES = ['reader', 'editor', 'admin'] as const

const number = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, { error: `is not a whole number from ${from} to ${to}`, abort: true })
    .transform(Number)
    .refine((value) => value >= from && value <= to, { error: `is not a whole number from ${from} to ${to}` })
const rate = number(1, 100_000).optional()
const words = z.string().regex(/^[\x21-\x7e]{1,4096}$/, { error: 'holds more than printable ASCII without spaces' })

export const DOOR_VARIABLES = {
  TIAOWEN_TRUSTED_PROXIES: z
    .string()
    .transform((list) => list.split(',').map((one) => one.trim()).filter((one) => one !== ''))
    .refine((list) => list.every(isNetwork), { error: 'is not a list of addresses or networks separated by commas' })
    .register(FORMS, { separator: ',' })
    .default([]),
  TIAOWEN_RATE_ASK: rate,
  TIAOWEN_RATE_SEARCH: rate,
  TIAOWEN_RATE_UPLOAD: rate,
  TIAOWEN_RATE_CHECK: rate,
  TIAOWEN_ASKS_AT_ONCE: number(1, 1_000).optional(),
  TIAOWEN_OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'is not an http or https address', abort: true })
    .refine((address) => !/[?#]/.test(address) && !/^[a-z]+:\/\/[^/]*@/i.test(address), { error: 'holds a user, a query or a fragment', abort: true })
    .refine((address) => address.startsWith('https:') || isHere(address), { error: 'is not https, and not on this machine' })
    .optional(),
  TIAOWEN_OIDC_CLIENT_ID: words.optional(),
  TIAOWEN_OIDC_CLIENT_SECRET: words.optional(),
  TIAOWEN_OIDC_SCOPES: z
    .string()
    .regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/, { error: 'is not a list of scopes separated by spaces', abort: true })
    .refine((list) => list.split(' ').includes('openid'), { error: 'lacks openid' })
    .default('openid profile email'),
  TIAOWEN_OIDC_ROLE_CLAIM: z.string().regex(/^[^\s\p{Cc}]{1,200}$/u, { error: 'is not the name of a claim' }).optional(),
  TIAOWEN_OIDC_ROLES: z.string().transform(rolesIn).register(FORMS, { separator: ',' }).optional(),
  TIAOWEN_OIDC_CREATE: z.enum(['on', 'off'], { error: 'is neither on nor off' }).default('on'),
} as const

const Variables = z.object(DOOR_VARIABLES)
type Given = z.infer<typeof Variables>

/** What to do about a variable that is refused. */
export const DOOR_NEXT_STEPS: Readonly<Record<keyof typeof DOOR_VARIABLES, string>> = {
  TIAOWEN_TRUSTED_PROXIES: 'Name the addresses of your own proxies, e.g. 10.0.0.1,10.1.0.0/16, or unset it',
  TIAOWEN_RATE_ASK: 'Name the questions a minute that one key or person may ask, or unset it',
  TIAOWEN_RATE_SEARCH: 'Name the requests a minute that one key or person may make, or unset it',
  TIAOWEN_RATE_UPLOAD: 'Name the changes of documents a minute that one key or person may make, or unset it',
  TIAOWEN_RATE_CHECK: 'Name the drafts a minute that one key or person may have checked, or unset it',
  TIAOWEN_ASKS_AT_ONCE: 'Name how many questions are answered at the same time, or unset it',
  TIAOWEN_OIDC_ISSUER: 'Copy the address of the issuer from your single sign-on, e.g. https://sso.example.cn/realms/office',
  TIAOWEN_OIDC_CLIENT_ID: 'Copy the client id from your single sign-on',
  TIAOWEN_OIDC_CLIENT_SECRET: 'Copy the client secret from your single sign-on, or unset it where the client is public',
  TIAOWEN_OIDC_SCOPES: 'Write the scopes separated by spaces, openid among them, or unset it',
  TIAOWEN_OIDC_ROLE_CLAIM: 'Name the claim that holds the roles, e.g. groups, or unset it',
  TIAOWEN_OIDC_ROLES: 'Write what the claim says for each role, e.g. admin=it-admins,editor=policy-office,reader=staff',
  TIAOWEN_OIDC_CREATE: 'Set it to off to let in only who is known already, or unset it',
}

/** Whose value is never shown. */
export const DOOR_SECRETS: readonly string[] = ['TIAOWEN_OIDC_CLIENT_SECRET']

export function doorConfigOf(given: Given): DoorConfig {
  const { TIAOWEN_RATE_ASK: ask, TIAOWEN_RATE_SEARCH: search, TIAOWEN_RATE_UPLOAD: upload, TIAOWEN_RATE_CHECK: check } = given
  const { TIAOWEN_ASKS_AT_ONCE: asksAtOnce } = given
  const oidc = oidcOf(given)
  return {
    trustedProxies: given.TIAOWEN_TRUSTED_PROXIES,
    rates: {
      ...(ask !== undefined && { ask }),
      ...(search !== undefined && { search }),
      ...(upload !== undefined && { upload }),
      ...(check !== undefined && { check }),
    },
    ...(asksAtOnce !== undefined && { asksAtOnce }),
    ...(oidc && { oidc }),
  }
}

function oidcOf(given: Given): OidcSettings | undefined {
  const { TIAOWEN_OIDC_ISSUER: issuer, TIAOWEN_OIDC_CLIENT_ID: clientId, TIAOWEN_OIDC_CLIENT_SECRET: clientSecret } = given
  const { TIAOWEN_OIDC_ROLE_CLAIM: roleClaim, TIAOWEN_OIDC_ROLES: roles } = given
  if (issuer === undefined || clientId === undefined) return undefined
  return {
    issuer,
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    scopes: given.TIAOWEN_OIDC_SCOPES,
    ...(roleClaim !== undefined && { roleClaim }),
    roles: roles ?? {},
    create: given.TIAOWEN_OIDC_CREATE === 'on',
  }
}

/** Single sign-on needs its three settings, and a claim with roles the roles. */
export function halfDoor(given: Given & { readonly TIAOWEN_PUBLIC_URL?: string | undefined }): string[] {
  const needed = ['TIAOWEN_OIDC_ISSUER', 'TIAOWEN_OIDC_CLIENT_ID', 'TIAOWEN_PUBLIC_URL'] as const
  const { TIAOWEN_OIDC_ISSUER: issuer, TIAOWEN_OIDC_CLIENT_ID: clientId, TIAOWEN_OIDC_CLIENT_SECRET: secret } = given
  const isWanted = issuer !== undefined || clientId !== undefined || secret !== undefined
  const missing = isWanted ? needed.filter((name) => given[name] === undefined) : []
  const [claim, roles] = [given.TIAOWEN_OIDC_ROLE_CLAIM, given.TIAOWEN_OIDC_ROLES]
  return [
    ...missing.map((name) => `${name} is not set, and single sign-on (TIAOWEN_OIDC_…) needs it. Set it, or unset TIAOWEN_OIDC_….`),
    ...(claim !== undefined && roles === undefined ? [`TIAOWEN_OIDC_ROLES is not set, and TIAOWEN_OIDC_ROLE_CLAIM is. ${DOOR_NEXT_STEPS.TIAOWEN_OIDC_ROLES}.`] : []),
    ...(claim === undefined && roles !== undefined ? [`TIAOWEN_OIDC_ROLE_CLAIM is not set, and TIAOWEN_OIDC_ROLES is. ${DOOR_NEXT_STEPS.TIAOWEN_OIDC_ROLE_CLAIM}.`] : []),
  ]
}

/** @example 'admin=it,editor=policy,editor=law' // { admin: ['it'], editor: ['policy', 'law'] } */
function rolesIn(text: string, context: z.core.$RefinementCtx<string>): OidcSettings['roles'] {
  const roles: Partial<Record<(typeof ROLES)[number], string[]>> = {}
  for (const pair of text.split(',')) {
    const [name = '', ...rest] = pair.split('=')
    const role = ROLES.find((one) => one === name.trim())
    const value = rest.join('=').trim()
    if (role === undefined || value === '') {
      context.addIssue({ code: 'custom', message: 'is not a list of role=value, with reader, editor or admin as role' })
      return z.NEVER
    }
    ;(roles[role] ??= []).push(value)
  }
  return roles
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

const isHere = (address: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(new URL(address).hostname)
