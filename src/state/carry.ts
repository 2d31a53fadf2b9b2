/**
 * Carries all that is kept from PostgreSQL into a file of SQLite and back, row by row: the tables have the same columns.
 * What is carried is of one moment, and arrives whole or not at all. A backup of a database is such a file.
 */
import { renameSync, rmSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import pg from 'pg'
import { PolicyError } from '../errors.ts'
import { codeOf, explained as explainedHere } from './postgres-errors.ts'
import { clientConfig, placeOf, PostgresSession } from './postgres-session.ts'
import { kept } from './postgres-statements.ts'
import { copyState } from './sqlite-copy.ts'
import { openFile } from './sqlite-file.ts'

/** In an order in which what is referred to comes first, and in which their rows were made. */
const TABLES = [
  { table: 'conversations', here: 'rowid', there: 'owner, updated_at' },
  { table: 'exchanges', here: 'rowid', there: 'conversation_id, position' },
  { table: 'feedback', here: 'rowid', there: 'inserted' },
  { table: 'bot_events', here: 'number', there: 'number' },
  { table: 'api_keys', here: 'rowid', there: 'inserted' },
  { table: 'people', here: 'rowid', there: 'inserted' },
  { table: 'sessions', here: 'rowid', there: 'inserted' },
  { table: 'collections', here: 'rowid', there: 'inserted' },
  { table: 'collection_folders', here: 'collection_id, folder', there: 'collection_id, folder' },
  { table: 'collection_documents', here: 'collection_id, document_id', there: 'collection_id, document_id' },
  { table: 'collection_changes', here: 'rowid', there: 'count' },
  { table: 'audit', here: 'number', there: 'number' },
  { table: 'usage', here: 'day, channel, outcome, reason, mode', there: 'day, channel, outcome, reason, mode' },
] as const

const AT_ONCE = 200
const NOTHING = '0'.repeat(64)

/** How many rows of each table were carried. */
export type Carried = Readonly<Record<string, number>>

/** Where the audit log ends, and whether there ever was a key or a person. */
export interface CarriedHead {
  readonly number: number
  readonly hash: string
  readonly guarded: boolean
}

/**
 * Writes a new file of SQLite; nothing of it is left where that fails. Nobody waits for it.
 * @throws PolicyError `state-unusable`, `disk-full`
 */
export async function carryToFile(address: string, path: string): Promise<{ readonly rows: Carried; readonly head: CarriedHead }> {
  await upToDate(address)
  const client = new pg.Client(clientConfig(address))
  client.on('error', () => {})
  const draft = `${path}.tmp-carried`
  rmSync(draft, { force: true })
  let file: DatabaseSync | undefined
  try {
    await client.connect()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0')
    file = openFile(draft, { log: () => {}, mend: false })
    const rows: Record<string, number> = {}
    file.exec('BEGIN')
    for (const { table, there } of TABLES) rows[table] = await tableToFile(client, file, table, there)
    file.exec('COMMIT; PRAGMA journal_mode = DELETE')
    const { number = 0, hash = NOTHING, guarded = 0 } = (await client.query<Record<string, unknown>>('SELECT number, hash, guarded FROM audit_head')).rows[0] ?? {}
    file.close()
    renameSync(draft, path)
    return { rows, head: { number: Number(number), hash: String(hash), guarded: Number(guarded) === 1 } }
  } catch (error) {
    if (file?.isOpen) file.close()
    for (const more of ['', '-wal', '-shm', '-journal']) rmSync(`${draft}${more}`, { force: true })
    throw told(error, address)
  } finally {
    await client.end().catch(() => {})
  }
}

async function tableToFile(client: pg.ClientBase, file: DatabaseSync, table: string, order: string): Promise<number> {
  const columns = columnsOf(file, table)
  const names = columns.map(({ name }) => name).join(', ')
  if (table === 'collection_changes') file.exec('DELETE FROM collection_changes')
  const add = file.prepare(['INSERT INTO', table, `(${names}) VALUES (${columns.map(() => '?').join(', ')})`].join(' '))
  await client.query(['DECLARE carried NO SCROLL CURSOR FOR SELECT', names, 'FROM', table, 'ORDER BY', order].join(' '))
  for (let count = 0; ; ) {
    const { rows } = await client.query<Record<string, SQLInputValue>>(['FETCH', AT_ONCE, 'FROM carried'].join(' '))
    for (const row of rows) add.run(...columns.map(({ name }) => row[name] ?? null))
    count += rows.length
    if (rows.length === AT_ONCE) continue
    await client.query('CLOSE carried')
    return count
  }
}

/**
 * Puts all of a file of SQLite into a database, which must hold nothing unless what it holds is to be replaced. The file
 * stays as it is. Whoever uses the database meanwhile waits.
 * @param isGuarded was there ever a key or a person, as the data folder says?
 * @throws PolicyError `restore-refused` where it holds something; `state-unusable`, `disk-full`; nothing is changed then
 */
export async function carryToDatabase(path: string, address: string, { replace, isGuarded }: { readonly replace: boolean; readonly isGuarded: boolean }): Promise<Carried> {
  await upToDate(address)
  const draft = `${path}.tmp-carried`
  rmSync(draft, { force: true })
  const client = new pg.Client({ ...clientConfig(address), query_timeout: 0 })
  client.on('error', () => {})
  let file: DatabaseSync | undefined
  try {
    await copyState(path, draft)
    file = openFile(draft, { log: () => {}, mend: false }) // of an older version: brought up to date
    await client.connect()
    await client.query('BEGIN')
    await client.query(['LOCK TABLE', TABLES.map(({ table }) => table).join(', '), 'IN ACCESS EXCLUSIVE MODE'].join(' '))
    const full = await heldBy(client)
    if (full.length > 0 && !replace) throw occupied(address, full)
    await client.query('ALTER TABLE audit DISABLE TRIGGER USER; ALTER TABLE audit_head DISABLE TRIGGER USER')
    await client.query(['TRUNCATE', TABLES.map(({ table }) => table).join(', '), 'RESTART IDENTITY CASCADE; TRUNCATE operator_sessions'].join(' '))
    const rows: Record<string, number> = {}
    for (const { table, here } of TABLES) rows[table] = await tableToDatabase(client, file, table, here)
    await endAsCarried(client, file, isGuarded || rows['api_keys']! > 0 || rows['people']! > 0)
    await client.query('ALTER TABLE audit ENABLE TRIGGER USER; ALTER TABLE audit_head ENABLE TRIGGER USER')
    await client.query('COMMIT')
    return rows
  } catch (error) {
    throw told(error, address) // what was begun is undone with its connection
  } finally {
    if (file?.isOpen) file.close()
    for (const more of ['', '-wal', '-shm', '-journal']) rmSync(`${draft}${more}`, { force: true })
    await client.end().catch(() => {})
  }
}

async function tableToDatabase(client: pg.ClientBase, file: DatabaseSync, table: string, order: string): Promise<number> {
  const columns = columnsOf(file, table)
  const names = columns.map(({ name }) => name).join(', ')
  const all = file.prepare(['SELECT', names, 'FROM', table, 'ORDER BY', order].join(' '))
  let count = 0
  let batch: unknown[][] = []
  const flush = async () => {
    if (batch.length === 0) return
    const places = batch.map((_, row) => `(${columns.map((_, at) => `$${row * columns.length + at + 1}`).join(', ')})`)
    await client.query(['INSERT INTO', table, `(${names}) VALUES`, places.join(', ')].join(' '), batch.flat())
    count += batch.length
    batch = []
  }
  for (const row of all.iterate()) {
    batch.push(columns.map(({ name }) => (typeof row[name] === 'string' ? kept(row[name]) : row[name])))
    if (batch.length === AT_ONCE) await flush()
  }
  await flush()
  return count
}

/** Numbers go on behind the last one; the head stands where the log ends. */
async function endAsCarried(client: pg.ClientBase, file: DatabaseSync, isGuarded: boolean): Promise<void> {
  await client.query("SELECT setval(pg_get_serial_sequence('bot_events', 'number'), coalesce((SELECT max(number) FROM bot_events), 0) + 1, false)")
  const last = file.prepare('SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1').get()
  const values = [Number(last?.['number'] ?? 0), String(last?.['hash'] ?? NOTHING), isGuarded ? 1 : 0]
  await client.query('UPDATE audit_head SET number = $1, hash = $2, guarded = $3', values)
}

/** The tables that hold something. */
async function heldBy(client: pg.ClientBase): Promise<readonly string[]> {
  const held: string[] = []
  for (const { table } of TABLES) {
    if (table === 'collection_changes') continue
    const { rows } = await client.query<{ is_held: boolean }>(['SELECT EXISTS (SELECT 1 FROM', table, ') AS is_held'].join(' '))
    if (rows[0]!.is_held) held.push(table)
  }
  return held
}

/** Does a database hold anything? @throws PolicyError `state-unusable` */
export async function isDatabaseEmpty(address: string): Promise<boolean> {
  await upToDate(address)
  return withClient(address, async (client) => (await heldBy(client)).length === 0)
}

/** How many connections of the program to a database there are besides: copies that run. @throws PolicyError `state-unusable` */
export function copiesAt(address: string): Promise<number> {
  return withClient(address, async (client) => {
    const { rows } = await client.query<{ count: number }>(`SELECT count(*) AS count FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'tiaowen%' AND pid <> pg_backend_pid()
      AND application_name <> 'tiaowen writes index'`)
    return rows[0]!.count
  })
}

async function withClient<Result>(address: string, work: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
  const client = new pg.Client(clientConfig(address))
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } catch (error) {
    throw told(error, address)
  } finally {
    await client.end().catch(() => {})
  }
}

/** @throws PolicyError `state-unusable` where it is away, or of a newer version */
async function upToDate(address: string): Promise<void> {
  const session = await PostgresSession.open(address, { connections: 1 })
  try {
    await session.probe()
  } finally {
    await session.close()
  }
}

const columnsOf = (file: DatabaseSync, table: string): readonly { readonly name: string }[] =>
  file.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').all(table).map(({ name }) => ({ name: String(name) }))

/** Of SQLite and of the disk as they are; of PostgreSQL as someone can mend it. */
function told(error: unknown, address: string): unknown {
  if (error instanceof PolicyError) return error
  const isOfFile = typeof (error as { errcode?: unknown }).errcode === 'number' || codeOf(error) === 'ENOSPC'
  return isOfFile ? new PolicyError('state-unusable', `对话记录的文件不能读写（${String(error)}）。请检查磁盘。`, { cause: error }) : explainedHere(error, placeOf(address))
}

const occupied = (address: string, tables: readonly string[]) =>
  new PolicyError('restore-refused', `数据库 ${placeOf(address)} 里已有数据（${tables.slice(0, 4).join('、')}${tables.length > 4 ? '……' : ''}），没有写入。请换一个空的库，或加 --replace。`)
