/** Documents a question names loosely: 市委决定, 城西科创大走廊那份决定, 2023年1月的决定, 2024年会议. */
import { commonLength, sharingMost } from '../clauses/name-index.ts'
import type { KnownName } from '../clauses/reference.ts'
import { foldName } from '../clauses/script.ts'
import type { Document, DocumentId, Span } from '../types.ts'
import { times, type Time } from './times.ts'

interface NamedDocuments {
  readonly ids: readonly DocumentId[]
  /** Times that only say which document is meant; the evidence need not hold them. */
  readonly times: readonly Time[]
  /** Where the documents are named. */
  readonly spans: readonly Span[]
}

/** Words for kinds of documents, at the end of what names one. */
const KIND = /决定|决议|通知|意见|规划建议|建议|规划|纲要|报告|大会|会议|会上|新闻|报道|办法|条例|规定|方案|细则|公报|文件|材料|法(?=[里中的第，,]|规定)/g

/** 会议, 决定: a word for a kind of document. */
export function isKindWord(word: string): boolean {
  return new RegExp(`^(?:${KIND.source})$`).test(word)
}

/** Words for documents of any kind. */
const ANY_KIND = /^(?:报道|新闻|会议|大会|会上|文件|材料)$/

/** Organs by the words people say: a document of an organ that says so. */
const ORGANS: readonly (readonly [RegExp, RegExp])[] = [
  [/人大(?:常委会)?$/, /人民代表大会/],
  [/(?:市|省|县|区|州|党)委$/, /中共|中国共产党/],
  [/(?:市|省|县|区|州)?政府$/, /人民政府/],
  [/国务院$/, /国务院/],
  [/(?:最高)?(?:人民)?法院$/, /人民法院/],
  [/(?:最高)?(?:人民)?检察院$/, /人民检察院/],
]

/** The documents a question names by name, kind, organ or year; all lists are empty when it names none. */
export function namedDocuments(
  text: string,
  documents: readonly Document[],
  names: readonly KnownName[],
): NamedDocuments {
  const called = byName(text, names)
  const ids = new Set<DocumentId>(called.flatMap(({ documents }) => documents))
  const selectors: Time[] = []
  const spans: Span[] = []
  for (const match of text.matchAll(KIND)) {
    if (/^[^，,。；;]{0,3}[吗呢？?]*$/.test(text.slice(match.index + match[0].length)) && match.index < 2) continue
    const before = text.slice(Math.max(0, match.index - 40), match.index)
    const phrase = /[^，,。；;、？?]*$/.exec(before)![0]
    const [kind] = match
    const until = foldName(text.slice(0, match.index + kind.length))
    if (called.some(({ name }) => name.endsWith(kind) && until.endsWith(name))) continue
    const titled = documents.filter((document) => isOfKind(document, kind))
    // 2024年的报道 names the documents of that year, whatever they call themselves
    const ofKind = titled.length === 0 && ANY_KIND.test(kind) ? documents : titled
    if (ofKind.length === 0) continue
    const offset = match.index - phrase.length
    const dated = times(phrase).map((time) => ({ ...time, span: moved(time.span, offset) }))
    // of 「平急两用」在2024年会议 only 2024年会议 names the document
    const tight = Math.max(0, phrase.search(/[^在对和与跟及从按照“”「」『』《》]*$/))
    const year = dated.findLast(({ year, span }) => year !== undefined && span.start >= offset + tight)
    const ofYear = year ? ofKind.filter((document) => agrees(document, year)) : ofKind
    const named = { start: offset + tight, end: match.index + match[0].length }
    const like = narrowed(phrase.replace(/[的那这份个次届里在于]+$/g, ''), ofYear.length > 0 ? ofYear : ofKind)
    if (titled.length > 0 && like.length > 0 && like.length < documents.length) {
      for (const { id } of like) ids.add(id)
      if (year && ofYear.length > 0) selectors.push(year)
      spans.push(named)
    } else if (!year && meansDocument(text, match) && ofKind.length < documents.length) {
      for (const { id } of ofKind) ids.add(id)
    } else if (year && ofYear.length > 0) {
      for (const { id } of ofYear) ids.add(id)
      selectors.push(year)
      spans.push(named)
    }
  }
  const chosen = documents.filter(({ id }) => ids.has(id))
  for (const time of times(text)) {
    const known = selectors.some(({ span }) => span.start === time.span.start)
    const dates = time.year !== undefined && chosen.some((document) => agrees(document, time))
    if (!known && dates && tellsApart(text, time)) selectors.push(time)
  }
  const spansOfNames = called.flatMap(({ name }) => spansOfName(text, name))
  return { ids: [...ids], times: selectors, spans: [...spans, ...spansOfNames] }
}

/** 《决定》, 决定里, 决定提出…: the word means a document, not the act of deciding. */
function meansDocument(text: string, match: RegExpExecArray): boolean {
  const before = text.slice(0, match.index)
  const after = text.slice(match.index + match[0].length)
  if (/[《〈]$/.test(before) && /^[》〉]/.test(after)) return true
  return /(?:^|[，,：:在按据照]|列出|根据|请问)$/.test(before) && /^(?:里|中|所|提出|明确|要求|强调|部署|指出|规定|对|关于|第|写)/.test(after)
}

/** 2024年 of 2024年新春第一会 says which document is meant; 2024年 of 2024年要建多少套 does not. */
function tellsApart(text: string, { span }: Time): boolean {
  return /^(?:的|那份|那个|市委|人大)?\p{Script=Han}{0,8}?(?:决定|会|建议|规划|通知|意见|办法|条例|新闻|报道)/u.test(text.slice(span.end))
}

function spansOfName(text: string, name: string): Span[] {
  const at = text.indexOf(name)
  return at < 0 ? [] : [{ start: at, end: at + name.length }]
}

function moved({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by }
}

function byName(text: string, names: readonly KnownName[]): KnownName[] {
  const folded = foldName(text)
  return names.filter(
    ({ name, of, generic }) => of === 'document' && name.length >= (generic ? 4 : 3) && holdsName(folded, name),
  )
}

/** Does the text hold the name, and not as part of a number or Latin word: 000 of a file name, but not of 8000套? */
function holdsName(text: string, name: string): boolean {
  const code = /[a-z0-9]/
  const [first, last] = [code.test(name.charAt(0)), code.test(name.charAt(name.length - 1))]
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const [before, after] = [text.charAt(at - 1), text.charAt(at + name.length)]
    if (!(first && code.test(before)) && !(last && code.test(after))) return true
  }
  return false
}

/** Documents whose kind a text names: 决定 in 决定有几个部分. */
export function documentsOfKinds(text: string, documents: readonly Document[]): Document[] {
  const kinds = [...text.matchAll(KIND)].map(([kind]) => kind)
  return documents.filter((document) => kinds.some((kind) => isOfKind(document, kind)))
}

function isOfKind({ header, shortNames }: Document, kind: string): boolean {
  const called = [header.title?.value ?? '', ...shortNames]
  if (/会/.test(kind)) return called.some((name) => /(?<!代表)大会|会议|第.{1,3}会|会$/.test(name))
  return called.some((name) => name.endsWith(kind) || (kind.length > 1 && name.includes(kind)))
}

/** Same year, and the same month where one is said. */
function agrees(document: Document, time: Time): boolean {
  const { passed, published, effective } = document.header
  return [passed, published, effective].some((fact) => {
    const [year, month] = fact?.value.split('-').map(Number) ?? []
    return year !== undefined && year === time.year && (time.month === undefined || month === time.month)
  })
}

/** Fewer characters in common with a title say nothing of which document is meant. */
const TELLING_CHARACTERS = 4

/** Those whose organ the phrase names, else those whose title it shares most with. */
function narrowed(phrase: string, documents: readonly Document[]): Document[] {
  const organ = ORGANS.find(([said]) => said.test(phrase))
  if (organ) return documents.filter(({ header }) => organ[1].test(header.issuer?.value ?? ''))
  const words = foldName(phrase)
  const shared = documents.map(({ header }) => commonLength(words, foldName(header.title?.value ?? '')))
  return sharingMost(documents, shared, TELLING_CHARACTERS)
}
