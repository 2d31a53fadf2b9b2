/** `tiaowen doctor`: what runs here, with what, and where a person should look. It mends nothing. */
import type { Assistant, Status } from '../../answering/assistant.ts'
import { titleOf } from '../../clauses/address.ts'
import { findProblems, type TreeProblem } from '../../clauses/tree.ts'
import type { Document, DroppedLine, Fact } from '../../types.ts'
import { bracketed, FACT_NAMES, FROM, plain, snippetOf, type Style } from '../render.ts'
import { json, type Printing } from './answers.ts'
import { EXIT } from './help.ts'

/** What the program knows of the machine it runs on, e.g. ['Node', 'v24.21.0']. */
export type About = readonly (readonly [name: string, value: string])[]

interface Examined {
  readonly document: Document
  readonly problems: readonly TreeProblem[]
}

/** Exits 0 also where there are problems: they are for a person to look at. */
export function doctor(assistant: Assistant, about: About, isJson: boolean, { print, style }: Printing): number {
  const status = assistant.status()
  const examined = status.ready
    ? assistant.catalogue().documents.map((document) => ({ document, problems: findProblems(document) }))
    : []
  print(
    isJson
      ? json({ about: Object.fromEntries(about), status, documents: examined.map(documentJson) })
      : text(about, status, examined, style),
  )
  return EXIT.done
}

function documentJson({ document, problems }: Examined) {
  const { id, source, format, encoding, header, textSha256, dropped } = document
  return { id, source, title: titleOf(document), format, encoding, header, textSha256, problems, dropped }
}

function text(about: About, status: Status, examined: readonly Examined[], style: Style): string {
  const blocks = [
    [style.strong('运行环境'), ...about.map(([name, value]) => row(name, value))],
    [
      style.strong('索引'),
      ...statusRows(status),
      ...status.fallbacks.map(({ reason }) => style.warning(`  ! ${plain(reason)}`)),
    ],
    ...(status.skipped ? [[style.strong('未收录的文件'), ...skippedRows(status)]] : []),
    ...examined.map((one) => documentText(one, style)),
  ]
  return blocks.map((block) => block.join('\n')).join('\n\n')
}

function statusRows(status: Status): readonly string[] {
  const vectors = { hnsw: 'HNSW', exact: '逐一比较（没有 hnswlib-node）' }
  return [
    row('状态', status.ready ? '可用' : '尚未建立'),
    row('代次', status.generation ?? '无'),
    row('模型', status.embedder ?? '无（只按关键词检索）'),
    row('向量', status.vectors ? vectors[status.vectors] : '无'),
    ...(status.search ? [row('检索', searchWords(status.search))] : []),
    ...(status.reranker ? [row('重排', rerankerWords(status.reranker))] : []),
    row('规模', `${status.documents} 份文件，${status.clauses} 个条款，${status.chunks} 个片段`),
    ...(status.building
      ? [row('正在', `${status.building.step} ${status.building.done}/${status.building.total}`)]
      : []),
  ]
}

const SEARCH = { ok: '集群可用', incomplete: '集群缺少节点', unavailable: '集群没有应答' } as const

const searchWords = ({ state, nodes, expectedNodes }: NonNullable<Status['search']>): string =>
  nodes === undefined ? SEARCH[state] : `${SEARCH[state]}（${nodes}/${expectedNodes} 个节点）`

const RERANKER = { idle: '提问时载入', loading: '正在载入', ready: '可用', resting: '暂停', failed: '不可用' } as const

const rerankerWords = ({ name, weights, state }: NonNullable<Status['reranker']>): string =>
  `${name}（${weights}，${RERANKER[state]}）`

/** One line a file that became no document, with the reason. */
export function skippedRows({ skipped = [] }: Pick<Status, 'skipped'>): readonly string[] {
  return skipped.map(({ source, message }) => `  ${plain(source)}　${plain(message)}`)
}

const row = (name: string, value: string) => `  ${name}　${plain(value)}`

const DROPPED: Readonly<Record<DroppedLine['reason'], string>> = {
  navigation: '导航',
  share: '分享按钮',
  byline: '署名行',
  'link-list': '链接',
  footer: '页脚',
  'repeated-body': '重复的正文',
  'running-head': '页眉',
  'running-foot': '页脚',
  'page-number': '页码',
  watermark: '水印',
  'empty-page': '没有文字的页（空白页或扫描件）',
}
const SHOWN = 20

function documentText({ document, problems }: Examined, style: Style): readonly string[] {
  const { header, dropped, format, encoding } = document
  const facts = Object.entries(FACT_NAMES).flatMap(([name, label]) => {
    const fact: Fact | undefined = header[name as keyof typeof FACT_NAMES]
    return fact ? [row(label, `${fact.value}${FROM[fact.from]}`)] : []
  })
  return [
    style.strong(plain(`${bracketed(titleOf(document))}${header.title ? FROM[header.title.from] : ''}`)),
    row('编号', document.id),
    row('来源', `${document.source}（${[...new Set([format, encoding])].join('，')}，${document.text.length} 字）`),
    ...facts,
    ...(problems.length === 0 ? [row('条款', '编号前后相接')] : []),
    ...firstOf(problems).map(({ path, message }) => style.warning(`  ! ${plain(`${path.join('/')}：${message}`)}`)),
    ...more(problems, style),
    ...(dropped.length > 0 ? [row('去掉', `${dropped.length} 行`)] : []),
    ...firstOf(runsOf(dropped)).map((run) => style.soft(plain(`    ${runWords(run)}`))),
    ...more(runsOf(dropped), style),
  ]
}

/** Lines that follow each other, or stand on pages in order, and were left out for one reason; blank ones go along. */
function runsOf(dropped: readonly DroppedLine[]): readonly (readonly DroppedLine[])[] {
  const runs: DroppedLine[][] = []
  for (const line of dropped) {
    const before = runs.at(-1)?.at(-1)
    const follows = before !== undefined && (line.page === undefined ? line.line === before.line + 1 : isPaged(before, line))
    if (follows && (before.reason === line.reason || line.text.trim() === ''))
      runs.at(-1)?.push({ ...line, reason: before.reason })
    else runs.push([line])
  }
  return runs
}

const isPaged = (before: DroppedLine, { page = 0, reason }: DroppedLine) =>
  before.page !== undefined && before.reason === reason && before.page <= page

function runWords(run: readonly DroppedLine[]): string {
  const [first = run[0]!, last = first] = [run[0], run.at(-1)]
  const unit = first.page === undefined ? '行' : '页'
  const [from, to] = [first.page ?? first.line, last.page ?? last.line]
  const lines = from === to ? `第${from}${unit}` : `第${from}至${to}${unit}`
  if (first.reason === 'empty-page') return `${run.map(({ page }) => `第${page}页`).join('、')} ${DROPPED[first.reason]}`
  const words = run.find(({ text: line }) => line.trim() !== '')?.text ?? '（空行）'
  return `${lines} ${DROPPED[first.reason]}：${snippetOf(words)}`
}

const firstOf = <Item>(items: readonly Item[]) => items.slice(0, SHOWN)
const more = (items: readonly unknown[], style: Style) =>
  items.length > SHOWN ? [style.soft(`    ……另有 ${items.length - SHOWN} 处，见 --json`)] : []
