/**
 * Words of a draft against words of a text, unit by unit: the fewest changes that make one of the other (Levenshtein
 * 1966), where the text may go on before and behind (Sellers 1980), in a band around the diagonal (Ukkonen 1985).
 */

/** Half-open ranges of units; equal ones pair one by one. */
export interface Piece {
  readonly same: boolean
  /** In the draft. */
  readonly from: number
  readonly to: number
  /** In the text. */
  readonly textFrom: number
  readonly textTo: number
}

export interface Alignment {
  /** Changes: units put in, left out or replaced. */
  readonly distance: number
  /** The stretch of the text that the words stand for. */
  readonly from: number
  readonly to: number
  readonly pieces: readonly Piece[]
}

const INFINITE = 0x3fffffff

/**
 * The best place for the words within `text[from, to)`, both given as folded units; undefined for no words. Time and
 * memory: the words' length × the stretch's.
 */
export function alignWithin(words: Uint16Array, text: Uint16Array, from: number, to: number): Alignment | undefined {
  const [rows, columns] = [words.length, to - from]
  if (rows === 0 || columns <= 0) return undefined
  const width = columns + 1
  const steps = new Uint8Array((rows + 1) * width) // 0: paired, 1: only in the words, 2: only in the text
  let above = new Uint32Array(width) // free to begin anywhere
  let row = new Uint32Array(width)
  for (let i = 1; i <= rows; i++) {
    row[0] = i
    steps[i * width] = 1
    const unit = words[i - 1]!
    for (let j = 1; j <= columns; j++) {
      const paired = above[j - 1]! + (text[from + j - 1] === unit ? 0 : 1)
      const [put, left] = [above[j]! + 1, row[j - 1]! + 1]
      let [least, step] = [paired, 0]
      if (put < least) [least, step] = [put, 1]
      if (left < least) [least, step] = [left, 2]
      row[j] = least
      steps[i * width + j] = step
    }
    ;[above, row] = [row, above]
  }
  let end = 0
  for (let j = 1, least = INFINITE; j <= columns; j++) {
    if (above[j]! < least) [least, end] = [above[j]!, j]
  }
  return traced(words, text, from, { steps, width, end, distance: above[end]! })
}

interface Table {
  readonly steps: Uint8Array
  readonly width: number
  readonly end: number
  readonly distance: number
}

function traced(words: Uint16Array, text: Uint16Array, from: number, { steps, width, end, distance }: Table): Alignment {
  let [i, j] = [words.length, end]
  const pieces: Piece[] = []
  let open: { same: boolean; to: number; textTo: number } | undefined
  const close = () => {
    if (open) pieces.push({ same: open.same, from: i, to: open.to, textFrom: from + j, textTo: open.textTo })
    open = undefined
  }
  while (i > 0) {
    const step = j === 0 ? 1 : steps[i * width + j]!
    const same = step === 0 && words[i - 1] === text[from + j - 1]
    if (open?.same !== same) {
      close()
      open = { same, to: i, textTo: from + j }
    }
    if (step !== 2) i--
    if (step !== 1) j--
  }
  close()
  return gathered({ distance, from: from + j, to: from + end, pieces: pieces.reverse() }, words, text)
}

/** Farthest that words at an end are looked for, by how many they are. */
const REACH = { one: 4, more: 8 } as const

/**
 * Words at an end that were paired with nothing stand a little further on, where a word before them was left out: 应理
 * for 应受理 leaves out 受, and does not end at 应 and put in 理.
 */
function gathered(alignment: Alignment, words: Uint16Array, text: Uint16Array): Alignment {
  const { pieces, to, distance } = alignment
  const last = pieces.at(-1)
  const before = pieces.at(-2)
  if (!last || last.same || !before?.same || last.textTo > last.textFrom) return alignment
  const count = last.to - last.from
  const reach = count === 1 ? REACH.one : REACH.more
  for (let skipped = 1; skipped <= reach && to + skipped + count <= text.length; skipped++) {
    if (text[to + skipped - 1] === 0) break
    let same = 0
    while (same < count && text[to + skipped + same] === words[last.from + same]) same++
    if (same < count) continue
    const there = to + skipped
    return {
      ...alignment,
      distance: distance - count + skipped,
      to: there + count,
      pieces: [
        ...pieces.slice(0, -1),
        { same: false, from: last.from, to: last.from, textFrom: to, textTo: there },
        { same: true, from: last.from, to: last.to, textFrom: there, textTo: there + count },
      ],
    }
  }
  return alignment
}
