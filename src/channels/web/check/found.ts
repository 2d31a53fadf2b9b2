/** What was found of a draft, under the names by which the page shows it: `i1` the first item, `s1` the first suggestion. */
import { piecesOfDraft, type DraftPiece } from '../../check-words.ts'
import type { CheckedDraft, PlacedItem } from '../../checked-draft.ts'
import type { CheckVerdict, SourceSuggestion, Span } from '../../../types.ts'

export type Kind = CheckVerdict | 'suggestion'

export interface Found extends Span {
  readonly id: string
  readonly kind: Kind
  readonly item?: PlacedItem
  readonly suggestion?: SourceSuggestion
}

/** In the order of the draft. */
export function foundOf({ items, suggestions }: CheckedDraft): readonly Found[] {
  const all = [
    ...items.map((item, at): Found => ({ id: `i${at + 1}`, kind: item.verdict, start: item.start, end: item.end, item })),
    ...(suggestions?.items ?? []).map((suggestion, at): Found => {
      const { start, end } = suggestion
      return { id: `s${at + 1}`, kind: 'suggestion', start, end, suggestion }
    }),
  ]
  return all.sort((a, b) => a.start - b.start)
}

/** Lines of a draft that are drawn together, and only when they come near the screen. */
export interface Block extends Span {
  readonly pieces: readonly DraftPiece<Found>[]
}

const BLOCK = 1_200
/** A line without end is cut too. */
const LONGEST = 6_000

export function blocksOf(text: string, found: readonly Found[]): readonly Block[] {
  const blocks: Block[] = []
  let first = 0
  for (let start = 0; start < text.length;) {
    const lineEnd = text.indexOf('\n', Math.min(text.length, start + BLOCK))
    const end = lineEnd === -1 ? text.length : lineEnd + 1
    const cut = end - start > LONGEST ? start + LONGEST : end
    while (first < found.length && found[first]!.end <= start) first++
    let last = first
    while (last < found.length && found[last]!.start < cut) last++
    blocks.push({ start, end: cut, pieces: piecesOfDraft(text, found.slice(first, last), { start, end: cut }) })
    start = cut
  }
  return blocks
}

/** The one after or before another in a list, round and round; the first or last where none is chosen. */
export function beside(found: readonly Found[], id: string | undefined, by: 1 | -1): Found | undefined {
  const at = found.findIndex((one) => one.id === id)
  if (at === -1) return by === 1 ? found[0] : found.at(-1)
  return found[(at + by + found.length) % found.length]
}
