/**
 * A web page → lines of text: a block element is a line, scripts and menus are left out. A table is read row by row,
 * see tables.ts.
 */
import { Parser } from 'htmlparser2'
import { PolicyError } from '../errors.ts'
import { tableLines } from './tables.ts'

const SKIPPED = new Set([
  'script', 'style', 'nav', 'noscript', 'template', 'title', 'svg', 'iframe', 'select', 'button',
])

const BLOCKS = new Set([
  'address', 'article', 'aside', 'blockquote', 'body', 'caption', 'center', 'dd', 'div', 'dl', 'dt', 'fieldset',
  'figcaption', 'figure', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'li', 'main', 'ol',
  'option', 'p', 'pre', 'section', 'table', 'tbody', 'tfoot', 'thead', 'ul',
])

/** The charset a page names in its first 1,024 bytes, in lower case. */
export function htmlCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('latin1')
  const label = /charset\s{0,9}=\s{0,9}["']?([\w-]{2,30})/i.exec(head)?.[1]?.toLowerCase()
  if (!label) return undefined
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}

/** Tables nested deeper than this are read as plain blocks. */
const DEEPEST_TABLE = 30

/** Real pages nest under 100 deep; the parser's time grows with the square of the depth. */
const DEEPEST_NESTING = 5000

/** A table being read. */
interface OpenTable {
  readonly rows: { readonly cells: OpenCell[]; readonly header: boolean }[]
  /** The cell that words go to; between rows there is none. */
  cell?: OpenCell | undefined
  inHead: boolean
  /** A table stands in one of its cells. */
  layout: boolean
}

interface OpenCell {
  readonly lines: string[]
  readonly columns: number
  readonly rows: number
  readonly header: boolean
}

/**
 * @throws PolicyError 'file-format' for a page nested deeper than any real one.
 * @example htmlToText('<p>第一条</p><table><tr><th>级别<th>补贴<tr><td>A类<td>5万元</table>')
 * // '第一条\n级别：A类，补贴：5万元。\n'
 */
export function htmlToText(html: string, name = 'HTML'): string {
  const page = new PageLines()
  let skipping = 0
  let preformatted = 0
  let depth = 0
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        if (++depth > DEEPEST_NESTING) {
          throw new PolicyError('file-format', `${name} 的标签嵌套超过 ${DEEPEST_NESTING} 层，未读取。请另存为 txt。`)
        }
        if (SKIPPED.has(tag)) skipping++
        if (skipping > 0) return
        if (tag === 'pre') preformatted++
        if (tag === 'table') page.openTable()
        else if (tag === 'thead') page.openHead(true)
        else if (tag === 'tbody' || tag === 'tfoot') page.openHead(false)
        else if (tag === 'tr') page.openRow()
        else if (tag === 'td' || tag === 'th') page.openCell(tag === 'th', attributes)
        else if (tag === 'br' || BLOCKS.has(tag)) page.endLine()
      },
      ontext(text) {
        if (skipping > 0) return
        if (preformatted === 0) page.addWords(text)
        else for (const [index, part] of text.split('\n').entries()) {
          if (index > 0) page.endLine()
          page.addWords(part)
        }
      },
      onclosetag(tag) {
        depth--
        if (SKIPPED.has(tag)) skipping = Math.max(0, skipping - 1)
        else if (skipping > 0) return
        else if (tag === 'table') page.closeTable()
        else if (tag === 'thead') page.openHead(false)
        else if (tag === 'tr') page.closeRow()
        else if (BLOCKS.has(tag)) page.endLine()
        if (tag === 'pre') preformatted = Math.max(0, preformatted - 1)
      },
    },
    { decodeEntities: true },
  )
  parser.write(html)
  parser.end()
  const lines = page.finish()
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** Collects lines; a table is told when it closes. */
class PageLines {
  readonly #lines: string[] = []
  readonly #tables: OpenTable[] = []
  /** Tables open below the deepest one that is read as a table. */
  #deeper = 0
  #line = ''
  /** Nothing, or a blank, stands last; asking the line itself copies it, which a page of `<` does for each. */
  #isOpen = true

  addWords(text: string): void {
    const words = text.replace(/[ \t\r\n\f]+/g, ' ')
    const added = this.#isOpen ? words.replace(/^ /, '') : words
    if (added === '') return
    this.#line += added
    this.#isOpen = added.endsWith(' ')
  }

  endLine(): void {
    const words = this.#line.replace(/^ | $/g, '')
    if (words !== '') this.#target().push(words)
    this.#line = ''
    this.#isOpen = true
  }

  openTable(): void {
    this.endLine()
    const outer = this.#tables.at(-1)
    if (outer) outer.layout = true
    if (this.#tables.length < DEEPEST_TABLE) this.#tables.push({ rows: [], inHead: false, layout: false })
    else this.#deeper++
  }

  openHead(inHead: boolean): void {
    this.endLine()
    const table = this.#tables.at(-1)
    if (table && this.#deeper === 0) table.inHead = inHead
  }

  openRow(): void {
    this.endLine()
    if (this.#deeper > 0) return
    if (this.#tables.length === 0) this.openTable() // a row outside of any table
    const table = this.#tables.at(-1)
    table?.rows.push({ cells: [], header: table.inHead })
  }

  openCell(header: boolean, { colspan, rowspan }: Readonly<Record<string, string>>): void {
    this.endLine()
    if (this.#deeper > 0) return
    const table = this.#tables.at(-1)
    if (!table || table.rows.length === 0) this.openRow() // a cell outside of any row
    const open = this.#tables.at(-1)
    if (!open) return
    open.cell = { lines: [], columns: spanOf(colspan, 1), rows: spanOf(rowspan, MOST_SPANNED), header }
    open.rows.at(-1)?.cells.push(open.cell)
  }

  closeRow(): void {
    this.endLine()
    const table = this.#tables.at(-1)
    if (table && this.#deeper === 0) table.cell = undefined
  }

  closeTable(): void {
    this.endLine()
    if (this.#deeper > 0) {
      this.#deeper--
      return
    }
    const table = this.#tables.pop()
    if (!table) return
    const target = this.#target()
    for (const line of tableLines(table.rows, table.layout)) target.push(line)
  }

  finish(): readonly string[] {
    while (this.#tables.length > 0) this.closeTable()
    this.endLine()
    return this.#lines
  }

  /** Where lines go: the open cell of the innermost table that has one, so that a caption stands before its table. */
  #target(): string[] {
    return this.#tables.findLast(({ cell }) => cell)?.cell?.lines ?? this.#lines
  }
}

const MOST_SPANNED = 65_534

/** A colspan or rowspan; `0` reaches as far as `rest`. */
function spanOf(value: string | undefined, rest: number): number {
  const span = Number.parseInt(value ?? '1', 10)
  if (span === 0) return rest
  return Number.isNaN(span) || span < 0 ? 1 : Math.min(span, MOST_SPANNED)
}
