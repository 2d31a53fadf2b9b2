/** Opens state.sqlite: makes it, brings its schema up to date, takes out damaged rows, sets a damaged file aside. */
import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PolicyError } from '../errors.ts'
import { STEPS } from './sqlite-schema.ts'
import { strangeTable, versionOf, withOwnSchema } from './sqlite-shape.ts'
import { addRowSum, Damaged, takeOutDamaged } from './sqlite-sums.ts'

/** Another process may hold the file for a moment. The wait blocks this one, so it is short. */
export const BUSY_MS = 2_000

export const IN_MEMORY = ':memory:'

export interface FileOptions {
  /** Told when a damaged file was set aside, or rows of it. */
  readonly log: (message: string) => void
  /** What is damaged is set aside: rows, or the file, and a new one begun. Else it is refused and left as it is. */
  readonly mend: boolean
}

/** @throws PolicyError `state-unusable` or `disk-full`, with the next step */
export function openFile(path: string, { log, mend }: FileOptions): DatabaseSync {
  try {
    return opened(path, mend && path !== IN_MEMORY ? log : undefined)
  } catch (error) {
    if (!mend || path === IN_MEMORY || !isDamage(error)) throw explained(error, path)
    const aside = setAside(path)
    log(
      `对话记录 ${path} 已损坏（${wordsOf(error)}），已改名保存为 ${aside}，现从空白开始 ` +
        'the file of conversations is damaged; it was set aside and a new one begun',
    )
    return tried(path, () => opened(path))
  }
}

/** @param mended told of what was damaged and put right within the file; without it nothing of it is touched */
function opened(path: string, mended?: (message: string) => void): DatabaseSync {
  if (path !== IN_MEMORY) prepareFile(path)
  const database = new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true, defensive: true })
  try {
    addRowSum(database)
    // FULL: what was acknowledged outlives a power cut, not only a crash; people write seldom enough to wait for the disk
    // secure_delete: what a person deletes is overwritten, not only unlisted
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
    refuseNewer(database, path)
    if (mended) mendSchema(database, path, mended)
    const damage = damageIn(database)
    if (damage !== undefined) {
      if (!mended || !isOfRows(database)) throw new Damaged(damage)
      mended(withoutDamagedRows(database, path))
    }
    takeSteps(database, path)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Only the account that runs the program may read it; its journal takes over the mode. */
function prepareFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

const firstOf = (database: DatabaseSync, pragma: string) => String(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0])

/** What is wrong with the file: its pages, its rows against their sums, its tables; undefined where nothing is. */
export function damageIn(database: DatabaseSync): string | undefined {
  const verdict = firstOf(database, 'integrity_check(1)')
  return verdict === 'ok' ? strangeTable(database) : verdict
}

function mendSchema(database: DatabaseSync, path: string, mended: (message: string) => void): void {
  const damage = strangeTable(database)
  if (damage !== undefined) throw new Damaged(damage)
  const names = withOwnSchema(database)
  if (names.length > 0) mended(`对话记录 ${path} 的 ${names.join('、')} 与程序所建的不同，已照原样重建 made anew, as the program makes them`)
}

/** Its pages are in order: rows, or what is told of them in an index, are others than were written. */
const isOfRows = (database: DatabaseSync): boolean => firstOf(database, 'quick_check(1)') === 'ok' && strangeTable(database) === undefined

/** Keeps a copy of all as it is, takes out what is damaged. @returns what is to be told @throws where it is not whole then */
function withoutDamagedRows(database: DatabaseSync, path: string): string {
  const aside = asideOf(path)
  const damaged = unlessUnique(() => {
    copyInto(database, aside)
    return takeOutDamaged(database)
  })
  const left = damageIn(database)
  if (left !== undefined) throw new Damaged(left)
  const counted = Object.entries(damaged).map(([table, rows]) => `${table} ${rows}`).join('、') || '索引 indexes'
  return (
    `对话记录 ${path} 里有损坏的记录（${counted}），已移出，其余照常使用；原样的副本是 ${aside} ` +
    'damaged rows were taken out, the rest is used; the copy holds all as it was'
  )
}

function takeSteps(database: DatabaseSync, path: string): void {
  const before = versionOf(database)
  if (before === STEPS.length) return
  if (before > 0 && before < STEPS.length && path !== IN_MEMORY) keepBefore(database, path)
  database.exec('BEGIN IMMEDIATE')
  refuseNewer(database, path) // another process may have taken them meanwhile
  const from = versionOf(database)
  for (const step of STEPS.slice(from)) database.exec(step)
  database.exec(`PRAGMA user_version = ${STEPS.length}; COMMIT`)
}

/** A name that has become the name of another row: rows alone cannot be put right then. */
function unlessUnique<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw kindOf(error) === SQLITE.constraint ? new Damaged(wordsOf(error)) : error
  }
}

function refuseNewer(database: DatabaseSync, path: string): void {
  const version = versionOf(database)
  if (version <= STEPS.length) return
  throw new PolicyError(
    'state-unusable',
    `${path} 由更新的版本写成（结构第${version}版，本程序只认到第${STEPS.length}版）。请改用那个版本的程序，或把它移走。`,
  )
}

/**
 * A copy of the file as it is before steps are taken, `state.sqlite.before-<version>`: whoever goes back to the program
 * before this one puts it in place. One that lies there already is of an earlier upgrade, and stays.
 */
function keepBefore(database: DatabaseSync, path: string): void {
  const copy = `${path}.before-${STEPS.length}`
  copyInto(database, existsSync(copy) ? `${copy}-${timeInName()}` : copy)
}

/** On the disk under its name, or not at all. */
function copyInto(database: DatabaseSync, copy: string): void {
  const draft = `${copy}.tmp-${randomBytes(4).toString('hex')}`
  try {
    closeSync(openSync(draft, 'wx', 0o600))
    database.prepare('VACUUM INTO ?').run(draft)
    const file = openSync(draft, 'r+')
    fsyncSync(file)
    closeSync(file)
    renameSync(draft, copy)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

const timeInName = () => new Date().toISOString().replace(/[:.]/g, '-')
const asideOf = (path: string) => `${path}.bad-${timeInName()}`

/** What is left of it can still be looked at, with its journal. */
function setAside(path: string): string {
  const aside = asideOf(path)
  return tried(path, () => {
    if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${aside}-wal`)
    rmSync(`${path}-shm`, { force: true })
    renameSync(path, aside)
    return aside
  })
}

function tried<Result>(path: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw explained(error, path)
  }
}

/** https://sqlite.org/rescode.html; the low byte of an extended code is its kind. */
const SQLITE = { busy: 5, locked: 6, readOnly: 8, input: 10, corrupt: 11, full: 13, cannotOpen: 14, constraint: 19, notADatabase: 26 }

const kindOf = (error: unknown): number => ((error as { errcode?: number }).errcode ?? 0) & 0xff

export function isDamage(error: unknown): boolean {
  return error instanceof Damaged || kindOf(error) === SQLITE.corrupt || kindOf(error) === SQLITE.notADatabase
}

/** Does another connection write just now? */
export function isBusy(error: unknown): boolean {
  return kindOf(error) === SQLITE.busy || kindOf(error) === SQLITE.locked
}

/** What SQLite or the disk says, as someone can mend it; anything else as it is. */
export function explained(error: unknown, path: string): unknown {
  if (error instanceof PolicyError) return error
  const kind = kindOf(error)
  const { code, message } = error as NodeJS.ErrnoException
  if (kind === SQLITE.full || code === 'ENOSPC') {
    return new PolicyError('disk-full', `磁盘已满，对话记录写不进 ${path}。请腾出空间后重试。`, { cause: error })
  }
  const said = (words: string) => new PolicyError('state-unusable', words, { cause: error })
  if (isDamage(error)) {
    return said(`对话记录 ${path} 已损坏（${message}）。请重新启动服务：它会被改名保存，并从空白开始。`)
  }
  if (isBusy(error)) {
    return said(`对话记录 ${path} 正被别的程序占用。请关掉它，或稍后重试。`)
  }
  const isUnwritable = kind === SQLITE.readOnly || kind === SQLITE.input || kind === SQLITE.cannotOpen
  if (isUnwritable || (code?.startsWith('E') === true && !code.startsWith('ERR_'))) {
    return said(`对话记录 ${path} 不能读写（${message}）。请检查这个文件与所在文件夹的权限，或设置 TIAOWEN_DATA_FOLDER。`)
  }
  return error
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
