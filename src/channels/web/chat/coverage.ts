/** How much of an answer rests on the documents: every quotation has its citation, or is counted as having none. */
import type { Answer } from '../../../types.ts'

export interface Coverage {
  readonly quotations: number
  readonly uncited: number
}

export function coverageOf({ segments, citations }: Pick<Answer, 'segments' | 'citations'>): Coverage {
  const known = new Set(citations.map(({ n }) => n))
  const quotations = segments.filter(({ kind }) => kind === 'quotation')
  const uncited = quotations.filter((segment) => !segment.citations?.some((n) => known.has(n))).length
  return { quotations: quotations.length, uncited }
}
