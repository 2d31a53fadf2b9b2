/**
 * Copies of state.sqlite, and what is asked of a copy. A copy is what stood in the file at one moment, its journal
 * included, whoever writes meanwhile; bytes of an open database are never copied.
 */
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { backup, DatabaseSync } from 'node:sqlite'
import { PolicyError } from '../errors.ts'
import type { Citation } from '../types.ts'
import { readAnswer } from './kept-answer.ts'
import { damageIn, explained } from './sqlite-file.ts'
import { STEPS } from './sqlite-schema.ts'
import { versionOf } from './sqlite-shape.ts'
import { addRowSum } from './sqlite-sums.ts'

const BUSY_MS = 5_000
/** Of 4 KiB each: some 8 MB between two reports. */
const PAGES_AT_ONCE = 2_000

/** The version of the schema this program writes. */
export const SCHEMA = STEPS.length

/**
 * Writes a copy to a new path, in one file without a journal. The reading transaction holds the moment; nobody waits
 * for it. @throws PolicyError `state-unusable`, `disk-full`
 */
export async function copyState(path: string, to: string, onProgress?: (done: number, total: number) => void): Promise<void> {
  try {
    const source = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
    try {
      source.exec('BEGIN')
      source.prepare('SELECT count(*) FROM sqlite_schema').get() // from here on the moment is held
      await backup(source, to, {
        rate: PAGES_AT_ONCE,
        progress: ({ totalPages, remainingPages }) => onProgress?.(totalPages - remainingPages, totalPages),
      })
      source.exec('COMMIT')
    } finally {
      source.close()
    }
    const copy = new DatabaseSync(to, { timeout: BUSY_MS })
    copy.exec('PRAGMA journal_mode = DELETE')
    copy.close()
  } catch (error) {
    throw explained(error, kindOf(error) === FULL ? to : path)
  }
}

/**
 * Looks at a copy without writing beside it. `fault`: what SQLite finds wrong with it.
 * @throws PolicyError `state-unusable` where it is no database
 */
export function examineState(path: string): { readonly schema: number; readonly conversations: number; readonly fault?: string } {
  return asked(path, (database) => {
    const fault = damageIn(database)
    const schema = versionOf(database)
    const conversations = schema === 0 ? 0 : Number(database.prepare('SELECT count(*) AS n FROM conversations').get()?.['n'])
    return { schema, conversations, ...(fault !== undefined && { fault }) }
  })
}

/** Every citation of the answers that a copy keeps, those that feedback is about among them. */
export function citationsIn(path: string, onCitation: (citation: Citation) => void): void {
  asked(path, (database) => {
    if (versionOf(database) === 0) return
    for (const table of ['exchanges', 'feedback']) {
      for (const { answer } of database.prepare(`SELECT answer FROM ${table} WHERE answer IS NOT NULL`).iterate()) {
        readAnswer(String(answer))?.citations.forEach(onCitation)
      }
    }
  })
}

/**
 * Keeps everyone else out of a file of state until the release is called; nothing where there is none.
 * @throws PolicyError `restore-refused` while another process has it open
 */
export function holdState(path: string): () => void {
  if (!existsSync(path)) return () => {}
  const database = new DatabaseSync(path, { timeout: 500 })
  try {
    // to leave WAL is only given to who is alone with the file; a file that is damaged has nobody to keep out
    const mode = database.prepare('PRAGMA journal_mode = DELETE').get()?.['journal_mode']
    if (mode !== 'delete') throw new Error(`journal_mode ${String(mode)}`)
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return () => database.close()
  } catch (cause) {
    database.close()
    if (!isBusy(cause)) return () => {}
    throw new PolicyError('restore-refused', `${path} 正被运行中的服务使用。请先停止服务（systemctl stop tiaowen），再恢复。`, { cause })
  }
}

/** https://sqlite.org/rescode.html: SQLITE_BUSY, SQLITE_LOCKED; SQLITE_FULL. */
const BUSY = [5, 6]
const FULL = 13
const kindOf = (error: unknown): number => ((error as { errcode?: number }).errcode ?? 0) & 0xff
const isBusy = (error: unknown): boolean => BUSY.includes(kindOf(error))

/** `immutable`: nothing is locked and no file is made beside it, so that it may lie on a disk that is read only. */
function asked<Result>(path: string, ask: (database: DatabaseSync) => Result): Result {
  const address = pathToFileURL(path)
  address.search = 'immutable=1'
  try {
    const database = new DatabaseSync(address, { readOnly: true })
    try {
      addRowSum(database)
      return ask(database)
    } finally {
      database.close()
    }
  } catch (error) {
    throw explained(error, path)
  }
}
