/**
 * Words as they are compared: what two printings of the same words may differ in is taken away, and nothing else. White
 * space goes; full width becomes half, quotation and title marks one kind, traditional characters simplified ones. Digits, stops
 * and every other sign stay what they are. One unit of UTF-16 becomes one or none, so that offsets lead back.
 */
import { Converter } from 'opencc-js/t2cn'

/** Inner and outer marks take each other's form when words are quoted within a quotation. */
const QUOTATION_MARKS = '“”‘’「」『』＂＇"\''
const TITLE_MARKS = '《》〈〉'
/** Signs that are set in full or in half width; 。 is its own sign, a point beside digits is another. */
const WIDE: Readonly<Record<string, string>> = {
  '—': '-', '―': '-', '–': '-', '－': '-', '~': '~', '～': '~', '〜': '~', '﹙': '(', '﹚': ')', '·': '·', '•': '·', '・': '·', '‧': '·', '〇': '○', '〈': '《', '〉': '》',
}

/** Code of each unit of UTF-16 as it is compared, 0 for one that is left out. */
const FOLDED = table()

function table(): Uint16Array {
  const folded = Uint16Array.from({ length: 0x10000 }, (_, code) => foldedUnit(String.fromCharCode(code)).charCodeAt(0) || 0)
  for (const [traditional, simplified] of simplifiedUnits()) folded[traditional] = simplified
  return folded
}

function foldedUnit(unit: string): string {
  if (/[\s\u200b-\u200d\u2060\ufeff\u00ad]/.test(unit)) return ''
  if (QUOTATION_MARKS.includes(unit)) return '"'
  const code = unit.charCodeAt(0)
  if (code >= 0xff01 && code <= 0xff5e) return foldedUnit(String.fromCharCode(code - 0xfee0))
  return WIDE[unit] ?? unit
}

/** Characters whose simplified form is another single one. */
function* simplifiedUnits(): Iterable<readonly [number, number]> {
  const codes = Array.from({ length: 0x9fff - 0x3400 }, (_, at) => 0x3400 + at).filter((code) => code < 0x4dc0 || code > 0x4dff)
  const simplified = Converter({ from: 't', to: 'cn' })(codes.map((code) => String.fromCharCode(code)).join('\n')).split('\n')
  for (const [at, code] of codes.entries()) {
    const to = simplified[at] ?? ''
    if (to.length === 1 && to.charCodeAt(0) !== code) yield [code, to.charCodeAt(0)]
  }
}

export const foldedCode = (code: number): number => FOLDED[code] ?? 0

/** Folded words, and where each unit of them stands in the text. */
export interface Folded {
  readonly codes: Uint16Array
  readonly offsets: Uint32Array
}

/** @example foldText('４ ％') // codes of '4%', offsets 0 and 2 */
export function foldText(text: string, from = 0, to = text.length): Folded {
  const codes = new Uint16Array(to - from)
  const offsets = new Uint32Array(to - from)
  let length = 0
  for (let at = from; at < to; at++) {
    const code = FOLDED[text.charCodeAt(at)]!
    if (code === 0) continue
    codes[length] = code
    offsets[length++] = at
  }
  return { codes: codes.subarray(0, length), offsets: offsets.subarray(0, length) }
}

/** What two printings of words that fold alike differ in; [] where they are the same but for white space. */
export function printingOf(one: string, other: string): readonly ('width' | 'marks' | 'script')[] {
  const bare = (text: string) => text.replace(/[\s\u200b-\u200d\u2060\ufeff\u00ad]+/g, '')
  const [a, b] = [bare(one), bare(other)]
  const kinds = new Set<'width' | 'marks' | 'script'>()
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [left, right] = [a.charAt(at), b.charAt(at)]
    if (left === right) continue
    if ([QUOTATION_MARKS, TITLE_MARKS].some((marks) => marks.includes(left) && marks.includes(right))) kinds.add('marks')
    else kinds.add(/\p{Script=Han}/u.test(left) && /\p{Script=Han}/u.test(right) ? 'script' : 'width')
  }
  return [...kinds].sort()
}
