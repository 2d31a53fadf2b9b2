/**
 * Who asks. Every way in — bearer, X-API-Key, the password of Basic, the cookie of a session, this machine — passes
 * through here, and nothing is remembered from one request to the next.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { LOCAL, SCOPES_OF, type Identity } from '../../access/access.ts'
import type { AccessStore, KeyRecord, PersonRecord, SessionHolder } from '../../access/access-store.ts'
import type { Owner } from '../../state/state.ts'
import type { Payer } from '../../types.ts'
import { isLoopbackAddress, peerOf, type IsProxy } from './client-address.ts'
import type { OperatorSessions } from '../../access/operator-sessions.ts'
import { sessionToken } from './session-cookie.ts'

/** What is known of keys, people and sessions. */
export interface Doors {
  /** The operator's key, of the environment. */
  readonly apiKey?: string
  /** Absent: nobody but the operator, or whoever sits at this machine. */
  readonly access?: AccessStore
  readonly operatorSessions: OperatorSessions
  readonly isProxy: IsProxy
  /** The server listens where other machines reach it: nobody is this machine's own person. */
  readonly isPublic: boolean
  /** People open the pages over https. */
  readonly isHttps: (context: Context) => boolean
}

/** `header`: of Authorization or X-API-Key. */
export type Way = 'local' | 'header' | 'session'

export type Shown =
  | {
      readonly outcome: 'known'
      readonly identity: Identity
      readonly way: Way
      /** For whom a language model's tokens count; absent: for the whole server. */
      readonly payer?: Payer
      /** Is it still so? Asked while an answer streams. */
      readonly isStill: () => Promise<boolean>
    }
  /** Nothing was shown. */
  | { readonly outcome: 'nobody' }
  /** Something was, and it lets nobody in: unknown, revoked, past its day, over. */
  | { readonly outcome: 'wrong'; readonly way: Way }
  /** Without keys, and not from this machine: `proxied` through something that stands before it. */
  | { readonly outcome: 'elsewhere'; readonly why: 'host' | 'proxied' }

export async function identify(context: Context, doors: Doors): Promise<Shown> {
  const key = presentedKey(context)
  if (key !== undefined) {
    const found = await byKey(key, doors)
    if (found) return found
  }
  if (await isUnlocked(doors)) return local(context, doors)
  if (key !== undefined) return { outcome: 'wrong', way: 'header' }
  const token = sessionToken(context, doors.isHttps(context))
  if (token === undefined) return { outcome: 'nobody' }
  return (await bySession(token, doors)) ?? { outcome: 'wrong', way: 'session' }
}

/** Has nobody been given a key, so that whoever sits at this machine is let in? */
export async function isUnlocked({ apiKey, access }: Pick<Doors, 'apiKey' | 'access'>): Promise<boolean> {
  return apiKey === undefined && !(access && (await access.hasAnyone()))
}

/** A key, by whatever way it came. Also how a browser signs in with one. */
export async function byKey(secret: string, { apiKey, access }: Pick<Doors, 'apiKey' | 'access'>): Promise<(Shown & { outcome: 'known' }) | undefined> {
  if (secret === '' || secret.length > MOST_KEY_CHARACTERS) return undefined
  if (apiKey !== undefined && timingSafeEqual(digest(secret), digest(apiKey))) {
    return { outcome: 'known', ...asOperator(apiKey), way: 'header', isStill: async () => true }
  }
  const key = await access?.keyBySecret(secret)
  if (!key) return undefined
  const isStill = async () => (await access?.keyById(key.id)) !== undefined
  return { outcome: 'known', ...asHolder({ key }), way: 'header', isStill }
}

/** Longer than TIAOWEN_API_KEY may be. */
const MOST_KEY_CHARACTERS = 4096

async function bySession(token: string, doors: Doors): Promise<Shown | undefined> {
  const { apiKey, access, operatorSessions } = doors
  if (apiKey !== undefined && (await operatorSessions.has(token, apiKey))) {
    return { outcome: 'known', ...asOperator(apiKey), way: 'session', isStill: () => operatorSessions.has(token, apiKey) }
  }
  const found = await access?.sessionByToken(token)
  if (!found) return undefined
  const isStill = async () => (await access?.sessionByToken(token)) !== undefined
  return { outcome: 'known', ...asHolder(found.holder), way: 'session', isStill }
}

/**
 * Without a key the server stands on this machine only, and so must whatever talks to it: a name that a foreign site
 * points here (DNS rebinding), a foreign page, and what comes through a proxy are all refused.
 */
function local(context: Context, { isPublic }: Doors): Shown {
  const host = context.req.header('host') ?? new URL(context.req.url).host
  const origin = context.req.header('origin')
  const peer = peerOf(context)
  if (FORWARDED.some((name) => context.req.header(name) !== undefined)) return { outcome: 'elsewhere', why: 'proxied' }
  const isHere = !isPublic && isLoopback(host) && (peer === undefined || isLoopbackAddress(peer))
  if (!isHere || (origin !== undefined && origin !== `http://${host}`)) return { outcome: 'elsewhere', why: 'host' }
  return { outcome: 'known', identity: LOCAL, way: 'local', isStill: async () => true }
}

/** What proxies add. */
const FORWARDED = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']

/** A Host header that names this machine: localhost, 127.x.x.x or [::1], with any port. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i.test(host)
}

/** Whose conversations these are: of whoever holds the key. */
export const ownerOfKey = (apiKey: string): Owner => `k-${digest(apiKey).toString('hex').slice(0, 16)}`

export const operator = (apiKey: string): Identity => ({
  id: 'operator',
  kind: 'operator',
  name: '管理员密钥',
  owner: ownerOfKey(apiKey),
  scopes: SCOPES_OF.admin,
  sight: 'all',
})

export const identityOfKey = ({ id, name, owner, scopes, sight }: KeyRecord): Identity => ({
  id: `key:${id}`,
  kind: 'key',
  name,
  owner,
  scopes,
  sight,
})

export const identityOfPerson = ({ id, name, role, sight }: PersonRecord): Identity => ({
  id: `person:${id}`,
  kind: 'person',
  name,
  owner: `p-${id}`,
  scopes: SCOPES_OF[role],
  sight,
})

type Asking = Pick<Shown & { readonly outcome: 'known' }, 'identity' | 'payer'>

function asOperator(apiKey: string): Asking {
  const identity = operator(apiKey)
  return { identity, payer: { id: identity.id } }
}

function asHolder(holder: SessionHolder): Asking {
  const identity = identityOfHolder(holder)
  const tokensADay = 'key' in holder ? holder.key.tokensADay : undefined
  return { identity, payer: { id: identity.id, ...(tokensADay !== undefined && { tokensADay }) } }
}

export const identityOfHolder = (holder: SessionHolder): Identity =>
  'person' in holder ? identityOfPerson(holder.person) : identityOfKey(holder.key)

const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest()

/** X-API-Key counts before Authorization: one that is wrong is not made good by the other. */
function presentedKey(context: Context): string | undefined {
  const header = context.req.header('x-api-key')
  if (header !== undefined) return header
  const authorization = context.req.header('authorization')
  if (authorization === undefined) return undefined
  const [scheme = '', credentials = ''] = authorization.split(' ', 2)
  if (scheme.toLowerCase() === 'bearer') return credentials
  if (scheme.toLowerCase() !== 'basic') return ''
  const pair = Buffer.from(credentials, 'base64').toString('utf8')
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : ''
}
