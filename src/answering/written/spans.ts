/** Words a model gives as a quotation → where exactly they stand in a passage. */
import type { Span } from '../../types.ts'

/** Longest quotation that is looked for, in UTF-16 units. */
export const LONGEST_QUOTE = 1200

/**
 * The span of a quotation in a text: exact, or differing only in white space and in full and half width; quotation
 * marks around it and a stop at its end are left out where the text has none. Offsets count in `text`; what is shown is
 * the text's own characters. Undefined where it does not stand there.
 * @example findQuote('研发投入强度超过４％', '研发投入 强度超过4%') // { start: 0, end: 10 }
 */
export function findQuote(text: string, quote: string): Span | undefined {
  const words = quote.trim()
  return find(text, words) ?? find(text, unwrapped(words)) ?? find(text, unwrapped(words).replace(STOPS, ''))
}

/** A quotation may end in a stop where the text goes on: 。 for ；. */
const STOPS = /[，。；：、,.;:]+$/u

function find(text: string, quote: string): Span | undefined {
  if (quote.length > LONGEST_QUOTE || !/[\p{L}\p{N}]/u.test(quote) || !quote.isWellFormed()) return undefined
  const exact = text.indexOf(quote)
  if (exact >= 0) return { start: exact, end: exact + quote.length }
  const wanted = squashed(quote).text
  const within = squashed(text)
  const at = within.text.indexOf(wanted)
  if (at < 0) return undefined
  return { start: within.offsets[at]!, end: within.offsets[at + wanted.length - 1]! + 1 }
}

/** A quotation that came in its own quotation marks. */
function unwrapped(quote: string): string {
  return /^[“"「『‘]([\s\S]*)[”"」』’]$/.exec(quote)?.[1]?.trim() ?? quote
}

/** Half width, white space left out; `offsets[i]` is where the i-th unit stands in the text. */
export function squashed(text: string): { readonly text: string; readonly offsets: readonly number[] } {
  const offsets: number[] = []
  let kept = ''
  for (let at = 0; at < text.length; at++) {
    const unit = text.charAt(at)
    if (/\s/.test(unit)) continue
    kept += halfWidth(unit)
    offsets.push(at)
  }
  return { text: kept, offsets }
}

/** ４ → 4, ， → ,; capitals and everything else as they are. */
function halfWidth(unit: string): string {
  const code = unit.charCodeAt(0)
  return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : unit
}
