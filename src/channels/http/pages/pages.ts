/** The pages for people: the one that draws itself in the browser, and the description of the endpoint. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { DocumentId } from '../../../types.ts'
import { builtPage } from '../assets.ts'
import { describeApi } from '../openapi.ts'
import type { Sight } from '../sight.ts'
import { docsPage } from './docs-page.ts'

export function addPages(app: OpenAPIHono, sight: Sight, version: string): void {
  for (const address of ['/', '/c/:id', '/documents', '/check', '/lookup', '/admin']) app.get(address, (context) => builtPage(context))
  for (const address of ['/read/:id', '/read/:id/:sha', '/read/:id/:sha/:range']) {
    app.get(address, async (context) => builtPage(context, (await canBeRead(context, sight)) ? 200 : 404))
  }
  app.get('/openapi.json', (context) => context.json(describeApi(app, version)))
  app.get('/docs', (context) => context.html(docsPage(describeApi(app, version))))
}

/** Whether an address of a text leads to one; the page itself says what is missing. */
async function canBeRead(context: Context, sight: Sight): Promise<boolean> {
  const { id = '', sha, range } = context.req.param() as { id?: string; sha?: string; range?: string }
  if (sha !== undefined && !/^[0-9a-f]{16,64}$/.test(sha)) return false
  const version = await (await sight.assistant(context)).textOf(id as DocumentId, sha)
  if (!version || range === undefined) return version !== undefined
  const [, start, end] = /^(\d{1,9})-(\d{1,9})$/.exec(range) ?? []
  return Number(start) < Number(end) && Number(end) <= version.text.length
}
