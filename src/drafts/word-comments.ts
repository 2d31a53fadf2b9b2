/** The comments 批注 of a Word file: those that are there, and ours behind them. */
import { escapeXml, valueOf, walkXml } from '../documents/xml.ts'

export interface Comment {
  readonly id: number
  /** One a paragraph. */
  readonly lines: readonly string[]
}

export const AUTHOR = '条问'
const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const STRICT_WORD = 'http://purl.oclc.org/ooxml/wordprocessingml/main'
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships'
const COMMENTS_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml'

/** Is the document of the strict kind of the format, whose names have other addresses? */
export const isStrict = (document: string): boolean => document.slice(0, 8192).includes(STRICT_WORD)

/** The lowest id that neither a comment nor a mark of one has. */
export function freeId(...parts: readonly string[]): number {
  let highest = -1
  for (const xml of parts) {
    // marks without a comment are left as they are: theirs must not become ours
    for (const [tag] of xml.matchAll(/<(?:[\w-]+:)?comment(?:RangeStart|RangeEnd|Reference)?\s[^<>]*>/g)) {
      const id = Number(/\s(?:[\w-]+:)?id\s*=\s*["'](\d+)["']/.exec(tag)?.[1])
      if (Number.isSafeInteger(id)) highest = Math.max(highest, id)
    }
  }
  return highest + 1
}

/** How many comments a part has. */
export function countComments(xml: string): number {
  let count = 0
  walkXml(xml, { open: (tag) => void (tag.name === 'w:comment' && valueOf(tag, 'id') !== undefined && count++) })
  return count
}

/**
 * The part with comments added behind its own, which stay as they are.
 * @param at in local time, as Word states it.
 */
export function withComments(xml: string | undefined, comments: readonly Comment[], at: Date, isStrict: boolean): string {
  const namespace = isStrict ? STRICT_WORD : WORD
  const added = comments.map((comment) => commentXml(comment, at, namespace)).join('')
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
  if (xml === undefined) return `${head}<w:comments xmlns:w="${namespace}">${added}</w:comments>`
  return insideRoot(xml, added)
}

/** The prefix is declared again, whatever the part around calls it. */
function commentXml({ id, lines }: Comment, at: Date, namespace: string): string {
  const paragraphs = lines.map((line) => `<w:p><w:r><w:t xml:space="preserve">${escapeXml(legal(line))}</w:t></w:r></w:p>`)
  const own = `w:id="${id}" w:author="${AUTHOR}" w:date="${localTime(at)}" w:initials="${AUTHOR}"`
  return `<w:comment xmlns:w="${namespace}" ${own}>${paragraphs.join('')}</w:comment>`
}

/** Characters that XML has no way to hold. */
const legal = (words: string): string => words.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')

function localTime(at: Date): string {
  const two = (count: number) => `${count}`.padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}Z`
}

/** `[Content_Types].xml` that names the part of the comments. */
export const withContentType = (types: string, path: string): string =>
  types.includes(`"/${path}"`) ? types : insideRoot(types, `<Override${defaultOf(types)} PartName="/${path}" ContentType="${COMMENTS_TYPE}"/>`)

const TYPES = 'http://schemas.openxmlformats.org/package/2006/content-types'
/** Declared where the root has a prefix for its namespace. */
const defaultOf = (xml: string, namespace = TYPES): string => (/<\w+:(?:Types|Relationships)[\s>]/.test(xml) ? ` xmlns="${namespace}"` : '')

/** The relations of the main part with one that leads to the comments beside it. */
export function withRelation(relations: string | undefined, target: string, isStrict: boolean): string {
  const known = relations ?? `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="${RELATIONS}"/>`
  let number = 1
  while (known.includes(`"rIdTiaowen${number}"`)) number++
  const office = isStrict ? 'http://purl.oclc.org/ooxml' : 'http://schemas.openxmlformats.org'
  const type = `${office}/officeDocument/${isStrict ? '' : '2006/'}relationships/comments`
  const own = `Id="rIdTiaowen${number}" Type="${type}" Target="${target}"`
  return insideRoot(known, `<Relationship${defaultOf(known, RELATIONS)} ${own}/>`)
}

/** Behind the last element of the root. */
function insideRoot(xml: string, added: string): string {
  let root: { start: number; end: number; selfClosing: boolean; name: string } | undefined
  let last = xml.length
  walkXml(xml, {
    open({ start, end, selfClosing }, path) {
      if (path.length === 0) root = { start, end, selfClosing, name: /^<([^\s/>]+)/.exec(xml.slice(start, end))?.[1] ?? '' }
    },
    close(_, start) {
      last = start
    },
  })
  if (!root) throw new Error('no root element')
  if (!root.selfClosing) return xml.slice(0, last) + added + xml.slice(last)
  return `${xml.slice(0, root.end - 2)}>${added}</${root.name}>${xml.slice(root.end)}`
}
