/** What the page is made of: files that Vite built into dist/web, and the sheet of the pages written here. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { html } from 'hono/html'
import { english, page } from './pages/layout.ts'

const BUILT = fileURLToPath(new URL('../../../dist/web/', import.meta.url))
const SHEET = readFileSync(new URL('./pages/page.css', import.meta.url))

/** Names of built files change with their content: a browser need never ask again. */
const FOR_EVER = 'public, max-age=31536000, immutable'

export function addAssets(app: OpenAPIHono): void {
  app.get('/pages/page.css', (context) => context.body(SHEET, 200, { 'Content-Type': 'text/css; charset=utf-8' }))
  if (!existsSync(BUILT)) return
  const files = serveStatic({ root: BUILT, precompressed: true })
  app.get('/assets/:file', async (context) => {
    const found = await files(context, async () => {})
    found?.headers.set('Cache-Control', FOR_EVER)
    return found ?? context.notFound()
  })
}

/** The page that draws itself; a plain one that says what to do where it was not built. */
export function builtPage(context: Context, status: 200 | 401 | 404 = 200): Response | Promise<Response> {
  try {
    return context.html(readFileSync(`${BUILT}index.html`, 'utf8'), status)
  } catch {
    const body = html`<main class="error"><h1>页面还没有构建。请运行 npm start，它会先构建页面。</h1>
<p>${english('The page has not been built. npm start builds it first.')} <a href="/docs">API</a></p></main>`
    return context.html(page({ title: '条问 Tiaowen', className: 'narrow', body }), 503)
  }
}
