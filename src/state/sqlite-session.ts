/**
 * An open file of SQLite for what is kept in it: transactions, and errors as someone can mend them. A file that went
 * away, was put back or is found damaged while it is used is opened anew: what can be kept again is kept again, without
 * a restart.
 */
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { PolicyError } from '../errors.ts'
import { BUSY_MS, explained, IN_MEMORY, isBusy, isDamage, openFile, type FileOptions } from './sqlite-file.ts'
import { versionOf } from './sqlite-shape.ts'

export type Row = Readonly<Record<string, SQLOutputValue>>
type Given = Record<string, SQLInputValue>

/** A statement of whichever opening of the file is in use. */
export interface Prepared {
  get(given?: Given): Row | undefined
  all(given?: Given): Row[]
  run(given?: Given): { readonly changes: number | bigint }
}

export interface SessionOptions extends FileOptions {
  /** True: a file that cannot be opened now is tried again with each use. Default: it is refused. */
  readonly mayWait?: boolean
}

export class SqliteSession {
  readonly path: string
  readonly #options: SessionOptions
  #database: DatabaseSync | undefined
  /** Of the open file: which one it is. */
  #identity: string | undefined
  #statements = new Map<string, StatementSync>()
  #trouble: PolicyError | undefined
  /** What the trouble was met by: a disk that is full is still read. */
  #troubled: 'reading' | 'writing' = 'reading'
  #isHurried = false
  #isClosed = false
  readonly #endings: (() => void)[] = []

  /** @throws PolicyError `state-unusable`, `disk-full` */
  constructor(path: string, options: SessionOptions) {
    this.path = path
    this.#options = options
    try {
      this.#open()
    } catch (error) {
      // without a cause it is ours: a file of a newer version is never waited for
      if (!options.mayWait || (error as Error).cause === undefined) throw error
      this.#trouble = error as PolicyError
      this.#troubled = 'writing'
      options.log(`${this.#trouble.message} 先不保存地回答 answering without keeping`)
    }
  }

  /** Why it cannot be read or written now; undefined where it can. What was wrong before is looked at anew. */
  trouble(): PolicyError | undefined {
    if (!this.#trouble || this.#isClosed) return this.#trouble
    try {
      // writes a page as it is
      this.written(() => this.#database!.exec(`PRAGMA user_version = ${versionOf(this.#database!)}`))
    } catch {
      // told already
    }
    return this.#trouble
  }

  prepared<Name extends string>(statements: Readonly<Record<Name, string>>): Readonly<Record<Name, Prepared>> {
    const all = Object.entries<string>(statements).map(([name, sql]): [string, Prepared] => [
      name,
      {
        get: (given = {}) => this.#statement(sql).get(given),
        all: (given = {}) => this.#statement(sql).all(given),
        run: (given = {}) => this.#statement(sql).run(given),
      },
    ])
    return Object.fromEntries(all) as Record<Name, Prepared>
  }

  /** One transaction: on the disk when it returns, undone when it throws. */
  written<Result>(work: () => Result): Result {
    return this.#used('writing', () => {
      const database = this.#database!
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        database.exec('COMMIT')
        return result
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** Begins to write, and leaves it. Waits for nobody: that another writes just now shows that it can be written. */
  probe(): void {
    this.#used('reading', () => {
      const database = this.#database!
      database.exec('PRAGMA busy_timeout = 0')
      try {
        database.exec('BEGIN IMMEDIATE; ROLLBACK')
      } catch (error) {
        if (!isBusy(error)) throw error
      } finally {
        database.exec(`PRAGMA busy_timeout = ${this.#isHurried ? 0 : BUSY_MS}`)
      }
    })
  }

  /** Work that is done again, from its beginning, where the file is found damaged and could be put right. */
  tried<Result>(work: () => Result): Result {
    return this.#used('reading', work)
  }

  /** Done while the file is still open; must not throw. */
  beforeClose(work: () => void): void {
    this.#endings.push(work)
  }

  close(): void {
    if (!this.#isClosed && this.#database?.isOpen) for (const work of this.#endings.splice(0)) work()
    this.#isClosed = true
    this.#letGo()
  }

  #used<Result>(how: 'reading' | 'writing', work: () => Result): Result {
    try {
      const result = this.#withFile(work)
      if (how === 'writing' && this.#isHurried) this.#wait(true)
      if (how === 'writing' || this.#troubled === 'reading') this.#tellMended()
      return result
    } catch (error) {
      const told = explained(error, this.path)
      if (isOfFile(told)) this.#tell(told, how)
      throw told
    }
  }

  #withFile<Result>(work: () => Result): Result {
    if (this.#isClosed) throw new Error(`${this.path} is closed`)
    if (!this.#database || this.#isAnother()) this.#openAnew()
    try {
      return work()
    } catch (error) {
      if (isBusy(error)) this.#wait(false)
      if (!isDamage(error) || !this.#options.mend || this.path === IN_MEMORY) throw error
      this.#openAnew() // which looks at it, and sets it aside
      return work()
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#database!.prepare(sql)
    this.#statements.set(sql, known)
    return known
  }

  /** Has the file gone, or has another one taken its place? What is written to one that went is lost. */
  #isAnother(): boolean {
    return this.path !== IN_MEMORY && identityOf(this.path) !== this.#identity
  }

  #openAnew(): void {
    const had = this.#identity
    this.#letGo()
    const isGone = had !== undefined && identityOf(this.path) === undefined
    // a disk that is away may come back: nothing is begun in its place
    if (isGone && !existsSync(dirname(this.path))) throw folderGone(this.path)
    this.#open()
    if (isGone) this.#options.log(`对话记录 ${this.path} 不见了，已重新建立 the file of conversations is gone; a new one was begun`)
  }

  #open(): void {
    this.#database = openFile(this.path, this.#options)
    this.#identity = identityOf(this.path)
  }

  #letGo(): void {
    this.#statements = new Map()
    try {
      if (this.#database?.isOpen) this.#database.close()
    } catch (error) {
      this.#options.log(`${this.path}: ${String(error)}`) // a file that is gone need not close
    }
    this.#database = undefined
  }

  /** Waiting for another program holds up everybody: once it took too long, nobody waits until it has let go. */
  #wait(isPatient: boolean): void {
    this.#isHurried = !isPatient
    this.#database?.exec(`PRAGMA busy_timeout = ${isPatient ? BUSY_MS : 0}`)
  }

  /** Once, until it is another trouble or over. */
  #tell(trouble: PolicyError, how: 'reading' | 'writing'): void {
    this.#troubled = how
    if (this.#trouble?.message !== trouble.message) this.#options.log(`对话记录暂时不能读写 not kept for now: ${trouble.message}`)
    this.#trouble = trouble
  }

  #tellMended(): void {
    if (this.#trouble) this.#options.log('对话记录恢复读写 conversations are kept again')
    this.#trouble = undefined
  }
}

const isOfFile = (error: unknown): error is PolicyError =>
  error instanceof Error && 'code' in error && (error.code === 'state-unusable' || error.code === 'disk-full')

const folderGone = (path: string) =>
  new PolicyError('state-unusable', `对话记录 ${path} 所在的文件夹不见了。请恢复它；恢复后自动继续。`)

function identityOf(path: string): string | undefined {
  if (path === IN_MEMORY) return path
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino}`
}
