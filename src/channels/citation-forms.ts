/**
 * A cited clause as a writer needs it: in running text, with its quotation, as a footnote, as an entry of a reference
 * list 参考文献. Pure: the page runs it in the browser.
 *
 * Rules followed:
 * - GB/T 15834—2011: inside 《》 another title stands in 〈〉. Quoted words stay as they are, their own “” too: a
 *   quotation is the exact slice of the text.
 * - GB/T 7714—2015 and —2025, numbered entries 顺序编码制: 主要责任者. 题名：文号[类型]. 日期：页码. A responsible body
 *   that is unknown is left out (2015: 8.1.3, 2025: 7.1.3); more than three are cut to three and 等. A title or date that
 *   we inferred stands in [ ], as one supplied by the citing author and an estimated one do (2025: 7.2.1, 7.5.4.3).
 *   2025 sets every mark but . [ ] - / in full width (6.2); for 2015 half width is used, which it leaves open and most
 *   style files write.
 *
 * What is uncertain: neither edition has a type for laws and policy documents. They are [Z], other 其他, as is usual; the
 * one such example of 2015 is [A/OL], an archive. The number 文号 is put where that example and reports 报告 have theirs.
 * With an address an entry is [Z/OL] in 2015 and, a web page without a rule of its own, [EB/OL] in 2025 (8.11.1), which
 * has no room for a page. An entry names the document and not the clause: that goes into the text or the footnote.
 */
import type { Citation, ClauseReference, Provenance } from '../types.ts'
import { bibtex, cslJson } from './citation-data.ts'
import type { DocumentSummary } from './wire.ts'

export type ReferenceEdition = '2015' | '2025'

/** What a citation says; what is not known is absent. */
export interface Cited {
  readonly title: string
  /** Absent: nobody calls it so, it is the name of its file. */
  readonly titleFrom?: Provenance
  readonly issuer?: string // 发文机关
  readonly documentNumber?: string // 文号
  /** ISO 8601, or a year or month alone. */
  readonly date?: string
  readonly dateFrom?: Provenance
  /** The date is that of the last amendment 修正. */
  readonly isAmendment?: boolean
  /** 第三部分第2条 */
  readonly spoken: string
  readonly quote?: string
  /** 1-based page of the file. */
  readonly page?: number
  readonly link?: { readonly url: string; /** ISO 8601 day on which it was looked at. */ readonly accessed: string }
}

type Place = Pick<ClauseReference, 'title' | 'spoken'> &
  Partial<Pick<Citation, 'titleFrom' | 'date' | 'dateFrom' | 'quote' | 'page' | 'version'>>

/** A citation or a clause, and what is known of its document. The last amendment dates a law, else its own date. */
export function citedOf(place: Place, document?: Pick<DocumentSummary, 'header' | 'titleFrom'>): Cited {
  const { issuer, documentNumber } = document?.header ?? {}
  const titleFrom = place.titleFrom ?? document?.titleFrom
  return {
    title: place.title,
    ...(titleFrom && { titleFrom }),
    ...(issuer && { issuer: issuer.value }),
    ...(documentNumber && { documentNumber: documentNumber.value }),
    ...dateOf(place, document),
    spoken: place.spoken,
    ...(place.quote !== undefined && { quote: place.quote }),
    ...(place.page !== undefined && { page: place.page }),
  }
}

function dateOf(place: Place, document?: Pick<DocumentSummary, 'header'>): Partial<Cited> {
  const { amended, passed, published, effective } = document?.header ?? {}
  if (amended) return { date: amended.value, dateFrom: amended.from, isAmendment: true }
  if (!document && place.version?.date !== undefined) return { date: place.version.date }
  const { date, dateFrom } = place
  if (date !== undefined) return { date, ...(dateFrom && { dateFrom }) }
  const stated = passed ?? published ?? effective
  return stated ? { date: stated.value, dateFrom: stated.from } : {}
}

/** @example 《杭州市…的决定》第三部分第2条 */
export function inText(cited: Cited): string {
  const { spoken, titleFrom } = cited
  return `${booked(cited.title)}${spoken}${titleFrom === 'inferred' ? `（${INFERRED_TITLE}）` : ''}`
}

/** @example “全社会研发投入强度超过4%”（《…决定》第二部分第2条第2款） */
export function withQuotation(cited: Cited): string {
  const { quote, spoken, titleFrom } = cited
  if (quote === undefined) return inText(cited)
  return `“${quote}”（${booked(cited.title)}${spoken}${titleFrom === 'inferred' ? `，${INFERRED_TITLE}` : ''}）`
}

/**
 * 脚注; the issuing body is not said again where the title begins with it.
 * @example 浙江省人民政府：《…的通知》（浙政发〔2023〕3号），2023年1月18日，第二部分第2条，第3页。
 */
export function footnote(cited: Cited): string {
  const { title, titleFrom, issuer, documentNumber, date, dateFrom, isAmendment = false, spoken, page } = cited
  const isNamed = issuer === undefined || bare(title).startsWith(bare(issuer))
  const marks = [...(documentNumber === undefined ? [] : [documentNumber]), ...(titleFrom === 'inferred' ? [INFERRED_TITLE] : [])]
  const parts = [
    `${isNamed ? '' : `${issuer}：`}${booked(title)}${marks.length > 0 ? `（${marks.join('，')}）` : ''}`,
    date === undefined ? '' : `${dayWords(date)}${isAmendment ? '修正' : ''}${dateFrom === 'inferred' ? '（推断）' : ''}`,
    spoken,
    page === undefined ? '' : `第${page}页`,
  ]
  return `${parts.filter((part) => part !== '').join('，')}。`
}

/**
 * An entry of a reference list, without its number.
 * @example 浙江省人民政府. …的通知：浙政发〔2023〕3号[Z]. 2023-01-18：3.
 */
export function referenceEntry(cited: Cited, edition: ReferenceEdition): string {
  const marks = MARKS[edition]
  const { documentNumber, page, link } = cited
  const type = link ? (edition === '2015' ? '[Z/OL]' : '[EB/OL]') : '[Z]'
  const about = `${titleInEntry(cited)}${documentNumber === undefined ? '' : `${marks.colon}${documentNumber}`}${type}`
  const date = cited.date === undefined ? '' : cited.dateFrom === 'inferred' ? `[${cited.date}]` : cited.date
  const at = page === undefined ? '' : `${marks.colon}${page}`
  const issued = link ? onlineDates(date, at, link.accessed, edition) : date === '' ? '' : `${date}${at}`
  // without a date the page follows the title
  const tail = !link && date === '' ? at : ''
  const items = [issuersInEntry(cited.issuer, marks), `${about}${tail}`, issued, link?.url ?? '']
  return `${items.filter((item) => item !== '').join('. ')}.`
}

/** Every form a writer may want, in the order in which they are offered. */
export const CITATION_FORMS = {
  inText,
  withQuotation,
  footnote,
  gbt2025: (cited) => referenceEntry(cited, '2025'),
  gbt2015: (cited) => referenceEntry(cited, '2015'),
  bibtex,
  cslJson,
} satisfies Readonly<Record<string, (cited: Cited) => string>>

export type FormName = keyof typeof CITATION_FORMS

export const FORM_NAMES = Object.keys(CITATION_FORMS) as FormName[]

/** 2015 has (date)[accessed], or date: page[accessed] where a page is cited; 2025 （date）[accessed] alone. */
function onlineDates(date: string, at: string, accessed: string, edition: ReferenceEdition): string {
  const { open, close } = MARKS[edition]
  if (edition === '2015' && date !== '' && at !== '') return `${date}${at}[${accessed}]`
  return `${date === '' ? '' : `${open}${date}${close}`}[${accessed}]`
}

interface Marks {
  readonly colon: string
  readonly comma: string
  readonly open: string
  readonly close: string
}

const MARKS: Readonly<Record<ReferenceEdition, Marks>> = {
  '2015': { colon: ': ', comma: ', ', open: '(', close: ')' },
  '2025': { colon: '：', comma: '，', open: '（', close: '）' },
}

const INFERRED_TITLE = '标题为推断'
const MOST_ISSUERS = 3

/** 最高人民法院、最高人民检察院 → 最高人民法院, 最高人民检察院 */
function issuersInEntry(issuer: string | undefined, { comma }: Marks): string {
  const names = (issuer ?? '').split(/[、，,；;\s]+/).filter((name) => name !== '')
  if (names.length <= MOST_ISSUERS) return names.join(comma)
  return [...names.slice(0, MOST_ISSUERS), '等'].join(comma)
}

/** Without 《》 of its own around the whole; in [ ] what the document does not say itself. */
function titleInEntry({ title, titleFrom }: Cited): string {
  const words = isBooked(title) ? title.slice(1, -1) : title
  return titleFrom === undefined || titleFrom === 'inferred' ? `[${words}]` : words
}

/** In book-title marks, unless the whole title brings its own; titles named inside it stand in 〈〉. */
function booked(title: string): string {
  const words = isBooked(title) ? title.slice(1, -1) : title
  return `《${words.replaceAll('《', '〈').replaceAll('》', '〉')}》`
}

/** 《…》 around the whole; not 《甲》和《乙》. */
const isBooked = (title: string) => /^《[^《》]*》$/.test(title)

const bare = (words: string) => words.replace(/^《|\s+/g, '')

/** @example dayWords('2023-01-09') // 2023年1月9日, dayWords('2018') // 2018年 */
function dayWords(date: string): string {
  const [year = '', month, day] = date.split('-')
  return `${year}年${month === undefined ? '' : `${Number(month)}月`}${day === undefined ? '' : `${Number(day)}日`}`
}
