/**
 * What people changed about the library from within the program: documents they took out, and uploads that took the
 * place of another document. The folders of an operator are never written to; `data/library.json` says what of them is
 * passed over. Written whole and checked, by one process at a time: the server.
 */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { PolicyError } from '../errors.ts'
import { errorCode, makeFolder, sha256, writeWhole } from './files.ts'

/** A document that was taken out 移出. It keeps its id and its texts, and can come back. */
export interface RemovedDocument {
  readonly id: string
  /** An upload lies in the trash; a file of an operator's folder lies where it did. */
  readonly origin: 'folder' | 'upload'
  readonly source: string
  readonly title: string
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

const ListFile = z.object({
  version: z.literal(1),
  sha256: z.string(),
  content: z.object({
    removed: z.array(
      z.object({
        id: Id,
        origin: z.enum(['folder', 'upload']),
        source: z.string(),
        title: z.string(),
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

/** Made when it is absent. @throws PolicyError 'disk-full', 'config-invalid' */
export async function openUploadsFolder(dataFolder: string): Promise<string> {
  const folder = uploadsFolder(dataFolder)
  await makeFolder(folder)
  return folder
}

/** Its label among the folders of the registry, wherever it lies: no name of an operator's folder has a slash. */
export const UPLOADS_LABEL = '/uploads'

/** The list of a data folder; empty when there is none. @throws PolicyError 'sidecar-invalid' */
export async function readLibraryList(dataFolder: string): Promise<LibraryList> {
  const path = libraryListPath(dataFolder)
  let json: string
  try {
    json = await readFile(path, 'utf8')
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return EMPTY_LIST
    throw new PolicyError('sidecar-invalid', `无法读取 ${path}。请检查数据文件夹的权限。`, { cause })
  }
  const content = contentOf(json)
  if (content) return content
  throw new PolicyError(
    'sidecar-invalid',
    `${path} 已损坏：哪些文件已移出、哪些由上传的文件代替，都记在里面。请从备份恢复；没有备份就删除它，已移出的文件会重新收录。`,
  )
}

function contentOf(json: string): LibraryList | undefined {
  try {
    const { content, sha256: expected } = ListFile.parse(JSON.parse(json))
    return sha256(JSON.stringify(content)) === expected ? content : undefined
  } catch {
    return undefined
  }
}

/** @throws PolicyError 'disk-full', 'config-invalid' */
export async function saveLibraryList(dataFolder: string, { removed, replacements }: LibraryList): Promise<void> {
  const content = ListFile.shape.content.parse({ removed, replacements })
  const file = { version: 1, sha256: sha256(JSON.stringify(content)), content }
  await writeWhole(libraryListPath(dataFolder), `${JSON.stringify(file, undefined, 1)}\n`)
}
