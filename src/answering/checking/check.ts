/**
 * A draft → what became of each quotation and reference of it 引文核对. Nothing is guessed: what cannot be compared is
 * told as not checked, with why.
 */
import { lookUpReference, knownNames } from '../../clauses/lookup.ts'
import type { Choice } from '../../clauses/standing.ts'
import type { Catalogue } from '../../retrieval/library.ts'
import type { CheckItem, CheckSummary, CheckWeight, Document, Span } from '../../types.ts'
import { citationOf } from '../compose.ts'
import { alignWithin } from './align.ts'
import { attributionOf, firstFrom, type Attribution } from './attribution.ts'
import { Findings, type Finding, type Regions } from './findings.ts'
import { regionOf, standsIn, together, trimmed, wordsOf, type Standing, type Words } from './judge.ts'
import { mentionsIn, type Mention } from './mentions.ts'
import { placeWords, SAID, titleWords } from './messages.ts'
import { STATUS_WORDS } from './verdict-words.ts'
import { numberFinding } from './number-finding.ts'
import { quotationsIn, type Quoted } from './quotations.ts'
import { runsIn, SHORTEST_RUN, type Run } from './runs.ts'
import { targetOf, type Target } from './targets.ts'
import { wordPlacesOf, type WordPlaces } from './word-places.ts'

/** Fewer units without a reference are a term that is set off, or everybody's words. */
const SHORTEST_UNNAMED = 8
/** … and a term of no more units without a stop. */
const LONGEST_TERM = 14
const ALTERNATIVES = 5
/** A reference within so many units of its beginning opens a run: 依照《…》第三条. */
const OPENING = 6
/** Words without marks and without a reference are told as altered where they are clearly a document's. */
const CLEARLY_COPIED = { units: 2, share: 0.1 } as const

/** Told to whoever waits, several times a second. */
export interface CheckProgress {
  readonly step: 'references' | 'quotations' | 'runs'
  /** Characters of the draft looked at in this step, of all. */
  readonly done: number
  readonly total: number
}

export interface Draft {
  readonly text: string
  readonly choice: Choice
  /** Told why an item could not be checked. */
  readonly onFault?: (error: unknown) => void
}

/** What is found, in no order that matters, and how far it is. Citations are numbered by `inOrder`. */
export function* checkDraft(catalogue: Catalogue, draft: Draft): Generator<CheckItem | CheckProgress, void> {
  yield* new Checker(catalogue, draft).items()
}

class Checker {
  readonly #catalogue: Catalogue
  readonly #draft: Draft
  readonly #places: WordPlaces
  readonly #findings: Findings
  #mentions: readonly Mention[] = []
  /** Mentions that a quotation or run is from. */
  readonly #used = new Set<Mention>()

  constructor(catalogue: Catalogue, draft: Draft) {
    this.#catalogue = catalogue
    this.#draft = draft
    this.#places = wordPlacesOf(catalogue.documents)
    this.#findings = new Findings(catalogue, draft, this.#places)
  }

  *items(): Generator<CheckItem | CheckProgress, void> {
    const { text } = this.#draft
    const { quoted: all, unclosed } = quotationsIn(text)
    const isQuoted = insideOf(all.map(({ span }) => span))
    const isAcross = (span: Span) => isQuoted({ start: span.end - 1, end: span.end }) && !isQuoted({ start: span.start, end: span.start + 1 })
    yield* this.#readMentions((span) => isQuoted(span) || isAcross(span))
    const isName = insideOf(this.#mentions.flatMap(({ gives }) => gives ?? []))
    const quoted = all.filter(({ outer }) => !isName(outer))
    const terms: CheckItem[] = []
    const taken: Span[] = unclosed.map(({ span }) => span)
    for (const one of quoted) {
      const item = this.#quotationItem(one)
      if (item.why === 'emphasis') terms.push(item)
      else {
        taken.push(one.outer)
        yield item
      }
      yield { step: 'quotations', done: one.outer.end, total: text.length }
    }
    for (const { span } of unclosed) {
      if (!/[\p{L}\p{N}]/u.test(text.slice(span.start, span.end))) continue
      yield this.#item('quotation', span, undefined, { verdict: 'not-checked', why: 'unclosed', message: SAID.unclosed })
    }
    const runs: Span[] = []
    for (const one of this.#runs(taken)) {
      if (!('step' in one)) runs.push(one)
      yield one
    }
    // a term within a run of a document's words is part of it
    const isInRun = insideOf(runs)
    yield* terms.filter((term) => !isInRun(term))
    // … and so is a reference within one: it is the document's own
    for (const mention of this.#mentions) if (!isInRun(mention.span)) yield* this.#references(mention)
  }

  *#readMentions(isQuoted: (span: Span) => boolean): Generator<CheckProgress, void> {
    const { text } = this.#draft
    const mentions: Mention[] = []
    let done = 0
    for (const some of mentionsIn(text, knownNames(this.#catalogue.documents))) {
      mentions.push(...some.filter(({ span }) => !isQuoted(span)))
      done = some.at(-1)?.span.end ?? done
      yield { step: 'references', done, total: text.length }
    }
    this.#mentions = mentions
  }

  #quotationItem(quoted: Quoted): CheckItem {
    const attribution = attributionOf(this.#draft.text, quoted, this.#mentions)
    const item = this.#guarded(quoted.span, 'quotation', attribution?.mention, () => this.#quotation(quoted, attribution))
    if (attribution && item.why !== 'emphasis') this.#used.add(attribution.mention)
    return item
  }

  /** A look-up that breaks is told as such, and never as words that are not found. */
  #guarded(span: Span, kind: CheckItem['kind'], mention: Mention | undefined, check: () => Finding): CheckItem {
    try {
      const finding = check()
      return this.#item(kind, span, finding.why === 'emphasis' ? undefined : mention, finding)
    } catch (error) {
      this.#draft.onFault?.(error)
      return this.#item(kind, span, mention, { verdict: 'not-checked', why: 'failed', message: SAID.failed })
    }
  }

  #quotation(quoted: Quoted, attribution: Attribution | undefined): Finding {
    const { text, choice } = this.#draft
    const parts = partsOf(text, quoted)
    const total = lengthOf(parts)
    if (total === 0) return { verdict: 'not-checked', why: 'too-short', message: SAID.empty }
    const isTerm = total < SHORTEST_UNNAMED || (total <= LONGEST_TERM && !/[，,。；：！？]/.test(text.slice(quoted.span.start, quoted.span.end)))
    if (!attribution) {
      return isTerm ? this.#unnamedTerm(parts, quoted.span) : this.#findings.anywhere(parts, quoted.span)
    }
    const { mention, isSaid } = attribution
    const target = targetOf(this.#catalogue, mention, choice)
    if (isTerm && !isSaid) return this.#term(parts, quoted.span, target)
    if (target.kind === 'regions' && mention.isCarried) return this.#carried(parts, quoted.span, target)
    if (target.kind === 'regions') return this.#findings.within(parts, quoted.span, target)
    const elsewhere = this.#findings.standings(parts, ALTERNATIVES)
    if (target.kind === 'no-clause') {
      const own = elsewhere.filter(({ document }) => target.documents.includes(document))
      const [first] = own.length > 0 ? own : elsewhere
      return {
        verdict: 'no-such-clause',
        message: `${target.message}${first ? `所引文字见${placeWords(first)}。` : ''}`,
        ...(first && { standing: first }),
        alternatives: this.#findings.references(elsewhere.filter((one) => one !== first)),
      }
    }
    const standing = elsewhere.find((one) => this.#bears(mention, one, parts))
    if (standing) return this.#findings.exactlyIn(parts, quoted.span, [standing])!
    const [first] = elsewhere
    const message = `${target.message}${first ? `文字相同的有${placeWords(first)}。` : ''}`
    return { verdict: 'not-checked', why: target.why, message, alternatives: this.#findings.references(elsewhere) }
  }

  /** A term is set off, unless a document has these very words. */
  #unnamedTerm(parts: readonly Words[], span: Span): Finding {
    const stands = lengthOf(parts) >= SHORTEST_UNNAMED && this.#findings.standings(parts, 1).length > 0
    return stands ? this.#findings.anywhere(parts, span) : { verdict: 'not-checked', why: 'emphasis', message: SAID.emphasis }
  }

  /** A term beside a reference is the clause's own, or one with a figure that was changed, or it is set off. */
  #term(parts: readonly Words[], span: Span, target: Target): Finding {
    if (target.kind !== 'regions') return { verdict: 'not-checked', why: 'emphasis', message: SAID.emphasis }
    const exact = this.#findings.exactlyIn(parts, span, target.regions)
    const isOne = target.isSure && target.regions.length === 1
    const isLong = target.isWhole && lengthOf(parts) >= SHORTEST_UNNAMED
    const slip = exact || !isOne || (target.isWhole && !isLong) ? undefined : this.#findings.slipIn(parts, target.regions)
    return exact ?? slip ?? { verdict: 'not-checked', why: 'emphasis', message: SAID.termOf }
  }

  /** The document is named in a sentence before: the words are its, or nothing is said. */
  #carried(parts: readonly Words[], span: Span, target: Regions): Finding {
    const finding = this.#findings.exactlyIn(parts, span, target.regions) ?? this.#findings.alikeIn(parts, target.regions)
    return finding ?? { verdict: 'not-checked', why: 'no-document-named', message: SAID.noDocumentNamed }
  }

  /**
   * A reference that names no document, or one by a part of its title: do the words stand under the number it gives, or
   * in the document it resembles?
   */
  #bears({ name, reference, documents, isOwn }: Mention, { document }: Standing, parts: readonly Words[]): boolean {
    if (isOwn || (name !== undefined && !documents.includes(document.id))) return false
    if (!reference) return name !== undefined
    const named = { ...reference, document: { words: '', span: reference.span, documents: [document.id] } }
    const result = lookUpReference(named, [document], new Map())
    return result.outcome === 'found' && result.places.some((place) => standsIn(this.#places, parts, regionOf(place)))
  }

  *#runs(taken: readonly Span[]): Generator<CheckItem | CheckProgress, void> {
    const { text } = this.#draft
    const words = wordsOf(text, { start: 0, end: text.length })
    const isTaken = insideOf(taken)
    const isReference = insideOf(this.#mentions.map(({ span }) => span))
    const isFree = (unit: number) => {
      const at = words.offsets[unit]!
      return !isTaken({ start: at, end: at + 1 })
    }
    const holdsReference = (from: number, to: number): boolean => {
      if (from >= to) return false
      const [start, end] = [words.offsets[from]!, words.offsets[to - 1]! + 1]
      const next = this.#mentions[firstFrom(this.#mentions, start)]
      return next !== undefined && next.span.end <= end
    }
    for (const found of runsIn(this.#places, words, isFree, holdsReference)) {
      if (typeof found === 'number') {
        yield { step: 'runs', done: words.offsets[found] ?? text.length, total: text.length }
        continue
      }
      const run = this.#withoutReference(found, words)
      if (!run) continue
      const own = trimmed({ codes: words.codes.subarray(run.from, run.to), offsets: unitsBetween(words, run) })
      const span = spanOfWords(own)
      if (isReference(span)) continue
      const mention = attributionOf(text, { outer: span }, this.#mentions)?.mention
      let isNamed = false
      const item = this.#guarded(span, 'run', undefined, () => {
        const named = this.#runNamed(own, span, mention)
        // words that a document has as they stand are no alteration of another's, but for a figure
        const isOther = run.isExact && named?.verdict === 'altered' && !changesFigure(named)
        const finding = isOther ? undefined : named
        if (finding && isOnlyMarks(finding)) return this.#findings.sameButMarks(finding)
        if (finding && isOnlyEdges(finding)) return { verdict: 'not-checked', why: 'emphasis', message: SAID.emphasis }
        isNamed = finding !== undefined
        return finding ?? this.#runAnywhere(run, own, span)
      })
      if (item.verdict === 'not-checked' && item.why !== 'failed') continue
      if (isNamed && mention) this.#used.add(mention)
      yield isNamed && mention ? { ...item, reference: { words: mention.words, ...mention.span } } : item
    }
  }

  /** The title a sentence begins with is no part of a run; undefined where too little is left. */
  #withoutReference(run: Run, { offsets }: Words): Run | undefined {
    const opening = offsets[Math.min(run.to - 1, run.from + OPENING)]!
    const reference = this.#mentions.findLast(({ span }) => span.start <= opening)
    if (!reference || reference.span.end <= offsets[run.from]!) return run
    let { from } = run
    while (from < run.to && offsets[from]! < reference.span.end) from++
    return run.to - from < SHORTEST_RUN ? undefined : { ...run, from, ...(run.isExact ? { textFrom: run.textFrom + from - run.from } : {}) }
  }

  /** Words without marks beside a reference: they are the document's, or they are no quotation of it. */
  #runNamed(words: Words, span: Span, mention: Mention | undefined): Finding | undefined {
    const target = mention && targetOf(this.#catalogue, mention, this.#draft.choice)
    if (target?.kind !== 'regions') return undefined
    const finding = this.#findings.within([words], span, target)
    const documents = target.regions.map(({ document }) => document)
    return finding.standing && documents.includes(finding.standing.document) ? finding : undefined
  }

  #runAnywhere(run: Run, words: Words, span: Span): Finding {
    if (run.isExact) return this.#findings.anywhere([words], span)
    const document = this.#places.documentAt(run.textFrom)
    const alignment = alignWithin(words.codes, this.#places.codes, run.textFrom, run.textTo)!
    if (alignment.distance > Math.max(CLEARLY_COPIED.units, CLEARLY_COPIED.share * words.codes.length)) return { verdict: 'not-checked', why: 'emphasis', message: SAID.emphasis }
    return this.#findings.differing({
      document,
      span: this.#places.spanOf({ from: alignment.from, length: alignment.to - alignment.from }),
      pieces: alignment.pieces,
      draftOffsets: words.offsets,
      distance: alignment.distance,
    })
  }

  /** A reference that stands for itself, and the number behind a title. Nothing is said of a title that is in force. */
  *#references(mention: Mention): Generator<CheckItem, void> {
    const { number, span } = mention
    if (number) {
      const finding = numberFinding(this.#catalogue, mention)
      if (finding) yield this.#item('reference', number.span, undefined, finding)
    }
    if (this.#used.has(mention) || mention.isOwn) return
    let finding: Finding | undefined
    const item = this.#guarded(span, 'reference', undefined, () => {
      finding = this.#reference(mention)
      return finding ?? { verdict: 'exists', message: '' }
    })
    if (finding || item.why === 'failed') yield item
  }

  #reference(mention: Mention): Finding | undefined {
    const target = targetOf(this.#catalogue, mention, this.#draft.choice)
    if (mention.isCarried) return { verdict: 'not-checked', why: 'no-document-named', message: SAID.noDocumentNamed }
    if (target.kind === 'unknown') return { verdict: 'not-checked', why: target.why, message: target.message }
    if (target.kind === 'no-clause') return { verdict: 'no-such-clause', message: target.message }
    const [first, ...others] = target.regions
    if (!first) return undefined
    if (target.isWhole) return target.regions.length === 1 ? this.#document(first.document) : undefined
    if (!target.isSure) {
      const alternatives = this.#findings.references([first, ...others])
      return { verdict: 'not-checked', why: 'ambiguous', message: SAID.ambiguous, alternatives }
    }
    const many = others.length > 0 ? `等${others.length + 1}处` : ''
    return {
      verdict: 'exists',
      message: `有此条款：${placeWords(first)}${many}${this.#standingWords(first.document)}。`,
      standing: firstWords(first),
      alternatives: this.#findings.references(others),
    }
  }

  #document(document: Document): Finding | undefined {
    const words = this.#standingWords(document)
    const standing = firstWords({ document, span: { start: 0, end: document.text.length } })
    return words === '' ? undefined : { verdict: 'exists', message: `${titleWords(document)}${words.slice(1)}。`, standing }
  }

  /** ，已废止; '' for what is in force. */
  #standingWords(document: Document): string {
    const status = citationOf(this.#catalogue, firstWords({ document, span: { start: 0, end: document.text.length } }), 1).version?.status
    return status === undefined || status === 'in-force' ? '' : `，${STATUS_WORDS[status]}`
  }

  #item(kind: CheckItem['kind'], span: Span, mention: Mention | undefined, found: Finding): CheckItem {
    const { verdict, why, message, truth, diff, skipped, printing, standing, alternatives = [] } = found
    return {
      kind,
      quote: this.#draft.text.slice(span.start, span.end),
      ...span,
      ...(mention && { reference: { words: mention.words, ...mention.span } }),
      verdict,
      ...(why && { why }),
      message,
      ...(truth !== undefined && { truth }),
      ...(diff && { diff }),
      ...(skipped && { skipped }),
      ...(printing && { printing }),
      ...(standing && { citation: citationOf(this.#catalogue, standing, 1) }),
      alternatives,
    }
  }
}

/** The words between ellipses; what only a new paragraph divides stands together. */
function partsOf(text: string, { parts }: Quoted): Words[] {
  const groups: Words[][] = []
  for (const part of parts) {
    const words = wordsOf(text, part)
    if (part.after === 'paragraph' && groups.length > 0) groups.at(-1)!.push(words)
    else groups.push([words])
  }
  return groups.map((group) => trimmed(together(group))).filter(({ codes }) => codes.length > 0)
}

const lengthOf = (parts: readonly Words[]): number => parts.reduce((sum, { codes }) => sum + codes.length, 0)

const unitsBetween = ({ offsets }: Words, { from, to }: Run): readonly number[] =>
  Array.prototype.slice.call(offsets, from, to) as number[]

const FIGURES: readonly CheckWeight[] = ['number', 'date', 'percentage', 'amount']
const changesFigure = ({ diff = [] }: Finding): boolean =>
  diff.some(({ kind, weighs }) => kind !== 'same' && weighs.some((weight) => FIGURES.includes(weight)))

/** Marks that set a term of the document off are no words: 处“五日以下拘留”. */
const isOnlyMarks = ({ verdict, diff = [] }: Finding): boolean =>
  verdict === 'altered' && diff.every(({ kind, text }) => kind === 'same' || /^[“”‘’「」『』"\s]+$/u.test(text))

/** The draft's own words before and behind: 依照第二十四条的规定设置安全生产管理机构 for 应当设置…. */
function isOnlyEdges(finding: Finding): boolean {
  const { diff = [] } = finding
  const first = diff.findIndex(({ kind }) => kind === 'same')
  const last = diff.findLastIndex(({ kind }) => kind === 'same')
  return finding.verdict === 'altered' && first >= 0 && first === last && !changesFigure(finding)
}

const spanOfWords = ({ codes, offsets }: Words): Span => ({ start: offsets[0]!, end: offsets[codes.length - 1]! + 1 })

const SHOWN = 200
/** The beginning of a clause stands for the whole of it. */
const firstWords = ({ document, span }: Standing): Standing => ({
  document,
  span: { start: span.start, end: Math.min(span.end, span.start + SHOWN) },
})

/** Is a span within one of these, which stand apart? */
function insideOf(spans: readonly Span[]): (span: Span) => boolean {
  const sorted = [...spans].sort((a, b) => a.start - b.start)
  return ({ start, end }) => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sorted[middle]!.start <= start) low = middle + 1
      else high = middle
    }
    const before = sorted[low - 1]
    return before !== undefined && end <= before.end
  }
}

/** Items in the order of the draft, their citations numbered. */
export function inOrder(items: readonly CheckItem[]): CheckItem[] {
  const sorted = [...items].sort((a, b) => a.start - b.start || b.end - a.end)
  let n = 0
  return sorted.map((item) => (item.citation ? { ...item, citation: { ...item.citation, n: ++n } } : item))
}

/** Counts by verdict. */
export function summaryOf(items: readonly CheckItem[], documents: number): CheckSummary {
  const verdicts = { verbatim: 0, altered: 0, misplaced: 0, exists: 0, 'no-such-clause': 0, 'not-found': 0, 'not-checked': 0 }
  for (const { verdict } of items) verdicts[verdict]++
  const wrong = verdicts.altered + verdicts.misplaced + verdicts['no-such-clause'] + verdicts['not-found']
  return { items: items.length, verdicts, isClean: wrong === 0, documents }
}
