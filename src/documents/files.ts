/** Writing what the program owns: a file is there whole or not at all. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PolicyError } from '../errors.ts'

/** Hex SHA-256; a string is hashed in UTF-8. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/**
 * Writes beside, syncs, renames over, syncs the folder.
 * @throws PolicyError 'disk-full', or 'data-unwritable' where the disk or the folder refuses.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.tmp-${randomBytes(4).toString('hex')}`
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(beside, 'wx')
    try {
      await file.writeFile(content, 'utf8')
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
    await syncFolder(dirname(path))
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw writeFailure(path, cause)
  }
}

/**
 * What is written in a file of the program says its version first. A newer one is not guessed at: to take it for
 * damaged would lose what it says.
 * @throws PolicyError 'data-newer'
 */
export function refuseNewer(path: string, json: unknown, version: number): void {
  const stated = typeof json === 'object' && json !== null && 'version' in json ? json.version : undefined
  if (typeof stated !== 'number' || !Number.isInteger(stated) || stated <= version) return
  throw new PolicyError(
    'data-newer',
    `${path} 由更新的版本写成（格式第${stated}版，本程序只认到第${version}版）。` +
      '请改用那个版本的程序，或恢复升级前的备份：tiaowen restore <备份> --replace。',
  )
}

/** With all above it. @throws as writeWhole */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw writeFailure(folder, cause)
  })
}

/** With all it holds; no error where it is absent. @throws as writeWhole */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch((cause: unknown) => {
    throw writeFailure(folder, cause)
  })
}

/**
 * Moves a file within one disk, in one step; what stands at `to` is replaced.
 * @throws as writeWhole
 */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await mkdir(dirname(to), { recursive: true })
    await rename(from, to)
    await syncFolder(dirname(to))
    await syncFolder(dirname(from))
  } catch (cause) {
    throw writeFailure(to, cause)
  }
}

/** @throws as writeWhole */
export async function copyWhole(from: string, to: string): Promise<void> {
  await writeWhole(to, await readFile(from))
}

/** Makes a rename in the folder last through a power loss; not every system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  try {
    await handle?.sync()
  } catch {
    // Windows refuses to sync a folder.
  } finally {
    await handle?.close()
  }
}

function writeFailure(path: string, cause: unknown): unknown {
  const code = errorCode(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new PolicyError('disk-full', `磁盘已满，无法写入 ${path}。请腾出空间后重试。`, { cause })
  }
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return cause
  const next = code === 'EMFILE' || code === 'ENFILE' ? '打开的文件太多，请提高 ulimit -n 后重新启动' : '请检查磁盘与数据文件夹的权限，或用 TIAOWEN_DATA_FOLDER 指到能写的文件夹'
  return new PolicyError('data-unwritable', `无法写入 ${path}（${code}）。${next}。`, { cause })
}

/** ENOENT and the like; undefined when the cause is no system error. */
export function errorCode(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
}
