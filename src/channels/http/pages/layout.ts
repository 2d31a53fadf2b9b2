/** What all pages share. Every value passes the escaping `html` tag; nothing is put in raw. */
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

export interface PageOptions {
  readonly title: string
  readonly body: Html
  readonly script?: 'ask.js' | 'read.js'
  readonly className?: string
}

export function page({ title, body, script, className = '' }: PageOptions): Html {
  return html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/page.css">
${script && html`<script type="module" src="/assets/${script}"></script>`}
</head>
<body class="${className}">
${body}
</body>
</html>
`
}

/** English beside the Chinese. */
export const english = (words: string): Html => html`<span class="en" lang="en">${words}</span>`
