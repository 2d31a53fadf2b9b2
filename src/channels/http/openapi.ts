/** /openapi.json: what the routes declare, with every shape. */
import type { OpenAPIHono } from '@hono/zod-openapi'

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
  const description = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: '条问 Tiaowen',
      version,
      description:
        'Answers from policy and legal documents, every sentence a verbatim quotation with its clause number.',
    },
    security: [{ bearer: [] }, { apiKey: [] }],
  })
  described.set(app, description)
  return description
}
