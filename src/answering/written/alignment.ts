/** A sentence laid beside the text it quotes: which of its tokens stand there, in the text's own order. */
import type { Token } from './tokens.ts'

/** For each token of the sentence, the index of the source's token it stands for; -1 where it stands for none. */
export type Alignment = readonly number[]

/** What an unbroken run is worth, so that words that meet by chance do not count: two characters are no run. */
const MATCH = 2
const FIGURE = 4
const OPENS_AT_BOUNDARY = -2
const OPENS_INSIDE = -5

/**
 * The best reading of a sentence as runs of the source in the source's order. `mayStand[j]`: the source's token j may
 * be used. Time and room grow with the product of the two lengths.
 */
export function align(sentence: readonly Token[], source: readonly Token[], mayStand: readonly boolean[]): Alignment {
  const [rows, columns] = [sentence.length, source.length]
  const width = columns + 1
  /** Best score of a reading that ends with token i on token j; and of any reading before i and j. */
  const ending = new Float64Array((rows + 1) * width).fill(-Infinity)
  const best = new Float64Array((rows + 1) * width)
  for (let i = 1; i <= rows; i++) {
    const token = sentence[i - 1]!
    for (let j = 1; j <= columns; j++) {
      const at = i * width + j
      const other = source[j - 1]!
      if (token.key === other.key && mayStand[j - 1]) {
        const worth = token.kind === 'character' ? MATCH : FIGURE
        ending[at] = worth + Math.max(ending[at - width - 1]!, best[at - width - 1]! + opening(token, other, i))
      }
      best[at] = Math.max(best[at - 1]!, best[at - width]!, ending[at]!)
    }
  }
  return traced(sentence, source, ending, best)
}

function traced(
  sentence: readonly Token[],
  source: readonly Token[],
  ending: Float64Array,
  best: Float64Array,
): Alignment {
  const width = source.length + 1
  const found = new Array<number>(sentence.length).fill(-1)
  let [i, j] = [sentence.length, source.length]
  while (i > 0 && j > 0 && best[i * width + j]! > 0) {
    const at = i * width + j
    if (best[at] === best[at - 1]) j--
    else if (best[at] === best[at - width]) i--
    else {
      // a run ends here; back to where it opened
      for (;;) {
        found[i - 1] = j - 1
        const before = (i - 1) * width + j - 1
        const opens = opening(sentence[i - 1]!, source[j - 1]!, i)
        const continues = ending[before]! > -Infinity && ending[before]! >= best[before]! + opens
        i--
        j--
        if (!continues) break
      }
    }
  }
  return found
}

/** What it takes to open a run here; `i` counts the sentence's tokens from 1. */
function opening(token: Token, other: Token, i: number): number {
  return token.after > 0 || other.after > 0 || i === 1 ? OPENS_AT_BOUNDARY : OPENS_INSIDE
}
