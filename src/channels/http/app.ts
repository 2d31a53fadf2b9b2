/** The HTTP endpoint: guards, then routes. A request is parsed, handed to the Assistant, its answer rendered. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { methodNotAllowed } from 'hono/method-not-allowed'
import type { Context } from 'hono'
import type { Assistant } from '../../answering/assistant.ts'
import type { LibraryDesk } from '../../answering/library-desk.ts'
import { PolicyError } from '../../errors.ts'
import { IN_MEMORY, openSqliteState } from '../../state/sqlite-state.ts'
import type { State } from '../../state/state.ts'
import { addApiRoutes } from './api.ts'
import { addAssets } from './assets.ts'
import { addWebhooks, type Bots } from './bots.ts'
import { addCheckRoutes, CHECK_PATHS } from './check.ts'
import { addConversationRoutes } from './conversations.ts'
import { addReportRoute } from './csp-reports.ts'
import { guardsOf, instanceOf, securityHeaders, wantsPage } from './guards.ts'
import { addHealthRoutes } from './health.ts'
import { Keeper } from '../keeper.ts'
import { addMcpRoute, MCP_PATH } from './mcp.ts'
import { inOpenAiWords } from './openai-errors.ts'
import { addOpenAiRoutes, CHAT_PATH } from './openai.ts'
import { addLibraryRoutes, UPLOADS_PATH } from './library.ts'
import { errorPage } from './pages/error-page.ts'
import { addPages } from './pages/pages.ts'
import { addReadingRoute } from './reading.ts'
import { problemFor, problemOf, problemOfIssues, problemResponse, type Problem } from './problem.ts'
import { BODY_BYTES } from './schemas.ts'
import { addSuggestionsRoute } from './suggestions.ts'

const KEY_BYTES = 32

export interface HttpOptions {
  /** Asked of every route but /livez and what chat platforms post to. Absent: only this machine is served. */
  readonly apiKey?: string
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
  app.use(securityHeaders)
  app.use('/v1/*', inOpenAiWords)
  const webhooks = options.bots?.webhooks ?? []
  const ownLimit = new Set([MCP_PATH, CHAT_PATH, ...webhooks.map(({ path }) => path), ...CHECK_PATHS, ...(desk ? [UPLOADS_PATH] : [])])
  for (const guard of guardsOf(apiKey, webhooks.map(({ path }) => path))) app.use(guard)
  app.use(methodNotAllowed({ app, onMethodNotAllowed: wrongMethod }))
  const limited = bodyLimit({ maxSize: BODY_BYTES, onError: tooLarge })
  // files, drafts and events of chat platforms have limits of their own, see upload-body.ts, check.ts and bots.ts
  app.use((context, next) => (ownLimit.has(context.req.path) ? next() : limited(context, next)))
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
  const { version, bots } = options
  addHealthRoutes(app, assistant, { version, stopping, ...(bots && { bots }) })
  addWebhooks(app, webhooks)
  const onError = (error: unknown) => log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  const state = options.state ?? openSqliteState(IN_MEMORY, { log })
  const keeper = new Keeper(assistant, state, { ending, onError })
  addApiRoutes(app, assistant, { ending, onError, keeper, ...(desk && { desk }) })
  addCheckRoutes(app, assistant, { ending, onError })
  addConversationRoutes(app, assistant, state, keeper)
  addReadingRoute(app, assistant)
  addSuggestionsRoute(app, assistant)
  if (desk) addLibraryRoutes(app, desk)
  const uploaded = async () => (await desk?.uploaded()) ?? new Set<string>()
  const { publicUrl } = options
  addOpenAiRoutes(app, { assistant, ending, onError, ...(publicUrl !== undefined && { publicUrl }) })
  addMcpRoute(app, { assistant, uploaded, version, log, stopping, ending })
  addReportRoute(app, log)
  addAssets(app)
  addPages(app, assistant, version)
  return app
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
