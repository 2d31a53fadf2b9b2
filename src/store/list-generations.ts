/** What lies in an index folder, as its manifests say; nothing is hashed, opened or mended. */
import { join, resolve } from 'node:path'
import { type Disk, nodeDisk } from './disk.ts'
import { explaining } from './disk-errors.ts'
import { currentPointer } from './generations.ts'
import { MANIFEST, isGeneration, readManifest } from './manifest.ts'

export interface ListedGeneration {
  readonly name: string
  /** Does CURRENT name it? */
  readonly isCurrent: boolean
  /** Of all files together; absent where the manifest cannot be read. */
  readonly bytes?: number
  readonly createdAt?: string
  readonly parent?: string | null
  readonly meta?: Readonly<Record<string, unknown>>
  /** Why its manifest cannot be read. */
  readonly damage?: string
}

/** A generation that was damaged, and kept aside for whoever wants to know why. */
export interface SetAside {
  readonly name: string
  /** ISO 8601, UTC; absent where the name does not say. */
  readonly at?: string
}

/** Newest first. @throws PolicyError where the folder cannot be read */
export async function listGenerations(
  folder: string,
  { disk = nodeDisk }: { readonly disk?: Disk } = {},
): Promise<{ readonly generations: readonly ListedGeneration[]; readonly setAside: readonly SetAside[] }> {
  const home = resolve(folder)
  const current = await currentPointer(home, { disk })
  const names = await explaining(home, 'list the index', () => disk.list(home))
  const found = names.filter(isGeneration).sort().reverse()
  const generations = await Promise.all(found.map((name) => listed(disk, home, name, name === current?.generation)))
  const setAside = names.filter((name) => name.startsWith('bad-')).sort().reverse().map(asideOf)
  return { generations: generations.filter((one) => one !== undefined), setAside }
}

/** Undefined where it was removed meanwhile. */
async function listed(disk: Disk, home: string, name: string, isCurrent: boolean): Promise<ListedGeneration | undefined> {
  const bytes = await disk.read(join(home, name, MANIFEST)).catch((error: NodeJS.ErrnoException) => error)
  if (bytes instanceof Error) return bytes.code === 'ENOENT' && !isCurrent ? undefined : { name, isCurrent, damage: `cannot be read: ${bytes.code ?? ''}` }
  const manifest = readManifest(bytes)
  if ('reason' in manifest) return { name, isCurrent, damage: manifest.reason }
  const { createdAt, parent, meta, files } = manifest
  return { name, isCurrent, createdAt, parent, meta, bytes: Object.values(files).reduce((sum, file) => sum + file.bytes, 0) }
}

/** @example asideOf('bad-gen-00000003-1763800000000') // { name: …, at: '2025-11-22T08:26:40.000Z' } */
function asideOf(name: string): SetAside {
  const at = Number(/-(\d{13})$/.exec(name)?.[1])
  return { name, ...(Number.isFinite(at) && { at: new Date(at).toISOString() }) }
}
