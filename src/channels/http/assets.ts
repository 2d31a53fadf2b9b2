/** The styles and scripts of the pages, as files of ../web, without a build. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { OpenAPIHono } from '@hono/zod-openapi'

const TYPES = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' } as const
const FILES = ['page.css', 'answer.js', 'ask.js', 'read.js', 'icon.svg'] as const

export function addAssets(app: OpenAPIHono): void {
  for (const name of FILES) {
    const body = readFileSync(new URL(`../web/${name}`, import.meta.url))
    const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`
    const headers = {
      'Content-Type': TYPES[name.split('.')[1] as keyof typeof TYPES],
      'Cache-Control': 'no-cache',
      ETag: etag,
    }
    app.get(`/assets/${name}`, (context) =>
      context.req.header('if-none-match') === etag
        ? context.body(null, 304, headers)
        : context.body(body, 200, headers),
    )
  }
}
