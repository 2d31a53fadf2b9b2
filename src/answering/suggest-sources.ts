/**
 * Sentences of a draft that state a figure or a policy and name no source → the clause that each may rest on 推荐出处.
 * A suggestion: it is shown beside the verdicts and is none.
 */
import { sentences } from '../chunks/sentences.ts'
import type { TermWeights } from '../retrieval/term-weights.ts'
import type { Found } from '../retrieval/retrieve.ts'
import { fold, terms } from '../retrieval/terms.ts'
import type { CheckItem, Document, Span } from '../types.ts'
import { tokensOf } from './written/tokens.ts'

/** Fewer characters state little; more are no sentence. */
const SHORTEST = 12
const LONGEST = 400
/** Kinds of tokens that make a sentence a statement of a figure or a policy. */
const STATES: ReadonlySet<string> = new Set(['number', 'time', 'modality'])
/** Prohibitions and duties that are whole words to the lexicon. */
const POLICY = /禁止|严禁|不得|必须|应当|鼓励|支持|加快|推进|推动|建立|完善|健全|实施|加强|提高|落实/
const NAMES_A_SOURCE = /《[^》]+》|[〔［[【]\d{4}[〕］\]】]\s*\d+\s*号|第[〇零一二三四五六七八九十百千\d]+[条款项]/

/** A single character tells little: many words hold it. */
const SINGLE_CHARACTER = 0.3
/** What the figures and dates of a sentence count for beside its words. */
const FIGURES = 0.35
/** Words of a clause that the sentence has not count against it, less than words of the sentence that the clause has not. */
const BEYOND = 0.25

/**
 * Below this nothing is suggested. Of 846 sentences of other documents, none reaches it (0.40: one); of 1,692 sentences
 * of the library said in other words, 97.5% to 99.0% do: test/answering/suggest-sources.test.ts.
 */
export const LEAST_SCORE = 0.45

/** Sentences that nothing checked touches, in order. */
export function untouchedSentences(draft: string, items: readonly CheckItem[]): Span[] {
  const taken = items
    .flatMap(({ start, end, reference }) => [{ start, end }, ...(reference ? [reference] : [])])
    .sort((a, b) => a.start - b.start)
  let at = 0
  let reach = 0
  return sentences(draft).filter(({ start, end }) => {
    for (; at < taken.length && taken[at]!.start < end; at++) reach = Math.max(reach, taken[at]!.end)
    return reach <= start
  })
}

/** Does a sentence state a figure or a policy, and name no source? */
export function statesWithoutSource(sentence: string): boolean {
  if (sentence.length < SHORTEST || sentence.length > LONGEST || NAMES_A_SOURCE.test(sentence)) return false
  return POLICY.test(sentence) || tokensOf(sentence).some(({ kind }) => STATES.has(kind))
}

/** Words of one clause that a sentence may rest on. */
export interface Likely {
  readonly document: Document
  readonly span: Span
  /** 0 to 1. */
  readonly score: number
}

/** The best sentence, or pair of sentences, of the clauses found; undefined where none is near enough. */
export function likelySource(sentence: string, found: readonly Found[], keywords: TermWeights, least = LEAST_SCORE): Likely | undefined {
  const asked = sideOf(sentence, keywords)
  const likely = found.flatMap(({ document, span }) =>
    candidatesIn(document, span).map((candidate): Likely => {
      const words = document.text.slice(candidate.start, candidate.end)
      return { document, span: candidate, score: nearness(asked, sideOf(words, keywords)) }
    }),
  )
  const best = likely.reduce<Likely | undefined>((kept, one) => (kept && kept.score >= one.score ? kept : one), undefined)
  return best && best.score >= least ? best : undefined
}

function candidatesIn({ text }: Document, span: Span): Span[] {
  const single = sentences(text, span)
  const pairs = single.slice(1).map((one, at) => ({ start: single[at]!.start, end: one.end }))
  return [...single, ...pairs.filter(({ start, end }) => end - start <= LONGEST)]
}

/** What a sentence says: its terms with their weights, and its figures and dates. */
interface Side {
  readonly weights: ReadonlyMap<string, number>
  readonly total: number
  readonly figures: ReadonlySet<string>
}

function sideOf(words: string, keywords: TermWeights): Side {
  const weights = new Map<string, number>()
  for (const term of terms(fold(words))) {
    const isSingle = [...term].length === 1 && /\p{Script=Han}/u.test(term)
    weights.set(term, keywords.weight(term) * (isSingle ? SINGLE_CHARACTER : 1))
  }
  const figures = tokensOf(words).flatMap(({ kind, key }) => (kind === 'number' || kind === 'time' ? [key] : []))
  return { weights, total: [...weights.values()].reduce((sum, weight) => sum + weight, 0), figures: new Set(figures) }
}

function nearness(asked: Side, there: Side): number {
  const shared = [...asked.weights].reduce((sum, [term, weight]) => sum + (there.weights.has(term) ? weight : 0), 0)
  if (asked.total === 0 || there.total === 0) return 0
  const words = (shared / asked.total) * (1 - BEYOND) + (shared / there.total) * BEYOND
  if (asked.figures.size === 0) return words
  const held = [...asked.figures].filter((figure) => there.figures.has(figure)).length / asked.figures.size
  return words * (1 - FIGURES) + held * FIGURES
}
