/** Single sign-on 单点登录 by OpenID Connect: code flow with PKCE, state and nonce, through openid-client. */
import * as oidc from 'openid-client'
import { z } from 'zod'
import { ROLES, type Role } from '../../access/access.ts'

export interface OidcConfig {
  /** Its /.well-known/openid-configuration is read; https, or http on this machine. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: string
  /** Separated by spaces; `openid` among them. */
  readonly scopes: string
  /** Name of the claim that says what somebody is, e.g. `groups`; absent: roles are given here, by the admin. */
  readonly roleClaim?: string
  /** What the claim may say for each role; the highest that fits counts. */
  readonly roles: Readonly<Partial<Record<Role, readonly string[]>>>
  /** Does whoever signs in for the first time become a person here? */
  readonly create: boolean
}

/** What the issuer says of whoever has signed in there. */
export interface Subject {
  readonly issuer: string
  readonly subject: string
  readonly login: string
  readonly name: string
  /** Absent where no claim names roles; `none`: it does, and none of them is one of ours. */
  readonly role?: Role | 'none'
}

/** What must be the same when the browser comes back; kept in its cookie meanwhile. */
const Kept = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string(), back: z.string() })
export type Kept = z.infer<typeof Kept>

const TIMEOUT_SECONDS = 10
/** The issuer's own description and keys are read again after this long. */
const FRESH_MS = 60 * 60_000

export class SingleSignOn {
  readonly #config: OidcConfig
  readonly #redirectUri: string
  #known: { readonly at: number; readonly server: Promise<oidc.Configuration> } | undefined

  /** @param publicUrl where people reach the pages, without a slash at its end */
  constructor(config: OidcConfig, publicUrl: string) {
    this.#config = config
    this.#redirectUri = `${publicUrl}/api/session/oidc/callback`
  }

  /** Where the browser goes, and what it keeps. Rejects where the issuer cannot be reached. */
  async begin(back: string): Promise<{ readonly address: string; readonly kept: string }> {
    const server = await this.#server()
    const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
    const address = oidc.buildAuthorizationUrl(server, {
      redirect_uri: this.#redirectUri,
      scope: this.#config.scopes,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const kept: Kept = { state, nonce, verifier, back }
    return { address: address.href, kept: Buffer.from(JSON.stringify(kept)).toString('base64url') }
  }

  /** Who has come back; rejects where anything about it is not as it was begun. */
  async finish(search: string, { state, nonce, verifier }: Kept): Promise<Subject> {
    const server = await this.#server()
    const tokens = await oidc.authorizationCodeGrant(server, new URL(`${this.#redirectUri}${search}`), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (!claims) throw new Error('The issuer has sent no ID token')
    return subjectOf(claims, this.#config)
  }

  #server(): Promise<oidc.Configuration> {
    const now = performance.now()
    if (this.#known && now - this.#known.at < FRESH_MS) return this.#known.server
    const { issuer, clientId, clientSecret } = this.#config
    const url = new URL(issuer)
    const execute = url.protocol === 'http:' ? [oidc.allowInsecureRequests] : []
    const authentication = clientSecret === undefined ? oidc.None() : undefined
    const server = oidc.discovery(url, clientId, clientSecret, authentication, { execute, timeout: TIMEOUT_SECONDS })
    this.#known = { at: now, server }
    server.catch(() => (this.#known = undefined))
    return server
  }
}

/** What a cookie holds; undefined where it is none of ours. */
export function keptIn(cookie: string | undefined): Kept | undefined {
  try {
    return Kept.safeParse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}

const SHOWN = 80

function subjectOf(claims: Readonly<Record<string, unknown>>, { roleClaim, roles }: OidcConfig): Subject {
  const [issuer, subject] = [String(claims['iss']), String(claims['sub'])]
  const text = (...names: readonly string[]) =>
    names.map((name) => claims[name]).find((value): value is string => typeof value === 'string' && value.trim() !== '')
  const login = (text('preferred_username', 'email') ?? subject).replace(/\s+/g, '').slice(0, SHOWN)
  const name = (text('name', 'preferred_username', 'email') ?? login).replace(/[\p{Cc}\s]+/gu, ' ').trim().slice(0, SHOWN)
  const role = roleClaim === undefined ? undefined : roleIn(claims[roleClaim], roles)
  return { issuer, subject, login, name, ...(role !== undefined && { role }) }
}

/** The highest role that one of the claim's values stands for. */
export function roleIn(claim: unknown, roles: OidcConfig['roles']): Role | 'none' {
  const said = (Array.isArray(claim) ? claim : [claim]).filter((value): value is string => typeof value === 'string')
  return ROLES.toReversed().find((role) => roles[role]?.some((value) => said.includes(value))) ?? 'none'
}

/** A path of this site, and nothing else. @example pathOfThisSite('//evil.example.com') // '/' */
export function pathOfThisSite(path: string | undefined): string {
  if (path === undefined || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path)) return '/'
  const url = URL.canParse(path, HERE) ? new URL(path, HERE) : undefined
  const isOurs = url?.origin === HERE && !url.pathname.startsWith('/api/') && !url.pathname.startsWith('//')
  return isOurs ? `${url.pathname}${url.search}` : '/'
}

const HERE = 'http://here.invalid'
