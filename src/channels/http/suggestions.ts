/** GET /api/suggestions: questions to begin with. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Assistant } from '../../answering/assistant.ts'
import { suggestionsOf } from '../../answering/suggestions.ts'
import { json, PROBLEMS } from './promises.ts'
import { SuggestionsSchema } from './schemas.ts'

const suggestions = createRoute({
  method: 'get',
  path: '/api/suggestions',
  tags: ['answers'],
  summary: 'Questions that the documents answer, drawn from them and tried',
  responses: { 200: json('Questions, each with the document that answers it', SuggestionsSchema), ...PROBLEMS },
})

export function addSuggestionsRoute(app: OpenAPIHono, assistant: Assistant): void {
  const suggested = suggestionsOf(assistant)
  app.openapi(suggestions, async (context) => context.json({ questions: await suggested() }, 200))
}
