/** The eval as a page a person can read: the figures with bars, then every failure with what was expected and got. */
import type { Answer, Passage } from '../src/types.ts'
import type { EvalCase, Gold } from './cases.ts'
import { MEASURES } from './measures/index.ts'
import { isAnyGold, type Measure } from './measures/measure.ts'
import { OUTCOMES } from './measures/outcome-accuracy.ts'
import type { CaseResult, Figures, Report } from './run.ts'
import { changeOf, rerankedLine, rowsOf, shareOf } from './table.ts'

/** Names of the groups in Chinese; a group that is not here shows its own name. */
const GROUPS: Readonly<Record<string, string>> = {
  'facts-direct': '事实（直问）',
  'facts-paraphrased': '事实（换说法）',
  lookups: '按条款号查阅',
  'lookups-absent': '不存在的条款号',
  lists: '列举',
  'several-documents': '多份文件',
  versions: '年份与版本',
  unanswerable: '无从回答',
  'false-premise': '前提有误',
  english: '英文提问',
  traditional: '繁体提问',
  slips: '错字与全角',
  'follow-ups': '追问',
  tune: '调参半',
  report: '报告半',
  all: '合计',
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escape = (words: string) => words.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)

function changeMark(measure: Measure, row: string, now: Figures, before: Figures | undefined): string {
  const change = changeOf(now[row]?.[measure.name], before?.[row]?.[measure.name])
  if (change === undefined) return ''
  const better = change > 0 === (measure.better === 'higher')
  const words = `${change > 0 ? '▲' : '▼'}${Math.abs(change).toFixed(1)}`
  return ` <span class="${better ? 'better' : 'worse'}">${words}</span>`
}

function summaryRow(measure: Measure, report: Report, before: Figures | undefined): string {
  const { totals } = rowsOf(report.figures)
  const cells = totals.map((row) => {
    const figure = report.figures[row]?.[measure.name]
    const share = shareOf(figure)
    if (share === undefined) return '<td class="none">·</td>'
    const bar = `<span class="bar ${measure.better}"><i style="width:${share.toFixed(1)}%"></i></span>`
    const counted = `<small>${+(figure?.got ?? 0).toFixed(1)}/${figure?.of}</small>`
    return `<td>${bar}<b>${share.toFixed(1)}%</b> ${counted}${changeMark(measure, row, report.figures, before)}</td>`
  })
  const direction = measure.better === 'lower' ? '<small>越低越好</small>' : ''
  return `<tr><th>${measure.chinese} ${direction}<br><small>${escape(measure.name)}</small></th>${cells.join('')}</tr>`
}

function groupRow(group: string, report: Report, before: Figures | undefined): string {
  const members = report.results.filter((result) => result.case.group === group)
  const failed = members.filter((result) => result.problems.length > 0).length
  const cells = MEASURES.map((measure) => {
    const share = shareOf(report.figures[group]?.[measure.name])
    if (share === undefined) return '<td class="none">·</td>'
    return `<td>${share.toFixed(1)}${changeMark(measure, group, report.figures, before)}</td>`
  })
  const name = `<a href="#${escape(group)}">${escape(GROUPS[group] ?? group)}</a>`
  return `<tr><th>${name}</th><td>${members.length}</td><td>${failed}</td>${cells.join('')}</tr>`
}

const goldName = ({ source, path, paragraph }: Gold) =>
  `${source.slice(0, 3)} ${path.join('、')}${paragraph === undefined ? '' : `（第${paragraph}款）`}`

function expectedBlock({ expect }: EvalCase): string {
  const parts = [
    `<b>${OUTCOMES[expect.outcome]}</b>${expect.reason === undefined ? '' : `（${expect.reason}）`}`,
    ...(expect.gold ? [`条款：${expect.gold.map(goldName).join(expect.all ? ' 和 ' : ' 或 ')}`] : []),
    ...(expect.contains ? [`原词：${expect.contains.map((words) => `「${words}」`).join('')}`] : []),
    ...(expect.not ? [`不得出现：${expect.not.map((words) => `「${words}」`).join('')}`] : []),
  ]
  return parts.map((part) => (part.startsWith('<b>') ? part : escape(part))).join('<br>')
}

function gotBlock(answer: Answer | undefined, failure: string | undefined, one: EvalCase): string {
  if (answer === undefined) return `<b>出错</b>：${escape(failure ?? '')}`
  const reason = answer.reason === undefined ? '' : `（${answer.reason}）`
  const segments = answer.segments.map(({ kind, text }) =>
    kind === 'quotation' ? `<q>${escape(text)}</q>` : `<span class="word">${escape(text)}</span>`,
  )
  const citations = answer.citations.map(
    (citation) =>
      `<li class="${isAnyGold(citation, one) ? 'gold' : ''}">[${citation.n}] ${escape(citation.source.slice(0, 3))} ` +
      `${escape(citation.path.join('、'))} <small>${escape(citation.spoken)}</small></li>`,
  )
  const { understoodAs } = answer
  const understood = understoodAs === undefined ? '' : `<p class="word">理解为：${escape(understoodAs)}</p>`
  const shown = `<p class="answer">${segments.join('')}</p><ul>${citations.join('')}</ul>`
  return `<b>${OUTCOMES[answer.outcome]}</b>${reason}${understood}${shown}`
}

function passageRow(passage: Passage, rank: number, one: EvalCase): string {
  const gold = isAnyGold(passage, one)
  const place = escape(`${passage.source.slice(0, 3)} ${passage.path.join('、')}`)
  const words = escape(`${passage.score.toFixed(3)}　${passage.text.slice(0, 48)}…`)
  return `<li class="${gold ? 'gold' : ''}">${gold ? '★ ' : ''}${rank}. ${place} <small>${words}</small></li>`
}

function failureBlock({ case: one, answer, failure, problems }: CaseResult): string {
  const history = (one.history ?? []).map(
    (turn) => `<p class="turn">${turn.role === 'user' ? '问' : '答'}：${escape(turn.content)}</p>`,
  )
  const passages = (answer?.passages ?? []).slice(0, 10).map((passage, index) => passageRow(passage, index + 1, one))
  return `<article id="${escape(one.id)}"><h3>${escape(one.question)}</h3>
<p class="meta">${escape([one.id, GROUPS[one.split], one.note].filter(Boolean).join(' · '))}</p>${history.join('')}
<ul class="problems">${problems.map((problem) => `<li>${escape(problem)}</li>`).join('')}</ul>
<div class="sides"><section><h4>应当</h4>${expectedBlock(one)}</section>
<section><h4>实际</h4>${gotBlock(answer, failure, one)}</section></div>
<details><summary>检索到的前 ${passages.length} 段（★ 为应引的条款）</summary>
<ol>${passages.join('')}</ol></details></article>`
}

const STYLE = `:root{color-scheme:light dark;--ink:light-dark(#1c1f24,#e6e6e3);--soft:light-dark(#6b7078,#9aa0a8);
--line:light-dark(#dfe2e6,#3a3e44);--paper:light-dark(#fff,#17191c);--good:light-dark(#2d7a4b,#6cc08b);
--bad:light-dark(#b3392f,#ee8a80);--bar:light-dark(#4a7bb5,#7fa9da)}
body{margin:0 auto;max-width:1180px;padding:24px;background:var(--paper);color:var(--ink);
font:15px/1.7 "Noto Serif SC","Source Han Serif SC","Songti SC",serif}
h1{font-size:24px;margin:0}h2{margin:36px 0 8px;font-size:19px}h3{margin:0;font-size:16px}
h4{margin:0;color:var(--soft);font-size:13px}
small,.meta,.word,.turn,.none{color:var(--soft)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}
th,td{padding:5px 8px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;white-space:nowrap}
.bar{display:inline-block;width:110px;height:9px;margin-right:8px;background:var(--line);border-radius:2px}
.bar i{display:block;height:100%;background:var(--bar);border-radius:2px}.bar.lower i{background:var(--bad)}
.better{color:var(--good)}.worse{color:var(--bad)}article{border-top:1px solid var(--line);padding:16px 0}
.meta,.turn{margin:0;font-size:13px}.problems{margin:6px 0;padding-left:18px;color:var(--bad)}
.sides{display:grid;grid-template-columns:1fr 2fr;gap:20px}@media(max-width:700px){.sides{grid-template-columns:1fr}}
.answer{margin:4px 0;max-height:240px;overflow-y:auto;white-space:pre-wrap}
q{quotes:none;border-bottom:1px solid var(--bar)}.gold{color:var(--good);font-weight:600}
ul,ol{margin:4px 0;padding-left:18px;list-style:none}summary{cursor:pointer;color:var(--soft)}`

/** The page, self-contained: no script, nothing fetched. */
export function reportPage(report: Report, before: Figures | undefined): string {
  const { groups, totals } = rowsOf(report.figures)
  const measured = MEASURES.filter(({ name }) => report.figures['all']?.[name] !== undefined)
  const failures = report.results.filter((result) => result.problems.length > 0)
  const sections = groups.flatMap((group) => {
    const members = failures.filter((result) => result.case.group === group)
    const blocks = members.length === 0 ? '<p class="meta">全部通过。</p>' : members.map(failureBlock).join('')
    const heading = `${escape(GROUPS[group] ?? group)} <small>未通过 ${members.length}</small>`
    return `<h2 id="${escape(group)}">${heading}</h2>${blocks}`
  })
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>条问 · 评测报告</title><style>${STYLE}</style></head><body>
<h1>条问 · 评测报告</h1>
<p class="meta">${report.results.length} 题，${failures.length} 题未通过 · 检索 ${report.retrieval} ·
索引 ${escape(report.generation)} · 模型 ${escape(report.embedder ?? '无')} ·
${report.reranked ? `${escape(rerankedLine(report.reranked, report.results.length))} ·` : ''}
${before === undefined ? '没有可比的基线' : '▲▼ 为与基线相比的变化（百分点）'}</p>
<h2>总表</h2><div class="wide"><table><tr><th>指标</th>${totals.map((row) => `<th>${GROUPS[row]}</th>`).join('')}</tr>
${measured.map((measure) => summaryRow(measure, report, before)).join('\n')}</table></div>
<h2>分组</h2><div class="wide"><table><tr><th>组</th><th>题数</th><th>未通过</th>
${MEASURES.map(({ chinese }) => `<th>${chinese}</th>`).join('')}</tr>
${groups.map((group) => groupRow(group, report, before)).join('\n')}</table></div>
${sections.join('\n')}
</body></html>
`
}
