/** Signing in and out on the page: by key, by password, by single sign-on; and who one is. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Identity } from '../../access/access.ts'
import { PolicyError } from '../../errors.ts'
import { addressOf, instanceOf, tooOften, type Door } from './guards.ts'
import { byKey, identityOfPerson, isUnlocked } from './identify.ts'
import { keptIn, pathOfThisSite, type OidcConfig, type SingleSignOn } from './oidc.ts'
import { personOf } from './oidc-person.ts'
import { problemOf, problemResponse } from './problem.ts'
import { BODY_PROBLEMS, json, problem } from './promises.ts'
import { requestIdOf } from './audit.ts'
import { ReturnQuery, SessionSchema, SignInBody, type SessionBody, type SignIn } from './session-schemas.ts'
import { clearOidc, clearSession, oidcCookie, sessionToken, setOidc, setSession } from './session-cookie.ts'

export interface SessionOptions {
  readonly door: Door
  /** Absent: there is no single sign-on. */
  readonly singleSignOn?: { readonly config: OidcConfig; readonly signOn: SingleSignOn }
  readonly log: (message: string) => void
}

const tags = ['session']

const who = createRoute({
  method: 'get',
  path: '/api/session',
  tags,
  summary: 'Who asks, what they may do, and how one may sign in',
  responses: { 200: json('Who', SessionSchema) },
})

const signIn = createRoute({
  method: 'post',
  path: '/api/session',
  tags,
  summary: 'Sign a browser in with a key, or with name and password; the answer sets a cookie',
  request: { body: { required: true, content: { 'application/json': { schema: SignInBody } } } },
  responses: {
    200: json('Signed in', SessionSchema),
    400: problem('The request is not understood; `code` says why'),
    401: problem('Unknown, wrong, revoked or switched off: it is not said which'),
    429: problem('Ten attempts a minute from an address'),
    ...BODY_PROBLEMS,
  },
})

const signOut = createRoute({
  method: 'delete',
  path: '/api/session',
  tags,
  summary: 'Sign out; also where one is not signed in',
  responses: { 204: { description: 'Signed out' } },
})

const oidcBegin = createRoute({
  method: 'get',
  path: '/api/session/oidc',
  tags,
  summary: 'Go to the single sign-on, and come back signed in',
  request: { query: ReturnQuery },
  responses: { 303: { description: 'To the issuer; to the page, which says why not, where it cannot be reached' }, 404: problem('There is no single sign-on') },
})

const oidcEnd = createRoute({
  method: 'get',
  path: '/api/session/oidc/callback',
  tags,
  summary: 'Where the single sign-on sends the browser back',
  responses: { 303: { description: 'To the page, signed in or told why not' }, 404: problem('There is no single sign-on') },
})

export function addSessionRoutes(app: OpenAPIHono, options: SessionOptions): void {
  const { door, singleSignOn, log } = options
  const bodyOf = (context: Context) => sessionBody(context, door, singleSignOn !== undefined)

  app.openapi(who, async (context) => context.json(await bodyOf(context), 200))

  app.openapi(signIn, async (context) => {
    const allowance = { perMinute: door.limits.signIn }
    const bucket = `sign-in:${addressOf(context)}`
    const taken = await door.rates.take(bucket, allowance)
    if (!taken.isAllowed) {
      door.audit.passedOver()
      return tooOften(context, 'sign-in', taken, allowance) as never
    }
    const holder = await holderOf(context.req.valid('json'), door)
    if (!holder) {
      await door.audit.refused(context, 'nobody', 'sign-in')
      return problemResponse(problemOf('sign-in-failed', '密钥、用户名或密码不正确，或已停用。', instanceOf(context))) as never
    }
    await door.rates.giveBack(bucket, allowance)
    await open(context, holder, door)
    context.set('identity', holder.identity)
    const body = await bodyOf(context)
    return context.json({ ...body, who: { ...toldOf(holder.identity), by: 'session' as const } }, 200)
  })

  app.openapi(signOut, async (context) => {
    const { identity, shown } = context.var
    if (identity && shown?.way === 'session') {
      await door.audit.write(context, identity.id, { action: 'sign-out', outcome: 'done' })
      await closeSession(context, door)
    }
    clearSession(context, door.isHttps(context))
    return context.body(null, 204)
  })

  app.openapi(oidcBegin, async (context) => {
    if (!singleSignOn) throw noSingleSignOn()
    const back = pathOfThisSite(context.req.valid('query').return)
    try {
      const { address, kept } = await singleSignOn.signOn.begin(back)
      setOidc(context, kept, door.isHttps(context))
      return context.redirect(address, 303)
    } catch (error) {
      log(`单点登录不可用 the single sign-on cannot be reached: ${toldError(error)}`)
      return context.redirect(withReason(back, 'unreachable'), 303)
    }
  })

  app.openapi(oidcEnd, async (context) => {
    if (!singleSignOn) throw noSingleSignOn()
    const isHttps = door.isHttps(context)
    const kept = keptIn(oidcCookie(context, isHttps))
    clearOidc(context, isHttps)
    const back = pathOfThisSite(kept?.back)
    const refused = async (reason: 'failed' | 'unknown') => {
      await door.audit.refused(context, 'nobody', 'sign-in', 'oidc')
      return context.redirect(withReason(back, reason), 303)
    }
    const { access } = door
    if (!kept || !access) return refused('failed')
    let subject
    try {
      subject = await singleSignOn.signOn.finish(new URL(context.req.url).search, kept)
    } catch (error) {
      log(`单点登录没有完成 the single sign-on was not completed: ${toldError(error)}`)
      return refused('failed')
    }
    const requestId = requestIdOf()
    const { address } = context.var
    const by = { by: 'oidc', ...(requestId !== undefined && { requestId }), ...(address !== undefined && { address }) }
    const person = await personOf(subject, singleSignOn.config, access, by).catch((error: unknown) => {
      if (!(error instanceof PolicyError) || error.code !== 'bad-request') throw error
      log(`单点登录的人不能登录 whoever has signed in cannot be let in: ${error.message}`) // e.g. no admin were left
      return undefined
    })
    if (!person) return refused('unknown')
    await open(context, { identity: identityOfPerson(person), session: { person: person.id } }, door)
    return context.redirect(back, 303)
  })
}

interface Holder {
  readonly identity: Identity
  /** Absent: the operator, whose sessions are kept apart. */
  readonly session?: { readonly person: string } | { readonly key: string }
}

async function holderOf(given: SignIn, door: Door): Promise<Holder | undefined> {
  const { access } = door
  if ('key' in given) {
    const found = await byKey(given.key, door)
    if (!found) return undefined
    const { identity } = found
    return identity.kind === 'operator' ? { identity } : { identity, session: { key: identity.id.replace(/^key:/, '') } }
  }
  if (!access) return undefined
  const person = await access.personByPassword(given.login, given.password)
  return person && { identity: identityOfPerson(person), session: { person: person.id } }
}

const AGENT_CHARACTERS = 200

/** A new session in place of the one there was; none where it cannot be written into the audit log. */
async function open(context: Context, { identity, session }: Holder, door: Door): Promise<void> {
  const { access, operatorSessions, apiKey = '' } = door
  await door.audit.write(context, identity.id, { action: 'sign-in', outcome: 'done' })
  await closeSession(context, door)
  const agent = context.req.header('user-agent')?.slice(0, AGENT_CHARACTERS)
  const { address } = context.var
  const about = { ...(agent !== undefined && { agent }), ...(address !== undefined && { address }) }
  const token = session ? (await access!.openSession(session, about)).token : await operatorSessions.open(apiKey)
  setSession(context, token, door.isHttps(context))
}

async function closeSession(context: Context, { access, operatorSessions, apiKey, isHttps }: Door): Promise<void> {
  const token = sessionToken(context, isHttps(context))
  if (token === undefined || (apiKey !== undefined && (await operatorSessions.close(token, apiKey)))) return
  const found = await access?.sessionByToken(token)
  if (found) await access?.closeSession(found.session.id)
}

async function sessionBody(context: Context, door: Door, hasOidc: boolean): Promise<SessionBody> {
  const { identity, shown } = context.var
  const isOpen = await isUnlocked(door)
  const people = identity ? [] : ((await door.access?.people()) ?? [])
  return {
    ...(identity && { who: { ...toldOf(identity), by: shown?.way ?? ('session' as const) } }),
    ways: { key: !isOpen, password: identity?.kind === 'person' || people.some(({ hasPassword, disabledAt }) => hasPassword && disabledAt === undefined), oidc: hasOidc },
  }
}

const toldOf = ({ id, kind, name, scopes }: Identity) => ({ id, kind, name, scopes: [...scopes] })

/** What the page says of it stands in its words. */
const withReason = (back: string, reason: string): string => `${back}${back.includes('?') ? '&' : '?'}sign-in=${reason}`

const noSingleSignOn = () => new PolicyError('no-such-route', '没有设置单点登录。请用密钥或密码登录。')

const toldError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? `（${error.cause.message}）` : ''
  return `${error.message}${cause}`.replace(/\s+/g, ' ').slice(0, 300)
}
