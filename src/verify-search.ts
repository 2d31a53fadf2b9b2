/** `tiaowen reindex --verify`: is what the search cluster holds what the index in place says? What is not is repaired. */
import type { Config } from './config.ts'
import { PolicyError } from './errors.ts'
import { openSearch } from './open-search.ts'
import type { HeldSegment } from './retrieval/engine.ts'
import { openForBuilding } from './retrieval/library-files.ts'
import { lockForWriting } from './store/generations.ts'
import { openIndex } from './update-index.ts'
import type { CollectionReport } from './weaviate/segment-verifier.ts'

export interface SearchVerified {
  readonly generation: string
  readonly collections: readonly CollectionReport[]
}

export interface VerifyRequest {
  /** All objects are compared, not a sample. */
  readonly all: boolean
  readonly log: (message: string) => void
  readonly onProgress?: (step: 'search', done: number, total: number) => void
}

/**
 * Compares each collection of the generation in place with its files; nobody builds an index meanwhile.
 * @throws PolicyError `config-invalid` without a cluster, `index-missing`, `index-locked`, `search-unavailable`
 */
export async function verifySearch(config: Config, { all, log, onProgress }: VerifyRequest): Promise<SearchVerified> {
  const engine = await openSearch(config, { log })
  if (!engine) {
    throw new PolicyError('config-invalid', '没有设置 TIAOWEN_SEARCH_URL：检索由本进程承担，没有集群可核对。No search cluster is configured.')
  }
  try {
    const lock = await lockForWriting(config.indexFolder)
    try {
      const previous = await openIndex(config.indexFolder, openForBuilding, log)
      if (!previous?.forEngine) {
        throw new PolicyError('index-missing', `${config.indexFolder} 中没有供集群检索的索引。请先运行 npm run tiaowen -- index。`)
      }
      const collections = await engine.verify(previous.segments as HeldSegment[], {
        all,
        onProgress: (done, total) => onProgress?.('search', done, total),
      })
      return { generation: previous.generation, collections }
    } finally {
      await lock.release()
    }
  } finally {
    await engine.close()
  }
}
