/** /metrics beside the other routes, behind the same guards; absent where it has a port of its own. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { problem } from './promises.ts'

/** Read anew each time. */
export interface MetricsText {
  readonly contentType: string
  text(): Promise<string>
}

const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['health'],
  summary: 'What is counted and timed, for Prometheus; docs/observability.md names each',
  responses: {
    200: { description: 'In the text format of Prometheus', content: { 'text/plain': { schema: z.string() } } },
    401: problem('An API key is needed'),
    403: problem('Not from this machine, and no API key is set'),
  },
})

export function addMetricsRoute(app: OpenAPIHono, source: MetricsText): void {
  app.openapi(metrics, async (context) => context.text(await source.text(), 200, { 'Content-Type': source.contentType }))
}
