/** Lines → paragraphs, each opened by a mark, by a heading without a number, or by neither. */
import type { NumberStyle, Span } from '../types.ts'
import { amendedWords } from './amending.ts'
import { linesOf, withFirstItemsApart, withLostEnds, type Line } from './lines.ts'
import { isNamedStyle, readMark, type Mark } from './markers.ts'

export interface Block extends Span {
  readonly words: string
  readonly hashes: number
  readonly mark?: Mark
  /** Numbered like an item of a list, but a caption right above an article: （二）不动产抵押. */
  readonly headsArticles?: true
  /** A heading without a number; `unmarked`: only its place tells; or the opening line of an annex 附件. */
  readonly heading?: 'headed' | 'unmarked' | 'annex' | 'preamble'
}

const FINAL = /[。！？!?；;：:…”’」』）)】》]$/
const COMMA = /[，,、（(《“「依照据据按照和与及或的]$/
const CAPTION_MAXIMUM = 60
const HEADING_MAXIMUM = 30
const CONTENTS = /^目\s{0,4}[录錄次]$/
const PREAMBLE = /^(?:序\s{0,4}言|前\s{0,4}言|引\s{0,4}言|序)$/
/** Supplementary provisions stand beside the chapters, also where their line is not marked as a heading. */
const SUPPLEMENTARY = /^附[\s\u3000\u00a0]{0,8}则$/
/** 附件, 附件1：…, 附件三 …, 附： */
const ANNEX = /^附[件录錄表图圖]?[一二三四五六七八九十0-9０-９]{0,3}(?:$|[\s\u3000:：.．、]|(?<=[一二三四五六七八九十0-9])[^所的中之规規列第和与及、])/

const compact = (words: string): string => words.replace(/[\s\u3000\u00a0]+/g, '')
/** A line of a table of contents without its dots and page number. */
const contentsKey = (words: string): string => compact(words).replace(/[.．…·]*[0-9]{0,4}$/, '')

/**
 * Lines without the table of contents 目录: from that word to where its first entry stands again.
 * Without a second standing only the word itself goes; its lines are the headings then.
 */
export function withoutContents(lines: readonly Line[]): Line[] {
  const first = lines.findIndex((line) => CONTENTS.test(line.words))
  if (first < 0) return [...lines]
  const entry = lines[first + 1]
  const key = entry && contentsKey(entry.words)
  let end = first + 1
  if (key) {
    for (let at = first + 2; at < lines.length; at += 1) {
      const words = lines[at]?.words ?? ''
      if (contentsKey(words) === key) {
        end = at
        break
      }
      if (words.length > CAPTION_MAXIMUM || /[。；]$/.test(words)) break
    }
  }
  return [...lines.slice(0, first), ...lines.slice(end)]
}

/** Length at which the lines of a text were broken by hand; `undefined` when they were not. */
export function wrapWidth(lines: readonly Line[]): number | undefined {
  const broken = lines.filter((line, at) => lines[at + 1]?.adjacent === true && !FINAL.test(line.words))
  if (broken.length < 8 || broken.length < lines.length * 0.4) return undefined
  const lengths = broken.map((line) => line.words.length).sort((a, b) => a - b)
  const width = lengths[Math.floor(lengths.length * 0.9)] ?? 0
  const near = lengths.filter((length) => length >= width * 0.85 && length <= width * 1.15).length
  return width >= 15 && width <= 100 && near >= broken.length * 0.6 ? width : undefined
}

/** Does `before` stop in the middle of a sentence that the next line, right below it, may carry on? */
function isBroken(before: Line | undefined, line: Line, width: number | undefined): boolean {
  if (!before || !line.adjacent || FINAL.test(before.words) || before.hashes > 0 || line.hashes > 0) return false
  if (/[，,、（(《“「]$/.test(before.words)) return true
  if (width !== undefined && before.words.length >= width * 0.8) return true
  return COMMA.test(before.words) && before.words.length > HEADING_MAXIMUM
}

/** The last ordinal seen of each style, to tell a number given from a number mentioned. */
type Sequence = Map<NumberStyle, number>

const follows = (mark: Mark, sequence: Sequence): boolean => {
  const last = sequence.get(mark.style)
  return mark.ordinal === 1 || mark.ordinal === (last ?? 0) + 1 || (mark.branch !== undefined && mark.ordinal === last)
}

/** Is the mark that stands at the beginning of this line its number, or the beginning of a cross-reference? */
function isGiven(mark: Mark, line: Line, broken: boolean, sequence: Sequence): boolean {
  const caption = line.words.length <= CAPTION_MAXIMUM && !/[。；;，,]/.test(line.words)
  if (mark.refers && (broken || !mark.spaced)) return false
  if (broken) return follows(mark, sequence) && (!isNamedStyle(mark.style) || mark.spaced)
  if (mark.spaced) return true
  if (mark.style === 'article') return follows(mark, sequence) || mark.ordinal > (sequence.get('article') ?? 0)
  return isNamedStyle(mark.style) ? caption && follows(mark, sequence) : true
}

/**
 * A chapter's caption that has lost its mark: a few words without punctuation, right behind a finished sentence of an
 * article and right above the next article.
 */
function isUnmarkedCaption(line: Line, above: Block | undefined, below: Line | undefined): boolean {
  if (!/^\p{Script=Han}[\p{Script=Han}、\s\u3000]{2,24}$/u.test(line.words) || !above || !/。[”」）)]?$/.test(above.words)) return false
  const next = below && readMark(below.words)
  return next?.style === 'article' && next.spaced
}

const LIST_STYLES: readonly NumberStyle[] = ['chinese', 'bracketed-chinese', 'arabic']

/**
 * Does a line numbered as items are head the articles below it? It is a caption with an article right below, and no
 * item of a list that stands above it: the last item of a list ends a sentence, or continues the item before it.
 */
function headsArticles(mark: Mark, line: Line, above: Block | undefined, below: Line | undefined): boolean {
  if (!LIST_STYLES.includes(mark.style) || !isCaption(line, CAPTION_MAXIMUM) || line.words.length === mark.length) return false
  const next = below && readMark(below.words)
  if (next?.style !== 'article' || next.refers) return false
  return above?.mark === undefined || above.mark.style !== mark.style || mark.ordinal !== above.mark.ordinal + 1
}

const hasWords = (words: string): boolean => /[\p{L}\p{N}]/u.test(words)
const isCaption = (line: Line | undefined, maximum: number): line is Line =>
  line !== undefined && line.words.length <= maximum && !/[。！？!?；;，,：:]$/.test(line.words) && !line.words.includes('。')

/**
 * Lines that head what follows without a number, as news items do: short, no sentence, followed by a
 * paragraph at once or after one more short line (its subtitle); two at least, or none is believed.
 */
function plainHeadings(lines: readonly Line[]): Set<Line> {
  const found = new Set<Line>()
  const short = (line: Line | undefined): boolean =>
    isCaption(line, HEADING_MAXIMUM) && line.words.length >= 2 && /\p{Script=Han}/u.test(line.words)
  const body = (line: Line | undefined): boolean => line !== undefined && /[。！？]/.test(line.words)
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]
    if (!line || !short(line) || short(lines[at - 1])) continue
    if (body(lines[at + 1]) || (short(lines[at + 1]) && body(lines[at + 2]))) found.add(line)
  }
  return found.size >= 2 ? found : new Set()
}

const HEADING_STYLES: readonly NumberStyle[] =
  ['book', 'subbook', 'chapter', 'section', 'division', 'article', 'chinese', 'bracketed-chinese']

/** The paragraphs of a text from `from` on, in reading order; lines broken by hand are joined by their span. */
export function blocksOf(text: string, from: number): Block[] {
  const lines = withoutContents(withFirstItemsApart(withLostEnds(linesOf(text, from))))
  const width = wrapWidth(lines)
  const quoted = amendedWords(text.slice(0, from), lines)
  const sequence: Sequence = new Map()
  const blocks: { line: Line; block: Block }[] = []
  let numbered = false
  for (const [at, line] of lines.entries()) {
    const broken = isBroken(lines[at - 1], line, width)
    const read = quoted.has(line) ? undefined : readMark(line.words)
    const mark = read && isGiven(read, line, broken, sequence) ? read : undefined
    const last = blocks.at(-1)
    if (!mark && broken && last && !last.block.heading) {
      const joined = { ...last.block, end: line.end, words: text.slice(last.block.start, line.end) }
      blocks[blocks.length - 1] = { line: last.line, block: joined }
      continue
    }
    if (mark) sequence.set(mark.style, mark.ordinal)
    const below = lines[at + 1]
    const caption = !mark && sequence.has('article') && isUnmarkedCaption(line, last?.block, below)
    const ofLine = headingOf(line, numbered, blocks.length > 0) ?? (caption ? 'unmarked' : undefined)
    const heading = mark || quoted.has(line) ? undefined : ofLine
    if (heading === 'annex') sequence.clear()
    numbered ||= mark !== undefined && HEADING_STYLES.includes(mark.style)
    const { start, end, words, hashes } = line
    const heads = mark !== undefined && headsArticles(mark, line, last?.block, below)
    const opened = { ...(mark ? { mark } : {}), ...(heading ? { heading } : {}), ...(heads ? { headsArticles: true as const } : {}) }
    blocks.push({ line, block: { start, end, words, hashes, ...opened } })
  }
  if (numbered) return blocks.map(({ block }) => block)
  const headings = plainHeadings(blocks.filter(({ block }) => !block.mark).map(({ line }) => line))
  return blocks.map(({ line, block }) =>
    headings.has(line) && !block.mark && !block.heading ? { ...block, heading: 'headed' } : block,
  )
}

function headingOf(line: Line, numbered: boolean, written: boolean): Block['heading'] | undefined {
  if (!hasWords(line.words)) return undefined
  if (PREAMBLE.test(line.words)) return 'preamble'
  if (numbered && SUPPLEMENTARY.test(line.words)) return 'headed'
  if ((numbered || line.hashes > 0) && isCaption(line, CAPTION_MAXIMUM + 20) && ANNEX.test(line.words)) return 'annex'
  if (numbered && /^附[件录錄表图圖]?[一二三四五六七八九十0-9]{0,3}[:：]$/.test(line.words)) return 'annex'
  if (written && /^附件[一二三四五六七八九十0-9０-９]{0,3}$/.test(line.words)) return 'annex'
  return line.hashes > 0 ? 'headed' : undefined
}
