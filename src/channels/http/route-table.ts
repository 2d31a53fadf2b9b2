/**
 * Every route there is, once: who may use it, how often, how large its body may be, and what the audit log calls it.
 * From this table come the guards, what /openapi.json promises, the limits, and the tests. A route without a row, and a
 * row without a route, keep the program from starting.
 */
import type { Scope } from '../../access/access.ts'

/**
 * `open`: everyone; what is told may still depend on who asks. `signed`: chat platforms, whose signature the route
 * checks itself. `anyone`: whoever has shown who they are. A scope: who has been given it.
 */
export type Needs = Scope | 'open' | 'signed' | 'anyone'

/** Which allowance a request is taken from; `none`: as often as it likes. */
export type LimitKind = 'none' | 'ask' | 'search' | 'upload' | 'check'

/** A part of the program that may be off, and all its routes with it. */
export type Part = 'library' | 'built' | 'startup' | 'metrics' | 'admin'

export interface RouteRow {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As the router has it. */
  readonly path: string
  readonly needs: Needs
  readonly limit: LimitKind
  /** Bytes of a body. */
  readonly body: number
  /** The route reads its body itself and counts while it does, so that it can say what was too large. */
  readonly readsBody?: true
  /**
   * Written before it is done; where that cannot be written, it is not done. Absent: reads that need `admin` are
   * written once a minute; changes that need it are written by the AccessStore, in one step with the change.
   */
  readonly audit?: string
  /** A page of the browser: who is not signed in gets the page itself, which has no data and asks them to. */
  readonly page?: true
  readonly part?: Part
}

const KIB = 1024
const MIB = 1024 * KIB
export const BODY_BYTES = 64 * KIB
/** A file of 20 MiB and the boundaries around it. */
const FILE_BYTES = 20 * MIB + 64 * KIB

type Details = Partial<Omit<RouteRow, 'method' | 'path' | 'needs'>>
const row = (method: RouteRow['method'], path: string, needs: Needs, details: Details = {}): RouteRow => ({
  method,
  path,
  needs,
  limit: needs === 'ask' ? 'ask' : needs === 'open' || needs === 'signed' ? 'none' : 'search',
  body: BODY_BYTES,
  ...details,
})

const EXCHANGE = '/api/conversations/:id/exchanges/:exchangeId'

export const ROUTES: readonly RouteRow[] = [
  row('GET', '/livez', 'open'),
  row('GET', '/readyz', 'open'),
  row('GET', '/startupz', 'open', { part: 'startup' }),
  row('GET', '/metrics', 'admin', { limit: 'none', part: 'metrics' }),

  row('GET', '/api/session', 'open'),
  row('POST', '/api/session', 'open'),
  row('DELETE', '/api/session', 'open'),
  row('GET', '/api/session/oidc', 'open'),
  row('GET', '/api/session/oidc/callback', 'open'),

  row('POST', '/api/search', 'search'),
  row('GET', '/api/cite', 'search'),
  row('GET', '/api/documents', 'search'),
  row('GET', '/api/documents/:id', 'search'),
  row('GET', '/api/documents/:id/text', 'search'),
  row('GET', '/api/clauses/:documentId/:path{.+}', 'search'),
  row('GET', '/api/reading/:id', 'search'),
  row('GET', '/api/suggestions', 'search'),
  row('GET', '/v1/models', 'search'),
  row('GET', '/v1/models/:model', 'search'),
  row('GET', '/mcp', 'search', { readsBody: true }),
  row('POST', '/mcp', 'search', { body: 2 * MIB, readsBody: true }),
  row('DELETE', '/mcp', 'search', { readsBody: true }),

  row('POST', '/api/ask', 'ask'),
  row('POST', '/v1/chat/completions', 'ask', { body: MIB, readsBody: true }),
  row('POST', '/api/check', 'ask', { limit: 'check', body: FILE_BYTES, readsBody: true }),
  row('POST', '/api/check/annotated', 'ask', { limit: 'check', body: FILE_BYTES, readsBody: true }),
  row('GET', '/api/conversations', 'ask', { limit: 'search' }),
  row('GET', '/api/conversations/:id', 'ask', { limit: 'search' }),
  row('PATCH', '/api/conversations/:id', 'ask', { limit: 'search' }),
  row('DELETE', '/api/conversations/:id', 'ask', { limit: 'search' }),
  row('GET', '/api/conversations/:id/export', 'ask', { limit: 'search' }),
  row('PUT', `${EXCHANGE}/feedback`, 'ask', { limit: 'search' }),
  row('DELETE', `${EXCHANGE}/feedback`, 'ask', { limit: 'search' }),
  row('POST', `${EXCHANGE}/stop`, 'ask', { limit: 'search' }),

  row('GET', '/api/library', 'search', { part: 'library' }),
  row('POST', '/api/uploads', 'ingest', { limit: 'upload', body: FILE_BYTES, readsBody: true, part: 'library' }),
  row('GET', '/api/uploads/:id', 'ingest', { part: 'library' }),
  row('GET', '/api/uploads/:id/text', 'ingest', { part: 'library' }),
  row('DELETE', '/api/uploads/:id', 'ingest', { part: 'library' }),
  row('POST', '/api/uploads/:id/accept', 'ingest', { limit: 'upload', audit: 'upload.accept', part: 'library' }),
  row('DELETE', '/api/documents/:id', 'ingest', { limit: 'upload', audit: 'document.remove', part: 'library' }),
  row('POST', '/api/documents/:id/restore', 'ingest', { limit: 'upload', audit: 'document.restore', part: 'library' }),
  row('POST', '/api/library/index', 'ingest', { limit: 'upload', audit: 'index.round', part: 'library' }),

  row('GET', '/api/admin/state', 'admin', { part: 'admin' }),
  row('GET', '/api/admin/keys', 'admin', { part: 'admin' }),
  row('POST', '/api/admin/keys', 'admin', { part: 'admin' }),
  row('DELETE', '/api/admin/keys/:id', 'admin', { part: 'admin' }),
  row('GET', '/api/admin/people', 'admin', { part: 'admin' }),
  row('POST', '/api/admin/people', 'admin', { part: 'admin' }),
  row('PATCH', '/api/admin/people/:id', 'admin', { part: 'admin' }),
  row('GET', '/api/admin/collections', 'admin', { part: 'admin' }),
  row('POST', '/api/admin/collections', 'admin', { part: 'admin' }),
  row('PATCH', '/api/admin/collections/:id', 'admin', { body: MIB, readsBody: true, part: 'admin' }),
  row('DELETE', '/api/admin/collections/:id', 'admin', { part: 'admin' }),
  row('GET', '/api/admin/audit', 'admin', { part: 'admin' }),
  row('POST', '/api/admin/audit/verify', 'admin', { audit: 'audit.verify', part: 'admin' }),
  row('GET', '/api/admin/generations', 'admin', { part: 'admin' }),
  row('GET', '/api/admin/channels', 'admin', { part: 'admin' }),
  row('GET', '/api/admin/usage', 'admin', { part: 'admin' }),
  row('GET', '/api/admin/feedback', 'admin', { part: 'admin' }),
  row('GET', '/api/admin/log', 'admin', { part: 'admin' }),

  row('GET', '/', 'search', { limit: 'none', page: true }),
  row('GET', '/c/:id', 'search', { limit: 'none', page: true }),
  row('GET', '/documents', 'search', { limit: 'none', page: true }),
  row('GET', '/check', 'search', { limit: 'none', page: true }),
  row('GET', '/lookup', 'search', { limit: 'none', page: true }),
  row('GET', '/admin', 'anyone', { limit: 'none', page: true }),
  row('GET', '/read/:id', 'search', { page: true }),
  row('GET', '/read/:id/:sha', 'search', { page: true }),
  row('GET', '/read/:id/:sha/:range', 'search', { page: true }),
  row('GET', '/docs', 'anyone', { page: true }),
  row('GET', '/openapi.json', 'anyone'),
  row('GET', '/pages/page.css', 'open'),
  row('GET', '/assets/:file', 'open', { part: 'built' }),
  row('POST', '/csp-reports', 'open'),
]

/** A chat platform posts here. */
export const webhookRow = (path: string, body: number): RouteRow => row('POST', path, 'signed', { body, readsBody: true })

/** A path as /openapi.json writes it. @example describedPath('/api/clauses/:documentId/:path{.+}') // '/api/clauses/{documentId}/{path}' */
export const describedPath = (path: string): string => path.replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')

export const nameOf = ({ method, path }: Pick<RouteRow, 'path'> & { readonly method: string }): string => `${method} ${path}`

/**
 * What of routes and rows has no counterpart, one sentence each.
 * @param routes as the app has them; what stands before all of them (`/*`, `/v1/*`) is of method ALL
 */
export function unmatched(
  routes: readonly { readonly method: string; readonly path: string }[],
  rows: readonly RouteRow[],
): readonly string[] {
  const own = routes.filter(({ method, path }) => method !== 'ALL' || !path.endsWith('*'))
  const [has, known] = [new Set(own.map(nameOf)), new Set(rows.map(nameOf))]
  const isOff = (part: Part) => !rows.some((one) => one.part === part && has.has(nameOf(one)))
  const wanted = rows.filter(({ part }) => part === undefined || !isOff(part)).map(nameOf)
  const twice = rows.filter((one, at) => rows.findIndex((other) => nameOf(other) === nameOf(one)) !== at)
  return [
    ...[...has].filter((name) => !known.has(name)).map((name) => `${name} has no row in route-table.ts`),
    ...wanted.filter((name) => !has.has(name)).map((name) => `the row ${name} of route-table.ts has no route`),
    ...twice.map((one) => `${nameOf(one)} stands twice in route-table.ts`),
  ]
}
