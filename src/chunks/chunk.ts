/**
 * Clauses → entries, what retrieval finds 检索单位, and entries → chunks, what is embedded. A chunk never crosses an
 * entry.
 *
 * An article 条 is one entry with all its 款 and 项: it is drafted to hold one matter (《立法技术规范（试行）》), and is
 * embedded whole as far as the model reads; so is a header. A caption 第三章 … stands before every article below it and
 * answers nothing by itself: it is found by its words alone. Any other clause is an entry of its own and is embedded twice over: in
 * units, where one remark of a long paragraph is found, and in windows behind their headings. Over 58,496 articles the
 * whole article gives Recall@10 0.505, its best sentence 0.459, the two together no more than chance allows; over the
 * seeds, whose clauses run to several hundred characters, units and windows give hit@1 0.91, each alone 0.84 to 0.87.
 */
import { isArticle, titleOf, walk, type Lineage } from '../clauses/address.ts'
import type { Clause, Document, NumberStyle, Span } from '../types.ts'
import { units } from './sentences.ts'

/** Named in the manifest: an index made by another chunker is made anew. */
export const CHUNKER = 'articles-500/units-60/windows-2x120/4'

/** The model reads 512 tokens, about one a character. */
const LONGEST_WHOLE = 500
const UNIT = 60

export interface Entry {
  readonly lineage: Lineage
  readonly span: Span
  /** One chunk, the entry itself. */
  readonly isWhole: boolean
}

/** A part of an entry. */
export interface Chunk {
  /** Place of its entry among those of the document, counted from 0. */
  readonly entry: number
  readonly span: Span
}

/** In reading order; clauses without words of their own have none. */
export function entriesOf(document: Document): Entry[] {
  const entries: Entry[] = []
  for (const lineage of walk(document)) {
    if (lineage.slice(0, -1).some(isArticle)) continue
    const clause = lineage.at(-1)!
    const spans = spansOf(clause)
    const [first, last] = [spans[0], spans.at(-1)]
    if (!first || !last) continue
    const span = { start: first.start, end: last.end }
    const isOneMatter = isArticle(clause) || clause.kind === 'header'
    entries.push({ lineage, span, isWhole: isOneMatter && span.end - span.start <= LONGEST_WHOLE })
  }
  return entries
}

/** Units of at most 60 characters; an entry that is embedded whole is one unit, a caption has none. */
export function unitsOf(document: Document, entries: readonly Entry[] = entriesOf(document)): Chunk[] {
  return entries.flatMap(({ lineage, span, isWhole }, entry): Chunk[] => {
    if (isWhole) return [{ entry, span }]
    const spans = embeddedSpans(lineage.at(-1)!).flatMap((paragraph) => units(document.text, paragraph, UNIT))
    return spans.map((span) => ({ entry, span }))
  })
}

/** Windows of two longer units, one unit apart, within one paragraph; none of an entry that is embedded whole. */
export function windowsOf(document: Document, entries: readonly Entry[] = entriesOf(document)): Chunk[] {
  return entries.flatMap(({ lineage, isWhole }, entry): Chunk[] => {
    if (isWhole) return []
    return embeddedSpans(lineage.at(-1)!).flatMap((paragraph) => {
      const parts = units(document.text, paragraph)
      const starts = parts.length > 1 ? parts.slice(0, -1) : parts
      return starts.map((part, at) => ({ entry, span: { start: part.start, end: (parts[at + 1] ?? part).end } }))
    })
  })
}

const DIVISIONS: readonly NumberStyle[] = ['book', 'subbook', 'chapter', 'section']

/** None of a caption 编、章、节. */
function embeddedSpans(clause: Clause): Span[] {
  const isCaption = clause.paragraphs.length === 0 && clause.number && DIVISIONS.includes(clause.number.style)
  return isCaption ? [] : spansOf(clause)
}

/**
 * Title and headings from the outside in, put before an entry's words for the embedder and the keyword index only,
 * never shown; cut so that they do not crowd out the words themselves.
 */
export function contextOf(document: Document, lineage: readonly Clause[], limit = 120): string {
  const headings = lineage.flatMap(({ heading }) => (heading ? [document.text.slice(heading.start, heading.end)] : []))
  return [document.header.title ? titleOf(document) : '', ...document.shortNames.slice(0, 1), ...headings]
    .filter((words) => words !== '')
    .map((words) => words.slice(0, 60))
    .join(' ')
    .slice(-limit)
}

/** Paragraphs of an entry: of an article with those of all below it, of another clause its own. */
export function spansOf(clause: Clause): Span[] {
  const own = ownSpans(clause)
  if (!isArticle(clause)) return own
  return [...own, ...clause.children.flatMap(spansBelow)].sort((one, other) => one.start - other.start)
}

function spansBelow(clause: Clause): Span[] {
  return [...ownSpans(clause), ...clause.children.flatMap(spansBelow)]
}

/** Its heading line, where it stands alone, and its own paragraphs. */
function ownSpans({ heading, paragraphs }: Clause): Span[] {
  const covered =
    heading !== undefined && paragraphs.some(({ start, end }) => start <= heading.start && heading.end <= end)
  return heading && !covered ? [heading, ...paragraphs] : [...paragraphs]
}
