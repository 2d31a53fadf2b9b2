/** /api/admin: what is and what was — the audit log, generations, channels, usage, feedback, the log's end. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { AccessStore } from '../../access/access-store.ts'
import type { Assistant } from '../../answering/assistant.ts'
import { EVERYONE, type State } from '../../state/state.ts'
import { chinaDay } from '../../state/usage.ts'
import type { AdminParts } from '../admin-parts.ts'
import {
  AuditQuery,
  AuditSchema,
  ChannelsSchema,
  FeedbackReportSchema,
  GenerationsSchema,
  LogQuery,
  LogSchema,
  StateSchema,
  UsageSchema,
  VerdictSchema,
  VerifyBody,
  WeeksQuery,
} from './admin-schemas.ts'
import type { Bots } from './bots.ts'
import { feedbackReport } from './feedback-report.ts'
import { BODY_PROBLEMS, json, PROBLEMS } from './promises.ts'

export interface ReportOptions extends AdminParts {
  readonly assistant: Assistant
  readonly access: AccessStore
  readonly state: State
  readonly version: string
  readonly bots?: Bots
  /** Has nobody been given a key, so that whoever sits at this machine is let in? */
  readonly isOpen: () => Promise<boolean>
}

const tags = ['admin']

const state = createRoute({
  method: 'get',
  path: '/api/admin/state',
  tags,
  summary: 'Is it ready, which version and generation, since when',
  responses: { 200: json('State', StateSchema), ...PROBLEMS },
})

const audit = createRoute({
  method: 'get',
  path: '/api/admin/audit',
  tags,
  summary: 'The audit log, the latest first; `before` leads on',
  request: { query: AuditQuery },
  responses: { 200: json('Entries', AuditSchema), ...PROBLEMS },
})

const verify = createRoute({
  method: 'post',
  path: '/api/admin/audit/verify',
  tags,
  summary: 'Walk the whole chain of the audit log',
  request: { body: { required: true, content: { 'application/json': { schema: VerifyBody } } } },
  responses: { 200: json('Whole, or the first entry that does not follow', VerdictSchema), ...PROBLEMS, ...BODY_PROBLEMS },
})

const generations = createRoute({
  method: 'get',
  path: '/api/admin/generations',
  tags,
  summary: 'Generations of the index, which of them serves, and those that were damaged',
  responses: { 200: json('Generations', GenerationsSchema), ...PROBLEMS },
})

const channels = createRoute({
  method: 'get',
  path: '/api/admin/channels',
  tags,
  summary: 'Chat platforms: connected or not, what waits, what went wrong, since the start',
  responses: { 200: json('Channels', ChannelsSchema), ...PROBLEMS },
})

const usage = createRoute({
  method: 'get',
  path: '/api/admin/usage',
  tags,
  summary: 'How much was asked: sums by day, channel, outcome and mode',
  request: { query: WeeksQuery },
  responses: { 200: json('Sums', UsageSchema), ...PROBLEMS },
})

const feedback = createRoute({
  method: 'get',
  path: '/api/admin/feedback',
  tags,
  summary: 'What people said of answers, by day and reason, and the latest remarks',
  request: { query: WeeksQuery },
  responses: { 200: json('Feedback', FeedbackReportSchema), ...PROBLEMS },
})

const log = createRoute({
  method: 'get',
  path: '/api/admin/log',
  tags,
  summary: 'The end of the log since the start of the server, without secrets',
  request: { query: LogQuery },
  responses: { 200: json('Lines, the oldest first', LogSchema), ...PROBLEMS },
})

const DAY_MS = 86_400_000

/** So many weeks to the end of today, in days of China. */
const spanOf = (weeks: number, now: number) => ({ from: chinaDay(now - (weeks * 7 - 1) * DAY_MS), to: chinaDay(now) })

export function addAdminReportRoutes(app: OpenAPIHono, options: ReportOptions): void {
  const { assistant, access, bots } = options

  app.openapi(state, async (context) => {
    const { ready, generation, documents, clauses, chunks, retrieval } = assistant.status()
    const { version, startedAt } = options
    const facts = { ready, version, startedAt, generation, documents, clauses, chunks, retrieval }
    return context.json({ ...facts, isOpen: await options.isOpen() }, 200)
  })

  app.openapi(audit, async (context) => {
    const { limit, before, action, by, since } = context.req.valid('query')
    const found = await access.auditEntries({
      limit: limit + 1,
      ...(before !== undefined && { before }),
      ...(action !== undefined && { action }),
      ...(by !== undefined && { by }),
      ...(since !== undefined && { since }),
    })
    return context.json({ entries: found.slice(0, limit), more: found.length > limit, head: await access.auditHead() }, 200)
  })

  app.openapi(verify, async (context) => context.json(await access.auditVerify(context.req.valid('json').expected), 200))

  app.openapi(generations, async (context) =>
    context.json({ serving: assistant.status().generation, ...(await options.generations()) }, 200),
  )

  app.openapi(channels, async (context) => context.json(bots ? { channels: await bots.status() } : {}, 200))

  app.openapi(usage, async (context) => {
    const span = spanOf(context.req.valid('query').weeks, Date.now())
    return context.json({ ...span, rows: await options.usage.since(span.from) }, 200)
  })

  app.openapi(feedback, async (context) => {
    const span = spanOf(context.req.valid('query').weeks, Date.now())
    const given = options.state.feedback(EVERYONE, { since: `${span.from}T00:00:00+08:00` })
    return context.json({ ...span, ...(await feedbackReport(given)) }, 200)
  })

  app.openapi(log, (context) => {
    const { after, limit } = context.req.valid('query')
    return context.json(options.log({ after, limit }), 200)
  })
}
