/** XML read once from front to back, each tag with its offsets; names get the prefixes that Word's own files use. */
import { setImmediate } from 'node:timers/promises'
import { Parser } from 'htmlparser2'

export interface XmlTag {
  /** `w:p`, `mc:Choice`, whatever prefix the file itself has for the namespace. */
  readonly name: string
  /** `w:val`, or `val` where the file has no prefix. */
  readonly attributes: Readonly<Record<string, string>>
  /** Offset of `<`. */
  readonly start: number
  /** Offset after `>`. */
  readonly end: number
  /** `<w:p/>` */
  readonly selfClosing: boolean
  /** Of its name as the file spells it, with the colon: `w:`; '' where there is none. */
  readonly prefix: string
}

export interface XmlHandler {
  /** `path`: the names of the elements around it, the outermost first. */
  open?(tag: XmlTag, path: readonly string[]): void
  /** `end`: offset after the closing tag; `start` that of the closing tag itself. */
  close?(name: string, start: number, end: number): void
  /** `start`, `end`: the offsets of the words as the file spells them, `&amp;` for &. */
  text?(words: string, path: readonly string[], start: number, end: number): void
}

const PREFIXES: Readonly<Record<string, string>> = {
  'http://schemas.openxmlformats.org/wordprocessingml/2006/main': 'w',
  'http://purl.oclc.org/ooxml/wordprocessingml/main': 'w',
  'http://schemas.openxmlformats.org/officeDocument/2006/math': 'm',
  'http://purl.oclc.org/ooxml/officeDocument/math': 'm',
  'http://schemas.openxmlformats.org/markup-compatibility/2006': 'mc',
  'http://schemas.openxmlformats.org/drawingml/2006/main': 'a',
  'urn:schemas-microsoft-com:vml': 'v',
}

/** Fifty tables in one another; what reads the file after us calls itself for each level. */
export const DEEPEST_XML = 256

/** Elements of one part, for the memory they take; a law of 3,000 articles has 100,000. */
export const MOST_ELEMENTS = 1_000_000

/** Calls the handler tag by tag. @throws RangeError for elements nested too deep, and for too many. */
export function walkXml(xml: string, handler: XmlHandler): void {
  parserOf(xml, handler, MOST_ELEMENTS).end(xml)
}

/** Characters read before others have their turn: some 10 ms. */
const TURN = 256 * 1024

/** The same for long parts of which no element is kept: others have their turn between stretches of it. */
export async function walkXmlInTurns(xml: string, handler: XmlHandler, mostElements = MOST_ELEMENTS): Promise<void> {
  const parser = parserOf(xml, handler, mostElements)
  for (let at = 0; at < xml.length; at += TURN) {
    parser.write(xml.slice(at, at + TURN))
    await setImmediate()
  }
  parser.end()
}

function parserOf(xml: string, handler: XmlHandler, mostElements: number): Parser {
  const path: string[] = []
  let count = 0
  const prefixes = new Map<string, string>()
  const names = new Map<string, string>()
  const usual = (name: string, isAttribute = false): string => {
    const colon = name.indexOf(':')
    if (colon < 0 && isAttribute) return name
    const known = names.get(name)
    if (known !== undefined) return known
    const prefix = prefixes.get(colon < 0 ? '' : name.slice(0, colon))
    const spelt = prefix === undefined ? name : `${prefix}:${name.slice(colon + 1)}`
    names.set(name, spelt)
    return spelt
  }
  const declare = (attributes: Readonly<Record<string, string>>): void => {
    for (const key in attributes) {
      if (!key.startsWith('xmlns')) continue
      const known = PREFIXES[attributes[key] ?? '']
      if (known === undefined) prefixes.delete(key.slice(6))
      else prefixes.set(key.slice(6), known)
      names.clear()
    }
  }
  const parser: Parser = new Parser(
    {
      onopentag(name, attributes) {
        if (path.length >= DEEPEST_XML) throw new RangeError(`elements nested deeper than ${DEEPEST_XML}`)
        if (++count > mostElements) throw new RangeError(`more than ${mostElements} elements`)
        declare(attributes)
        const spelt: Record<string, string> = {}
        for (const key in attributes) spelt[usual(key, true)] = attributes[key] ?? ''
        const end = parser.endIndex + 1
        const tag = { name: usual(name), attributes: spelt, start: parser.startIndex, end }
        const prefix = name.slice(0, name.indexOf(':') + 1)
        handler.open?.({ ...tag, selfClosing: xml.charAt(end - 2) === '/', prefix }, path)
        path.push(tag.name)
      },
      onclosetag() {
        const name = path.pop()
        if (name !== undefined) handler.close?.(name, parser.startIndex, parser.endIndex + 1)
      },
      ontext(words) {
        handler.text?.(words, path, parser.startIndex, parser.endIndex + 1)
      },
    },
    { xmlMode: true },
  )
  return parser
}

/** The value of an attribute by its name without prefix: Word writes `w:val`, others `val`. */
export const valueOf = ({ attributes }: XmlTag, name: string): string | undefined =>
  attributes[`w:${name}`] ?? attributes[name]

/** Is a switch such as `<w:vanish/>` on? */
export const isOn = (tag: XmlTag): boolean => !/^(?:0|false|off|none)$/.test(valueOf(tag, 'val') ?? '')

export const escapeXml = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
