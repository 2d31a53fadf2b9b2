/** A client of each node, opened when it is first asked. */
import { setTimeout as sleep } from 'node:timers/promises'
import weaviate, { type WeaviateClient } from 'weaviate-client'
import type { SearchConfig, SearchNode } from '../search-config.ts'
import { quietenRetries } from './quiet-retries.ts'

export class NodeClients {
  readonly #config: SearchConfig
  readonly #clients = new Map<string, Promise<WeaviateClient>>()

  constructor(config: SearchConfig) {
    this.#config = config
    quietenRetries()
  }

  /** @throws what the client throws when the node does not answer; it is opened anew the next time */
  of({ url, grpcPort }: SearchNode): Promise<WeaviateClient> {
    const known = this.#clients.get(url)
    if (known) return known
    const { hostname, port, protocol } = new URL(url)
    const { key, querySeconds, insertSeconds } = this.#config
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
  forget({ url }: SearchNode): void {
    const client = this.#clients.get(url)
    this.#clients.delete(url)
    void client?.then((one) => one.close()).catch(() => {})
  }

  async close(): Promise<void> {
    const clients = await Promise.all([...this.#clients.values()].map((client) => client.catch(() => undefined)))
    await Promise.all(clients.map((client) => client?.close()))
    this.#clients.clear()
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
