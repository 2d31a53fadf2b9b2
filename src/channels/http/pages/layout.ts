/** What the pages written on the server share. Every value passes the escaping `html` tag; nothing is put in raw. */
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

export interface PageOptions {
  readonly title: string
  readonly body: Html
  readonly className?: string
}

export function page({ title, body, className = '' }: PageOptions): Html {
  return html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="/pages/page.css">
</head>
<body class="${className}">
${body}
</body>
</html>
`
}

/** English beside the Chinese. */
export const english = (words: string): Html => html`<span class="en" lang="en">${words}</span>`
