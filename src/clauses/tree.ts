/**
 * SourceText → Document: header, preamble 序言, the numbered tree, headed parts, closing 结语.
 *
 * Rules:
 * - Ordinals are read from the mark, never counted; a gap is reported (problems.ts), never mended.
 * - An article 条 carries its number through the document: its path is ['第十二条'], not through its chapter.
 *   Where articles begin again at 第一条 (in every 编, or in an annex 附件), the path takes the outer parts.
 * - A paragraph without a number is the next 款 of the article around it; outside articles, of the clause before
 *   it, or of the clause whose paragraph announced the list (…：) that has just ended.
 * - Two siblings with one number: items of a later list of the same clause take its 款 into the path
 *   (['第十二条', '第二款', '一']); whatever still collides is told apart by `~2`.
 */
import type { Clause, Document, DocumentId, SourceText, Span } from '../types.ts'
import { clauseId } from './ids.ts'
import { linesOf } from './lines.ts'
import { learnNesting, type IsAbove } from './nesting.ts'
import { isNamedStyle, type Mark } from './markers.ts'
import { chineseNumeral } from './numerals.ts'
import { blocksOf, type Block } from './paragraphs.ts'

export { findProblems, type TreeProblem } from './problems.ts'

/** A clause while the tree grows. */
interface Draft {
  kind: Clause['kind']
  mark?: Mark
  hashes: number
  annex: boolean
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

const NO_HASHES = 7
const SENTENCE_END = /[。；;：:，,！!？?…]["”’」』）)]?$/
const CAPTION_MAXIMUM = 60

const draft = (kind: Clause['kind'], block: Span, more: Partial<Draft> = {}): Draft => ({
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

/** Reads the clause tree of a text. Linear in its length; throws for no text at all. */
export function parseDocument(source: SourceText): Document {
  const { text } = source
  const bodyStart = Math.max(0, Math.min(source.bodyStart, text.length))
  const blocks = blocksOf(text, bodyStart)
  const body = new TreeBuilder(text, blocks).build()
  const header = linesOf(text, 0, bodyStart)
  const drafts = header.length === 0 ? body : [headerOf(header), ...body]
  return { ...source, clauses: new Addressing(source.id, drafts).clauses }
}

function headerOf(lines: readonly Span[]): Draft {
  const paragraphs = lines.map(({ start, end }) => ({ start, end }))
  const last = lines.at(-1)
  return draft('header', { start: lines[0]?.start ?? 0, end: last?.end ?? 0 }, { paragraphs })
}

/** Grows the tree block by block along one stack of open clauses. */
class TreeBuilder {
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
    for (const block of this.#blocks) {
      if (block.mark) this.#openNumbered(block, block.mark)
      else if (block.heading) this.#openHeaded(block, block.heading)
      else this.#addParagraph(block)
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
    for (let open = this.#stack.at(-1); open; open = this.#stack.at(-1)) {
      const outer = open.mark
        ? open.mark.style !== style && !this.#isAbove(style, open.mark.style)
        : open.annex || (open.kind === 'headed' && !(block.hashes > 0 && block.hashes <= open.hashes))
      if (outer) break
      this.#stack.pop()
    }
    const opening = { start: Math.min(block.start + mark.length, block.end), end: block.end }
    this.#push(draft('numbered', block, { mark, hashes: block.hashes || NO_HASHES, opening }))
  }

  #openHeaded(block: Block, heading: NonNullable<Block['heading']>): void {
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

  #addParagraph(block: Block): void {
    const span = { start: block.start, end: block.end }
    const holder = this.#holderOf()
    if (!holder) {
      this.#push(draft('preamble', block, { paragraphs: [span] }))
      return
    }
    const { opening, mark } = holder
    if (mark && opening && opening.start === opening.end && holder.paragraphs.length + holder.children.length === 0 && !holder.heading) {
      this.#completeBareMark(holder, mark, span)
      return
    }
    holder.paragraphs.push(span)
  }

  /** A mark alone on its line takes the next line: the caption of a chapter, the first paragraph of anything else. */
  #completeBareMark(holder: Draft, mark: Mark, span: Span): void {
    const words = this.#text.slice(span.start, span.end)
    if (isNamedStyle(mark.style) && mark.style !== 'article' && words.length <= CAPTION_MAXIMUM && !SENTENCE_END.test(words)) {
      holder.heading = span
    } else {
      holder.paragraphs.push({ start: holder.start, end: span.end })
    }
    delete holder.opening
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

/** The words of a heading that name the part in a path: for an annex 附件一 … the number is enough. */
function nameOf(words: string, annex: boolean): string {
  const spaced = words.trim().replace(/[\s\u3000]+/g, ' ')
  const number = annex ? /^附(?:件|录|錄|表|图)?[ ]?[一二三四五六七八九十0-9０-９]{0,3}/.exec(spaced)?.[0] : undefined
  return number || spaced
}

/** How often the first sentence of a style's paragraphs is a short one with more behind it. */
type RunIn = Map<string, { short: number; all: number }>

const FIRST_SENTENCE = /^[^。；;：:！!？?\n]{2,60}。/

function firstSentence(text: string, opening: Span): Span | undefined {
  const words = text.slice(opening.start, Math.min(opening.end, opening.start + 64))
  const length = FIRST_SENTENCE.exec(words)?.[0].length
  if (length === undefined || opening.start + length >= opening.end) return undefined
  return { start: opening.start, end: opening.start + length - 1 }
}

/** Caption of an article in brackets: 【立法目的】, （目的和依据）. */
function captionOf(text: string, opening: Span): { heading: Span; rest: Span } | undefined {
  const words = text.slice(opening.start, Math.min(opening.end, opening.start + 64))
  const match = /^(?:【([^】]{1,40})】|（([^（）。；]{1,30})）|〔([^〕]{1,40})〕)[\s\u3000]*/.exec(words)
  const caption = match?.[1] ?? match?.[2] ?? match?.[3]
  if (!match || caption === undefined) return undefined
  const start = opening.start + 1
  return { heading: { start, end: start + caption.length }, rest: { start: opening.start + match[0].length, end: opening.end } }
}

/** Decides for every opening line whether it is a heading of its own, a paragraph with one, or a plain paragraph. */
function settleHeadings(text: string, top: readonly Draft[]): void {
  const runIn: RunIn = new Map()
  const each = (clauses: readonly Draft[], inArticle: boolean, visit: (clause: Draft, inArticle: boolean) => void): void => {
    for (const clause of clauses) {
      visit(clause, inArticle)
      each(clause.children, inArticle || clause.mark?.style === 'article', visit)
    }
  }
  each(top, false, (clause, inArticle) => {
    if (!clause.mark || !clause.opening || inArticle || clause.mark.style === 'article') return
    if (isStandalone(text, clause)) return
    const count = runIn.get(clause.mark.style) ?? { short: 0, all: 0 }
    count.all += 1
    if (firstSentence(text, clause.opening)) count.short += 1
    runIn.set(clause.mark.style, count)
  })
  each(top, false, (clause, inArticle) => settleHeading(text, clause, inArticle, runIn))
}

/** An opening line that is no sentence, with something of its own behind it. */
function isStandalone(text: string, { mark, opening, paragraphs, children }: Draft): boolean {
  if (!mark || !opening || opening.start === opening.end) return false
  const words = text.slice(opening.start, opening.end)
  if (SENTENCE_END.test(words) || words.includes('。')) return false
  if (isNamedStyle(mark.style) && mark.style !== 'article') return true
  return mark.style !== 'article' && (paragraphs.length > 0 || children.length > 0)
}

function settleHeading(text: string, clause: Draft, inArticle: boolean, runIn: RunIn): void {
  const { mark, opening } = clause
  if (!mark) return
  if (!opening) return
  if (opening.start === opening.end) {
    if (isNamedStyle(mark.style) && mark.style !== 'article') clause.heading = { start: clause.start, end: opening.end }
    else openWithParagraph(clause, opening)
    return
  }
  const caption = mark.style === 'article' ? captionOf(text, opening) : undefined
  if (caption && caption.rest.start >= caption.rest.end && clause.paragraphs.length > 0) {
    clause.heading = caption.heading
    return
  }
  if (isStandalone(text, clause)) {
    clause.heading = opening
    return
  }
  openWithParagraph(clause, opening)
  if (caption) clause.heading = caption.heading
  if (inArticle || mark.style === 'article') return
  const count = runIn.get(mark.style)
  const sentence = count && count.short >= count.all * 0.6 ? firstSentence(text, opening) : undefined
  if (sentence) clause.heading = sentence
}

/** The line of the mark is its first paragraph 款; items opened so far follow one more. */
function openWithParagraph(clause: Draft, opening: Span): void {
  clause.paragraphs.unshift({ start: clause.start, end: opening.end })
  for (const child of clause.children) child.underParagraph += 1
}

/**
 * The paragraphs after the last section are the closing 结语 when every section before it ends with its own
 * numbered words, so that nothing without a number belongs to a section's end; and the signature and date lines.
 * Articles have no closing: an unnumbered paragraph is a 款 there. Headed parts give no such sign.
 */
function splitClosing(text: string, top: Draft[]): void {
  const sections = top.filter((clause) => clause.kind === 'numbered')
  const last = sections.at(-1)
  if (!last || top.at(-1) !== last) return
  const leaf = lastLeaf(last)
  if (leaf.mark?.style === 'article' || top.some(hasArticle)) return
  const opened = ownOpening(leaf)
  const trailing = opened ? leaf.paragraphs.slice(1) : []
  if (trailing.length === 0) return
  const others = sections.slice(0, -1).map(lastLeaf)
  const told = others.length >= 2 && others.every((other) => ownOpening(other) && other.paragraphs.length === 1)
  const moved = told ? trailing : signatureOf(text, trailing)
  const first = moved[0]
  const end = moved.at(-1)?.end
  if (!first || end === undefined) return
  leaf.paragraphs.splice(leaf.paragraphs.length - moved.length, moved.length)
  top.push(draft('closing', { start: first.start, end }, { paragraphs: moved }))
}

const hasArticle = (clause: Draft): boolean => clause.mark?.style === 'article' || clause.children.some(hasArticle)

function lastLeaf(clause: Draft): Draft {
  let leaf = clause
  for (let next = leaf.children.at(-1); next; next = leaf.children.at(-1)) leaf = next
  return leaf
}

/** Its first paragraph is the line of its mark. */
const ownOpening = (clause: Draft): boolean => clause.paragraphs[0]?.start === clause.start

const DATE_LINE = /^[（(]?(?:[12][0-9]{3}|[二一][〇○零一二三四五六七八九]{3})年.{1,6}月.{1,6}日[）)]?$/

/** Trailing lines from the signature on: a date line, and the short lines right before it. */
function signatureOf(text: string, trailing: readonly Span[]): Span[] {
  const words = trailing.map(({ start, end }) => text.slice(start, end))
  if (!DATE_LINE.test(words.at(-1) ?? '')) return []
  let first = words.length - 1
  while (first > 0 && (words[first - 1]?.length ?? 0) <= 40 && !SENTENCE_END.test(words[first - 1] ?? '')) first -= 1
  return trailing.slice(first)
}

function closeExtent(clause: Draft): number {
  let end = Math.max(clause.opening?.end ?? clause.start, clause.heading?.end ?? clause.start)
  for (const paragraph of clause.paragraphs) end = Math.max(end, paragraph.end)
  for (const child of clause.children) end = Math.max(end, closeExtent(child))
  clause.end = end
  return end
}

/** Gives every clause its path and id. */
class Addressing {
  readonly clauses: readonly Clause[]
  readonly #id: DocumentId
  readonly #restarting: ReadonlySet<Draft | undefined>
  readonly #taken = new Set<string>()
  /** How often a path was asked for, so that the next copy is numbered at once. */
  readonly #copies = new Map<string, number>()

  constructor(id: DocumentId, top: readonly Draft[]) {
    this.#id = id
    this.#restarting = restartingRoots(top)
    this.clauses = this.#address(top, [], undefined)
  }

  #address(clauses: readonly Draft[], outer: readonly string[], root: Draft | undefined, several = false): Clause[] {
    const lists = repeatingLists(clauses)
    return clauses.map((clause) => {
      const scope = root ?? (clause.annex ? clause : undefined)
      const path = this.#pathOf(clause, outer, scope, lists)
      const number = clause.mark && numberOf(clause.mark)
      return {
        id: clauseId(this.#id, path),
        kind: clause.kind,
        path,
        ...(number ? { number } : {}),
        ...(clause.heading ? { heading: clause.heading } : {}),
        paragraphs: clause.paragraphs,
        extent: { start: clause.start, end: clause.end },
        ...(several && clause.underParagraph > 0 ? { underParagraph: clause.underParagraph } : {}),
        children: this.#address(clause.children, path, scope, clause.paragraphs.length > 1),
      }
    })
  }

  #pathOf(clause: Draft, outer: readonly string[], root: Draft | undefined, lists: ReadonlySet<number>): string[] {
    const step = clause.mark?.step ?? (clause.kind === 'headed' ? clause.name || 'headed' : clause.kind)
    if (clause.mark?.style === 'article' && !this.#restarting.has(root)) return this.#claim([], step)
    const list = clause.underParagraph
    const insert = clause.mark && lists.has(list) ? [`第${chineseNumeral(list)}款`] : []
    return this.#claim([...outer, ...insert], step)
  }

  #claim(outer: readonly string[], step: string): string[] {
    const wanted = clauseId(this.#id, [...outer, step])
    let copy = this.#copies.get(wanted) ?? 0
    let path: string[]
    do {
      copy += 1
      path = [...outer, copy === 1 ? step : `${step}~${copy}`]
    } while (this.#taken.has(clauseId(this.#id, path)))
    this.#copies.set(wanted, copy)
    this.#taken.add(clauseId(this.#id, path))
    return path
  }
}

/** Annexes (or the main part, undefined) whose articles begin again at a number used already. */
function restartingRoots(top: readonly Draft[]): Set<Draft | undefined> {
  const steps = new Map<Draft | undefined, string[]>()
  const uses = new Map<string, number>()
  const collect = (clauses: readonly Draft[], root: Draft | undefined): void => {
    for (const clause of clauses) {
      if (clause.mark?.style !== 'article') {
        collect(clause.children, root ?? (clause.annex ? clause : undefined))
        continue
      }
      const { step } = clause.mark
      const own = steps.get(root) ?? []
      own.push(step)
      steps.set(root, own)
      uses.set(step, (uses.get(step) ?? 0) + 1)
    }
  }
  collect(top, undefined)
  const restarts = (root: Draft | undefined, own: readonly string[]): boolean =>
    root
      ? own.some((step) => (uses.get(step) ?? 0) > 1)
      : own.filter((step) => step === '第一条' || step === '第1条').length > 1
  return new Set([...steps].filter(([root, own]) => restarts(root, own)).map(([root]) => root))
}

/** Lists of a clause, by the 款 they follow, that use a number an earlier list of it has used. */
function repeatingLists(siblings: readonly Draft[]): Set<number> {
  const steps = new Map<number, Set<string>>()
  for (const { mark, underParagraph } of siblings) {
    if (!mark) continue
    const list = steps.get(underParagraph) ?? new Set()
    list.add(mark.step)
    steps.set(underParagraph, list)
  }
  const used = new Set<string>()
  const repeating = new Set<number>()
  for (const [list, own] of steps) {
    if ([...own].some((step) => used.has(step))) repeating.add(list)
    else for (const step of own) used.add(step)
  }
  return repeating
}

function numberOf({ style, mark, ordinal, branch }: Mark): NonNullable<Clause['number']> {
  return { style, mark, ordinal, ...(branch === undefined ? {} : { branch }) }
}

