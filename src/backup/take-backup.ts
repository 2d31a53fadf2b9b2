/**
 * A backup of a running program, taken beside it without a pause.
 *
 * Its parts fit together because of the order they are read in. What is written refers to what was written before it:
 * an answer in state.sqlite cites a text; a generation holds documents that the registry has; the registry names texts
 * in texts/; and neither registry nor texts ever lose anything. A round of indexing writes texts, then the registry,
 * then the generation; an answer is kept after all of them. So what refers is read before what it refers to:
 *
 *   state.sqlite → generation → registry → texts
 *
 * and each later part holds at least what the earlier ones need. Each alone is of one moment: state.sqlite by a reading
 * transaction, the generation because it is immutable and held open, the registry because it is written whole.
 * library.json, uploads and trash change in steps and shrink too; they are read last, as they stood at one moment
 * (uploads-at-rest.ts). So they may only be newer than the registry and the generation: changes of people that were not
 * indexed yet, which is what every start of the program brings up to date. Were they older, a document whose upload
 * replaced another would be unknown by its place and get another id.
 *
 * All is written under a name that nobody takes for a backup, made to last, the manifest last of all, then renamed.
 */
import { access, chmod, mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { AUDIT_HEAD, type KeptHead } from '../access/audit-head-file.ts'
import type { Assistant } from '../answering/assistant.ts'
import { libraryListIn, libraryListPath, UPLOADS_LABEL } from '../documents/library-list.ts'
import { registryIn, registryPath, textsFolder, type Registry } from '../documents/registry.ts'
import { PolicyError } from '../errors.ts'
import { copyState, examineState, SCHEMA } from '../state/sqlite-copy.ts'
import { codeOf, nodeDisk } from '../store/disk.ts'
import { holdCurrent } from '../store/held-generation.ts'
import { acquireWriterLock } from '../store/lock.ts'
import { canonicalJson } from '../store/hash.ts'
import { backupName, draftName, isDraft, prune, wholeBackups } from './backups.ts'
import { copyOpen, forEachAtOnce, measureFile, putFile, Shelf, syncTree } from './copying.ts'
import { citationsHeld } from './citations-held.ts'
import { checkSpace, explaining, megabytes } from './explained.ts'
import { CONFIGURATION, DATA, INDEX, MANIFEST, QUESTIONS, STATE, writeManifest } from './manifest.ts'
import type { BackupManifest, FileRecord } from './manifest.ts'
import { askOwn } from './questions.ts'
import { copyUploads, seenIn } from './uploads-at-rest.ts'

/** An assistant over folders as they are, without models: nothing is indexed, nothing written. */
export type OpenFolders = (folders: Folders) => Promise<{ readonly assistant: Assistant; close(): Promise<void> }>

export interface Folders {
  readonly dataFolder: string
  readonly indexFolder: string
}

/** In megabytes. */
export type OnProgress = (step: 'backup' | 'restore' | 'verify', done: number, total: number) => void

export interface BackupRequest extends Folders {
  readonly target: string
  readonly programVersion: string
  /** The configuration in force without its secrets, as JSON. */
  readonly configuration?: unknown
  /** Whole backups to keep, this one included; absent: all. */
  readonly keep?: number
  readonly openFolders: OpenFolders
  /** Writes what a database keeps into a file, as one moment of it, and says where its audit log ended; absent: the file in the data folder. */
  readonly stateInto?: (path: string) => Promise<KeptHead>
  readonly onProgress?: OnProgress
  readonly now?: () => Date
}

export interface Taken {
  readonly folder: string
  readonly manifest: BackupManifest
  /** Backups that were removed. */
  readonly pruned: readonly string[]
  readonly bytes: number
  /** Of them shared with the backup before. */
  readonly sharedBytes: number
}

/** @throws PolicyError `backup-failed`, `disk-full`, `index-corrupt`, `state-unusable`, `data-newer`; nothing is left then */
export async function takeBackup(request: BackupRequest): Promise<Taken> {
  return explaining(`备份到 ${request.target} `, 'backup-failed', async () => {
    const target = await openTarget(request)
    const lock = await acquireWriterLock(target)
    try {
      await clearDrafts(target)
      return await new Taking(request, target).take()
    } finally {
      await lock.release()
    }
  })
}

/** Made where it is missing. A backup that lies in what it is of would be lost with it, and copied into the next. */
async function openTarget({ target: given, dataFolder, indexFolder }: BackupRequest): Promise<string> {
  const place = await existingPart(resolve(given))
  for (const folder of [dataFolder, indexFolder]) {
    const own = await realpath(folder).catch(() => resolve(folder))
    if (place !== own && !place.startsWith(`${own}${sep}`)) continue
    throw new PolicyError('backup-failed', `备份不能放在 ${folder} 里面：那是要备份的文件夹。请指定别的文件夹，最好在另一个磁盘上。`)
  }
  await mkdir(resolve(given), { recursive: true, mode: 0o700 })
  return resolve(given)
}

/** A path with its links followed, as far as it is there. */
async function existingPart(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined)
  if (real !== undefined || dirname(path) === path) return real ?? path
  return join(await existingPart(dirname(path)), path.slice(dirname(path).length))
}

/** What a process of this machine left that was ended; the lock says that none is at work. */
async function clearDrafts(target: string): Promise<void> {
  for (const name of await readdir(target)) {
    if (isDraft(name)) await rm(join(target, name), { recursive: true, force: true })
  }
}

/** Files of the data folder that are taken, that are of no use elsewhere, or that come back by themselves. */
const KNOWN = /^(?:documents\.json|documents\.previous\.json|library\.json|texts|documents|trash|staging|audit\.head|state\.sqlite(?:-wal|-shm)?)$/
const TEXT = /^([0-9a-f]{64})\.txt$/
const AT_ONCE = 8

class Taking {
  readonly #request: BackupRequest
  readonly #target: string
  readonly #draft: string
  readonly #files: Record<string, FileRecord> = {}
  readonly #notices: string[] = []
  readonly #now: () => Date
  #shelf = new Shelf()
  #done = 0
  #total = 0

  constructor(request: BackupRequest, target: string) {
    this.#request = request
    this.#target = target
    this.#draft = join(target, draftName())
    this.#now = request.now ?? (() => new Date())
  }

  async take(): Promise<Taken> {
    const startedAt = this.#now()
    const before = (await wholeBackups(this.#target)).at(-1)
    if (before) this.#shelf = new Shelf(before.folder, before.manifest.files)
    await this.#prepareRoom()
    try {
      await mkdir(join(this.#draft, DATA), { recursive: true, mode: 0o700 })
      const manifest = await this.#fill(startedAt)
      const folder = await this.#finish(startedAt)
      const { keep } = this.#request
      const pruned = keep === undefined ? [] : await prune(this.#target, keep, manifest)
      const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0)
      return { folder, manifest, pruned, bytes, sharedBytes: this.#shelf.sharedBytes }
    } catch (error) {
      await rm(this.#draft, { recursive: true, force: true }).catch(() => {}) // else the next one removes it
      throw error
    }
  }

  /** The order of the parts is what makes them fit: see above. */
  async #fill(startedAt: Date): Promise<BackupManifest> {
    const { dataFolder, indexFolder, programVersion } = this.#request
    const state = await this.#state()
    const generation = await this.#generation()
    const registry = await this.#registry()
    await this.#texts(registry)
    await this.#uploads()
    if (Object.keys(this.#files).length === 0) {
      const words = `${dataFolder} 和 ${indexFolder} 里什么都没有，没有备份。请检查 TIAOWEN_DATA_FOLDER 和 TIAOWEN_INDEX_FOLDER。`
      throw new PolicyError('backup-failed', words)
    }
    const { configuration } = this.#request
    if (configuration !== undefined) this.#files[CONFIGURATION] = await this.#put(CONFIGURATION, canonicalJson(configuration))
    const citations = state ? await citationsHeld(join(this.#draft, DATA)) : { total: 0, resolved: 0 }
    if (citations.resolved < citations.total) {
      this.#notices.push(`${citations.total - citations.resolved} 处对话中的引文所在的旧文本已不在数据文件夹里。`)
    }
    const documents = await this.#questions(generation, startedAt)
    const { manifest, bytes } = writeManifest({
      programVersion,
      host: hostname(),
      dataFolder: resolve(dataFolder),
      indexFolder: resolve(indexFolder),
      startedAt: startedAt.toISOString(),
      finishedAt: this.#now().toISOString(),
      stateSchema: state?.schema ?? null,
      generation,
      documents,
      conversations: state?.conversations ?? 0,
      citations,
      operatorDocuments: operatorDocuments(registry),
      notices: this.#notices,
      leftOut: (await readdir(dataFolder).catch(() => [])).filter((name) => !KNOWN.test(name) && !/\.tmp(?:-|$)/.test(name)).toSorted(),
      files: this.#files,
    })
    await putFile(join(this.#draft, MANIFEST), bytes)
    return manifest
  }

  async #finish(startedAt: Date): Promise<string> {
    await syncTree(this.#draft)
    for (let number = 1; ; number++) {
      const folder = join(this.#target, `${backupName(startedAt)}${number === 1 ? '' : `-${number}`}`)
      const isTaken = await access(folder).then(() => true, () => false)
      if (isTaken) continue
      await rename(this.#draft, folder)
      await nodeDisk.syncFolder(this.#target)
      return folder
    }
  }

  async #state(): Promise<{ readonly schema: number; readonly conversations: number } | undefined> {
    const { dataFolder, stateInto } = this.#request
    const from = join(dataFolder, 'state.sqlite')
    const to = join(this.#draft, STATE)
    if (stateInto) {
      const head = await stateInto(to)
      this.#files[`${DATA}/${AUDIT_HEAD}`] = await this.#put(`${DATA}/${AUDIT_HEAD}`, `${JSON.stringify(head)}\n`)
    } else if (!(await this.#copyState(from, to))) return undefined
    await chmod(to, 0o600)
    await nodeDisk.syncFile(to)
    const { schema, conversations, fault } = examineState(to)
    if (fault !== undefined) {
      throw new PolicyError('backup-failed', `对话记录 ${from} 已损坏（${fault}），没有备份。请重新启动服务（它会被改名保存），或从备份恢复。`)
    }
    if (schema > SCHEMA) throw new PolicyError('data-newer', `${from} 由更新的版本写成（结构第${schema}版）。请用那个版本的程序备份。`)
    this.#files[STATE] = await measureFile(to)
    return { schema, conversations }
  }

  /** False where there is none. */
  async #copyState(from: string, to: string): Promise<boolean> {
    const bytes = await sizeOf(from)
    if (!bytes) return false
    // where the audit log ended at some moment before: it never leads past the copy
    const head = await readIfThere(join(this.#request.dataFolder, AUDIT_HEAD))
    if (head) this.#files[`${DATA}/${AUDIT_HEAD}`] = await this.#put(`${DATA}/${AUDIT_HEAD}`, head)
    let copied = 0
    await copyState(from, to, (done, total) => {
      const now = Math.round((bytes * done) / Math.max(1, total))
      this.#moved(now - copied)
      copied = now
    })
    return true
  }

  async #generation(): Promise<string | null> {
    const held = await holdCurrent(this.#request.indexFolder)
    if (!held) {
      this.#notices.push('没有索引：只备份了文件与对话，恢复后第一次启动时重建。')
      return null
    }
    try {
      const { generation } = held.manifest
      for (const [name, { handle, record }] of held.files) {
        const path = `${INDEX}/${generation}/${name}`
        const expected = { bytes: record.bytes, sha256: record.sha256 }
        const shared = await this.#share(path, expected)
        const copied = shared ?? (await copyOpen(handle, join(this.#draft, path), (bytes) => this.#moved(bytes)))
        const isWhole = copied.sha256 === record.sha256 && copied.bytes === record.bytes
        if (isWhole) this.#files[path] = copied
        else await this.#damaged(path, record.optional === true)
      }
      const manifestPath = `${INDEX}/${generation}/${MANIFEST}`
      this.#files[manifestPath] = await this.#put(manifestPath, held.manifestBytes)
      this.#files[`${INDEX}/CURRENT`] = await this.#put(`${INDEX}/CURRENT`, held.pointerBytes)
      return generation
    } finally {
      await held.close()
    }
  }

  /** What can be done without is left out; all else is for the program to mend first. */
  async #damaged(path: string, isOptional: boolean): Promise<void> {
    await rm(join(this.#draft, path), { force: true })
    if (isOptional) return void this.#notices.push(`索引中的 ${path} 已损坏，未备份；恢复后逐一比较（较慢，结果相同），随后重建。`)
    throw new PolicyError('index-corrupt', `索引中的 ${path} 已损坏，没有备份。请重新启动服务，它会改用上一代并重建；然后再备份。`)
  }

  async #registry(): Promise<Registry | undefined> {
    const path = registryPath(this.#request.dataFolder)
    const bytes = await readIfThere(path)
    if (!bytes) return undefined
    const registry = registryIn(path, bytes.toString('utf8'))
    if (!registry) throw new PolicyError('backup-failed', `文件登记 ${path} 已损坏，没有备份。请运行 tiaowen index（它会改用上一次保存的登记），再备份。`)
    this.#files[`${DATA}/documents.json`] = await this.#put(`${DATA}/documents.json`, bytes)
    this.#moved(bytes.length)
    return registry
  }

  async #texts(registry: Registry | undefined): Promise<void> {
    const folder = textsFolder(this.#request.dataFolder)
    const names = (await namesIn(folder)).filter((name) => TEXT.test(name))
    await forEachAtOnce(names, AT_ONCE, async (name) => {
      const path = `${DATA}/texts/${name}`
      const sha256 = TEXT.exec(name)![1]!
      const record = { bytes: await sizeOf(join(folder, name)), sha256 }
      const shared = await this.#share(path, record)
      const copied = shared ?? (await this.#copy(join(folder, name), path))
      if (copied.sha256 === sha256) this.#files[path] = copied
      else {
        await rm(join(this.#draft, path), { force: true })
        this.#notices.push(`texts/${name} 的内容与其名称不符，已损坏，未备份。`)
      }
    })
    for (const [id, { texts, source }] of Object.entries(registry?.documents ?? {})) {
      for (const { textSha256 } of texts) {
        if (`${DATA}/texts/${textSha256}.txt` in this.#files) continue
        this.#notices.push(`${source}（${id}）的一份文本 ${textSha256.slice(0, 16)} 不在数据文件夹里。`)
      }
    }
  }

  async #uploads(): Promise<void> {
    const { dataFolder } = this.#request
    const onBytes = (bytes: number) => this.#moved(bytes)
    const copied = await copyUploads(dataFolder, join(this.#draft, DATA), this.#shelf, onBytes)
    Object.assign(this.#files, Object.fromEntries(copied))
    const list = await readIfThere(join(this.#draft, DATA, 'library.json'))
    const path = libraryListPath(dataFolder)
    if (list && !libraryListIn(path, list.toString('utf8'))) {
      throw new PolicyError('backup-failed', `${path} 已损坏，没有备份。请从备份恢复；没有备份就删除它，已移出的文件会重新收录。`)
    }
  }

  /** Asked of the copy; how many documents it has. */
  async #questions(generation: string | null, startedAt: Date): Promise<number> {
    if (generation === null) return 0
    const { openFolders } = this.#request
    const opened = await openFolders({ dataFolder: join(this.#draft, DATA), indexFolder: join(this.#draft, INDEX) })
    try {
      const asked = await askOwn(opened.assistant, startedAt.toISOString().slice(0, 10))
      this.#files[QUESTIONS] = await this.#put(QUESTIONS, canonicalJson(asked))
      return opened.assistant.status().documents
    } finally {
      await opened.close()
    }
  }

  async #share(path: string, record: FileRecord): Promise<FileRecord | undefined> {
    const isShared = await this.#shelf.share(record, join(this.#draft, path), (bytes) => this.#moved(bytes))
    return isShared ? record : undefined
  }

  async #copy(from: string, path: string): Promise<FileRecord> {
    const handle = await open(from, 'r')
    try {
      return await copyOpen(handle, join(this.#draft, path), (bytes) => this.#moved(bytes))
    } finally {
      await handle.close()
    }
  }

  #put(path: string, bytes: Buffer | string): Promise<FileRecord> {
    return putFile(join(this.#draft, path), Buffer.from(bytes))
  }

  /** What is to be copied, and whether there is room for it. */
  async #prepareRoom(): Promise<void> {
    const { dataFolder, indexFolder } = this.#request
    const held = await holdCurrent(indexFolder)
    await held?.close()
    const texts = await namesIn(textsFolder(dataFolder))
    let anew = (await sizeOf(join(dataFolder, 'state.sqlite'))) + (await sizeOf(join(dataFolder, 'state.sqlite-wal')))
    anew += await sizeOf(registryPath(dataFolder))
    for (const { bytes } of (await seenIn(dataFolder)).values()) anew += bytes
    let shared = 0
    const known = Object.values(held?.manifest.files ?? {}).map(({ bytes, sha256 }) => ({ bytes, sha256 }))
    for (const name of texts) {
      known.push({ bytes: await sizeOf(join(textsFolder(dataFolder), name)), sha256: TEXT.exec(name)?.[1] ?? '' })
    }
    for (const record of known) {
      if (this.#shelf.has(record)) shared += record.bytes
      else anew += record.bytes
    }
    this.#total = anew + shared
    await checkSpace(this.#target, anew)
  }

  #moved(bytes: number): void {
    this.#done = Math.min(this.#total, this.#done + bytes)
    this.#request.onProgress?.('backup', megabytes(this.#done), megabytes(this.#total))
  }
}

function operatorDocuments(registry: Registry | undefined): BackupManifest['operatorDocuments'] {
  if (!registry) return []
  return Object.entries(registry.documents)
    .filter(([, { folder, texts }]) => folder !== UPLOADS_LABEL && texts.length > 0)
    .map(([id, { folder, source, fileSha256, texts }]) => {
      const path = join(registry.folders[folder] ?? folder, source)
      return { id, path, fileSha256, textSha256: texts.at(-1)!.textSha256 }
    })
}

const sizeOf = (path: string): Promise<number> => stat(path).then(({ size }) => size, ifMissing(0))
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(ifMissing<string[]>([]))
const readIfThere = (path: string): Promise<Buffer | undefined> => readFile(path).catch(ifMissing(undefined))

function ifMissing<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (codeOf(error) !== 'ENOENT') throw error
    return value
  }
}
