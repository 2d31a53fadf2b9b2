/**
 * A Markdown draft (CommonMark with GitHub's tables, footnotes and strikethrough) → the words without the marks.
 *
 * Lines of one paragraph are joined as they are shown, a table's cell and a footnote are paragraphs of their own.
 * Struck out words 删除线 are read: a draft is not yet without them. What is not shown is not read: addresses of links,
 * tags and comments of HTML, and a block of data at the head.
 */
import { parse, postprocess, preprocess } from 'micromark'
import { gfm } from 'micromark-extension-gfm'
import { linesOf } from '../documents/lines.ts'
import type { DraftFile, DraftRemark } from './draft-file.ts'
import { DraftWriter } from './draft-writer.ts'
import type { ReadPiece } from './draft-writer.ts'
import { readTextDraft } from './text-draft.ts'

type Read = Pick<DraftFile, 'format' | 'text' | 'places' | 'remarks'>
type Events = ReturnType<typeof postprocess>
type Token = Events[number][1]

/** Marks in one block, beyond which the parser takes minutes; a page of marked text has a hundred. */
const MOST_MARKS = 5_000
/** Characters of a whole file; the parser keeps ten tokens for each line. */
const MOST_CHARACTERS = 4_000_000

export function readMarkdownDraft(received: string): Read {
  const head = /^---[ \t]*\r?\n(?:(?!---[ \t]*\r?$)[^\n]*\n){0,200}?---[ \t]*(?:\r?\n|$)/.exec(received)?.[0].length ?? 0
  const body = received.slice(head)
  if (isTooMuch(body)) {
    const message = '标记过多或篇幅过长，没有按 Markdown 解析，连同标记按纯文本读取；标记可能使引文显得有出入。'
    return { ...readTextDraft(received), format: 'md', remarks: [{ kind: 'not-as-markdown', count: 1, message }] }
  }
  // signs that the parser gives a meaning of its own, so that offsets stay what they are
  const reader = new MarkdownReader(body.replaceAll('\0', '\ufffd'), head)
  reader.read()
  return { format: 'md', text: reader.writer.text, places: reader.writer.places, remarks: remarksOf(reader.met, head) }
}

function isTooMuch(text: string): boolean {
  if (text.length > MOST_CHARACTERS) return true
  let marks = 0
  for (const { words } of linesOf(text)) {
    marks = words === '' ? 0 : marks + (words.match(/[*_~[\]<`!>]/g)?.length ?? 0)
    if (marks > MOST_MARKS) return true
  }
  return false
}

/** Tokens that close a paragraph of ours. */
const BLOCKS = new Set([
  'paragraph', 'atxHeading', 'setextHeading', 'tableData', 'tableHeader', 'codeFenced', 'codeIndented',
])
/** Not shown, with all they hold. */
const UNSHOWN = new Set([
  'resource', 'reference', 'definition', 'htmlFlow', 'htmlText', 'gfmFootnoteCall', 'gfmFootnoteDefinitionLabel',
  'codeFencedFence', 'tableDelimiterRow',
])
const SHOWN = new Set(['data', 'characterEscapeValue', 'codeTextData', 'codeFlowValue', 'autolinkProtocol', 'autolinkEmail'])
const LITERAL_LINK = /^literalAutolink(?:Http|Www|Email)$/

interface MarkdownPiece extends ReadPiece {
  readonly isCode?: boolean
}

class MarkdownReader {
  readonly writer = new DraftWriter()
  readonly met = new Map<DraftRemark['kind'], number>()
  readonly #text: string
  readonly #head: number
  #pieces: MarkdownPiece[] = []
  /** Number of an ordered item that stands before its words, as it is shown. */
  #itemNumber: ReadPiece | undefined
  #unshown = 0
  #note = 0
  /** A line end within a paragraph, until it is known whether words follow. */
  #lineEnd: { readonly from: number; readonly to: number; readonly isHard: boolean } | undefined
  #isHard = false

  constructor(text: string, head: number) {
    this.#text = text
    this.#head = head
  }

  read(): void {
    const chunks = preprocess()(this.#text, undefined, true)
    const events = postprocess(parse({ extensions: [gfm()] }).document().write(chunks))
    const open: string[] = []
    for (const [event, token] of events) {
      if (event === 'enter') {
        this.#enter(token, open)
        open.push(token.type)
      } else {
        open.pop()
        this.#exit(token)
      }
    }
    this.#flush()
  }

  #enter(token: Token, open: readonly string[]): void {
    const type: string = token.type
    if (UNSHOWN.has(type)) this.#unshown++
    if (BLOCKS.has(type)) this.#flush()
    if (type === 'htmlFlow' || type === 'htmlText') this.#meet('html')
    if (type === 'htmlFlow') this.#showHtml(token)
    if (type === 'htmlText' && /^<br\b/i.test(this.#text.slice(token.start.offset, token.end.offset))) this.#breakLine(token)
    if (type === 'codeFenced' || type === 'codeIndented') this.#meet('code')
    if (type === 'resource') this.#meet('links')
    if (type === 'table') this.#meet('tables')
    if (type === 'gfmFootnoteDefinition') {
      this.#flush()
      this.#note = this.#meet('footnotes')
    }
    if (type === 'hardBreakTrailing' || type === 'hardBreakEscape') this.#isHard = true
    if (this.#unshown > 0) return
    if (type === 'listItemPrefix') this.#itemNumber = undefined
    else if (type === 'listItemValue') this.#numberItem(token)
    else if (type === 'lineEnding') this.#endLine(token, open)
    else if (SHOWN.has(type) || LITERAL_LINK.test(type)) this.#show(token)
    else if (type === 'characterReference') this.#showReference(token)
  }

  #exit({ type }: Token): void {
    if (UNSHOWN.has(type)) this.#unshown--
    if (BLOCKS.has(type)) this.#flush()
    if (type === 'gfmFootnoteDefinition') this.#note = 0
  }

  #meet(kind: DraftRemark['kind']): number {
    const count = (this.met.get(kind) ?? 0) + 1
    this.met.set(kind, count)
    return count
  }

  #numberItem({ start, end }: Token): void {
    const to = end.offset + 1
    this.#itemNumber = { words: `${this.#text.slice(start.offset, to)} `, from: start.offset, to: to + 1 }
  }

  #endLine({ start, end }: Token, open: readonly string[]): void {
    const isCode = open.includes('codeFenced') || open.includes('codeIndented')
    if (this.#pieces.length === 0) return
    this.#lineEnd = { from: start.offset, to: end.offset, isHard: isCode || this.#isHard }
    this.#isHard = false
  }

  #show({ type, start, end }: Token): void {
    const words = this.#text.slice(start.offset, end.offset)
    this.#push({ words, from: start.offset, to: end.offset, isCode: type.startsWith('code') })
  }

  #breakLine({ start, end }: Token): void {
    if (this.#pieces.length > 0) this.#lineEnd = { from: start.offset, to: end.offset, isHard: true }
  }

  /** The words of a block of HTML; each of its blocks and cells is a paragraph. */
  #showHtml({ start, end }: Token): void {
    this.#flush()
    for (const { from, to, isBlock } of htmlIn(this.#text, start.offset, end.offset)) {
      if (isBlock) this.#flush()
      else this.#push({ words: this.#text.slice(from, to), from, to })
    }
    this.#flush()
  }

  #showReference({ start, end }: Token): void {
    const spelt = this.#text.slice(start.offset, end.offset)
    this.#push({ words: decodedReference(spelt), from: start.offset, to: end.offset })
  }

  /** Between two lines stands what a reader sees there: a break, a blank between Latin words, nothing between others. */
  #push(piece: MarkdownPiece): void {
    const words = piece.words.replace(/[\n\r]/g, ' ')
    if (this.#itemNumber) this.#pieces.push(this.#itemNumber)
    this.#itemNumber = undefined
    const broken = this.#lineEnd
    const last = this.#pieces.at(-1)?.words ?? ''
    if (broken?.isHard) this.#pieces.push({ words: '\n', from: broken.from, to: broken.to })
    else if (broken && /[!-~]$/.test(last) && /^[!-~]/.test(words)) {
      this.#pieces.push({ words: ' ', from: broken.from, to: broken.to })
    }
    this.#lineEnd = undefined
    this.#pieces.push({ ...piece, words })
  }

  /** Marks of emphasis that the parser leaves, as beside Chinese quotation marks: **“…”**的. */
  #flush(): void {
    const pieces = this.#pieces.flatMap((piece) => withoutStars(piece))
    this.#pieces = []
    this.#lineEnd = undefined
    this.#isHard = false
    if (pieces.length === 0) return
    const moved = pieces.map(({ words, from, to }) => ({ words, from: from + this.#head, to: to + this.#head }))
    this.writer.add(this.#note > 0 ? { part: 'footnote', item: this.#note } : { part: 'body' }, moved)
  }
}

function withoutStars(piece: MarkdownPiece): MarkdownPiece[] {
  const { words, from, to, isCode } = piece
  if (isCode || !words.includes('**') || to - from !== words.length) return [piece]
  const kept: MarkdownPiece[] = []
  let at = 0
  for (const { index, 0: stars } of words.matchAll(/\*{2,}|$/g)) {
    if (index > at) kept.push({ words: words.slice(at, index), from: from + at, to: from + index })
    at = index + stars.length
  }
  return kept
}

const INLINE = /^<\/?(?:a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|label|mark|q|s|small|span|strong|sub|sup|u)\b/i
const SILENT = /^<(script|style)\b/i

/** Stretches of words between the tags of HTML, and the tags that end a block; comments and scripts are left out. */
function* htmlIn(text: string, start: number, end: number): Generator<{ from: number; to: number; isBlock: boolean }> {
  for (let at = start; at < end; ) {
    const open = text.indexOf('<', at)
    const to = open < 0 || open > end ? end : open
    if (text.slice(at, to).trim() !== '') yield { from: at, to, isBlock: false }
    if (to === end) return
    const tag = text.slice(to, Math.min(end, to + 12))
    const silent = SILENT.exec(tag)?.[1]
    const mark = tag.startsWith('<!--') ? '-->' : silent === undefined ? '>' : `</${silent}`
    const close = text.indexOf(mark, to + 1)
    at = close < 0 || close > end ? end : close + mark.length
    if (!INLINE.test(tag)) yield { from: to, to: at, isBlock: true }
  }
}

/** The character that `&amp;` or `&#8220;` stands for; as it is spelt where it stands for none. */
function decodedReference(spelt: string): string {
  const numeric = /^&#(?:x([\da-f]{1,6})|(\d{1,7}));$/i.exec(spelt)
  if (numeric) {
    const code = numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1], 16)
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
    return isCharacter ? String.fromCodePoint(code) : '\ufffd'
  }
  return REFERENCES[spelt] ?? spelt
}

/** Those a Chinese draft has; others stay as they are spelt, and so are seen. */
const REFERENCES: Readonly<Record<string, string>> = {
  '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&nbsp;': '\u00a0', '&ensp;': '\u2002',
  '&emsp;': '\u2003', '&thinsp;': '\u2009', '&ldquo;': '“', '&rdquo;': '”', '&lsquo;': '‘', '&rsquo;': '’',
  '&mdash;': '—', '&ndash;': '–', '&hellip;': '…', '&middot;': '·', '&times;': '×', '&permil;': '‰',
}

function remarksOf(met: ReadonlyMap<DraftRemark['kind'], number>, head: number): DraftRemark[] {
  const say = (kind: DraftRemark['kind'], words: (count: number) => string): DraftRemark[] => {
    const count = met.get(kind) ?? 0
    return count === 0 ? [] : [{ kind, count, message: words(count) }]
  }
  return [
    ...(head === 0 ? [] : [{ kind: 'front-matter' as const, count: 1, message: '文首的元数据未读取。' }]),
    ...say('tables', (count) => `表格${count}个，每格作为一段读取。`),
    ...say('footnotes', (count) => `脚注${count}条，已读取。`),
    ...say('code', (count) => `代码块${count}处，作为文字读取。`),
    ...say('links', (count) => `链接和图片${count}处，读取其文字，不读取其地址。`),
    ...say('html', (count) => `HTML 标记${count}处，读取其中的文字，不读取标记、注释和脚本。`),
  ]
}
