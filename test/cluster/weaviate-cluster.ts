/** Real Weaviate servers on the loopback, for tests: `go install github.com/weaviate/weaviate/cmd/weaviate-server@v1.35.2`. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SearchConfig } from '../../src/search-config.ts'

const READY_MS = 120_000

/** The server as `go install` leaves it, or where WEAVIATE_BIN says. */
export function weaviateServer(): string {
  const named = process.env['WEAVIATE_BIN']
  if (named !== undefined && named !== '') return named
  const asked = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' })
  const path = join(asked.status === 0 ? asked.stdout.trim() : join(homedir(), 'go'), 'bin', 'weaviate-server')
  if (existsSync(path)) return path
  throw new Error(`no Weaviate server at ${path}; run: go install github.com/weaviate/weaviate/cmd/weaviate-server@v1.35.2`)
}

interface Node {
  readonly name: string
  readonly http: number
  readonly grpc: number
  /** The port behind it is that of its data. */
  readonly gossip: number
  /** The port behind it is that of its calls: the server takes no other. */
  readonly raft: number
  process: ChildProcess | undefined
}

export class WeaviateCluster {
  /** Holds a folder for each node: its log and its data. */
  readonly folder: string
  readonly #nodes: readonly Node[]

  readonly #more: Readonly<Record<string, string>>

  private constructor(folder: string, nodes: readonly Node[], more: Readonly<Record<string, string>>) {
    this.folder = folder
    this.#nodes = nodes
    this.#more = more
  }

  /** @param more variables for each node */
  static async start(count = 1, more: Readonly<Record<string, string>> = {}): Promise<WeaviateCluster> {
    const pairs = await freePairs(3 * count)
    const nodes = Array.from({ length: count }, (_, at): Node => {
      const [http, gossip, raft] = pairs.slice(3 * at, 3 * at + 3) as [number, number, number]
      return { name: `weaviate-${at}`, http, grpc: http + 1, gossip, raft, process: undefined }
    })
    const cluster = new WeaviateCluster(mkdtempSync(join(tmpdir(), 'tiaowen-weaviate-')), nodes, more)
    try {
      for (const at of nodes.keys()) cluster.begin(at)
      await cluster.healthy()
    } catch (error) {
      await Promise.all(nodes.map((_, at) => cluster.kill(at)))
      throw error
    }
    return cluster
  }

  /** What a program is told to search here. */
  config(more: Partial<SearchConfig> = {}): SearchConfig {
    const count = this.#nodes.length
    return {
      nodes: this.#nodes.map(({ http, grpc }) => ({ url: `http://127.0.0.1:${http}`, grpcPort: grpc })),
      prefix: 'Test',
      replication: Math.min(3, count),
      expectedNodes: count,
      querySeconds: 5,
      insertSeconds: 20,
      ...more,
    }
  }

  /** The same as variables. */
  environment(): Record<string, string> {
    return {
      TIAOWEN_SEARCH_URL: this.#nodes.map(({ http }) => `http://127.0.0.1:${http}`).join(','),
      TIAOWEN_SEARCH_GRPC_PORT: this.#nodes.map(({ grpc }) => grpc).join(','),
      TIAOWEN_SEARCH_NODES: String(this.#nodes.length),
      TIAOWEN_SEARCH_PREFIX: 'Test',
    }
  }

  async rest(path: string, method = 'GET'): Promise<unknown> {
    const { http } = this.#nodes.find(({ process: child }) => child !== undefined) ?? this.#nodes[0]!
    const response = await fetch(`http://127.0.0.1:${http}${path}`, { method, signal: AbortSignal.timeout(20_000) })
    const text = await response.text()
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  }

  /** Objects that stand on the disk of this node, whatever the others hold, as `collection/id`; of all that any has. */
  async objectsAt(at: number): Promise<ReadonlySet<string>> {
    const { classes } = (await this.rest('/v1/schema')) as { classes: { class: string }[] }
    const held = new Set<string>()
    for (const { class: name } of classes) {
      const { objects } = (await this.rest(`/v1/objects?class=${name}&limit=10000`)) as { objects: { id: string }[] }
      for (const { id } of objects) {
        const path = `/v1/objects/${name}/${id}?node_name=${this.#nodes[at]!.name}`
        if ((await fetch(`http://127.0.0.1:${this.#nodes[0]!.http}${path}`)).ok) held.add(`${name}/${id}`)
      }
    }
    return held
  }

  /** Resident memory of all nodes; 0 where the system does not tell. */
  memoryMB(): number {
    const kilobytes = this.#nodes.map(({ process: child }) => {
      const path = `/proc/${child?.pid}/status`
      return existsSync(path) ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1]) : 0
    })
    return kilobytes.reduce((sum, one) => sum + one, 0) / 1024
  }

  /** The node that leads now; undefined while there is none. */
  async leader(): Promise<number | undefined> {
    for (const { http, process: child } of this.#nodes) {
      if (!child) continue
      try {
        const response = await fetch(`http://127.0.0.1:${http}/v1/cluster/statistics`, { signal: AbortSignal.timeout(5_000) })
        const { statistics } = (await response.json()) as { statistics: { name: string; raft?: { state?: string } }[] }
        const name = statistics.find(({ raft }) => raft?.state === 'Leader')?.name
        if (name !== undefined) return this.#nodes.findIndex((node) => node.name === name)
      } catch {
        // the next one may know
      }
    }
    return undefined
  }

  /** SIGKILL. */
  async kill(at: number): Promise<void> {
    const { process: child } = this.#nodes[at]!
    if (!child) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    this.#nodes[at]!.process = undefined
  }

  async restart(at: number): Promise<void> {
    this.begin(at)
    await this.healthy()
  }

  /** All nodes killed, their disks lost, and started anew. */
  async lost(): Promise<void> {
    await Promise.all(this.#nodes.map((_, at) => this.empty(at)))
    await this.healthy()
  }

  /** Killed, its disk lost, and started anew, without waiting for it. */
  async empty(at: number): Promise<void> {
    await this.kill(at)
    rmSync(join(this.folder, this.#nodes[at]!.name, 'data'), { recursive: true, force: true })
    this.begin(at)
  }

  /** Every node ready and listed, and a leader among them. */
  async healthy(): Promise<void> {
    const until = performance.now() + READY_MS
    const isThere = async (): Promise<boolean> => {
      const { nodes } = (await this.rest('/v1/nodes')) as { nodes?: { status: string }[] }
      const statistics = JSON.stringify(await this.rest('/v1/cluster/statistics'))
      const ready = await Promise.all(this.#nodes.map(({ http }) => fetch(`http://127.0.0.1:${http}/v1/.well-known/ready`)))
      if (!ready.every(({ ok }) => ok)) return false
      return nodes?.filter(({ status }) => status === 'HEALTHY').length === this.#nodes.length && statistics.includes('"Leader"')
    }
    while (!(await isThere().catch(() => false))) {
      if (performance.now() > until) throw new Error(`the cluster is not healthy; see ${this.folder}`)
      await sleep(250)
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((_, at) => this.kill(at)))
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Without waiting for it or the others. */
  begin(at: number): void {
    const node = this.#nodes[at]!
    // itself among them: a node that finds nobody ends, and the first name must be known
    const joined = [node, ...this.#nodes.filter((other) => other !== node)]
    const home = join(this.folder, node.name)
    mkdirSync(home, { recursive: true })
    const log = createWriteStream(join(home, 'log'), { flags: 'a' })
    node.process = spawn(weaviateServer(), ['--scheme', 'http', '--host', '127.0.0.1', '--port', String(node.http)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'true',
        DISABLE_TELEMETRY: 'true',
        DEFAULT_VECTORIZER_MODULE: 'none',
        ENABLE_MODULES: '',
        PERSISTENCE_DATA_PATH: join(home, 'data'),
        CLUSTER_HOSTNAME: node.name,
        CLUSTER_IN_LOCALHOST: 'true',
        CLUSTER_BIND_ADDR: '127.0.0.1',
        CLUSTER_ADVERTISE_ADDR: '127.0.0.1',
        CLUSTER_GOSSIP_BIND_PORT: String(node.gossip),
        CLUSTER_DATA_BIND_PORT: String(node.gossip + 1),
        CLUSTER_JOIN: joined.map(({ gossip }) => `127.0.0.1:${gossip}`).join(','),
        RAFT_PORT: String(node.raft),
        RAFT_INTERNAL_RPC_PORT: String(node.raft + 1),
        RAFT_JOIN: this.#nodes.map(({ name, raft }) => `${name}:${raft}`).join(','),
        RAFT_BOOTSTRAP_EXPECT: String(this.#nodes.length),
        RAFT_TIMEOUTS_MULTIPLIER: '1', // for tests: upstream recommends 5 where it serves
        GRPC_PORT: String(node.grpc),
        GO_PROFILING_DISABLE: 'true',
        GOMEMLIMIT: '2GiB',
        ...this.#more,
      },
    })
    node.process.stdout!.pipe(log, { end: false })
    node.process.stderr!.pipe(log, { end: false })
  }
}

/** Ports that nobody listens on, with the next one free too; below those that the system hands out. */
async function freePairs(count: number): Promise<number[]> {
  const pairs: number[] = []
  for (let port = 12_000 + 2 * Math.floor(Math.random() * 8_000); pairs.length < count; port += 2) {
    if ((await isFree(port)) && (await isFree(port + 1))) pairs.push(port)
  }
  return pairs
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const isListening = await new Promise<boolean>((done) => {
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => done(true))
  })
  if (isListening) await new Promise((done) => server.close(done))
  return isListening
}
