/** A clause while its tree grows, before it has a path. */
import type { Clause, NumberStyle, Span } from '../types.ts'
import type { Mark } from './markers.ts'

export interface Draft {
  kind: Clause['kind']
  mark?: Mark
  hashes: number
  annex: boolean
  /** For a caption without a mark, the style of the part it stands beside. */
  beside?: NumberStyle
  /** A caption numbered like an item that stands above articles. */
  headsArticles?: boolean
  start: number
  end: number
  /** The opening line after its mark; a heading, if nothing but what follows can tell. */
  opening?: Span
  heading?: Span
  paragraphs: Span[]
  children: Draft[]
  /** Own paragraphs of the parent when this clause opened. */
  underParagraph: number
  /** For headed parts, the words that name them in a path. */
  name?: string
}

export const NO_HASHES = 7 // below ######
/** A line that ends so is a sentence, or leads to one; no heading. */
export const SENTENCE_END = /[。；;：:，,！!？?…]["”’」』）)]?$/
/** A heading of a chapter is no longer, in UTF-16 units. */
export const CAPTION_MAXIMUM = 60

export const draft = (kind: Clause['kind'], block: Span, more: Partial<Draft> = {}): Draft => ({
  kind,
  hashes: NO_HASHES,
  annex: false,
  start: block.start,
  end: block.end,
  paragraphs: [],
  children: [],
  underParagraph: 0,
  ...more,
})
