/** /livez: the process answers. /startupz: it once could answer questions. /readyz: it can, with what, and how each part is. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { may } from '../../access/access.ts'
import { canAnswer, type Assistant } from '../../answering/assistant.ts'
import { canWrite } from '../../answering/model-limits.ts'
import { partsOf, type Machine } from '../../telemetry/parts.ts'
import type { Fallback } from '../../types.ts'
import type { Bots } from './bots.ts'
import { LiveSchema, ReadyAtAllSchema, ReadySchema, StartedSchema } from './schemas.ts'
import type { Sight } from './sight.ts'

const json = <Schema>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
})

const Ready = z.union([ReadySchema, ReadyAtAllSchema])

const live = createRoute({
  method: 'get',
  path: '/livez',
  tags: ['health'],
  summary: 'The process answers',
  responses: { 200: json('Alive', LiveSchema) },
})

const started = createRoute({
  method: 'get',
  path: '/startupz',
  tags: ['health'],
  summary: 'The start is over: questions could be answered once',
  security: [],
  responses: { 200: json('Started', StartedSchema), 503: json('Still starting', StartedSchema) },
})

const ready = createRoute({
  method: 'get',
  path: '/readyz',
  tags: ['health'],
  summary: 'Questions can be answered: names the model, the index and the mode, and how each part is',
  description: 'Whether it can, for everyone; the rest for whoever may search; files left out and chat platforms for admins.',
  responses: { 200: json('Ready', Ready), 503: json('Not ready', Ready) },
})

export interface HealthOptions {
  readonly version: string
  readonly stopping: AbortSignal
  /** Is there a library to ask? Nothing of it is told. */
  readonly canAnswer: () => boolean
  readonly bots?: Bots
  /** The disk and the database; absent: they are no parts. Answers within 5 ms. */
  readonly machine?: () => Promise<Machine>
  /** What is wrong on this machine and does not stop answers. */
  readonly troubles?: () => Promise<readonly Fallback[]>
}

export function addHealthRoutes(app: OpenAPIHono, sight: Sight, options: HealthOptions): void {
  const { version, stopping } = options
  let isStarted = false
  app.openapi(live, (context) => context.json({ live: true as const, version }, 200))
  app.openapi(started, (context) => {
    isStarted ||= options.canAnswer()
    return context.json({ started: isStarted }, isStarted ? 200 : 503)
  })
  app.openapi(ready, async (context) => {
    const { identity } = context.var
    if (!identity || !may(identity, 'search')) {
      const isReady = options.canAnswer() && !stopping.aborted
      return context.json({ ready: isReady }, isReady ? 200 : 503)
    }
    const body = await readiness(await sight.assistant(context), options, may(identity, 'admin'))
    return context.json(body, body.ready && !stopping.aborted ? 200 : 503)
  })
}

/** Files left out, chat platforms and how the machine is are for admins. */
async function readiness(assistant: Assistant, { version, stopping, bots, machine, troubles }: HealthOptions, isAdmin: boolean) {
  const [channels, looked, wrong] = await Promise.all([bots?.status(), machine?.(), troubles?.()])
  const status = assistant.status()
  return {
    ready: canAnswer(status) && !stopping.aborted,
    version,
    model: status.embedder,
    index: {
      generation: status.generation,
      vectors: status.vectors,
      documents: status.documents,
      clauses: status.clauses,
      chunks: status.chunks,
    },
    mode: { answers: canWrite(status.languageModel) ? ('llm' as const) : ('extractive' as const), retrieval: status.retrieval },
    ...(status.languageModel && { languageModel: status.languageModel }),
    ...(status.reranker && { reranker: status.reranker }),
    fallbacks: [...status.fallbacks, ...(wrong ?? [])],
    ...(isAdmin && status.skipped && { skippedFiles: status.skipped.length }),
    ...(status.building && { building: status.building }),
    ...(isAdmin && channels && { channels }),
    parts: partsOf(status, looked, channels),
  }
}
