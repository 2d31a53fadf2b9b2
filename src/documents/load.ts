/**
 * Folders of files → SourceText[]. The folders are only read; what is kept goes to the data folder, of which one folder,
 * that of uploads, is a folder of documents too. Documents that were taken out are passed over.
 */
import { lstat, readFile, readdir, realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { PolicyError } from '../errors.ts'
import type { DocumentId, SourceText } from '../types.ts'
import { clean } from './clean.ts'
import { readBeside } from './document-thread.ts'
import { decodeBytes } from './decode.ts'
import { errorCode, sha256 } from './files.ts'
import { readHeader } from './header.ts'
import { openUploadsFolder, readLibraryList, UPLOADS_LABEL } from './library-list.ts'
import type { LibraryList } from './library-list.ts'
import { pagesAfter } from './pages.ts'
import { readBytes, readerFor, unknownFormat } from './read.ts'
import { EMPTY_REGISTRY, identify, labelFolders, openRegistry } from './registry.ts'
import { saveRegistry, storedTexts, storeText, withText } from './registry.ts'
import type { FoundFile, KnownDocument } from './registry.ts'
import { SIDECAR_NAME, applyStatement, parseSidecar, relationsOf } from './sidecar.ts'
import type { Sidecar, Statement } from './sidecar.ts'
import { readSteadily, type ReadBytes } from './steady.ts'

export interface LoadOptions {
  /** Folders of documents, in the order they are listed; the folder of uploads comes after them. */
  readonly folders: readonly string[]
  /** Where ids and stored texts are kept; made when absent. */
  readonly dataFolder: string
  /** For tests. */
  readonly now?: () => Date
  /** For tests: reads the bytes of one file. */
  readonly read?: ReadBytes
  /** What a file gave before, where that holds still; it is not read again then. */
  readonly known?: (file: FoundDocument) => KnownSource | undefined
  /** `checking`: bytes are compared; `reading`: those that are new or changed are read. */
  readonly onProgress?: (step: 'checking' | 'reading', done: number, total: number) => void
}

/** A file with its id: what decides whether it has to be read. */
export interface FoundDocument {
  readonly id: DocumentId
  readonly source: string
  readonly fileSha256: string
  /** SHA-256 of what the operator states of it; absent when nothing is stated. */
  readonly statement?: string
}

/** What reading a file gave. */
export interface KnownSource {
  readonly document: SourceText
  readonly origin: Origin
}

/** What stands behind a document besides the bytes of its file. */
export interface Origin {
  readonly statement?: string
  /** Sentences the operator should see of it. */
  readonly notices?: readonly string[]
}

/** A file that became no document. */
export interface SkippedFile {
  /** Label of its folder; see registry.ts. */
  readonly folder: string
  readonly source: string
  readonly code: string
  readonly message: string
}

export interface LoadedFolders {
  /** Folder by folder, each sorted by source. */
  readonly documents: SourceText[]
  readonly origins: ReadonlyMap<DocumentId, Origin>
  readonly skipped: SkippedFile[]
  /** Sentences the operator should see, e.g. a damaged registry that was set aside. */
  readonly notices: string[]
}

/** A file whose bytes were hashed. They are not kept: of ten thousand files one at a time stands in memory. */
interface HashedFile extends FoundFile {
  /** Where it lies, links followed. */
  readonly path: string
  readonly statement: Statement | undefined
}

/** A file that is a document, before it is hashed. */
type ListedFile = Omit<HashedFile, 'fileSha256'>

/**
 * Reads every document of the folders that is not known. A file that cannot be read is listed in `skipped`; the rest is
 * loaded. A file that has to be read is opened twice: to hash it, and, when all ids are known, to read it.
 * @throws PolicyError 'folder-missing', 'sidecar-invalid', 'disk-full'
 */
export async function loadFolder(options: LoadOptions): Promise<LoadedFolders> {
  const now = options.now?.() ?? new Date()
  const { registry, notices: ofRegistry } = await openRegistry(options.dataFolder, now)
  const notices = [...ofRegistry]
  const list = await readLibraryList(options.dataFolder)
  const uploads = await openUploadsFolder(options.dataFolder)
  const paths = [...new Set(options.folders.map((folder) => resolve(folder)))].filter((path) => path !== uploads)
  const labels = labelFolders(registry, paths)
  const skipped: SkippedFile[] = []
  const listed: ListedFile[] = []
  const seen = new Set<string>()
  for (const path of paths) listed.push(...(await listFolder(path, labels.get(path) ?? path, skipped, seen)))
  listed.push(...(await listFolder(uploads, UPLOADS_LABEL, skipped, seen)))
  const present = await hashed(withoutReplaced(listed, list, skipped), skipped, options)

  const ids = identify(registry, present, list)
  const removed = new Set<string>(list.removed.map(({ id }) => id))
  const files = present.filter((file) => !removed.has(ids.get(file)!))
  const found = files.map((file) => ({ file, known: options.known?.(foundDocument(file, ids.get(file)!)) }))
  const unread = found.filter(({ known }) => known === undefined).length
  let read = 0
  const stored = await storedTexts(options.dataFolder)
  const remembered: Record<string, KnownDocument> = { ...registry.documents }
  const documents: SourceText[] = []
  const origins = new Map<DocumentId, Origin>()
  for (const { file, known } of found) {
    const id = ids.get(file)!
    try {
      const { document, origin } = known ?? (await readDocument(file, id, options.read))
      const { fileSha256, textSha256 } = document
      if (!known || !stored.has(textSha256)) await storeText(options.dataFolder, document.text)
      remembered[id] = withText(remembered[id], { ...file, fileSha256 }, textSha256, now)
      documents.push(document)
      origins.set(id, origin)
      notices.push(...(origin.notices ?? []))
    } catch (cause) {
      skipped.push(skippedFile(file, cause))
    }
    if (!known) options.onProgress?.('reading', ++read, unread)
  }
  const folders = { ...registry.folders, ...Object.fromEntries([...labels].map(([path, label]) => [label, path])) }
  // A registry that was set aside is written again even if nothing else changed.
  const before = ofRegistry.length === 0 ? registry : EMPTY_REGISTRY
  await saveRegistry(options.dataFolder, before, { folders, documents: remembered })
  return { documents, origins, skipped, notices }
}

/** An upload that took the place of another file counts instead of it, once it is there. */
function withoutReplaced(
  listed: readonly ListedFile[],
  { removed, replacements }: LibraryList,
  skipped: SkippedFile[],
): readonly ListedFile[] {
  const uploads = new Set(listed.filter(({ folder }) => folder === UPLOADS_LABEL).map(({ source }) => source))
  const isGone = (id: string): boolean => removed.some((document) => document.id === id)
  const over = new Map<string, string>()
  for (const { id, source, over: files } of replacements) {
    if (!uploads.has(source) && !isGone(id)) continue
    for (const file of files) over.set(`${file.folder}/${file.source}`, source)
  }
  return listed.filter(({ folder, source }) => {
    const upload = over.get(`${folder}/${source}`)
    if (upload === undefined) return true
    if (folder === UPLOADS_LABEL) return false
    const message = `${source} 已由上传的 ${upload} 代替，未收录。要改用文件夹里的这一份，请给它改名。`
    skipped.push({ folder, source, code: 'replaced', message })
    return false
  })
}

function foundDocument({ source, fileSha256, statement }: HashedFile, id: DocumentId): FoundDocument {
  return { id, source, fileSha256, ...(statement && { statement: statementHash(statement) }) }
}

const statementHash = (statement: Statement): string => sha256(JSON.stringify(Object.entries(statement).sort()))

/** Files that are hashed at once: the disk need not wait for us, and few of them stand in memory. */
const AT_ONCE = 4

/** The files with the SHA-256 of their bytes; those that cannot be read are listed in `skipped`. */
async function hashed(
  listed: readonly ListedFile[],
  skipped: SkippedFile[],
  { read, onProgress }: LoadOptions,
): Promise<HashedFile[]> {
  const files: HashedFile[] = []
  for (let from = 0; from < listed.length; from += AT_ONCE) {
    const some = listed.slice(from, from + AT_ONCE).map(async (file) => {
      try {
        return { ...file, fileSha256: sha256(await readSteadily(file.path, file.source, read)) }
      } catch (cause) {
        return skippedFile(file, cause)
      }
    })
    for (const file of await Promise.all(some)) {
      if ('code' in file) skipped.push(file)
      else files.push(file)
    }
    onProgress?.('checking', Math.min(from + AT_ONCE, listed.length), listed.length)
  }
  return files
}

/** Reads a file anew: what it holds now counts, should it have changed since it was hashed. */
async function readDocument(file: HashedFile, id: DocumentId, read?: ReadBytes): Promise<KnownSource> {
  const bytes = await readSteadily(file.path, file.source, read)
  const { source: name, statement: stated } = file
  const { notices, ...source } = await readBeside({ source: name, statement: stated }, bytes)
  const statement = file.statement && statementHash(file.statement)
  const origin = { ...(statement !== undefined && { statement }), ...(notices.length > 0 && { notices }) }
  return { document: { id, ...source }, origin }
}

export type ReadSource = Omit<SourceText, 'id'> & { readonly notices: readonly string[] }

/**
 * Everything of a SourceText but its id, and what the operator should know of the file.
 * @throws PolicyError 'file-encoding', 'file-format'
 */
export async function sourceTextOf(
  file: { readonly source: string; readonly statement?: Statement | undefined },
  bytes: Uint8Array,
): Promise<ReadSource> {
  const read = await readBytes(bytes, file.source)
  const { text: received, encoding, format } = read
  const { text, dropped } = clean(received)
  const { header, bodyStart } = readHeader(text, format)
  const relations = relationsOf(file.statement)
  return {
    source: file.source,
    format,
    encoding,
    text,
    textSha256: sha256(text),
    fileSha256: sha256(bytes),
    header: applyStatement(header, file.statement),
    shortNames: file.statement?.shortNames ?? [],
    ...(relations ? { relations } : {}),
    bodyStart,
    dropped: [...(read.dropped ?? []), ...dropped],
    ...(read.pages && { pages: pagesAfter(read.pages, received, dropped) }),
    notices: read.notices ?? [],
  }
}

/** The files of a folder that a reader takes, with what the sidecar says of them. */
async function listFolder(
  folder: string,
  label: string,
  skipped: SkippedFile[],
  seen: Set<string>,
): Promise<ListedFile[]> {
  const root = await rootOf(folder)
  const listed = await listFiles({ root, label }, '', skipped)
  const sources = new Map(listed.map((file) => [file.path.normalize('NFC'), file]))
  const sidecar = await readSidecar(root, new Set(sources.keys()))
  const files: ListedFile[] = []
  for (const [source, { real }] of [...sources].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (source === SIDECAR_NAME) continue
    if (seen.has(real)) continue
    seen.add(real)
    if (!readerFor(source)) {
      skipped.push({ folder: label, source, code: 'file-format', message: unknownFormat(source) })
      continue
    }
    files.push({ folder: label, source, path: real, statement: sidecar.get(source) })
  }
  return files
}

/** Links followed; as it is called where its real name leads nowhere, as in a mount of another namespace. */
function rootOf(folder: string): Promise<string> {
  return realpath(folder).catch(async (cause: unknown) => {
    const isThere = await lstat(folder).then((found) => found.isDirectory(), () => false)
    if (isThere) return folder
    throw new PolicyError('folder-missing', `文件夹 ${folder} 不存在或无法打开。请检查路径。`, { cause })
  })
}

/** Hidden files, and ~$决定.docx, which Word keeps beside a file that is open. */
const isPassedOver = (name: string): boolean => name.startsWith('.') || name.startsWith('~$')

interface FilePath {
  /** Below the folder, with `/`. */
  readonly path: string
  /** Where it lies, links followed. */
  readonly real: string
}

interface Folder {
  /** Where it lies, links followed. */
  readonly root: string
  readonly label: string
}

/** Files below a folder. Hidden files are passed over; links out of the folder are listed in `skipped`. */
async function listFiles(folder: Folder, below: string, skipped: SkippedFile[]): Promise<FilePath[]> {
  const { root, label } = folder
  const files: FilePath[] = []
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((cause: unknown) => {
    if (below === '') throw new PolicyError('folder-missing', `文件夹 ${root} 无法打开。请检查路径和权限。`, { cause })
    skipped.push(skippedFile({ folder: label, source: below }, cause))
    return []
  })
  for (const entry of entries) {
    if (isPassedOver(entry.name)) continue
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) files.push(...(await listFiles(folder, path, skipped)))
    else if (entry.isFile()) files.push({ path, real: join(root, path) })
    else if (entry.isSymbolicLink()) {
      const real = await linkedFile(folder, path, skipped)
      if (real !== undefined) files.push({ path, real })
    }
  }
  return files
}

/** Links to files of the same folder are files; links to folders and links out are passed over, and said to be. */
async function linkedFile({ root, label }: Folder, path: string, skipped: SkippedFile[]): Promise<string | undefined> {
  const target = await realpath(join(root, path)).catch(() => undefined)
  if (target !== undefined && target.startsWith(root + sep) && (await lstat(target)).isFile()) return target
  const message = `${path} 是链接，且不指向本文件夹内的文件，未读取。请把文件本身放入文件夹。`
  skipped.push({ folder: label, source: path.normalize('NFC'), code: 'file-unreadable', message })
  return undefined
}

async function readSidecar(root: string, sources: ReadonlySet<string>): Promise<Sidecar> {
  if (!sources.has(SIDECAR_NAME)) return new Map()
  const path = join(root, SIDECAR_NAME)
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new PolicyError('sidecar-invalid', `无法读取 ${path}。请检查文件权限。`, { cause })
  })
  return parseSidecar(sidecarText(bytes, path), path, sources)
}

function sidecarText(bytes: Uint8Array, path: string): string {
  try {
    return decodeBytes(bytes, path).text
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause
    throw new PolicyError('sidecar-invalid', cause.message, { cause })
  }
}

const tooManyOpen = (source: string, cause: unknown) =>
  new PolicyError('file-unreadable', `读取 ${source} 时打开的文件太多，没有继续。请提高 ulimit -n 后重新启动。`, { cause })

function skippedFile({ folder, source }: Pick<SkippedFile, 'folder' | 'source'>, cause: unknown): SkippedFile {
  if (cause instanceof PolicyError && cause.code !== 'disk-full' && cause.code !== 'data-unwritable') {
    return { folder, source: source.normalize('NFC'), code: cause.code, message: cause.message }
  }
  const code = errorCode(cause)
  if (code === undefined || cause instanceof PolicyError) throw cause
  if (code === 'EMFILE' || code === 'ENFILE') throw tooManyOpen(source, cause) // of no file's own: none is left out for it
  const message =
    code === 'ENOENT'
      ? `${source} 在读取前已被删除或移走，未读取。如仍需要，请放回文件夹后重新建立索引。`
      : `${source} 无法读取（${code}）。请检查文件权限。`
  return { folder, source: source.normalize('NFC'), code: 'file-unreadable', message }
}
