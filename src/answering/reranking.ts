/** Puts the clauses found for a question before the reranker; where it fails, says why they stay as they are. */
import { orderOf, type Order } from '../retrieval/reorder.ts'
import type { Found } from '../retrieval/retrieve.ts'
import type { Reranker, RerankerState } from '../reranking/reranker.ts'
import type { Fallback } from '../types.ts'

const FROM = 'rerank'

/** Both absent where there is nothing to put in order, or where nobody waits any more. */
export interface Ranked {
  readonly order?: Order
  readonly fallback?: Fallback
}

export async function orderBy(
  reranker: Reranker,
  question: string,
  found: readonly Found[],
  signal: AbortSignal,
): Promise<Ranked> {
  if (found.length < 2) return {}
  const words = found.map(({ document, span }) => document.text.slice(span.start, span.end))
  try {
    const scores = await reranker.scores(question, words, signal)
    return { order: orderOf(found, scores, { by: reranker.name, most: reranker.most }) }
  } catch (error) {
    if (signal.aborted) return {}
    return { fallback: { from: FROM, reason: error instanceof Error ? error.message : String(error) } }
  }
}

/** What /readyz tells of a reranker that orders nothing for now. */
export function fallbackOfReranker({ name, state, trouble }: RerankerState): Fallback | undefined {
  if (state !== 'resting' && state !== 'failed') return undefined
  return { from: FROM, reason: trouble ?? `重排模型 ${name} 暂不可用 the reranker orders nothing for now` }
}
