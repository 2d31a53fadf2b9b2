/** GET /api/suggestions: questions to begin with. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Assistant } from '../../answering/assistant.ts'
import { suggestionsOf, type Suggestion } from '../../answering/suggestions.ts'
import { json, PROBLEMS } from './promises.ts'
import { SuggestionsSchema } from './schemas.ts'
import type { Sight } from './sight.ts'

const suggestions = createRoute({
  method: 'get',
  path: '/api/suggestions',
  tags: ['answers'],
  summary: 'Questions that the documents answer, drawn from them and tried',
  responses: { 200: json('Questions, each with the document that answers it', SuggestionsSchema), ...PROBLEMS },
})

export function addSuggestionsRoute(app: OpenAPIHono, whole: Assistant, sight: Sight): void {
  const suggested = suggestionsOf(whole)
  /** Of those who may not see all, by the documents they see. */
  const within = new WeakMap<object, Promise<readonly Suggestion[]>>()
  app.openapi(suggestions, async (context) => {
    const assistant = await sight.assistant(context)
    if (assistant === whole) return context.json({ questions: await suggested() }, 200)
    const { documents } = assistant.catalogue()
    const made = within.get(documents) ?? suggestionsOf(assistant)()
    within.set(documents, made)
    made.catch(() => within.delete(documents))
    return context.json({ questions: await made }, 200)
  })
}
