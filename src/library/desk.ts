/**
 * The library as people change it from within the program. Each change is one step on the disk that makes it count: a
 * file moved into the folder of uploads, or `library.json` written anew; what belongs to it before and after is mended
 * when a process was ended in between. One change at a time; each begins a round of indexing.
 */
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { LibraryDesk, LibraryState, NamedDocument, Upload } from '../answering/library-desk.ts'
import { titleOf } from '../clauses/address.ts'
import { workTitle } from '../clauses/editions.ts'
import { copyWhole, moveFile } from '../documents/files.ts'
import { readLibraryList, saveLibraryList, UPLOADS_LABEL, uploadsFolder } from '../documents/library-list.ts'
import type { LibraryList, Replacement } from '../documents/library-list.ts'
import { READERS } from '../documents/read.ts'
import { openRegistry, registryMark } from '../documents/registry.ts'
import { freeName, uploadName } from '../documents/upload-names.ts'
import { PolicyError } from '../errors.ts'
import type { Document } from '../types.ts'
import type { PreviewLimits } from './preview.ts'
import { Rounds } from './rounds.ts'
import { Staging, type StagedUpload } from './staging.ts'

export interface DeskOptions {
  readonly dataFolder: string
  /** `TIAOWEN_UPLOADS`; off: what is there is served, nothing can be changed. */
  readonly enabled: boolean
  /** The documents that serve now; empty while there is no index. */
  readonly documents: () => readonly Document[]
  readonly generation: () => string | null
  readonly skipped: () => LibraryState['skipped']
  /** How far a round under way is. */
  readonly progress: () => LibraryState['indexing'] | undefined
  /** One round of indexing; see Rounds. */
  readonly index: () => Promise<void>
  readonly log: (message: string) => void
  readonly signal: AbortSignal
  readonly now?: () => Date
  readonly limits?: PreviewLimits
}

export const MOST_UPLOAD_BYTES = 20 * 1024 * 1024
/** Documents that an upload may be a newer text of: more are not offered. */
const MOST_OFFERED = 5

export class LocalDesk implements LibraryDesk {
  readonly #options: DeskOptions
  readonly #now: () => Date
  readonly #staging: Staging
  readonly #rounds: Rounds
  readonly #opened: Promise<void>
  /** The last of the changes under way. */
  #changing: Promise<unknown> = Promise.resolve()
  #uploaded: { readonly mark: string; readonly ids: ReadonlySet<string> } | undefined

  constructor(options: DeskOptions) {
    const { dataFolder, now = () => new Date(), limits, index: run, log, signal } = options
    this.#options = options
    this.#now = now
    this.#staging = new Staging(dataFolder, { now, ...(limits ? { limits } : {}) })
    this.#rounds = new Rounds({ run, log, now, signal })
    this.#opened = options.enabled ? this.#open() : Promise.resolve()
    this.#opened.catch((error: unknown) => log(`上传暂不可用 uploads cannot be taken: ${String(error)}`))
  }

  async state(): Promise<LibraryState> {
    const { enabled, generation, skipped, progress, dataFolder } = this.#options
    const { removed } = await readLibraryList(dataFolder)
    const { last, isBusy } = this.#rounds
    const indexing = progress() ?? (isBusy ? { step: 'waiting', done: 0, total: 1 } : undefined)
    return {
      uploads: { enabled, maxBytes: MOST_UPLOAD_BYTES, formats: READERS.flatMap(({ extensions }) => extensions) },
      generation: generation(),
      ...(indexing ? { indexing } : {}),
      ...(last ? { lastIndexing: last } : {}),
      skipped: skipped(),
      removed: [...removed].reverse(),
    }
  }

  async uploaded(): Promise<ReadonlySet<string>> {
    const { dataFolder } = this.#options
    const mark = await registryMark(dataFolder)
    if (this.#uploaded?.mark !== mark) {
      const { registry } = await openRegistry(dataFolder, this.#now())
      const ids = Object.entries(registry.documents).flatMap(([id, { folder }]) => (folder === UPLOADS_LABEL ? [id] : []))
      this.#uploaded = { mark, ids: new Set(ids) }
    }
    return this.#uploaded.ids
  }

  async admit(): Promise<void> {
    await this.#enabled()
    await this.#staging.admit()
  }

  async stage(name: string, bytes: Uint8Array): Promise<Upload> {
    await this.#enabled()
    return this.#upload(await this.#staging.put(uploadName(name), bytes))
  }

  async staged(uploadId: string): Promise<Upload> {
    await this.#enabled()
    return this.#upload(await this.#staging.get(uploadId))
  }

  async stagedText(uploadId: string): Promise<string> {
    await this.#enabled()
    return this.#staging.text(uploadId)
  }

  discard(uploadId: string): Promise<void> {
    return this.#change(async () => {
      await this.#staging.get(uploadId)
      await this.#staging.drop(uploadId)
    })
  }

  accept(uploadId: string, replaces?: string): Promise<{ readonly source: string }> {
    return this.#changeLibrary(async (list) => {
      const upload = await this.#staging.get(uploadId)
      const source = replaces === undefined ? await this.#add(upload, list) : await this.#replace(upload, replaces, list)
      await this.#staging.drop(uploadId)
      return { source }
    })
  }

  remove(documentId: string): Promise<void> {
    return this.#changeLibrary(async (list) => {
      if (list.removed.some(({ id }) => id === documentId)) return
      const { document, folder, source } = await this.#known(documentId, list)
      const origin = folder === UPLOADS_LABEL ? 'upload' : 'folder'
      const removedAt = this.#now().toISOString()
      const removed = { id: documentId, origin, source, title: titleOf(document), removedAt } as const
      await this.#save({ ...list, removed: [...list.removed, removed] }) // from here on it is out
      if (origin === 'upload') await this.#discardFile(documentId, source)
    })
  }

  restore(documentId: string): Promise<void> {
    return this.#changeLibrary(async (list) => {
      const removed = list.removed.find(({ id }) => id === documentId)
      if (!removed) throw new PolicyError('no-such-document', `没有移出的文件 ${documentId.slice(0, 50)}；移出的文件见 /api/library。`)
      if (removed.origin === 'upload') await this.#bringBack(documentId, removed.source)
      await this.#save({ ...list, removed: list.removed.filter(({ id }) => id !== documentId) }) // from here on it is in
    })
  }

  async indexAgain(): Promise<void> {
    await this.#enabled()
    this.indexSoon()
  }

  /** A round, though nobody changed anything: the library could not be indexed at the start. */
  indexSoon(): void {
    this.#rounds.request()
  }

  /** Another process wrote the generation that serves now: where it did not know what was taken out, one more is made. */
  async checkServed(): Promise<void> {
    const { removed } = await readLibraryList(this.#options.dataFolder)
    const served = new Set<string>(this.#options.documents().map(({ id }) => id))
    if (removed.some(({ id }) => served.has(id))) this.#rounds.request()
  }

  /** Resolves when the changes and the rounds under way are over. */
  async idle(): Promise<void> {
    await this.#opened.catch(() => {})
    await this.#changing
    await this.#rounds.idle()
  }

  /** As `idle`; no round is tried again. */
  async close(): Promise<void> {
    await this.idle()
    this.#rounds.close()
  }

  async #open(): Promise<void> {
    await this.#staging.open()
    await this.#mended()
  }

  async #enabled(): Promise<void> {
    if (!this.#options.enabled) {
      throw new PolicyError('uploads-off', '管理员关闭了上传、替换和移出（TIAOWEN_UPLOADS=off）。文件请交给管理员放入文件夹。')
    }
    await this.#opened
  }

  /** After the changes that came before it. */
  async #change<Result>(change: () => Promise<Result>): Promise<Result> {
    await this.#enabled()
    const changed = this.#changing.then(change)
    this.#changing = changed.catch(() => {})
    return changed
  }

  #changeLibrary<Result>(change: (list: LibraryList) => Promise<Result>): Promise<Result> {
    return this.#change(async () => {
      const result = await change(await this.#mended())
      this.#rounds.request()
      return result
    })
  }

  /** A document of its own. */
  async #add(upload: StagedUpload, list: LibraryList): Promise<string> {
    const source = await this.#freeName(upload.name, list)
    await moveFile(this.#staging.file(upload.id), this.#path(source)) // from here on it counts
    return source
  }

  /** The newer text of a document: an upload gives way, a file of an operator's folder is passed over. */
  async #replace(upload: StagedUpload, documentId: string, list: LibraryList): Promise<string> {
    const { folder, source: old } = await this.#known(documentId, list)
    if (folder === UPLOADS_LABEL && old === upload.name) {
      await copyWhole(this.#path(old), this.#trash(documentId, old, this.#stamp()))
      await moveFile(this.#staging.file(upload.id), this.#path(old)) // from here on it counts
      return old
    }
    const source = await this.#freeName(upload.name, list)
    const before = list.replacements.find(({ id }) => id === documentId)
    const over = [...(before?.over ?? []), { folder, source: old }]
    const others = list.replacements.filter(({ id }) => id !== documentId)
    // what was in place stays so until the new file is there, should we be ended in between
    const both = [...others, ...(before ? [before] : []), { id: documentId, source, over }]
    await this.#save({ ...list, replacements: both })
    await moveFile(this.#staging.file(upload.id), this.#path(source)) // from here on it counts
    await this.#mended()
    return source
  }

  /** A document that serves and was not taken out, with where its file is. */
  async #known(id: string, list: LibraryList) {
    const document = this.#options.documents().find((one) => one.id === id)
    const { registry } = await openRegistry(this.#options.dataFolder, this.#now())
    const known = registry.documents[id]
    if (!document || !known || list.removed.some((removed) => removed.id === id)) {
      throw new PolicyError('no-such-document', `没有文件 ${id.slice(0, 50)}；现有文件见 /api/documents。`)
    }
    return { document, folder: known.folder, source: known.source }
  }

  /** No name is given twice: what was taken out may come back, what was replaced is passed over. */
  async #freeName(name: string, { removed, replacements }: LibraryList): Promise<string> {
    const names = [
      ...(await readdir(uploadsFolder(this.#options.dataFolder)).catch(() => [])),
      ...removed.filter(({ origin }) => origin === 'upload').map(({ source }) => source),
      ...replacements.flatMap(({ source, over }) => [
        source,
        ...over.filter(({ folder }) => folder === UPLOADS_LABEL).map((file) => file.source),
      ]),
    ]
    const taken = new Set(names.map((one) => one.normalize('NFC').toLowerCase()))
    return freeName(name, (lowerCase) => taken.has(lowerCase))
  }

  /**
   * The list, after what a process that was ended in between left undone: a replacement whose file never came is
   * forgotten, of two of one document the newer one counts, and uploads that gave way or were taken out go to the trash.
   */
  async #mended(): Promise<LibraryList> {
    const list = await readLibraryList(this.#options.dataFolder)
    for (const { id, origin, source } of list.removed) if (origin === 'upload') await this.#discardFile(id, source)
    const kept = new Map<string, Replacement>()
    for (const replacement of list.replacements) {
      const isOut = list.removed.some(({ id }) => id === replacement.id)
      if (isOut || (await isThere(this.#path(replacement.source)))) kept.set(replacement.id, replacement)
    }
    const replacements: Replacement[] = []
    for (const { id, source, over } of kept.values()) {
      const ours = over.filter(({ folder, source: old }) => folder === UPLOADS_LABEL && old !== source)
      for (const { source: old } of ours) {
        if (await isThere(this.#path(old))) await moveFile(this.#path(old), this.#trash(id, old, this.#stamp()))
      }
      replacements.push({ id, source, over: over.filter(({ folder }) => folder !== UPLOADS_LABEL) })
    }
    const mended = { ...list, replacements }
    if (JSON.stringify(mended) !== JSON.stringify(list)) await this.#save(mended)
    return mended
  }

  /** To the trash, where it can come back from. */
  async #discardFile(id: string, source: string): Promise<void> {
    if (await isThere(this.#path(source))) await moveFile(this.#path(source), this.#trash(id, source))
  }

  async #bringBack(id: string, source: string): Promise<void> {
    const [inTrash, inPlace] = await Promise.all([isThere(this.#trash(id, source)), isThere(this.#path(source))])
    if (inTrash && !inPlace) return moveFile(this.#trash(id, source), this.#path(source))
    if (inPlace) return
    throw new PolicyError('no-such-document', `${source} 的文件已不在回收站里，无法恢复。请重新上传。`)
  }

  #save(list: LibraryList): Promise<void> {
    return saveLibraryList(this.#options.dataFolder, list)
  }

  #path(source: string): string {
    return join(uploadsFolder(this.#options.dataFolder), source)
  }

  #trash(id: string, source: string, stamp = ''): string {
    return join(this.#options.dataFolder, 'trash', `${id}${stamp}-${source.replaceAll('/', '-')}`)
  }

  #stamp(): string {
    return `-${this.#now().toISOString().replaceAll(/[-:.TZ]/g, '')}`
  }

  #upload({ fileSha256, textSha256, stagedAt: _, ...upload }: StagedUpload): Upload {
    const documents = this.#options.documents()
    const same = documents.find((one) => one.fileSha256 === fileSha256 || one.textSha256 === textSha256)
    const replaces = documents.filter((one) => one !== same && mayBeNewer(upload, one)).slice(0, MOST_OFFERED).map(named)
    return { ...upload, ...(same ? { same: named(same) } : {}), ...(replaces.length > 0 ? { replaces } : {}) }
  }
}

const named = (document: Document): NamedDocument => ({ id: document.id, title: titleOf(document) })

/** Of the same title, or a file of the same name. */
function mayBeNewer({ title, titleFrom, name }: Pick<Upload, 'title' | 'titleFrom' | 'name'>, document: Document): boolean {
  if (basename(document.source).toLowerCase() === name.toLowerCase()) return true
  return titleFrom !== undefined && workTitle(titleOf(document)) === workTitle(title)
}

const isThere = (path: string): Promise<boolean> => stat(path).then((file) => file.isFile(), () => false)
