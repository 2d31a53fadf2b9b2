/**
 * The step at which what was restored takes the place of what was there: renames within each folder, listed beforehand
 * in a journal on the disk. Whoever comes after a process that was ended in between makes the rest of them; nothing
 * starts in between. What was there is set aside, never removed. Entries are moved, not the folders: those may be mounts.
 */
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { writeWhole } from '../documents/files.ts'
import { PolicyError } from '../errors.ts'
import { codeOf, nodeDisk } from '../store/disk.ts'
import { acquireWriterLock } from '../store/lock.ts'
import type { Folders } from './take-backup.ts'

const Moves = z.strictObject({
  version: z.literal(1),
  /** In this order; a move whose target is there was made. */
  moves: z.array(z.strictObject({ from: z.string(), to: z.string() })),
  /** Folders that are empty afterwards. */
  drafts: z.array(z.string()),
})
export type Moves = z.infer<typeof Moves>

export const restoreJournal = (dataFolder: string): string => join(dataFolder, 'restore.json')

/** Begins the swap and ends it. The index is locked by the caller. */
export async function swap(dataFolder: string, moves: Omit<Moves, 'version'>): Promise<void> {
  await writeWhole(restoreJournal(dataFolder), JSON.stringify({ version: 1, ...moves }))
  await goOn(dataFolder)
}

/**
 * Ends a swap that a process was ended in; nothing where there is none. To be awaited before folders are opened.
 * @throws PolicyError `index-locked` while another process does so
 */
export async function finishRestore({ dataFolder, indexFolder }: Folders): Promise<void> {
  if (!(await isThere(restoreJournal(dataFolder)))) return
  await mkdir(indexFolder, { recursive: true })
  const lock = await acquireWriterLock(indexFolder)
  try {
    await goOn(dataFolder)
  } finally {
    await lock.release()
  }
}

async function goOn(dataFolder: string): Promise<void> {
  const json = await readFile(restoreJournal(dataFolder), 'utf8').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
    return undefined
  })
  if (json === undefined) return
  const { moves, drafts } = Moves.parse(JSON.parse(json))
  for (const { from, to } of moves) {
    if (!(await isThere(from)) || (await isThere(to))) continue
    await mkdir(dirname(to), { recursive: true, mode: 0o700 })
    await rename(from, to)
  }
  for (const folder of new Set(moves.flatMap(({ from, to }) => [dirname(from), dirname(to)]))) {
    if (await isThere(folder)) await nodeDisk.syncFolder(folder)
  }
  const left = (await Promise.all(moves.map(async ({ from }) => ((await isThere(from)) ? [from] : [])))).flat()
  const inDrafts = left.filter((path) => drafts.some((draft) => path.startsWith(draft)))
  if (inDrafts.length > 0) {
    const words = `恢复没有完成：${inDrafts.join('、')} 的位置上出现了别的文件。请停止所有条问的程序，移走那些文件，再运行 tiaowen restore。`
    throw new PolicyError('restore-refused', words)
  }
  for (const draft of drafts) await rm(draft, { recursive: true, force: true })
  await rm(restoreJournal(dataFolder), { force: true })
  await nodeDisk.syncFolder(dataFolder)
}

/** What a restore left that was ended before its swap. */
export async function clearDrafts(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (const name of await readdir(folder)) {
      if (DRAFT.test(name)) await rm(join(folder, name), { recursive: true, force: true })
    }
  }
}

/** What is copied there, and a journal that was not whole yet. */
const DRAFT = /^restore(?:-[0-9a-f]{12}|\.json\.tmp-[0-9a-f]{8})$/

const isThere = (path: string): Promise<boolean> => access(path).then(() => true, () => false)
