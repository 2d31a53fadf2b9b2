/** Groups texts of like length, so that little of a batch is padding. */

export interface BatchLimits {
  /** Texts times the length of the longest, in tokens. A single longer text is a batch of its own. */
  readonly tokensPerBatch: number
  /** Tokens of a text beyond this are cut off by the model. */
  readonly tokensPerText: number
}

/** Two workers with one thread each did best with 256 of all sizes tried; 512 is what BERT can hold. */
export const DEFAULT_LIMITS: BatchLimits = { tokensPerBatch: 256, tokensPerText: 512 }

/** A Chinese character is one token; [CLS] and [SEP] are added. Too high for Latin words, which does no harm. */
const tokensOf = (text: string, limits: BatchLimits): number => Math.min(text.length + 2, limits.tokensPerText)

/**
 * Positions of the texts, in batches: the longest first, so that the workers end together.
 * @example batchesOf(['一', '一二三', '一二'], { tokensPerBatch: 10, tokensPerText: 512 }) // [[1, 2], [0]]
 */
export function batchesOf(texts: readonly string[], limits: BatchLimits = DEFAULT_LIMITS): number[][] {
  const lengths = texts.map((text) => tokensOf(text, limits))
  const order = lengths.map((_, position) => position).sort((a, b) => lengths[b]! - lengths[a]!)
  const batches: number[][] = []
  let batch: number[] = []
  for (const position of order) {
    const longest = batch[0] === undefined ? 0 : lengths[batch[0]]!
    if (batch.length > 0 && longest * (batch.length + 1) > limits.tokensPerBatch) {
      batches.push(batch)
      batch = []
    }
    batch.push(position)
  }
  if (batch.length > 0) batches.push(batch)
  return batches
}
