/** What a failed call of the system means for who takes or restores a backup. */
import { statfs } from 'node:fs/promises'
import { type ErrorCode, PolicyError } from '../errors.ts'
import { codeOf } from '../store/disk.ts'

const WORDS: Readonly<Record<string, readonly [ErrorCode | undefined, string]>> = {
  ENOSPC: ['disk-full', '磁盘已满，请腾出空间后重试'],
  EDQUOT: ['disk-full', '磁盘配额已用完，请腾出空间或提高配额后重试'],
  EACCES: [undefined, '没有权限，请用运行服务的账号执行，或让它能读写这个文件夹'],
  EPERM: [undefined, '系统不允许，请用运行服务的账号执行，或让它能读写这个文件夹'],
  EROFS: [undefined, '磁盘是只读的，请换一个文件夹'],
  ENOTDIR: [undefined, '路径中有一段不是文件夹'],
  ENOENT: [undefined, '文件或文件夹不存在'],
  EIO: [undefined, '磁盘报告读写错误，请检查磁盘（dmesg）'],
  EMFILE: [undefined, '本程序打开的文件太多，请提高上限（ulimit -n）'],
  EXDEV: [undefined, '不在同一个磁盘上'],
}

/** Runs `work`; errors of the system come out as PolicyErrors, with `otherwise` where no code says it better. */
export async function explaining<Result>(doing: string, otherwise: ErrorCode, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const code = codeOf(error)
    if (error instanceof PolicyError || code === undefined) throw error
    const [kind, words] = WORDS[code] ?? [undefined, `系统报告 ${code}`]
    throw new PolicyError(kind ?? otherwise, `${doing}没有完成：${words}（${(error as Error).message}）。`, { cause: error })
  }
}

/** Room that is left over beside what is written. */
const SPARE_BYTES = 32 * 1024 * 1024

/** @throws PolicyError `disk-full` before anything is written, with both figures */
export async function checkSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free >= bytes + SPARE_BYTES) return
  throw new PolicyError(
    'disk-full',
    `${folder} 所在的磁盘空间不够：需要约 ${megabytes(bytes + SPARE_BYTES)} MB，还有 ${megabytes(free)} MB。请腾出空间，或换一个磁盘。什么都没有写入。`,
  )
}

/** @example megabytes(1_500_000) // 2 */
export const megabytes = (bytes: number): number => Math.ceil(bytes / 1_000_000)
