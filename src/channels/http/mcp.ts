/** The route /mcp: MCP over Streamable HTTP, behind the guards of every other route and one of its own. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { may, type Identity } from '../../access/access.ts'
import type { Payer } from '../../types.ts'
import { createMcpServer, type McpOptions } from '../mcp/server.ts'
import { sessionNames, type SessionNames } from '../mcp/session-names.ts'
import { McpSessions } from '../mcp/sessions.ts'
import { foreignPage, identityOf, instanceOf, isFromHere, paidBy } from './guards.ts'
import { problemOf, problemResponse } from './problem.ts'
import type { SeenBy } from '../seen-by.ts'

/** Its body has a limit of its own, see mcp/sessions.ts. */
export const MCP_PATH = '/mcp'

export interface McpRouteOptions extends Omit<McpOptions, 'seen'> {
  readonly seenBy: SeenBy
  readonly stopping: AbortSignal
  readonly ending: AbortSignal
  /** A question of somebody's: within what they may ask a minute, when it is its turn. What ends the turn. */
  readonly turnFor: (context: Context, identity: Identity) => Promise<() => void>
  /** What copies of the program share, by what it is for; absent: there is but one. */
  readonly secret?: (name: string) => Promise<Uint8Array>
}

/** Whoever sends a request, and what it takes to answer them. */
interface Client {
  readonly owner: string
  readonly identity: Identity
  readonly payer?: Payer
  readonly turn: () => Promise<() => void>
}

export function addMcpRoute(app: OpenAPIHono, { stopping, ending, seenBy, turnFor, secret, ...options }: McpRouteOptions): void {
  const sessions = new McpSessions((client: () => Client) =>
    createMcpServer({
      ...options,
      seen: async () => {
        const { identity, payer } = client()
        const [assistant, uploaded] = [await seenBy.assistantOf(identity), () => seenBy.uploadedOf(identity)]
        return { assistant, uploaded, ...(payer && { payer }) }
      },
      mayUse: (needs) => may(client().identity, needs),
      turn: () => client().turn(),
    }),
    {},
    namesBy(secret),
  )
  stopping.addEventListener('abort', () => sessions.stop(), { once: true })
  ending.addEventListener('abort', () => void sessions.close(), { once: true })
  app.on(['GET', 'POST', 'DELETE'], MCP_PATH, async (context) => {
    // of a stream too: no page of another site opens one
    if (!isFromHere(context)) return problemResponse(problemOf('unauthorized', foreignPage, instanceOf(context), 403))
    const identity = identityOf(context)
    const client = { owner: identity.owner, identity, turn: () => turnFor(context, identity), ...paidBy(context) }
    const response = await sessions.handle(context.req.raw, client)
    response.headers.set('Cache-Control', 'no-store')
    return response
  })
}

/** Asked for until it is known: while it is away sessions are known here alone. */
function namesBy(secret: McpRouteOptions['secret']): () => Promise<SessionNames | undefined> {
  let known: SessionNames | undefined
  return async () => {
    if (!secret || known) return known
    known = await secret('mcp').then(sessionNames, () => undefined)
    return known
  }
}
