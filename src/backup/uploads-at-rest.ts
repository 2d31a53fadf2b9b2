/**
 * What people changed of the library, as it was at one moment: `library.json`, the uploads, the trash. A change of it is
 * several steps on the disk, each a rename that mends after a kill; so any moment will do, but it must be one. Looked at,
 * copied, looked at again: where nothing moved in between, the copy is of that moment; else what moved is copied anew.
 */
import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PolicyError } from '../errors.ts'
import { codeOf } from '../store/disk.ts'
import { copyOpen, measure, type OnBytes, type Shelf } from './copying.ts'
import type { FileRecord } from './manifest.ts'

/** Path below the data folder → what tells one file from another, and from itself when it was written to or moved. */
type Seen = ReadonlyMap<string, { readonly mark: string; readonly bytes: number }>

/** Folders of it, and the one file. */
const FOLDERS = ['documents', 'trash']
const LIST = 'library.json'
/** Being written; never part of anything. */
const DRAFT = /\.tmp-[0-9a-f]{8}$/

const TRIES = 200
const PAUSE_MS = 50

/** Everything of it, with sizes in bytes. */
export async function seenIn(dataFolder: string): Promise<Seen> {
  const seen = new Map<string, { mark: string; bytes: number }>()
  const look = async (path: string): Promise<void> => {
    const file = await stat(join(dataFolder, path), { bigint: true }).catch(gone)
    if (!file?.isFile()) return
    seen.set(path, { mark: [file.ino, file.size, file.mtimeNs, file.ctimeNs].join(' '), bytes: Number(file.size) })
  }
  const walk = async (folder: string): Promise<void> => {
    for (const entry of (await readdir(join(dataFolder, folder), { withFileTypes: true }).catch(gone)) ?? []) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) await walk(path)
      else if (!DRAFT.test(entry.name)) await look(path)
    }
  }
  await look(LIST)
  for (const folder of FOLDERS) await walk(folder)
  return seen
}

/**
 * Copies it below `to`; path → record, paths beginning with `data/`.
 * @throws PolicyError `backup-failed` where it is changed without a pause
 */
export async function copyUploads(dataFolder: string, to: string, shelf: Shelf, onBytes: OnBytes): Promise<Map<string, FileRecord>> {
  const copied = new Map<string, { readonly mark: string; readonly record: FileRecord }>()
  for (let tries = 1; tries <= TRIES; tries++) {
    const before = await seenIn(dataFolder)
    for (const [path, { mark }] of copied) {
      if (before.get(path)?.mark === mark) continue
      await rm(join(to, path), { force: true })
      copied.delete(path)
    }
    for (const [path, { mark }] of before) {
      if (copied.has(path)) continue
      const record = await copyOne(join(dataFolder, path), join(to, path), shelf, onBytes)
      if (record) copied.set(path, { mark, record })
    }
    if (isSame(before, await seenIn(dataFolder)) && copied.size === before.size) {
      return new Map([...copied].map(([path, { record }]) => [`data/${path}`, record]))
    }
    await sleep(PAUSE_MS)
  }
  throw new PolicyError('backup-failed', '备份期间文件库一直在变动（上传、替换、移出），没有取到一致的一份。请稍后再备份。')
}

/** Undefined where it is gone by now. */
async function copyOne(from: string, to: string, shelf: Shelf, onBytes: OnBytes): Promise<FileRecord | undefined> {
  const handle = await open(from, 'r').catch(gone)
  if (!handle) return undefined
  try {
    const record = await measure(handle)
    if (await shelf.share(record, to, onBytes)) return record
    return await copyOpen(handle, to, onBytes)
  } finally {
    await handle.close()
  }
}

function isSame(one: Seen, other: Seen): boolean {
  return one.size === other.size && [...one].every(([path, { mark }]) => other.get(path)?.mark === mark)
}

/** What went between two looks, or was never there. */
function gone(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error
}
