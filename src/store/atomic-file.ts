/** A small file replaced in one step: a reader, and a power cut, see the old bytes or the new ones. */
import { basename, dirname, join } from 'node:path'
import type { Disk } from './disk.ts'

/**
 * Writes `<path>.tmp`, makes it last, renames it over `path` and makes the name last.
 * Once it resolves the new bytes survive a power cut. One writer at a time per path.
 */
export async function writeFileAtomically(disk: Disk, path: string, bytes: Uint8Array | string): Promise<void> {
  const folder = dirname(path)
  const draft = join(folder, `${basename(path)}.tmp`)
  await disk.remove(draft)
  await disk.create(draft, Buffer.from(bytes))
  await disk.syncFile(draft)
  await disk.rename(draft, path)
  await disk.syncFolder(folder)
}
