/** Where in the clauses found the answer stands: spans of whole phrases or sentences, scored. */
import { phrases, sentences, units } from '../chunks/sentences.ts'
import type { Bm25 } from '../retrieval/bm25.ts'
import type { Found } from '../retrieval/retrieve.ts'
import { terms } from '../retrieval/terms.ts'
import type { Span } from '../types.ts'
import { quantities, sameQuantity, type Quantity } from './quantities.ts'
import type { Question } from './question.ts'
import { times } from './times.ts'

/** A span that may be quoted. */
export interface Evidence {
  readonly found: Found
  readonly span: Span
  /** The sentence it stands in. */
  readonly sentence: Span
  readonly paragraph: Span
  /** For an item of a list, the paragraph that opens the list: 有下列情形之一的，…： */
  readonly opening?: Span
  readonly score: number
  /** 0 for a span of the clause that retrieval put first. */
  readonly rank: number
  /** Share of the question's terms, by weight, that stand in the span or its headings; 0 to 1. */
  readonly coverage: number
}

/** Set on the `tune` half of the cases. */
export const WEIGHTS = { clause: 3.2, spot: 0.6, coverage: 0.4, form: 1 }

/** A title says what a document is about, which answers few questions. */
const HEADER_PENALTY = 0.5

/** Longest sentence that is quoted whole, in UTF-16 units. */
const WHOLE_SENTENCE = 160
/** Longest run of phrases cut from a longer sentence. */
const LONGEST_RUN = 120

/** The question's terms with their weights; a term of function words only has none. */
export function weightedTerms(question: Question, keywords: Bm25): Map<string, number> {
  const weights = new Map<string, number>()
  for (const word of question.words) {
    for (const term of terms(word.text)) {
      const single = [...term].length === 1 && /\p{Script=Han}/u.test(term)
      weights.set(term, keywords.idf(term) * (single ? 0.3 : 1))
    }
  }
  return weights
}

interface Scorer {
  readonly weights: ReadonlyMap<string, number>
  readonly total: number
}

/** Share of the weighted terms that stand in a text; 0 to 1. */
export function coverageOf(weights: ReadonlyMap<string, number>, text: string): number {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  return share({ weights, total }, new Set(terms(text)))
}

function share({ weights, total }: Scorer, own: ReadonlySet<string>, around?: ReadonlySet<string>): number {
  if (total === 0) return 0
  let sum = 0
  for (const [term, weight] of weights) {
    if (own.has(term)) sum += weight
    else if (around?.has(term)) sum += weight * 0.5
  }
  return sum / total
}

/** All spans worth quoting of the clauses found, best first. */
export function findEvidence(question: Question, found: readonly Found[], keywords: Bm25): Evidence[] {
  const weights = weightedTerms(question, keywords)
  const scorer = { weights, total: [...weights.values()].reduce((sum, weight) => sum + weight, 0) }
  const bestSpot = Math.max(1e-9, ...found.flatMap(({ spots }) => spots.map(({ score }) => score)))
  return found
    .flatMap((one, rank) => {
      const { text } = one.document
      const headings = one.lineage.flatMap(({ heading }) => (heading ? [text.slice(heading.start, heading.end)] : []))
      const around = new Set(terms([one.document.header.title?.value ?? '', ...headings].join(' ')))
      const opening = openingOf(one)
      const opened = opening ? text.slice(opening.start, opening.end) : ''
      return spansOf(one).flatMap(({ paragraph, sentence }) =>
        runsOf(question, scorer, text, sentence).map((span): Evidence => {
          const nearness = spotScore(one, span) / bestSpot
          const words = opened + text.slice(span.start, span.end)
          const coverage = share(scorer, new Set(terms(words)), around)
          const fit = question.asks === 'list' && coverage < 0.15 ? 0 : WEIGHTS.form * formFit(question, words)
          // of two spans that cover the same words the shorter one; where little is covered, length tells nothing
          const length = (0.15 * coverage * (span.end - span.start)) / LONGEST_RUN
          const header = one.clause.kind === 'header' && !/^(?:time|who)$/.test(question.asks) ? HEADER_PENALTY : 0
          const score = one.score * WEIGHTS.clause + nearness * WEIGHTS.spot + coverage * WEIGHTS.coverage + fit - length - header
          return { found: one, span, sentence, paragraph, ...(opening ? { opening } : {}), rank, coverage, score }
        }),
      )
    })
    .sort((one, other) => other.score - one.score)
}

/** The paragraph of the parent that ends in a colon and that this item belongs to. */
export function openingOf({ document, lineage, clause }: Found): Span | undefined {
  const parent = lineage.at(-2)
  if (!parent || !clause.number) return undefined
  const before = parent.paragraphs.filter(({ end }) => end <= clause.extent.start).at(-1)
  return before && endsInColon(document.text, before) ? before : undefined
}

/** 有下列情形之一的： opens a list. */
export function endsInColon(text: string, { start, end }: Span): boolean {
  return /[：:]\s*$/.test(text.slice(Math.max(start, end - 3), end))
}

function spansOf({ clause, document }: Found): { paragraph: Span; sentence: Span }[] {
  const own = clause.paragraphs.length > 0 ? clause.paragraphs : clause.heading ? [clause.heading] : []
  return own.flatMap((paragraph) => sentences(document.text, paragraph).map((sentence) => ({ paragraph, sentence })))
}

/** Scores of the spots that the span lies in or holds, each by the share of the longer one that is common to both. */
function spotScore({ spots }: Found, span: Span): number {
  let best = 0
  for (const spot of spots) {
    const common = Math.min(spot.span.end, span.end) - Math.max(spot.span.start, span.start)
    if (common <= 0) continue
    const share = common / Math.min(spot.span.end - spot.span.start, span.end - span.start)
    best = Math.max(best, spot.score * share)
  }
  return best
}

/** A short sentence whole; of a long one, the runs of phrases around each that the question touches. */
function runsOf(question: Question, scorer: Scorer, text: string, sentence: Span): Span[] {
  if (sentence.end - sentence.start <= WHOLE_SENTENCE) return [sentence]
  const parts = phrases(text, sentence)
  const own = parts.map(({ start, end }) => new Set(terms(text.slice(start, end))))
  const runs: Span[] = []
  for (let first = 0; first < parts.length; first++) {
    let covered = new Set(own[first])
    let gained = share(scorer, covered)
    if (gained === 0 && question.asks !== 'list') continue
    let last = first
    while (last + 1 < parts.length && parts[last + 1]!.end - parts[first]!.start <= LONGEST_RUN) {
      const wider = new Set([...covered, ...own[last + 1]!])
      const more = share(scorer, wider)
      if (more < gained + 0.08) break
      covered = wider
      gained = more
      last++
    }
    runs.push({ start: parts[first]!.start, end: parts[last]!.end })
  }
  return [...runs, ...units(text, sentence, LONGEST_RUN)]
}

/** Does the span have the form of the answer: a figure of the unit asked, a time, an enumeration? */
export function formFit(question: Question, words: string): number {
  if (question.asks === 'figure') return answersFigure(question, words) ? 0.35 : -0.2
  if (question.asks === 'time') return answersTime(question, words) ? 0.35 : -0.2
  if (question.quoted.some((name) => spellsOut(words, name))) return 0.5
  if (question.asks === 'list' && repeatsListed(question.text, words)) return 0.5
  if (question.asks === 'list') return Math.min(0.2, (words.match(/[、；]|[一二三四五六七八九]是/g)?.length ?? 0) * 0.05)
  return 0
}

/** 哪四种亚运: 智能亚运、平安亚运、绿色亚运 repeats the noun asked for in a row. */
function repeatsListed(asked: string, words: string): boolean {
  const noun = /哪(?:些|[几一二两三四五六七八九十\d]+[个种项条大类方]?)(\p{Script=Han}{2})/u.exec(asked)?.[1]
  return noun !== undefined && words.split(noun).length > 3 && new RegExp(`${noun}、[^、，。；,;]{1,12}${noun}`).test(words)
}

/** 警源、访源、诉源“三源”治理; “五大工程”，即…: the name stands beside what it sums up. */
export function spellsOut(words: string, name: string): boolean {
  const at = words.indexOf(name)
  if (at < 0) return false
  return /、[^、，。；,;“”"\s]{1,14}[”"]?等?[“"]?$/.test(words.slice(Math.max(0, at - 30), at)) || /^[”"]?[^，。；,;]{0,6}(?:[:：]|[，,]?即|是指|包括|分别)/.test(words.slice(at + name.length))
}

/** A figure of the kind asked that the question does not state itself. */
export function answersFigure(question: Question, words: string): boolean {
  const { unit, figures } = question
  if (unit?.kind === 'duration' && /每(?:[年月日天周]|季度|半年|学期)/.test(words)) return true
  const said = words.replace(MARK, (mark) => ' '.repeat(mark.length))
  const periods = times(said)
  return quantities(said).some((figure) => {
    if (periods.some(({ span }) => span.start < figure.span.end && figure.span.start < span.end)) return unit?.kind === 'duration'
    if (figures.some((stated) => sameQuantity(stated, figure))) return false
    if (!unit) return isTelling(figure, said) || (question.counted !== undefined && figure.kind === 'count')
    if (unit.kind !== 'count') return figure.kind === unit.kind
    if (figure.kind === 'plain') return said.includes(unit.name)
    // 一个 is as often an article as a figure: it answers its own measure word only
    const general = figure.value > 1 && (unit.name === '个' || figure.unit === '个')
    return figure.kind === 'count' && (figure.unit === unit.name || general)
  })
}

/** The number of a clause is no figure of it. */
const MARK = /^\s*[（(]?\d{1,3}[）).．、](?!\d)/

/** 三次分配, 两个先行 are names: a small count in characters tells nothing unless its measure word is asked for. */
function isTelling({ kind, value, span }: Quantity, words: string): boolean {
  if (kind !== 'plain' && kind !== 'count') return true
  if (value >= 10 || !Number.isInteger(value)) return true
  return kind === 'count' && /\d/.test(words.slice(span.start, span.end))
}

/** A time that the question does not state itself. */
export function answersTime(question: Question, words: string): boolean {
  const stated = new Set(question.times.map(({ name }) => name))
  const date = /哪一?天|几[号日]|几月|哪一?日/.test(question.text)
  const found = times(words).filter((time) => !stated.has(time.name) && (!date || time.month !== undefined))
  if (found.length > 0 || /\d月\d{1,2}日/.test(words)) return true
  return /多久|多长/.test(question.text) && quantities(words).some(({ kind }) => kind === 'duration')
}
