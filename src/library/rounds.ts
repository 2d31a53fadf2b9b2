/** Rounds of indexing that people's changes ask for: one at a time, and one more after what came meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LibraryState } from '../answering/library-desk.ts'
import { PolicyError, type ErrorCode } from '../errors.ts'

export interface RoundsOptions {
  /** One round, over when what it made serves. Rejects with PolicyError; 'index-locked' is tried again. */
  readonly run: () => Promise<void>
  readonly log: (message: string) => void
  readonly now: () => Date
  readonly signal: AbortSignal
  /** For tests; how long until a round that failed is tried again. */
  readonly againMs?: number
}

/** Another process writes for some seconds; so long is waited before it is asked again. */
const LOCKED_MS = [250, 500, 1_000, 2_000]
/** A disk may have been emptied, a folder come back. */
const AGAIN_MS = 30_000

/** What people are told: no path of the machine. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  'index-locked': '另一个程序正在写索引，随后自动再试。',
  'state-unusable': '数据库暂时不能使用，索引没有更新，原有的索引继续回答。请管理员检查数据库，随后自动再试。',
  'disk-full': '磁盘已满，索引没有更新，原有的索引继续回答。请管理员腾出空间，随后自动再试。',
  'data-unwritable': '数据文件夹不能写入，索引没有更新，原有的索引继续回答。请管理员检查磁盘，随后自动再试。',
  'model-missing': '向量模型的文件不见了或已损坏，索引没有更新，原有的索引继续回答。请管理员恢复模型文件，随后自动再试。',
  'folder-missing': '有一个文件夹不存在或打不开，索引没有更新，原有的索引继续回答。请管理员查看日志，随后自动再试。',
}
const OTHERWISE = '索引没有更新，原有的索引继续回答；文件都已存好。请管理员查看日志，随后自动再试。'

export class Rounds {
  readonly #options: RoundsOptions
  #isWanted = false
  #running: Promise<void> | undefined
  #last: LibraryState['lastIndexing']
  #again: NodeJS.Timeout | undefined
  #logged: string | undefined

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** A round begins, or one more after the one under way. */
  request(): void {
    this.#isWanted = true
    clearTimeout(this.#again)
    this.#running ??= this.#runAll().finally(() => (this.#running = undefined))
  }

  get isBusy(): boolean {
    return this.#running !== undefined
  }

  get last(): LibraryState['lastIndexing'] {
    return this.#last
  }

  /** Resolves when no round is under way. */
  async idle(): Promise<void> {
    await this.#running
  }

  /** What failed is not tried again. */
  close(): void {
    clearTimeout(this.#again)
  }

  async #runAll(): Promise<void> {
    const { signal, log, againMs = AGAIN_MS } = this.#options
    while (this.#isWanted && !signal.aborted) {
      this.#isWanted = false
      try {
        await this.#unlocked()
        this.#logged = undefined
        this.#tell()
      } catch (error) {
        if (signal.aborted) return
        const line = `索引未能更新 the round of indexing failed: ${error instanceof Error ? error.message : String(error)}`
        if (line !== this.#logged) log(line) // tried again and again, told once
        this.#logged = line
        this.#tell(error)
        this.#again = setTimeout(() => this.request(), againMs).unref()
      }
    }
  }

  async #unlocked(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#options.run()
      } catch (error) {
        if (!(error instanceof PolicyError) || error.code !== 'index-locked') throw error
        this.#tell(error)
        const { signal } = this.#options
        await sleep(LOCKED_MS[attempt] ?? LOCKED_MS.at(-1)!, undefined, { signal, ref: false })
      }
    }
  }

  #tell(error?: unknown): void {
    const failed = error instanceof PolicyError ? (SENTENCES[error.code] ?? OTHERWISE) : OTHERWISE
    this.#last = { at: this.#options.now().toISOString(), ...(error === undefined ? {} : { failed }) }
  }
}
