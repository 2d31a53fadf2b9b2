/**
 * One writer per folder: of this machine by flags, and where several hosts share the folder by a lock that they share.
 *
 * Each writer shows a flag of its own, a file named after its process, and then looks for the flags of others:
 * of two who come at once at least one sees the other, and gives way. A flag's name is never used twice, so taking
 * away the flag of a dead process cannot hit a living one.
 *
 * A pid says nothing of another host: a flag of a process there is taken for a dead one's. So where hosts share the
 * folder, whoever writes holds the shared lock first; and before what was written counts, `check` asks whether it is
 * still held, and whether the flag still stands, which the next holder would have taken away.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PolicyError } from '../errors.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { explaining } from './disk-errors.ts'

export interface WriterLock {
  readonly folder: string
  /** To be awaited before what was written takes effect. @throws PolicyError `index-locked` where it was lost */
  check(): Promise<void>
  /** Never rejects: a flag that could not be taken away counts as stale for this process from now on. */
  release(): Promise<void>
}

export interface LockOptions {
  readonly disk?: Disk
  /** Told of every flag of a dead process that was taken away. */
  readonly onStale?: (pid: number) => void
}

/** Locks that processes of all hosts share. A seam: state/postgres-locks.ts. */
export interface SharedLocks {
  /**
   * Holds a name until it is released or lost.
   * @throws PolicyError `index-locked` while another holds it, `state-unusable` where nobody can tell
   */
  acquire(name: string): Promise<SharedLock>
}

export interface SharedLock {
  /** Asks anew. */
  isHeld(): Promise<boolean>
  /** Never rejects. */
  release(): Promise<void>
}

let shared: { readonly locks: SharedLocks; readonly names: ReadonlyMap<string, string> } | undefined

/**
 * From now on writers of this process hold a shared lock besides. Said once, where a process begins.
 * @param names of folders, by their absolute paths: they may be mounted elsewhere on another host
 */
export function lockOverHosts(locks: SharedLocks, names: ReadonlyMap<string, string>): void {
  shared = { locks, names }
}

/** `writer-<pid>-<start of the process>-<random>.lock` */
const FLAG = /^writer-(\d+)-([0-9a-z]+)-([0-9a-f]{16})\.lock$/
const ATTEMPTS = 6

/** Flags of this process whose removal failed. */
const abandoned = new Set<string>()

/**
 * Holds the folder, which must exist, for one writer.
 * @throws PolicyError `index-locked` when a living process (or another part of this one) holds it.
 */
export async function acquireWriterLock(folder: string, options: LockOptions = {}): Promise<WriterLock> {
  const name = shared?.names.get(folder)
  const overHosts = name === undefined ? undefined : await shared!.locks.acquire(name)
  try {
    return await acquireHere(folder, options, overHosts)
  } catch (error) {
    await overHosts?.release()
    throw error
  }
}

async function acquireHere(folder: string, options: LockOptions, overHosts: SharedLock | undefined): Promise<WriterLock> {
  const disk = options.disk ?? nodeDisk
  return explaining(folder, 'lock the index', async () => {
    for (let attempt = 1; ; attempt++) {
      const flag = `writer-${process.pid}-${startOf(process.pid) ?? '0'}-${randomBytes(8).toString('hex')}.lock`
      const rival = await show(disk, folder, flag, options.onStale)
      if (rival === undefined) return heldBy(disk, folder, flag, overHosts)
      await lower(disk, folder, flag)
      if (attempt === ATTEMPTS) throw locked(folder, rival)
      await sleep(10 + Math.random() * 25 * attempt) // two who gave way to each other must not meet again
    }
  })
}

const heldBy = (disk: Disk, folder: string, flag: string, overHosts: SharedLock | undefined): WriterLock => ({
  folder,
  check: async () => {
    if (!overHosts) return // of this machine a living holder's flag stays
    const isShown = (await disk.list(folder)).includes(flag)
    if (!(isShown && (await overHosts.isHeld()))) throw lost(folder)
  },
  release: async () => {
    await lower(disk, folder, flag)
    await overHosts?.release()
  },
})

/** Shows the flag, takes away those of dead processes; a living holder's pid, if there is one. */
async function show(disk: Disk, folder: string, flag: string, onStale: LockOptions['onStale']) {
  try {
    await disk.create(join(folder, flag), Buffer.from(`Process ${process.pid} is writing this index.\n`))
    for (const other of await disk.list(folder)) {
      const [, pid, start] = FLAG.exec(other) ?? []
      if (other === flag || pid === undefined || start === undefined) continue
      if (isAlive(Number(pid), start) && !abandoned.has(other)) return Number(pid)
      await disk.remove(join(folder, other))
      abandoned.delete(other)
      onStale?.(Number(pid))
    }
    return undefined
  } catch (error) {
    await lower(disk, folder, flag)
    throw error
  }
}

async function lower(disk: Disk, folder: string, flag: string): Promise<void> {
  abandoned.add(flag)
  try {
    await disk.remove(join(folder, flag))
    abandoned.delete(flag)
  } catch {
    // the next writer takes it away
  }
}

const lost = (folder: string) =>
  new PolicyError('index-locked', `${folder}: the lock that all hosts share was lost while it was written; what is in place stays. It is tried again.`)

function locked(folder: string, pid: number): PolicyError {
  const who = pid === process.pid ? 'this program' : `another program (process ${pid})`
  return new PolicyError(
    'index-locked',
    `${folder} is being written by ${who}; only one may write at a time. ` +
      'Wait until it is done, or stop it, then try again.',
  )
}

/** Is the process that started then still there? Where the start is not known, the pid alone decides. */
function isAlive(pid: number, start: string): boolean {
  const now = startOf(pid)
  if (now !== undefined) return now === start
  if (startOf(process.pid) !== undefined) return false // there is a /proc, and it is not in it
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * When a process started, as one word: boot id and clock ticks since boot, from /proc (man 5 proc).
 * `undefined` for a process that is gone or a zombie, and where there is no /proc.
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // the command name, in parentheses, may hold spaces: count the fields after it
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, ticks] = [fields[0], fields[19]]
    if (state === 'Z' || state === 'X' || ticks === undefined) return undefined
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
    return `${boot}t${ticks}`
  } catch {
    return undefined
  }
}
