/** Weaviate as the engine of a search: candidates by its BM25 and its HNSW graphs, and what of segments it holds. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FilterValue } from 'weaviate-client'
import { z } from 'zod'
import type { AmongDocuments, HeldSegment, NearRequest, OnHeld, SayingRequest, SearchEngine, SegmentKeeper } from '../retrieval/engine.ts'
import type { Neighbour } from '../retrieval/vector-index.ts'
import type { SearchConfig } from '../search-config.ts'
import { expectWhole, lookAt } from './cluster-state.ts'
import { aliasName, collectionName, KIND_OF, keyOfCollection, KINDS, rowOf, type Kind } from './collections.ts'
import { Connection, unavailable, type ConnectionObserver, type Objects } from './connection.ts'
import { countOf } from './objects.ts'
import { verifySegments, type CollectionReport, type VerifyOptions } from './segment-verifier.ts'
import { writeSegments } from './segment-writer.ts'

export interface EngineOptions {
  readonly log: (message: string) => void
  readonly observer?: ConnectionObserver
}

export interface EngineState {
  readonly state: 'ok' | 'incomplete' | 'unavailable'
  readonly nodes?: number
  readonly expectedNodes: number
  readonly reason?: string
}

const LOOK_MS = 3_000
const SILENT = '检索集群没有应答 the search cluster does not answer'
const Schema = z.object({ classes: z.array(z.object({ class: z.string() })).nullish() })
const Aliases = z.object({ aliases: z.array(z.object({ alias: z.string(), class: z.string() })).nullish() })
/** A part that was cut off from the others looks the same: it must not be the one that people are sent to. */
const NO_MAJORITY = '多数节点缺失，请恢复 most nodes are missing; bring them back'
const MISSING = '有节点缺失，检索照常，索引暂不能写入 nodes are missing; it is searched, and not written'
const LACKING = '内容不全，请运行 tiaowen reindex --verify it holds less than the index; run reindex --verify'
const FILLING = '有节点的内容不全，正在补齐，补齐前不向它检索 a node holds less than the others; it is not asked until it is filled'

export class WeaviateEngine implements SearchEngine, SegmentKeeper {
  readonly connection: Connection
  /** Healthy ones, when they were last counted. */
  #nodes: number | undefined
  readonly #log: (message: string) => void

  constructor(config: SearchConfig, { log, observer }: EngineOptions) {
    this.#log = log
    const onTrouble = (trouble: string | undefined): void =>
      log(trouble === undefined ? '检索集群恢复应答 the search cluster answers again' : `${SILENT}: ${trouble}`)
    this.connection = new Connection(config, { onTrouble, ...(observer && { observer }) })
  }

  async saying(segment: HeldSegment, { terms, limit, among, holding = [] }: SayingRequest): Promise<readonly number[]> {
    const objects = await this.#ask('keywords', segment, 'Entries', (of) => {
      const held = holding.map((any) => of.filter.byProperty('grams' as never).containsAny([...any] as never[]))
      const filters = allOf([...filtersOf(of, among), ...held])
      return of.query.bm25(terms.join(' '), {
        queryProperties: ['grams' as never],
        limit,
        returnProperties: [],
        ...(filters && { filters }),
      })
    })
    return objects.map(({ uuid }) => this.#row(uuid, segment.key, 'Entries'))
  }

  async near(segment: HeldSegment, { field, vector, limit, among }: NearRequest): Promise<readonly Neighbour[]> {
    const kind = KIND_OF[field]
    const objects = await this.#ask('vectors', segment, kind, (of) => {
      const filters = allOf(filtersOf(of, among))
      return of.query.nearVector(Array.from(vector), {
        limit,
        returnProperties: [],
        returnMetadata: ['distance'],
        ...(filters && { filters }),
      })
    })
    const near = objects.map(({ uuid, metadata }) => ({ row: this.#row(uuid, segment.key, kind), similarity: 1 - (metadata?.distance ?? 1) }))
    return near.sort((one, other) => other.similarity - one.similarity || one.row - other.row)
  }

  /** These are searched from now on: `state` is about them. */
  serve(segments: readonly HeldSegment[]): void {
    const counts = segments.flatMap((segment) =>
      KINDS.map((kind) => [collectionName(this.#prefix, segment.key, kind), countOf(segment, kind)] as const),
    )
    this.connection.serve(new Map(counts.filter(([, count]) => count > 0)))
  }

  async hold(segments: readonly HeldSegment[], onHeld?: OnHeld): Promise<void> {
    await writeSegments(this.connection, segments, onHeld)
  }

  /** Compares what is held of these segments with what should be, and repairs it. @throws PolicyError `search-unavailable` */
  verify(segments: readonly HeldSegment[], options: VerifyOptions): Promise<CollectionReport[]> {
    return verifySegments(this.connection, segments, options)
  }

  /** All nodes there, and a leader? @throws PolicyError `search-unavailable` */
  expectWhole(): Promise<void> {
    return expectWhole(this.connection)
  }

  async settle(current: readonly Pick<HeldSegment, 'name' | 'key'>[], kept: ReadonlySet<string> | undefined): Promise<void> {
    try {
      const names = await this.#collections()
      const { aliases } = Aliases.parse((await this.connection.rest('GET', '/v1/aliases')) ?? {})
      const pointing = new Map((aliases ?? []).map(({ alias, class: name }) => [alias, name]))
      for (const { name: segment, key } of current) {
        for (const kind of KINDS) {
          const alias = aliasName(this.#prefix, segment, kind)
          await this.#point(alias, collectionName(this.#prefix, key, kind), names, pointing)
        }
      }
      for (const name of names) {
        const key = keyOfCollection(this.#prefix, name)
        if (key === undefined || kept?.has(key) !== false) continue
        await this.connection.rest('DELETE', `/v1/schema/${name}`)
        this.#log(`检索集群中不再使用的集合已删除 dropped from the search cluster: ${name}`)
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#log(`检索集群中旧的集合留待下一轮清理 old collections are left to the next round: ${why}`)
    }
  }

  /** As it was last seen: by a question, or by the watch. */
  state(): EngineState {
    const { trouble, config } = this.connection
    const { expectedNodes } = config
    if (trouble !== undefined) return { state: 'unavailable', expectedNodes, reason: SILENT } // why is in the log: it names addresses
    const seen = { expectedNodes, ...(this.#nodes !== undefined && { nodes: this.#nodes }) }
    const nodes = this.#nodes ?? expectedNodes
    const lacking = this.connection.lacking.size
    if (2 * nodes <= expectedNodes) return { state: 'unavailable', ...seen, reason: NO_MAJORITY }
    if (lacking >= config.nodes.length) return { state: 'unavailable', ...seen, reason: LACKING }
    if (nodes < expectedNodes) return { state: 'incomplete', ...seen, reason: MISSING }
    return lacking > 0 ? { state: 'incomplete', ...seen, reason: FILLING } : { state: 'ok', ...seen }
  }

  /** Looks at the cluster every few seconds until the signal: for whoever asks how it is. */
  watch(signal: AbortSignal): void {
    const look = async (): Promise<void> => {
      while (!signal.aborted) {
        const whole = await lookAt(this.connection).catch(() => undefined)
        this.#nodes = whole?.healthy
        if (!whole) await this.connection.isReachable()
        else await this.connection.countEverywhere()
        await sleep(LOOK_MS, undefined, { signal, ref: false }).catch(() => {})
      }
    }
    void look()
  }

  close(): Promise<void> {
    return this.connection.close()
  }

  get #prefix(): string {
    return this.connection.config.prefix
  }

  /** One call moves a name from the collection before to this one. */
  async #point(alias: string, name: string, names: readonly string[], pointing: ReadonlyMap<string, string>): Promise<void> {
    const before = pointing.get(alias)
    if (!names.includes(name)) {
      if (before !== undefined) await this.connection.rest('DELETE', `/v1/aliases/${alias}`)
    } else if (before === undefined) await this.connection.rest('POST', '/v1/aliases', { alias, class: name })
    else if (before !== name) await this.connection.rest('PUT', `/v1/aliases/${alias}`, { class: name })
  }

  async #collections(): Promise<string[]> {
    const { classes } = Schema.parse((await this.connection.rest('GET', '/v1/schema')) ?? {})
    return (classes ?? []).map(({ class: name }) => name)
  }

  async #ask<Hit>(
    kind: 'keywords' | 'vectors',
    segment: HeldSegment,
    collection: Kind,
    ask: (of: Objects) => Promise<{ readonly objects: readonly Hit[] }>,
  ): Promise<readonly Hit[]> {
    const name = collectionName(this.#prefix, segment.key, collection)
    return (await this.connection.search(kind, name, countOf(segment, collection), ask)).objects
  }

  #row(id: string, key: string, kind: Kind): number {
    const row = rowOf(id, key, kind)
    if (row !== undefined) return row
    const name = collectionName(this.#prefix, key, kind)
    throw unavailable(
      `${name} 中有不属于本索引的条目 ${id}。请运行 npm run tiaowen -- reindex --verify。It holds an object of somebody else.`,
    )
  }
}

function filtersOf(of: Objects, among: AmongDocuments | undefined): FilterValue[] {
  if (!among) return []
  const document = of.filter.byProperty('document' as never)
  return ['only' in among ? document.containsAny([...among.only] as never[]) : document.containsNone([...among.but] as never[])]
}

const allOf = (filters: readonly FilterValue[]): FilterValue | undefined =>
  filters.length > 1 ? { operator: 'And', filters: [...filters], value: null } : filters[0]
