/** How much of an answer rests on the documents: what quotes or tells them has its citation, or counts as without. */
import type { Answer } from '../../../types.ts'

export interface Coverage {
  readonly quotations: number
  /** Sentences of a model. */
  readonly sentences: number
  /** Of both. */
  readonly uncited: number
}

export function coverageOf({ segments, citations }: Pick<Answer, 'segments' | 'citations'>): Coverage {
  const known = new Set(citations.map(({ n }) => n))
  const resting = segments.filter(({ kind }) => kind === 'quotation' || kind === 'sentence')
  const uncited = resting.filter((segment) => !segment.citations?.some((n) => known.has(n))).length
  const sentences = resting.filter(({ kind }) => kind === 'sentence').length
  return { quotations: resting.length - sentences, sentences, uncited }
}
