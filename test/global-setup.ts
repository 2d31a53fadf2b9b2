/** Before any test: the page as its sources are now. */
import { fileURLToPath } from 'node:url'
import { buildPage, isPageStale } from '../scripts/page.mjs'

export default async function setUp(): Promise<void> {
  const checkout = fileURLToPath(new URL('..', import.meta.url))
  if (isPageStale(checkout)) await buildPage(checkout, process.execPath)
}
