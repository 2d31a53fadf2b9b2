/**
 * The body of a Word file → the same XML with what a reader sees and no more: automatic numbers stand at the head of
 * their paragraphs as words; hidden text, the instructions of fields and the table of contents are gone; formulas and
 * elements that the reader after this one does not know are plain runs.
 *
 * Edits are made on the text of the XML by offsets, so that everything else stays as it is.
 */
import { Formula } from './docx-formula.ts'
import type { Numbering } from './docx-numbering.ts'
import type { Styles } from './docx-styles.ts'
import { readProperty, REMOVED } from './docx-paragraph.ts'
import { escapeXml, isOn, valueOf, walkXml } from './xml.ts'
import type { XmlTag } from './xml.ts'

interface Edit {
  readonly start: number
  readonly end: number
  readonly words: string
}

interface Paragraph {
  readonly start: number
  end: number
  /** Where a label goes: after its properties. */
  head: number
  readonly tag: XmlTag
  style?: string
  numId?: string
  level?: number
  /** Its end was deleted or moved away: it runs on into the next paragraph, or is gone. */
  removed: boolean
  hidden: boolean
  /** Has it words, tabs or breaks that are shown? */
  visible: boolean
  /** Its first words, to know the caption 目录. */
  words: string
}

interface Run {
  readonly pieces: Edit[]
  style?: string
  hidden?: boolean
}

/** A field 域: its instruction up to `separate`, its result up to `end`. */
interface Field {
  inInstruction: boolean
  /** Shown words within the instruction, of fields in it. */
  readonly pieces: Edit[]
}

/** Elements whose tags are taken away and whose content stays. */
const UNWRAPPED = new Set(['w:hyperlink', 'w:fldSimple', 'w:dir', 'w:bdo', 'w:ruby', 'w:rubyBase', 'm:oMathPara'])
/** Elements that go with all they hold: readings above characters, pictures; and what is no words, to save memory. */
const DROPPED = new Set([
  'w:rt', 'w:rubyPr', 'a:blip', 'v:imagedata', 'w:softHyphen',
  'w:proofErr', 'w:bookmarkStart', 'w:bookmarkEnd', 'w:lastRenderedPageBreak', 'w:tblPr', 'w:tblGrid', 'w:sectPr',
])
/** Elements of a run that show something. */
const SHOWN = new Set(['w:t', 'w:tab', 'w:br', 'w:cr', 'w:ptab', 'w:sym', 'w:noBreakHyphen'])

/** @throws RangeError for XML nested too deep. */
export function visibleBody(xml: string, styles: Styles, numbering: Numbering): string {
  const reader = new BodyReader(xml, styles)
  reader.read()
  return edited(xml, [...reader.edits, ...labels(reader.paragraphs, styles, numbering)])
}

function edited(xml: string, edits: Edit[]): string {
  const inOrder = edits.sort((one, other) => one.start - other.start || one.end - other.end)
  const parts: string[] = []
  let kept = 0
  for (const { start, end, words } of inOrder) {
    if (start < kept) continue // within what is gone already
    parts.push(xml.slice(kept, start), words)
    kept = end
  }
  parts.push(xml.slice(kept))
  return parts.join('')
}

/** The numbers of the paragraphs as edits, in the order of the document; and the table of contents as cuts. */
function labels(paragraphs: readonly Paragraph[], styles: Styles, numbering: Numbering): Edit[] {
  const edits: Edit[] = []
  let runsOn: Paragraph | undefined // the first of the paragraphs whose ends were deleted
  for (const [at, paragraph] of paragraphs.entries()) {
    if (isContents(paragraph, paragraphs[at + 1], styles)) {
      edits.push({ start: paragraph.start, end: paragraph.end, words: '' })
      continue
    }
    if (paragraph.removed) {
      runsOn ??= paragraph
      continue
    }
    const head = runsOn ?? paragraph
    runsOn = undefined
    if (paragraph.hidden && !paragraph.visible) continue
    const label = numbering.next(paragraph)
    if (label !== undefined) edits.push(labelEdit(head, label))
  }
  return edits
}

function isContents(paragraph: Paragraph, next: Paragraph | undefined, styles: Styles): boolean {
  if (styles.isContents(paragraph.style)) return true
  return /^\s*目\s*[录錄次]\s*$/.test(paragraph.words) && next !== undefined && styles.isContents(next.style)
}

function labelEdit({ tag, head }: Paragraph, label: string): Edit {
  const prefix = tag.prefix
  const run = `<${prefix}r><${prefix}t xml:space="preserve">${escapeXml(label)}</${prefix}t></${prefix}r>`
  if (!tag.selfClosing) return { start: head, end: head, words: run }
  return { start: tag.start, end: tag.end, words: `<${prefix}p>${run}</${prefix}p>` }
}

class BodyReader {
  readonly edits: Edit[] = []
  /** In the order they begin. */
  readonly paragraphs: Paragraph[] = []
  readonly #xml: string
  readonly #styles: Styles
  readonly #open: { readonly tag: XmlTag; readonly isRemoved: boolean }[] = []
  readonly #inParagraphs: Paragraph[] = []
  readonly #runs: Run[] = []
  readonly #fields: Field[] = []
  /** Those of them whose instruction is still being read. */
  readonly #instructions: Field[] = []
  #removed = 0
  #formula: Formula | undefined

  constructor(xml: string, styles: Styles) {
    this.#xml = xml
    this.#styles = styles
  }

  read(): void {
    walkXml(this.#xml, {
      open: (tag, path) => this.#opened(tag, path),
      close: (name, start, end) => this.#closed(name, start, end),
      text: (words, path) => this.#told(words, path),
    })
  }

  #opened(tag: XmlTag, path: readonly string[]): void {
    const { name } = tag
    // a deleted row is told by its properties, so that it is the row that counts as removed
    const isRemoved = (REMOVED.has(name) && !path.includes('w:pPr') && path.at(-1) !== 'w:trPr') || name === 'mc:Choice'
    this.#open.push({ tag, isRemoved })
    if (isRemoved) this.#removed++
    if (this.#formula) this.#formula.open(name)
    else if (name === 'm:oMath') this.#formula = new Formula()
    else if (name === 'w:p') this.#openParagraph(tag)
    else if (name === 'w:r') this.#runs.push({ pieces: [] })
    else if (name === 'w:fldChar') this.#turnField(valueOf(tag, 'fldCharType'))
    else if (name === 'w:del' && path.at(-1) === 'w:trPr') this.#removeRow()
    else if (path.at(-1) === 'w:pPr' || path.at(-2) === 'w:pPr') this.#readParagraph(tag, path)
    else if (path.at(-1) === 'w:rPr' && path.at(-2) === 'w:r') this.#readRun(tag)
    if (UNWRAPPED.has(name)) this.#cut(tag.start, tag.end)
    if (name === 'w:cr') this.#replace(tag, 'br')
    if (name === 'w:ptab') this.#replace(tag, 'tab')
  }

  #closed(name: string, start: number, end: number): void {
    const opened = this.#open.pop()
    if (!opened) return
    const { tag, isRemoved } = opened
    if (isRemoved) this.#removed--
    if (this.#formula) {
      if (name === 'm:oMath') this.#closeFormula(this.#formula, tag, end)
      else this.#formula.close(name)
    } else if (name === 'w:p') this.#closeParagraph(end)
    else if (name === 'w:r') this.#closeRun()
    else if (name === 'w:rPr' && this.#open.at(-1)?.tag.name === 'w:r') this.#cut(tag.start, end)
    else if (name === 'w:pPr' && this.#open.at(-1)?.tag.name === 'w:p') this.#closeProperties(tag, end)
    else if (SHOWN.has(name)) this.#showed(tag, end)
    if (UNWRAPPED.has(name) && !tag.selfClosing) this.#cut(start, end)
    if (DROPPED.has(name)) this.#cut(tag.start, end)
    if (name === 'w:noBreakHyphen') this.#insertWords('-', tag.start, end, tag.prefix)
  }

  #told(words: string, path: readonly string[]): void {
    if (this.#formula) {
      if (path.at(-1) === 'm:t') this.#formula.add(words)
      return
    }
    const paragraph = this.#inParagraphs.at(-1)
    if (paragraph && path.at(-1) === 'w:t' && paragraph.words.length < 12) paragraph.words += words
  }

  // ── paragraphs ──

  #openParagraph(tag: XmlTag): void {
    const { start, end } = tag
    const seen = { removed: false, hidden: false, visible: false, words: '' }
    const paragraph: Paragraph = { start, end, head: end, tag, ...seen }
    this.#inParagraphs.push(paragraph)
    if (this.#removed === 0) this.paragraphs.push(paragraph)
  }

  #closeParagraph(end: number): void {
    const paragraph = this.#inParagraphs.pop()
    if (paragraph) paragraph.end = end
  }

  /** They have been read; only that the paragraph's end was deleted matters after this. */
  #closeProperties(tag: XmlTag, end: number): void {
    const paragraph = this.#inParagraphs.at(-1)
    if (paragraph) paragraph.head = end
    if (!paragraph?.removed) this.#cut(tag.start, end)
  }

  #readParagraph(tag: XmlTag, path: readonly string[]): void {
    const paragraph = this.#inParagraphs.at(-1)
    if (paragraph) readProperty(paragraph, tag, path)
  }

  /** The row around is deleted: its paragraphs, which follow its properties, do not count. */
  #removeRow(): void {
    const at = this.#open.findLastIndex(({ tag }) => tag.name === 'w:tr')
    const row = this.#open[at]
    if (!row || row.isRemoved) return
    this.#open[at] = { ...row, isRemoved: true }
    this.#removed++
  }

  // ── runs and fields ──

  #readRun(tag: XmlTag): void {
    const run = this.#runs.at(-1)
    if (run && tag.name === 'w:rStyle') run.style = valueOf(tag, 'val') ?? ''
    if (run && tag.name === 'w:vanish') run.hidden = isOn(tag)
  }

  #showed(tag: XmlTag, end: number): void {
    const piece = { start: tag.start, end, words: '' }
    const instruction = this.#instructions.at(-1)
    if (this.#removed > 0) return
    if (instruction) instruction.pieces.push(piece)
    else this.#runs.at(-1)?.pieces.push(piece)
  }

  #closeRun(): void {
    const run = this.#runs.pop()
    const paragraph = this.#inParagraphs.at(-1)
    if (!run || run.pieces.length === 0) return
    const byStyle = run.style !== undefined && this.#styles.isHidden(run.style)
    if (run.hidden ?? (byStyle || this.#styles.isHidden(paragraph?.style))) {
      for (const piece of run.pieces) this.edits.push(piece)
    } else if (paragraph) paragraph.visible = true
  }

  /** A field that never ends hides nothing: what is cut is cut when its instruction ends. */
  #turnField(type: string | undefined): void {
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
      for (const piece of field.pieces) this.edits.push(piece)
    }
    if (type === 'end') this.#fields.pop()
  }

  // ── edits ──

  #cut(start: number, end: number): void {
    this.edits.push({ start, end, words: '' })
  }

  #replace({ start, end, prefix }: XmlTag, name: string): void {
    this.edits.push({ start, end, words: `<${prefix}${name}/>` })
  }

  #insertWords(words: string, start: number, end: number, prefix: string): void {
    this.edits.push({ start, end, words: `<${prefix}t>${escapeXml(words)}</${prefix}t>` })
  }

  #closeFormula(formula: Formula, tag: XmlTag, end: number): void {
    this.#formula = undefined
    const { prefix } = this.#inParagraphs.at(-1)?.tag ?? tag
    const run = `<${prefix}r><${prefix}t>${escapeXml(formula.words)}</${prefix}t></${prefix}r>`
    this.edits.push({ start: tag.start, end, words: run })
    const paragraph = this.#inParagraphs.at(-1)
    if (paragraph) paragraph.visible = true
  }
}
