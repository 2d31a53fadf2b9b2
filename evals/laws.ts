/**
 * Does the program decline what its documents do not answer? 308 lay questions over 1,342 laws, each with the articles
 * that answer it, are asked three ways: over all laws; with every law left out that answers them; and, where several
 * laws answer, with only one of these kept. Run by `npm run eval:laws`.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { openApp } from '../src/app.ts'
import { readConfig, type Environment } from '../src/config.ts'
import type { Answer, AnswerEvent, AskRequest, DocumentId } from '../src/types.ts'

/** An article that answers, by the file it stands in. */
const Gold = z.object({ file: z.string().min(1), title: z.string().min(1), article: z.string().min(1) })
const LawQuestion = z.object({ id: z.int(), question: z.string().min(1), gold: z.array(Gold).min(1) })
export type LawQuestion = z.infer<typeof LawQuestion>

/** What the eval must know of a document of the library. */
export interface Listed {
  readonly id: DocumentId
  readonly source: string
  readonly title?: string
}

/** `present`: asked over all laws; `removed`: without any that answers; `one-kept`: without all but one that answers. */
export type Condition = 'present' | 'removed' | 'one-kept'
export type Split = 'tune' | 'report'

export interface Trial {
  readonly question: LawQuestion
  readonly condition: Condition
  /** The documents asked; absent: all. */
  readonly documents?: readonly DocumentId[]
}

export interface Outcome {
  readonly id: number
  readonly split: Split
  readonly condition: Condition
  readonly declined: boolean
  /** The first citation is of a gold article. */
  readonly cited: boolean
  /** A gold article is among the first ten passages. */
  readonly found: boolean
}

/** Limits are set on `tune`; the figures that count are those of `report`. */
export const splitOf = (id: number): Split => (id % 2 === 1 ? 'tune' : 'report')

/** One question a line. */
export function parseQuestions(jsonl: string): LawQuestion[] {
  return jsonl.split('\n').flatMap((line) => (line.trim() === '' ? [] : [LawQuestion.parse(JSON.parse(line))]))
}

/** A title without 中华人民共和国 and what stands in brackets at its end: copies, parts and versions of a law have one. */
const nameOf = (title: string): string => title.replace(/[（(][^（）()]{1,20}[）)]$/, '').replace(/^中华人民共和国/, '')

/** The ways to ask a question. A law is left out with its other files, copies and versions. */
export function trialsOf(question: LawQuestion, documents: readonly Listed[]): Trial[] {
  const files = new Set(question.gold.map(({ file }) => file))
  const laws = new Map<string, Set<DocumentId>>()
  for (const { id, source, title } of documents.filter(({ source }) => isFile(source, files))) {
    const name = nameOf(title ?? source)
    const same = documents.filter((other) => other.id === id || (other.title !== undefined && nameOf(other.title) === name))
    laws.set(name, new Set(same.map((one) => one.id)))
  }
  const without = (gone: readonly ReadonlySet<DocumentId>[]): DocumentId[] =>
    documents.map(({ id }) => id).filter((id) => !gone.some((ids) => ids.has(id)))
  const trials: Trial[] = [
    { question, condition: 'present' },
    { question, condition: 'removed', documents: without([...laws.values()]) },
  ]
  if (laws.size < 2) return trials
  for (const kept of laws.keys()) {
    const gone = [...laws].filter(([name]) => name !== kept).map(([, ids]) => ids)
    trials.push({ question, condition: 'one-kept', documents: without(gone) })
  }
  return trials
}

/** The sources of a library may have the name of their folder before them. */
function isFile(source: string, files: ReadonlySet<string>): boolean {
  return files.has(source) || files.has(source.slice(source.indexOf('/') + 1))
}

/** What came of a trial. */
export function outcomeOf({ question, condition }: Trial, answer: Answer): Outcome {
  const isGold = ({ source, path }: { readonly source: string; readonly path: readonly string[] }): boolean =>
    question.gold.some(({ file, article }) => isFile(source, new Set([file])) && path.includes(article))
  const [first] = answer.outcome === 'answered' ? answer.citations : []
  return {
    id: question.id,
    split: splitOf(question.id),
    condition,
    declined: answer.outcome === 'declined',
    cited: first !== undefined && isGold(first),
    found: answer.passages.slice(0, 10).some(isGold),
  }
}

/** A share with the ends of its 95 % interval. */
export interface Share {
  readonly share: number
  readonly low: number
  readonly high: number
  readonly of: number
}

const RESAMPLES = 2000

/** Percentile bootstrap over questions, the same every time. Undefined of nothing. */
export function shareOf(outcomes: readonly Outcome[], holds: (one: Outcome) => boolean): Share | undefined {
  const byQuestion = new Map<number, { got: number; of: number }>()
  for (const one of outcomes) {
    const sum = byQuestion.get(one.id) ?? { got: 0, of: 0 }
    byQuestion.set(one.id, { got: sum.got + (holds(one) ? 1 : 0), of: sum.of + 1 })
  }
  const all = [...byQuestion.values()]
  if (all.length === 0) return undefined
  const random = randomFrom(20_260_101)
  const shares = Array.from({ length: RESAMPLES }, () => ratio(all.map(() => all[Math.floor(random() * all.length)]!)))
  shares.sort((one, other) => one - other)
  return {
    share: ratio(all),
    low: shares[Math.floor(0.025 * RESAMPLES)]!,
    high: shares[Math.ceil(0.975 * RESAMPLES) - 1]!,
    of: outcomes.length,
  }
}

function ratio(sums: readonly { readonly got: number; readonly of: number }[]): number {
  return sums.reduce((sum, { got }) => sum + got, 0) / sums.reduce((sum, { of }) => sum + of, 0)
}

/** Numbers from 0 up to 1: a linear congruence modulo 2^32 (Numerical Recipes). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

interface Measure {
  readonly name: string
  readonly label: string
  readonly condition: Condition
  readonly holds: (one: Outcome) => boolean
}

const MEASURES: readonly Measure[] = [
  { name: 'removedDeclined', label: '撤去所依据的法律，拒答', condition: 'removed', holds: ({ declined }) => declined },
  { name: 'presentDeclined', label: '法律都在，误拒↓', condition: 'present', holds: ({ declined }) => declined },
  { name: 'presentCited', label: '法律都在，首条引用命中', condition: 'present', holds: ({ cited }) => cited },
  { name: 'presentFound', label: '法律都在，前10段命中', condition: 'present', holds: ({ found }) => found },
  { name: 'oneKeptDeclined', label: '几部法律只留一部，拒答', condition: 'one-kept', holds: ({ declined }) => declined },
]

export type Figures = Readonly<Record<string, Readonly<Record<string, Share>>>>

/** Split or `all` → measure → share. */
export function figuresOf(outcomes: readonly Outcome[]): Figures {
  const rows = ['tune', 'report', 'all'].map((row) => {
    const own = outcomes.filter(({ split }) => row === 'all' || split === row)
    const shares = MEASURES.flatMap(({ name, condition, holds }) => {
      const share = shareOf(own.filter((one) => one.condition === condition), holds)
      return share ? [[name, share] as const] : []
    })
    return [row, Object.fromEntries(shares)] as const
  })
  return Object.fromEntries(rows)
}

/** A line a measure, a column a split. */
export function tableOf(figures: Figures): string {
  const percent = (value: number): string => (100 * value).toFixed(1)
  const cell = (share: Share | undefined): string =>
    share ? `${percent(share.share)} [${percent(share.low)}–${percent(share.high)}]` : '·'
  const rows = Object.keys(figures)
  const lines = MEASURES.map(({ name, label }) => [label, ...rows.map((row) => cell(figures[row]?.[name]))].join('\t'))
  return [['百分比 [95% 区间]', ...rows].join('\t'), ...lines].join('\n')
}

const HERE = import.meta.dirname
const HISTORY = join(HERE, 'laws-history.jsonl')
const HELP = `用法：npm run eval:laws -- [选项]

  --index <文件夹>    已建好的索引，照原样使用；默认 index/laws，没有就建
  --limit <n>         只问前 n 题
  --note <文字>       记在 evals/laws-history.jsonl 里
  --unrecorded        不记
  --help

TIAOWEN_CORPUS（默认 ../shared/corpus）须有 laws/ 和 questions.jsonl；TIAOWEN_MODEL_DIR=off 时只用关键词。
`

interface Options {
  readonly index?: string
  readonly limit: number
  readonly note?: string
  readonly recorded: boolean
}

async function finalAnswer(events: AsyncIterable<AnswerEvent>): Promise<Answer> {
  for await (const event of events) if (event.type === 'done') return event.answer
  throw new Error('没有 done 事件 an answer without an end')
}

/** Asks every trial and prints the table. @returns the exit code */
async function run(environment: Environment, { index, limit, note, recorded }: Options): Promise<number> {
  const corpus = environment['TIAOWEN_CORPUS'] ?? join(HERE, '..', '..', 'shared', 'corpus')
  const laws = join(corpus, 'laws')
  if (!existsSync(laws)) return console.log(`没有 ${laws}：请设 TIAOWEN_CORPUS。There is no corpus.`), 2
  const own = { TIAOWEN_FOLDERS: laws, TIAOWEN_SEEDS: 'off', TIAOWEN_CORPUS: corpus }
  const home = join(HERE, '..', 'index', 'laws')
  const config = readConfig({
    ...environment,
    ...own,
    TIAOWEN_INDEX_FOLDER: index ?? home,
    TIAOWEN_DATA_FOLDER: join(HERE, '..', 'data', 'laws'),
  })
  const app = await openApp(config, { log: (line) => console.error(line), frozen: index !== undefined })
  try {
    await app.settled
    const { assistant } = app
    const documents = assistant.catalogue().documents.map(({ id, source, header }): Listed => {
      return { id, source, ...(header.title ? { title: header.title.value } : {}) }
    })
    const questions = parseQuestions(readFileSync(join(corpus, 'questions.jsonl'), 'utf8')).slice(0, limit)
    const outcomes: Outcome[] = []
    let [asked, reranked] = [0, 0]
    for (const trial of questions.flatMap((question) => trialsOf(question, documents))) {
      const request: AskRequest = {
        question: trial.question.question,
        mode: 'extractive',
        ...(trial.documents ? { documents: trial.documents } : {}),
      }
      const answer = await finalAnswer(assistant.ask(request))
      asked += 1
      if (answer.reranker !== undefined) reranked += 1
      outcomes.push(outcomeOf(trial, answer))
    }
    const figures = figuresOf(outcomes)
    const { retrieval, reranker } = assistant.status()
    const ordered = reranker ? `，重排：${reranker.name}，${reranked} 次按它的次序，共问 ${asked} 次` : ''
    console.log(`${questions.length} 题，检索：${retrieval}${ordered}\n${tableOf(figures)}`)
    const by = reranker && { reranker: reranker.name, reranked }
    const line = { day: new Date().toISOString().slice(0, 10), retrieval, ...by, questions: questions.length, note, figures }
    if (recorded) appendFileSync(HISTORY, `${JSON.stringify(line, rounded)}\n`)
    return 0
  } finally {
    await app.close()
  }
}

/** Four decimals tell any two figures apart. */
const rounded = (_: string, value: unknown): unknown => (typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value)

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      index: { type: 'string' },
      limit: { type: 'string', default: 'Infinity' },
      note: { type: 'string' },
      unrecorded: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const { index, note, limit, unrecorded, help } = values
  if (help) console.log(HELP)
  else {
    const options = { limit: Number(limit), recorded: !unrecorded, ...(index ? { index } : {}), ...(note ? { note } : {}) }
    process.exitCode = await run(process.env, options)
  }
}
