/**
 * The library as people change it from within the program. Each change is one step on the disk that makes it count: a
 * file moved into the folder of uploads, or `library.json` written anew; what belongs to it before and after is mended
 * when a process was ended in between. One change at a time; each begins a round of indexing.
 */
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { EVERYTHING, shareOf, type View } from '../access/view.ts'
import type { LibraryDesk, LibraryState, NamedDocument, Upload } from '../answering/library-desk.ts'
import { titleOf } from '../clauses/address.ts'
import { workTitle } from '../clauses/editions.ts'
import { copyWhole, moveFile } from '../documents/files.ts'
import { readLibraryList, saveLibraryList, UPLOADS_LABEL, uploadsFolder } from '../documents/library-list.ts'
import type { LibraryList, RemovedDocument, Replacement } from '../documents/library-list.ts'
import { READERS } from '../documents/read.ts'
import { openRegistry, registryMark } from '../documents/registry.ts'
import { freeName, uploadName } from '../documents/upload-names.ts'
import { PolicyError } from '../errors.ts'
import type { Document } from '../types.ts'
import { alone } from './alone.ts'
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
  /** `folder`: its label, see registry.ts. */
  readonly skipped: () => readonly (LibraryState['skipped'][number] & { readonly folder?: string })[]
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
  #opened: Promise<void>
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
    this.#opened.catch((error: unknown) => log(`上传暂不可用 uploads cannot be taken for now: ${String(error)}`))
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
      skipped: skipped().map(({ source, code, message }) => ({ source, code, message })),
      removed: removed.map(({ titleFrom: _, ...one }) => one).reverse(),
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
    return offered(await this.#staging.put(uploadName(name), bytes), this.#options.documents())
  }

  async staged(uploadId: string): Promise<Upload> {
    await this.#enabled()
    return offered(await this.#staging.get(uploadId), this.#options.documents())
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
    return this.#accept(uploadId, replaces, EVERYTHING)
  }

  remove(documentId: string): Promise<void> {
    return this.#remove(documentId, EVERYTHING)
  }

  restore(documentId: string): Promise<void> {
    return this.#restore(documentId, EVERYTHING)
  }

  within(view: View, documents: () => readonly Document[]): LibraryDesk {
    return {
      state: async () => {
        const { removed } = await readLibraryList(this.#options.dataFolder)
        const seen = removed.filter(({ id }) => view.sees(id)).map(removedWithin).reverse()
        return { ...stateWithin(await this.state(), this.#options.skipped(), view), removed: seen }
      },
      uploaded: async () => new Set([...(await this.uploaded())].filter((id) => view.sees(id))),
      admit: () => this.admit(),
      stage: async (name, bytes) => {
        await this.#enabled()
        return offered(await this.#staging.put(uploadName(name), bytes), documents())
      },
      staged: async (uploadId) => {
        await this.#enabled()
        return offered(await this.#staging.get(uploadId), documents())
      },
      stagedText: (uploadId) => this.stagedText(uploadId),
      discard: (uploadId) => this.discard(uploadId),
      accept: (uploadId, replaces) => this.#accept(uploadId, replaces, view),
      remove: (documentId) => this.#remove(documentId, view),
      restore: (documentId) => this.#restore(documentId, view),
      indexAgain: () => this.indexAgain(),
      within: (narrower, left) => {
        const sees = (id: string) => view.sees(id) && narrower.sees(id)
        const seesFile: View['seesFile'] = (file) => view.seesFile(file) && narrower.seesFile(file)
        return this.within({ sees, seesFile }, left)
      },
    }
  }

  #accept(uploadId: string, replaces: string | undefined, view: View): Promise<{ readonly source: string }> {
    return this.#changeLibrary(async (list) => {
      const upload = await this.#staging.whole(uploadId)
      const source =
        replaces === undefined ? await this.#add(upload, list, view) : await this.#replace(upload, replaces, list, view)
      await this.#staging.forget(uploadId)
      return { source }
    })
  }

  #remove(documentId: string, view: View): Promise<void> {
    return this.#changeLibrary(async (list) => {
      if (view.sees(documentId) && list.removed.some(({ id }) => id === documentId)) return
      const { document, folder, source } = await this.#known(documentId, list, view)
      const origin = folder === UPLOADS_LABEL ? 'upload' : 'folder'
      const removedAt = this.#now().toISOString()
      const isInferred = document.header.title?.from === 'inferred'
      const title = { title: titleOf(document), ...(isInferred && { titleFrom: 'inferred' as const }) }
      const removed = { id: documentId, origin, source, ...title, removedAt } as const
      await this.#save({ ...list, removed: [...list.removed, removed] }) // from here on it is out
      if (origin === 'upload') await this.#discardFile(documentId, source)
    })
  }

  #restore(documentId: string, view: View): Promise<void> {
    return this.#changeLibrary(async (list) => {
      const removed = list.removed.find(({ id }) => id === documentId && view.sees(id))
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
    const { dataFolder, log } = this.#options
    // each change looks again
    await alone(dataFolder, () => this.#mended()).catch((error: unknown) => log(`改动未能收尾 not put in order for now: ${String(error)}`))
  }

  async #enabled(): Promise<void> {
    if (!this.#options.enabled) {
      throw new PolicyError('uploads-off', '管理员关闭了上传、替换和移出（TIAOWEN_UPLOADS=off）。文件请交给管理员放入文件夹。')
    }
    await this.#opened.catch(() => (this.#opened = this.#open())) // the disk may be back
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
      const result = await alone(this.#options.dataFolder, async () => change(await this.#mended()))
      this.#rounds.request()
      return result
    })
  }

  /** A document of its own. */
  async #add(upload: StagedUpload, list: LibraryList, view: View): Promise<string> {
    const source = await this.#freeName(upload, list, view)
    await moveFile(this.#staging.file(upload.id), this.#path(source)) // from here on it counts
    return source
  }

  /** The newer text of a document: an upload gives way, a file of an operator's folder is passed over. */
  async #replace(upload: StagedUpload, documentId: string, list: LibraryList, view: View): Promise<string> {
    const { folder, source: old } = await this.#known(documentId, list, view)
    if (folder === UPLOADS_LABEL && old === upload.name) {
      await copyWhole(this.#path(old), this.#trash(documentId, old, this.#stamp()))
      await moveFile(this.#staging.file(upload.id), this.#path(old)) // from here on it counts
      return old
    }
    const source = await this.#freeName(upload, list, view)
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
  async #known(id: string, list: LibraryList, view: View) {
    const document = this.#options.documents().find((one) => one.id === id && view.sees(id))
    const { registry } = await openRegistry(this.#options.dataFolder, this.#now())
    const known = registry.documents[id]
    if (!document || !known || list.removed.some((removed) => removed.id === id)) {
      throw new PolicyError('no-such-document', `没有文件 ${id.slice(0, 50)}；现有文件见 /api/documents。`)
    }
    return { document, folder: known.folder, source: known.source }
  }

  /**
   * No name is given twice: what was taken out may come back, what was replaced is passed over. For who may not see all
   * uploads the name tells of none that it is taken: some of its letters are the upload's own.
   */
  async #freeName({ id, name: sent }: StagedUpload, { removed, replacements }: LibraryList, view: View): Promise<string> {
    const uploads = await this.uploaded()
    const ending = extname(sent)
    const name = [...uploads].every((one) => view.sees(one)) ? sent : `${basename(sent, ending)}-${id.slice(0, 8)}${ending}`
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
}

/** An upload beside the documents that are there: which says the same, and which it may be a newer text of. */
function offered({ fileSha256, textSha256, stagedAt: _, ...upload }: StagedUpload, documents: readonly Document[]): Upload {
  const same = documents.find((one) => one.fileSha256 === fileSha256 || one.textSha256 === textSha256)
  const replaces = documents.filter((one) => one !== same && mayBeNewer(upload, one)).slice(0, MOST_OFFERED).map(named)
  return { ...upload, ...(same ? { same: named(same) } : {}), ...(replaces.length > 0 ? { replaces } : {}) }
}

/** Not by the title it had after another document, which may not be seen. */
function removedWithin({ titleFrom, title, ...removed }: RemovedDocument): LibraryState['removed'][number] {
  return { ...removed, title: titleFrom === 'inferred' ? removed.source : title }
}

type SkippedFiles = ReturnType<DeskOptions['skipped']>

/** How far a round is in hundredths, and only files of folders that are seen. */
function stateWithin(state: LibraryState, skipped: SkippedFiles, view: View): Omit<LibraryState, 'removed'> {
  const { indexing, removed: _, ...rest } = state
  return {
    ...rest,
    ...(indexing ? { indexing: shareOf(indexing) } : {}),
    skipped: skipped.filter((file) => view.seesFile(file)).map(({ source, code, message }) => ({ source, code, message })),
  }
}

const named = (document: Document): NamedDocument => ({ id: document.id, title: titleOf(document) })

/** Of the same title, or a file of the same name. */
function mayBeNewer({ title, titleFrom, name }: Pick<Upload, 'title' | 'titleFrom' | 'name'>, document: Document): boolean {
  if (basename(document.source).toLowerCase() === name.toLowerCase()) return true
  return titleFrom !== undefined && workTitle(titleOf(document)) === workTitle(title)
}

const isThere = (path: string): Promise<boolean> => stat(path).then((file) => file.isFile(), () => false)
