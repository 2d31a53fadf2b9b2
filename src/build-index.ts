/** Folders of files → a generation of the index: the first arrow of the project, start to end. */
import { join } from 'node:path'
import { CHUNKER } from './chunks/chunk.ts'
import { parseDocument } from './clauses/tree.ts'
import { findTwins, inferHeaders } from './clauses/twins.ts'
import { loadFolder, type SkippedFile } from './documents/load.ts'
import type { Embedder } from './embedding/embedder.ts'
import { PolicyError } from './errors.ts'
import { asStored, assemble, LIBRARY_FORMAT, libraryFiles, metaOf, type Built, type Opened } from './retrieval/library-files.ts'
import type { Catalogue } from './retrieval/library.ts'
import { FIELDS, segmentOf, textsOf, withVectors, type KnownVectors, type OnProgress, type Segment } from './retrieval/segment.ts'
import { canonicalJson, sha256Of } from './store/hash.ts'
import { hasGeneration, lockForWriting, writeGeneration, type Generation, type StoreOptions } from './store/generations.ts'
import { Journal } from './store/journal.ts'
import { journalStopped } from './store/store-events.ts'
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
  const hashes = await hashesOf(documents)
  return sha256Of(
    canonicalJson({ format: LIBRARY_FORMAT, chunker: CHUNKER, embedder, documents: hashes, twins: [...twins] }),
  )
}

async function hashesOf(documents: readonly Document[]): Promise<string[]> {
  const hashes: string[] = []
  for (const [at, document] of documents.entries()) {
    hashes.push(hashOf(document))
    if (at % 64 === 63) await new Promise(setImmediate)
  }
  return hashes
}

const HASHES = new WeakMap<Document, string>()

function hashOf(document: Document): string {
  const known = HASHES.get(document) ?? sha256Of(JSON.stringify(document))
  HASHES.set(document, known)
  return known
}

export interface BuildRequest {
  readonly loaded: Loaded
  readonly embedder?: Embedder
  readonly indexFolder: string
  /** The generation in place: what of it did not change is taken over, and its vectors for texts that did not. */
  readonly previous?: Opened
  readonly onProgress?: OnProgress
  /** Of a first build: the documents, answering by keywords, before their vectors are made. */
  readonly onKeywords?: (built: Built) => void
  readonly store?: StoreOptions
}

/**
 * Builds and commits a generation. Vectors are kept in a journal as they are made: a build that was broken off goes on
 * where it stopped.
 * @throws PolicyError `index-locked`, `disk-full`, `index-unwritable`; what is in place is untouched then.
 */
export async function buildGeneration(request: BuildRequest): Promise<Opened> {
  const { loaded, embedder, indexFolder, onProgress, store = {} } = request
  const first = request.previous ? undefined : await segmentOf('base', loaded.documents, onProgress)
  if (first) request.onKeywords?.(assemble({ ...loaded, segments: [first], embedder: null }))
  const lock = await lockForWriting(indexFolder, store)
  let journal: Journal | undefined
  try {
    const previous = await stillThere(request.previous, lock.folder, store)
    const plan = await planOf(loaded.documents, previous, embedder?.id ?? null)
    const bare = first ?? (await segmentOf(plan.kept ? 'changes' : 'base', plan.documents, onProgress))
    const whole = (own: Segment): Built => {
      const segments = plan.kept ? [plan.kept.base, own] : [own]
      const documents = plan.kept ? inPlace(loaded.documents, segments) : loaded.documents
      return assemble({ segments, documents, twins: loaded.twins, embedder: embedder?.id ?? null })
    }
    if (embedder) journal = openJournal(lock.folder, store)
    const known = embedder && journal && (await vectorsKnown(embedder, bare, previous, journal))
    const own = embedder && known ? await withVectors(bare, embedder, known, onProgress) : bare
    journal?.flush()
    const built = whole(own)
    const meta = metaOf(built, await fingerprintOf(loaded, embedder?.id ?? null), embedder?.dimensions ?? null)
    const files = await libraryFiles(built, plan.kept && { generation: plan.kept.generation, segments: [plan.kept.base] })
    const write = (): Promise<Generation> => writeGeneration(indexFolder, { meta, files }, { ...store, lock })
    const generation = await write().catch((error: unknown) => {
      if (!journal || !(error instanceof PolicyError) || error.code !== 'disk-full') throw error
      return journal.makingRoom(write)
    })
    journal?.remove()
    return asStored(built, generation, meta.dimensions)
  } finally {
    journal?.close()
    await lock.release()
  }
}

function openJournal(folder: string, { onEvent }: StoreOptions): Journal {
  return new Journal(join(folder, 'vectors.journal'), (error) => onEvent?.(journalStopped(error)))
}

/** Another process may have written since, and removed what was opened here. */
async function stillThere(
  previous: Opened | undefined,
  folder: string,
  store: StoreOptions,
): Promise<Opened | undefined> {
  if (previous?.chunker !== CHUNKER) return undefined
  return (await hasGeneration(folder, previous.library.generation, store)) ? previous : undefined
}

/** Below this many characters a library is built as one segment: that takes no longer, and there is less to go wrong. */
const SMALL = 200_000
/** Share of the base's characters that may have come anew, or have gone, before all is built as one segment again. */
const MOST_CHANGED = 0.1

interface Plan {
  /** What is to be built. */
  readonly documents: readonly Document[]
  /** The base that stays, and the generation that has it. */
  readonly kept?: { readonly base: Segment; readonly generation: string }
}

/** All of it, or what changed since the base was built. */
async function planOf(
  documents: readonly Document[],
  previous: Opened | undefined,
  embedder: string | null,
): Promise<Plan> {
  const base = previous?.segments[0]
  const all = { documents }
  if (!base || previous.damaged || previous.library.embedder !== embedder) return all
  const size = charactersOf(base.documents)
  if (size < SMALL) return all
  const held = new Set(await hashesOf(base.documents))
  const present = new Set(await hashesOf(documents))
  const changed = documents.filter((document) => !held.has(hashOf(document)))
  const gone = base.documents.filter((document) => !present.has(hashOf(document)))
  if (charactersOf(changed) > MOST_CHANGED * size || charactersOf(gone) > MOST_CHANGED * size) return all
  return { documents: changed, kept: { base, generation: previous.library.generation } }
}

const charactersOf = (documents: readonly Document[]): number => documents.reduce((sum, { text }) => sum + text.length, 0)

/** The documents as the segments hold them, in reading order. */
function inPlace(documents: readonly Document[], segments: readonly Segment[]): Document[] {
  const held = new Map(segments.flatMap(({ documents }) => documents.map((document) => [hashOf(document), document])))
  return documents.map((document) => held.get(hashOf(document))!)
}

/** Vectors that need not be made: of an earlier run that was broken off, and of texts of the previous generation. */
async function vectorsKnown(
  embedder: Embedder,
  wanted: Segment,
  previous: Opened | undefined,
  journal: Journal,
): Promise<KnownVectors> {
  const before = previous?.library.embedder === embedder.id ? await vectorsOf(previous, wanted) : undefined
  const keyOf = (text: string): string => sha256Of(`${embedder.id}\n${text}`).slice(0, 32)
  return {
    get: (text) => {
      const stored = before?.get(text)
      if (stored || journal.size === 0) return stored
      const kept = journal.get(keyOf(text))
      return kept && new Int8Array(kept.buffer, kept.byteOffset, kept.byteLength)
    },
    put: (text, stored) => journal.append(keyOf(text), new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength)),
  }
}

/** Of a generation, the vectors of the texts that a segment asks for. */
async function vectorsOf({ segments }: Opened, wanted: Segment): Promise<Map<string, Int8Array>> {
  const found = new Map<string, Int8Array>()
  const isWanted = new Set(FIELDS.flatMap((field) => textsOf(wanted, field)))
  for (const segment of segments) {
    for (const field of FIELDS) {
      const { vectors } = segment.fields[field]
      if (!vectors) continue
      const rows = await vectors()
      textsOf(segment, field).forEach((text, row) => {
        if (isWanted.has(text)) found.set(text, rows.stored(row))
      })
    }
  }
  return found
}
