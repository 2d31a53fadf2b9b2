/** Opens state.sqlite: makes it, brings its schema up to date, sets a damaged one aside. */
import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PolicyError } from '../errors.ts'
import { STEPS } from './sqlite-schema.ts'

/** Another process may hold the file for a moment. The wait blocks this one, so it is short. */
export const BUSY_MS = 2_000

export const IN_MEMORY = ':memory:'

export interface FileOptions {
  /** Told when a damaged file was set aside. */
  readonly log: (message: string) => void
  /** A damaged file is set aside and a new one begun; else it is refused and left as it is. */
  readonly mend: boolean
}

/** @throws PolicyError `state-unusable` or `disk-full`, with the next step */
export function openFile(path: string, { log, mend }: FileOptions): DatabaseSync {
  try {
    return opened(path)
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

function opened(path: string): DatabaseSync {
  if (path !== IN_MEMORY) prepareFile(path)
  const database = new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true, defensive: true })
  try {
    // FULL: what was acknowledged outlives a power cut, not only a crash; people write seldom enough to wait for the disk
    // secure_delete: what a person deletes is overwritten, not only unlisted
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
    checkWhole(database)
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

class Damaged extends Error {}

function checkWhole(database: DatabaseSync): void {
  const [row] = database.prepare('PRAGMA quick_check(1)').all()
  const verdict = Object.values(row ?? {})[0]
  if (verdict !== 'ok') throw new Damaged(String(verdict))
}

function takeSteps(database: DatabaseSync, path: string): void {
  const versionNow = () => Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  const before = versionNow()
  if (before === STEPS.length) return
  if (before > 0 && before < STEPS.length && path !== IN_MEMORY) keepBefore(database, path)
  database.exec('BEGIN IMMEDIATE')
  const from = versionNow() // another process may have taken them meanwhile
  if (from > STEPS.length) {
    throw new PolicyError(
      'state-unusable',
      `${path} 由更新的版本写成（结构第${from}版，本程序只认到第${STEPS.length}版）。请改用那个版本的程序，或把它移走。`,
    )
  }
  for (const step of STEPS.slice(from)) database.exec(step)
  database.exec(`PRAGMA user_version = ${STEPS.length}; COMMIT`)
}

/**
 * A copy of the file as it is before steps are taken, `state.sqlite.before-<version>`: whoever goes back to the program
 * before this one puts it in place. One that lies there already is of an earlier upgrade, and stays.
 */
function keepBefore(database: DatabaseSync, path: string): void {
  const draft = `${path}.before-tmp-${randomBytes(4).toString('hex')}`
  try {
    closeSync(openSync(draft, 'wx', 0o600))
    database.prepare('VACUUM INTO ?').run(draft)
    const file = openSync(draft, 'r+')
    fsyncSync(file)
    closeSync(file)
    const copy = `${path}.before-${STEPS.length}`
    renameSync(draft, existsSync(copy) ? `${copy}-${new Date().toISOString().replace(/[:.]/g, '-')}` : copy)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** What is left of it can still be looked at, with its journal. */
function setAside(path: string): string {
  const aside = `${path}.bad-${new Date().toISOString().replace(/[:.]/g, '-')}`
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
const SQLITE = { busy: 5, locked: 6, readOnly: 8, input: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 }

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
