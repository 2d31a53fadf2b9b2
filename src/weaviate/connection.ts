/**
 * Weaviate's nodes: each asked over REST and gRPC within a time, the next where one does not answer. The one place
 * that knows how the cluster is reached; what it says in errors becomes `search-unavailable`.
 */
import type { Collection } from 'weaviate-client'
import { z } from 'zod'
import { PolicyError } from '../errors.ts'
import type { SearchConfig, SearchNode } from '../search-config.ts'
import { NodeClients } from './node-clients.ts'
import { HoldsLess, NodeCounts } from './node-counts.ts'

/** Counts and times what is asked. */
export interface ConnectionObserver {
  asked(kind: Asked, outcome: 'ok' | 'failed', seconds: number): void
}

export interface ConnectionOptions {
  readonly observer?: ConnectionObserver
  /** Told once when nobody answers any more, and why; and once when somebody does again. */
  readonly onTrouble?: (trouble: string | undefined) => void
}

export type Asked = 'keywords' | 'vectors' | 'insert' | 'schema' | 'read'

/** A search that was not answered by then may be at a node that is gone: it is asked whether it is there. */
const SUSPICION_MS = 400
const PROBE_MS = 1_000
const SCHEMA_MS = 20_000

/** What the client takes and gives is checked where it is used. */
export type Objects = Collection<undefined, string, undefined>

const Counted = z.object({ totalCount: z.int() })
/** What Weaviate says of a collection that is not there. */
const NO_COLLECTION = /could not find class|class .* not found|collection .* not found/i

/** By an aggregate: `objectCount` of /v1/nodes lags behind. Of the disk of the node itself, where it has a copy of each shard. */
export async function countedIn(objects: Objects): Promise<number> {
  return Counted.parse(await objects.aggregate.overAll()).totalCount
}

export class Connection {
  readonly config: SearchConfig
  readonly #observer: ConnectionObserver | undefined
  readonly #onTrouble: ((trouble: string | undefined) => void) | undefined
  readonly #clients: NodeClients
  readonly #counts = new NodeCounts()
  /** The node that answered last. */
  #current = 0
  /** Why nobody answered; undefined while somebody does. */
  #trouble: string | undefined

  constructor(config: SearchConfig, { observer, onTrouble }: ConnectionOptions = {}) {
    this.config = config
    this.#clients = new NodeClients(config)
    this.#observer = observer
    this.#onTrouble = onTrouble
  }

  /** Why the cluster did not answer when it was last asked. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** Nodes that hold less of what serves than they should. */
  get lacking(): ReadonlySet<string> {
    return this.#counts.lacking
  }

  /**
   * Asks one node for something of a collection, the next where it does not answer in time.
   * @throws PolicyError `search-unavailable`
   */
  ask<Result>(kind: Asked, collection: string, ask: (objects: Objects) => Promise<Result>): Promise<Result> {
    return this.#timed(kind, () => this.#byOneNode((node) => this.#of(node, collection, ask)))
  }

  /**
   * As `ask`, of a node that holds all of the collection.
   * @param rows how many objects that are
   * @throws PolicyError `search-unavailable`, also where no node holds all
   */
  search<Result>(kind: Asked, collection: string, rows: number, ask: (objects: Objects) => Promise<Result>): Promise<Result> {
    return this.#timed(kind, () =>
      this.#byOneNode(async (node) => {
        await this.#expectRows(node, collection, rows)
        return this.#of(node, collection, ask)
      }),
    )
  }

  /** Each node for itself. @throws PolicyError `search-unavailable` where one does not answer */
  async onEach<Result>(kind: Asked, collection: string, ask: (objects: Objects) => Promise<Result>): Promise<readonly Result[]> {
    return this.#timed(kind, () =>
      Promise.all(
        this.config.nodes.map(async (node) => {
          try {
            return await this.#of(node, collection, ask)
          } catch (error) {
            const why = error instanceof Error ? error.message : String(error)
            throw unavailable(`检索集群的 ${node.url} 没有应答：${why}。A node of the search cluster does not answer.`, error)
          }
        }),
      ),
    )
  }

  /** Collections that serve from now on, with the rows of each: those that `lacking` is about. */
  serve(collections: ReadonlyMap<string, number>): void {
    this.#counts.serve(collections)
  }

  /** Counts what each node holds of what serves; afterwards `lacking` says who holds less. */
  async countEverywhere(): Promise<void> {
    const counting = [...this.#counts.served].flatMap(([collection, rows]) =>
      this.config.nodes.map((node) => this.#counts.expect(node.url, collection, rows, () => this.#countAt(node, collection))),
    )
    await Promise.allSettled(counting)
  }

  /**
   * A request to the REST interface; `undefined` for 404.
   * @throws PolicyError `search-unavailable`, also for every other status that is no success
   */
  async rest(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, ms = SCHEMA_MS): Promise<unknown> {
    return this.#timed('schema', () =>
      this.#byOneNode(async ({ url }) => {
        const response = await fetch(`${url}${path}`, {
          method,
          headers: { 'content-type': 'application/json', ...this.#authorization() },
          redirect: 'error',
          signal: AbortSignal.timeout(ms),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        const text = await response.text()
        if (response.status === 404) return undefined
        if (!response.ok) throw new Refused(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`)
        return text === '' ? {} : (JSON.parse(text) as unknown)
      }),
    )
  }

  /** Can it be asked now? Also tells `trouble` anew. */
  async isReachable(): Promise<boolean> {
    const ready = await Promise.all(this.config.nodes.map((node) => this.#isReady(node)))
    const at = ready.indexOf(true)
    this.#is(at < 0 ? (this.#trouble ?? `${this.#names()} 没有应答 does not answer`) : undefined)
    return at >= 0
  }

  close(): Promise<void> {
    return this.#clients.close()
  }

  async #of<Result>(node: SearchNode, collection: string, ask: (objects: Objects) => Promise<Result>): Promise<Result> {
    const objects = (await this.#clients.of(node)).collections.use(collection) as unknown as Objects
    return answered(ask(objects), () => this.#isGone(node))
  }

  /** 0 also where the node has never heard of the collection. */
  async #countAt(node: SearchNode, collection: string): Promise<number> {
    try {
      return await this.#of(node, collection, countedIn)
    } catch (error) {
      if (error instanceof Error && NO_COLLECTION.test(error.message)) return 0
      throw error
    }
  }

  /** Where a node has no copy of a shard it asks another for it, and that may be any: all of them are counted then. */
  async #expectRows(node: SearchNode, collection: string, rows: number): Promise<void> {
    const { nodes, replication, expectedNodes } = this.config
    const others = replication < expectedNodes ? nodes.filter((other) => other !== node) : []
    const count = (of: SearchNode, isBeside: boolean): Promise<void> =>
      this.#counts.expect(of.url, collection, rows, () => this.#countAt(of, collection), { isBeside })
    await count(node, false)
    const counted = await Promise.allSettled(others.map((other) => count(other, true)))
    const less = counted.find((one) => one.status === 'rejected' && one.reason instanceof HoldsLess)
    if (less) throw (less as PromiseRejectedResult).reason
  }

  async #byOneNode<Result>(ask: (node: SearchNode) => Promise<Result>): Promise<Result> {
    const { nodes } = this.config
    let failure: unknown
    for (let tried = 0; tried < nodes.length; tried++) {
      const at = (this.#current + tried) % nodes.length
      const node = nodes[at]!
      // after a failure a search that nobody can answer would wait its whole time: a look costs a millisecond
      if ((this.#trouble !== undefined || tried > 0) && !(await this.#isReady(node))) {
        failure ??= new Error(`${node.url} 没有应答 does not answer`)
        continue
      }
      try {
        const result = await ask(node)
        this.#current = at
        this.#is(undefined)
        return result
      } catch (error) {
        failure = error
        if (error instanceof Refused) break
        if (!(error instanceof HoldsLess) && (await this.#isGone(node))) this.#clients.forget(node)
      }
    }
    const why = failure instanceof Error ? failure.message : String(failure)
    if (failure instanceof HoldsLess) {
      throw unavailable(`检索集群的内容不全：${why}。节点会自行补齐；若没有，请运行 npm run tiaowen -- reindex --verify。`, failure)
    }
    if (isSilence(failure)) this.#is(why)
    throw unavailable(
      `检索集群没有应答（${this.#names()}）：${why}。请查看集群各节点是否在运行；恢复后即可继续，无须重启。`,
      failure,
    )
  }

  #is(trouble: string | undefined): void {
    const isNew = (trouble === undefined) !== (this.#trouble === undefined)
    this.#trouble = trouble
    if (isNew) this.#onTrouble?.(trouble)
  }

  async #timed<Result>(kind: Asked, ask: () => Promise<Result>): Promise<Result> {
    const began = performance.now()
    const tell = (outcome: 'ok' | 'failed'): void => this.#observer?.asked(kind, outcome, (performance.now() - began) / 1000)
    try {
      const result = await ask()
      tell('ok')
      return result
    } catch (error) {
      tell('failed')
      throw error
    }
  }

  async #isReady({ url }: SearchNode): Promise<boolean> {
    try {
      return (await this.#probe(`${url}/v1/.well-known/ready`)).ok
    } catch {
      return false
    }
  }

  /** Nobody listens there; one that is slow is not gone. */
  async #isGone({ url }: SearchNode): Promise<boolean> {
    try {
      await this.#probe(`${url}/v1/.well-known/live`)
      return false
    } catch (error) {
      return !(error instanceof DOMException && error.name === 'TimeoutError')
    }
  }

  async #probe(address: string): Promise<Response> {
    const signal = AbortSignal.timeout(PROBE_MS)
    const response = await fetch(address, { headers: this.#authorization(), redirect: 'error', signal })
    await response.body?.cancel()
    return response
  }

  #authorization(): Record<string, string> {
    const { key } = this.config
    return key === undefined ? {} : { authorization: `Bearer ${key}` }
  }

  #names(): string {
    return this.config.nodes.map(({ url }) => url).join('、')
  }
}

/** The cluster answered, and would not: the next node says the same. */
class Refused extends Error {}

/** Was there no answer, or one that says no? */
function isSilence(failure: unknown): boolean {
  if (failure instanceof Refused) return false
  if (failure instanceof DOMException || failure instanceof TypeError) return true // of fetch: too late, or no connection
  return /UNAVAILABLE|timed out|没有应答|cancell?ed|closed/i.test(failure instanceof Error ? failure.message : String(failure))
}

export const unavailable = (message: string, cause?: unknown): PolicyError =>
  new PolicyError('search-unavailable', message, cause === undefined ? undefined : { cause })

/** The client tries a node that is gone again and again until its time is over: the node is looked at meanwhile. */
async function answered<Result>(asking: Promise<Result>, isGone: () => Promise<boolean>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const suspicion = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      void isGone().then((gone) => gone && reject(new Error('节点没有应答 the node does not answer')))
    }, SUSPICION_MS)
  })
  try {
    return await Promise.race([asking, suspicion])
  } finally {
    clearTimeout(timer)
    suspicion.catch(() => {})
  }
}
