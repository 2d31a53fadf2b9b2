/**
 * Where comments of a Word file go: ranges of the main part's XML → the edits that put the marks of the comments there.
 *
 * Words within a run are cut out of it: both halves keep the run's own properties. A mark stands in whatever holds the
 * run (a link, an insertion, a content control). What may not be cut open is marked as a whole: the run that a text box
 * hangs on or a note is called in, a formula, a content control bound to data.
 */
import { valueOf, walkXmlInTurns } from '../documents/xml.ts'
import type { XmlTag } from '../documents/xml.ts'
import { MOST_DRAFT_ELEMENTS, relationOf } from './word-paragraphs.ts'

/** What a comment is put at. */
export type Target =
  /** Offsets of the XML at which its words begin and end. */
  | { readonly kind: 'words'; readonly from: number; readonly to: number }
  /** A paragraph by the offset after its properties: for what stands nowhere in the file. */
  | { readonly kind: 'head'; readonly at: number }
  | { readonly kind: 'footnote' | 'endnote'; readonly noteId: string }
  /** The beginning of the section that has this header or footer, by the id of the relation. */
  | { readonly kind: 'margin'; readonly relation: string }

export interface Mark {
  /** Of the comment. */
  readonly id: number
  readonly target: Target
}

export interface Edit {
  readonly start: number
  readonly end: number
  readonly words: string
}

/** The two ends of a comment as they are found. */
interface Ends {
  start?: Cut
  end?: Cut
}

/** A place between two elements or two characters, with what closes and opens again there. */
interface Cut {
  readonly at: number
  readonly close: string
  readonly open: string
  /** Of a `w:t` cut at a blank: where its tag ends, to say that the blank counts. */
  readonly blankIn?: number
}

interface Child {
  /** Its place among the children that are no properties. */
  readonly place: number
  readonly tag: XmlTag
  readonly end: number
  /** Of a `w:t`, where its closing tag begins. */
  readonly wordsEnd: number
}

interface Open {
  readonly tag: XmlTag
  /** Of a run: its children with points at them, how many it has, and its properties as they are spelt. */
  readonly children: Child[]
  count: number
  properties: string
  /** A content control that is filled from data or holds plain text alone. */
  isBound: boolean
  /** Points that were met in it, and are cut when it ends. */
  readonly points: Point[]
}

interface Point {
  readonly id: number
  readonly side: 'start' | 'end'
  readonly at: number
}

const BOUND = new Set(['w:text', 'w:dataBinding', 'w15:dataBinding', 'w:date', 'w:dropDownList', 'w:comboBox', 'w:picture'])
const WORDS = new Set(['w:t', 'w:tab', 'w:ptab', 'w:br', 'w:cr', 'w:noBreakHyphen', 'w:sym', 'm:oMath'])

/** Marks that found their place, as edits of the XML, in order; and the ids of those that did not. */
export async function anchored(xml: string, marks: readonly Mark[]): Promise<{ edits: Edit[]; lost: number[] }> {
  const finder = new AnchorFinder(xml, marks)
  const handler = {
    open: (tag: XmlTag, path: readonly string[]) => finder.opened(tag, path),
    close: (name: string, start: number, end: number) => finder.closed(name, start, end),
  }
  await walkXmlInTurns(xml, handler, MOST_DRAFT_ELEMENTS)
  const found = marks.filter(({ id }) => finder.ends.get(id)?.start && finder.ends.get(id)?.end)
  const lost = marks.filter((mark) => !found.includes(mark)).map(({ id }) => id)
  return { edits: editsOf(found.map(({ id }) => ({ id, ...finder.ends.get(id) })), finder.namespace), lost }
}

class AnchorFinder {
  readonly ends = new Map<number, Ends>()
  /** To be declared on elements of ours; '' where the prefix `w:` stands for it already. */
  namespace = ''
  readonly #xml: string
  readonly #open: Open[] = []
  /** In order of the XML. */
  readonly #points: Point[]
  #next = 0
  readonly #byNote: ReadonlyMap<string, readonly Mark[]>
  readonly #byMargin: ReadonlyMap<string, readonly Mark[]>
  readonly #byHead: ReadonlyMap<number, readonly Mark[]>
  /** The first run of the section that is being read, or the place in its first paragraph. */
  #sectionStart: { readonly start: Cut; readonly end: Cut } | undefined

  constructor(xml: string, marks: readonly Mark[]) {
    this.#xml = xml
    const points = marks.flatMap(({ id, target }): Point[] => {
      if (target.kind !== 'words') return []
      return [{ id, side: 'start', at: target.from }, { id, side: 'end', at: target.to }]
    })
    this.#points = points.sort((one, other) => one.at - other.at || (one.side === 'end' ? -1 : 1))
    const by = <Key>(key: (target: Target) => Key | undefined): Map<Key, Mark[]> => {
      const groups = Map.groupBy(marks, ({ target }) => key(target))
      groups.delete(undefined)
      return groups as Map<Key, Mark[]>
    }
    this.#byNote = by((target) => ('noteId' in target ? `${target.kind}/${target.noteId}` : undefined))
    this.#byMargin = by((target) => (target.kind === 'margin' ? target.relation : undefined))
    this.#byHead = by((target) => (target.kind === 'head' ? target.at : undefined))
  }

  opened(tag: XmlTag, path: readonly string[]): void {
    const { name } = tag
    if (this.#open.length === 0) this.namespace = namespaceOf(tag)
    this.#open.push({ tag, children: [], count: 0, properties: '', isBound: false, points: [] })
    if (name === 'w:footnoteReference' || name === 'w:endnoteReference') this.#meetNote(tag)
    else if (name === 'w:headerReference' || name === 'w:footerReference') this.#meetMargin(tag)
    else if (path.at(-1) === 'w:sdtPr' && BOUND.has(name)) {
      const control = this.#open.at(-3)
      if (control) control.isBound = true
    }
    if (name === 'w:p' && !tag.selfClosing) this.#meetParagraph(tag)
  }

  closed(name: string, start: number, end: number): void {
    const opened = this.#open.pop()
    if (!opened) return
    const { tag } = opened
    const around = this.#open.at(-1)
    if (name === 'w:pPr' && around?.tag.name === 'w:p') this.#meetHead(around.tag.end, end)
    if (around?.tag.name === 'w:r') {
      if (name === 'w:rPr') around.properties = this.#xml.slice(tag.start, end)
      else this.#keepChild(around, tag, start, end)
    }
    if (WORDS.has(name)) this.#meetPoints(opened, end)
    for (const point of opened.points) this.#settle(point, name === 'w:r' ? cutIn(this.#xml, opened, point, end) : undefined, tag, end)
    if (name === 'w:r') this.#meetRun(tag, end)
    if (name === 'w:sectPr') this.#sectionStart = undefined
  }

  #keepChild(run: Open, tag: XmlTag, wordsEnd: number, end: number): void {
    const place = run.count++
    const next = this.#points[this.#next]
    if (next && next.at <= end && WORDS.has(tag.name)) run.children.push({ place, tag, end, wordsEnd })
  }

  /** Points at and in an element with words: of its run, or of what may not be cut open around it. */
  #meetPoints(element: Open, end: number): void {
    for (let point = this.#points[this.#next]; point && point.at <= end; point = this.#points[++this.#next]) {
      if (this.#open.some(({ tag }) => tag.name === 'm:oMath')) return // words in a formula are all of it
      if (point.at === end && point.side === 'start') return // of the next element
      if (point.at >= element.tag.start) this.#holder(element).points.push(point)
    }
  }

  /** The outermost run, formula, alternative or bound control between the paragraph of the body and an element. */
  #holder(element: Open): Open {
    const paragraph = this.#open.findIndex(({ tag }) => tag.name === 'w:p')
    const within = [...this.#open.slice(paragraph + 1), element]
    return within.find(({ tag, isBound }) => HOLDERS.has(tag.name) || isBound) ?? element
  }

  #settle(point: Point, cut: Cut | undefined, tag: XmlTag, end: number): void {
    const at = point.side === 'start' ? tag.start : end
    this.#set(point.id, { [point.side]: cut ?? bare(at) })
  }

  #set(id: number, ends: Ends): void {
    this.ends.set(id, { ...this.ends.get(id), ...ends })
  }

  #around(): Open | undefined {
    const paragraph = this.#open.findIndex(({ tag }) => tag.name === 'w:p')
    return this.#open.slice(paragraph + 1).find(({ tag, isBound }) => HOLDERS.has(tag.name) || isBound)
  }

  /** The first call of a note counts. */
  #meetNote(tag: XmlTag): void {
    const kind = tag.name === 'w:footnoteReference' ? 'footnote' : 'endnote'
    const marks = this.#byNote.get(`${kind}/${valueOf(tag, 'id') ?? ''}`) ?? []
    if (this.#open.some(({ tag: { name } }) => name === 'w:del' || name === 'w:moveFrom')) return
    for (const { id } of marks) {
      if (this.ends.has(id)) continue
      this.#set(id, {})
      this.#around()?.points.push({ id, side: 'start', at: WHOLE }, { id, side: 'end', at: WHOLE })
    }
  }

  #meetMargin(tag: XmlTag): void {
    const at = this.#sectionStart
    for (const { id } of (at && this.#byMargin.get(relationOf(tag))) ?? []) {
      if (!this.ends.has(id)) this.#set(id, { ...at })
    }
  }

  #meetParagraph({ end }: XmlTag): void {
    const isOutermost = this.#open.filter(({ tag }) => tag.name === 'w:p').length === 1
    if (isOutermost) this.#sectionStart ??= { start: bare(end), end: bare(end) }
    this.#meetHead(end, end)
  }

  /** The place for marks moves behind the properties of the paragraph. */
  #meetHead(before: number, at: number): void {
    for (const { id } of this.#byHead.get(at) ?? []) {
      const around = this.#around()
      if (around) around.points.push({ id, side: 'start', at: WHOLE }, { id, side: 'end', at: WHOLE })
      else this.#set(id, { start: bare(at), end: bare(at) })
    }
    const { start, end } = this.#sectionStart ?? {}
    if (start?.at === before && end?.at === before) this.#sectionStart = { start: bare(at), end: bare(at) }
  }

  /** The first run with words takes the place of the bare head of the first paragraph. */
  #meetRun(tag: XmlTag, end: number): void {
    const section = this.#sectionStart
    const isBare = section !== undefined && section.start.at === section.end.at
    const isDirect = this.#open.at(-1)?.tag.name === 'w:p'
    if (!isBare || !isDirect || this.#open.some(({ tag: { name } }) => name === 'w:r')) return
    this.#sectionStart = { start: bare(tag.start), end: bare(end) }
  }
}

/** A place between two elements, where nothing has to be cut. */
const bare = (at: number): Cut => ({ at, close: '', open: '' })

/** Of a point that means all of its run. */
const WHOLE = -1
const HOLDERS = new Set(['w:r', 'm:oMath', 'm:oMathPara', 'mc:AlternateContent'])

/** Where a run is cut for a point in it; undefined where the whole run is meant. */
function cutIn(xml: string, run: Open, { id, side, at }: Point, end: number): Cut | undefined {
  const child = run.children.find((each) => at >= each.tag.start && at <= each.end && isOf(each, side, at))
  if (!child) return undefined
  const { tag, count } = run
  const { place } = child
  const reopened = `${xml.slice(tag.start, tag.end)}${run.properties}`
  const closed = `</${tag.prefix}r>`
  const isWords = child.tag.name === 'w:t'
  // a section of CDATA or a comment between the words is not cut open
  const isMixed = isWords && xml.slice(child.tag.end, child.wordsEnd).includes('<')
  if (isMixed && at > child.tag.start && at < child.end) return cutIn(xml, run, { id, side, at: side === 'start' ? child.tag.start : child.end }, end)
  if (at <= (isWords ? child.tag.end : child.tag.start)) {
    const at = place === 0 ? tag.start : child.tag.start
    return place === 0 ? bare(at) : { at, close: closed, open: reopened }
  }
  if (at >= (isWords ? child.wordsEnd : child.end)) {
    const isLast = place === count - 1
    return isLast ? bare(end) : { at: child.end, close: closed, open: reopened }
  }
  const prefix = child.tag.prefix
  const isBlank = /\s/.test(xml.charAt(at - 1)) && child.tag.attributes['xml:space'] === undefined
  return {
    at,
    close: `</${prefix}t>${closed}`,
    open: `${reopened}<${prefix}t xml:space="preserve">`,
    ...(isBlank && { blankIn: child.tag.end - 1 }),
  }
}

/** An end belongs to the element before it, a start to the one behind it. */
const isOf = (child: Child, side: 'start' | 'end', at: number): boolean =>
  side === 'start' ? at < child.end : at > child.tag.start

function namespaceOf(root: XmlTag): string {
  if (root.prefix === 'w:') return ''
  const known = Object.entries(root.attributes).find(([, value]) => /wordprocessingml\/(?:2006\/)?main$/.test(value))
  return ` xmlns:w="${known?.[1] ?? ''}"`
}

/** Marks at one place, as they follow each other there. */
interface Marked {
  readonly cut: Cut
  ends: string
  points: string
  starts: string
}

/** At each place the ends of comments first, the last to begin before the others; then the starts of others. */
function editsOf(found: readonly (Ends & { readonly id: number })[], namespace: string): Edit[] {
  const marked = new Map<string, Marked>()
  const at = (cut: Cut): Marked => {
    const key = `${cut.at}/${cut.close}`
    const known = marked.get(key) ?? { cut, ends: '', points: '', starts: '' }
    marked.set(key, known)
    return known
  }
  const order = [...found].sort((one, other) => one.start!.at - other.start!.at || other.end!.at - one.end!.at)
  for (const { id, start, end } of order) {
    const open = `<w:commentRangeStart${namespace} w:id="${id}"/>`
    const call = `<w:r${namespace}><w:commentReference w:id="${id}"/></w:r>`
    const close = `<w:commentRangeEnd${namespace} w:id="${id}"/>${call}`
    const [from, to] = [at(start!), at(end!)]
    if (from === to) from.points += open + close
    else {
      from.starts += open
      to.ends = close + to.ends
    }
  }
  const cuts = [...marked.values()].map(({ cut, ends, points, starts }) => ({
    start: cut.at,
    end: cut.at,
    words: `${cut.close}${ends}${points}${starts}${cut.open}`,
  }))
  const blanks = new Set([...marked.values()].flatMap(({ cut }) => cut.blankIn ?? []))
  const kept = [...blanks].map((at) => ({ start: at, end: at, words: ' xml:space="preserve"' }))
  return [...cuts, ...kept].sort((one, other) => one.start - other.start)
}
