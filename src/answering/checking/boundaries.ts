/** Do words begin and end where the text has a seam? A slice of 14% is 4%, and 不得批准 holds 得批准. */
import type { Span } from '../../types.ts'
import { tokensOf, type TokenKind } from '../written/tokens.ts'

const AROUND = 16
/** Kinds that must not be cut through. */
const WHOLE: readonly TokenKind[] = ['number', 'time', 'ordinal', 'negation', 'modality', 'comparison', 'scope']
/** Words that, left out right before a quotation, turn it into its contrary. */
const TURNS = /(?:不|未|非|无|没有?|勿|莫|毋|不得|不予|不能|不可|不准|不许|不应当?|不宜|不再|未经|禁止|严禁)$/u
/** … and words that, left out right behind one, make the exception the rule: 另有规定的除外. */
const EXCEPTED = /^(?:的)?(?:情形|情况|部分|人员|单位)?(?:除外|以外|之外)/u
/** … and words that end in such a character and do not. */
const TURNS_NOT = /(?:是否|能否|除非|无非|莫非|并非|有无|从不|绝不|决不)$/u

/** A stretch of a text widened to the seams it cuts through, as offsets; the same span where it cuts none. */
export function widened(text: string, span: Span): Span {
  const from = Math.max(0, span.start - AROUND)
  const around = text.slice(from, span.end + AROUND)
  let { start, end } = span
  for (const token of tokensOf(around)) {
    if (!WHOLE.includes(token.kind)) continue
    const [tokenStart, tokenEnd] = [from + token.start, from + token.end]
    if (tokenStart < start && start < tokenEnd) start = tokenStart
    if (tokenStart < end && end < tokenEnd) end = tokenEnd
  }
  const before = text.slice(from, start)
  const turns = TURNS.exec(before)
  if (turns && !TURNS_NOT.test(before)) start -= turns[0].length
  end += EXCEPTED.exec(text.slice(end, end + AROUND))?.[0].length ?? 0
  return { start, end }
}
