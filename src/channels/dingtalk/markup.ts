/**
 * Whether a client could read words of a document as Markdown. Such words are never escaped: which escapes DingTalk's
 * clients honour is not documented and differs between them, and an escape that is not honoured stands in the quotation
 * as a character the document does not have. Full-width look-alikes and zero-width joiners change what is copied. So a
 * message whose words hold anything of this goes as plain text, in which nothing is markup; see messages.ts.
 *
 * The test is wider than any client's reading: a plain message looks plainer, and that is all a false alarm costs.
 */

/** Numbers of citations are ours; a parenthesis or a colon behind one would make a link of it. */
const CITATION_NUMBERS = /\[\d{1,4}\](?![(:])/g

const ANYWHERE: readonly RegExp[] = [
  /[\\`*<|$]/, // escapes, code, emphasis, tags, tables, formulas
  /(?<![A-Za-z\d])_|_(?![A-Za-z\d])/, // emphasis; within a word it is none: 001_c3e0.txt
  /[[\]]/, // links, pictures
  /~.*~/, // struck out; one alone stands between figures: 10~20万元
  /&#?\w+;/, // would be shown as another character
]
const AT_A_LINES_START: readonly RegExp[] = [
  /^\s*(?:#|>|[-+]\s|[-+=]{2,}\s*$|\d{1,9}[.)])/, // headings, quotations, lists, which may be numbered anew, rules
  /^(?: {4}|\s*\t)/, // code
]

/**
 * @param line without newlines, as it stands at the start of a line
 * @example readsAsMarkup('研发投入强度超过4%[1]。') // false
 * @example readsAsMarkup('[点此领取](https://evil.example)') // true
 */
export function readsAsMarkup(line: string): boolean {
  const words = line.replace(CITATION_NUMBERS, '')
  return [...ANYWHERE, ...AT_A_LINES_START].some((pattern) => pattern.test(words))
}
