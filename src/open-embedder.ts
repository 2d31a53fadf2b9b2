/** The embedder of this machine, or the reason why there is none. */
import { fileURLToPath } from 'node:url'
import type { Config } from './config.ts'
import type { Embedder } from './embedding/embedder.ts'
import { findModel } from './embedding/model-files.ts'
import { TransformersEmbedder } from './embedding/transformers-embedder.ts'

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))

export function openEmbedder({ modelDir, embeddingThreads }: Config): {
  readonly embedder?: Embedder
  readonly reason?: string
  readonly origin?: string
} {
  const search = findModel({ modelDirectory: modelDir, checkout: CHECKOUT })
  if (search.outcome === 'missing') return { reason: search.reason }
  const { folder, origin, sha256 } = search.model
  return {
    embedder: new TransformersEmbedder({ modelFolder: folder, modelSha256: sha256, workers: embeddingThreads }),
    origin,
  }
}
