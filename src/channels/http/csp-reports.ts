/** What browsers say they refused on a page, for the log: a sign of an attack, or of a mistake of ours. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { REPORTS } from './guards.ts'

const Reports = z.array(
  z.object({
    type: z.string(),
    body: z.object({
      effectiveDirective: z.string().optional(),
      blockedURL: z.string().optional(),
      documentURL: z.string().optional(),
      sourceFile: z.string().nullish(),
      lineNumber: z.number().nullish(),
    }),
  }),
)
const A_MINUTE_MS = 60_000
const LINES_A_MINUTE = 20
const SHOWN = 200

export function addReportRoute(app: OpenAPIHono, log: (message: string) => void): void {
  let since = 0
  let lines = 0
  app.post(REPORTS, async (context) => {
    const reports = Reports.safeParse(await context.req.json().catch(() => undefined))
    if (performance.now() - since > A_MINUTE_MS) [since, lines] = [performance.now(), 0]
    for (const { body } of reports.data ?? []) {
      if (lines++ >= LINES_A_MINUTE) break
      const { effectiveDirective = '', blockedURL = '', documentURL = '', sourceFile, lineNumber } = body
      log(`浏览器拒绝了页面内容 refused by a browser: ${clip([effectiveDirective, withoutQuery(blockedURL), withoutQuery(documentURL), `${sourceFile ?? ''}:${lineNumber ?? ''}`].join(' '))}`)
    }
    return context.body(null, 204)
  })
}

/** What a person asked may stand in an address. */
const withoutQuery = (address: string): string => address.replace(/[?#].*$/s, '')

/** On one line, without what a terminal would obey. */
const clip = (words: string): string => words.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '�').slice(0, SHOWN)
