/** Folders of files → a generation of the index: the first arrow of the project, start to end. */
import { CHUNKER } from './chunks/chunk.ts'
import { parseDocument } from './clauses/tree.ts'
import { findTwins, inferHeaders } from './clauses/twins.ts'
import { loadFolder, type SkippedFile } from './documents/load.ts'
import type { Embedder } from './embedding/embedder.ts'
import { buildLibrary, LIBRARY_FORMAT, libraryFiles, type Built, type LibraryMeta } from './retrieval/library-files.ts'
import type { Catalogue } from './retrieval/library.ts'
import { canonicalJson, sha256Of } from './store/hash.ts'
import { lockForWriting, writeGeneration, type StoreOptions } from './store/generations.ts'
import type { Document } from './types.ts'

export interface Loaded {
  readonly documents: readonly Document[]
  readonly twins: Catalogue['twins']
  readonly skipped: readonly SkippedFile[]
  readonly notices: readonly string[]
}

/** Files → clause trees, with the twins among them and the headers that twins give. */
export async function loadDocuments(folders: readonly string[], dataFolder: string): Promise<Loaded> {
  const { documents: sources, skipped, notices } = await loadFolder({ folders, dataFolder })
  const parsed: Document[] = []
  for (const [at, source] of sources.entries()) {
    parsed.push(parseDocument(source))
    if (at % 16 === 15) await new Promise(setImmediate) // questions are answered meanwhile
  }
  const twins = findTwins(parsed)
  return { documents: inferHeaders(parsed, twins), twins, skipped, notices }
}

/**
 * Equal for equal documents, clause trees, twins, embedder, chunker and file format: then there is nothing to build.
 * Document by document, so that a large library does not hold up questions.
 */
export async function fingerprintOf(
  { documents, twins }: Pick<Loaded, 'documents' | 'twins'>,
  embedder: string | null,
): Promise<string> {
  const hashes: string[] = []
  for (const [at, document] of documents.entries()) {
    hashes.push(sha256Of(JSON.stringify(document)))
    if (at % 64 === 63) await new Promise(setImmediate)
  }
  return sha256Of(
    canonicalJson({ format: LIBRARY_FORMAT, chunker: CHUNKER, embedder, documents: hashes, twins: [...twins] }),
  )
}

export interface BuildRequest {
  readonly loaded: Loaded
  readonly embedder?: Embedder
  readonly indexFolder: string
  /** Its vectors are used again for texts that did not change. */
  readonly previous?: Built
  readonly onProgress?: Parameters<typeof buildLibrary>[0]['onProgress']
  readonly store?: StoreOptions
}

/**
 * Builds and commits a generation.
 * @throws PolicyError `index-locked`, `disk-full`, `index-unwritable`; what is in place is untouched then.
 */
export async function buildGeneration(request: BuildRequest): Promise<Built> {
  const { loaded, embedder, indexFolder, store = {} } = request
  const lock = await lockForWriting(indexFolder, store)
  try {
    const built = await buildLibrary({
      documents: loaded.documents,
      twins: loaded.twins,
      ...(embedder ? { embedder } : {}),
      ...(request.previous ? { previous: request.previous } : {}),
      ...(request.onProgress ? { onProgress: request.onProgress } : {}),
    })
    const meta: LibraryMeta = {
      embedder: embedder?.id ?? null,
      dimensions: embedder?.dimensions ?? null,
      chunker: CHUNKER,
      fingerprint: await fingerprintOf(loaded, embedder?.id ?? null),
      documents: loaded.documents.map(({ id, source, textSha256 }) => ({ id, source, textSha256 })),
    }
    const { name } = await writeGeneration(indexFolder, { meta, files: libraryFiles(built) }, { ...store, lock })
    return { ...built, library: { ...built.library, generation: name } }
  } finally {
    await lock.release()
  }
}
