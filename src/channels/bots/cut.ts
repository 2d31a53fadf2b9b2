/** A text too long for one message → pieces that are not, cut where a reader would pause. */
import { characterEnd } from '../characters.ts'

/** Where a cut disturbs least, the best first: 段、句、读, then between words of other scripts. */
const PAUSES: readonly RegExp[] = [/\n/, /[。；！？;!?]/, /[，、：,:]/, /\s/]
/** What closes behind a stop and belongs to it. */
const CLOSER = /[”’」』）》〕】)\]]/
/** What belongs to the words before it: a cut never stands before one of these 避头. */
const CLINGING = /[”’」』）》〕】)\]…。；！？，、：;!?,:\n]/
const DIGIT = /\d/
/** What a figure or a foreign word is made of: 1,000 12:30 4.5% example.org */
const UNBROKEN = /[\w.,:%]/

/**
 * Pieces of `text`, each at most `most` by `sizeOf` (UTF-16 units unless told, e.g. the length after escaping, or bytes
 * in UTF-8; it must not shrink as a text grows). A piece ends with a paragraph, else a sentence, else a clause, if one
 * ends in the second half of what has room; else at a character's end, not inside a figure. Joined they give the text,
 * but for newlines at a cut. '' has no pieces.
 * @example cut('一为甲；二为乙。', 5) // ['一为甲；', '二为乙。']
 * @throws RangeError where not even one character has room
 */
export function cut(
  text: string,
  most: number,
  sizeOf: (text: string) => number = (words) => words.length,
): readonly string[] {
  const pieces: string[] = []
  let rest = text
  while (rest !== '') {
    const room = roomIn(rest, most, sizeOf)
    if (room === 0) throw new RangeError(`no character has room in ${most}`)
    if (room === rest.length) return [...pieces, rest]
    const end = pauseIn(rest, room)
    const piece = rest.slice(0, end).replace(/\n+$/, '')
    if (piece !== '') pieces.push(piece)
    rest = rest.slice(end).replace(/^\n+/, '')
  }
  return pieces
}

/** The longest beginning that has room, ending with a character. */
function roomIn(text: string, most: number, sizeOf: (text: string) => number): number {
  const hasRoom = (length: number) => sizeOf(text.slice(0, length)) <= most
  let beyond = 1
  while (beyond <= text.length && hasRoom(beyond)) beyond *= 2
  let [least, above] = [Math.floor(beyond / 2), Math.min(beyond, text.length + 1)]
  while (above - least > 1) {
    const middle = Math.floor((least + above) / 2)
    if (hasRoom(middle)) least = middle
    else above = middle
  }
  return characterEnd(text, least)
}

/** The best place to end in the second half of `room`. */
function pauseIn(text: string, room: number): number {
  for (const pause of PAUSES) {
    for (let end = room; end > room / 2; end -= 1) {
      if (pausesAt(text, end, pause)) return end
    }
  }
  let end = room
  while (end > room / 2 && UNBROKEN.test(text[end - 1]!) && UNBROKEN.test(text[end]!)) end -= 1
  return end > room / 2 ? end : room
}

/** Whether words end here with such a mark and whatever closes behind it. */
function pausesAt(text: string, end: number, pause: RegExp): boolean {
  if (pause.source === '\\n') return text[end - 1] === '\n'
  if (CLINGING.test(text[end] ?? '')) return false
  let last = end - 1
  while (last > 0 && CLOSER.test(text[last]!)) last -= 1
  return pause.test(text[last]!) && !(DIGIT.test(text[last - 1] ?? '') && DIGIT.test(text[end] ?? ''))
}
