/**
 * A backup put in place of what a program has, or where nothing is yet. All of it is copied beside, compared with its
 * hashes, opened and asked its questions there; only then it takes its place (swap.ts).
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { PolicyError } from '../errors.ts'
import { holdState } from '../state/sqlite-copy.ts'
import { acquireWriterLock, type WriterLock } from '../store/lock.ts'
import { copyFile, forEachAtOnce, syncTree } from './copying.ts'
import { checkSpace, explaining, megabytes } from './explained.ts'
import { type BackupManifest, DATA, INDEX } from './manifest.ts'
import { clearDrafts, finishRestore, type Moves, swap } from './swap.ts'
import type { Folders, OnProgress, OpenFolders } from './take-backup.ts'
import { damaged, examineContents, mismatch, readableManifest, type Verified } from './verify-backup.ts'

export interface RestoreRequest extends Folders {
  readonly backup: string
  /** What is in the folders is set aside; else they must be empty. */
  readonly replace: boolean
  readonly programVersion: string
  readonly openFolders: OpenFolders
  readonly onProgress?: OnProgress
  readonly now?: () => Date
}

export interface Restored extends Verified {
  /** Where what was there lies now. */
  readonly setAside: readonly string[]
}

/** @throws PolicyError `restore-refused`, `backup-damaged`, `data-newer`, `disk-full`; what was there is untouched then */
export async function restoreBackup(request: RestoreRequest): Promise<Restored> {
  const folders = { dataFolder: resolve(request.dataFolder), indexFolder: resolve(request.indexFolder) }
  return explaining(`恢复到 ${folders.dataFolder} `, 'restore-refused', async () => {
    const backup = resolve(request.backup)
    const manifest = await readableManifest(backup)
    await mkdir(folders.dataFolder, { recursive: true, mode: 0o700 })
    await mkdir(folders.indexFolder, { recursive: true })
    await finishRestore(folders)
    const lock = await lockedAlone(folders.indexFolder)
    let release = () => {}
    try {
      release = holdState(join(folders.dataFolder, 'state.sqlite'))
      await clearDrafts([folders.dataFolder, folders.indexFolder])
      const there = await occupants(folders)
      if (there.length > 0 && !request.replace) throw occupied(folders, there)
      return await restore({ ...request, ...folders, backup }, manifest, there)
    } finally {
      release()
      await lock.release()
    }
  })
}

async function lockedAlone(indexFolder: string): Promise<WriterLock> {
  return acquireWriterLock(indexFolder).catch((cause: unknown) => {
    if (!(cause instanceof PolicyError) || cause.code !== 'index-locked') throw cause
    throw new PolicyError('restore-refused', `${indexFolder} 正在被写入。请先停止服务和 tiaowen index，再恢复。`, { cause })
  })
}

/** What of a folder is the program's. A README beside it, or a folder of someone else, is left alone. */
const OF_DATA = /^(?:documents\.json|documents\.previous\.json|library\.json|texts|documents|trash|staging|audit\.head|state\.sqlite(?:-wal|-shm|-journal)?)$/
const OF_INDEX = /^(?:CURRENT(?:\.tmp)?|(?:bad-)?gen-\d{8}.*|tmp-[0-9a-f]+|vectors\.journal)$/

interface Occupant {
  readonly folder: string
  readonly name: string
}

async function occupants({ dataFolder, indexFolder }: Folders): Promise<Occupant[]> {
  const of = async (folder: string, own: RegExp) =>
    (await readdir(folder)).filter((name) => own.test(name)).map((name) => ({ folder, name }))
  return [...(await of(dataFolder, OF_DATA)), ...(await of(indexFolder, OF_INDEX))]
}

function occupied({ dataFolder, indexFolder }: Folders, there: readonly Occupant[]): PolicyError {
  const full = [dataFolder, indexFolder].filter((folder) => there.some((one) => one.folder === folder))
  return new PolicyError(
    'restore-refused',
    `${full.join('、')} 里已有数据（${there.slice(0, 4).map(({ name }) => name).join('、')}${there.length > 4 ? '……' : ''}），没有恢复。` +
      '请加 --replace：原有的会改名保存在 before-restore-… 里；或用 --into 指定空的文件夹。',
  )
}

async function restore(
  request: RestoreRequest,
  manifest: BackupManifest,
  there: readonly Occupant[],
): Promise<Restored> {
  const { backup, dataFolder, indexFolder, now = () => new Date() } = request
  const name = `restore-${randomBytes(6).toString('hex')}`
  const drafts = { dataFolder: join(dataFolder, name), indexFolder: join(indexFolder, name) }
  try {
    await stage(request, manifest, drafts)
    const said = await examineContents(backup, drafts, manifest, request)
    const aside = `before-restore-${now().toISOString().replace(/[:.]/g, '-')}`
    await swap(dataFolder, await movesOf({ dataFolder, indexFolder }, drafts, there, aside))
    const setAside = [...new Set(there.map(({ folder }) => join(folder, aside)))]
    return { manifest, ...said, setAside }
  } catch (error) {
    await clearUnlessBegun(dataFolder, indexFolder)
    throw error
  }
}

/** Copies of all files, each compared with what the manifest says of it while it passes. */
async function stage({ backup, onProgress }: RestoreRequest, { files }: BackupManifest, drafts: Folders): Promise<void> {
  const wanted = Object.entries(files).flatMap(([path, expected]) => {
    const [top, ...rest] = path.split('/')
    const folder = top === DATA ? drafts.dataFolder : top === INDEX ? drafts.indexFolder : undefined
    return folder === undefined || rest.length === 0 ? [] : [{ path, expected, to: join(folder, ...rest) }]
  })
  const total = wanted.reduce((sum, { expected }) => sum + expected.bytes, 0)
  for (const folder of [drafts.dataFolder, drafts.indexFolder]) await mkdir(folder, { recursive: true, mode: 0o700 })
  const isOneDisk = (await stat(drafts.dataFolder)).dev === (await stat(drafts.indexFolder)).dev
  for (const folder of [drafts.dataFolder, drafts.indexFolder]) {
    const own = wanted.filter(({ to }) => to.startsWith(`${folder}${sep}`))
    await checkSpace(folder, isOneDisk ? total : own.reduce((sum, { expected }) => sum + expected.bytes, 0))
  }
  const faults: string[] = []
  let done = 0
  await forEachAtOnce(wanted, 8, async ({ path, expected, to }) => {
    const fault = await copyFile(join(backup, path), to, (bytes) => {
      done += bytes
      onProgress?.('restore', megabytes(done), megabytes(total))
    }).then((found) => mismatch(found, expected), missing)
    if (fault !== undefined) faults.push(`${path} ${fault}`)
  })
  if (faults.length > 0) throw damaged(backup, faults.toSorted())
  await syncTree(drafts.dataFolder)
  await syncTree(drafts.indexFolder)
}

function missing(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  return '不见了'
}

/** What is there goes aside first, CURRENT before the generations; then what was restored comes in, CURRENT last. */
async function movesOf(
  folders: Folders,
  drafts: Folders,
  there: readonly Occupant[],
  aside: string,
): Promise<Omit<Moves, 'version'>> {
  const out = there.map(({ folder, name }) => ({ from: join(folder, name), to: join(folder, aside, name) }))
  const into = async (draft: string, folder: string) =>
    (await readdir(draft)).map((name) => ({ from: join(draft, name), to: join(folder, name) }))
  const restored = [
    ...(await into(drafts.dataFolder, folders.dataFolder)),
    ...(await into(drafts.indexFolder, folders.indexFolder)),
  ]
  const isCurrent = ({ from }: { from: string }) => /[\\/]CURRENT$/.test(from)
  return {
    moves: [
      ...out.filter(isCurrent),
      ...out.filter((move) => !isCurrent(move)),
      ...restored.filter((move) => !isCurrent(move)),
      ...restored.filter(isCurrent),
    ],
    drafts: [drafts.dataFolder, drafts.indexFolder],
  }
}

/** A swap that has begun is ended by whoever comes next: it needs what is in the drafts. */
async function clearUnlessBegun(dataFolder: string, indexFolder: string): Promise<void> {
  const names = await readdir(dataFolder).catch(() => ['restore.json'])
  if (!names.includes('restore.json')) await clearDrafts([dataFolder, indexFolder]).catch(() => {})
}
