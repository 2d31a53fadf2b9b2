/** One generation on disk: verified files, handed out only after their bytes were hashed. */
import { join } from 'node:path'
import { PolicyError } from '../errors.ts'
import { type Disk, codeOf } from './disk.ts'
import { explaining } from './disk-errors.ts'
import { sha256Of, sha256OfFile } from './hash.ts'
import { type FileRecord, MANIFEST, type Manifest, numberOf, readManifest } from './manifest.ts'
import { type Damage, type OnEvent, damageFound } from './store-events.ts'

export type Verify = 'full' | 'sizes'

/** An immutable set of named files. Nothing in it is handed out before its SHA-256 was compared. */
export interface Generation {
  /** gen-00000012 */
  readonly name: string
  /** 12 */
  readonly number: number
  readonly parent: string | null
  readonly createdAt: string
  /** What the writer said of it, e.g. embedder id, chunker version, documents with their SHA-256. */
  readonly meta: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, FileRecord>>
  readonly manifestSha256: string
  /** Optional files that are not what was written: do without them. */
  readonly damaged: readonly Damage[]
  /** The bytes of a file. @throws PolicyError `index-corrupt` when they are not the ones written. */
  read(name: string): Promise<Buffer>
  /** Where a file is, hashed just before: for native loaders only. @throws as `read` */
  path(name: string): Promise<string>
  /** Hashes every file that was not hashed at opening; what is damaged. Never rejects for damage. */
  verifyInBackground(): Promise<readonly Damage[]>
  /** Pins it: no writer of this process removes it until the returned release is called. See `pin` in openCurrent. */
  acquire(): () => void
}

/** A generation as found, or the damage that forbids it. */
export type Inspection =
  | { readonly generation: Generation }
  | { readonly damage: readonly [Damage, ...Damage[]]; readonly manifest?: Manifest }

/** Folders of generations in use in this process, with the number of users. */
const pins = new Map<string, number>()

export function isPinned(path: string): boolean {
  return (pins.get(path) ?? 0) > 0
}

/** Reads the manifest of `folder/name` and compares its files, all of them. `manifestSha256`: what CURRENT expects. */
export async function inspectGeneration(
  disk: Disk,
  folder: string,
  name: string,
  verify: Verify,
  onEvent: OnEvent,
  manifestSha256?: string,
): Promise<Inspection> {
  const home = join(folder, name)
  const bytes = await attempt(() => disk.read(join(home, MANIFEST)))
  const manifest = 'reason' in bytes ? bytes : readManifest(bytes.value)
  const bad = (reason: string): Inspection => ({ damage: [{ generation: name, file: MANIFEST, reason }] })
  if ('reason' in manifest) return bad(manifest.reason)
  if (manifest.generation !== name) return bad(`belongs to ${manifest.generation}`)
  if (manifestSha256 !== undefined && manifest.manifestSha256 !== manifestSha256) {
    return bad('is not the one that CURRENT names')
  }
  const damage = await damageOf(disk, folder, manifest, verify)
  const [first, ...rest] = damage.filter(({ file }) => manifest.files[file]?.optional !== true)
  if (first) return { damage: [first, ...rest], manifest }
  return { generation: generationOf(disk, folder, manifest, damage, onEvent) }
}

/** The generation a manifest describes. */
export function generationOf(
  disk: Disk,
  folder: string,
  manifest: Manifest,
  damage: readonly Damage[],
  onEvent: OnEvent,
): Generation {
  const { generation: name, parent, createdAt, meta, files, manifestSha256 } = manifest
  const home = join(folder, name)
  const damaged = [...damage]
  const corrupt = (file: string, reason: string) => {
    const found = { generation: name, file, reason }
    if (!damaged.some((known) => known.file === file)) {
      damaged.push(found)
      onEvent(damageFound(found))
    }
    const next = 'Restart to fall back to an older generation, or build anew: npm run tiaowen -- index'
    return new PolicyError('index-corrupt', `${join(home, file)} ${reason}. ${next}`)
  }
  const recordOf = (file: string) => {
    const record = Object.hasOwn(files, file) ? files[file] : undefined
    if (!record) throw new PolicyError('internal', `${name} holds no ${file}, only ${Object.keys(files).join(', ')}.`)
    const known = damaged.find((found) => found.file === file)
    if (known) throw corrupt(file, known.reason)
    return record
  }
  return {
    name,
    number: numberOf(name) ?? 0,
    parent,
    createdAt,
    meta,
    files,
    manifestSha256,
    damaged,
    read: (file) =>
      explaining(folder, `read ${file}`, async () => {
        const record = recordOf(file)
        const bytes = await attempt(() => disk.read(join(home, file)))
        if ('reason' in bytes) throw corrupt(file, bytes.reason)
        const reason = mismatch(record, bytes.value.length, () => sha256Of(bytes.value))
        if (reason) throw corrupt(file, reason)
        return bytes.value
      }),
    path: (file) =>
      explaining(folder, `read ${file}`, async () => {
        const reason = await faultOf(disk, join(home, file), recordOf(file), 'full')
        if (reason) throw corrupt(file, reason)
        return join(home, file)
      }),
    verifyInBackground: () =>
      explaining(folder, 'verify the index', async () => {
        for (const { file, reason } of await damageOf(disk, folder, manifest, 'full')) corrupt(file, reason)
        return damaged
      }),
    acquire: () => pin(home),
  }
}

/** Counts one user more of a generation's folder; the returned release counts it off, once. */
export function pin(home: string): () => void {
  pins.set(home, (pins.get(home) ?? 0) + 1)
  let held = true
  return () => {
    if (!held) return
    held = false
    const left = (pins.get(home) ?? 1) - 1
    if (left > 0) pins.set(home, left)
    else pins.delete(home)
  }
}

async function damageOf(disk: Disk, folder: string, manifest: Manifest, verify: Verify): Promise<Damage[]> {
  const damage: Damage[] = []
  for (const [file, record] of Object.entries(manifest.files)) {
    const reason = await faultOf(disk, join(folder, manifest.generation, file), record, verify)
    if (reason) damage.push({ generation: manifest.generation, file, reason })
  }
  return damage
}

/** Why a file is not the one recorded; `undefined` when it is. */
async function faultOf(disk: Disk, path: string, record: FileRecord, verify: Verify): Promise<string | undefined> {
  const size = await attempt(() => disk.size(path))
  if ('reason' in size) return size.reason
  if (verify === 'sizes' || size.value !== record.bytes) return mismatch(record, size.value, () => record.sha256)
  const hash = await attempt(() => sha256OfFile(disk, path))
  return 'reason' in hash ? hash.reason : mismatch(record, size.value, () => hash.value)
}

function mismatch(record: FileRecord, bytes: number, hash: () => string): string | undefined {
  if (bytes !== record.bytes) return `has ${bytes} bytes, not the ${record.bytes} that were written`
  return hash() === record.sha256 ? undefined : 'does not have the SHA-256 that was written'
}

/** Errors that say the file is not there or cannot be read any more; others (no right, too many files) pass. */
const GONE: Readonly<Record<string, string>> = {
  ENOENT: 'is missing',
  ENOTDIR: 'is missing',
  EISDIR: 'is a folder',
  ELOOP: 'is a circular link',
  EIO: 'cannot be read (input/output error)',
}

/** The value, or the reason why there is none; an input/output error is tried twice before it is believed. */
export async function attempt<T>(read: () => Promise<T>): Promise<{ value: T } | { reason: string }> {
  for (let again = true; ; again = false) {
    try {
      return { value: await read() }
    } catch (error) {
      const code = codeOf(error) ?? ''
      if (code === 'EIO' && again) continue
      const reason = GONE[code]
      if (reason === undefined) throw error
      return { reason }
    }
  }
}
