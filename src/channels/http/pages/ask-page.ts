/** `/`: a box to ask, the documents that can answer, what is less than the best. web/ask.js draws the answers. */
import { html } from 'hono/html'
import type { Status } from '../../../answering/assistant.ts'
import type { DocumentSummary } from '../../wire.ts'
import { QUESTION_CHARACTERS } from '../schemas.ts'
import { english, page, type Html } from './layout.ts'

export interface AskPageOptions {
  readonly status: Status
  readonly documents: readonly DocumentSummary[]
  readonly version: string
}

export function askPage({ status, documents, version }: AskPageOptions): Html {
  return page({
    title: '条问 · 问政策文件',
    script: 'ask.js',
    className: 'narrow',
    body: html`<header class="masthead">
<h1>条问 ${english('Tiaowen')}</h1>
<p>答案逐字引自文件，句句注明条款。${english('Every sentence is a verbatim quotation with its clause number.')}</p>
</header>
${banners(status)}
<main>
<div id="thread" class="thread" aria-live="polite"></div>
<form id="ask" class="ask" autocomplete="off">
<label for="question">问题或条款 ${english('A question, or a clause by its number')}</label>
<textarea id="question" name="question" rows="2" maxlength="${QUESTION_CHARACTERS * 2}" required autofocus
 placeholder="例如：第三部分第2条；或者直接提问"></textarea>
<div class="row"><span id="hint" class="hint">回车提问，Shift＋回车换行 ${english('Enter to ask')}</span>
<button id="stop" type="button" class="quiet" hidden>停止 ${english('Stop')}</button>
<button id="send" type="submit">提问 ${english('Ask')}</button></div>
</form>
<noscript><p class="banner">此页需要 JavaScript；也可以在命令行用 <code>tiaowen ask</code>。
${english('This page needs JavaScript.')}</p></noscript>
${documentList(documents)}
</main>
<footer class="foot">
<span>${status.documents} 份文件 · ${status.clauses} 个条款 · ${status.retrieval === 'hybrid' ? '向量与关键词检索' : '仅关键词检索'}</span>
<span>${status.embedder ?? ''}</span>
<span><a href="/docs">API</a> · 条问 ${version}</span>
</footer>`,
  })
}

function banners(status: Status): Html {
  if (!status.ready)
    return banner(`索引尚未就绪，暂时不能回答${progressOf(status)}。`, 'No index is ready yet.', status)
  if (status.retrieval === 'keyword') {
    const words = 'Keyword-only for now: paraphrases may be missed.'
    return banner('当前只按关键词检索，换一种说法提问可能找不到。', words, status)
  }
  return status.fallbacks.length > 0 ? html`<p class="banner">${reasons(status)}</p>` : html``
}

const banner = (chinese: string, words: string, status: Status): Html =>
  html`<p class="banner" role="status">${chinese}${english(words)}${reasons(status)}</p>`

const progressOf = ({ building }: Status) => (building ? `（${building.step} ${building.done}/${building.total}）` : '')

const reasons = ({ fallbacks }: Status): Html =>
  html`${fallbacks.map(({ reason }) => html`<span class="reason">${reason}</span>`)}`

function documentList(documents: readonly DocumentSummary[]): Html {
  if (documents.length === 0) return html``
  return html`<details class="documents"${documents.length <= 12 ? html` open` : ''}>
<summary>可以回答的文件 ${english('Documents')} <span class="count">${documents.length}</span></summary>
<ul>
${documents.map(documentItem)}</ul>
</details>`
}

function documentItem(document: DocumentSummary): Html {
  const lent = document.titleFrom === 'inferred' && html` <small>题名推断 · ${document.source}</small>`
  return html`<li><a href="${document.url}">${document.title}</a>${dateOf(document)}${lent}</li>
`
}

function dateOf({ header }: DocumentSummary): Html {
  const fact = header['passed'] ?? header['published'] ?? header['effective']
  return html`${fact && html` <time datetime="${fact.value}">${fact.value}</time>`}`
}
