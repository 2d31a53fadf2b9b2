/**
 * Who is who among the documents: ids that stay over replacement and renaming, and every text a document has had.
 *
 * `data/documents.json` holds the ids; `data/texts/<sha256>.txt` holds each stored text, written once. Both are
 * written whole or not at all, and checked against their SHA-256 when read.
 */
import { readdir, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { PolicyError } from '../errors.ts'
import type { DocumentId } from '../types.ts'
import { errorCode, refuseNewer, sha256, writeWhole } from './files.ts'
import { EMPTY_LIST, UPLOADS_LABEL } from './library-list.ts'
import type { LibraryList } from './library-list.ts'

/** One text a document has had. */
export interface TextVersion {
  readonly textSha256: string
  /** ISO 8601, when this text was first loaded. */
  readonly since: string
}

/** A document as remembered. The last of `texts` is the newest. */
export interface KnownDocument {
  readonly folder: string
  readonly source: string
  readonly fileSha256: string
  readonly texts: readonly TextVersion[]
}

export interface Registry {
  /** Label → where the folder was seen last. */
  readonly folders: Readonly<Record<string, string>>
  readonly documents: Readonly<Record<string, KnownDocument>>
}

/** A file found in a folder, to be given its id. */
export interface FoundFile {
  readonly folder: string
  readonly source: string
  readonly fileSha256: string
}

/** What became of a text an old link names. */
export type TextStatus = 'current' | 'superseded' | 'unknown'

export const EMPTY_REGISTRY: Registry = { folders: {}, documents: {} }

const sha = z.string().regex(/^[0-9a-f]{64}$/)

/** Raised when what is written becomes another; what an earlier version wrote is then brought up to it where it is read. */
const VERSION = 1

const RegistryFile = z.object({
  version: z.literal(VERSION),
  sha256: sha,
  content: z.object({
    folders: z.record(z.string(), z.string()),
    documents: z.record(
      z.string().regex(/^d-[0-9a-f]{12}$/),
      z.object({
        folder: z.string(),
        source: z.string(),
        fileSha256: sha,
        texts: z.array(z.object({ textSha256: sha, since: z.string() })),
      }),
    ),
  }),
})

export const registryPath = (dataFolder: string) => join(dataFolder, 'documents.json')
const previousPath = (dataFolder: string) => join(dataFolder, 'documents.previous.json')
export const textsFolder = (dataFolder: string) => join(dataFolder, 'texts')
const textPath = (dataFolder: string, textSha256: string) => join(textsFolder(dataFolder), `${textSha256}.txt`)

/**
 * The registry of a data folder; empty when there is none yet. A damaged file is set aside as
 * `documents.json.bad-<time>` and the one before it is used, or a new one is begun; `notices` says so.
 * @throws PolicyError 'data-newer' where a newer version of the program wrote it; 'file-unreadable'
 */
export async function openRegistry(
  dataFolder: string,
  now: Date,
): Promise<{ readonly registry: Registry; readonly notices: readonly string[] }> {
  const current = await readRegistry(registryPath(dataFolder))
  if (current === 'absent') {
    const previous = await readRegistry(previousPath(dataFolder))
    return { registry: typeof previous === 'object' ? previous : EMPTY_REGISTRY, notices: [] }
  }
  if (current !== 'damaged') return { registry: current, notices: [] }
  const aside = `${registryPath(dataFolder)}.bad-${now.toISOString().replace(/[:.]/g, '')}`
  await rename(registryPath(dataFolder), aside)
  const previous = await readRegistry(previousPath(dataFolder))
  const recovered = typeof previous === 'object'
  const consequence = recovered
    ? '已改用上一次保存的登记。'
    : '已重新登记：改过名的文件会得到新的编号，它们的旧链接将失效。'
  return {
    registry: recovered ? previous : EMPTY_REGISTRY,
    notices: [`文件登记 ${registryPath(dataFolder)} 已损坏，原文件保留为 ${aside}。${consequence}`],
  }
}

/** Another one whenever the registry was written anew. */
export async function registryMark(dataFolder: string): Promise<string> {
  return stat(registryPath(dataFolder)).then(({ ino, size, mtimeMs }) => [ino, size, mtimeMs].join(' '), () => '')
}

async function readRegistry(path: string): Promise<Registry | 'absent' | 'damaged'> {
  let json: string
  try {
    json = await readFile(path, 'utf8')
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return 'absent'
    throw new PolicyError('file-unreadable', `无法读取文件登记 ${path}。请检查数据文件夹的权限。`, { cause })
  }
  return registryIn(path, json) ?? 'damaged'
}

/** The registry that a file's words are; undefined when it is damaged. @throws PolicyError 'data-newer' */
export function registryIn(path: string, json: string): Registry | undefined {
  const file = parseJson(json)
  refuseNewer(path, file, VERSION)
  const parsed = RegistryFile.safeParse(file)
  if (!parsed.success) return undefined
  const { content } = parsed.data
  return serialized(content) === json ? content : undefined // every byte as it was written, its hash among them
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Writes the registry, the one before it kept beside. */
export async function saveRegistry(dataFolder: string, before: Registry, after: Registry): Promise<void> {
  if (JSON.stringify(before) === JSON.stringify(after)) return
  if (Object.keys(before.documents).length > 0) await writeWhole(previousPath(dataFolder), serialized(before))
  await writeWhole(registryPath(dataFolder), serialized(after))
}

function serialized(registry: Registry): string {
  const content = { folders: registry.folders, documents: registry.documents }
  return `${JSON.stringify({ version: VERSION, sha256: sha256(JSON.stringify(content)), content }, undefined, 1)}\n`
}

/**
 * A short name for each folder, by which ids are made: its last path part, with ~2, ~3 where two folders share it.
 * A folder seen before keeps its label; a label whose folder is not among the given ones goes to the new one
 * (the checkout was moved).
 */
export function labelFolders(registry: Registry, paths: readonly string[]): Map<string, string> {
  const labels = new Map<string, string>()
  const labelled = new Set<string>()
  for (const [label, path] of Object.entries(registry.folders)) {
    if (!paths.includes(path)) continue
    labels.set(path, label)
    labelled.add(label)
  }
  for (const path of paths) {
    if (labels.has(path)) continue
    const name = path.split(/[\\/]/).filter(Boolean).at(-1)?.normalize('NFC') ?? 'documents'
    let label = name
    for (let number = 2; labelled.has(label); number++) label = `${name}~${number}`
    labels.set(path, label)
    labelled.add(label)
  }
  return labels
}

/**
 * The id of every file found.
 *
 * 1. An upload that took the place of a document has its id.
 * 2. Else a path known keeps its id (the file was replaced).
 * 3. Else bytes known, of a document whose file is gone from a folder looked at: its id (the file was renamed).
 * 4. Else a new id, the same on every machine: `d-` and 12 hex digits of SHA-256(label/source), salted when taken.
 *
 * A document that was taken out keeps its id for the day it comes back: its own file may be renamed beside where it
 * was, no other file gets the id.
 */
export function identify(
  registry: Registry,
  files: readonly FoundFile[],
  list: LibraryList = EMPTY_LIST,
): Map<FoundFile, DocumentId> {
  const ids = new Map<FoundFile, DocumentId>()
  const given = new Set<string>()
  const give = (file: FoundFile, id: string): void => {
    given.add(id)
    ids.set(file, id as DocumentId)
  }
  const replacing = new Map(list.replacements.map(({ source, id }) => [pathKey({ folder: UPLOADS_LABEL, source }), id]))
  const byPath = new Map(Object.entries(registry.documents).map(([id, known]) => [pathKey(known), id]))
  const taken = new Set<string>([...Object.keys(registry.documents), ...replacing.values()])
  for (const known of [replacing, byPath]) {
    for (const file of files) {
      const id = ids.has(file) ? undefined : known.get(pathKey(file))
      if (id !== undefined && !given.has(id)) give(file, id)
    }
  }
  const gone = goneDocuments(registry, files, given)
  const removed = new Map<string, string>(list.removed.map(({ id, origin }) => [id, origin]))
  for (const file of files) {
    if (ids.has(file)) continue
    const isOwn = (id: string): boolean =>
      !removed.has(id) || (removed.get(id) === 'folder' && registry.documents[id]?.folder === file.folder)
    const same = gone.get(file.fileSha256) ?? []
    const at = same.findIndex(isOwn)
    const id = at < 0 ? newId(file, taken) : same.splice(at, 1)[0]!
    taken.add(id)
    give(file, id)
  }
  return ids
}

/** Ids of documents whose file is gone, by the bytes it had, in order of their source. */
function goneDocuments(
  registry: Registry,
  files: readonly FoundFile[],
  present: ReadonlySet<string>,
): Map<string, string[]> {
  const lookedAt = new Set(files.map((file) => file.folder))
  const gone = new Map<string, string[]>()
  const known = Object.entries(registry.documents).sort(([, a], [, b]) => (a.source < b.source ? -1 : 1))
  for (const [id, document] of known) {
    if (present.has(id) || !lookedAt.has(document.folder)) continue
    gone.set(document.fileSha256, [...(gone.get(document.fileSha256) ?? []), id])
  }
  return gone
}

const pathKey = (file: { readonly folder: string; readonly source: string }) => `${file.folder}/${file.source}`

function newId(file: FoundFile, taken: ReadonlySet<string>): string {
  for (let salt = 0; ; salt++) {
    const id = `d-${sha256(pathKey(file) + (salt === 0 ? '' : `\n${salt}`)).slice(0, 12)}`
    if (!taken.has(id)) return id
  }
}

/** What is known of a document after loading it with this text. A text that comes back is listed again. */
export function withText(
  known: KnownDocument | undefined,
  file: FoundFile,
  textSha256: string,
  now: Date,
): KnownDocument {
  const texts = known?.texts ?? []
  const newest = texts.at(-1)?.textSha256 === textSha256
  return {
    folder: file.folder,
    source: file.source,
    fileSha256: file.fileSha256,
    texts: newest ? texts : [...texts, { textSha256, since: now.toISOString() }],
  }
}

/** Whether a text is the newest one of a document, an earlier one (已被替代), or none of its texts. */
export function textStatus(known: KnownDocument | undefined, textSha256: string): TextStatus {
  if (!known) return 'unknown'
  if (known.texts.at(-1)?.textSha256 === textSha256) return 'current'
  return known.texts.some((version) => version.textSha256 === textSha256) ? 'superseded' : 'unknown'
}

/** Keeps a text under its SHA-256, once; a damaged copy is written anew. */
export async function storeText(dataFolder: string, text: string): Promise<string> {
  const textSha256 = sha256(text)
  const stored = await readFile(textPath(dataFolder, textSha256)).catch(() => undefined)
  if (!stored || sha256(stored) !== textSha256) await writeWhole(textPath(dataFolder, textSha256), text)
  return textSha256
}

/** The SHA-256 of each text that is kept. */
export async function storedTexts(dataFolder: string): Promise<ReadonlySet<string>> {
  const names = await readdir(textsFolder(dataFolder)).catch(() => [])
  return new Set(names.filter((name) => name.endsWith('.txt')).map((name) => name.slice(0, -'.txt'.length)))
}

/**
 * A text kept before, undefined when there is none.
 * @throws PolicyError 'index-corrupt' when the file is not what its name says.
 */
export async function readStoredText(dataFolder: string, textSha256: string): Promise<string | undefined> {
  if (!sha.safeParse(textSha256).success) return undefined
  const path = textPath(dataFolder, textSha256)
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined
    throw new PolicyError('file-unreadable', `无法读取 ${path}。请检查数据文件夹的权限。`, { cause })
  }
  if (sha256(bytes) !== textSha256) {
    throw new PolicyError('index-corrupt', `${path} 的内容与其名称不符，已损坏。请删除该文件，再运行 npm run tiaowen -- index。`)
  }
  return bytes.toString('utf8')
}
