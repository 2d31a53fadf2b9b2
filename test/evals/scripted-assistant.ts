/** An assistant that knows the expected answers, over the real seed text: what the runner itself is tried with. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { linesAt } from '../../evals/address.ts'
import type { EvalCase, Gold } from '../../evals/cases.ts'
import type { EvalAssistant } from '../../evals/run.ts'
import type { Answer, Citation, DocumentId, Outcome, Passage, Segment } from '../../src/types.ts'

const SEEDS = join(import.meta.dirname, '../../seeds')
const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')

const TEXTS = new Map(
  readdirSync(SEEDS)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => [idOf(name), bodyOnce(readFileSync(join(SEEDS, name), 'utf8'))]),
)

/** 001 holds its body twice: up to where its first line comes again. */
function bodyOnce(text: string): string {
  const again = text.indexOf(text.slice(0, 80), 80)
  return again < 0 ? text : text.slice(0, again)
}

function idOf(source: string): DocumentId {
  return `d-${source.slice(0, 3)}` as DocumentId
}

export const textOf = (documentId: string) => TEXTS.get(documentId as DocumentId)

/** 三 → 第三部分, 2 → 第2条, as a reader would say it. */
function spoken(path: readonly string[]): string {
  const names = { header: '标题', preamble: '序言', closing: '结语' } as Record<string, string>
  return path.map((step, depth) => names[step] ?? (depth === 0 ? `第${step}部分` : `第${step}条`)).join('')
}

/** The paragraph that holds the words; for a clause asked for by its number, all its paragraphs. */
function quotedSpan(text: string, { path, paragraph }: Gold, words: string, whole: boolean) {
  const lines = linesAt(text, path)
  const holder = [...lines, ...text.split('\n')].find((line) => line.includes(words)) ?? ''
  const [first, last] = whole && paragraph === undefined ? [lines[0], lines.at(-1)] : [holder, holder]
  return { start: text.indexOf(first ?? ''), end: text.indexOf(last ?? '') + (last ?? '').length }
}

function citationOf(gold: Gold, n: number, words: string, whole: boolean): Citation {
  const text = textOf(idOf(gold.source)) ?? ''
  const { start, end } = quotedSpan(text, gold, words, whole)
  return {
    n,
    documentId: idOf(gold.source),
    source: gold.source,
    title: gold.source,
    path: gold.path,
    label: `${gold.path.join('、')}.`,
    spoken: spoken(gold.path),
    quote: text.slice(start, end),
    start,
    end,
    textSha256: sha256(text),
    quoteSha256: sha256(text.slice(start, end)),
    alsoIn: [],
    url: '/',
  }
}

function passageOf(citation: Citation): Passage {
  const { documentId, source, title, path, label, spoken, quote, start, end, alsoIn, url } = citation
  return { documentId, source, title, path, label, spoken, text: quote, start, end, score: 1, alsoIn, url }
}

/** An answer with these citations, each shown whole under its label. */
export function answerWith(question: string, outcome: Outcome, citations: readonly Citation[]): Answer {
  const segments = citations.flatMap((citation): Segment[] => [
    { kind: 'label', text: `${citation.spoken}：`, citations: [citation.n] },
    { kind: 'quotation', text: citation.quote, citations: [citation.n] },
  ])
  return {
    id: 'a-1',
    question,
    outcome,
    text: segments.map((segment) => segment.text).join(''),
    segments,
    citations,
    passages: citations.map(passageOf),
    mode: 'extractive',
    retrieval: 'hybrid',
    index: { generation: 'g-1', embedder: 'scripted' },
    timings: {},
  }
}

/** The right answer to a case. */
export function rightAnswer({ group, question, expect: expected }: EvalCase): Answer {
  const { outcome, reason, gold = [], contains = [], all } = expected
  const needed = all ? gold : gold.slice(0, 1)
  const citations = needed.map((one, index) =>
    citationOf(one, index + 1, holds(one, contains) ?? contains[0] ?? '', group.startsWith('lookups')),
  )
  return { ...answerWith(question, outcome, citations), ...(reason === undefined ? {} : { reason }) }
}

/** The first of the words that stands in the clause itself. */
function holds({ source, path }: Gold, contains: readonly string[]): string | undefined {
  const lines = linesAt(textOf(idOf(source)) ?? '', path)
  return contains.find((part) => lines.some((line) => line.includes(part)))
}

/** An assistant that answers a case by what `answer` makes of it. */
export function scripted(cases: readonly EvalCase[], answer: (one: EvalCase) => Answer): EvalAssistant {
  return {
    async *ask({ question, history }) {
      const asked = JSON.stringify([question, history])
      const one = cases.find((other) => JSON.stringify([other.question, other.history]) === asked)
      if (one === undefined) throw new Error(`no such case: ${question}`)
      yield { type: 'done', answer: answer(one) }
    },
  }
}
