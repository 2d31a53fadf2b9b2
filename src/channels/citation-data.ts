/**
 * A cited document as reference managers take it in: BibTeX and CSL-JSON. Pure: the page runs it in the browser, which is
 * why no library is asked: citation-js brings a fetcher of its own with it, and a dozen lines say what there is to say.
 *
 * Neither form has a type for policy documents. An entry is `@misc` and `document`, what GB/T 7714 writes [Z]; the number
 * 文号 stands in `number` as it is printed, with its 〔〕; the clause in `note`, since an entry names the document.
 */
import type { Cited } from './citation-forms.ts'

const INFERRED = '标题为推断'

/**
 * @example bibtex({ title: '…的通知', issuer: '浙江省人民政府', documentNumber: '浙政发〔2023〕3号', date: '2023-01-18', spoken: '第三条' })
 * // @misc{tiaowen2023…,\n  author = {{浙江省人民政府}},\n  title = {{…的通知}},\n  number = {浙政发〔2023〕3号}, …
 */
export function bibtex(cited: Cited): string {
  const { issuer, documentNumber, date, page, link } = cited
  const fields: readonly (readonly [name: string, value: string | undefined])[] = [
    // a body is one name, however many words it has: two pairs of braces
    ['author', issuer === undefined ? undefined : bodiesOf(issuer).map((body) => `{${texWords(body)}}`).join(' and ')],
    ['title', `{${texWords(titleOf(cited))}}`],
    ['number', documentNumber && texWords(documentNumber)],
    ['date', date],
    ['year', date?.slice(0, 4)],
    ['pages', page === undefined ? undefined : String(page)],
    ['note', texWords(noteOf(cited))],
    ['url', link && texAddress(link.url)],
    ['urldate', link?.accessed],
    ['langid', 'chinese'],
  ]
  const lines = fields.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name} = {${value}},`]))
  return [`@misc{${keyOf(cited)},`, ...lines, '}'].join('\n')
}

/** A list of one entry, as citation managers import it. */
export function cslJson(cited: Cited): string {
  const { issuer, documentNumber, date, dateFrom, page, link } = cited
  const entry = {
    id: keyOf(cited),
    type: 'document',
    title: titleOf(cited),
    ...(issuer !== undefined && { author: bodiesOf(issuer).map((literal) => ({ literal })) }),
    ...(documentNumber !== undefined && { number: documentNumber }),
    ...(date !== undefined && { issued: { ...dateParts(date), ...(dateFrom === 'inferred' && { circa: true }) } }),
    ...(page !== undefined && { page: String(page) }),
    note: noteOf(cited),
    ...(link && { URL: link.url, accessed: dateParts(link.accessed) }),
    language: 'zh-CN',
  }
  return JSON.stringify([entry], null, 2)
}

const dateParts = (date: string) => ({ 'date-parts': [date.split('-').map(Number)] })

const titleOf = ({ title }: Cited): string => (/^《[^《》]*》$/.test(title) ? title.slice(1, -1) : title).replace(/\s+/g, ' ')

const noteOf = ({ spoken, titleFrom, isAmendment }: Cited): string =>
  [spoken, titleFrom === 'inferred' ? INFERRED : '', isAmendment === true ? '日期为最近一次修正' : ''].filter((part) => part !== '').join('；')

const bodiesOf = (issuer: string): string[] => issuer.split(/[、，,；;\s]+/).filter((name) => name !== '')

/** The same for the same document, in the letters every program takes: its year, and its title and number shortened to seven digits. */
function keyOf({ title, documentNumber = '', date = '' }: Cited): string {
  let hash = 0x811c9dc5
  for (const unit of `${title}\n${documentNumber}`) hash = Math.imul(hash ^ unit.codePointAt(0)!, 0x01000193) >>> 0
  return `tiaowen${date.slice(0, 4)}${hash.toString(36).padStart(7, '0')}`
}

const TEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash ',
  '{': '\\textbraceleft ',
  '}': '\\textbraceright ',
  '^': '\\textasciicircum ',
  '~': '\\textasciitilde ',
}

/** What TeX would obey is written out; no brace is left that could end a field. */
const texWords = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[\\{}^~]/g, (sign) => TEX[sign]!).replace(/[&%$#_]/g, '\\$&')

/** An address stands as it is, save for what would end the field. */
const texAddress = (url: string): string => url.replace(/[\\{}\s]/g, (sign) => encodeURIComponent(sign))
