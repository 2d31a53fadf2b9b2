/**
 * May this evidence answer this question? Similarity cannot tell: a question about another year is as close to the
 * text as one about the right year. What can are the conditions the question sets: its times, places, names and
 * figures, and the kind of thing it asks for, must stand where the evidence stands.
 */
import { namedInCompound, placesIn, shortPlace } from '../questions/places.ts'
import { quantities, sameQuantity, type Quantity, type QuantityKind } from '../questions/quantities.ts'
import type { Question } from '../questions/question.ts'
import { foldedOf, placesOf, quantitiesOf, readOnce } from '../questions/read-once.ts'
import { rememberedOf } from '../questions/remembered.ts'
import type { TermWeights } from '../retrieval/term-weights.ts'
import { fold } from '../retrieval/terms.ts'
import type { DeclineReason, Document } from '../types.ts'
import { areaAsked, asksMeaningOfCode, codesIn, kindMissing } from './asked-kinds.ts'
import { answersFigure, answersTime, spellsOut, type Evidence } from './evidence.ts'
import { timeHolds } from './held-times.ts'
import type { PhraseName } from './phrases.ts'
import { isScenario } from './premise-figures.ts'
import { scopeOf, type Scope } from './scope.ts'
import { supportOf, unsupportedShare } from './support.ts'

export type Verdict =
  | { readonly holds: true; readonly unsupported: number }
  | { readonly holds: false; readonly reason: DeclineReason; readonly because: PhraseName; readonly detail: string }

/** Thresholds, set on the `tune` half of the cases. */
const LIMITS = {
  /**
   * For a figure or a date: the share of the question's weight that may be missing around it, plus a third for each
   * clause that retrieval found nearer. Figures stand in every clause; that there is one proves nothing.
   */
  doubt: 0.75,
  /** Share of a question's words from which on it counts as asked in the document's own words. */
  ownWords: 0.5,
  /** Least cosine of the best span to the question, where most of its words are missing too. */
  similarity: 0.46,
} as const

/** Whether evidence holds under every condition of a question; where it does not, the first that fails. */
export function judge(question: Question, evidence: Evidence, keywords: TermWeights): Verdict {
  const scope = scopeOf(evidence)
  const failed = (because: PhraseName, detail: string, reason: DeclineReason = 'no-evidence'): Verdict => ({
    holds: false,
    reason,
    because,
    detail,
  })
  const time = question.times.find((asked) => !timeHolds(asked, scope))
  if (time) return failed('declined-time', time.name)
  const exact = question.asks === 'figure' || question.asks === 'time'
  if (exact && !onTopic(question, scope, keywords)) return failed('declined-subject', 'another subject')
  const place = question.places.find((name) => !placeHolds(name, scope))
  if (place) return failed('declined-place', place)
  const name = [...question.quoted, ...codesIn(question)].find((words) => !nameHolds(words, scope))
  if (name) return failed('declined-subject', name)
  const { asks, unit, counted } = question
  if (asks === 'figure' && !answersFigure(question, scope.words)) return failed('declined-figure', unit?.name ?? '')
  if (asks === 'time' && !answersTime(question, scope.words)) return failed('declined-date-asked', '')
  if (counted !== undefined && !scope.sentence.includes(counted.slice(-1))) return failed('declined-figure', counted)
  const figure = question.figures.find((stated) => !isScenario(question.text, stated) && !figureHolds(stated, scope))
  if (figure) return failed('declined-figure', question.text.slice(figure.span.start, figure.span.end))
  const area = areaAsked(question.text)
  if (area !== undefined && !areaNamed(area, question, scope)) return failed('declined-place', area)
  if (asksMeaningOfCode(question.text) && !question.quoted.some((name) => spellsOut(scope.sentence, name))) {
    return failed('declined-subject', 'meaning of a code')
  }
  const kind = kindMissing(question.text, scope.sentence + scope.headings)
  if (kind !== undefined) return failed('declined-subject', kind)
  const supports = supportOf(question, evidence, keywords)
  const unsupported = unsupportedShare(supports)
  const similarity = evidence.found.similarity ?? 1
  if (unsupported > 0.7 && similarity < LIMITS.similarity) {
    return failed('declined-no-evidence', `similarity ${similarity.toFixed(2)}`)
  }
  const { words, naming = 0 } = question
  const doubt = unsupported * (words.length / (words.length + naming)) + evidence.rank / 3
  if (exact && doubt > LIMITS.doubt) return failed('declined-figure', `doubt ${doubt.toFixed(2)}`)
  return { holds: true, unsupported }
}

/** One weighty word of the question at least must stand in the sentence of the figure itself. */
function onTopic(question: Question, { evidence, document, headings }: Scope, keywords: TermWeights): boolean {
  const weighty = supportOf(question, evidence, keywords).filter(({ weight }) => weight >= 2)
  if (weighty.length === 0) return true
  const { opening, sentence } = evidence
  const said = [opening, sentence].map((span) => (span ? foldedOf(document.text, span) : '')).join('')
  const around = fold(headings)
  return weighty.some(({ word }) => word.length > 1 && [said, around].some((words) => words.includes(fold(word))))
}

/** A place must be the document's own or stand in the sentence, its neighbours or its headings. */
function placeHolds(name: string, scope: Scope): boolean {
  const short = shortPlace(name)
  if ([scope.sentence, scope.headings, scope.words].some((words) => words.includes(short))) return true
  const own = ownPlaces(scope.document)
  return own.has(short) || namedInCompound(scope.sentence, short, own)
}

/** The places a document is about: those of its title and issuer, else the one its text names most. */
export const ownPlaces = rememberedOf(({ header, text }: Document): ReadonlySet<string> => {
  const said = [header.title?.value, header.issuer?.value].flatMap((words) => (words ? placesIn(words) : []))
  if (said.length > 0) return new Set(said.map(shortPlace))
  const counts = new Map<string, number>()
  for (const place of placesIn(text).map(shortPlace)) counts.set(place, (counts.get(place) ?? 0) + 1)
  const [most] = [...counts].sort(([, one], [, other]) => other - one)
  return new Set(most && most[1] >= OFTEN ? [most[0]] : [])
})

/** Times a text names the place it is about, at least. */
const OFTEN = 3

/** Without spaces, dots and commas. */
function plainly(folded: string): string {
  return folded.replace(/[\s·、,，]/g, '')
}

const plainOf = readOnce<string>((text, paragraph) => plainly(foldedOf(text, paragraph)))

/** A quoted name must stand in the paragraph, its headings or the document's head, with half its pairs at least. */
function nameHolds(words: string, scope: Scope): boolean {
  const wanted = plainly(fold(words))
  const plain = plainOf(scope.text, scope.evidence.paragraph) + plainly(fold(scope.headings))
  if (plain.includes(wanted)) return true
  const counted = /^[一二两三四五六七八九十\d]{1,2}[个大项]?(.{2,})$/.exec(wanted)?.[1]
  if (counted !== undefined && plain.split(counted).length > 2) return true
  if (wanted.length < 4) return false
  let pairs = 0
  for (let at = 0; at + 1 < wanted.length; at++) if (plain.includes(wanted.slice(at, at + 2))) pairs++
  return pairs / (wanted.length - 1) >= 0.5
}

/** A figure of the question must stand in the paragraph, unless it only counts what is listed (六条, 三个). */
function figureHolds(stated: Quantity, scope: Scope): boolean {
  if (!MEASURED.has(stated.kind)) return true
  const { text, evidence, headings } = scope
  const said = [...quantitiesOf(text, evidence.paragraph), ...quantities(headings)]
  return said.some((figure) => sameQuantity(stated, figure))
}

const MEASURED: ReadonlySet<QuantityKind> = new Set(['percent', 'money', 'length', 'area'])

/** 哪些城市 wants the names of cities: of another place than the question itself names. */
function areaNamed(area: string, question: Question, { text, sentence, evidence }: Scope): boolean {
  const known = new Set(question.places.map(shortPlace))
  const places = [evidence.opening, evidence.sentence].flatMap((span) => (span ? placesOf(text, span) : []))
  if (places.some((place) => !known.has(shortPlace(place)))) return true
  return /^(?:区|县|区县|街道|乡镇|地区)$/.test(area) && /\p{Script=Han}{2}(?:[区县镇乡]|街道)/u.test(sentence)
}

/**
 * Asked in the document's own words for something it does not speak of: most words of the question stand around the
 * evidence, the noun that is asked for stands nowhere in the document. A question in other words is left alone.
 */
export function focusMissing(question: Question, evidence: Evidence, keywords: TermWeights): string | undefined {
  const supports = supportOf(question, evidence, keywords)
  const meant = supports.filter(({ generic, weight }) => !generic && weight > 1)
  const stands = meant.filter(({ support }) => support >= 0.4)
  if (meant.length < 2 || stands.length / meant.length < LIMITS.ownWords) return undefined
  const focus = new Set(question.focus.filter(({ noun }) => noun).map(({ text }) => text))
  const asked = meant.filter(({ word }) => focus.has(word))
  const last = asked.at(-1)
  return last && !last.inDocument ? last.word : undefined
}
