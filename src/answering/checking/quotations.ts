/**
 * A draft → what it quotes 引文: words in quotation marks, with the parts that ellipses divide them into. Nothing is
 * guessed: a mark without its partner is told, not closed.
 */
import { remembered } from '../../questions/remembered.ts'
import type { Span } from '../../types.ts'

export interface Quoted {
  /** The words between the marks; of several paragraphs, from the first to the last. Offsets of the draft. */
  readonly span: Span
  /** With the marks. */
  readonly outer: Span
  /** Stretches of words that stand together: divided by ellipses and by what opens a new paragraph of the quotation. */
  readonly parts: readonly (Span & { readonly after: 'start' | 'ellipsis' | 'paragraph' })[]
}

/** A mark that opens a quotation and none that closes it. */
export interface Unclosed {
  readonly at: number
  /** To the end of its paragraph. */
  readonly span: Span
}

export interface Quotations {
  readonly quoted: readonly Quoted[]
  readonly unclosed: readonly Unclosed[]
}

const CLOSES: Readonly<Record<string, string>> = { '“': '”', '「': '」', '『': '』', '〝': '〞', '"': '"', '＂': '＂' }
const MARK = /[“”「」『』〝〞"＂\n]/g
/** …… of any length, three points or more, 〔略〕 and the like. */
const ELLIPSIS = /…+|⋯+|\.{3,}|．{3,}|。{3,}|[（(〔［[]\s*(?:略|省略|中略|下略|…+)\s*[)）〕］\]]/g

/** More paragraphs than this nobody quotes in one piece. */
const PARAGRAPHS = 100

/** Every quotation of a draft, in order; one within another is part of it. */
export function quotationsIn(text: string): Quotations {
  const quoted: Quoted[] = []
  const unclosed: Unclosed[] = []
  for (let from = 0; from < text.length; ) {
    MARK.lastIndex = from
    const mark = MARK.exec(text)
    if (!mark) break
    const opening = mark[0]
    from = mark.index + 1
    if (CLOSES[opening] === undefined) continue
    const end = closingOf(text, mark.index)
    if (end === undefined) {
      const lineEnd = endOfLine(text, from)
      unclosed.push({ at: mark.index, span: { start: from, end: lineEnd } })
      from = lineEnd
      continue
    }
    const span = { start: mark.index + 1, end }
    quoted.push({ span, outer: { start: mark.index, end: end + 1 }, parts: partsOf(text, span, opening) })
    from = end + 1
  }
  return { quoted, unclosed }
}

const endOfLine = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

/**
 * Where the mark that closes this one stands. A quotation of several paragraphs opens anew with each and closes with
 * the last (GB/T 15834—2011, 4.8.3.5).
 */
function closingOf(text: string, at: number): number | undefined {
  const opening = text.charAt(at)
  const closing = CLOSES[opening]!
  let depth = 0
  let paragraphs = 1
  for (let here = at + 1; here < text.length; here++) {
    const sign = text.charAt(here)
    if (sign === '\n') {
      const next = /^\s*/.exec(text.slice(here, here + 200))![0].length + here
      if (text.charAt(next) !== opening || opening === closing || ++paragraphs > PARAGRAPHS) return undefined
      here = next
      depth = 0
    } else if (sign === closing) {
      if (depth === 0) return here
      depth--
    } else if (sign === opening) depth++
  }
  return undefined
}

/** Where a quotation goes on: one expression for each mark, made once. */
const breaksOf = remembered((opening) => new RegExp(`${ELLIPSIS.source}|\\n\\s*${opening}`, 'g'))

function partsOf(text: string, { start, end }: Span, opening: string): Quoted['parts'] {
  const parts: { start: number; end: number; after: 'start' | 'ellipsis' | 'paragraph' }[] = []
  let from = start
  let after: 'start' | 'ellipsis' | 'paragraph' = 'start'
  const close = (to: number) => {
    if (/[\p{L}\p{N}]/u.test(text.slice(from, to))) parts.push({ start: from, end: to, after })
  }
  // among its own words alone: behind it there may be a book without a break
  for (const { index, 0: words } of text.slice(start, end).matchAll(breaksOf(opening))) {
    close(start + index)
    after = words.startsWith('\n') ? 'paragraph' : 'ellipsis'
    from = start + index + words.length
  }
  close(end)
  return parts
}
