/**
 * Pairs of question and passage in the form a model takes: long passages in pieces, token ids cut to its length and
 * filled up to one rectangle.
 */

/** One list a kind of input, e.g. `input_ids`, `attention_mask`; all of one pair are equally long. */
export type Encoded = Readonly<Record<string, readonly number[]>>

/** Row after row. */
export interface Rectangle {
  readonly rows: number
  readonly columns: number
  readonly inputs: Readonly<Record<string, BigInt64Array>>
}

/** How many UTF-16 units of a question are read, so that it never leaves a passage no room: half of the tokens. */
export const questionUnits = (maxTokens: number): number => Math.floor(maxTokens / 2)

/** Marks of a pair: RoBERTa has four. */
const MARKS_OF_PAIR = 4
const ENDS = /[。；！？\n]/g

/**
 * A passage that fits beside the question stays whole; of a longer one `most` pieces at most, from its beginning, each
 * ending with a sentence where one ends in its second half. A character is taken for a token: there are seldom more.
 */
export function piecesOf(passage: string, question: string, maxTokens: number, most: number): string[] {
  const room = maxTokens - Math.min(question.length, questionUnits(maxTokens)) - MARKS_OF_PAIR
  const pieces: string[] = []
  for (let start = 0; start < passage.length && pieces.length < most; ) {
    const piece = passage.slice(start, start + room)
    const last = start + room < passage.length ? [...piece.matchAll(ENDS)].at(-1) : undefined
    const end = last && last.index >= room / 2 ? last.index + 1 : piece.length
    pieces.push(piece.slice(0, end).toWellFormed())
    start += end
  }
  return pieces.length > 0 ? pieces : ['']
}

/**
 * A pair of at most `maxTokens`: the passage loses its end, the marks that close the pair stay.
 * @example cutTo({ input_ids: [101, 7, 102, 8, 9, 102] }, 5, new Set([101, 102])) // { input_ids: [101, 7, 102, 8, 102] }
 */
export function cutTo(pair: Encoded, maxTokens: number, marks: ReadonlySet<number>): Encoded {
  const ids = pair['input_ids'] ?? []
  if (ids.length <= maxTokens) return pair
  let end = ids.length
  while (end > 0 && marks.has(ids[end - 1]!)) end--
  const closing = ids.length - end
  const cut = (values: readonly number[]) => [...values.slice(0, maxTokens - closing), ...values.slice(end)]
  return Object.fromEntries(Object.entries(pair).map(([name, values]) => [name, cut(values)]))
}

/** Shorter pairs are filled up behind: `input_ids` with the padding, all else with 0. */
export function rectangleOf(pairs: readonly Encoded[], padding: number): Rectangle {
  const columns = Math.max(...pairs.map((pair) => pair['input_ids']?.length ?? 0))
  const names = Object.keys(pairs[0] ?? {})
  const inputs = names.map((name) => {
    const filled = new BigInt64Array(pairs.length * columns).fill(name === 'input_ids' ? BigInt(padding) : 0n)
    pairs.forEach((pair, row) => filled.set((pair[name] ?? []).map(BigInt), row * columns))
    return [name, filled] as const
  })
  return { rows: pairs.length, columns, inputs: Object.fromEntries(inputs) }
}
