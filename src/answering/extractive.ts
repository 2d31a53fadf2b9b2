/** Question + library → a draft answer made of quotations only. No model writes here. */
import { analyse, type Question } from './question.ts'
import { findEvidence, type Evidence } from './evidence.ts'
import { judge, type Verdict } from './judge.ts'
import { Composer, dateOf, type Quotation } from './compose.ts'
import type { Library } from '../retrieval/library.ts'
import type { Found } from '../retrieval/retrieve.ts'
import type { DeclineReason, Document, Outcome } from '../types.ts'

export interface Draft {
  readonly outcome: Outcome
  readonly reason?: DeclineReason
  readonly composer: Composer
  /** For the log and `notes`: what decided. */
  readonly detail?: string
}

/** Evidence looked at before a question is declined. */
const CANDIDATES = 24
/** Evidence that scores less than this share of the best is not quoted beside it. */
const BESIDE = 0.8
const MOST_CLAUSES = 3
const MOST_SPANS = 3

export function answerFrom(library: Library, text: string, found: readonly Found[], several: boolean): Draft {
  const question = analyse(text)
  const composer = new Composer(library)
  const keywords = library.windows.keywords
  const evidence = findEvidence(question, found, keywords).slice(0, CANDIDATES)
  const best = evidence[0]
  if (!best) return decline(composer, { holds: false, reason: 'no-evidence', because: 'declined-no-evidence', detail: 'nothing found' })
  const verdicts = new Map<Evidence, Verdict>()
  const verdictOf = (one: Evidence): Verdict => {
    let verdict = verdicts.get(one)
    if (!verdict) {
      verdict = judge(question, one, keywords)
      verdicts.set(one, verdict)
    }
    return verdict
  }
  const first = verdictOf(best)
  if (!first.holds && first.reason === 'false-premise') return decline(composer, first, best)
  const holding = evidence.filter((one) => verdictOf(one).holds && one.score >= best.score * 0.7)
  const lead = holding[0]
  if (!lead) {
    return decline(composer, first.holds ? { holds: false, reason: 'no-evidence', because: 'declined-no-evidence', detail: '' } : first, best)
  }
  const chosen = several ? onePerDocument(holding) : choose(question, lead, holding)
  for (const group of several ? newestFirst(chosen) : chosen) composer.quote(group, { dated: several })
  return { outcome: 'answered', composer }
}

function decline(composer: Composer, verdict: Extract<Verdict, { holds: false }>, nearest?: Evidence): Draft {
  composer.say(verdict.because)
  if (nearest) {
    if (verdict.reason !== 'false-premise') composer.say('nearest')
    composer.quote([{ document: nearest.found.document, span: nearest.span }])
  }
  return { outcome: 'declined', reason: verdict.reason, composer, detail: verdict.detail }
}

type Group = [Quotation, ...Quotation[]]

/** The best evidence with what stands close to it in score: a few spans of a few clauses, each clause in reading order. */
function choose(question: Question, lead: Evidence, holding: readonly Evidence[]): Group[] {
  const single = question.asks === 'figure' || question.asks === 'time'
  const close = holding.filter((one) => one === lead || (!single && one.score >= lead.score * BESIDE))
  const byClause = new Map<string, Evidence[]>()
  for (const one of close) {
    const { id } = one.found.clause
    const group = byClause.get(id) ?? []
    if (group.length < MOST_SPANS && !group.some(({ span }) => span.start < one.span.end && one.span.start < span.end)) group.push(one)
    if (byClause.size < MOST_CLAUSES || byClause.has(id)) byClause.set(id, group)
  }
  return [...byClause.values()].map(inReadingOrder)
}

function inReadingOrder(group: readonly Evidence[]): Group {
  const [first, ...rest] = [...group]
    .sort((one, other) => one.span.start - other.span.start)
    .map(({ found, span }): Quotation => ({ document: found.document, span }))
  return [first!, ...rest]
}

function onePerDocument(holding: readonly Evidence[]): Group[] {
  const byDocument = new Map<string, Evidence>()
  for (const one of holding) if (!byDocument.has(one.found.document.id)) byDocument.set(one.found.document.id, one)
  return [...byDocument.values()].map((one) => inReadingOrder([one]))
}

/** Newest first, undated last. */
function newestFirst(groups: readonly Group[]): Group[] {
  const date = ([{ document }]: Group): string => dateOf(document as Document)?.value ?? ''
  return [...groups].sort((one, other) => (date(one) < date(other) ? 1 : date(one) > date(other) ? -1 : 0))
}
