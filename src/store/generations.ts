/**
 * A folder of immutable generations under one CURRENT.
 *
 * A generation is built aside, made to last, renamed into place; the rename of CURRENT is the only commit point.
 * What is opened was hashed; a damaged generation is set aside and its parent serves. It knows nothing of clauses:
 * named bytes and a record of `meta` go in and come out.
 */
import { randomBytes } from 'node:crypto'
import { basename, join, resolve } from 'node:path'
import { PolicyError } from '../errors.ts'
import { writeFileAtomically } from './atomic-file.ts'
import { type Disk, makeLastingFolder, nodeDisk } from './disk.ts'
import { explaining } from './disk-errors.ts'
import { type Generation, type Verify, attempt, generationOf, inspectGeneration, isPinned, pin } from './generation.ts'
import { sha256OfFile, sha256Of } from './hash.ts'
import { type WriterLock, acquireWriterLock } from './lock.ts'
import { CURRENT, type FileRecord, FileName, MANIFEST, type Manifest, type Pointer } from './manifest.ts'
import { generationName, isGeneration, numberOf, readManifest, readPointer, writeManifest, writePointer } from './manifest.ts'
import { type Damage, type OnEvent, damageFound, fellBack, notMended, notRemoved, removed } from './store-events.ts'
import { setAside, staleLock } from './store-events.ts'

export type { Generation } from './generation.ts'
export type { Pointer } from './manifest.ts'
export type { Damage, StoreEvent } from './store-events.ts'

/**
 * A file to store: its bytes, or what makes them when their turn has come; a native saver that is given the path to
 * write; or the file of that name in a generation.
 */
export type FileToStore = { readonly name: string; readonly optional?: boolean } & (
  | { readonly bytes: Uint8Array }
  | { readonly make: () => Uint8Array | Promise<Uint8Array> }
  | { readonly write: (path: string) => Promise<void> | void }
  | { readonly sameAs: string }
)

export interface GenerationToStore {
  /** Name of the generation it was derived from; the current one when absent. */
  readonly parent?: string
  /** Plain JSON. */
  readonly meta: Readonly<Record<string, unknown>>
  readonly files: readonly FileToStore[]
}

export interface StoreOptions {
  readonly disk?: Disk
  readonly onEvent?: OnEvent
}

export interface WriteOptions extends StoreOptions {
  /** Held by the caller since before it began to build; taken and released here when absent. */
  readonly lock?: WriterLock
  /** Generations to keep, the new one included; at least 2. */
  readonly keep?: number
  readonly now?: () => Date
  /**
   * Waited for when all files of the generation are written, and before it has its name: whoever opens the folder
   * meanwhile, or after a kill, does not find it. Where it fails, the files are removed again. The generation that it is
   * handed is for reading, and has a name of its own.
   */
  readonly beforeNaming?: (draft: Generation) => Promise<void>
}

export interface OpenOptions extends StoreOptions {
  /** `full` (default) hashes every file first; `sizes` leaves that to `read`, `path` and `verifyInBackground`. */
  readonly verify?: Verify
  /** Default: damage found at opening is set aside. `false`: it is left to others, and nothing is written. */
  readonly mend?: boolean
  /** Acquires the generation before anything can remove it; `release` of the result lets it go. */
  readonly pin?: boolean
}

/** What was wrong at opening, and what was done. */
export interface Recovery {
  readonly damage: readonly Damage[]
  /** Names under which damaged generations were set aside. */
  readonly setAside: readonly string[]
  /** Was CURRENT written anew and the damaged set aside? Not when another process is writing, or the disk refuses. */
  readonly mended: boolean
}

export interface Opened {
  /** The newest whole generation; absent when there is none. */
  readonly generation: Generation | undefined
  /** Absent when all was well: build anew from the documents otherwise. */
  readonly recovered: Recovery | undefined
  /** Lets go of a generation opened with `pin`; does nothing else. */
  release(): void
}

const BAD_KEPT = 2
const silent: OnEvent = () => {}

/** Takes the writer's lock of an index folder, and makes the folder. @throws PolicyError `index-locked` */
export async function lockForWriting(folder: string, options: StoreOptions = {}): Promise<WriterLock> {
  const { disk = nodeDisk, onEvent = silent } = options
  await explaining(folder, 'make the folder', () => makeLastingFolder(disk, resolve(folder)))
  return acquireWriterLock(resolve(folder), { disk, onStale: (pid) => onEvent(staleLock(pid)) })
}

/** Does a folder hold this generation? */
export async function hasGeneration(folder: string, name: string, options: StoreOptions = {}): Promise<boolean> {
  const { disk = nodeDisk } = options
  return explaining(folder, 'list the index', async () => (await disk.list(resolve(folder))).includes(name))
}

/**
 * Writes a generation and makes it current. Once it resolves, it survives a kill and a power cut.
 * @throws PolicyError `index-locked`, also where the lock was lost meanwhile, `disk-full`, `index-unwritable`; the
 * generation in place is untouched then.
 */
export async function writeGeneration(
  folder: string,
  content: GenerationToStore,
  options: WriteOptions = {},
): Promise<Generation> {
  const { disk = nodeDisk, onEvent = silent, keep = 2, now = () => new Date() } = options
  const home = resolve(folder)
  checkNames(content.files)
  if (options.lock && options.lock.folder !== home) throw new PolicyError('internal', `The lock is not for ${home}.`)
  const lock = options.lock ?? (await lockForWriting(home, options))
  try {
    return await explaining(home, 'write a new generation', async () => {
      const names = await disk.list(home)
      const current = await pointerOf(disk, home)
      await clearLeftovers(disk, home, names, current.pointer, onEvent)
      const name = generationName(Math.max(0, ...names.map((known) => numberOf(known) ?? 0)) + 1)
      const parent = content.parent ?? current.pointer?.generation ?? null
      const header = { generation: name, parent, createdAt: now().toISOString(), meta: content.meta }
      const manifest = await build(disk, home, header, content.files, options)
      await lock.check()
      await commit(disk, home, manifest, onEvent)
      await retire(disk, home, manifest, Math.max(2, keep), onEvent)
      return generationOf(disk, home, manifest, [], onEvent)
    })
  } finally {
    if (!options.lock) await lock.release()
  }
}

/**
 * What the manifests of all generations in a folder say; undefined where one cannot be read: then nobody knows what is
 * still in use.
 */
export async function manifestsIn(folder: string, { disk = nodeDisk }: StoreOptions = {}): Promise<readonly Manifest[] | undefined> {
  const home = resolve(folder)
  return explaining(home, 'list the index', async () => {
    const names = (await disk.list(home)).filter(isGeneration)
    const manifestOf = manifestsOnce(disk, home)
    const manifests: Manifest[] = []
    for (const name of names) {
      const manifest = await manifestOf(name)
      if ('reason' in manifest) return undefined
      manifests.push(manifest)
    }
    return manifests
  })
}

/** What CURRENT names, to be compared with what it named before; undefined while there is none that can be read. */
export async function currentPointer(folder: string, { disk = nodeDisk }: StoreOptions = {}): Promise<Pointer | undefined> {
  return explaining(folder, 'read CURRENT', async () => (await pointerOf(disk, resolve(folder))).pointer)
}

/**
 * Opens the current generation, or the newest whole one when that is damaged; then the damaged are set aside and
 * CURRENT is written anew, unless another process is writing just now.
 * @throws PolicyError when the folder cannot be read (rights, too many open files); never for damage.
 */
export async function openCurrent(folder: string, options: OpenOptions = {}): Promise<Opened> {
  const { disk = nodeDisk, onEvent = silent, verify = 'full', mend: mends = true } = options
  const home = resolve(folder)
  const view = { disk, home, verify, onEvent }
  return explaining(home, 'open the index', async () => {
    const seen = await lookTwice(view)
    const recovery = seen.damage.length === 0 ? undefined : await (mends ? mendUnderLock(view, seen, options) : asFound(seen))
    const { generation, release } = recovery?.seen ?? seen
    for (const damage of generation?.damaged ?? []) onEvent(damageFound(damage))
    if (!options.pin) release()
    return { generation, recovered: recovery?.recovered, release }
  })
}

/** Where to look, and how closely. */
interface View {
  readonly disk: Disk
  readonly home: string
  readonly verify: Verify
  readonly onEvent: OnEvent
}

interface Seen {
  readonly pointer: Pointer | undefined
  /** Pinned until `release`. */
  readonly generation: Generation | undefined
  readonly damage: readonly Damage[]
  release(): void
}

/** Looks again when CURRENT moved meanwhile: a writer may have retired what was being read. */
async function lookTwice(view: View): Promise<Seen> {
  for (let tries = 1; ; tries++) {
    const seen = await look(view)
    const { pointer } = await pointerOf(view.disk, view.home).catch((error: unknown) => {
      seen.release()
      throw error
    })
    if (pointer?.manifestSha256 === seen.pointer?.manifestSha256 || tries === 6) return seen
    seen.release()
  }
}

/** The generation that CURRENT names, else its parent, else the newest that is whole; and all damage met on the way. */
async function look({ disk, home, verify, onEvent }: View): Promise<Seen> {
  const { pointer, fault } = await pointerOf(disk, home)
  const listed = await attempt(() => disk.list(home))
  const names = ('value' in listed ? listed.value : []).filter(isGeneration).toSorted().toReversed()
  const damage: Damage[] = []
  if (fault && (names.length > 0 || fault.reason !== ABSENT)) damage.push(fault)
  const older = names.filter((name) => pointer && name < pointer.generation)
  const newer = names.filter((name) => name !== pointer?.generation && !older.includes(name))
  const candidates = [...(pointer ? [pointer.generation] : []), ...older, ...newer]
  for (let candidate = candidates.shift(); candidate !== undefined; candidate = candidates.shift()) {
    const release = pin(join(home, candidate))
    const expected = candidate === pointer?.generation ? pointer.manifestSha256 : undefined
    const found = await inspectGeneration(disk, home, candidate, verify, onEvent, expected).catch((error: unknown) => {
      release()
      throw error
    })
    if ('generation' in found) return { pointer, generation: found.generation, damage, release }
    release()
    damage.push(...found.damage)
    const parent = found.manifest?.parent
    if (parent && candidates.includes(parent)) candidates.unshift(...candidates.splice(candidates.indexOf(parent), 1))
  }
  return { pointer, generation: undefined, damage, release: () => {} }
}

const ABSENT = 'is missing'

async function pointerOf(disk: Disk, home: string): Promise<{ pointer?: Pointer; fault?: Damage }> {
  const bytes = await attempt(() => disk.read(join(home, CURRENT)))
  const fault = (reason: string) => ({ fault: { generation: null, file: CURRENT, reason } })
  if ('reason' in bytes) return fault(bytes.reason)
  const pointer = readPointer(bytes.value)
  return pointer ? { pointer } : fault('is not as it was written')
}

interface Mended {
  /** What is served now. */
  readonly seen: Seen
  /** Absent when all was well at the second look. */
  readonly recovered: Recovery | undefined
}

const asFound = (seen: Seen): Mended => ({ seen, recovered: { damage: seen.damage, setAside: [], mended: false } })

/** Takes the lock, looks once more since nobody else writes now, and mends what is still wrong. */
async function mendUnderLock(view: View, seen: Seen, options: StoreOptions): Promise<Mended> {
  let lock: WriterLock
  try {
    lock = await lockForWriting(view.home, options)
  } catch (error) {
    return { seen, recovered: report(view, seen, [], error) }
  }
  try {
    seen.release()
    const certain = await look(view)
    return { seen: certain, recovered: certain.damage.length === 0 ? undefined : await mend(view, certain) }
  } finally {
    await lock.release()
  }
}

/** Sets the damaged generations aside and points CURRENT at the whole one. */
async function mend(view: View, seen: Seen): Promise<Recovery> {
  const { disk, home, onEvent } = view
  const aside: string[] = []
  try {
    const there = new Set(await disk.list(home))
    for (const name of new Set(seen.damage.map(({ generation }) => generation))) {
      if (name === null || !there.has(name)) continue
      const to = `bad-${name}-${Date.now()}`
      await disk.rename(join(home, name), join(home, to))
      aside.push(to)
      onEvent(setAside(name, to))
    }
    await disk.syncFolder(home)
    if (seen.generation) await point(disk, home, seen.generation)
    else await forget(disk, home)
    return report(view, seen, aside)
  } catch (error) {
    return report(view, seen, aside, error)
  }
}

/** Tells what was found; `cause`: why it could not be mended. */
function report({ onEvent }: View, seen: Seen, aside: readonly string[], cause?: unknown): Recovery {
  for (const damage of seen.damage) onEvent(damageFound(damage))
  onEvent(fellBack(seen.pointer?.generation ?? null, seen.generation?.name ?? null))
  if (cause !== undefined) onEvent(notMended(cause))
  return { damage: seen.damage, setAside: aside, mended: cause === undefined }
}

async function forget(disk: Disk, home: string): Promise<void> {
  await disk.remove(join(home, CURRENT))
  await disk.syncFolder(home)
}

function checkNames(files: readonly FileToStore[]): void {
  const names = files.map(({ name }) => name)
  const bad = names.find((name, at) => !FileName.safeParse(name).success || names.indexOf(name) !== at)
  if (bad !== undefined) throw new PolicyError('internal', `A generation cannot hold a file ${bad} (or not twice).`)
}

/** Builds the generation under tmp-… and renames it into place, all of it made to last; not yet current. */
async function build(
  disk: Disk,
  home: string,
  header: Pick<Manifest, 'generation' | 'parent' | 'createdAt' | 'meta'>,
  files: readonly FileToStore[],
  { beforeNaming, onEvent = silent }: WriteOptions = {},
): Promise<Manifest> {
  const draft = join(home, `tmp-${randomBytes(8).toString('hex')}`)
  try {
    await disk.makeFolder(draft)
    const records: Record<string, FileRecord> = {}
    const manifestOf = manifestsOnce(disk, home)
    for (const file of files) records[file.name] = await store(disk, home, draft, file, manifestOf)
    const { manifest, bytes } = writeManifest({ ...header, files: records })
    await disk.create(join(draft, MANIFEST), bytes)
    await disk.syncFile(join(draft, MANIFEST))
    await disk.syncFolder(draft)
    await beforeNaming?.(generationOf(disk, home, { ...manifest, generation: basename(draft) }, [], onEvent))
    await disk.rename(draft, join(home, header.generation))
    await disk.syncFolder(home)
    return manifest
  } catch (error) {
    await disk.remove(draft).catch(() => {}) // else the next writer removes it
    throw error
  }
}

type ManifestOf = (generation: string) => Promise<Manifest | { readonly reason: string }>

/** Manifests of generations, each read once. */
function manifestsOnce(disk: Disk, home: string): ManifestOf {
  const read = new Map<string, ReturnType<ManifestOf>>()
  return (generation) => {
    const known = read.get(generation) ?? disk.read(join(home, generation, MANIFEST)).then(readManifest)
    read.set(generation, known)
    return known
  }
}

/** Writes one file and makes its bytes last. */
async function store(
  disk: Disk,
  home: string,
  draft: string,
  file: FileToStore,
  manifestOf: ManifestOf,
): Promise<FileRecord> {
  const path = join(draft, file.name)
  if ('sameAs' in file) return takeOver(disk, home, path, file, await manifestOf(file.sameAs))
  const bytes = 'bytes' in file ? file.bytes : 'make' in file ? await file.make() : undefined
  if (bytes) await disk.create(path, bytes)
  else if ('write' in file) await file.write(path)
  await disk.syncFile(path)
  const measured = bytes
      ? { bytes: bytes.length, sha256: sha256Of(bytes) }
      : { bytes: await disk.size(path), sha256: await sha256OfFile(disk, path) }
  return file.optional ? { ...measured, optional: true } : measured
}

/**
 * A file shared with an earlier generation, with the record that one has of it: whoever opens the new one compares the
 * bytes with it as with any other.
 */
async function takeOver(
  disk: Disk,
  home: string,
  path: string,
  file: { name: string; sameAs: string },
  manifest: Manifest | { readonly reason: string },
): Promise<FileRecord> {
  const from = join(home, file.sameAs)
  const record = 'reason' in manifest ? undefined : manifest.files[file.name]
  if (!record) throw new PolicyError('internal', `${file.sameAs} has no record of ${file.name}.`)
  await disk.link(join(from, file.name), path)
  await disk.syncFile(path)
  return record
}

/** Makes it current. When that fails before CURRENT was renamed, the generation is taken away again. */
async function commit(disk: Disk, home: string, manifest: Manifest, onEvent: OnEvent): Promise<void> {
  try {
    await point(disk, home, { name: manifest.generation, manifestSha256: manifest.manifestSha256 })
  } catch (error) {
    const { pointer, fault } = await pointerOf(disk, home).catch(() => ({ pointer: undefined, fault: undefined }))
    const isCertain = pointer !== undefined || fault?.reason === ABSENT
    if (isCertain && pointer?.generation !== manifest.generation) {
      await disk.remove(join(home, `${CURRENT}.tmp`)).catch(() => {})
      await discard(disk, home, manifest.generation, onEvent)
    }
    throw error
  }
}

function point(disk: Disk, home: string, to: { name: string; manifestSha256: string }): Promise<void> {
  const pointer = { generation: to.name, manifestSha256: to.manifestSha256 }
  return writeFileAtomically(disk, join(home, CURRENT), writePointer(pointer))
}

/** Removes what dead writers left: drafts, generations that never became current, the oldest of those set aside. */
async function clearLeftovers(
  disk: Disk,
  home: string,
  names: readonly string[],
  current: Pointer | undefined,
  onEvent: OnEvent,
): Promise<void> {
  const isNewer = (name: string) => current !== undefined && isGeneration(name) && name > current.generation
  const uncommitted = names.filter((name) => isNewer(name) && !isPinned(join(home, name)))
  const bad = names.filter((name) => name.startsWith('bad-')).toSorted()
  const drafts = names.filter((name) => name.startsWith('tmp-') || name === `${CURRENT}.tmp`)
  for (const name of [...drafts, ...uncommitted, ...bad.slice(0, -BAD_KEPT)]) await discard(disk, home, name, onEvent)
}

/** Removes older generations that nobody in this process uses, but the newest `keep` and the parent. */
async function retire(disk: Disk, home: string, newest: Manifest, keep: number, onEvent: OnEvent): Promise<void> {
  try {
    const older = (await disk.list(home)).filter((name) => isGeneration(name) && name !== newest.generation)
    const kept = new Set([newest.parent, ...older.toSorted().slice(1 - keep)])
    for (const name of older) {
      if (!kept.has(name) && !isPinned(join(home, name))) await discard(disk, home, name, onEvent)
    }
  } catch (error) {
    onEvent(notRemoved('older generations', error))
  }
}

/** Takes a name out of the way in one step, then removes what it held; a failure is left to the next writer. */
async function discard(disk: Disk, home: string, name: string, onEvent: OnEvent): Promise<void> {
  try {
    const doomed = join(home, name.startsWith('tmp-') ? name : `tmp-${randomBytes(8).toString('hex')}`)
    if (doomed !== join(home, name)) await disk.rename(join(home, name), doomed)
    await disk.remove(doomed)
    onEvent(removed(name))
  } catch (error) {
    onEvent(notRemoved(name, error))
  }
}
