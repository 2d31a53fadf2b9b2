/**
 * Where a character ends as a reader sees it: never inside a surrogate pair, an accent that combines, or an emoji of
 * several parts. Pure: the page runs it in the browser.
 */
const SEEN = new Intl.Segmenter('zh', { granularity: 'grapheme' })

/**
 * The last offset, at most `most` UTF-16 units on, at which a character ends. A character that is longer than that is
 * cut between its code points; 0 where not even one of those has room.
 * @example characterEnd('甲😀', 2) // 1
 */
export function characterEnd(text: string, most: number): number {
  if (text.length <= most) return text.length
  const start = SEEN.segment(text.slice(0, most + 2)).containing(most)?.index ?? 0
  if (start > 0) return start
  return text.codePointAt(most - 1)! > 0xffff ? most - 1 : most
}

/**
 * The first characters of a text, with … where there are more.
 * @example shortened('一二三四', 2) // '一二…'
 */
export const shortened = (text: string, most: number) =>
  text.length > most ? `${text.slice(0, characterEnd(text, most))}…` : text
