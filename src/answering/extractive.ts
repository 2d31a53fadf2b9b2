/** Question + library → a draft answer made of quotations only. No model writes here. */
import { pieces, sentences } from '../chunks/sentences.ts'
import type { Held } from '../clauses/basis.ts'
import type { Intent } from '../questions/intent.ts'
import { isKindWord } from '../questions/named-documents.ts'
import { analyse, type Asks, type Question } from '../questions/question.ts'
import type { Word } from '../questions/words.ts'
import type { Library } from '../retrieval/library.ts'
import type { Found } from '../retrieval/retrieve.ts'
import type { DeclineReason, Document, DocumentId, Outcome, Place, Span } from '../types.ts'
import { Composer, dateOf, type Quotation } from './compose.ts'
import { endsInColon, findEvidence, type Evidence } from './evidence.ts'
import { headerFact } from './header-facts.ts'
import { focusMissing, judge, type Verdict } from './judge.ts'
import { missingLaw } from './missing-law.ts'
import { falsePremise } from './premise.ts'

export interface Draft {
  readonly outcome: Outcome
  readonly reason?: DeclineReason
  readonly composer: Composer
  /** Clauses in place of the passages found: the candidates of an ambiguous reference, none of an unknown document. */
  readonly places?: readonly Place[]
  /** The program's own to tell, whatever the mode: parts counted, a clause looked up. */
  readonly isDirect?: true
  /** For the log: what decided. */
  readonly detail?: string
}

/**
 * Clauses for the question, in these documents where they are given; those of `throughout` are all looked at, however
 * far from it.
 */
export type Search = (
  documents?: readonly DocumentId[],
  limit?: number,
  throughout?: readonly DocumentId[],
) => Promise<readonly Found[]>

/** Evidence looked at before a question is declined. */
const CANDIDATES = 40
/** Evidence that scores less than this share of the best does not stand in for it. */
const IN_STEAD = 0.85
/** Least share of the best score to be quoted beside it: from the same clause, from another. */
const BESIDE = { same: 0.94, other: 0.96 }
/** Longest list quoted with its opening, in UTF-16 units. */
const LONGEST_LIST = 900
const MOST_CLAUSES = 2
/** Documents quoted side by side. */
const MOST_COMPARED = 8
const MOST_SPANS = 2

/**
 * The draft for a question of which `intent` is known: header, false premise, several documents, or the best.
 * `held`: where the clauses found are not those that the question names, what is held of the laws they are made under.
 */
export async function answerFrom(
  library: Library,
  text: string,
  intent: Intent,
  search: Search,
  held?: Held,
): Promise<Draft> {
  const composer = new Composer(library)
  const asked = analyse(text)
  const naming = ({ span }: Word): boolean =>
    intent.naming.some(({ start, end }) => start <= span.start && span.end <= end)
  const words = asked.words.filter((word) => !naming(word))
  const question = {
    ...asked,
    words: words.length > 0 ? words : asked.words,
    naming: words.length > 0 ? asked.words.length - words.length : 0,
    quoted: asked.quoted.filter((name) => !namesDocument(library, name)),
    times: asked.times.filter(({ span }) => !intent.selectors.some((time) => time.span.start === span.start)),
    // 2024年会议 says which document is meant, not what is asked of it
    focus: intent.documents ? asked.focus.filter((word) => !isKindWord(word.text)) : asked.focus,
  }
  const named = library.documents.filter(({ id }) => intent.documents?.includes(id))
  const header = headerFact(question, named)
  if (header?.contradicted) {
    composer.say('declined-false-premise').quote([{ document: header.document, span: header.span }])
    return { outcome: 'declined', reason: 'false-premise', composer, detail: 'header' }
  }
  if (header) return { outcome: 'answered', composer: composer.quote([header]) }
  const onlyDigits = question.words.every(({ text }) => /^[\d.+=-]+$/.test(text))
  if (onlyDigits && question.quoted.length === 0) return decline(composer)
  const court = new Court(library, question)
  if (intent.several) {
    const several = intent.documents && intent.documents.length > 1 ? intent.documents : undefined
    const documents = several ?? (await nearestDocuments(library, search))
    const groups = await eachDocument(library, court, documents, search)
    if (groups.length > 0) {
      for (const group of newestFirst(groups)) composer.quote(group, { dated: true })
      return { outcome: 'answered', composer }
    }
  }
  const found = await search(intent.documents)
  const truth = falsePremise(question, found, library.keywords)
  if (truth) {
    const span = withoutLastComma(truth.document.text, truth.span)
    composer.say('declined-false-premise').quote([{ document: truth.document, span }])
    return { outcome: 'declined', reason: 'false-premise', composer, detail: 'premise' }
  }
  const { holding, best, verdict } = await hearAgain(library, question, court, found, search)
  const [lead] = holding
  if (!lead) return decline(composer, verdict, best)
  const law = held && !intent.documents ? missingLaw(found, lead, held) : undefined
  if (law !== undefined) return declineWithout(law, composer, lead)
  for (const group of choose(question, lead, holding)) composer.quote(group)
  return { outcome: 'answered', composer }
}

/** 「新春第一会」: a document's short name or a part of its title, which its clauses need not repeat. */
function namesDocument({ documents }: Library, name: string): boolean {
  return documents.some(({ header, shortNames }) => shortNames.includes(name) || header.title?.value.includes(name))
}

/** The whole library, and where the time asked for fails there, the documents of that year. */
async function hearAgain(
  library: Library,
  question: Question,
  court: Court,
  found: readonly Found[],
  search: Search,
): Promise<Hearing> {
  const first = court.hear(found)
  const { holding, verdict } = first
  if (holding.length > 0 || !verdict || verdict.holds || verdict.because !== 'declined-time') return first
  const years = new Set(question.times.map(({ year }) => year))
  const dated = library.documents.filter((document) => years.has(Number(dateOf(document)?.value.slice(0, 4))))
  if (dated.length === 0 || dated.length === library.documents.length) return first
  const again = court.hear(await search(dated.map(({ id }) => id)))
  return again.holding.length > 0 ? again : first
}

/** Evidence that holds, best first; the best of all with its verdict. */
interface Hearing {
  readonly holding: readonly Evidence[]
  readonly best?: Evidence
  readonly verdict?: Verdict
}

/** Evidence for a question, judged once each. */
class Court {
  readonly #library: Library
  readonly #question: Question

  constructor(library: Library, question: Question) {
    this.#library = library
    this.#question = question
  }

  /** Does the evidence itself hold a name the question quotes? */
  quotesName({ found, span }: Evidence): boolean {
    const words = found.document.text.slice(span.start, span.end)
    return this.#question.quoted.some((name) => words.includes(name))
  }

  /** Of the evidence in these clauses. */
  hear(found: readonly Found[]): Hearing {
    const { keywords } = this.#library
    const evidence = findEvidence(this.#question, found, keywords).slice(0, CANDIDATES)
    const [best] = evidence
    if (!best) return { holding: [] }
    const verdict = judge(this.#question, best, keywords)
    const missing = focusMissing(this.#question, best, keywords)
    if (missing !== undefined && evidence.every(({ found }) => !found.document.text.includes(missing))) {
      const because = 'declined-subject'
      return { holding: [], best, verdict: { holds: false, reason: 'no-evidence', because, detail: missing } }
    }
    const holds = (one: Evidence): boolean =>
      one === best ? verdict.holds : judge(this.#question, one, keywords).holds
    return { holding: evidence.filter((one) => one.score >= best.score * IN_STEAD && holds(one)), best, verdict }
  }
}

/** Documents that are heard one by one when a question asks of several and names none. */
const MOST_HEARD = 30
/** Clauses that tell which documents come near. */
const NEAR = 200

/** All of a small library; of a large one those whose clauses come nearest to the question. */
async function nearestDocuments({ documents }: Library, search: Search): Promise<DocumentId[]> {
  if (documents.length <= MOST_HEARD) return documents.map(({ id }) => id)
  const near = (await search(undefined, NEAR)).map(({ document }) => document.id)
  return [...new Set(near)].slice(0, MOST_HEARD)
}

type Group = [Quotation, ...Quotation[]]

/** The best of each document that comes near the best of all; a copy of a clause already quoted is left out. */
async function eachDocument(
  library: Library,
  court: Court,
  documents: readonly DocumentId[],
  search: Search,
): Promise<Group[]> {
  const found = await Promise.all(documents.map((id) => search([id])))
  const leads = found
    .flatMap((ofOne) => {
      const { holding } = court.hear(ofOne)
      return holding.length === 0 ? [] : [holding.reduce((best, one) => (one.coverage > best.coverage ? one : best))]
    })
    .sort((one, other) => other.coverage - one.coverage)
  const most = Math.max(0, ...leads.map(({ coverage }) => coverage))
  const quoted = new Set<string>()
  return leads
    .filter((lead) => lead.coverage >= most * 0.6 || court.quotesName(lead))
    .filter(({ found }) => {
      const ids = [found.clause.id, ...(library.twins.get(found.clause.id) ?? [])]
      const fresh = !ids.some((id) => quoted.has(id))
      quoted.add(found.clause.id)
      return fresh
    })
    .slice(0, MOST_COMPARED)
    .map((lead) => inReadingOrder([lead]))
}

function decline(composer: Composer, verdict?: Verdict, nearest?: Evidence): Draft {
  if (!verdict || verdict.holds || !nearest) {
    return { outcome: 'declined', reason: 'no-evidence', composer: composer.say('declined-no-evidence') }
  }
  composer.say(verdict.because).say('nearest').quote(inReadingOrder([nearest]))
  return { outcome: 'declined', reason: verdict.reason, composer, detail: verdict.detail }
}

/** The law is named, so that the reader knows what to add or where else to ask. */
function declineWithout(law: string, composer: Composer, nearest: Evidence): Draft {
  composer.say('declined-law').add({ kind: 'label', text: `《${law}》` }).say('stop').say('nearest')
  composer.quote(inReadingOrder([nearest]))
  return { outcome: 'declined', reason: 'no-evidence', composer, detail: `without ${law}` }
}

/** The best evidence with what comes close to it in score: a few spans of a few clauses, each in reading order. */
function choose(question: Question, lead: Evidence, holding: readonly Evidence[]): Group[] {
  const listed = question.asks === 'list' ? enumeration(lead) : undefined
  if (listed) return [listed]
  const single = question.asks === 'figure' || question.asks === 'time'
  const byClause = new Map<string, Evidence[]>([[lead.found.clause.id, [lead]]])
  for (const one of single ? [] : holding.slice(1)) {
    const { id } = one.found.clause
    const group = byClause.get(id)
    if (isHeading(one) || one.score < lead.score * (id === lead.found.clause.id ? BESIDE.same : BESIDE.other)) continue
    if (group) {
      const overlaps = group.some(({ span }) => span.start < one.span.end && one.span.start < span.end)
      if (group.length < MOST_SPANS && !overlaps) group.push(one)
    } else if (byClause.size < MOST_CLAUSES) byClause.set(id, [one])
  }
  return [...byClause.values()].map((group) => inReadingOrder(group, question.asks))
}

/** 「1.全力做好亚运会筹办。」 says what a clause is about; beside a sentence of the clause it adds nothing. */
function isHeading({ found: { clause }, span }: Evidence): boolean {
  return clause.heading !== undefined && span.start <= clause.heading.start && span.end <= clause.heading.end + 1
}

const COUNTED = /(?:^|[:：,，。；;])(?=[一二三四五六七八九十]{1,2}是|第[一二三四五六七八九十]{1,2}[,，、])/g

/** 一是…；二是…；三是… of the paragraph the evidence stands in: the first piece of each, when it counts three or more. */
function enumeration({ found, paragraph }: Evidence): Group | undefined {
  const { document } = found
  const words = document.text.slice(paragraph.start, paragraph.end)
  const starts = [...words.matchAll(COUNTED)].map((match) => paragraph.start + match.index + match[0].length)
  if (starts.length < 3) return undefined
  const spans = starts.map((start, at): Span => {
    const end = starts[at + 1] ?? paragraph.end
    const sentence = sentences(document.text, { start, end })[0]!
    return withoutLastComma(document.text, pieces(document.text, sentence)[0]!)
  })
  const [first, ...rest] = spans.map((span): Quotation => ({ document, span }))
  return [first!, ...rest]
}

function inReadingOrder(group: readonly Evidence[], asks?: Asks): Group {
  const inOrder = [...group].sort((one, other) => one.span.start - other.span.start)
  const spans = inOrder.flatMap((one) => spansToQuote(one, asks))
  const { document } = group[0]!.found
  const once = spans.filter(
    ({ start, end }, at) => !spans.slice(0, at).some((before) => before.start <= start && end <= before.end),
  )
  const [first, ...rest] = once.map((span): Quotation => ({ document, span }))
  return [first!, ...rest]
}

/** A list is quoted with what it lists, an item with what opens its list. */
function spansToQuote({ found, span, paragraph, opening }: Evidence, asks?: Asks): Span[] {
  const { document, clause } = found
  const lists = span.end === paragraph.end && endsInColon(document.text, paragraph)
  if (lists) {
    const next = clause.paragraphs.find(({ start }) => start > paragraph.start)?.start ?? Infinity
    const items = clause.children.filter(({ extent }) => extent.start >= paragraph.end && extent.end <= next)
    const last = items.at(-1)
    if (last && last.extent.end - span.start <= LONGEST_LIST) return [{ start: span.start, end: last.extent.end }]
  }
  const words = withoutLastComma(document.text, wholeList(document.text, span, paragraph, asks))
  return opening ? [opening, words] : [words]
}

/** 主要目标任务是:…;…;…。 is quoted to its full stop where it is asked for as a whole, and never as 主要目标任务是: alone. */
function wholeList(text: string, span: Span, paragraph: Span, asks?: Asks): Span {
  const words = text.slice(span.start, span.end)
  const begun = /[：:]\s*$/.test(words)
  const partly = /(?:是|如下|包括|为|有)[：:].*[；;]\s*$/s.test(words) && /^(?:list|open|definition)$/.test(asks ?? '')
  if (!begun && !partly) return span
  const stop = text.indexOf('。', span.end)
  const end = stop < 0 || stop >= paragraph.end ? paragraph.end : stop + 1
  return end - span.start <= LONGEST_LIST ? { start: span.start, end } : span
}

/** A part of a sentence is quoted without the comma that leads on. */
function withoutLastComma(text: string, { start, end }: Span): Span {
  let last = end
  while (last > start + 1 && /[，,、]/.test(text.charAt(last - 1))) last--
  return { start, end: last }
}

/** Newest first, undated last. */
function newestFirst(groups: readonly Group[]): Group[] {
  const date = ([{ document }]: Group): string => dateOf(document as Document)?.value ?? ''
  return [...groups].sort((one, other) => (date(one) < date(other) ? 1 : date(one) > date(other) ? -1 : 0))
}
