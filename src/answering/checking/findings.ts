/** Words of a draft against the places they are said to be from, and against the whole library: what is found 结论. */
import { areVersions } from '../../clauses/works.ts'
import { ofVersionsMeant, type Choice } from '../../clauses/standing.ts'
import type { Catalogue } from '../../retrieval/library.ts'
import type { CheckItem, CheckVerdict, ClauseReference, Document, Span } from '../../types.ts'
import { referenceTo } from '../compose.ts'
import { quotedPlace } from '../quoted-place.ts'
import { alignWithin } from './align.ts'
import { widened } from './boundaries.ts'
import { differencesOf } from './differences.ts'
import { printingOf } from './fold.ts'
import {
  alteredAnywhere,
  alteredIn,
  cutStandings,
  standings,
  standsIn,
  wholeOf,
  type Altered,
  type Region,
  type Standing,
  type Words,
} from './judge.ts'
import { calledWords, manyCalled, placeWords, PRINTING, SAID, weightWords } from './messages.ts'
import type { Target } from './targets.ts'
import type { WordPlaces } from './word-places.ts'

/** The largest share of changed units of words that are still told as altered. */
const MOST_CHANGED = { named: 0.5, anywhere: 0.34, short: 0.2 } as const
/** Of fewer units, everybody's words are like them. */
const SHORT = 20
/** Words that differ in more than this of the clause named may be another clause's. */
const CLEARLY_MEANT = 0.2
/** Words that differ in no more units than this are the clause's own, wherever else they stand exactly. */
const A_SLIP = 2
/** Fewest units of altered words: of fewer, too much is like them. */
const SHORTEST_ALTERED = { named: 4, anywhere: 9 } as const
const ALTERNATIVES = 5
/** A name that more documents go by says nothing: 《办法》. */
const MOST_MEANT = 5
/** Of more places that may be meant, those like the words are not looked for one by one. */
const MOST_COMPARED = 60

export interface Finding
  extends Partial<Pick<CheckItem, 'why' | 'truth' | 'diff' | 'skipped' | 'printing' | 'alternatives'>> {
  readonly verdict: CheckVerdict
  readonly message: string
  readonly standing?: Standing
}

/** An altered finding and how many units differ. */
interface AlteredFinding extends Finding {
  readonly standing: Standing
  readonly distance: number
  /** ，涉及数字、否定词; '' for nothing that weighs. */
  readonly heavy: string
}

interface Checked {
  readonly text: string
  readonly choice: Choice
}

export type Regions = Extract<Target, { kind: 'regions' }>

export class Findings {
  readonly #catalogue: Catalogue
  readonly #draft: Checked
  readonly #places: WordPlaces

  constructor(catalogue: Catalogue, draft: Checked, places: WordPlaces) {
    this.#catalogue = catalogue
    this.#draft = draft
    this.#places = places
  }

  /** Exactly in one of the places named; undefined where not. */
  exactlyIn(parts: readonly Words[], span: Span, regions: readonly Region[]): Finding | undefined {
    for (const region of regions) {
      const found = standsIn(this.#places, parts, region) ?? this.#around(parts, region)
      if (found) return this.#verbatim(region.document, found.spans, span, [])
    }
    return undefined
  }

  /** 有下列情形之一的……（三）…… of an article, cited by the 项. */
  #around(parts: readonly Words[], { document, span, around }: Region): ReturnType<typeof standsIn> {
    if (!around) return undefined
    const inLead = standsIn(this.#places, parts, { document, span: around.lead })
    const found = inLead ?? standsIn(this.#places, parts, { document, span: around.article })
    return inLead ?? (found?.spans.some(({ start, end }) => start < span.end && end > span.start) ? found : undefined)
  }

  /** Altered by no more than a slip: in a word that weighs, or of words that are not many documents'. */
  slipIn(parts: readonly Words[], regions: readonly Region[]): Finding | undefined {
    const found = this.#alteredIn(parts, regions, MOST_CHANGED.anywhere)
    const length = lengthOf(parts)
    const isTelling = found?.heavy !== '' || (length >= SHORTEST_ALTERED.anywhere && found.distance <= MOST_CHANGED.short * length)
    return found && found.distance <= A_SLIP && isTelling ? found : undefined
  }

  /** Altered in little: the words are the clause's, though it is not sure that it is meant. */
  alikeIn(parts: readonly Words[], regions: readonly Region[]): Finding | undefined {
    return this.#alteredIn(parts, regions, CLEARLY_MEANT)
  }

  /** Words that differ from the document's in quotation marks alone. */
  sameButMarks({ standing }: Finding): Finding {
    const where = standing ? placeWords(standing) : '文件'
    return { verdict: 'verbatim', message: `与${where}的原文一致（${PRINTING.marks}写法不同）。`, ...(standing && { standing }), printing: ['marks'] }
  }

  /** Against the clauses or documents that the draft names. */
  within(parts: readonly Words[], span: Span, { regions, isWhole, name }: Regions): Finding {
    const exact = this.exactlyIn(parts, span, regions)
    if (exact) return exact
    const documents = [...new Set(regions.map(({ document }) => document))]
    if (documents.length > MOST_MEANT) {
      const alternatives = this.references(this.standings(parts, ALTERNATIVES))
      return { verdict: 'not-checked', why: 'ambiguous', message: manyCalled(documents, name), alternatives }
    }
    const near = isWhole ? [] : this.#inDocuments(parts, documents)
    const leads = regions.flatMap(({ document, around }) => (around ? [{ document, span: around.lead }] : []))
    const altered =
      this.#alteredIn(parts, regions, isWhole ? MOST_CHANGED.anywhere : MOST_CHANGED.named) ??
      this.#alteredIn(parts, leads, MOST_CHANGED.anywhere)
    const isSlip = altered !== undefined && altered.distance <= A_SLIP
    const [there] = near
    if (there && !isSlip) return this.#misplaced(`${SAID.inOtherClause}，而在${placeWords(there)}。`, near)
    const elsewhere = near.length > 0 ? near : this.standings(parts, ALTERNATIVES)
    const others = elsewhere.filter((one) => this.#isOtherVersion(one.document, documents))
    const [older] = others
    if (altered && older) {
      const message = `${altered.message}草稿所引文字见另一版本：${placeWords(older)}${this.#versionWords(older.document)}。`
      return { ...altered, message, alternatives: this.references(elsewhere) }
    }
    const [other] = older ? others : elsewhere
    if (altered && (isSlip || isWhole || !other)) {
      const closer = isSlip || isWhole ? undefined : this.#closer(parts, documents, altered)
      if (closer) return closer
      const also = other ? `与所引完全一致的文字见${placeWords(other)}。` : ''
      return { ...altered, message: `${altered.message}${also}`, alternatives: this.references(elsewhere) }
    }
    if (other) {
      const where = older ? `${calledWords(documents, name)}的这一版本` : isWhole ? calledWords(documents, name) : undefined
      const version = older ? this.#versionWords(other.document) : ''
      const message = `${where ? `所引文字不在${where}` : SAID.inOtherClause}，而在${placeWords(other)}${version}。`
      return this.#misplaced(message, [other, ...elsewhere.filter((one) => one !== other)])
    }
    return this.#likeElsewhere(parts, documents, isWhole, name)
  }

  /** Of words whose source the draft does not name. */
  anywhere(parts: readonly Words[], span: Span): Finding {
    const found = this.standings(parts, 20)
    const [first, ...others] = found
    if (first) {
      const spans = standsIn(this.#places, parts, wholeOf(first.document))?.spans ?? [first.span]
      return this.#verbatim(first.document, spans, span, others)
    }
    return this.#alteredAnywhere(parts) ?? { verdict: 'not-found', message: SAID.nowhere }
  }

  /** Every place where all parts stand, in force first. */
  standings(parts: readonly Words[], most: number): Standing[] {
    if (most === 0) return []
    const longest = parts.reduce((best, part) => (part.codes.length > best.codes.length ? part : best), parts[0]!)
    const found = standings(this.#places, longest)
    if (parts.length === 1) return this.#inForceFirst(found).slice(0, most)
    const documents = [...new Set(found.map(({ document }) => document))]
    return this.#inForceFirst(this.#inDocuments(parts, documents)).slice(0, most)
  }

  references(found: readonly Standing[]): ClauseReference[] {
    const references = found.map(({ document, span }) => referenceTo(document, quotedPlace(document, span).lineage, span))
    const seen = new Set<string>()
    const once = references.filter(({ documentId, path }) => {
      const name = `${documentId}#${path.join('/')}`
      return seen.has(name) ? false : seen.add(name)
    })
    return once.slice(0, ALTERNATIVES)
  }

  /** Two stretches that are known to belong together, aligned. */
  differing({ document, span, pieces, draftOffsets, distance }: Altered): AlteredFinding {
    const places = this.#places
    const diff = differencesOf(pieces, {
      draft: this.#draft.text,
      text: document.text,
      draftOffsets,
      textOffset: (unit) => places.spanOf({ from: unit, length: 1 }).start,
    })
    const words = weightWords([...new Set(diff.flatMap(({ kind, weighs }) => (kind === 'same' ? [] : weighs)))])
    const heavy = words === '' ? '' : `，涉及${words}`
    return {
      verdict: 'altered',
      message: `与${placeWords({ document, span })}的原文有出入${heavy}。`,
      heavy,
      standing: { document, span },
      truth: document.text.slice(span.start, span.end),
      diff,
      distance,
    }
  }

  #inDocuments(parts: readonly Words[], documents: readonly Document[]): Standing[] {
    return documents.flatMap((document) => {
      const found = standsIn(this.#places, parts, wholeOf(document))
      return found ? [{ document, span: hull(found.spans) }] : []
    })
  }

  #misplaced(message: string, [first, ...others]: readonly Standing[]): Finding {
    return { verdict: 'misplaced', message, standing: first!, alternatives: this.references(others) }
  }

  /** （2018-10-26版）; '' where no date is known. */
  #versionWords(document: Document): string {
    const date = this.#draft.choice.works.versionOf(document.id)?.date
    return date === undefined ? '' : `（${date}版）`
  }

  #isOtherVersion(document: Document, documents: readonly Document[]): boolean {
    return documents.some((own) => own !== document && areVersions(this.#catalogue.documents, own.id, document.id))
  }

  /** Words much more like another clause of the same documents than like the one that is named. */
  #closer(parts: readonly Words[], documents: readonly Document[], named: AlteredFinding): Finding | undefined {
    if (named.distance <= CLEARLY_MEANT * lengthOf(parts)) return undefined
    const best = this.#alteredIn(parts, documents.map(wholeOf), MOST_CHANGED.anywhere)
    return best && 2 * best.distance < named.distance ? asElsewhere(best) : undefined
  }

  #likeElsewhere(parts: readonly Words[], documents: readonly Document[], isWhole: boolean, name: string): Finding {
    const own = isWhole ? undefined : this.#alteredIn(parts, documents.map(wholeOf), MOST_CHANGED.anywhere)
    if (own) return asElsewhere(own)
    const called = calledWords(documents, name)
    const anywhere = this.#alteredAnywhere(parts)
    if (anywhere) return asElsewhere(anywhere, `${called}没有这段话`)
    return { verdict: 'not-found', message: `${called}没有这段话，文件库的其他文件里也没有。` }
  }

  #verbatim(document: Document, spans: readonly Span[], quoted: Span, others: readonly Standing[]): Finding {
    const whole = hull(spans)
    const skipped = spans.slice(1).flatMap((span, at) => {
      const words = document.text.slice(spans[at]!.end, span.start)
      return /[\p{L}\p{N}]/u.test(words) ? [words.trim()] : []
    })
    const standing = { document, span: whole }
    const ours = this.#draft.text.slice(quoted.start, quoted.end)
    const printing = spans.length === 1 ? printingOf(withoutStops(ours), document.text.slice(whole.start, whole.end)) : []
    const differs = printing.map((kind) => PRINTING[kind]).join('、')
    return {
      verdict: 'verbatim',
      message:
        `与${placeWords(standing)}的原文一致${differs ? `（${differs}写法不同）` : ''}` +
        `${skipped.length > 0 ? `；省略号略去${skipped.length}处，请看是否改变原意` : ''}。`,
      standing,
      ...(printing.length > 0 && { printing }),
      ...(skipped.length > 0 && { skipped, truth: document.text.slice(whole.start, whole.end) }),
      alternatives: this.references(others),
    }
  }

  /** The best of the regions; undefined where too much differs. */
  #alteredIn(parts: readonly Words[], regions: readonly Region[], mostShare: number): AlteredFinding | undefined {
    const [words] = parts
    if (!words || lengthOf(parts) < SHORTEST_ALTERED.named) return undefined
    if (parts.length === 1) {
      const cut = regions.map((region) => cutStandings(this.#places, words, region)[0]).find((one) => one !== undefined)
      if (cut) return this.#mended(cut, words)
    }
    const found =
      regions.length > MOST_COMPARED
        ? alteredAnywhere(this.#places, parts, mostShare).filter((one) => regions.some((region) => holds(region, one)))
        : regions.flatMap((region) => alteredIn(this.#places, parts, region, mostShare) ?? [])
    const best = found.sort((a, b) => a.distance - b.distance)[0]
    return best && this.differing(best)
  }

  #alteredAnywhere(parts: readonly Words[]): AlteredFinding | undefined {
    const [words] = parts
    const length = lengthOf(parts)
    if (!words || length < SHORTEST_ALTERED.anywhere) return undefined
    const [cut] = parts.length === 1 ? cutStandings(this.#places, words) : []
    if (cut) return this.#mended(cut, words)
    const [best] = alteredAnywhere(this.#places, parts, length < SHORT ? MOST_CHANGED.short : MOST_CHANGED.anywhere)
    return best && this.differing(best)
  }

  /** Words that cut through a figure or a negation: against the words with the cut mended. */
  #mended(cut: Standing, words: Words): AlteredFinding {
    const span = widened(cut.document.text, cut.span)
    const from = this.#places.unitAt(cut.document, span.start)
    const to = this.#places.unitAt(cut.document, span.end)
    const alignment = alignWithin(words.codes, this.#places.codes, from, to)!
    const end = words.codes.length
    // what the alignment leaves free at both ends is what was cut off
    const pieces = [
      ...(alignment.from > from ? [{ same: false, from: 0, to: 0, textFrom: from, textTo: alignment.from }] : []),
      ...alignment.pieces,
      ...(alignment.to < to ? [{ same: false, from: end, to: end, textFrom: alignment.to, textTo: to }] : []),
    ]
    return this.differing({ document: cut.document, span, pieces, draftOffsets: words.offsets, distance: 1 })
  }

  #inForceFirst(found: readonly Standing[]): Standing[] {
    const { documents: meant } = ofVersionsMeant([...new Set(found.map(({ document }) => document))], this.#draft.choice)
    const rank = ({ document }: Standing) => (meant.includes(document) ? 0 : 1)
    return [...found].sort((a, b) => rank(a) - rank(b))
  }
}

const asElsewhere = (found: AlteredFinding, opening: string = SAID.inOtherClause): Finding => ({
  ...found,
  message: `${opening}；最相近的是${placeWords(found.standing)}，但有出入${found.heavy}。`,
})

const holds = ({ document, span }: Region, other: Standing): boolean =>
  document === other.document && span.start <= other.span.start && other.span.end <= span.end

const hull = (spans: readonly Span[]): Span => ({ start: spans[0]!.start, end: spans.at(-1)!.end })

const withoutStops = (text: string) => text.replace(/^[，。；：、,.;:!?！？\s]+|[，。；：、,.;:!?！？\s]+$/gu, '')

const lengthOf = (parts: readonly Words[]): number => parts.reduce((sum, { codes }) => sum + codes.length, 0)
