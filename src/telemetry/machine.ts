/** Looks at the disks and the database, at most once a second, and never keeps anyone waiting for a slow one. */
import { statfs } from 'node:fs/promises'
import type { Machine, Part } from './parts.ts'

export interface MachineParts {
  /** Of the data and of the index. */
  readonly folders: readonly string[]
  /** Begins to write, and leaves it; throws where that cannot be. */
  readonly probe: () => void | Promise<void>
  /** For tests. */
  readonly freeOf?: (folder: string) => Promise<number>
  readonly now?: () => number
}

const LEAST_FREE = 0.1
const LOOK_MS = 1_000
/** A disk over the network may hang; what was seen before is told then. */
const PATIENCE_MS = 5

/** @returns what was found just now, or before where it takes longer than 5 ms */
export function watchMachine({ folders, probe, freeOf = freeShare, now = () => performance.now() }: MachineParts): () => Promise<Machine> {
  let seen: Machine = { disk: { ok: true, message: UNKNOWN }, database: { ok: true, message: UNKNOWN } }
  let at = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined
  const look = async (): Promise<void> => {
    const [free, database] = await Promise.all([freestOf(folders, freeOf), databaseOf(probe)])
    seen = { ...diskOf(free), database }
    at = now()
  }
  return async () => {
    if (now() - at < LOOK_MS) return seen
    looking ??= look().finally(() => (looking = undefined))
    await Promise.race([looking, new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS).unref())])
    return seen
  }
}

const UNKNOWN = '还没有查看 not looked at yet'

async function freeShare(folder: string): Promise<number> {
  const { bavail, blocks } = await statfs(folder)
  return blocks === 0 ? 1 : bavail / blocks
}

/** The least; a string says why it cannot be told. */
async function freestOf(folders: readonly string[], freeOf: (folder: string) => Promise<number>): Promise<number | string> {
  try {
    return Math.min(...(await Promise.all(folders.map(freeOf))))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}

function diskOf(free: number | string): Pick<Machine, 'disk' | 'diskFree'> {
  if (typeof free === 'string') return { disk: { ok: false, message: `磁盘无法查看 the disk cannot be looked at: ${free}` } }
  const share = `${Math.floor(free * 100)}%`
  if (free >= LEAST_FREE) return { disk: { ok: true, message: `剩余 free: ${share}` }, diskFree: free }
  const message = `磁盘只剩${share}，请清理或扩容 the disk is nearly full: ${share} free; make room`
  return { disk: { ok: false, message }, diskFree: free }
}

async function databaseOf(probe: MachineParts['probe']): Promise<Part> {
  try {
    await probe()
    return { ok: true }
  } catch (error) {
    return { ok: false, message: (error as { code?: string }).code ?? 'unknown' }
  }
}
