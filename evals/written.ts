/** What the language model wrote in a run: how much stood, and why the rest did not. */
import type { Report } from './run.ts'

/** What the language model made of the cases. */
export interface WrittenFigures {
  /** Answers in which it was asked to write; those of them that stood. */
  readonly asked: number
  readonly stood: number
  /** Sentences that held, and that did not. */
  readonly sentences: number
  readonly removed: number
  /** Why sentences were removed, and why the extractive answer was given; how many each. */
  readonly reasons: Readonly<Record<string, number>>
  readonly fallbacks: Readonly<Record<string, number>>
}

export function writtenOf({ results }: Report): WrittenFigures {
  const answers = results.flatMap(({ answer }) => (answer ? [answer] : []))
  const models = answers.flatMap(({ model }) => (model ? [model] : []))
  const fallbacks = answers.flatMap(({ fallback }) => (fallback?.from === 'llm' ? [[fallback.reason, 1] as const] : []))
  return {
    asked: models.length,
    stood: answers.filter(({ mode }) => mode === 'llm').length,
    sentences: models.reduce((sum, { sentences }) => sum + sentences, 0),
    removed: models.reduce((sum, { removed }) => sum + removed, 0),
    reasons: summed(models.flatMap(({ reasons }) => Object.entries(reasons))),
    fallbacks: summed(fallbacks),
  }
}

function summed(counts: readonly (readonly [name: string, times: number])[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const [name, times] of counts) sums[name] = (sums[name] ?? 0) + times
  return sums
}
