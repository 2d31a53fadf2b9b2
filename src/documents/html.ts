/** A web page → lines of text: a block element is a line, a table row is a line, scripts and menus are left out. */
import { Parser } from 'htmlparser2'
import { PolicyError } from '../errors.ts'

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

/** Lines of one block in a cell from which on a table is taken for page layout, whose cells keep their lines. */
const LAYOUT_LINES = 4

/** Real pages nest under 100 deep; the parser's time grows with the square of the depth. */
const DEEPEST_NESTING = 5000

/** A table row being read: the lines of each of its cells. */
interface Row {
  readonly cells: string[][]
  layout: boolean
}

/**
 * @throws PolicyError 'file-format' for a page nested deeper than any real one.
 * @example htmlToText('<p>第一条</p><table><tr><td>甲<td>乙</table>') // '第一条\n甲\t乙\n'
 */
export function htmlToText(html: string, name = 'HTML'): string {
  const page = new PageLines()
  let skipping = 0
  let preformatted = 0
  let depth = 0
  const parser = new Parser(
    {
      onopentagname(tag) {
        if (++depth > DEEPEST_NESTING) {
          throw new PolicyError('file-format', `${name} 的标签嵌套超过 ${DEEPEST_NESTING} 层，未读取。请另存为 txt。`)
        }
        if (SKIPPED.has(tag)) skipping++
        if (skipping > 0) return
        if (tag === 'pre') preformatted++
        if (tag === 'tr') page.openRow()
        else if (tag === 'td' || tag === 'th') page.openCell()
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

/** Collects lines; rows of a table are joined when they close. */
class PageLines {
  readonly #lines: string[] = []
  readonly #rows: Row[] = []
  #line = ''

  addWords(text: string): void {
    const words = text.replace(/[ \t\r\n\f]+/g, ' ')
    this.#line += this.#line === '' || this.#line.endsWith(' ') ? words.replace(/^ /, '') : words
  }

  endLine(): void {
    const words = this.#line.replace(/^ | $/g, '')
    if (words !== '') this.#target().push(words)
    this.#line = ''
  }

  openRow(): void {
    this.endLine()
    for (const row of this.#rows) row.layout = true // a table in a cell: the outer one is layout
    if (this.#rows.length < DEEPEST_TABLE) this.#rows.push({ cells: [], layout: false })
  }

  openCell(): void {
    this.endLine()
    this.#rows.at(-1)?.cells.push([])
  }

  closeRow(): void {
    this.endLine()
    const row = this.#rows.pop()
    if (!row) return
    const layout = row.layout || row.cells.some((cell) => cell.length >= LAYOUT_LINES)
    const target = this.#target()
    if (layout) for (const line of row.cells.flat()) target.push(line)
    else if (row.cells.some((cell) => cell.length > 0)) target.push(row.cells.map((cell) => cell.join(' ')).join('\t'))
  }

  finish(): readonly string[] {
    while (this.#rows.length > 0) this.closeRow()
    this.endLine()
    return this.#lines
  }

  #target(): string[] {
    return this.#rows.at(-1)?.cells.at(-1) ?? this.#lines
  }
}
