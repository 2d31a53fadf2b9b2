/** The printed table: a row a group, a column a measure, each figure with its change from the baseline. */
import type { EvalCase } from './cases.ts'
import { MEASURES } from './measures/index.ts'
import type { Figure, Figures, Report } from './run.ts'
import { writtenOf } from './written.ts'

const TOTALS = ['tune', 'report', 'all']

/** The groups in the order they were asked, then the totals. */
export function rowsOf(figures: Figures): { groups: string[]; totals: string[] } {
  const rows = Object.keys(figures)
  return { groups: rows.filter((row) => !TOTALS.includes(row)), totals: TOTALS.filter((row) => rows.includes(row)) }
}

/** The share in hundredths; `undefined` when nothing was counted. */
export function shareOf(figure: Figure | undefined): number | undefined {
  return figure === undefined || figure.of === 0 ? undefined : (figure.got / figure.of) * 100
}

/** The change in hundredths from the baseline; `undefined` when there is none to speak of. */
export function changeOf(now: Figure | undefined, before: Figure | undefined): number | undefined {
  const [here, there] = [shareOf(now), shareOf(before)]
  if (here === undefined || there === undefined) return undefined
  const change = here - there
  return Math.abs(change) < 0.05 ? undefined : change
}

/** Columns a terminal gives the words: two for a Chinese character. */
function widthOf(words: string): number {
  return [...words].reduce((width, character) => width + (/[\u1100-\uffdc]/.test(character) ? 2 : 1), 0)
}

const padTo = (words: string, width: number) => ' '.repeat(Math.max(0, width - widthOf(words))) + words

function cell(now: Figure | undefined, before: Figure | undefined): string {
  const share = shareOf(now)
  if (share === undefined) return '·'
  const change = changeOf(now, before)
  return share.toFixed(1) + (change === undefined ? '' : `${change > 0 ? '▲' : '▼'}${Math.abs(change).toFixed(1)}`)
}

function grid(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))))
  return rows.map((row) => row.map((words, column) => padTo(words, widths[column] ?? 0)).join('  ')).join('\n')
}

/** The whole table as text: the totals a measure a line, then the groups, then one line on each failure. */
export function table(report: Report, before: Figures | undefined): string {
  const { groups, totals } = rowsOf(report.figures)
  const countOf = (holds: (one: EvalCase) => boolean) => report.results.filter((result) => holds(result.case)).length
  const counted = (row: string) => countOf(({ split }) => row === 'all' || split === row)
  const summary = MEASURES.filter(({ name }) => report.figures['all']?.[name] !== undefined).map((measure) => [
    measure.name,
    measure.chinese + (measure.better === 'lower' ? '↓' : ''),
    ...totals.map((row) => cell(report.figures[row]?.[measure.name], before?.[row]?.[measure.name])),
    fraction(report.figures['all']?.[measure.name]),
  ])
  const byGroup = groups.map((group) => [
    group,
    String(countOf((one) => one.group === group)),
    ...MEASURES.map(({ name }) => cell(report.figures[group]?.[name], before?.[group]?.[name])),
  ])
  const failures = report.results.filter((result) => result.problems.length > 0)
  return [
    `检索：${report.retrieval}　索引：${report.generation}　模型：${report.embedder ?? '无'}　${timesOf(report)}`,
    ...(report.reranked ? [rerankedLine(report.reranked, report.results.length)] : []),
    ...(report.mode === 'llm' ? [writtenLine(report)] : []),
    before === undefined ? '没有可比的基线。' : '▲▼ 是与 evals/baseline.json 相比的变化（百分点）。',
    '',
    grid([['measure', '指标', ...totals.map((row) => `${row}(${counted(row)})`), '计数'], ...summary]),
    '',
    grid([['group', '题数', ...MEASURES.map(({ chinese }) => chinese)], ...byGroup]),
    '',
    `未通过 ${failures.length} 题：`,
    ...failures.flatMap(({ case: one, problems }) => [
      `  ${one.id}（${one.split}）${one.question}`,
      `      ${problems.join('；')}`,
    ]),
  ].join('\n')
}

/** Also of a page of the report. */
export const rerankedLine = ({ by, answers }: NonNullable<Report['reranked']>, of: number): string =>
  `重排：${by}，${of} 题中 ${answers} 题的条款按它的次序`

function writtenLine(report: Report): string {
  const { asked, stood, sentences, removed, reasons, fallbacks } = writtenOf(report)
  const listed = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([name, times]) => `${name} ${times}`).join('；') || '无'
  return [
    `语言模型：${asked} 题交它成文，${stood} 题成立；${sentences} 句与原文相符，${removed} 句删去（${listed(reasons)}）`,
    `改为摘录：${listed(fallbacks)}`,
  ].join('\n')
}

const fraction = (figure: Figure | undefined) => (figure === undefined ? '' : `${+figure.got.toFixed(1)}/${figure.of}`)

function timesOf({ results }: Report): string {
  const times = results.map((result) => result.milliseconds).sort((a, b) => a - b)
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(0)
  return `每题 ${at(0.5)} 毫秒（中位），${at(0.95)} 毫秒（95%）`
}
