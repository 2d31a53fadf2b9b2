/** A draft as it is read: its text, one line a paragraph, where each stretch of it stands in the file, and what was met. */
import type { Span } from '../types.ts'

/** Kinds of places of a file; all but a Word file's are `body`, save for the footnotes of Markdown. */
export type DraftPart = 'body' | 'text-box' | 'footnote' | 'endnote' | 'header' | 'footer'

export interface DraftFile {
  /** Of the file, for messages. */
  readonly name: string
  readonly format: 'txt' | 'md' | 'docx'
  /** `utf-8`, `gb18030` …; `docx` again, which states it itself. */
  readonly encoding: string
  /** What is checked. One line a paragraph, ended by `\n`; footnotes, text boxes, headers and footers behind the body. */
  readonly text: string
  /** Every paragraph, in the order of `text`. */
  readonly places: readonly DraftParagraph[]
  readonly remarks: readonly DraftRemark[]
}

/** One paragraph; a break within it is a line end of the text too. */
export interface DraftParagraph extends Span {
  readonly part: DraftPart
  /** 1-based among the paragraphs of its part, or of its note, that have words. */
  readonly number: number
  /** 1-based: of a note, in the order they are called; of a text box, a header or a footer. */
  readonly item?: number
  readonly isCell?: true
  /** Of a Word file: the part of the package, `word/footnotes.xml`, and the note's own id in it. */
  readonly file?: string
  readonly noteId?: string
  readonly pieces: readonly DraftPiece[]
}

/**
 * Words that stand together in the file. Offsets of UTF-16 units: in the text; and in the XML of its part, or in the
 * file as decoded. Where both lengths are the same, unit stands for unit; else the piece is one.
 */
export interface DraftPiece extends Span {
  readonly from: number
  readonly to: number
  /** 1-based run 文本块 of the paragraph; absent where the file has none. */
  readonly run?: number
  /** An automatic number: it is counted, and stands nowhere in the file. */
  readonly isCounted?: true
}

/** What was met in the file, and how it was read. */
export interface DraftRemark {
  readonly kind:
    | 'insertions'
    | 'deletions'
    | 'comments'
    | 'footnotes'
    | 'endnotes'
    | 'unused-notes'
    | 'headers'
    | 'text-boxes'
    | 'tables'
    | 'fields'
    | 'contents'
    | 'hidden'
    | 'numbers'
    | 'equations'
    | 'objects'
    | 'pictures'
    | 'embedded-files'
    | 'symbols'
    | 'ruby'
    | 'html'
    | 'front-matter'
    | 'code'
    | 'links'
    | 'not-as-markdown'
  readonly count: number
  /** A plain sentence. */
  readonly message: string
}

/** Where an offset of the text stands in the file. */
export interface DraftPlace {
  readonly part: DraftPart
  readonly item?: number
  /** 1-based, as in DraftParagraph. */
  readonly paragraph: number
  /** 1-based, of the paragraph as it stands in the text. */
  readonly character: number
  readonly run?: number
  readonly isCell?: true
  readonly isCounted?: true
  readonly file?: string
  /** In the XML of `file`, or in the text of the file as decoded; absent for what stands nowhere in it. */
  readonly offset?: number
}

/** Undefined for an offset outside the text and for the end of a line. */
export function placeAt({ places }: DraftFile, offset: number): DraftPlace | undefined {
  const paragraph = lastFrom(places, offset)
  const piece = paragraph && lastFrom(paragraph.pieces, offset)
  if (!paragraph || !piece || offset >= piece.end) return undefined
  const { part, item, number, isCell, file, start } = paragraph
  return {
    part,
    ...(item !== undefined && { item }),
    paragraph: number,
    character: offset - start + 1,
    ...(piece.run !== undefined && { run: piece.run }),
    ...(isCell && { isCell }),
    ...(piece.isCounted ? { isCounted: true } : { offset: startIn(piece, offset) }),
    ...(file !== undefined && { file }),
  }
}

const PARTS: Readonly<Record<DraftPart, string>> = {
  body: '正文',
  'text-box': '文本框',
  footnote: '脚注',
  endnote: '尾注',
  header: '页眉',
  footer: '页脚',
}

/** @example placeWords({ part: 'footnote', item: 2, paragraph: 1, character: 5 }) // '脚注2第1段' */
export const placeWords = ({ part, item, paragraph }: Pick<DraftPlace, 'part' | 'item' | 'paragraph'>): string =>
  `${PARTS[part]}${item ?? ''}第${paragraph}段`

/** Offset in the file at which a unit of a piece begins. */
export const startIn = (piece: DraftPiece, offset: number): number =>
  isUnitForUnit(piece) ? piece.from + offset - piece.start : piece.from

/** Offset in the file before which a stretch ends that ends at an offset of the text. */
export const endIn = (piece: DraftPiece, offset: number): number =>
  isUnitForUnit(piece) ? piece.from + offset - piece.start : piece.to

const isUnitForUnit = ({ start, end, from, to }: DraftPiece): boolean => end - start === to - from

/** The last of a list in order that begins at an offset or before it. */
export const lastFrom = <Item extends Span>(list: readonly Item[], offset: number): Item | undefined =>
  list[indexFrom(list, offset)]

/** Where it stands in the list; -1 where there is none. */
export function indexFrom(list: readonly Span[], offset: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle]!.start <= offset) low = middle + 1
    else high = middle
  }
  return low - 1
}
