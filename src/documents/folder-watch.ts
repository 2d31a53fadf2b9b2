/**
 * Notices that files below folders changed, and waits until they are still. A change is a file that came, went, or has
 * another size, time or identity: events of the system are only a hint to look, so that none can be lost, and folders
 * on a network, which send none, are looked at all the same.
 *
 * node:fs.watch on each folder, not on the files and not `recursive`, which on Linux takes one inotify watch a file:
 * ten thousand files in a hundred folders take a hundred. No package is needed for that.
 */
import { watch, type FSWatcher } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from './files.ts'

export interface FolderWatchOptions {
  /** Files must stay the same for this long before the change is told. */
  readonly settleMs?: number
  /** How often to look where the system tells nothing. */
  readonly lookMs?: number
  /** A folder that is written to without an end is told all the same after this long. */
  readonly patienceMs?: number
  /** Files beside the folders that are looked at too, each where it lies or will lie. */
  readonly files?: readonly string[]
  /** Told once when the system will not tell of changes: looking from time to time has to do. */
  readonly onBlind?: (reason: string) => void
}

/** Each path with what changes when the file does; a folder that is not there has its own mark. */
type Snapshot = ReadonlyMap<string, string>

export class FolderWatch {
  readonly #folders: readonly string[]
  readonly #files: readonly string[]
  readonly #settleMs: number
  readonly #lookMs: number
  readonly #patienceMs: number
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #onBlind: (reason: string) => void
  #isBlind = false
  #told: Snapshot = new Map()
  #wake = Promise.withResolvers<void>()

  private constructor(folders: readonly string[], options: FolderWatchOptions) {
    const { settleMs = 400, lookMs = 10_000, patienceMs = 30_000, onBlind = () => {}, files = [] } = options
    this.#files = files
    this.#onBlind = onBlind
    this.#folders = folders
    this.#settleMs = settleMs
    this.#lookMs = lookMs
    this.#patienceMs = patienceMs
  }

  /** Changes count from the moment it resolves. */
  static async open(folders: readonly string[], options: FolderWatchOptions = {}): Promise<FolderWatch> {
    const opened = new FolderWatch(folders, options)
    opened.#told = await opened.#look()
    return opened
  }

  /** Resolves with true when files changed and are still again; with false when the signal came first. */
  async changed(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const seen = await this.#look()
      if (!isSame(seen, this.#told)) {
        this.#told = await this.#settled(seen, signal)
        return !signal.aborted
      }
      await Promise.race([this.#wake.promise, pause(this.#lookMs, signal)])
      this.#wake = Promise.withResolvers()
    }
    return false
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  async #settled(first: Snapshot, signal: AbortSignal): Promise<Snapshot> {
    const began = performance.now()
    for (let last = first; ;) {
      await pause(this.#settleMs, signal)
      const now = await this.#look()
      if (isSame(now, last) || signal.aborted || performance.now() - began > this.#patienceMs) return now
      last = now
    }
  }

  async #look(): Promise<Snapshot> {
    const found = new Map<string, string>()
    const folders = new Set<string>()
    for (const folder of this.#folders) await look(folder, found, folders)
    for (const file of this.#files) {
      found.set(file, await markOf(file))
      await realpath(dirname(file)).then((folder) => folders.add(folder), () => {})
    }
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue
      watcher.close()
      this.#watchers.delete(folder)
    }
    for (const folder of folders) this.#watch(folder)
    return found
  }

  /** Where the system will not watch, looking from time to time has to do. */
  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return
    try {
      const watcher = watch(folder, () => this.#wake.resolve())
      watcher.on('error', (error) => {
        watcher.close()
        this.#watchers.delete(folder)
        this.#tellBlind(folder, error)
      })
      this.#watchers.set(folder, watcher)
    } catch (error) {
      if (errorCode(error) === undefined) throw error
      this.#tellBlind(folder, error)
    }
  }

  #tellBlind(folder: string, error: unknown): void {
    if (this.#isBlind) return
    this.#isBlind = true
    this.#onBlind(`${folder}: ${errorCode(error) ?? String(error)}`)
  }
}

/** Sleeps, or less long when the signal comes. */
const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal }).catch(() => {})

function isSame(one: Snapshot, other: Snapshot): boolean {
  return one.size === other.size && [...one].every(([path, mark]) => other.get(path) === mark)
}

/** Hidden files are passed over as loading passes them over; what cannot be looked at has its error for a mark. */
async function look(folder: string, found: Map<string, string>, folders: Set<string>): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    found.set(folder, errorCode(error) ?? String(error))
    return []
  })
  if (!found.has(folder)) folders.add(await realpath(folder).catch(() => folder))
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name.startsWith('~$')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await look(path, found, folders)
    else found.set(path, await markOf(path))
  }
}

function markOf(path: string): Promise<string> {
  return stat(path).then(
    ({ ino, size, mtimeMs, ctimeMs }) => [ino, size, mtimeMs, ctimeMs].join(' '),
    (error: unknown) => errorCode(error) ?? String(error),
  )
}
