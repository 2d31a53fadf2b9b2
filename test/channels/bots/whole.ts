/** Whether all words of an answer are seen again, in order, over the parts of a message. */
import type { Reply, ReplyPart } from '../../../src/channels/bots/reply.ts'
import { piecesOf } from '../../../src/channels/segments.ts'
import type { Answer } from '../../../src/types.ts'

/** Letters, figures and signs alone: layout may add and drop blanks, and marks that nobody sees. */
const bare = (text: string) =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufffd]/gu, '')
    .replace(/[\s\u200b-\u200f\u2028\u2029\u2060-\u2064\ufeff\u00ad\ufe0e\ufe0f]/gu, '')

/** The number of a part, which stands where a text is cut. */
const PART = /（\d+\/\d+）/g

/** The words that cannot be found, whole, behind those before them; undefined where all are. */
export function firstLost(wanted: readonly string[], seen: string): string | undefined {
  const all = bare(seen).replace(PART, '')
  let at = 0
  for (const words of wanted) {
    const sought = bare(words).replace(PART, '')
    const start = all.indexOf(sought, at)
    if (start < 0) return `${sought.slice(0, 80)} … behind … ${all.slice(Math.max(0, at - 40), at)}`
    at = start + sought.length
  }
  return undefined
}

/** What must be seen of an answer, in order: its words with their numbers, then each citation. */
export function wantedOf(answer: Answer): readonly string[] {
  const words = piecesOf(answer.segments).flatMap((piece) => ('marks' in piece ? piece.marks.map(String) : [piece.text]))
  const title = (text: string) => (text.startsWith('《') ? text : `《${text}》`)
  return [...words, ...answer.citations.flatMap((citation) => [`${citation.n}`, `${title(citation.title)}${citation.spoken}`])]
}

/** All that a reply says, part after part. */
export const saidBy = ({ parts }: Reply): readonly string[] => parts.flatMap(partWords)

function partWords(part: ReplyPart): readonly string[] {
  switch (part.kind) {
    case 'words':
      return part.pieces.flatMap((piece) => ('marks' in piece ? piece.marks.map(String) : [piece.text]))
    case 'citation':
      return [String(part.n), part.place, part.told, part.quote, part.also ?? '']
    case 'near':
      return [part.place, part.snippet]
    default:
      return [part.text]
  }
}
