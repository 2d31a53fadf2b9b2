/** The route /mcp: MCP over Streamable HTTP, behind the guards of every other route and one of its own. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { createMcpServer, type McpOptions } from '../mcp/server.ts'
import { McpSessions } from '../mcp/sessions.ts'
import { foreignPage, instanceOf, isFromHere, ownerOf } from './guards.ts'
import { problemOf, problemResponse } from './problem.ts'

/** Its body has a limit of its own, see mcp/sessions.ts. */
export const MCP_PATH = '/mcp'

export interface McpRouteOptions extends McpOptions {
  readonly stopping: AbortSignal
  readonly ending: AbortSignal
}

export function addMcpRoute(app: OpenAPIHono, { stopping, ending, ...options }: McpRouteOptions): void {
  const sessions = new McpSessions(() => createMcpServer(options))
  stopping.addEventListener('abort', () => sessions.stop(), { once: true })
  ending.addEventListener('abort', () => void sessions.close(), { once: true })
  app.on(['GET', 'POST', 'DELETE'], MCP_PATH, (context) => handled(sessions, context))
}

async function handled(sessions: McpSessions, context: Context): Promise<Response> {
  // of a stream too: no page of another site opens one
  if (!isFromHere(context)) return problemResponse(problemOf('unauthorized', foreignPage, instanceOf(context), 403))
  const response = await sessions.handle(context.req.raw, ownerOf(context))
  response.headers.set('Cache-Control', 'no-store')
  return response
}
