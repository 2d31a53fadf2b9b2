/** The reading page: a document's stored text, unaltered, its clauses beside it, the cited words marked. */
import { html } from 'hono/html'
import type { TextVersion } from '../../../answering/assistant.ts'
import type { Span } from '../../../types.ts'
import { FACT_NAMES } from '../../render.ts'
import type { DocumentSummary, OutlineNode } from '../../wire.ts'
import { english, page, type Html } from './layout.ts'

export interface ReadPageOptions {
  readonly document: ReadDocument
  readonly version: TextVersion
  /** Of the version shown; empty for an old one, whose clauses are no longer indexed. */
  readonly outline: readonly OutlineNode[]
  readonly marked?: Span
  /** Where the pages of the version shown begin. */
  readonly pages?: readonly number[]
}

export type ReadDocument = Pick<DocumentSummary, 'id' | 'source' | 'title' | 'titleFrom' | 'header' | 'url'>

export function readPage({ document, version, outline, marked: asked, pages = [] }: ReadPageOptions): Html {
  const marked = asked && trimmed(version.text, asked)
  const anchors = new Set(startsOf(outline))
  const folios = new Map(pages.map((start, at) => [start, at + 1]))
  return page({
    title: `${document.title} · 条问`,
    script: 'read.js',
    className: 'reading',
    body: html`<header class="masthead">
<p class="back"><a href="/">条问 ${english('Tiaowen')}</a></p>
<h1>${document.title}</h1>
<dl class="facts">${factsOf(document)}</dl>
</header>
${version.removed ? removedBanner() : version.superseded && supersededBanner(document)}
<div class="columns">
<nav class="outline" aria-label="条款 Clauses">${
      outline.length > 0 &&
      html`<h2>条款 ${english('Clauses')}</h2>
${outlineList(outline, marked?.start)}`
    }</nav>
<main class="text">${linesOf(version.text).map((line) => lineOf(version.text, line, { anchors, folios, marked }))}</main>
</div>
<footer class="foot"><span>${document.source}</span><span>SHA-256 ${version.textSha256.slice(0, 16)}</span>
<span><a href="${textUrl(document, version)}">纯文本 ${english('Plain text')}</a></span></footer>`,
  })
}

const textUrl = ({ id }: ReadDocument, { textSha256 }: TextVersion) =>
  `/api/documents/${encodeURIComponent(id)}/text?sha=${textSha256}`

const removedBanner = (): Html =>
  html`<p class="banner" role="status">这份文件已移出文件库，不再用来回答；这里是引用时的文本。
${english('This document has been taken out of the library; this is its text as it was cited.')}</p>`

function supersededBanner(document: ReadDocument): Html {
  return html`<p class="banner" role="status">这一版文本已被替代。<a href="${document.url}">看现行文本</a>
${english('This version of the text has been superseded.')}</p>`
}

const FROM = { text: '', operator: '管理员注明', inferred: '推断' } as const

function factsOf({ header, titleFrom }: ReadDocument): Html {
  const title = titleFrom !== undefined && titleFrom !== 'text' && fact('题名', FROM[titleFrom])
  const facts = Object.entries(FACT_NAMES).map(([name, label]) => {
    const stated = header[name]
    return stated && fact(label, stated.value, FROM[stated.from])
  })
  return html`${title}${facts}`
}

const fact = (label: string, value: string, from = ''): Html =>
  html`<div><dt>${label}</dt><dd>${value}${from !== '' && html`<small>（${from}）</small>`}</dd></div>`

/** `at` is where the marked words begin: the clauses around them are shown as such. */
function outlineList(nodes: readonly OutlineNode[], at: number | undefined): Html {
  return html`<ul>${nodes.map((node) => outlineItem(node, at))}</ul>`
}

function outlineItem(node: OutlineNode, at: number | undefined): Html {
  const { start, end, spoken, children } = node
  const here = at !== undefined && start <= at && at < end && html` class="here"`
  const below = children.length > 0 && outlineList(children, at)
  return html`<li><a href="#c-${start}" title="${spoken}"${here}>${outlineWords(node)}</a>${below}</li>
`
}

function outlineWords(node: OutlineNode): Html {
  if (node.kind !== 'numbered') return html`${node.heading ?? node.spoken}`
  return html`<b>${node.label}</b> ${node.heading && clip(node.heading)}`
}

const clip = (words: string) => (words.length > 40 ? `${words.slice(0, 40)}…` : words)

function startsOf(nodes: readonly OutlineNode[]): readonly number[] {
  return nodes.flatMap((node) => [node.start, ...startsOf(node.children)])
}

/** Without line breaks at its start: the first mark must have words to stand on. */
function trimmed(text: string, { start, end }: Span): Span {
  let from = start
  while (from < end && /[\r\n]/.test(text[from] ?? '')) from++
  return { start: from, end }
}

/** The lines of a text, line ends left out. */
export function linesOf(text: string): readonly Span[] {
  const lines: Span[] = []
  for (let start = 0; start <= text.length;) {
    const newline = text.indexOf('\n', start)
    const next = newline === -1 ? text.length : newline
    lines.push({ start, end: text[next - 1] === '\r' && next > start ? next - 1 : next })
    start = next + 1
  }
  return lines
}

/** What is shown at places of the text. */
interface Shown {
  /** Where clauses begin. */
  readonly anchors: ReadonlySet<number>
  /** Pages of the file by where they begin. */
  readonly folios: ReadonlyMap<number, number>
  readonly marked: Span | undefined
}

/** One line, cut where a clause or a page begins and where the marked words begin and end. */
function lineOf(text: string, line: Span, shown: Shown): Html {
  if (line.end === line.start) return html``
  const { anchors, folios, marked } = shown
  const cuts = new Set([line.start, line.end])
  for (let at = line.start; at < line.end; at++) if (anchors.has(at) || folios.has(at)) cuts.add(at)
  for (const at of marked ? [marked.start, marked.end] : []) if (at > line.start && at < line.end) cuts.add(at)
  const edges = [...cuts].sort((a, b) => a - b)
  const pieces = edges.slice(0, -1).map((start, i) => piece(text.slice(start, edges[i + 1]), start, shown))
  return html`<p>${pieces}</p>
`
}

function piece(words: string, start: number, { anchors, folios, marked }: Shown): Html {
  const page = folios.get(start)
  // Written by the style sheet: no words of the page stand between those of the text.
  const folio = page !== undefined && html`<span class="folio" data-page="第${page}页"></span>`
  const anchor = anchors.has(start) && html`<a id="c-${start}" class="anchor"></a>`
  if (!marked || start < marked.start || start >= marked.end) return html`${folio}${anchor}${words}`
  return html`${folio}${anchor}${start === marked.start ? html`<mark id="q">${words}</mark>` : html`<mark>${words}</mark>`}`
}
