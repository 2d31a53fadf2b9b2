/**
 * The eval: every case is put to the assistant, every measure is taken of its answer, and the figures are
 * printed by group with the change from the last accepted run.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { Answer, AnswerEvent, AskRequest } from '../src/types.ts'
import { readCases, type EvalCase } from './cases.ts'
import { reportPage } from './html-report.ts'
import { MEASURES } from './measures/index.ts'
import type { Observation, Score } from './measures/measure.ts'
import { fallen, Floors } from './floors.ts'
import { table } from './table.ts'
import { writtenOf } from './written.ts'

/** What is measured: the program behind its narrowest door. The last event is `done`. */
export interface EvalAssistant {
  ask(request: AskRequest): AsyncIterable<AnswerEvent>
  /** Absent: there is no language model and no reranker. */
  status?(): { readonly languageModel?: { readonly id: string }; readonly reranker?: { readonly name: string } }
}

/** Who writes the answers that are measured; extractive unless asked for, so that figures can be compared. */
type EvalMode = 'extractive' | 'llm'

/** `got` of `of`, summed over cases. */
const Figure = z.strictObject({ got: z.number(), of: z.number() })
export type Figure = z.infer<typeof Figure>

/** Row → measure → figure. Rows are the groups, then `tune`, `report` and `all`. */
const Figures = z.record(z.string(), z.record(z.string(), Figure))
export type Figures = z.infer<typeof Figures>

/** The figures last accepted, for each way of retrieval. */
const Baseline = z.strictObject({ hybrid: Figures.optional(), keyword: Figures.optional() })
export type Baseline = z.infer<typeof Baseline>

/** One case with its answer and what was measured of it. */
export interface CaseResult extends Observation {
  /** By measure name; what does not apply is absent. */
  readonly scores: Readonly<Record<string, Score>>
  /** Everything a person must look at. Empty: the case passed. */
  readonly problems: readonly string[]
  readonly milliseconds: number
}

export interface Report {
  /** `hybrid` when any answer was. */
  readonly mode: EvalMode
  readonly retrieval: 'hybrid' | 'keyword'
  readonly generation: string
  readonly embedder: string | null
  /** Where a reranker is configured: its name, and how many answers have their passages in its order. */
  readonly reranked?: { readonly by: string; readonly answers: number }
  readonly results: readonly CaseResult[]
  readonly figures: Figures
}

export interface EvalRun {
  readonly assistant: EvalAssistant
  readonly cases: readonly EvalCase[]
  readonly mode?: EvalMode
  /** The stored text of a document, from the store and not from the answer. */
  readonly textOf: (documentId: string) => string | undefined
}

/** Puts every case to the assistant, one after the other. An assistant that throws fails that case only. */
export async function runEval({ assistant, cases, textOf, mode = 'extractive' }: EvalRun): Promise<Report> {
  const results: CaseResult[] = []
  for (const one of cases) results.push(await measureCase(assistant, one, { textOf, mode }))
  const answers = results.flatMap(({ answer }) => (answer === undefined ? [] : [answer]))
  const reranker = assistant.status?.().reranker
  const reranked = answers.filter((answer) => answer.reranker !== undefined).length
  return {
    mode,
    ...(reranker ? { reranked: { by: reranker.name, answers: reranked } } : {}),
    retrieval: answers.some((answer) => answer.retrieval === 'hybrid') ? 'hybrid' : 'keyword',
    generation: answers[0]?.index.generation ?? '',
    embedder: answers[0]?.index.embedder ?? null,
    results,
    figures: figuresOf(results),
  }
}

async function measureCase(
  assistant: EvalAssistant,
  one: EvalCase,
  { textOf, mode }: { readonly textOf: EvalRun['textOf']; readonly mode: EvalMode },
): Promise<CaseResult> {
  const started = performance.now()
  const reply = await answerTo(assistant, one, mode)
  const milliseconds = performance.now() - started
  const observation: Observation = { case: one, textOf, ...reply }
  const taken = MEASURES.flatMap((measure) => {
    const score = measure.score(observation)
    return score === undefined ? [] : [[measure.name, score] as const]
  })
  const problems = [...new Set(taken.flatMap(([, score]) => score.problems))]
  return { ...observation, scores: Object.fromEntries(taken), problems, milliseconds }
}

async function answerTo(
  assistant: EvalAssistant,
  one: EvalCase,
  mode: EvalMode,
): Promise<{ answer: Answer } | { failure: string }> {
  try {
    let answer: Answer | undefined
    const { question, history } = one
    for await (const event of assistant.ask({ question, ...(history && { history }), mode })) {
      if (event.type === 'done') answer = event.answer
    }
    return answer === undefined ? { failure: '没有 done 事件' } : { answer }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

function figuresOf(results: readonly CaseResult[]): Figures {
  const rows = new Map<string, CaseResult[]>()
  for (const result of results) {
    for (const row of [result.case.group, result.case.split, 'all']) rows.set(row, [...(rows.get(row) ?? []), result])
  }
  const figures: Figures = {}
  for (const [row, members] of rows) {
    const measured: Record<string, Figure> = {}
    for (const { name } of MEASURES) {
      const scores = members.flatMap((member) => member.scores[name] ?? [])
      const sum = (of: (score: Score) => number) => scores.reduce((total, score) => total + of(score), 0)
      if (scores.length > 0) measured[name] = { got: round(sum((score) => score.got)), of: sum((score) => score.of) }
    }
    figures[row] = measured
  }
  return figures
}

/** Four decimals: enough to tell any two figures apart, short enough to read in a diff. */
const round = (value: number) => Math.round(value * 10_000) / 10_000

const HERE = import.meta.dirname

export const EVAL_HELP = `用法：tiaowen eval [选项]

  --floors            与 evals/floors.json 比较，有跌破的就以 1 退出
  --update-baseline   把这次的结果记作 evals/baseline.json
  --cases <路径>      别的题目：一个 .jsonl 文件或一个文件夹
  --group <组名>      只做一组，可重复
  --split <tune|report>
  --mode <方式>       extractive（默认）或 llm：由所配置的语言模型成文，指标照旧，另数成文与删去的句子；
                      不与基线、下限比较
  --report <文件>     网页报告写到哪里（默认 evals/report.html）
  --json              只输出 JSON
  --help
`

const Options = z.object({
  floors: z.boolean().default(false),
  'update-baseline': z.boolean().default(false),
  cases: z.string().default(join(HERE, 'cases')),
  group: z.array(z.string()).optional(),
  split: z.enum(['tune', 'report']).optional(),
  mode: z.enum(['extractive', 'llm']).default('extractive'),
  report: z.string().default(join(HERE, 'report.html')),
  json: z.boolean().default(false),
  help: z.boolean().default(false),
})

/**
 * `tiaowen eval`: runs the cases, prints the table, writes the page.
 *
 * @returns the exit code: 0, 1 when a floor was broken, 2 when the command line is wrong
 */
export async function evalCommand(
  assistant: EvalAssistant,
  textOf: EvalRun['textOf'],
  argv: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  const options = optionsOf(argv)
  if (typeof options === 'string') return print(`${options}\n\n${EVAL_HELP}`), 2
  if (options.help) return print(EVAL_HELP), 0
  const { group, split, mode } = options
  if (mode === 'llm') {
    const isCompared = options.floors || options['update-baseline']
    if (isCompared) return print('基线与下限只用于 --mode extractive。'), 2
    if (!assistant.status?.().languageModel) return print(NO_MODEL), 2
  }
  if (options['update-baseline'] && assistant.status?.().reranker) return print(NOT_RERANKED), 2
  const cases = readCases(options.cases).filter(
    (one) => (group?.includes(one.group) ?? true) && (split === undefined || one.split === split),
  )
  if (cases.length === 0) return print('没有符合条件的题目。'), 2
  const baseline = mode === 'llm' ? {} : (readIfThere(join(HERE, 'baseline.json'), Baseline) ?? {})
  const report = await runEval({ assistant, cases, textOf, mode })
  const before = baseline[report.retrieval]
  writeFileSync(options.report, reportPage(report, before))
  if (options['update-baseline']) {
    const accepted: Baseline = { ...baseline, [report.retrieval]: report.figures }
    writeFileSync(join(HERE, 'baseline.json'), `${JSON.stringify(accepted, null, 1)}\n`)
  }
  const { retrieval, figures, reranked } = report
  if (options.json) print(JSON.stringify({ retrieval, ...(reranked && { reranked }), figures, ...(mode === 'llm' && { written: writtenOf(report) }) }))
  else print(`${table(report, before)}\n报告：${options.report}`)
  return options.floors ? checkFloors(report, options.json ? () => {} : print) : 0
}

const NOT_RERANKED = '基线不经重排：请取消 TIAOWEN_RERANKER_DIR 再更新基线。'
const NO_MODEL = '没有配置语言模型：请设置 TIAOWEN_LLM_URL 与 TIAOWEN_LLM_MODEL（见 docs/llm.md）。'

function optionsOf(argv: readonly string[]): z.infer<typeof Options> | string {
  try {
    const flag = { type: 'boolean' } as const
    const word = { type: 'string' } as const
    const { values } = parseArgs({
      args: [...argv],
      options: {
        floors: flag,
        'update-baseline': flag,
        cases: word,
        group: { type: 'string', multiple: true },
        split: word,
        mode: word,
        report: word,
        json: flag,
        help: flag,
      },
    })
    return Options.parse(values)
  } catch (error) {
    return `参数不对：${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}`
  }
}

function checkFloors(report: Report, print: (text: string) => void): number {
  const floors = readIfThere(join(HERE, 'floors.json'), Floors)
  if (floors === undefined) return print('没有 evals/floors.json，无从比较。'), 2
  const broken = fallen(report.figures, floors[report.retrieval])
  for (const line of broken) print(`跌破下限：${line}`)
  if (broken.length === 0) print(`全部下限都守住了（${report.retrieval}）。`)
  return broken.length === 0 ? 0 : 1
}

/** A JSON file beside this one; `undefined` when there is none. */
function readIfThere<T>(path: string, shape: z.ZodType<T>): T | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  return shape.parse(JSON.parse(text))
}
