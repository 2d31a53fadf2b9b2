/** `tiaowen feedback export`: what people said of answers, a line of JSON each, as a case for evals/ begins. */
import type { FeedbackRecord } from '../../state/state.ts'
import type { Citation } from '../../types.ts'
import { EXIT } from './help.ts'

/** Prints a line for each; their number is told beside them. */
export async function exportFeedback(
  records: AsyncIterable<FeedbackRecord>,
  print: (text: string) => void,
  printError: (text: string) => void,
): Promise<number> {
  let count = 0
  for await (const record of records) {
    print(JSON.stringify(feedbackLine(record)))
    count++
  }
  printError(`共 ${count} 条评价。`)
  return EXIT.done
}

/**
 * `question`, `history` and `expect` as in evals/cases. `expect` is what was answered, not what is right: of an answer
 * rated `down` a person writes there what it should have been.
 */
export function feedbackLine({ question, history, documents, asOf, answer, rating, reason, at }: FeedbackRecord) {
  return {
    question,
    history,
    ...(documents && { documents }),
    ...(asOf !== undefined && { asOf }),
    outcome: answer.outcome,
    rating,
    ...(reason !== undefined && { reason }),
    generation: answer.index.generation,
    embedder: answer.index.embedder,
    at,
    expect: { outcome: answer.outcome, gold: goldOf(answer.citations) },
  }
}

/** The clauses cited, each once. */
function goldOf(citations: readonly Citation[]): readonly Pick<Citation, 'source' | 'path'>[] {
  const clauses = citations.map(({ source, path }) => [JSON.stringify([source, path]), { source, path }] as const)
  return [...new Map(clauses).values()]
}
