/**
 * Connections to PostgreSQL for what is kept in it: transactions, time limits on everything, and errors as someone can
 * mend them. A server that goes away and comes back is used again by itself.
 */
import { createHash } from 'node:crypto'
import pg from 'pg'
import { PolicyError } from '../errors.ts'
import { explained, isLost, isRace, lacksTables } from './postgres-errors.ts'
import { POSTGRES_STEPS } from './postgres-schema.ts'
import { statementOf, told, valuesOf, type Given, type Statement } from './postgres-statements.ts'
import type { Row } from './rows.ts'

/** Whoever runs statements: the session, each on its own; a transaction, together. */
export interface Asker {
  get(statement: Statement, given?: Given): Promise<Row | undefined>
  all(statement: Statement, given?: Given): Promise<readonly Row[]>
  /** How many rows were changed. */
  run(statement: Statement, given?: Given): Promise<number>
}

export interface Transaction extends Asker {
  /** Milliseconds since 1970 by the clock of the database, when it began, or had its lock. */
  readonly now: number
}

export interface PostgresOptions {
  readonly log?: (message: string) => void
  /** Of this pool. */
  readonly connections?: number
  /** For tests; default: the clock of the database, which is one for all copies. */
  readonly now?: () => number
  /** For tests. */
  readonly limits?: Partial<typeof LIMITS>
}

/** Milliseconds. */
export const LIMITS = {
  /** To connect, or to wait for a connection of the pool. */
  connect: 3_000,
  /** Told the server. */
  statement: 5_000,
  lock: 3_000,
  /** Of a transaction whose process hangs: its locks are given up then. */
  idleInTransaction: 15_000,
  /** Kept here, for a server that says nothing any more. */
  answer: 7_000,
  /** Between two looks whether a database that is away is back. */
  down: 1_000,
}

const CONNECTIONS = 10
/** A transaction that met another begins again. */
const TRIES = 4

/** The clock of the database in a statement, or the one of a test. Milliseconds since 1970. */
export const NOW = 'coalesce(:clock::bigint, floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint)'

const CLOCK = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now'
const BEGIN = `BEGIN; SELECT ${CLOCK}`
const LOCKED = statementOf(`SELECT pg_advisory_xact_lock(:key::bigint) AS locked, ${CLOCK}`)
const PROBE = statementOf('SELECT pg_is_in_recovery() AS is_standby')
const SETTINGS = statementOf(`SELECT set_config('statement_timeout', :statement, false), set_config('lock_timeout', :lock, false),
  set_config('idle_in_transaction_session_timeout', :idle, false), set_config('client_min_messages', 'warning', false),
  set_config('standard_conforming_strings', 'on', false),
  CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END`)
const UNLIMITED = `SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`
const VERSION = 'SELECT version FROM tiaowen_schema'
/** Of the catalogue as it is now: to_regclass may still say what it said before another copy made the tables. */
const HAS_VERSION = `SELECT current_setting('server_encoding') AS encoding, EXISTS (
  SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = 'tiaowen_schema' AND n.nspname = ANY (current_schemas(false))) AS is_there`
/** Copies take steps one after the other. */
const STEPPING = lockKey('schema')

const INT8 = 20
const TEXT = 25
const parsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === INT8 ? Number : oid === TEXT ? told : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

/** A number for an advisory lock. @example lockKey('schema') // '-69…' */
export function lockKey(...names: readonly string[]): string {
  return createHash('sha256').update(['tiaowen', ...names].join('\n')).digest().readBigInt64BE().toString()
}

/** Host, port and database of an address, without user and password. */
export function placeOf(address: string): string {
  const { hostname, port, pathname, searchParams } = new URL(address)
  return `${searchParams.get('host') ?? hostname}${port === '' ? '' : `:${port}`}${pathname}`
}

/** Of one connection, for whoever needs one of their own. */
export function clientConfig(address: string, limits: Partial<typeof LIMITS> = {}): pg.ClientConfig {
  const { connect, answer } = { ...LIMITS, ...limits }
  return {
    connectionString: address,
    application_name: 'tiaowen',
    connectionTimeoutMillis: connect,
    query_timeout: answer,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: parsers,
  }
}

export class PostgresSession implements Asker {
  /** As people know it. */
  readonly path: string
  readonly #pool: pg.Pool
  readonly #log: (message: string) => void
  readonly #now: (() => number) | undefined
  readonly #limits: typeof LIMITS
  /** Of each lock, the end of the last of this process that wants it. */
  readonly #turns = new Map<string, Promise<void>>()
  #schema: Promise<void> | undefined
  #trouble: PolicyError | undefined
  /** Looks whether the database is back; while it does, every use is refused at once. */
  #looking: NodeJS.Timeout | undefined
  #isClosed = false
  readonly #endings: (() => Promise<void>)[] = []

  private constructor(address: string, { log = () => {}, connections = CONNECTIONS, now, limits }: PostgresOptions) {
    this.path = placeOf(address)
    this.#log = log
    this.#now = now
    this.#limits = { ...LIMITS, ...limits }
    const { statement, lock, idleInTransaction } = this.#limits
    this.#pool = new pg.Pool({
      ...clientConfig(address, this.#limits),
      max: connections,
      min: 1, // that a copy is there can be seen
      idleTimeoutMillis: 60_000,
      // as statements and not on connecting, where poolers refuse them
      onConnect: (client) => settle(client, { statement, lock, idle: idleInTransaction }),
    })
    this.#pool.on('error', () => {}) // one that was idle is gone: the next use tells
  }

  /**
   * Opens a database, and brings its tables up to date. One that is away is waited for: until then every use throws.
   * @throws PolicyError `state-unusable` for one of a newer version, or that keeps no UTF-8
   */
  static async open(address: string, options: PostgresOptions = {}): Promise<PostgresSession> {
    const session = new PostgresSession(address, options)
    try {
      await session.probe()
    } catch (error) {
      // without a cause it is ours: it is never waited for
      if ((error as Error).cause !== undefined) return session
      await session.close()
      throw error
    }
    return session
  }

  get(statement: Statement, given: Given = {}): Promise<Row | undefined> {
    return this.#once((asker) => asker.get(statement, given), true)
  }

  all(statement: Statement, given: Given = {}): Promise<readonly Row[]> {
    return this.#once((asker) => asker.all(statement, given), true)
  }

  run(statement: Statement, given: Given = {}): Promise<number> {
    return this.#once((asker) => asker.run(statement, given), false)
  }

  /** The rows that a statement changes; not tried again where the connection is lost meanwhile. */
  changed(statement: Statement, given: Given = {}): Promise<readonly Row[]> {
    return this.#once((asker) => asker.all(statement, given), false)
  }

  /**
   * One transaction: on the disk when it resolves, undone when it rejects. Work that met another's is done again from
   * its beginning.
   * @param lock what of all copies one at a time may change, e.g. `owner local`
   */
  async written<Result>(work: (transaction: Transaction) => Promise<Result>, lock?: string): Promise<Result> {
    if (lock === undefined) return this.#tried(work)
    // those of this process wait in the order they came, and without a connection
    const before = this.#turns.get(lock)
    const turn = Promise.withResolvers<void>()
    this.#turns.set(lock, turn.promise)
    await before
    try {
      return await this.#tried(work, lock)
    } finally {
      if (this.#turns.get(lock) === turn.promise) this.#turns.delete(lock)
      turn.resolve()
    }
  }

  async #tried<Result>(work: (transaction: Transaction) => Promise<Result>, lock?: string): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once((asker) => asker.transaction(work, lock), tries === 1)
      } catch (error) {
        const { cause } = error as Error
        if (tries === TRIES || !isRace(cause)) throw error
      }
    }
  }

  /** Throws where it cannot be written to. */
  async probe(): Promise<void> {
    const row = await this.get(PROBE)
    if (row!['is_standby'] === true) throw this.#told(Object.assign(new Error('is in recovery'), { code: '25006' }))
  }

  /** Why it cannot be read or written; undefined where it can. What was wrong before is looked at anew. */
  async trouble(): Promise<PolicyError | undefined> {
    if (this.#trouble && !this.#isClosed) await this.probe().catch(() => {})
    return this.#trouble
  }

  /** Must not reject. */
  beforeClose(end: () => Promise<void>): void {
    this.#endings.push(end)
  }

  /** `waiting`: uses that wait for one. */
  connections(): { readonly used: number; readonly idle: number; readonly waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.#pool
    return { used: totalCount - idleCount, idle: idleCount, waiting: waitingCount }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#looking)
    await Promise.all(this.#endings.map((end) => end()))
    await this.#pool.end()
  }

  /** @param mayRepeat of work that changed nothing when its connection was found to be gone */
  async #once<Result>(work: (asker: Connection) => Promise<Result>, mayRepeat: boolean): Promise<Result> {
    if (this.#isClosed) throw new Error(`${this.path} is closed`)
    const client = await this.#client()
    const asker = new Connection(client, this.path, this.#now)
    try {
      const result = await work(asker)
      client.release()
      this.#tellMended()
      return result
    } catch (error) {
      client.release(asker.isBroken)
      const { cause } = error as Error
      if (mayRepeat && !asker.mayHaveWritten && isLost(cause)) return this.#once(work, false)
      if (!(error instanceof PolicyError) || cause === undefined || isRace(cause)) throw error
      this.#tell(error, cause)
      if (asker.isBroken) this.#lookAgain()
      throw error
    }
  }

  async #client(): Promise<pg.PoolClient> {
    if (this.#trouble && this.#looking) throw this.#trouble
    return this.#connected()
  }

  async #connected(): Promise<pg.PoolClient> {
    this.#schema ??= this.#upToDate()
    try {
      await this.#schema
    } catch (error) {
      this.#schema = undefined
      throw this.#told(error, true)
    }
    // once it was up to date it is not looked at again: a newer release may take its steps while this one runs on
    return this.#pool.connect().catch((error: unknown) => {
      throw this.#told(error, true)
    })
  }

  async #upToDate(): Promise<void> {
    const client = await this.#pool.connect()
    try {
      await takeSteps(client, this.path)
      client.release()
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  #told(error: unknown, isDown = false): PolicyError {
    const told = explained(error, this.path)
    const isFull = told.cause instanceof Error && told.cause.message === 'timeout exceeded when trying to connect'
    this.#tell(told, told.cause)
    if (isDown && !isFull && told.cause !== undefined) this.#lookAgain()
    return told
  }

  /** One looks for all, so that nobody waits for what is away. */
  #lookAgain(): void {
    if (this.#looking || this.#isClosed) return
    const look = async (): Promise<void> => {
      try {
        const client = await this.#connected()
        this.#looking = undefined
        client.release()
        this.#tellMended()
      } catch {
        if (!this.#isClosed) this.#looking = setTimeout(() => void look(), this.#limits.down).unref()
      }
    }
    this.#looking = setTimeout(() => void look(), this.#limits.down).unref()
  }

  /** Once, until it is another trouble or over. */
  #tell(trouble: PolicyError, cause: unknown): void {
    if (lacksTables(cause)) this.#schema = undefined
    if (this.#trouble?.message !== trouble.message) this.#log(`数据库暂时不能读写 not kept for now: ${trouble.message}`)
    this.#trouble = trouble
  }

  #tellMended(): void {
    if (this.#trouble) this.#log('数据库恢复读写 the database is used again')
    this.#trouble = undefined
  }
}

/** One connection while it is ours. */
class Connection implements Asker {
  readonly #client: pg.ClientBase
  readonly #place: string
  readonly #clock: (() => number) | undefined
  /** Not to be used again. */
  isBroken = false
  /** Something was sent whose end is not known. */
  mayHaveWritten = false

  constructor(client: pg.ClientBase, place: string, clock: (() => number) | undefined) {
    this.#client = client
    this.#place = place
    this.#clock = clock
  }

  async get(statement: Statement, given: Given = {}): Promise<Row | undefined> {
    return (await this.#query(statement, given)).rows[0]
  }

  async all(statement: Statement, given: Given = {}): Promise<readonly Row[]> {
    return (await this.#query(statement, given)).rows
  }

  async run(statement: Statement, given: Given = {}): Promise<number> {
    return (await this.#query(statement, given)).rowCount ?? 0
  }

  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>, lock: string | undefined): Promise<Result> {
    const now = await this.#begin(lock)
    try {
      const result = await work({
        now,
        get: (statement, given) => this.get(statement, given),
        all: (statement, given) => this.all(statement, given),
        run: (statement, given) => this.run(statement, given),
      })
      this.mayHaveWritten = true
      await this.#plain('COMMIT')
      return result
    } catch (error) {
      if (!this.isBroken) await this.#plain('ROLLBACK').catch(() => (this.isBroken = true))
      throw error
    }
  }

  async #begin(lock: string | undefined): Promise<number> {
    const results = (await this.#plain(BEGIN)) as unknown as readonly pg.QueryResult<Row>[]
    const locked = lock === undefined ? results[1]!.rows[0] : await this.get(LOCKED, { key: lockKey(lock) })
    return this.#clock?.() ?? Number(locked!['now'])
  }

  #query(statement: Statement, given: Given): Promise<pg.QueryResult<Row>> {
    const values = valuesOf(statement, { clock: this.#clock?.() ?? null, ...given })
    return this.#sent(this.#client.query<Row>(statement.text, values))
  }

  #plain(text: string): Promise<pg.QueryResult<Row>> {
    return this.#sent(this.#client.query<Row>(text))
  }

  async #sent<Result>(query: Promise<Result>): Promise<Result> {
    try {
      return await query
    } catch (error) {
      if (isLost(error) || !('severity' in (error as object))) this.isBroken = true
      throw explained(error, this.#place)
    }
  }
}

async function settle(client: pg.ClientBase, { statement, lock, idle }: { readonly statement: number; readonly lock: number; readonly idle: number }): Promise<void> {
  const values = valuesOf(SETTINGS, { statement: String(statement), lock: String(lock), idle: String(idle) })
  await client.query(SETTINGS.text, values)
}

/**
 * Looks at a database and changes nothing.
 * @throws PolicyError `state-unusable` where it is away, of a newer version, or keeps no UTF-8
 */
export async function examinePostgres(address: string): Promise<void> {
  const place = placeOf(address)
  const client = new pg.Client(clientConfig(address))
  client.on('error', () => {})
  try {
    await client.connect()
    await versionIn(client, place)
  } catch (error) {
    throw explained(error, place)
  } finally {
    await client.end().catch(() => {})
  }
}

/** N copies that start at once take each step once: it is taken under a lock, and what was taken is looked at behind it. */
async function takeSteps(client: pg.ClientBase, place: string): Promise<void> {
  if ((await versionIn(client, place)) === POSTGRES_STEPS.length) return
  for (;;) {
    await client.query('BEGIN')
    try {
      await client.query(UNLIMITED)
      // a copy that waits for its turn waits as long as the step takes
      await client.query({ text: LOCKED.text, values: [STEPPING], ...({ query_timeout: STEP_MS } as object) })
      const version = await versionIn(client, place)
      const step = POSTGRES_STEPS[version]
      if (step !== undefined) {
        await client.query({ text: step, ...({ query_timeout: STEP_MS } as object) })
        await client.query(version === 0 ? 'CREATE TABLE tiaowen_schema (version bigint NOT NULL); INSERT INTO tiaowen_schema VALUES (1)' : 'UPDATE tiaowen_schema SET version = version + 1')
      }
      await client.query('COMMIT')
      if (step === undefined) return
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {})
      throw error
    }
  }
}

const STEP_MS = 3_600_000

/** Steps taken; 0 where there are no tables. @throws PolicyError `state-unusable` for a newer one, or another encoding */
async function versionIn(client: pg.ClientBase, place: string): Promise<number> {
  const { rows } = await client.query<Row>(HAS_VERSION)
  const encoding = String(rows[0]!['encoding'])
  if (encoding !== 'UTF8') throw wrongEncoding(place, encoding)
  if (rows[0]!['is_there'] !== true) return 0
  const version = Number((await client.query<Row>(VERSION)).rows[0]?.['version'] ?? 0)
  if (version > POSTGRES_STEPS.length) throw newer(place, version)
  return version
}

const newer = (place: string, version: number) =>
  new PolicyError(
    'state-unusable',
    `数据库 ${place} 由更新的版本写成（结构第${version}版，本程序只认到第${POSTGRES_STEPS.length}版）。请改用那个版本的程序，或换一个库。`,
  )
const wrongEncoding = (place: string, encoding: string) =>
  new PolicyError('state-unusable', `数据库 ${place} 的编码是 ${encoding}，应为 UTF8。请用 createdb -E UTF8 -T template0 另建一个库。`)
