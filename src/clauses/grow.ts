/** Blocks → the tree of drafts: which clause stands in which, and whose a paragraph without a number is. */
import { CAPTION_MAXIMUM, NO_HASHES, SENTENCE_END, draft, type Draft } from './draft.ts'
import { splitClosing } from './closing.ts'
import { settleHeadings } from './headings.ts'
import { learnNesting, type IsAbove } from './nesting.ts'
import { isNamedStyle, type Mark } from './markers.ts'
import type { Block } from './paragraphs.ts'
import type { NumberStyle, Span } from '../types.ts'

/** Grows the tree block by block along one stack of open clauses. */
export class TreeBuilder {
  readonly #text: string
  readonly #blocks: readonly Block[]
  readonly #isAbove: IsAbove
  readonly #top: Draft[] = []
  #stack: Draft[] = []

  constructor(text: string, blocks: readonly Block[]) {
    this.#text = text
    this.#blocks = blocks
    this.#isAbove = learnNesting(blocks)
  }

  build(): Draft[] {
    const ahead = listsAhead(this.#blocks)
    for (const [at, block] of this.#blocks.entries()) {
      if (block.mark) this.#openNumbered(block, block.mark)
      else if (block.heading) this.#openHeaded(block, block.heading)
      else this.#addParagraph(block, ahead[at] ?? new Map())
    }
    settleHeadings(this.#text, this.#top)
    splitClosing(this.#text, this.#top)
    for (const clause of this.#top) closeExtent(clause)
    return this.#top
  }

  #push(clause: Draft): void {
    const parent = this.#stack.at(-1)
    clause.underParagraph = parent?.paragraphs.length ?? 0
    ;(parent?.children ?? this.#top).push(clause)
    this.#stack.push(clause)
  }

  #openNumbered(block: Block, mark: Mark): void {
    const { style } = mark
    if (block.headsArticles) this.#closeArticle()
    for (let open = this.#stack.at(-1); open; open = this.#stack.at(-1)) {
      const openStyle = open.mark?.style ?? open.beside
      const outer = openStyle
        ? openStyle !== style && (heads(open, style) || !this.#isAbove(style, openStyle))
        : open.annex || (open.kind === 'headed' && !(block.hashes > 0 && block.hashes <= open.hashes))
      if (outer) break
      this.#stack.pop()
    }
    const opening = { start: Math.min(block.start + mark.length, block.end), end: block.end }
    const headsArticles = block.headsArticles === true
    this.#push(draft('numbered', block, { mark, hashes: block.hashes || NO_HASHES, opening, headsArticles }))
  }

  #closeArticle(): void {
    const article = this.#stack.findIndex((open) => open.mark?.style === 'article')
    if (article >= 0) this.#stack = this.#stack.slice(0, article)
  }

  /** A caption without a mark takes the place of the chapter or section around it, and stands beside it. */
  #openUnmarked(block: Block): void {
    this.#closeArticle()
    const part = this.#stack.at(-1)
    const beside = part?.mark?.style ?? part?.beside
    if (beside && isNamedStyle(beside)) this.#stack.pop()
    const heading = { start: block.start, end: block.end }
    const more = { heading, name: nameOf(block.words, false), ...(beside ? { beside, hashes: part?.hashes ?? NO_HASHES } : {}) }
    this.#push(draft('headed', block, more))
  }

  #openHeaded(block: Block, heading: NonNullable<Block['heading']>): void {
    if (heading === 'unmarked') {
      this.#openUnmarked(block)
      return
    }
    const annex = heading === 'annex'
    const level = block.hashes || 1
    if (annex || heading === 'preamble') this.#stack = []
    while (this.#stack.length > 0) {
      const open = this.#stack.at(-1)
      if (open && !open.annex && open.kind !== 'preamble' && open.hashes < level) break
      if (open?.annex && open.hashes < level) break
      this.#stack.pop()
    }
    const words = block.words.replace(/[：:]$/, '')
    const span = { start: block.start, end: block.start + words.length }
    const kind = heading === 'preamble' && this.#top.every((clause) => clause.kind === 'header') ? 'preamble' : 'headed'
    this.#push(draft(kind, block, { heading: span, hashes: level, annex, name: nameOf(words, annex) }))
  }

  #addParagraph(block: Block, ahead: Ahead): void {
    const span = { start: block.start, end: block.end }
    const holder = this.#itemGoingOn(ahead) ?? this.#holderOf()
    if (!holder) {
      this.#push(draft('preamble', block, { paragraphs: [span] }))
      return
    }
    if (holder.mark && isBareMark(holder)) {
      this.#completeBareMark(holder, holder.mark, span)
      return
    }
    holder.paragraphs.push(span)
  }

  /** A mark alone on its line takes the next line: the caption of a chapter, the first paragraph of anything else. */
  #completeBareMark(holder: Draft, mark: Mark, span: Span): void {
    const words = this.#text.slice(span.start, span.end)
    const isCaption = words.length <= CAPTION_MAXIMUM && !SENTENCE_END.test(words)
    if (isNamedStyle(mark.style) && mark.style !== 'article' && isCaption) {
      holder.heading = span
    } else {
      holder.paragraphs.push({ start: holder.start, end: span.end })
    }
    delete holder.opening
  }

  /**
   * The item a paragraph belongs to because its list goes on behind the paragraph: between （二） and （三） stand words
   * of （二）, or of its last 目 where that announces them (应当增加下列数额：). The paragraph below a caption that is the
   * last item (（三）当事人的确定) is its own where those below the captions before it are.
   */
  #itemGoingOn(ahead: Ahead): Draft | undefined {
    const article = this.#stack.findIndex((open) => open.mark?.style === 'article')
    if (article < 0) return undefined
    const item = this.#stack.findLastIndex(({ mark }, at) => at > article && mark && ahead.get(mark.style) === mark.ordinal + 1)
    const leaf = this.#stack.at(-1)
    if (item < 0) return leaf && this.#isLastCaption(leaf) ? leaf : undefined
    const announced = leaf && (leaf.paragraphs.at(-1) ?? leaf.opening)
    const announces = announced !== undefined && /[：:]$/.test(this.#text.slice(announced.start, announced.end))
    const carriesOn = leaf !== undefined && leaf.paragraphs.length > 0
    if (!announces && !carriesOn) this.#stack = this.#stack.slice(0, item + 1)
    return this.#stack.at(-1)
  }

  #isLastCaption({ mark, opening, paragraphs }: Draft): boolean {
    const siblings = this.#stack.at(-2)?.children ?? []
    const before = siblings.at(-2)
    if (!mark || !opening || paragraphs.length > 0 || isNamedStyle(mark.style) || before?.mark?.style !== mark.style) return false
    const isCaption = (span: Span | undefined): boolean =>
      span !== undefined && span.end - span.start <= 30 && !SENTENCE_END.test(this.#text.slice(span.start, span.end))
    return isCaption(opening) && isCaption(before.opening) && before.paragraphs.length > 0
  }

  /** The clause a paragraph without a number belongs to; the stack is closed down to it. */
  #holderOf(): Draft | undefined {
    const article = this.#stack.findLastIndex((open) => open.mark?.style === 'article')
    const keep = article >= 0 ? article : this.#stack.length - 1 - this.#levelsOfEndedLists()
    this.#stack = this.#stack.slice(0, keep + 1)
    return this.#stack.at(-1)
  }

  /** How many levels of a list announced by a paragraph ending in ： have just ended with 。 */
  #levelsOfEndedLists(): number {
    const item = this.#stack.at(-1)
    const list = this.#stack.at(-2)
    if (!item?.mark || !list?.mark || item.paragraphs.length > 0) return 0
    const before = list.children.at(-2)
    const ends = (clause: Draft | undefined, mark: RegExp): boolean =>
      clause?.opening !== undefined && mark.test(this.#text.slice(clause.opening.start, clause.opening.end))
    const lead = list.paragraphs.at(-1) ?? list.opening
    const announced = lead !== undefined && /[：:]$/.test(this.#text.slice(lead.start, lead.end))
    return announced && ends(item, /。$/) && ends(before, /[；;]$/) ? 1 : 0
  }
}

/** The next ordinal of each style of lists, up to the next article, chapter or heading. */
type Ahead = ReadonlyMap<NumberStyle, number>

/** For every block without a mark, the numbers of the lists ahead of it. */
function listsAhead(blocks: readonly Block[]): (Ahead | undefined)[] {
  const found: (Ahead | undefined)[] = new Array<Ahead | undefined>(blocks.length)
  let ahead: Ahead = new Map()
  for (let at = blocks.length - 1; at >= 0; at -= 1) {
    const { mark, heading } = blocks[at] ?? {}
    if (heading || (mark && isNamedStyle(mark.style))) ahead = new Map()
    else if (mark) ahead = new Map(ahead).set(mark.style, mark.ordinal)
    else found[at] = ahead
  }
  return found
}

const heads = (open: Draft, style: NumberStyle): boolean => open.headsArticles === true && style === 'article'

/** A mark alone on its line, with nothing behind it yet. */
function isBareMark({ opening, heading, paragraphs, children }: Draft): boolean {
  return opening !== undefined && opening.start === opening.end && !heading && paragraphs.length + children.length === 0
}

/** The words of a heading that name the part in a path: for an annex 附件一 … the number is enough. */
function nameOf(words: string, annex: boolean): string {
  const spaced = words.trim().replace(/[\s\u3000]+/g, ' ')
  const number = annex ? /^附(?:件|录|錄|表|图)?[ ]?[一二三四五六七八九十0-9０-９]{0,3}/.exec(spaced)?.[0] : undefined
  return number || spaced
}

function closeExtent(clause: Draft): number {
  let end = Math.max(clause.opening?.end ?? clause.start, clause.heading?.end ?? clause.start)
  for (const paragraph of clause.paragraphs) end = Math.max(end, paragraph.end)
  for (const child of clause.children) end = Math.max(end, closeExtent(child))
  clause.end = end
  return end
}
