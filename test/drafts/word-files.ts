/** Word files made for the tests, whole enough for Word and LibreOffice; and what a reader of their comments sees. */
import JSZip from 'jszip'
import { Parser } from 'htmlparser2'
import type { DraftFile } from '../../src/drafts/draft-file.ts'
import type { CheckItem } from '../../src/types.ts'

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
export const NAMESPACES = [
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"',
  `xmlns:r="${OFFICE}"`,
  'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"',
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
  'xmlns:v="urn:schemas-microsoft-com:vml"',
  'xmlns:o="urn:schemas-microsoft-com:office:office"',
  'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"',
  'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"',
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
].join(' ')

export const run = (words: string, properties = ''): string =>
  `<w:r>${properties === '' ? '' : `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${words}</w:t></w:r>`
export const paragraph = (...inside: readonly string[]): string => `<w:p>${inside.join('')}</w:p>`
export const line = (words: string): string => paragraph(run(words))
export const call = (kind: 'footnote' | 'endnote', id: number): string => `<w:r><w:${kind}Reference w:id="${id}"/></w:r>`

const SEPARATORS = (kind: string): string =>
  [['separator', -1], ['continuationSeparator', 0]]
    .map(([type, id]) => `<w:${kind} w:type="${type}" w:id="${id}"><w:p><w:r><w:${type}/></w:r></w:p></w:${kind}>`)
    .join('')
/** `footnotes` or `endnotes`, numbered from 1; each note a list of paragraphs. */
export const notes = (kind: 'footnote' | 'endnote', ...each: readonly string[]): string =>
  SEPARATORS(kind) + each.map((inside, at) => `<w:${kind} w:id="${at + 1}">${inside}</w:${kind}>`).join('')

/** A text box as Word writes it: for its own versions, and once more for old ones. */
export const textBox = (inside: string): string => `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="3600000" cy="720000"/><wp:docPr id="7" name="文本框"/><a:graphic>
<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr>
<a:xfrm><a:off x="0" y="0"/><a:ext cx="3600000" cy="720000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr>
<wps:txbx><w:txbxContent>${inside}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline>
</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape style="width:283pt;height:57pt"><v:textbox>
<w:txbxContent>${inside}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>`

export const table = (...rows: readonly (readonly string[])[]): string =>
  `<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>${rows[0]?.map(() => '<w:gridCol w:w="3000"/>').join('')}</w:tblGrid>${rows
    .map((cells) => `<w:tr>${cells.map((cell) => `<w:tc><w:tcPr><w:tcW w:w="3000" w:type="dxa"/></w:tcPr>${cell}</w:tc>`).join('')}</w:tr>`)
    .join('')}</w:tbl>`

const ROOTS: Readonly<Record<string, string>> = { header1: 'hdr', header2: 'hdr', footer1: 'ftr' }
const TYPES: Readonly<Record<string, string>> = { header1: 'header', header2: 'header', footer1: 'footer' }

/** A package with the body and the parts given: `{ footnotes: …, header1: …, numbering: … }`, without their roots. */
export async function wordFile(body: string, parts: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  const zip = new JSZip()
  const names = Object.keys(parts)
  const override = (part: string, type: string) =>
    `<Override PartName="/word/${part}.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.${type}+xml"/>`
  const types = names.map((name) => override(name, TYPES[name] ?? name)).join('')
  zip.file('[Content_Types].xml', `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${override('document', 'document.main')}${types}</Types>`)
  const relations = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
  zip.file('_rels/.rels', `<Relationships ${relations}><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>`)
  const links = names.map((name) => `<Relationship Id="${name}" Type="${OFFICE}/${TYPES[name] ?? name}" Target="${name}.xml"/>`)
  links.push(`<Relationship Id="link" Type="${OFFICE}/hyperlink" Target="https://www.hangzhou.gov.cn/" TargetMode="External"/>`)
  zip.file('word/_rels/document.xml.rels', `<Relationships ${relations}>${links.join('')}</Relationships>`)
  zip.file('word/document.xml', `<?xml version="1.0" encoding="UTF-8"?><w:document ${NAMESPACES}><w:body>${body}</w:body></w:document>`)
  for (const name of names) {
    const root = ROOTS[name] ?? name
    zip.file(`word/${name}.xml`, `<w:${root} ${NAMESPACES}>${parts[name]}</w:${root}>`)
  }
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' })
}

/** What a check says of words of a draft; their first occurrence, or the one after `from`. */
export function itemAt({ text }: DraftFile, quote: string, more: Partial<CheckItem> = {}, from = 0): CheckItem {
  const start = text.indexOf(quote, from)
  if (start < 0) throw new Error(`not in the draft: ${quote}`)
  const end = start + quote.length
  const said = { kind: 'quotation', verdict: 'not-found', message: '文件库里没有这段话。', alternatives: [] } as const
  return { ...said, quote, start, end, ...more }
}

export async function partOf(bytes: Uint8Array, path: string): Promise<string> {
  return (await (await JSZip.loadAsync(bytes)).file(path)?.async('string')) ?? ''
}

export interface SeenComment {
  readonly id: string
  readonly author: string
  /** Its paragraphs. */
  readonly words: string[]
  /** What the body has between its marks, paragraphs divided by `/`. */
  marked: string
}

/** The comments of a file and the words that they are put at, read by another way than the project's own. */
export async function commentsOf(bytes: Uint8Array): Promise<SeenComment[]> {
  const seen = new Map<string, SeenComment>()
  let words = false
  let comment: SeenComment | undefined
  read(await partOf(bytes, 'word/comments.xml'), {
    open(name, { 'w:id': id = '', 'w:author': author = '' }) {
      if (name === 'w:comment') seen.set(id, (comment = { id, author, words: [], marked: '' }))
      if (name === 'w:p') comment?.words.push('')
      words = name === 'w:t'
    },
    text: (text) => void (words && comment && comment.words.push((comment.words.pop() ?? '') + text)),
  })
  const open = new Set<string>()
  const called = new Set<string>()
  read(await partOf(bytes, 'word/document.xml'), {
    open(name, { 'w:id': id = '' }) {
      if (name === 'w:commentRangeStart') open.add(id)
      if (name === 'w:commentRangeEnd' && !open.delete(id)) throw new Error(`comment ${id} ends before it begins`)
      if (name === 'w:commentReference') called.add(id)
      if (name === 'w:p') for (const each of open) add(each, '/')
      if (/^w:(?:footnote|endnote)Reference$/.test(name)) for (const each of open) add(each, `[注${id}]`)
      if (name === 'w:txbxContent') for (const each of open) add(each, '[框]')
      words = /^[wm]:t$/.test(name)
    },
    text: (text) => void (words && [...open].forEach((id) => add(id, text))),
  })
  function add(id: string, text: string): void {
    const known = seen.get(id)
    if (known) known.marked += text
  }
  if (open.size > 0) throw new Error(`comments that do not end: ${[...open].join(', ')}`)
  return [...seen.values()].filter(({ id }) => called.has(id))
}

function read(xml: string, on: { open(name: string, attributes: Record<string, string>): void; text(words: string): void }): void {
  const parser = new Parser({ onopentag: on.open, ontext: on.text }, { xmlMode: true })
  parser.end(xml)
}
