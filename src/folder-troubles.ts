/** What is wrong with the folders the program writes to, and does not stop answers; looked at anew each time. */
import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fallback } from './types.ts'

/** Below a tenth and below this, somebody has to make room: a generation is written beside the one that serves. */
const LEAST_FREE_BYTES = 2 * 1024 ** 3

/** A look takes less than a millisecond; a disk over the network may not answer at all. */
const PATIENCE_MS = 250
const SILENT: Fallback = { from: 'disk', reason: '磁盘没有回应，下面是之前查看的结果。请检查磁盘 the disk does not answer; what is said of it is from before' }

/**
 * The folders looked at whenever it is asked; whoever asks is not kept waiting by a disk that hangs.
 * @param look for tests
 */
export function watchFolders(folders: readonly string[], look = folderTroubles): () => Promise<readonly Fallback[]> {
  let seen: readonly Fallback[] = []
  let looking: Promise<true> | undefined
  return async () => {
    looking ??= look(folders)
      .then((found) => ((seen = found), true as const))
      .finally(() => (looking = undefined))
    const hasAnswered = await Promise.race([looking, sleep(PATIENCE_MS, false, { ref: false })])
    return hasAnswered ? seen : [SILENT, ...seen]
  }
}

/** One for each folder that is gone or cannot be written, and for each disk that has little room. */
export async function folderTroubles(folders: readonly string[]): Promise<readonly Fallback[]> {
  const each = await Promise.all([...new Set(folders)].map(troubleOf))
  const byDisk = new Map(each.flatMap((found) => (found ? [[found.disk ?? found.reason, found.reason] as const] : [])))
  return Array.from(byDisk.values(), (reason) => ({ from: 'disk', reason }))
}

/** `disk`: where it is told of a whole disk. */
async function troubleOf(folder: string): Promise<{ readonly reason: string; readonly disk?: number } | undefined> {
  try {
    await access(folder, constants.W_OK)
    const [{ bavail, blocks, bsize }, { dev }] = await Promise.all([statfs(folder), stat(folder)])
    const free = bavail * bsize
    if (free >= LEAST_FREE_BYTES || bavail * 10 >= blocks) return undefined
    const left = `${Math.floor(free / 1024 ** 2)} MB`
    return { reason: `磁盘将满，${folder} 只剩 ${left}。请腾出空间 the disk is nearly full: ${left} left`, disk: dev }
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return { reason: `文件夹 ${folder} 不见了，仍用内存里的索引回答。请恢复它 the folder is gone` }
    return { reason: `不能写入 ${folder}（${code}），已有的照常回答。请检查磁盘与权限 the folder cannot be written` }
  }
}
