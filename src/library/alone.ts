/** One change of the library at a time, whichever process makes it: two servers may share a data folder for a while. */
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder } from '../documents/files.ts'
import { PolicyError } from '../errors.ts'
import { acquireWriterLock, type WriterLock } from '../store/lock.ts'

/** A change takes some milliseconds; a flag of a process that is gone is taken away at once. */
const LONGEST_MS = 5_000
const AGAIN_MS = 20

/**
 * Runs `work` while no other process changes what is in the data folder.
 * @throws PolicyError 'disk-full', 'data-unwritable', 'state-unusable'; 'library-busy' where another process does not let go
 */
export async function alone<Result>(dataFolder: string, work: () => Promise<Result>): Promise<Result> {
  await makeFolder(dataFolder)
  const lock = await acquired(dataFolder)
  try {
    return await work()
  } finally {
    await lock.release()
  }
}

async function acquired(dataFolder: string): Promise<WriterLock> {
  for (const until = performance.now() + LONGEST_MS; ; await sleep(AGAIN_MS)) {
    try {
      return await acquireWriterLock(dataFolder)
    } catch (cause) {
      const code = cause instanceof PolicyError ? cause.code : undefined
      if (code === 'disk-full') throw new PolicyError(code, `磁盘已满，无法写入 ${dataFolder}。请腾出空间后重试。`, { cause })
      if (code === 'state-unusable') throw cause
      if (code !== 'index-locked') throw new PolicyError('data-unwritable', `无法写入 ${dataFolder}。请检查磁盘与权限。`, { cause })
      if (performance.now() > until) throw new PolicyError('library-busy', '另一个程序正在改动文件库，请稍后再试。', { cause })
    }
  }
}
