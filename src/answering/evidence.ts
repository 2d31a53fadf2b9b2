/** Where in the clauses found the answer stands: spans of whole phrases or sentences, scored. */
import { units } from '../chunks/sentences.ts'
import { quantities, sameQuantity, type Quantity } from '../questions/quantities.ts'
import type { Question } from '../questions/question.ts'
import { foldedOf, phrasesOf, readOnce, sentencesOf } from '../questions/read-once.ts'
import { remembered } from '../questions/remembered.ts'
import { times, type Time } from '../questions/times.ts'
import type { TermWeights } from '../retrieval/term-weights.ts'
import type { Found, Spot } from '../retrieval/retrieve.ts'
import { fold } from '../retrieval/terms.ts'
import type { Span } from '../types.ts'
import { either, shareOf, standingIn, weightedTerms, type Standing, type WeightedTerms } from './coverage.ts'
import { ACT } from './header-facts.ts'

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
  /** 0 for a span of the clause with the highest score of retrieval, titles left out. */
  readonly rank: number
  /** Share of the question's terms, by weight, that stand in the span or its headings; 0 to 1. */
  readonly coverage: number
}

/** Set on the `tune` half of the cases. */
const WEIGHTS = { clause: 3.2, spot: 0.6, coverage: 0.4, form: 1 }

/** A title says what a document is about, a dateline when it was published: few questions ask that. */
const HEADER_PENALTY = { date: 2, other: 0.5 }

/** Stands for the best score of a spot where no spot has any. */
const LEAST_SCORE = 1e-9

/** Longest sentence that is quoted whole, in UTF-16 units. */
const WHOLE_SENTENCE = 160
/** Longest run of phrases cut from a longer sentence. */
const LONGEST_RUN = 120

/** Of a long sentence, the runs of phrases that a window is made of. */
const unitsOf = readOnce((text, sentence) => units(text, sentence, LONGEST_RUN))

/** All spans worth quoting of the clauses found, best first. */
export function findEvidence(question: Question, found: readonly Found[], keywords: TermWeights): Evidence[] {
  const weighted = weightedTerms(question, keywords)
  const bestSpot = found
    .flatMap(({ spots }) => spots)
    .reduce((best, { score }) => Math.max(best, score), LEAST_SCORE)
  /** What was found before, titles left out, by span: an article and its items are one. */
  const before = new Set<Span>()
  // a reranker changes the order, not the scores; what is declined was set by these
  return [...found]
    .sort((one, other) => other.score - one.score)
    .flatMap((one) => {
      const rank = before.size - (before.has(one.span) ? 1 : 0)
      if (one.clause.kind !== 'header') before.add(one.span)
      return evidenceIn(question, weighted, one, rank, bestSpot)
    })
    .sort((one, other) => other.score - one.score)
}

/** The spans of one clause. `bestSpot`: the highest score of a spot of all clauses found. */
function evidenceIn(
  question: Question,
  weighted: WeightedTerms,
  found: Found,
  rank: number,
  bestSpot: number,
): Evidence[] {
  const { document, clause, lineage } = found
  const { text } = document
  const headings = lineage.flatMap(({ heading }) => (heading ? [text.slice(heading.start, heading.end)] : []))
  const around = standingIn(weighted, fold([document.header.title?.value ?? '', ...headings].join(' ')))
  const opening = openingOf(found)
  const opened = opening ? text.slice(opening.start, opening.end) : ''
  const standingOpened = standingIn(weighted, fold(opened))
  const spotScore = spotScorer(found)
  const fitOf = remembered((words: string) => formFit(question, words))
  const ofDocument = /^(?:time|who)$/.test(question.asks) && ACT.test(question.text)
  const misread = question.asks === 'time' ? HEADER_PENALTY.date : HEADER_PENALTY.other
  const header = clause.kind === 'header' && !ofDocument ? misread : 0
  return paragraphsOf(found).flatMap((paragraph) => {
    const folded = foldedOf(text, paragraph)
    const standing = ({ start, end }: Span): Standing =>
      standingIn(weighted, folded.slice(start - paragraph.start, end - paragraph.start))
    return sentencesOf(text, paragraph).flatMap((sentence) =>
      runsOf(question, weighted, text, sentence, standing).map((span): Evidence => {
        const nearness = spotScore(span) / bestSpot
        const coverage = shareOf(weighted, either(standing(span), standingOpened), around)
        const words = opened + text.slice(span.start, span.end)
        const fit = question.asks === 'list' && coverage < 0.15 ? 0 : WEIGHTS.form * fitOf(words)
        // of two spans that cover the same words the shorter one; where little is covered, length tells nothing
        const length = (0.15 * coverage * (span.end - span.start)) / LONGEST_RUN
        const near = found.score * WEIGHTS.clause + nearness * WEIGHTS.spot
        const score = near + coverage * WEIGHTS.coverage + fit - length - header
        return { found, span, sentence, paragraph, ...(opening ? { opening } : {}), rank, coverage, score }
      }),
    )
  })
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

/** Its own paragraphs; its heading where it has none. */
function paragraphsOf({ clause }: Found): readonly Span[] {
  return clause.paragraphs.length > 0 ? clause.paragraphs : clause.heading ? [clause.heading] : []
}

/** Scores of the spots that a span lies in or holds, each by the share of the shorter one that is common to both. */
function spotScorer({ spots }: Found): (span: Span) => number {
  const inOrder = [...spots].sort((one, other) => one.span.start - other.span.start)
  /** The furthest end of the spots up to each. */
  const reach: number[] = []
  for (const { span } of inOrder) reach.push(Math.max(span.end, reach.at(-1) ?? 0))
  return ({ start, end }) => {
    let best = 0
    for (let at = countBefore(inOrder, end) - 1; at >= 0 && reach[at]! > start; at--) {
      const { span, score } = inOrder[at]!
      const common = Math.min(span.end, end) - Math.max(span.start, start)
      if (common > 0) best = Math.max(best, score * (common / Math.min(span.end - span.start, end - start)))
    }
    return best
  }
}

/** How many of the spots, which are in order, start before an offset. */
function countBefore(spots: readonly Spot[], offset: number): number {
  let [low, high] = [0, spots.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (spots[middle]!.span.start < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** A short sentence whole; of a long one, the runs of phrases around each that the question touches. */
function runsOf(
  question: Question,
  weighted: WeightedTerms,
  text: string,
  sentence: Span,
  standing: (span: Span) => Standing,
): Span[] {
  if (sentence.end - sentence.start <= WHOLE_SENTENCE) return [sentence]
  const parts = phrasesOf(text, sentence)
  const own = parts.map(standing)
  const runs: Span[] = []
  for (let first = 0; first < parts.length; first++) {
    let covered = own[first]!
    let gained = shareOf(weighted, covered)
    if (gained === 0 && question.asks !== 'list') continue
    let last = first
    while (last + 1 < parts.length && parts[last + 1]!.end - parts[first]!.start <= LONGEST_RUN) {
      const wider = either(covered, own[last + 1]!)
      const more = shareOf(weighted, wider)
      if (more < gained + 0.08) break
      covered = wider
      gained = more
      last++
    }
    runs.push({ start: parts[first]!.start, end: parts[last]!.end })
  }
  return [...runs, ...unitsOf(text, sentence)]
}

/** Does the span have the form of the answer: a figure of the unit asked, a time, an enumeration? */
export function formFit(question: Question, words: string): number {
  if (question.asks === 'figure') {
    const other = measuresOther(question.text, words) ? 0.15 : 0
    return (answersFigure(question, words) ? 0.35 : -0.2) - other
  }
  if (question.asks === 'time') return answersTime(question, words) ? 0.35 : -0.2
  if (question.quoted.some((name) => spellsOut(words, name))) return 0.5
  if (question.asks === 'list' && repeatsListed(question.text, words)) return 0.5
  if (question.asks === 'list') return Math.min(0.2, (words.match(/[、；]|[一二三四五六七八九]是/g)?.length ?? 0) * 0.05)
  return 0
}

/** 人均生产总值 is another measure than 生产总值. */
function measuresOther(asked: string, words: string): boolean {
  return ['人均', '年均', '累计', '新增', '同比'].some((word) => words.includes(word) && !asked.includes(word))
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
  return (
    /、[^、，。；,;“”"\s]{1,14}[”"]?等?[“"]?$/.test(words.slice(Math.max(0, at - 30), at)) ||
    /^[”"]?[^，。；,;]{0,6}(?:[:：]|[，,]?即|是指|包括|分别)/.test(words.slice(at + name.length))
  )
}

/** Spans whose figures and times are kept from question to question. */
const SPANS_KEPT = 5000
const quantitiesIn = remembered(quantities, SPANS_KEPT)
const timesIn = remembered(times, SPANS_KEPT)

/** A figure of the kind asked that the question does not state itself. */
export function answersFigure(question: Question, words: string): boolean {
  const { unit, figures } = question
  if (unit?.kind === 'duration' && /每(?:[年月日天周]|季度|半年|学期)/.test(words)) return true
  const said = words.replace(MARK, (mark) => ' '.repeat(mark.length))
  const found = quantitiesIn(said)
  const inPeriod = found.length > 0 ? overlapping(timesIn(said)) : undefined
  return found.some((figure) => {
    if (inPeriod?.(figure.span)) return unit?.kind === 'duration'
    if (figures.some((stated) => sameQuantity(stated, figure))) return false
    if (!unit) return isTelling(figure, said) || (question.counted !== undefined && figure.kind === 'count')
    if (unit.kind !== 'count') return figure.kind === unit.kind
    if (figure.kind === 'plain') return said.includes(unit.name)
    // 一个 is as often an article as a figure: it answers its own measure word only
    const general = figure.value > 1 && (unit.name === '个' || figure.unit === '个')
    return figure.kind === 'count' && (figure.unit === unit.name || general)
  })
}

/** Does a span overlap one of these times, which come in order of their starts? */
function overlapping(periods: readonly Time[]): (span: Span) => boolean {
  const longest = periods.reduce((most, { span }) => Math.max(most, span.end - span.start), 0)
  let first = 0
  return ({ start, end }) => {
    while (first < periods.length && periods[first]!.span.start + longest <= start) first++
    for (let at = first; at < periods.length && periods[at]!.span.start < end; at++) {
      if (periods[at]!.span.end > start) return true
    }
    return false
  }
}

/** The number of a clause is no figure of it. */
const MARK = /^\s*[（(]?\d{1,3}[）).．、](?!\d)/

/** 三次分配, 两个先行 are names: a small count in characters tells nothing unless its measure word is asked for. */
function isTelling({ kind, value, span }: Quantity, words: string): boolean {
  if (kind !== 'plain' && kind !== 'count') return true
  if (value >= 10 || !Number.isInteger(value)) return true
  return kind === 'count' && /\d/.test(words.slice(span.start, span.end))
}

/** 何时, 什么时候 are answered by an event as well as by a date: 继承从被继承人死亡时开始, 可以随时提取, 期满终止. */
const ASKS_WHEN = /何时|(?:什么|啥)时[候间]/
const EVENT = /之日|届满|期满|随时|时(?:起|止|开始|终止|成立|生效|设立|发生|转移|消灭)/

/** A time that the question does not state itself. */
export function answersTime(question: Question, words: string): boolean {
  const stated = new Set(question.times.map(({ name }) => name))
  const date = /哪一?天|几[号日]|几月|哪一?日/.test(question.text)
  const found = timesIn(words).filter((time) => !stated.has(time.name) && (!date || time.month !== undefined))
  if (found.length > 0 || /\d月\d{1,2}日/.test(words)) return true
  if (!date && ASKS_WHEN.test(question.text) && EVENT.test(words)) return true
  return /多久|多长/.test(question.text) && quantitiesIn(words).some(({ kind }) => kind === 'duration')
}
