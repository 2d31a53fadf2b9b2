/** The reranker that the configuration names. */
import type { RerankerConfig } from './config.ts'
import { CrossEncoder } from './reranking/cross-encoder.ts'
import { findReranker } from './reranking/reranker-files.ts'
import type { Reranker } from './reranking/reranker.ts'

/** Its folder is checked at once; the model is loaded behind. @throws PolicyError as findReranker does */
export function openReranker({ folder, timeoutSeconds }: RerankerConfig, threads: number): Reranker {
  return new CrossEncoder({ files: findReranker(folder), timeoutMs: timeoutSeconds * 1000, threads })
}
