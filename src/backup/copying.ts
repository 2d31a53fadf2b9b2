/** Files copied with their SHA-256, made to last; what an earlier backup has of the same bytes is shared. */
import { createHash, randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf, nodeDisk } from '../store/disk.ts'
import type { FileRecord } from './manifest.ts'

const PIECE = 1 << 20

export type OnBytes = (bytes: number) => void

/** The bytes of an open file from its beginning, in pieces. The piece is used again: keep none. */
async function* piecesOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(PIECE)
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, PIECE, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** Size and SHA-256 of an open file. */
export async function measure(handle: FileHandle, onBytes?: OnBytes): Promise<FileRecord> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of piecesOf(handle)) {
    hash.update(piece)
    bytes += piece.length
    onBytes?.(piece.length)
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** As `measure`, of a path. */
export async function measureFile(path: string, onBytes?: OnBytes): Promise<FileRecord> {
  const handle = await open(path, 'r')
  try {
    return await measure(handle, onBytes)
  } finally {
    await handle.close()
  }
}

/** Copies an open file to a new path and makes its bytes last; measured as they pass. */
export async function copyOpen(from: FileHandle, to: string, onBytes?: OnBytes): Promise<FileRecord> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  const target = await open(to, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const piece of piecesOf(from)) {
      hash.update(piece)
      for (let at = 0; at < piece.length; ) at += (await target.write(piece, at)).bytesWritten
      bytes += piece.length
      onBytes?.(piece.length)
    }
    await target.sync()
    return { bytes, sha256: hash.digest('hex') }
  } finally {
    await target.close()
  }
}

/** Copies a file to a new path and makes its bytes last. */
export async function copyFile(from: string, to: string, onBytes?: OnBytes): Promise<FileRecord> {
  const source = await open(from, 'r')
  try {
    return await copyOpen(source, to, onBytes)
  } finally {
    await source.close()
  }
}

/** Writes a new file and makes its bytes last. */
export async function putFile(to: string, bytes: Buffer): Promise<FileRecord> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  const target = await open(to, 'wx', 0o600)
  try {
    await target.writeFile(bytes)
    await target.sync()
  } finally {
    await target.close()
  }
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/**
 * Files of an earlier backup, by what they hold. A file is shared by a second name for the same bytes, after these were
 * read and compared: what went bad on the disk since is copied anew.
 */
export class Shelf {
  readonly #paths: ReadonlyMap<string, string>
  sharedBytes = 0

  constructor(folder?: string, files: Readonly<Record<string, FileRecord>> = {}) {
    const known = folder === undefined ? [] : Object.entries(files)
    this.#paths = new Map(known.map(([path, record]) => [keyOf(record), join(folder!, path)]))
  }

  has(record: FileRecord): boolean {
    return this.#paths.has(keyOf(record))
  }

  /** False where it has none, or where the disk shares none. */
  async share(record: FileRecord, to: string, onBytes?: OnBytes): Promise<boolean> {
    const path = this.#paths.get(keyOf(record))
    if (path === undefined) return false
    try {
      if (keyOf(await measureFile(path)) !== keyOf(record)) return false
      await mkdir(dirname(to), { recursive: true, mode: 0o700 })
      await link(path, to)
      onBytes?.(record.bytes)
      this.sharedBytes += record.bytes
      return true
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      return false // no hard links, too many of them, cannot be read: a copy it is
    }
  }
}

const keyOf = ({ bytes, sha256 }: FileRecord) => `${sha256} ${bytes}`

/** Makes the names in a folder and in all folders below it last. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncTree(join(folder, entry.name))
  }
  await nodeDisk.syncFolder(folder)
}

/** Out of the way in one step, then away; `aside`: a name that nobody takes for anything. */
export async function removeTree(folder: string, aside = `${folder}-${randomBytes(4).toString('hex')}`): Promise<void> {
  if (aside !== folder) await nodeDisk.rename(folder, aside)
  await rm(aside, { recursive: true, force: true })
}

/** Does things for all items, some at once: of many small files the disk is waited for together. */
export async function forEachAtOnce<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items]
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
