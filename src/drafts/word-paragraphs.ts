/**
 * One part of a Word file (its body, its notes, a header) → its paragraphs with their pieces in the XML, as a reader
 * sees them: inserted and not deleted words, results of fields and not their codes, no hidden words. What was met
 * besides is counted.
 */
import { Formula } from '../documents/docx-formula.ts'
import type { Styles } from '../documents/docx-styles.ts'
import { readProperty, REMOVED } from '../documents/docx-paragraph.ts'
import { isOn, valueOf, walkXmlInTurns } from '../documents/xml.ts'
import type { XmlTag } from '../documents/xml.ts'
import type { DraftRemark } from './draft-file.ts'
import type { ReadPiece } from './draft-writer.ts'

/** How often a thing was met, and of how many characters. */
export type Tally = Map<DraftRemark['kind'], { count: number; characters: number }>

export interface WordParagraph {
  /** In the XML: of its first tag, and where words of ours may go. */
  readonly start: number
  head: number
  pieces: WordPiece[]
  style?: string
  numId?: string
  level?: number
  /** Its end was deleted: it runs on into the next one of its container. */
  removed: boolean
  hidden: boolean
  /** Of the body itself 0; each cell, text box and note has its own. */
  readonly container: number
  readonly isCell: boolean
  /** 1-based text box of the part. */
  readonly box?: number
  readonly noteId?: string
}

interface WordPiece extends ReadPiece {
  /** In the instruction of a field, or in a branch that another takes the place of. */
  isCut?: boolean
}

/** A call of a note in the body, in order. */
export interface NoteCall {
  readonly kind: 'footnote' | 'endnote'
  readonly id: string
  readonly isDeleted: boolean
}

export interface WordPart {
  readonly paragraphs: readonly WordParagraph[]
  readonly calls: readonly NoteCall[]
  /** Relation ids of headers and footers, in the order of the sections that name them. */
  readonly margins: readonly string[]
}

interface Open {
  readonly tag: XmlTag
  ignores: boolean
  readonly container?: number
  readonly box?: number
  readonly noteId?: string
}

interface Run {
  readonly number: number
  style?: string
  hidden?: boolean
  /** A mark of its own for a note: no words. */
  isCall?: boolean
}

interface Field {
  inInstruction: boolean
  readonly pieces: WordPiece[]
}

const INSERTED = new Set(['w:ins', 'w:moveTo'])
/** Words that stand for an element; in a run. */
const SIGNS: Readonly<Record<string, string>> = {
  'w:tab': '\t', 'w:ptab': '\t', 'w:br': '\n', 'w:cr': '\n', 'w:noBreakHyphen': '-',
}
/** Most elements of a part; 2,000 pages of Word have two million. */
export const MOST_DRAFT_ELEMENTS = 6_000_000
/** Most paragraphs, stretches of words and calls of notes of a part, which are kept; 2,000 pages have 200,000. */
const MOST_KEPT = 1_500_000

/** @throws RangeError for XML nested too deep or too long; Error for XML that is broken. */
export async function readWordPart(xml: string, styles: Styles, tally: Tally): Promise<WordPart> {
  const reader = new PartReader(xml, styles, tally)
  const handler = {
    open: (tag: XmlTag, path: readonly string[]) => reader.opened(tag, path),
    close: (name: string, start: number, end: number) => reader.closed(name, start, end),
    text: (words: string, path: readonly string[], start: number, end: number) => reader.told(words, path, start, end),
  }
  await walkXmlInTurns(xml, handler, MOST_DRAFT_ELEMENTS)
  return reader
}

class PartReader implements WordPart {
  readonly paragraphs: WordParagraph[] = []
  readonly calls: NoteCall[] = []
  readonly margins: string[] = []
  readonly #xml: string
  readonly #styles: Styles
  readonly #tally: Tally
  readonly #open: Open[] = []
  readonly #inParagraphs: { readonly paragraph: WordParagraph; runs: number }[] = []
  readonly #runs: Run[] = []
  readonly #fields: Field[] = []
  readonly #instructions: Field[] = []
  /** Of alternatives 备选内容: whether a branch had words, and so the others are left out. */
  readonly #alternatives: { hasWords: boolean }[] = []
  #removed = 0
  #ignored = 0
  #containers = 0
  #boxes = 0
  #formula: { readonly told: Formula; readonly depth: number } | undefined
  #kept = 0

  constructor(xml: string, styles: Styles, tally: Tally) {
    this.#xml = xml
    this.#styles = styles
    this.#tally = tally
  }

  get #paragraph(): WordParagraph | undefined {
    return this.#inParagraphs.at(-1)?.paragraph
  }

  get #isUnread(): boolean {
    return this.#removed > 0 || this.#ignored > 0
  }

  opened(tag: XmlTag, path: readonly string[]): void {
    const { name } = tag
    const isRemoved = REMOVED.has(name) && !path.includes('w:pPr') && path.at(-1) !== 'w:trPr'
    const ignores = isRemoved || this.#isOtherBranch(name) || (name === 'w:rt' && this.#meet('ruby'))
    this.#open.push({ tag, ignores, ...this.#placeOf(tag) })
    if (isRemoved) this.#removed++
    else if (ignores) this.#ignored++
    this.#count(tag, path)
    if (this.#formula) this.#formula.told.open(name)
    else if (name === 'm:oMath') this.#formula = { told: new Formula(), depth: this.#open.length }
    else if (name === 'mc:AlternateContent') this.#alternatives.push({ hasWords: false })
    else if (name === 'w:p') this.#openParagraph(tag)
    else if (name === 'w:r') this.#openRun()
    else if (name === 'w:fldChar') this.#turnField(valueOf(tag, 'fldCharType'))
    else if (path.at(-1) === 'w:trPr' && name === 'w:del') this.#removeAround('w:tr')
    else if (path.at(-1) === 'w:tcPr' && name === 'w:cellDel') this.#removeAround('w:tc')
    else if (path.at(-1) === 'w:pPr' || path.at(-2) === 'w:pPr') this.#readParagraph(tag, path)
    else if (path.at(-1) === 'w:rPr' && path.at(-2) === 'w:r') this.#readRun(tag)
  }

  closed(name: string, start: number, end: number): void {
    const opened = this.#open.pop()
    if (!opened) return
    const { tag, ignores } = opened
    if (!tag.selfClosing) this.#mustClose(tag, start)
    if (name === 'w:pPr' && this.#open.at(-1)?.tag.name === 'w:p' && this.#paragraph) this.#paragraph.head = end
    if (this.#formula) this.#closeFormula(name, tag, end)
    else if (name === 'w:p') this.#inParagraphs.pop()
    else if (name === 'w:r') this.#runs.pop()
    else if (name === 'mc:AlternateContent') this.#alternatives.pop()
    else if (SIGNS[name] !== undefined) this.#sign(SIGNS[name], tag, end)
    else if (name === 'w:sym') this.#symbol(tag, end)
    if (!ignores) return
    if (REMOVED.has(name) || name === 'w:tr' || name === 'w:tc') this.#removed--
    else this.#ignored--
  }

  told(words: string, path: readonly string[], start: number, end: number): void {
    const around = path.at(-1)
    if (this.#formula) {
      if (around === 'm:t' && !this.#isUnread) this.#formula.told.add(words)
      return
    }
    if (around === 'w:delText' && this.#ignored === 0) this.#addCharacters('deletions', words)
    if (around !== 'w:t') return
    if (this.#removed > 0 && this.#ignored === 0) this.#addCharacters('deletions', words)
    else if (path.some((name) => INSERTED.has(name)) && this.#ignored === 0) this.#addCharacters('insertions', words)
    this.#show({ words: words.replace(/[\n\r\t]/g, ' '), from: start, to: end })
  }

  // ── around the paragraphs ──

  /** A tag that its own closing tag does not close: the XML is cut off or mixed up. */
  #mustClose(tag: XmlTag, start: number): void {
    const spelt = `</${tag.prefix}${tag.name.slice(tag.name.indexOf(':') + 1)}`
    if (this.#xml.startsWith(spelt, start)) return
    throw new Error(`${tag.name} at ${tag.start} is not closed`)
  }

  #placeOf(tag: XmlTag): Pick<Open, 'container' | 'box' | 'noteId'> {
    if (tag.name === 'w:tc') return { container: ++this.#containers }
    if (tag.name === 'w:txbxContent') return { container: ++this.#containers, box: this.#isUnread ? 0 : ++this.#boxes }
    if (tag.name === 'w:footnote' || tag.name === 'w:endnote') {
      const isNote = /^(?:normal)?$/.test(valueOf(tag, 'type') ?? '')
      return { container: ++this.#containers, noteId: isNote ? (valueOf(tag, 'id') ?? '') : SEPARATOR }
    }
    return {}
  }

  /** A branch of an alternative after one that had words; they say the same for another version of Word. */
  #isOtherBranch(name: string): boolean {
    const isBranch = name === 'mc:Choice' || name === 'mc:Fallback'
    return isBranch && this.#alternatives.at(-1)?.hasWords === true
  }

  /** The row or cell around is deleted: what follows its properties does not count. */
  #removeAround(name: string): void {
    const around = this.#open.findLast(({ tag }) => tag.name === name)
    if (!around || around.ignores) return
    around.ignores = true
    this.#removed++
    this.#meet('deletions')
  }

  #count(tag: XmlTag, path: readonly string[]): void {
    const { name } = tag
    if (this.#ignored > 0) return
    if (name === 'w:sectPr' || this.#open.length < 2) return
    if (INSERTED.has(name) && !path.includes('w:rPr') && !path.includes('w:trPr')) {
      this.#meet('insertions')
    } else if (REMOVED.has(name) && !path.includes('w:rPr') && !path.includes('w:trPr')) this.#meet('deletions')
    else if (name === 'w:headerReference' || name === 'w:footerReference') this.#keep(this.margins, relationOf(tag))
    else if (name === 'w:footnoteReference' || name === 'w:endnoteReference') this.#call(tag)
    if (this.#removed > 0) return
    if (name === 'w:fldSimple' || (name === 'w:fldChar' && valueOf(tag, 'fldCharType') === 'begin')) this.#meet('fields')
    else if (name === 'w:tbl') this.#meet('tables')
    else if (name === 'w:object' || OBJECTS.test(name)) this.#meet('objects')
    else if (PICTURES.test(name)) this.#meet('pictures')
    else if (name === 'w:altChunk' || name === 'w:subDoc') this.#meet('embedded-files')
  }

  #call(tag: XmlTag): void {
    const kind = tag.name === 'w:footnoteReference' ? 'footnote' : 'endnote'
    this.#keep(this.calls, { kind, id: valueOf(tag, 'id') ?? '', isDeleted: this.#removed > 0 })
    const run = this.#runs.at(-1)
    const follows = valueOf(tag, 'customMarkFollows')
    if (run && follows !== undefined && !/^(?:0|false|off)$/.test(follows)) run.isCall = true
  }

  /** @throws RangeError where a file of a few megabytes would fill the memory. */
  #keep<Item>(list: Item[], item: Item): void {
    if (++this.#kept > MOST_KEPT) throw new RangeError(`more than ${MOST_KEPT} paragraphs and stretches of words`)
    list.push(item)
  }

  #meet(kind: DraftRemark['kind'], characters = 0): true {
    const known = this.#tally.get(kind) ?? { count: 0, characters: 0 }
    this.#tally.set(kind, { count: known.count + 1, characters: known.characters + characters })
    return true
  }

  #addCharacters(kind: DraftRemark['kind'], words: string): void {
    const known = this.#tally.get(kind) ?? { count: 0, characters: 0 }
    this.#tally.set(kind, { count: known.count, characters: known.characters + words.length })
  }

  // ── paragraphs ──

  #openParagraph(tag: XmlTag): void {
    const around = (key: 'container' | 'box' | 'noteId') => this.#open.findLast((open) => open[key] !== undefined)?.[key]
    const box = around('box')
    const noteId = around('noteId')
    const inner = this.#open.findLast(({ container }) => container !== undefined)
    const paragraph: WordParagraph = {
      start: tag.start,
      head: tag.end,
      pieces: [],
      removed: false,
      hidden: false,
      container: inner?.container ?? 0,
      isCell: inner?.tag.name === 'w:tc',
      ...(typeof box === 'number' && { box }),
      ...(typeof noteId === 'string' && { noteId }),
    }
    this.#inParagraphs.push({ paragraph, runs: 0 })
    if (!this.#isUnread && noteId !== SEPARATOR) this.#keep(this.paragraphs, paragraph)
  }

  #readParagraph(tag: XmlTag, path: readonly string[]): void {
    const paragraph = this.#paragraph
    if (paragraph) readProperty(paragraph, tag, path)
  }

  // ── runs and fields ──

  #openRun(): void {
    const around = this.#inParagraphs.at(-1)
    if (around) around.runs++
    this.#runs.push({ number: around?.runs ?? 0 })
  }

  #readRun(tag: XmlTag): void {
    const run = this.#runs.at(-1)
    if (run && tag.name === 'w:rStyle') run.style = valueOf(tag, 'val') ?? ''
    if (run && tag.name === 'w:vanish') run.hidden = isOn(tag)
  }

  #show(piece: ReadPiece): void {
    const paragraph = this.#paragraph
    const run = this.#runs.at(-1)
    if (this.#isUnread || !paragraph || run?.isCall) return
    if (run && this.#isHidden(run, paragraph)) {
      this.#meet('hidden', piece.words.length)
      return
    }
    const shown: WordPiece = { ...piece, ...(run && { run: run.number }) }
    this.#keep(paragraph.pieces, shown)
    this.#instructions.at(-1)?.pieces.push(shown)
    if (piece.words.trim() !== '') for (const alternative of this.#alternatives) alternative.hasWords = true
  }

  #isHidden(run: Run, paragraph: WordParagraph): boolean {
    const byStyle = run.style !== undefined && this.#styles.isHidden(run.style)
    return run.hidden ?? (byStyle || this.#styles.isHidden(paragraph.style))
  }

  #sign(words: string, tag: XmlTag, end: number): void {
    if (this.#open.at(-1)?.tag.name === 'w:r') this.#show({ words, from: tag.start, to: end })
  }

  /** A sign of a font of symbols says nothing by its number. */
  #symbol(tag: XmlTag, end: number): void {
    const code = Number.parseInt(valueOf(tag, 'char') ?? '', 16)
    const isPlain = code >= 0x20 && code < 0xd800
    if (!isPlain && !this.#isUnread) this.#meet('symbols')
    this.#show({ words: isPlain ? String.fromCharCode(code) : '\ufffd', from: tag.start, to: end })
  }

  /** A field that never ends hides nothing: what is cut is cut when its instruction ends. */
  #turnField(type: string | undefined): void {
    if (this.#isUnread) return
    if (type === 'begin') {
      const field = { inInstruction: true, pieces: [] }
      this.#fields.push(field)
      this.#instructions.push(field)
      return
    }
    const field = this.#fields.at(-1)
    if (field?.inInstruction) {
      field.inInstruction = false
      this.#instructions.pop()
      for (const piece of field.pieces) piece.isCut = true
    }
    if (type === 'end') this.#fields.pop()
  }

  #closeFormula(name: string, tag: XmlTag, end: number): void {
    if (!this.#formula) return
    const { told, depth } = this.#formula
    if (this.#open.length >= depth) return told.close(name)
    this.#formula = undefined
    if (!this.#isUnread) this.#meet('equations')
    this.#show({ words: told.words.replace(/[\n\r\t]/g, ' '), from: tag.start, to: end })
  }
}

/** Lines that part the notes from the body: no words of anybody. */
const SEPARATOR = '\0separator'
const OBJECTS = /^(?:c|cx|c14):chart$|^dgm:relIds$/
const PICTURES = /^pic:pic$|^v:imagedata$/

/** `r:id`, whatever prefix the file has for it. */
export const relationOf = ({ attributes }: XmlTag): string =>
  Object.entries(attributes).find(([key]) => /^\w+:id$/.test(key) && key !== 'w:id')?.[1] ?? ''
