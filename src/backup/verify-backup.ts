/** Is a backup what was written, and do its parts say the same as when it was made? Nothing is written to it. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { libraryListIn } from '../documents/library-list.ts'
import { registryIn } from '../documents/registry.ts'
import { PolicyError } from '../errors.ts'
import { examineState, SCHEMA } from '../state/sqlite-copy.ts'
import { codeOf } from '../store/disk.ts'
import { openCurrent } from '../store/generations.ts'
import { manifestOf } from './backups.ts'
import { citationsHeld } from './citations-held.ts'
import { measureFile } from './copying.ts'
import { explaining, megabytes } from './explained.ts'
import { type BackupManifest, DATA, INDEX, QUESTIONS, STATE } from './manifest.ts'
import { askAgain, type AskedQuestion, AskedQuestions } from './questions.ts'
import type { Folders, OnProgress, OpenFolders } from './take-backup.ts'

export interface Verified {
  readonly manifest: BackupManifest
  /** Asked again and answered alike. */
  readonly questions: number
  /** What another version of the program does otherwise. */
  readonly notices: readonly string[]
}

export interface VerifyRequest {
  readonly backup: string
  readonly programVersion: string
  readonly openFolders: OpenFolders
  readonly onProgress?: OnProgress
}

/** Faults that are named in one message. */
const NAMED = 20

/** @throws PolicyError `backup-damaged` that names every file and every answer that differs, `data-newer` */
export async function verifyBackup({ backup, programVersion, openFolders, onProgress }: VerifyRequest): Promise<Verified> {
  const folder = resolve(backup)
  return explaining(`核对备份 ${folder} `, 'backup-damaged', async () => {
    const manifest = await readableManifest(folder)
    const faults = await faultsOfFiles(folder, manifest, onProgress)
    if (faults.length > 0) throw damaged(folder, faults)
    const folders = { dataFolder: join(folder, DATA), indexFolder: join(folder, INDEX) }
    const said = await examineContents(folder, folders, manifest, { programVersion, openFolders })
    return { manifest, ...said }
  })
}

/**
 * The manifest of a backup that this program can restore.
 * @throws PolicyError `backup-damaged`, `data-newer`
 */
export async function readableManifest(folder: string): Promise<BackupManifest> {
  const manifest = await manifestOf(folder).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error
    throw new PolicyError('backup-damaged', `${folder} 不是一份完整的备份：没有 manifest.json。请指定名为 tiaowen-… 的文件夹。`)
  })
  const { stateSchema } = manifest
  if (stateSchema === null || stateSchema <= SCHEMA) return manifest
  throw new PolicyError(
    'data-newer',
    `${folder} 由更新的版本（${manifest.programVersion}）备份，其中的对话记录是结构第${stateSchema}版，本程序只认到第${SCHEMA}版。请用那个版本的程序恢复。`,
  )
}

/** Every file against its size and SHA-256. */
async function faultsOfFiles(folder: string, { files }: BackupManifest, onProgress?: OnProgress): Promise<string[]> {
  const total = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0)
  const faults: string[] = []
  let done = 0
  for (const [path, expected] of Object.entries(files)) {
    const fault = await faultOf(join(folder, path), expected, (bytes) => {
      done += bytes
      onProgress?.('verify', megabytes(done), megabytes(total))
    })
    if (fault !== undefined) faults.push(`${path} ${fault}`)
  }
  return faults
}

async function faultOf(path: string, expected: { bytes: number; sha256: string }, onBytes: (bytes: number) => void) {
  const found = await measureFile(path, onBytes).catch((error: unknown) => {
    if (codeOf(error) === undefined) throw error
    return codeOf(error)!
  })
  if (found === 'ENOENT') return '不见了'
  if (typeof found === 'string') return `无法读取（${found}）`
  return mismatch(found, expected)
}

/** Why a file is not what was written; undefined when it is. */
export function mismatch(found: { bytes: number; sha256: string }, expected: { bytes: number; sha256: string }): string | undefined {
  if (found.bytes !== expected.bytes) return `有 ${found.bytes} 字节，备份时是 ${expected.bytes}`
  return found.sha256 === expected.sha256 ? undefined : '的内容被改动过（SHA-256 不符）'
}

async function questionsOf(folder: string, { files }: BackupManifest): Promise<readonly AskedQuestion[]> {
  if (!(QUESTIONS in files)) return []
  return AskedQuestions.parse(JSON.parse(await readFile(join(folder, QUESTIONS), 'utf8')))
}

/**
 * Looks at folders that hold a backup's bytes: each part opens, they fit together, and answer as they did. An index of
 * another version of the program may answer otherwise, or have to be built anew: that is told, and is no damage.
 * @throws PolicyError `backup-damaged`
 */
export async function examineContents(
  backup: string,
  folders: Folders,
  manifest: BackupManifest,
  { programVersion, openFolders }: Pick<VerifyRequest, 'programVersion' | 'openFolders'>,
): Promise<Pick<Verified, 'questions' | 'notices'>> {
  const faults = [...(await faultsOfLists(folders, manifest)), ...(await faultsOfState(folders, manifest))]
  const asked = await questionsOf(backup, manifest)
  const answered = manifest.generation === null ? [] : await faultsOfIndex(folders, manifest.generation, asked, openFolders)
  const isOwn = manifest.programVersion === programVersion
  if (isOwn) faults.push(...answered)
  if (faults.length > 0) throw damaged(backup, faults)
  const told = `备份由版本 ${manifest.programVersion} 写成，本程序是 ${programVersion}`
  return { questions: asked.length - answered.length, notices: answered.map((fault) => `${told}：${fault}`) }
}

async function faultsOfLists({ dataFolder }: Folders, { files }: BackupManifest): Promise<string[]> {
  const lists = [['documents.json', registryIn], ['library.json', libraryListIn]] as const
  const faults: string[] = []
  for (const [name, parse] of lists) {
    if (!(`${DATA}/${name}` in files)) continue
    const path = join(dataFolder, name)
    if (parse(path, await readFile(path, 'utf8')) === undefined) faults.push(`${DATA}/${name} 无法读取`)
  }
  return faults
}

async function faultsOfState({ dataFolder }: Folders, manifest: BackupManifest): Promise<string[]> {
  if (!(STATE in manifest.files)) return []
  const { fault, schema, conversations } = examineState(join(dataFolder, 'state.sqlite'))
  const isAsListed = schema === manifest.stateSchema && conversations === manifest.conversations
  const { total, resolved } = await citationsHeld(dataFolder)
  const before = manifest.citations
  const hasLost = total !== before.total || resolved < before.resolved
  return [
    ...(fault === undefined ? [] : [`${STATE} ${fault}`]),
    ...(isAsListed ? [] : [`${STATE} 与清单不符`]),
    ...(hasLost ? [`对话中的引文：备份时 ${before.resolved}/${before.total} 处有原文，现在 ${resolved}/${total} 处`] : []),
  ]
}

async function faultsOfIndex(
  folders: Folders,
  name: string,
  asked: readonly AskedQuestion[],
  openFolders: OpenFolders,
): Promise<string[]> {
  const { generation, recovered } = await openCurrent(folders.indexFolder, { verify: 'sizes', mend: false })
  if (generation?.name !== name || recovered) return [`${INDEX}/${name} 打不开，恢复后要重建`]
  const opened = await openFolders(folders)
  try {
    return await askAgain(opened.assistant, asked)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return [`${INDEX}/${name} 打不开，恢复后要重建（${error.message}）`]
  } finally {
    await opened.close()
  }
}

export function damaged(folder: string, faults: readonly string[]): PolicyError {
  const more = faults.length > NAMED ? `\n  …… 另有 ${faults.length - NAMED} 处` : ''
  const list = faults.slice(0, NAMED).map((fault) => `\n  ${fault}`).join('')
  return new PolicyError('backup-damaged', `备份 ${folder} 不能用来恢复，请改用另一份：${list}${more}\n`)
}
