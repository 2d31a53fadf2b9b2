/** A checked draft as one page to keep or pass on: the draft with its marks, and a list. No script; every word is escaped. */
import type { CheckDifference, SourceSuggestion } from '../types.ts'
import { CITATION_FORMS, citedOf } from './citation-forms.ts'
import type { CheckedDraft, PlacedItem } from './checked-draft.ts'
import { piecesOfDraft, REASON_WORDS, summaryWords, VERDICT_ORDER, VERDICT_SIGNS, VERDICT_WORDS, WEIGHT_WORDS } from './check-words.ts'
import { dateWords, placeWords, standingWords } from './render.ts'

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** As text of a page; control characters, and marks that turn the reading direction, are shown as � . */
const safe = (text: string): string =>
  text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd').replace(/[&<>"']/g, (sign) => escapes[sign]!)

/** @param text the draft, into which the offsets point */
export function checkPage(checked: CheckedDraft, text: string): string {
  const { items, summary, draft, remarks, suggestions } = checked
  const name = draft.name ?? '草稿'
  const marked: readonly Marked[] = [
    ...items.map((item, at) => ({ ...item, id: `item-${at + 1}` })),
    ...(suggestions?.items ?? []).map((one, at) => ({ ...one, id: `suggestion-${at + 1}` })),
  ].sort((a, b) => a.start - b.start)
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${safe(name)} · 引文核对</title>
<style>${SHEET}</style>
</head>
<body>
<header>
<h1>${safe(name)}</h1>
<p class="${summary.isClean ? 'clean' : 'unclean'}">${safe(summaryWords(summary))}</p>
${remarks.length > 0 ? `<ul class="remarks">${remarks.map(({ message }) => `<li>${safe(message)}</li>`).join('')}</ul>` : ''}
<p class="legend">${VERDICT_ORDER.map((verdict) => `<span class="mark ${verdict}"><b aria-hidden="true">${VERDICT_SIGNS[verdict]}</b>${VERDICT_WORDS[verdict]}</span>`).join(' ')}</p>
</header>
<main>
<section class="draft" aria-label="草稿">${draftHtml(text, marked)}</section>
<section class="items" aria-label="核对结果">
<ol>${items.map((item, at) => itemHtml(item, at + 1)).join('')}</ol>
${suggestions ? suggestionsHtml(suggestions.items, suggestions.sentences, suggestions.lookedUp) : ''}
</section>
</main>
</body>
</html>
`
}

type Marked = (PlacedItem | SourceSuggestion) & { readonly id: string }

function draftHtml(text: string, marked: readonly Marked[]): string {
  const html = piecesOfDraft(text, marked).map(({ start, end, found }) => {
    const words = safe(text.slice(start, end))
    if (!found) return words
    const [kind, sign, name] =
      'verdict' in found ? [found.verdict, VERDICT_SIGNS[found.verdict], VERDICT_WORDS[found.verdict]] : ['suggestion', '✦', '推荐出处']
    return `<a class="mark ${kind}" href="#${found.id}" title="${name}"><b aria-hidden="true">${sign}</b>${words}</a>`
  })
  return html.join('').split('\n').map((line) => `<p>${line}</p>`).join('\n')
}

function itemHtml(item: PlacedItem, n: number): string {
  const { verdict, why, message, place, quote, diff, truth, skipped = [], citation, alternatives } = item
  const facts = [
    ...(diff ? [`<dt>对照</dt><dd class="diff">${diff.map(differenceHtml).join('')} <small>（<del>原文</del> <ins>草稿</ins>）</small></dd>`] : [`<dt>草稿</dt><dd>${safe(quote)}</dd>`]),
    ...(truth === undefined ? [] : [`<dt>原文</dt><dd>${safe(truth)}</dd>`]),
    ...skipped.map((words) => `<dt>略去</dt><dd>${safe(words)}</dd>`),
    ...(citation
      ? [`<dt>出处</dt><dd>${safe(placeWords(citation))}（${safe(citation.label)}）<small>${safe(dateWords(citation))}${safe(standingWords(citation.version))}</small></dd>`,
        `<dt>脚注</dt><dd>${safe(CITATION_FORMS.footnote(citedOf(citation)))}</dd>`]
      : []),
    ...(alternatives.length > 0 ? [`<dt>另见</dt><dd>${alternatives.map((one) => safe(placeWords(one))).join('；')}</dd>`] : []),
  ]
  const reason = why === undefined ? '' : `（${REASON_WORDS[why]}）`
  return `<li id="item-${n}" class="${verdict}"><h2><span class="mark ${verdict}"><b aria-hidden="true">${VERDICT_SIGNS[verdict]}</b>${VERDICT_WORDS[verdict]}</span>${reason} ${safe(place?.words ?? '')}</h2><p>${safe(message)}</p><dl>${facts.join('')}</dl></li>`
}

function differenceHtml({ kind, text, weighs }: CheckDifference): string {
  if (kind === 'same') return safe(text)
  const [tag, name] = kind === 'left-out' ? ['del', '原文有'] : ['ins', '草稿有']
  const told = weighs.map((weight) => WEIGHT_WORDS[weight]).join('、')
  return `<${tag}${weighs.length > 0 ? ' class="heavy"' : ''} title="${name}">${safe(text)}${told === '' ? '' : `<small>${told}</small>`}</${tag}>`
}

function suggestionsHtml(items: readonly SourceSuggestion[], sentences: number, lookedUp: number): string {
  const told = `另有 ${sentences} 句写了数字或要求而没有注明出处${lookedUp < sentences ? `，查了前 ${lookedUp} 句` : ''}；下列 ${items.length} 句可能出自这些条款，仅供参考，不是核对结论。`
  const list = items.map(
    ({ sentence, score, citation }, at) =>
      `<li id="suggestion-${at + 1}"><p>${safe(sentence)}</p><dl><dt>可能出自</dt><dd>${safe(placeWords(citation))} <small>相近 ${Math.round(score * 100)}%</small></dd><dt>原文</dt><dd>${safe(citation.quote)}</dd></dl></li>`,
  )
  return `<h2>推荐出处</h2><p>${told}</p><ol class="suggestions">${list.join('')}</ol>`
}

const SHEET = `:root{color-scheme:light dark;--ink:light-dark(#1f2428,#e3e0d9);--soft:light-dark(#5d646b,#a3a5a6);--paper:light-dark(#fff,#16181a);--line:light-dark(#e3e0d7,#30353a);--good:light-dark(#1f6b3a,#86cf9f);--bad:light-dark(#a3261f,#f0958d);--warn:light-dark(#85430d,#e6b27c);--wash:light-dark(#f8f7f3,#1d2023)}
body{margin:0 auto;max-width:90rem;padding:1.5rem;color:var(--ink);background:var(--paper);font:1rem/1.8 system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;overflow-wrap:anywhere}
h1{margin:0;font-size:1.3rem}h2{margin:0;font-size:1rem}main{display:grid;grid-template-columns:3fr 2fr;gap:2rem}
.draft p{margin:0 0 .5rem;min-height:1em}.mark{color:inherit;text-decoration:none;border-bottom:2px solid var(--soft);padding:0 .1em}.mark b{margin-right:.2em;font-size:.8em}
.verbatim>b,.mark.verbatim b{color:var(--good)}.mark.verbatim{border-color:var(--good)}.mark.altered{border-bottom:3px double var(--bad);background:color-mix(in srgb,var(--bad) 12%,transparent)}.mark.misplaced{border-bottom:2px dashed var(--warn);background:color-mix(in srgb,var(--warn) 12%,transparent)}
.mark.no-such-clause,.mark.not-found{border-bottom:2px dashed var(--bad);background:color-mix(in srgb,var(--bad) 8%,transparent)}.mark.not-checked{border-bottom:2px dotted var(--soft)}.mark.suggestion{border-bottom:1px dashed var(--soft)}
.items ol{margin:0;padding:0 0 0 1.5rem}.items li{margin:0 0 1rem;padding:.6rem .8rem;background:var(--wash);border:1px solid var(--line);border-radius:8px}.items li:target{outline:2px solid var(--warn)}.items p{margin:.2rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .8rem;margin:.4rem 0 0;font-size:.93rem}dt{color:var(--soft)}dd{margin:0;white-space:pre-wrap}del{color:var(--good);text-decoration:none;border-bottom:2px solid}ins{color:var(--bad);text-decoration:line-through}.heavy{display:inline-block;margin:0 .15em;padding:0 .25em;font-size:1.15em;font-weight:700;border:2px solid;border-radius:4px}.heavy small{display:inline-block;margin-left:.3em;color:inherit;font-size:.65em;font-weight:400}
.clean{color:var(--good)}.unclean{color:var(--bad)}small,.remarks,.legend{color:var(--soft);font-size:.88rem}
@media screen and (min-width:60rem){.draft{position:sticky;top:1rem;align-self:start;max-height:calc(100vh - 2rem);overflow-y:auto}}
@media(max-width:60rem){main{display:block}}
`
