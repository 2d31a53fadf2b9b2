/** The HTTP endpoint: guards, then routes. A request is parsed, handed to the Assistant, its answer rendered. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { matchedRoutes } from 'hono/route'
import type { Context, MiddlewareHandler } from 'hono'
import { availableParallelism } from 'node:os'
import type { AccessStore } from '../../access/access-store.ts'
import { canAnswer, type Assistant } from '../../answering/assistant.ts'
import type { LibraryDesk } from '../../answering/library-desk.ts'
import { PolicyError } from '../../errors.ts'
import type { Machine } from '../../telemetry/parts.ts'
import type { OperatorSessions } from '../../access/operator-sessions.ts'
import type { Relay } from '../../state/relay.ts'
import { IN_MEMORY, openSqliteState } from '../../state/sqlite-state.ts'
import type { State } from '../../state/state.ts'
import type { Fallback } from '../../types.ts'
import type { AdminParts } from '../admin-parts.ts'
import { askedBy } from '../usage-counter.ts'
import { addAdminAccessRoutes } from './admin-access.ts'
import { addAdminReportRoutes } from './admin-reports.ts'
import { addApiRoutes } from './api.ts'
import { DoorAudit } from './audit.ts'
import { addAssets, builtPage } from './assets.ts'
import { addWebhooks, type Bots } from './bots.ts'
import { addCheckRoutes } from './check.ts'
import { addConversationRoutes } from './conversations.ts'
import { addReportRoute } from './csp-reports.ts'
import { isHttps, proxiesOf } from './client-address.ts'
import { bucketOf, guardsOf, instanceOf, securityHeaders, wantsPage, type Door } from './guards.ts'
import { addHealthRoutes } from './health.ts'
import { isUnlocked } from './identify.ts'
import { Keeper } from '../keeper.ts'
import { MemoryRates, SharedRates, RATES, type Rates, type RateStore } from './limits.ts'
import { addMcpRoute, MCP_PATH, type McpRouteOptions } from './mcp.ts'
import { inOpenAiWords } from './openai-errors.ts'
import { addMetricsRoute, type MetricsText } from './metrics.ts'
import { SingleSignOn, type OidcConfig } from './oidc.ts'
import { addOpenAiRoutes } from './openai.ts'
import { MemoryOperatorSessions } from './operator-sessions.ts'
import { addLibraryRoutes } from './library.ts'
import { errorPage } from './pages/error-page.ts'
import { addPages } from './pages/pages.ts'
import { addReadingRoute } from './reading.ts'
import { SeenBy, type ViewOf } from '../seen-by.ts'
import { Sight } from './sight.ts'
import { problemFor, problemOf, problemOfIssues, problemResponse, type Problem } from './problem.ts'
import { observedRequests, type RequestObserver } from './requests.ts'
import { BODY_BYTES, nameOf, ROUTES, unmatched, webhookRow, type RouteRow } from './route-table.ts'
import { addSessionRoutes } from './session.ts'
import { addSuggestionsRoute } from './suggestions.ts'
import { Turns } from './turns.ts'

const KEY_BYTES = 32

export interface HttpOptions {
  /** The operator's key: opens everything. Without it, and without a key or person in `access`, only this machine is served. */
  readonly apiKey?: string
  /** Keys, people, sessions and the audit log; absent: there are none. */
  readonly access?: AccessStore
  /** Other machines reach the server: nobody is let in without a key. */
  readonly isPublic?: boolean
  /** Addresses and networks of the operator's own proxies, whose word on X-Forwarded-For and -Proto counts. */
  readonly trustedProxies?: readonly string[]
  /** Requests a minute, where they are not the usual ones. */
  readonly rates?: Partial<Rates>
  /** Absent: in memory. */
  readonly rateStore?: RateStore
  /** Where copies of the program share them; absent: in memory. */
  readonly operatorSessions?: OperatorSessions
  /** To the other copies of the program; absent: there are none. */
  readonly relay?: Relay
  /** 32 bytes that all copies of the program have, by what they are for; absent: there is but one. */
  readonly secret?: (name: string) => Promise<Uint8Array>
  /** Questions answered at the same time; absent: by the cores there are. */
  readonly asksAtOnce?: number
  /** Single sign-on; needs `publicUrl` and `access`. */
  readonly oidc?: OidcConfig
  readonly version: string
  /** Where people reach the pages; absent: answers to clients of OpenAI's API carry no links. */
  readonly publicUrl?: string
  /** Aborted when the server begins to stop: /readyz says no. */
  readonly stopping?: AbortSignal
  /** Aborted when the time for that is over: streams end with an error event. */
  readonly ending?: AbortSignal
  /** Told of what should not happen; answers never carry it. */
  readonly log?: (message: string) => void
  /** Where conversations are kept; absent: in memory, for as long as the app lives. */
  readonly state?: State
  /** Where documents are put in and taken out; absent: there are no such routes. */
  readonly desk?: LibraryDesk
  /** Chat platforms; absent: there are none. */
  readonly bots?: Bots
  /** What the administration page shows besides keys and people; absent, or without `access`: there is no /api/admin. */
  readonly admin?: AdminParts
  /** Told of every request: counts, traces, the access log. */
  readonly requests?: RequestObserver
  /** The disk and the database, for /readyz. */
  readonly machine?: () => Promise<Machine>
  /** Absent: there is no /metrics here. */
  readonly metrics?: MetricsText
  /** Who may see which documents; absent: who may see all sees all, and nobody else anything. */
  readonly viewOf?: ViewOf
  /** What is wrong on this machine and does not stop answers: a full disk, conversations that cannot be kept. */
  readonly troubles?: () => Promise<readonly Fallback[]>
}

/** Throws PolicyError 'config-invalid' for a key too short to be one. */
export function createApp(assistant: Assistant, options: HttpOptions): OpenAPIHono {
  const { apiKey, log = () => {}, desk } = options
  if (apiKey !== undefined && Buffer.byteLength(apiKey) < KEY_BYTES) {
    throw new PolicyError(
      'config-invalid',
      `TIAOWEN_API_KEY 至少要有${KEY_BYTES}个随机字节，例如 openssl rand -hex 32 的输出。`,
    )
  }
  const never = new AbortController().signal
  const { stopping = never, ending = never } = options
  const app = new OpenAPIHono({
    defaultHook: (result, context) =>
      result.success ? undefined : problemResponse(problemOfIssues(result.error.issues, instanceOf(context))),
  })
  app.use(observedRequests(options.requests ?? {}))
  app.use(securityHeaders)
  app.use(inItsChannel)
  // whoever kept the line open for more is to look for another server
  app.use(async (context, next) => {
    await next()
    if (stopping.aborted) context.header('Connection', 'close')
  })
  app.use('/v1/*', inOpenAiWords)
  const webhooks = options.bots?.webhooks ?? []
  const rows = new Map([...ROUTES, ...webhooks.map(({ path, mostBytes }) => webhookRow(path, mostBytes))].map((row) => [nameOf(row), row]))
  const door = doorOf(options, rows)
  for (const guard of guardsOf(door)) app.use(guard)
  app.use(methodNotAllowed({ app, onMethodNotAllowed: wrongMethod }))
  app.use(withinBody(rows))
  app.notFound((context) =>
    answerProblem(context, problemOf('no-such-route', '没有这个地址。可用的地址见 /docs。', instanceOf(context))),
  )
  app.onError((error, context) => {
    const problem = problemOfError(error, instanceOf(context))
    // what is expected for a while (an index being built) is a line, what is not is told whole
    const told = problem.status === 500 ? (error.stack ?? error.message) : error.message
    if (problem.status >= 500) log(`${context.req.method} ${problem.instance}: ${told}`)
    return answerProblem(context, problem)
  })
  const { version, bots, machine, metrics, troubles } = options
  const seenBy = new SeenBy(assistant, desk, options.viewOf)
  const sight = new Sight(seenBy)
  const looked = { ...(bots && { bots }), ...(machine && { machine }), ...(troubles && { troubles }) }
  addHealthRoutes(app, sight, { version, stopping, canAnswer: () => canAnswer(assistant.status()), ...looked })
  if (metrics) addMetricsRoute(app, metrics)
  addWebhooks(app, webhooks)
  const onError = (error: unknown) => log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  const state = options.state ?? openSqliteState(IN_MEMORY, { log })
  const keeper = new Keeper(state, { ending, onError, onUnkept: () => {}, ...(options.relay && { relay: options.relay }) }) // the state's own log says why
  addApiRoutes(app, sight, { ending, onError, keeper })
  addCheckRoutes(app, sight, { ending, onError })
  addConversationRoutes(app, sight, state, keeper)
  addReadingRoute(app, sight)
  addSuggestionsRoute(app, assistant, sight)
  if (desk) addLibraryRoutes(app, sight)
  const { access, admin } = options
  if (access && admin) {
    addAdminAccessRoutes(app, access, admin)
    addAdminReportRoutes(app, { ...admin, assistant, access, state, version, isOpen: () => isUnlocked(door), ...(bots && { bots }) })
  }
  addSessionRoutes(app, { door, log, ...singleSignOnOf(options) })
  const { publicUrl } = options
  addOpenAiRoutes(app, { sight, ending, onError, ...(publicUrl !== undefined && { publicUrl }) })
  addMcpRoute(app, { seenBy, version, log, stopping, ending, turnFor: turnsOf(door), ...(options.secret && { secret: options.secret }) })
  addReportRoute(app, log)
  addAssets(app)
  addPages(app, sight, version)
  const faults = unmatched(app.routes, [...rows.values()])
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return app
}

/** Answers of a language model wait for it, others for a core. */
const ASKS_A_CORE = 8
const MOST_WAITING = 256

function doorOf(options: HttpOptions, rows: ReadonlyMap<string, RouteRow>): Door {
  const { apiKey, access, publicUrl, log = () => {} } = options
  const isProxy = proxiesOf(options.trustedProxies ?? [])
  const atOnce = options.asksAtOnce ?? ASKS_A_CORE * availableParallelism()
  return {
    ...(apiKey !== undefined && { apiKey }),
    ...(access && { access }),
    operatorSessions: options.operatorSessions ?? new MemoryOperatorSessions(),
    isProxy,
    isPublic: options.isPublic ?? false,
    isHttps: (context) => publicUrl?.startsWith('https:') === true || isHttps(context, isProxy),
    rows,
    rates: options.rateStore ? new SharedRates(options.rateStore, new MemoryRates()) : new MemoryRates(),
    limits: { ...RATES, ...options.rates },
    audit: new DoorAudit(access, log),
    asking: new Turns({ atOnce, waiting: MOST_WAITING, full: { code: 'overloaded', message: '提问的人太多，请稍候几秒再试。' } }),
    page: builtPage,
  }
}

function singleSignOnOf({ oidc, publicUrl, access }: HttpOptions) {
  if (!oidc || publicUrl === undefined || !access) return {}
  return { singleSignOn: { config: oidc, signOn: new SingleSignOn(oidc, publicUrl) } }
}

/** Questions that come by MCP count and wait as those of /api/ask do. */
function turnsOf({ rates, limits, asking }: Door): McpRouteOptions['turnFor'] {
  return async (context, identity) => {
    const allowance = { perMinute: limits.ask }
    const taken = identity.kind === 'local' ? undefined : await rates.take(bucketOf('ask', identity, context), allowance)
    if (taken?.isAllowed === false) throw new PolicyError('rate-limited', `请求太频繁，请${taken.retrySeconds}秒后再试。`)
    return asking.enter(new AbortController().signal)
  }
}

/** Bodies are counted while they are read, whatever was said of their size. */
function withinBody(rows: ReadonlyMap<string, RouteRow>): MiddlewareHandler {
  const usual = bodyLimit({ maxSize: BODY_BYTES, onError: tooLarge })
  return (context, next) => {
    const readsBody = matchedRoutes(context).some((route) => rows.get(nameOf(route))?.readsBody)
    return readsBody ? next() : usual(context, next)
  }
}

/** By what way a question came, for the counts of usage; our own pages say where they come from, as no other site's can. */
const inItsChannel: MiddlewareHandler = (context, next) => {
  const { path } = context.req
  if (path === MCP_PATH) return askedBy('mcp', next)
  if (path.startsWith('/v1/')) return askedBy('openai', next)
  return askedBy(context.req.header('sec-fetch-site') === 'same-origin' ? 'page' : 'api', next)
}

/** A person's browser gets a page, everything else problem+json. */
function answerProblem(context: Context, problem: Problem): Response | Promise<Response> {
  const isPage = wantsPage(context) && !/^\/(?:api|v1)\//.test(context.req.path)
  return isPage ? context.html(errorPage(problem), problem.status as 400) : problemResponse(problem)
}

function problemOfError(error: Error, instance: string): Problem {
  if (!(error instanceof HTTPException)) return problemFor(error, instance)
  if (error.status === 415)
    return problemOf('bad-request', '请求体须是 JSON：Content-Type: application/json。', instance, 415)
  if (error.status < 500) return problemOf('bad-request', '请求体不是合法的 JSON。', instance, error.status)
  return problemOf('internal', undefined, instance)
}

function wrongMethod(context: Context, methods: string[]): Response {
  const allow = methods.join(', ')
  return problemResponse(problemOf('no-such-route', `这个地址只接受 ${allow}。`, instanceOf(context), 405), {
    Allow: allow,
  })
}

function tooLarge(context: Context): Response {
  return problemResponse(problemOf('body-too-large', `请求体最多${BODY_BYTES / 1024} KiB。`, instanceOf(context)))
}
