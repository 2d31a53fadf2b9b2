/** What every request carries from its beginning to the end of its answer: an id, a span, and a line when it is over. */
import type { MiddlewareHandler, Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Socket } from 'node:net'
import type { ServerResponse } from 'node:http'
import { inScope, questionFacts, requestIdOf, type QuestionFacts, type Scope } from '../../telemetry/scope.ts'
import type { OpenSpan, Tracing } from '../../telemetry/traces.ts'

/** A request whose answer is at its end. */
export interface RequestFacts {
  readonly method: string
  /** The pattern of the route, never the address itself; `unmatched` where there is none. */
  readonly route: string
  readonly status: number
  readonly milliseconds: number
  /** Sent, headers included; absent where it cannot be told. */
  readonly bytes?: number
  readonly requestId: string
  readonly caller?: string
  /** Of the first question that was asked with it. */
  readonly question?: QuestionFacts
  /** The asker went away before the end. */
  readonly isBroken: boolean
}

export interface RequestObserver {
  readonly onBegin?: () => void
  readonly onEnd?: (facts: RequestFacts) => void
  readonly tracing?: Tracing
}

export const REQUEST_ID = 'X-Request-Id'

/** Stands before everything else. */
export function observedRequests({ onBegin, onEnd, tracing }: RequestObserver): MiddlewareHandler {
  return async (context, next) => {
    const scope: Scope = { requestId: requestIdOf(context.req.header(REQUEST_ID)), questions: [] }
    const began = performance.now()
    const span = tracing?.begin(context.req.method, { kind: 'server', ...carrierOf(context) })
    const { outgoing, bytesBefore } = connectionOf(context)
    onBegin?.()
    try {
      await inScope(scope, () => (span ? span.within(next) : next()))
    } finally {
      context.res.headers.set(REQUEST_ID, scope.requestId!)
      const end = () => {
        const facts = factsOf(context, scope, { milliseconds: performance.now() - began, ...sentOver(outgoing, bytesBefore) })
        endSpan(span, facts)
        onEnd?.(facts)
      }
      // of a stream the end is still to come
      if (outgoing && !outgoing.closed) outgoing.once('close', end)
      else end()
    }
  }
}

const carrierOf = (context: Context) => {
  const traceparent = context.req.header('traceparent')
  return traceparent === undefined ? {} : { carrier: { traceparent } }
}

interface Connection {
  /** Absent where no server stands behind the app. */
  readonly outgoing?: ServerResponse
  readonly bytesBefore: number
}

function connectionOf(context: Context): Connection {
  const { outgoing } = (context.env ?? {}) as { outgoing?: ServerResponse }
  const socket = outgoing?.socket as Socket | null | undefined
  return { ...(outgoing && { outgoing }), bytesBefore: socket?.bytesWritten ?? 0 }
}

function sentOver(outgoing: ServerResponse | undefined, bytesBefore: number) {
  if (!outgoing) return { isBroken: false }
  const { socket } = outgoing.req as { socket?: Socket } // gone, where the asker is
  const bytes = (socket?.bytesWritten ?? 0) - bytesBefore
  return { isBroken: !outgoing.writableFinished, ...(bytes >= 0 && { bytes }) }
}

function factsOf(
  context: Context,
  { requestId, questions }: Scope,
  rest: Pick<RequestFacts, 'milliseconds' | 'isBroken' | 'bytes'>,
): RequestFacts {
  const { caller } = context.var
  const [question] = questions
  return {
    method: context.req.method,
    route: routeOf(context),
    status: context.res.status,
    requestId: requestId!,
    ...(caller !== undefined && { caller }),
    ...(question !== undefined && { question: questionFacts(question) }),
    ...rest,
  }
}

/** Of the routes that fit the first one that is no guard. */
function routeOf(context: Context): string {
  return matchedRoutes(context).find(({ method }) => method !== 'ALL')?.path ?? 'unmatched'
}

function endSpan(span: OpenSpan | undefined, { method, route, status, requestId, isBroken }: RequestFacts): void {
  span?.end(
    {
      name: `${method} ${route}`,
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': status,
      'tiaowen.request_id': requestId,
    },
    status >= 500 ? String(status) : isBroken ? 'client-closed' : undefined,
  )
}
