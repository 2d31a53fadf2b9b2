/**
 * The current generation, held open so that it can be copied to its end. A pin counts within one process; a writer of
 * another may retire the generation any time. What is open stays readable after its name is gone.
 */
import { open, readFile, type FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { PolicyError } from '../errors.ts'
import { codeOf } from './disk.ts'
import { CURRENT, MANIFEST, readManifest, readPointer, type FileRecord, type Manifest } from './manifest.ts'

export interface HeldGeneration {
  readonly manifest: Manifest
  /** Of CURRENT and of manifest.json, as they stand on the disk. */
  readonly pointerBytes: Buffer
  readonly manifestBytes: Buffer
  /** Open for reading, by name; with what the manifest says of each. */
  readonly files: ReadonlyMap<string, { readonly handle: FileHandle; readonly record: FileRecord }>
  close(): Promise<void>
}

const TRIES = 10

/**
 * What CURRENT names; undefined where there is no index yet. Bytes of files are not compared here.
 * @throws PolicyError `index-corrupt` where CURRENT or the manifest is not as it was written, or a file is missing
 */
export async function holdCurrent(indexFolder: string): Promise<HeldGeneration | undefined> {
  const home = resolve(indexFolder)
  for (let tries = 1; ; tries++) {
    const pointerBytes = await readFile(join(home, CURRENT)).catch(absent)
    if (!pointerBytes) return undefined
    const pointer = readPointer(pointerBytes)
    if (!pointer) throw corrupt(join(home, CURRENT), 'is not as it was written')
    try {
      return await hold(join(home, pointer.generation), pointer.manifestSha256, pointerBytes)
    } catch (error) {
      // a writer may have put another in its place and retired it
      if (tries === TRIES || codeOf(error) !== 'ENOENT') throw codeOf(error) === 'ENOENT' ? corrupt(home, 'misses a file', error) : error
    }
  }
}

async function hold(folder: string, expected: string, pointerBytes: Buffer): Promise<HeldGeneration> {
  const manifestBytes = await readFile(join(folder, MANIFEST))
  const manifest = readManifest(manifestBytes)
  if ('reason' in manifest) throw corrupt(join(folder, MANIFEST), manifest.reason)
  if (manifest.manifestSha256 !== expected) throw corrupt(join(folder, MANIFEST), 'is not the one that CURRENT names')
  const files = new Map<string, { handle: FileHandle; record: FileRecord }>()
  const close = async () => void (await Promise.all([...files.values()].map(({ handle }) => handle.close())))
  try {
    for (const [name, record] of Object.entries(manifest.files)) {
      const handle = await open(join(folder, name), 'r').catch((error: unknown) => {
        if (record.optional) return undefined // what opens it does without, and says so
        throw error
      })
      if (handle) files.set(name, { handle, record })
    }
    return { manifest, pointerBytes, manifestBytes, files, close }
  } catch (error) {
    await close()
    throw error
  }
}

function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}

function corrupt(path: string, reason: string, cause?: unknown): PolicyError {
  return new PolicyError('index-corrupt', `${path} ${reason}. Build it anew: npm run tiaowen -- index`, { cause })
}
