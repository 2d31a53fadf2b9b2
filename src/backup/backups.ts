/** The backups in a folder: which are whole, which is the newest, which are old enough to go. */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { nodeDisk } from '../store/disk.ts'
import { removeTree } from './copying.ts'
import { type BackupManifest, MANIFEST, readManifest } from './manifest.ts'

/** tiaowen-20261122T183009Z; a second one of the same second has -2 behind it. */
const NAME = /^tiaowen-\d{8}T\d{6}Z(?:-\d+)?$/

export interface Found {
  readonly folder: string
  readonly manifest: BackupManifest
}

/** @example backupName(new Date('2026-11-22T18:30:09.123Z')) // 'tiaowen-20261122T183009Z' */
export function backupName(time: Date): string {
  return `tiaowen-${time.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')}`
}

/**
 * Backups that were finished, the oldest first: their manifest is as it was written and their files have their sizes.
 * Bytes are not compared: `restore --verify` does that.
 */
export async function wholeBackups(target: string): Promise<Found[]> {
  const names = (await readdir(target).catch(() => [])).filter((name) => NAME.test(name)).toSorted()
  const found: Found[] = []
  for (const name of names) {
    const folder = join(target, name)
    const manifest = await manifestOf(folder).catch(() => undefined)
    if (manifest && (await hasItsFiles(folder, manifest))) found.push({ folder, manifest })
  }
  return found.toSorted((one, other) => (one.manifest.startedAt < other.manifest.startedAt ? -1 : 1))
}

/** @throws PolicyError `backup-damaged`, `data-newer`; the error of the system where there is none */
export async function manifestOf(folder: string): Promise<BackupManifest> {
  const path = join(folder, MANIFEST)
  return readManifest(path, await readFile(path))
}

async function hasItsFiles(folder: string, { files }: BackupManifest): Promise<boolean> {
  for (const [path, { bytes }] of Object.entries(files)) {
    const size = await stat(join(folder, path)).then((file) => file.size, () => -1)
    if (size !== bytes) return false
  }
  return true
}

/**
 * Removes whole backups of the same machine and folders but the newest `keep`; their names. What is no whole backup,
 * or of another, is left alone.
 */
export async function prune(target: string, keep: number, { host, dataFolder }: Pick<BackupManifest, 'host' | 'dataFolder'>): Promise<string[]> {
  const own = (await wholeBackups(target)).filter(
    ({ manifest }) => manifest.host === host && manifest.dataFolder === dataFolder,
  )
  const old = own.slice(0, Math.max(0, own.length - Math.max(1, keep)))
  for (const { folder } of old) await removeTree(folder, join(target, draftName()))
  await nodeDisk.syncFolder(target)
  return old.map(({ folder }) => folder)
}

/** Of a backup being made or removed by this machine: never taken for one. Leftovers of dead processes have it too. */
export const draftName = (host = hostname()): string => `tmp-${host}-${randomBytes(6).toString('hex')}`
export const isDraft = (name: string, host = hostname()): boolean => name.startsWith(`tmp-${host}-`) && /-[0-9a-f]{12}$/.test(name)
