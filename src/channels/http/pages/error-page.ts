/** A problem, for a person's browser. */
import { html } from 'hono/html'
import type { Problem } from '../problem.ts'
import { english, page, type Html } from './layout.ts'

export function errorPage(problem: Problem): Html {
  return page({
    title: `${problem.detail} · 条问`,
    className: 'narrow',
    body: html`<main class="error">
<p class="status">${problem.status} <code>${problem.code}</code></p>
<h1>${problem.detail}</h1>
<p>${english(problem.title)}</p>
<p><a href="/">回到提问 ${english('Back to asking')}</a></p>
</main>`,
  })
}
