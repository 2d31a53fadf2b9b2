/** The file-system calls the store makes, as a seam: a test can fail the Nth one, or lose power after it. */
import { constants } from 'node:fs'
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Every call rejects with the error of node:fs (`code` such as ENOSPC). Paths are absolute or relative to the cwd. */
export interface Disk {
  /** Makes a folder and what is missing above it; the first folder that had to be made, if any. */
  makeFolder(path: string): Promise<string | undefined>
  /** Names in a folder, in no order. */
  list(folder: string): Promise<string[]>
  /** Size of a file in bytes. */
  size(path: string): Promise<number>
  read(path: string): Promise<Buffer>
  /** A file in pieces of at most 1 MiB, for hashing. */
  readInPieces(path: string): AsyncIterable<Uint8Array>
  /** Writes a new file; EEXIST when there is one. Its bytes last only after `syncFile`, its name after `syncFolder`. */
  create(path: string, bytes: Uint8Array): Promise<void>
  /** A second name for the same bytes; a copy of them where the file system has no hard links. EEXIST as `create`. */
  link(from: string, to: string): Promise<void>
  /** fsync of a file's bytes. */
  syncFile(path: string): Promise<void>
  /** fsync of a folder: which names it holds. */
  syncFolder(folder: string): Promise<void>
  /** Atomic; replaces a file that has the new name. */
  rename(from: string, to: string): Promise<void>
  /** A file, or a folder with all it holds; no error when it is absent. */
  remove(path: string): Promise<void>
}

const PIECE = 1 << 20

/** The real disk. */
export const nodeDisk: Disk = {
  makeFolder: (path) => mkdir(path, { recursive: true }),
  list: (folder) => readdir(folder),
  size: async (path) => (await stat(path)).size,
  read: (path) => readFile(path),
  readInPieces: inPieces,
  create: (path, bytes) => writeFile(path, bytes, { flag: 'wx' }),
  link: linkOrCopy,
  syncFile: (path) => sync(path, 'r+'),
  // Windows cannot open a folder for fsync, and its renames are journalled
  syncFolder: (folder) => (process.platform === 'win32' ? Promise.resolve() : sync(folder, 'r')),
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
}

/** Makes a folder so that it is still there after a power cut. */
export async function makeLastingFolder(disk: Disk, folder: string): Promise<void> {
  const first = await disk.makeFolder(folder)
  if (first === undefined) return
  const top = dirname(first)
  for (let above = dirname(folder); ; above = dirname(above)) {
    await disk.syncFolder(above)
    if (above === top || above === dirname(above)) return
  }
}

/** The `code` of a file-system error, such as ENOENT; `undefined` for any other error. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined
}

/** What a file system says that has no hard links, or no more of them for this file. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (!WITHOUT_LINKS.includes(codeOf(error) ?? '')) throw error
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  }
}

async function* inPieces(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(PIECE)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

async function sync(path: string, flags: string): Promise<void> {
  const file = await open(path, flags)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
