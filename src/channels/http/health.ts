/** /livez: the process answers. /readyz: it can answer questions, and with what. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Assistant } from '../../answering/assistant.ts'
import { canWrite } from '../../answering/model-limits.ts'
import type { Bots } from './bots.ts'
import { LiveSchema, ReadySchema } from './schemas.ts'

const json = <Schema>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
})

const live = createRoute({
  method: 'get',
  path: '/livez',
  tags: ['health'],
  summary: 'The process answers',
  security: [],
  responses: { 200: json('Alive', LiveSchema) },
})

const ready = createRoute({
  method: 'get',
  path: '/readyz',
  tags: ['health'],
  summary: 'Questions can be answered: names the model, the index and the mode',
  responses: { 200: json('Ready', ReadySchema), 503: json('Not ready', ReadySchema) },
})

export function addHealthRoutes(
  app: OpenAPIHono,
  assistant: Assistant,
  { version, stopping, bots }: { readonly version: string; readonly stopping: AbortSignal; readonly bots?: Bots },
): void {
  app.openapi(live, (context) => context.json({ live: true as const, version }, 200))
  app.openapi(ready, async (context) => {
    const status = assistant.status()
    const isReady = status.ready && !stopping.aborted
    const body = {
      ready: isReady,
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
      fallbacks: [...status.fallbacks],
      ...(status.skipped && { skippedFiles: status.skipped.length }),
      ...(status.building && { building: status.building }),
      ...(bots && { channels: await bots.status() }),
    }
    return context.json(body, isReady ? 200 : 503)
  })
}
