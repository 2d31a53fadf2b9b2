/** /openapi.json: what the routes declare, with every shape, and what the route table says of who may use them. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { describedPath, ROUTES, type RouteRow } from './route-table.ts'

export type ApiDescription = ReturnType<OpenAPIHono['getOpenAPI31Document']>

const described = new WeakMap<OpenAPIHono, ApiDescription>()

/** Made once per app. */
export function describeApi(app: OpenAPIHono, version: string): ApiDescription {
  const known = described.get(app)
  if (known) return known
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-tiaowen',
    description: 'Of a signed-in browser, see POST /api/session; without TLS the name is tiaowen',
  })
  const description = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: '条问 Tiaowen',
      version,
      description:
        'Answers from policy and legal documents, every sentence a verbatim quotation with its clause number.',
    },
  })
  for (const row of ROUTES) promise(description, row)
  described.set(app, description)
  return description
}

interface Operation {
  security?: object[]
  responses?: Record<string, object>
}

/** The scope a route needs, and how it says no. */
function promise(description: ApiDescription, { method, path, needs, limit }: RouteRow): void {
  const paths = description.paths as Record<string, Partial<Record<string, Operation>>> | undefined
  const operation = paths?.[describedPath(path)]?.[method.toLowerCase()]
  if (!operation) return
  const scopes = needs === 'open' || needs === 'anyone' ? [] : [needs]
  operation.security = needs === 'open' ? [] : ['bearer', 'apiKey', 'session'].map((scheme) => ({ [scheme]: scopes }))
  if (needs === 'open') return
  const known = operation.responses ?? {}
  const shape = 'content' in (known['401'] ?? {}) ? { content: (known['401'] as { content: object }).content } : {}
  operation.responses = {
    ...known,
    401: { ...shape, description: 'No key, or one that is unknown, revoked or past its day' },
    403: { ...shape, description: `${needs === 'anyone' ? 'From' : `Without the scope ${needs}; from`} a page of another site` },
    ...(limit !== 'none' && {
      429: { ...shape, description: 'Too often within a minute', headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds' } } },
    }),
  }
}
