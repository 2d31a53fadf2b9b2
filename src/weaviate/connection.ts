/**
 * Weaviate's nodes: each asked over REST and gRPC within a time, the next where one does not answer. The one place
 * that knows how the cluster is reached; what it says in errors becomes `search-unavailable`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import weaviate, { type Collection, type WeaviateClient } from 'weaviate-client'
import { PolicyError } from '../errors.ts'
import type { SearchConfig, SearchNode } from '../search-config.ts'
import { quietenRetries } from './quiet-retries.ts'

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

export class Connection {
  readonly config: SearchConfig
  readonly #observer: ConnectionObserver | undefined
  readonly #onTrouble: ((trouble: string | undefined) => void) | undefined
  readonly #clients = new Map<string, Promise<WeaviateClient>>()
  /** The node that answered last. */
  #current = 0
  /** Why nobody answered; undefined while somebody does. */
  #trouble: string | undefined

  constructor(config: SearchConfig, { observer, onTrouble }: ConnectionOptions = {}) {
    this.config = config
    this.#observer = observer
    this.#onTrouble = onTrouble
    quietenRetries()
  }

  /** Why the cluster did not answer when it was last asked. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /**
   * Asks one node for something of a collection, the next where it does not answer in time.
   * @throws PolicyError `search-unavailable`
   */
  search<Result>(kind: Asked, collection: string, ask: (objects: Objects) => Promise<Result>): Promise<Result> {
    return this.#timed(kind, () =>
      this.#byOneNode(async (node) => {
        const objects = (await this.#clientOf(node)).collections.use(collection) as unknown as Objects
        return answered(ask(objects), () => this.#isGone(node))
      }),
    )
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

  async close(): Promise<void> {
    const clients = await Promise.all([...this.#clients.values()].map((client) => client.catch(() => undefined)))
    await Promise.all(clients.map((client) => client?.close()))
    this.#clients.clear()
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
        if (await this.#isGone(node)) this.#forget(node)
      }
    }
    const why = failure instanceof Error ? failure.message : String(failure)
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

  #clientOf({ url, grpcPort }: SearchNode): Promise<WeaviateClient> {
    const known = this.#clients.get(url)
    if (known) return known
    const { hostname, port, protocol } = new URL(url)
    const { key, querySeconds, insertSeconds } = this.config
    const isSecure = protocol === 'https:'
    const client = opened({
      httpHost: hostname,
      httpPort: Number(port) || (isSecure ? 443 : 80),
      httpSecure: isSecure,
      grpcHost: hostname,
      grpcPort,
      grpcSecure: isSecure,
      timeout: { init: querySeconds, query: querySeconds, insert: insertSeconds }, // seconds
      skipInitChecks: true, // a node that is down now may be up when it is asked
      ...(key === undefined ? {} : { authCredentials: new weaviate.ApiKey(key) }),
    }, querySeconds)
    this.#clients.set(url, client)
    client.catch(() => this.#clients.delete(url))
    return client
  }

  /** A channel that lost its server waits longer and longer before it looks again: the next request opens another. */
  #forget({ url }: SearchNode): void {
    const client = this.#clients.get(url)
    this.#clients.delete(url)
    void client?.then((one) => one.close()).catch(() => {})
  }

  #names(): string {
    return this.config.nodes.map(({ url }) => url).join('、')
  }
}

/**
 * A client that knows the version of its server: whatever it is asked for it would look that up beside, and where the
 * server is gone nobody would catch the failure.
 */
async function opened(options: Parameters<typeof weaviate.connectToCustom>[0], seconds: number): Promise<WeaviateClient> {
  const client = await weaviate.connectToCustom(options)
  const late = new AbortController()
  const tooLate = sleep(1_000 * seconds, undefined, { signal: late.signal, ref: false }).then(() => {
    throw new Error(`没有应答 timed out after ${seconds} s`)
  })
  try {
    await Promise.race([client.getWeaviateVersion(), tooLate])
    return client
  } catch (error) {
    await client.close()
    throw error
  } finally {
    tooLate.catch(() => {})
    late.abort()
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
