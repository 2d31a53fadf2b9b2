/** Document numbers 文号: 国办发〔2023〕12号, whatever brackets they are set in; and what is compared of them. */
import type { Span } from '../types.ts'
import { foldScript } from './script.ts'

export interface DocumentNumber {
  /** 国办发〔2023〕12号: one writing for all brackets, widths and leading zeros. */
  readonly key: string
  /** 国办发 */
  readonly organ: string
  readonly year: string
  readonly serial: number
  /** As it stands in the text. */
  readonly words: string
  readonly span: Span
}

/** The organ's sign 发文机关代字 is Han characters, in a few offices with letters or brackets of their own. */
const NUMBER =
  /([\p{Script=Han}A-Za-z]{1,16}(?:[(][\p{Script=Han}]{1,6}[)])?[\p{Script=Han}]{0,4})[ ]{0,2}[〔﹝［[【(][ ]{0,2}((?:19|20)[0-9]{2})[ ]{0,2}年?[ ]{0,2}[〕﹞］\]】)][ ]{0,2}(?:第[ ]{0,2})?([0-9]{1,5})[ ]{0,2}号/gu

/**
 * Every number that stands in a text. Words of the sentence before the organ's sign (根据) are told from it by what is
 * known, else by what such words are.
 */
export function numbersIn(text: string, isKnown: (key: string) => boolean = () => false): DocumentNumber[] {
  if (!text.includes('号') && !text.includes('號')) return []
  const folded = foldScript(text)
  return [...folded.matchAll(NUMBER)].map((match) => {
    const [, before = '', year = '', serial = ''] = match
    const known = Array.from(before, (_, at) => at).find((at) => isKnown(keyOf(before.slice(at), year, serial)))
    const lead = known ?? NOISE.exec(before)?.[0].length ?? 0
    const organ = before.slice(lead)
    const span = { start: match.index + lead, end: match.index + match[0].length }
    return { key: keyOf(organ, year, serial), organ, year, serial: Number(serial), words: text.slice(span.start, span.end), span }
  })
}

/** Words of a sentence that stand before a number. */
const NOISE =
  /^.*(?:根据|依据|按照|依照|遵照|落实|贯彻|参照|参见|执行|印发|转发|废止|关于|请问|查询|查看|查一下|打开|文件|通知|文号|号文|是|为|与|和|及|见|查|按|以|的|在|由|年|月|日)(?=[\p{Script=Han}A-Za-z])/u

const keyOf = (organ: string, year: string, serial: string): string =>
  `${organ.replace(/\s/g, '')}〔${year}〕${Number(serial)}号`

/** What a document's number is compared by; undefined for words that are no number. */
export function numberKey(words: string): string | undefined {
  const folded = foldScript(words)
  const [match] = folded.matchAll(NUMBER)
  return match && keyOf(match[1]!, match[2]!, match[3]!)
}
