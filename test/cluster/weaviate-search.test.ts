/** The search contract on a real Weaviate server. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import type { HeldSegment } from '../../src/retrieval/engine.ts'
import { assembleOn } from '../../src/retrieval/library-files.ts'
import { headedTexts, type Segment } from '../../src/retrieval/segment.ts'
import { WeaviateEngine } from '../../src/weaviate/weaviate-engine.ts'
import { describeSearch } from '../contracts/search.ts'
import { WeaviateCluster } from './weaviate-cluster.ts'

let cluster: WeaviateCluster
let engine: WeaviateEngine
beforeAll(async () => {
  cluster = await WeaviateCluster.start()
  engine = new WeaviateEngine(cluster.config(), { log: () => {} })
}, 180_000)
afterAll(async () => {
  await engine?.close()
  await cluster?.stop()
})

describeSearch('WeaviateEngine', async (assembly) => {
  const segments = assembly.segments.map((segment): HeldSegment => ({ ...segment, key: keyOf(segment), readKeywords: async () => segment.keywords }))
  await engine.hold(segments)
  return (await assembleOn(engine, { ...assembly, segments })).library
})

const keyOf = (segment: Segment): string => createHash('sha256').update(JSON.stringify([...headedTexts(segment)])).digest('hex').slice(0, 16)
