/** The search cluster that the configuration names, opened when it is needed: its client is large. */
import type { Config } from './config.ts'
import type { Metrics } from './telemetry/metrics.ts'
import type { WeaviateEngine } from './weaviate/weaviate-engine.ts'

export interface SearchOptions {
  readonly log: (message: string) => void
  readonly metrics?: Metrics
}

/** Undefined where this process searches by itself. Nothing is asked yet: a cluster that is down may be up soon. */
export async function openSearch({ search }: Pick<Config, 'search'>, { log, metrics }: SearchOptions): Promise<WeaviateEngine | undefined> {
  if (!search) return undefined
  const { WeaviateEngine } = await import('./weaviate/weaviate-engine.ts')
  const observer = metrics && { asked: metrics.engineAsked.bind(metrics) }
  return new WeaviateEngine(search, { log, ...(observer && { observer }) })
}
