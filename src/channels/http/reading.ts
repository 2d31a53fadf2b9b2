/** GET /api/reading/{id}: one text of a document with all that a reader shows beside it, in one answer. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { today } from '../../answering/clock.ts'
import { PolicyError } from '../../errors.ts'
import type { DocumentId } from '../../types.ts'
import { readingOf } from '../wire.ts'
import { json, NO_DOCUMENT, PROBLEMS } from './promises.ts'
import type { Sight } from './sight.ts'
import { DocumentParams, ReadingSchema, TextQuery } from './schemas.ts'

const reading = createRoute({
  method: 'get',
  path: '/api/reading/{id}',
  tags: ['documents'],
  summary: 'A text of a document with its outline, pages and version',
  description: 'A text that has been replaced, and one of a document that was removed, are found by `sha`.',
  request: { params: DocumentParams, query: TextQuery },
  responses: {
    200: { ...json('The text and what is known of its document', ReadingSchema), headers: { ETag: { schema: { type: 'string' as const } } } },
    304: { description: 'As it was: If-None-Match names it' },
    ...PROBLEMS,
    ...NO_DOCUMENT,
  },
})

export function addReadingRoute(app: OpenAPIHono, sight: Sight): void {
  app.openapi(reading, async (context) => {
    const { id } = context.req.valid('param')
    const { sha } = context.req.valid('query')
    const assistant = await sight.assistant(context)
    const catalogue = assistant.catalogue()
    const stored = await assistant.textOf(id as DocumentId, sha)
    if (!stored) throw noSuchText(id)
    const etag = assistant.status().building ? undefined : etagOf(stored.textSha256, catalogue.generation)
    const headers = { 'Cache-Control': 'no-cache', ...(etag !== undefined && { ETag: etag }) }
    if (etag !== undefined && isKnown(context, etag)) return context.body(null, 304, headers)
    const body = readingOf(id, stored, catalogue)
    if (!body) throw noSuchText(id)
    return context.json(body, 200, headers)
  })
}

const noSuchText = (id: string) =>
  new PolicyError('no-such-document', `没有文件 ${id.slice(0, 100)}，或没有它的这一版文本；现有文件见 /api/documents。`)

/** What is in force changes with the day; a generation that is still being built has no name of its own. */
const etagOf = (textSha256: string, generation: string) => `"${textSha256.slice(0, 16)}-${generation}-${today()}"`

function isKnown(context: Context, etag: string): boolean {
  const named = (context.req.header('if-none-match') ?? '').split(',').map((name) => name.trim().replace(/^W\//, ''))
  return named.includes(etag)
}
