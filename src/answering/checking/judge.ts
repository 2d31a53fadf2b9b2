/** One quotation against the library: where its words stand, or which words it alters. */
import { innermost } from '../../clauses/address.ts'
import type { Document, Place, Span } from '../../types.ts'
import { alignWithin, type Alignment, type Piece } from './align.ts'
import { widened } from './boundaries.ts'
import { foldText } from './fold.ts'
import { SHORTEST, type WordPlaces } from './word-places.ts'

/** A stretch of a document's text. */
export interface Region {
  readonly document: Document
  readonly span: Span
  /** Of a 项: its article, and the words of that before the first 项. Who cites a 项 may quote them, with it or alone. */
  readonly around?: { readonly article: Span; readonly lead: Span }
}

/** Where words stand. */
export interface Standing {
  readonly document: Document
  readonly span: Span
}

/** Words of a document that a quotation alters. */
export interface Altered extends Standing {
  readonly pieces: readonly Piece[]
  /** Offsets of the draft's folded units. */
  readonly draftOffsets: ArrayLike<number>
  readonly distance: number
}

/** Words of a draft, folded; offsets are the draft's. */
export interface Words {
  readonly codes: Uint16Array
  readonly offsets: ArrayLike<number>
}

/** Stops at the ends of a quotation are the writer's. */
const STOP_CODES = new Set([...'，。；：、,.;:!?！？…-'].map((sign) => foldText(sign).codes[0]!))

export function wordsOf(draft: string, { start, end }: Span): Words {
  const { codes, offsets } = foldText(draft, start, end)
  return { codes, offsets }
}

/** Without stops at its ends. */
export function trimmed({ codes, offsets }: Words): Words {
  let [from, to] = [0, codes.length]
  while (from < to && STOP_CODES.has(codes[from]!)) from++
  while (to > from && STOP_CODES.has(codes[to - 1]!)) to--
  return { codes: codes.subarray(from, to), offsets: Array.prototype.slice.call(offsets, from, to) as number[] }
}

/** Units of a region. */
export function unitsOf(places: WordPlaces, { document, span }: Region): { readonly begin: number; readonly end: number } {
  return { begin: places.unitAt(document, span.start), end: places.unitAt(document, span.end) }
}

export const wholeOf = (document: Document): Region => ({ document, span: { start: 0, end: document.text.length } })

/** The stretch a place names: a clause with all below it, a 款 with the 项 that follow it. */
export const regionOf = ({ document, lineage, paragraph }: Place): Region => {
  const { paragraphs, children, extent } = innermost(lineage)
  const own = paragraph === undefined ? undefined : paragraphs[paragraph - 1]
  if (!own) return { document, span: extent, ...aroundOf(lineage) }
  const next = paragraphs[paragraph!]?.start ?? extent.end
  const below = children.findLast(({ extent: item }) => item.start >= own.end && item.end <= next)
  return { document, span: { start: own.start, end: below?.extent.end ?? own.end } }
}

function aroundOf(lineage: Place['lineage']): Pick<Region, 'around'> {
  const depth = lineage.slice(0, -1).findIndex(({ number }) => number?.style === 'article')
  const [article, item] = [lineage[depth], lineage[depth + 1]]
  if (!article || !item || depth < 0) return {}
  const lead = article.paragraphs.findLast(({ start }) => start < item.extent.start) ?? article.extent
  return { around: { article: article.extent, lead } }
}

/**
 * The parts of a quotation one behind the other within a region, each exactly; with the text that ellipses stand for.
 * Only the first part may begin anywhere.
 */
export function standsIn(
  places: WordPlaces,
  parts: readonly Words[],
  region: Region,
): { readonly spans: readonly Span[] } | undefined {
  const { begin, end } = unitsOf(places, region)
  const [first, ...others] = parts
  if (!first) return undefined
  for (let at = scan(places, first.codes, begin, end); at !== undefined; at = scan(places, first.codes, at + 1, end)) {
    const spans = [places.spanOf({ from: at, length: first.codes.length })]
    let from = at + first.codes.length
    for (const part of others) {
      const next = scan(places, part.codes, from, end)
      if (next === undefined) break
      spans.push(places.spanOf({ from: next, length: part.codes.length }))
      from = next + part.codes.length
    }
    if (spans.length === parts.length && spans.every((span) => isWhole(region.document.text, span))) return { spans }
    if (spans.length < parts.length) return undefined
  }
  return undefined
}

/** Does a span begin and end where the text has a seam? */
export function isWhole(text: string, span: Span): boolean {
  const { start, end } = widened(text, span)
  return start === span.start && end === span.end
}

function scan(places: WordPlaces, words: Uint16Array, begin: number, end: number): number | undefined {
  const first = words[0]
  if (first === undefined) return undefined
  const { codes } = places
  for (let at = codes.indexOf(first, begin); at >= 0 && at + words.length <= end; at = codes.indexOf(first, at + 1)) {
    if (places.holds(at, words)) return at
  }
  return undefined
}

/** Every place of the library where the words stand exactly and whole, in the library's order. */
export function standings(places: WordPlaces, words: Words, most = 60): Standing[] {
  if (words.codes.length < SHORTEST) return []
  return places.find(words.codes, most * 4).slice(0, most).flatMap((from) => {
    const document = places.documentAt(from)
    const span = places.spanOf({ from, length: words.codes.length })
    return isWhole(document.text, span) ? [{ document, span }] : []
  })
}

/** Words that turn out to be a cut through a figure or a negation, wherever they stand: the text with the cut mended. */
export function cutStandings(places: WordPlaces, words: Words, region?: Region): Standing[] {
  const units = region && unitsOf(places, region)
  const found = words.codes.length >= SHORTEST ? places.find(words.codes, 40) : []
  const first = units && found.length === 0 ? scan(places, words.codes, units.begin, units.end) : undefined
  return [...found, ...(first === undefined ? [] : [first])]
    .filter((from) => !units || (from >= units.begin && from < units.end))
    .map((from) => ({ document: places.documentAt(from), span: places.spanOf({ from, length: words.codes.length }) }))
}

/** Longest words that are compared with a whole text at once. */
const LONGEST = 6_000

/** Words like these within a region, where at most a share of them differs; parts one behind the other. */
export function alteredIn(
  places: WordPlaces,
  parts: readonly Words[],
  region: Region,
  mostShare: number,
): Altered | undefined {
  const { begin, end } = unitsOf(places, region)
  return alteredWithin(places, parts, begin, end, mostShare)
}

/** Words like these anywhere, the most alike first. */
export function alteredAnywhere(places: WordPlaces, parts: readonly Words[], mostShare: number): Altered[] {
  const longest = parts.reduce((best, part) => (part.codes.length > best.codes.length ? part : best), parts[0]!)
  const { length } = longest.codes
  const found = places.near(longest.codes).flatMap((from) => {
    const document = places.documentAt(Math.min(places.codes.length - 1, from + length))
    const { begin, end } = places.unitsOf(document)
    const reach = Math.max(32, length)
    const around = [Math.max(begin, from), Math.min(end, from + 3 * length + reach)] as const
    const altered = alteredWithin(places, parts, ...(parts.length === 1 ? around : ([begin, end] as const)), mostShare)
    return altered ? [altered] : []
  })
  return found.sort((a, b) => a.distance - b.distance)
}

/** Each part where it is most alike behind the one before; what ellipses stand for is no difference. */
function alteredWithin(
  places: WordPlaces,
  parts: readonly Words[],
  begin: number,
  end: number,
  mostShare: number,
): Altered | undefined {
  const total = parts.reduce((sum, { codes }) => sum + codes.length, 0)
  if (total > LONGEST) return undefined
  const found: Alignment[] = []
  let from = begin
  for (const { codes } of parts) {
    const exact = parts.length > 1 ? scan(places, codes, from, end) : undefined
    const best = exact === undefined ? mostAlike(places, codes, from, end) : exactly(codes, exact)
    if (!best || best.to === best.from) return undefined
    found.push(best)
    from = best.to
  }
  const distance = found.reduce((sum, one) => sum + one.distance, 0)
  return distance > mostShare * total ? undefined : joined(places, parts, found)
}

function mostAlike(places: WordPlaces, codes: Uint16Array, begin: number, end: number): Alignment | undefined {
  const [from, to] = narrowed(places, codes, begin, end)
  return alignWithin(codes, places.codes, from, to)
}

const exactly = ({ length }: Uint16Array, at: number): Alignment => ({
  distance: 0,
  from: at,
  to: at + length,
  pieces: [{ same: true, from: 0, to: length, textFrom: at, textTo: at + length }],
})

/** A region much longer than the words is compared where it shares most with them. */
function narrowed(places: WordPlaces, words: Uint16Array, begin: number, end: number): readonly [number, number] {
  const room = 4 * words.length + 400
  if (end - begin <= room) return [begin, end]
  const votes = new Map<number, number>()
  const cell = Math.max(16, words.length >> 1)
  const wanted = new Map<string, number>()
  for (let at = 0; at + 2 <= words.length; at++) wanted.set(`${words[at]},${words[at + 1]}`, at)
  for (let at = begin; at + 2 <= end; at++) {
    const offset = wanted.get(`${places.codes[at]},${places.codes[at + 1]}`)
    if (offset === undefined) continue
    const n = Math.floor((at - offset - begin) / cell)
    votes.set(n, (votes.get(n) ?? 0) + 1)
  }
  let [best, most] = [0, 0]
  for (const [n, count] of votes) {
    const sum = count + (votes.get(n + 1) ?? 0)
    if (sum > most) [best, most] = [n, sum]
  }
  const from = Math.max(begin, begin + best * cell - cell)
  return [from, Math.min(end, from + 2 * words.length + 4 * cell)]
}

/** The parts as one, their units counted through. */
function joined(places: WordPlaces, parts: readonly Words[], found: readonly Alignment[]): Altered {
  let before = 0
  const pieces: Piece[] = []
  for (const [at, one] of found.entries()) {
    for (const piece of one.pieces) pieces.push({ ...piece, from: piece.from + before, to: piece.to + before })
    before += parts[at]!.codes.length
  }
  const [from, to] = [found[0]!.from, found.at(-1)!.to]
  return {
    document: places.documentAt(from),
    span: places.spanOf({ from, length: to - from }),
    pieces,
    draftOffsets: parts.flatMap(({ offsets }) => Array.from(offsets)),
    distance: found.reduce((sum, one) => sum + one.distance, 0),
  }
}

/** Parts that follow one another without anything left out between them, as one. */
export function together(parts: readonly Words[]): Words {
  const [only] = parts
  if (only && parts.length === 1) return only
  return {
    codes: Uint16Array.from(parts.flatMap(({ codes }) => Array.from(codes))),
    offsets: parts.flatMap(({ offsets }) => Array.from(offsets)),
  }
}
