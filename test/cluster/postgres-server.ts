/** A real PostgreSQL on the loopback, in a folder of its own, for as long as a test needs it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import pg from 'pg'

/** The server refuses root. */
const NOBODY = 65_534
const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
const PASSWORD = encodeURIComponent('p@ss:w/rd')

export class PostgresServer {
  readonly #folder: string
  readonly #port: number
  #process: ChildProcess | undefined
  #databases = 0

  private constructor(folder: string, port: number) {
    this.#folder = folder
    this.#port = port
  }

  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'tiaowen-postgres-'))
    if (as.uid !== undefined) chownSync(folder, as.uid, as.gid)
    const given = ['-D', join(folder, 'data'), '-U', 'tiaowen', '-E', 'UTF8', '--locale=C', '--auth=trust', '-N']
    await promisify(execFile)(programOf('initdb'), given, { ...as, cwd: folder })
    const server = new PostgresServer(folder, await freePort())
    await server.begin()
    return server
  }

  async begin(): Promise<void> {
    const settings = { fsync: 'off', listen_addresses: '127.0.0.1', port: String(this.#port), unix_socket_directories: this.#folder, max_connections: '200' }
    const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    this.#process = spawn(programOf('postgres'), ['-D', join(this.#folder, 'data'), ...given], { ...as, cwd: this.#folder, stdio: 'ignore' })
    for (const until = performance.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const client = new pg.Client({ connectionString: this.address('postgres') })
      try {
        await client.connect()
        return await client.end()
      } catch (error) {
        if (performance.now() > until) throw error
      }
    }
  }

  /** SIGINT ends all connections at once. */
  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    if (!this.#process) return
    const ended = once(this.#process, 'exit')
    this.#process.kill(signal)
    await ended
    this.#process = undefined
  }

  async stop(): Promise<void> {
    await this.end()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get pid(): number {
    return this.#process!.pid!
  }

  address(database: string): string {
    return `postgres://tiaowen:${PASSWORD}@127.0.0.1:${this.#port}/${database}`
  }

  /** The address of a database with nothing in it. */
  async database(more = ''): Promise<string> {
    const name = `test_${++this.#databases}`
    await this.run(this.address('postgres'), `CREATE DATABASE ${name} ${more}`)
    return this.address(name)
  }

  async run(address: string, sql: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: address })
    await client.connect()
    try {
      return (await client.query(sql, values.length > 0 ? [...values] : undefined)).rows as Record<string, unknown>[]
    } finally {
      await client.end()
    }
  }
}

/** Where distributions put it beside the path. */
function programOf(name: string): string {
  const versions = '/usr/lib/postgresql'
  const beside = existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')).toReversed() : []
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...beside]
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
  if (found === undefined) throw new Error(`There is no ${name} on this machine: install PostgreSQL, e.g. apt-get install postgresql`)
  return found
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
