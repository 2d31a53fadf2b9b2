/**
 * What people changed about the library from within the program: documents they took out, and uploads that took the
 * place of another document. The folders of an operator are never written to; `data/library.json` says what of them is
 * passed over. Written whole and checked, by one process at a time: the server.
 */
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { PolicyError } from '../errors.ts'
import { errorCode, makeFolder, refuseNewer, sha256, writeWhole } from './files.ts'

/** A document that was taken out 移出. It keeps its id and its texts, and can come back. */
export interface RemovedDocument {
  readonly id: string
  /** An upload lies in the trash; a file of an operator's folder lies where it did. */
  readonly origin: 'folder' | 'upload'
  readonly source: string
  readonly title: string
  /** Where it was taken over from another document. */
  readonly titleFrom?: 'inferred' | undefined
  /** ISO 8601, UTC. */
  readonly removedAt: string
}

/** An upload that is a document there was before. It counts once its file is there. */
export interface Replacement {
  readonly id: string
  /** Name of the file in the folder of uploads. */
  readonly source: string
  /** The files that were the document before, passed over now. */
  readonly over: readonly { readonly folder: string; readonly source: string }[]
}

export interface LibraryList {
  readonly removed: readonly RemovedDocument[]
  readonly replacements: readonly Replacement[]
}

export const EMPTY_LIST: LibraryList = { removed: [], replacements: [] }

const Id = z.string().regex(/^d-[0-9a-f]{12}$/)

/** As that of the registry. */
const VERSION = 1

const ListFile = z.object({
  version: z.literal(VERSION),
  sha256: z.string(),
  content: z.object({
    removed: z.array(
      z.object({
        id: Id,
        origin: z.enum(['folder', 'upload']),
        source: z.string(),
        title: z.string(),
        titleFrom: z.literal('inferred').optional(),
        removedAt: z.string(),
      }),
    ),
    replacements: z.array(
      z.object({ id: Id, source: z.string(), over: z.array(z.object({ folder: z.string(), source: z.string() })) }),
    ),
  }),
})

/** Where it is kept; watched by who follows the library. */
export const libraryListPath = (dataFolder: string): string => join(dataFolder, 'library.json')

/** The folder of uploads, one more of the library after the operator's. */
export const uploadsFolder = (dataFolder: string): string => resolve(dataFolder, 'documents')

/** Made when it is absent. @throws PolicyError 'disk-full', 'data-unwritable' */
export async function openUploadsFolder(dataFolder: string): Promise<string> {
  const folder = uploadsFolder(dataFolder)
  await makeFolder(folder)
  return folder
}

/** Its label among the folders of the registry, wherever it lies: no name of an operator's folder has a slash. */
export const UPLOADS_LABEL = '/uploads'

/** The list of a data folder; empty when there is none. @throws PolicyError 'sidecar-invalid', 'data-newer' */
export async function readLibraryList(dataFolder: string): Promise<LibraryList> {
  const path = libraryListPath(dataFolder)
  let json: string
  try {
    json = await readFile(path, 'utf8')
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return EMPTY_LIST
    throw new PolicyError('sidecar-invalid', `无法读取 ${path}。请检查数据文件夹的权限。`, { cause })
  }
  const content = libraryListIn(path, json)
  if (content) return content
  throw new PolicyError(
    'sidecar-invalid',
    `${path} 已损坏：哪些文件已移出、哪些由上传的文件代替，都记在里面。请从备份恢复；没有备份就删除它，已移出的文件会重新收录。`,
  )
}

/** The list that a file's words are; undefined when it is damaged. @throws PolicyError 'data-newer' */
export function libraryListIn(path: string, json: string): LibraryList | undefined {
  let file: unknown
  try {
    file = JSON.parse(json)
  } catch {
    return undefined
  }
  refuseNewer(path, file, VERSION)
  const { data } = ListFile.safeParse(file)
  return data && serialized(data.content) === json ? data.content : undefined
}

/** Another one whenever the list was written anew. */
export async function libraryListMark(dataFolder: string): Promise<string> {
  return stat(libraryListPath(dataFolder)).then(({ ino, size, mtimeMs }) => [ino, size, mtimeMs].join(' '), () => '')
}

/** @throws PolicyError 'disk-full', 'data-unwritable' */
export async function saveLibraryList(dataFolder: string, { removed, replacements }: LibraryList): Promise<void> {
  const content = ListFile.shape.content.parse({ removed, replacements })
  await writeWhole(libraryListPath(dataFolder), serialized(content))
}

/** Its hash says which bytes it should hold, its spelling that none of them changed. */
function serialized(content: LibraryList): string {
  return `${JSON.stringify({ version: VERSION, sha256: sha256(JSON.stringify(content)), content }, undefined, 1)}\n`
}
