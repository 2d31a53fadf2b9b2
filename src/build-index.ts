/**
 * Folders of files → a generation of the index: the first arrow of the project, start to end. What the generation in
 * place holds is taken over where it holds still: documents, segments, vectors.
 */
import { join } from 'node:path'
import { CHUNKER } from './chunks/chunk.ts'
import { parseDocument } from './clauses/tree.ts'
import { findTwins, inferHeaders, withoutInferred } from './clauses/twins.ts'
import { loadFolder, type FoundDocument, type Origin, type SkippedFile } from './documents/load.ts'
import { readerVersion } from './documents/reader-version.ts'
import type { Embedder } from './embedding/embedder.ts'
import { PolicyError } from './errors.ts'
import type { HeldSegment, SearchEngine, SegmentKeeper } from './retrieval/engine.ts'
import { assemble, justWritten, keysOf, LIBRARY_FORMAT, libraryFiles, metaOf, served } from './retrieval/library-files.ts'
import type { Assembly, Built, DocumentRecord, Opened, Previous } from './retrieval/library-files.ts'
import type { Catalogue } from './retrieval/library.ts'
import { segmentOf, vectorsIn, withVectors, type KnownVectors, type Segment } from './retrieval/segment.ts'
import { canonicalJson, sha256Of } from './store/hash.ts'
import { hasGeneration, lockForWriting, manifestsIn, writeGeneration, type Generation, type StoreOptions } from './store/generations.ts'
import { Journal } from './store/journal.ts'
import { journalStopped } from './store/store-events.ts'
import type { Document, DocumentId } from './types.ts'

export interface Loaded {
  readonly documents: readonly Document[]
  readonly twins: Catalogue['twins']
  readonly origins: ReadonlyMap<DocumentId, Origin>
  readonly skipped: readonly SkippedFile[]
  readonly notices: readonly string[]
}

export type Step = 'checking' | 'reading' | 'keywords' | 'embedding' | 'search'
export type OnStep = (step: Step, done: number, total: number) => void

export interface LoadSettings {
  /** The generation in place: what it made of a file is taken over while file, statement and reader are the same. */
  readonly previous?: Previous
  readonly onProgress?: OnStep
}

/** Files → clause trees, with the twins among them and the headers that twins give. */
export async function loadDocuments(
  folders: readonly string[],
  dataFolder: string,
  { previous, onProgress }: LoadSettings = {},
): Promise<Loaded> {
  const known = knownDocuments(previous)
  const loaded = await loadFolder({
    folders,
    dataFolder,
    known: ({ id, ...file }) => {
      const found = known.get(id)
      return found && isSameFile(found, file) ? found : undefined
    },
    ...(onProgress ? { onProgress } : {}),
  })
  const { origins, skipped, notices } = loaded
  const parsed: Document[] = []
  for (const [at, source] of loaded.documents.entries()) {
    const kept = known.get(source.id)?.document
    parsed.push(kept === source ? kept : parseDocument(source))
    if (at % 16 === 15) await new Promise(setImmediate) // questions are answered meanwhile
  }
  const twins = findTwins(parsed)
  return { documents: inferHeaders(parsed, twins), twins, origins, skipped, notices }
}

interface KnownDocument {
  readonly document: Document
  readonly origin: Origin
}

/** What a generation holds of each document, as it was before other documents had a say in it. */
function knownDocuments(previous: Previous | undefined): Map<DocumentId, KnownDocument> {
  const known = new Map<DocumentId, KnownDocument>()
  if (previous?.reader !== readerVersion()) return known
  for (const stored of previous.documents) {
    const { sha256, statement, notices } = previous.records.get(stored.id) ?? {}
    if (sha256 !== undefined) HASHES.set(stored, sha256)
    const origin = { ...(statement !== undefined && { statement }), ...(notices && { notices }) }
    known.set(stored.id, { document: withoutInferred(stored), origin })
  }
  return known
}

function isSameFile({ document, origin }: KnownDocument, file: Omit<FoundDocument, 'id'>): boolean {
  const { source, fileSha256 } = document
  return source === file.source && fileSha256 === file.fileSha256 && origin.statement === file.statement
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
  readonly loaded: Pick<Loaded, 'documents' | 'twins'> & Partial<Pick<Loaded, 'origins'>>
  readonly embedder?: Embedder
  readonly indexFolder: string
  /** The generation in place: what of it did not change is taken over, and its vectors for texts that did not. */
  readonly previous?: Previous
  readonly onProgress?: OnStep
  /** Of a first build: the documents, answering by keywords, before their vectors are made. */
  readonly onKeywords?: (built: Built) => void
  /** Where it is searched; absent: within a process, by graphs among its files. */
  readonly engine?: SearchEngine & SegmentKeeper
  readonly store?: StoreOptions
}

/**
 * Builds and commits a generation, and serves it. Vectors are kept in a journal as they are made: a build that was
 * broken off goes on where it stopped.
 * @throws PolicyError `index-locked`, `disk-full`, `index-unwritable`, `search-unavailable`; what is in place is
 * untouched then.
 */
export async function buildGeneration(request: BuildRequest): Promise<Opened> {
  return served(await writeIndex(request), request.engine)
}

/** As buildGeneration, for who asks no questions: what was taken over need not be open for them. */
export async function writeIndex(request: BuildRequest): Promise<Previous> {
  const { loaded, embedder, indexFolder, onProgress, engine, store = {} } = request
  const forEngine = engine !== undefined
  const embedderId = embedder?.id ?? null
  const first = request.previous ? undefined : await segmentOf('base', loaded.documents, onProgress)
  if (first) request.onKeywords?.(assemble({ ...loaded, segments: [first], embedder: null }))
  const lock = await lockForWriting(indexFolder, store)
  let journal: Journal | undefined
  try {
    const previous = await stillThere(request.previous, lock.folder, store)
    const plan = await planOf(loaded.documents, previous, embedderId, forEngine)
    const bare = first ?? (await segmentOf(plan.kept ? 'changes' : 'base', plan.documents, onProgress))
    if (embedder) journal = openJournal(lock.folder, store)
    const known = embedder && journal && (await vectorsKnown(embedder, bare, previous, journal))
    const own = embedder && known ? await withVectors(bare, embedder, known, onProgress, forEngine) : bare
    journal?.flush()
    journal?.forget()
    const segments = plan.kept ? [plan.kept.segment, own] : [own]
    const documents = plan.kept ? inPlace(loaded.documents, segments) : loaded.documents
    const assembly: Assembly = { segments, documents, twins: loaded.twins, embedder: embedderId, ...(forEngine && { forEngine }) }
    const fingerprint = await fingerprintOf(loaded, embedderId)
    const facts = { fingerprint, dimensions: embedder?.dimensions ?? null, reader: readerVersion() }
    const meta = metaOf(assembly, facts, (document) => recordOf(document, loaded.origins))
    const files = libraryFiles(assembly, plan.kept)
    const beforeNaming = (draft: Generation): Promise<void> => holdBy(engine!, justWritten(assembly, draft, meta), onProgress)
    const options = { ...store, lock, ...(engine && { beforeNaming }) }
    const write = (): Promise<Generation> => writeGeneration(indexFolder, { meta, files }, options)
    const generation = await write().catch((error: unknown) => {
      if (!journal || !(error instanceof PolicyError) || error.code !== 'disk-full') throw error
      return journal.makingRoom(write)
    })
    journal?.remove()
    const written = justWritten(assembly, generation, meta)
    if (engine) await settleOn(engine, written, indexFolder, store)
    return written
  } finally {
    journal?.close()
    await lock.release()
  }
}

/** All of a generation stands in the engine before anything asks for it. */
function holdBy(engine: SegmentKeeper, { segments }: Pick<Previous, 'segments'>, onProgress?: OnStep): Promise<void> {
  return engine.hold(segments as HeldSegment[], (done, total) => onProgress?.('search', done, total))
}

/**
 * Names in the engine point at the generation in place; what no generation in the folder uses any more is dropped.
 * What fails is left to the next round: nothing that serves depends on it.
 */
async function settleOn(engine: SegmentKeeper, { segments }: Pick<Previous, 'segments'>, indexFolder: string, store: StoreOptions): Promise<void> {
  const manifests = await manifestsIn(indexFolder, store)
  await engine.settle(segments as HeldSegment[], manifests && new Set(manifests.flatMap(keysOf)))
}

/**
 * Makes sure that the engine holds the generation in place, which it may have lost, or been given by a build that was
 * broken off. Where another process is writing, that one sees to it.
 * @throws PolicyError `search-unavailable`
 */
export async function holdCurrent(
  { engine, previous, indexFolder, onProgress, store = {} }: Pick<BuildRequest, 'indexFolder' | 'onProgress' | 'store'> & {
    readonly engine: SegmentKeeper
    readonly previous: Previous
  },
): Promise<void> {
  let lock: Awaited<ReturnType<typeof lockForWriting>>
  try {
    lock = await lockForWriting(indexFolder, store)
  } catch (error) {
    if (error instanceof PolicyError && error.code === 'index-locked') return
    throw error
  }
  try {
    if (!(await stillThere(previous, lock.folder, store))) return
    await holdBy(engine, previous, onProgress)
    await settleOn(engine, previous, indexFolder, store)
  } finally {
    await lock.release()
  }
}

function recordOf(document: Document, origins: Loaded['origins'] | undefined): DocumentRecord {
  const { statement, notices } = origins?.get(document.id) ?? {}
  return {
    sha256: hashOf(document),
    ...(statement === undefined ? {} : { statement }),
    ...(notices ? { notices: [...notices] } : {}),
  }
}

function openJournal(folder: string, { onEvent }: StoreOptions): Journal {
  return new Journal(join(folder, 'vectors.journal'), (error) => onEvent?.(journalStopped(error)))
}

/** Another process may have written since, and removed what was opened here. */
async function stillThere(
  previous: Previous | undefined,
  folder: string,
  store: StoreOptions,
): Promise<Previous | undefined> {
  if (!previous) return undefined
  return (await hasGeneration(folder, previous.generation, store)) ? previous : undefined
}

/** Below this many characters a library is built as one segment: that takes no longer, and there is less to go wrong. */
const SMALL = 200_000
/** Share of the base's characters that may have come anew, or have gone, before all is built as one segment again. */
const MOST_CHANGED = 0.1

interface Plan {
  /** What is to be built. */
  readonly documents: readonly Document[]
  /** The base that stays, and the generation that has it. */
  readonly kept?: { readonly segment: Segment; readonly from: Previous }
}

/** All of it, or what changed since the base was built. */
async function planOf(
  documents: readonly Document[],
  previous: Previous | undefined,
  embedder: string | null,
  forEngine: boolean,
): Promise<Plan> {
  const base = previous?.segments[0]
  const all = { documents }
  if (!base || previous.damaged.length > 0 || previous.chunker !== CHUNKER || previous.embedder !== embedder) return all
  if (previous.forEngine && !forEngine) return all // there are no graphs to take over
  const size = charactersOf(base.documents)
  if (size < SMALL) return all
  const held = new Set(await hashesOf(base.documents))
  const present = new Set(await hashesOf(documents))
  const changed = documents.filter((document) => !held.has(hashOf(document)))
  const gone = base.documents.filter((document) => !present.has(hashOf(document)))
  if (charactersOf(changed) > MOST_CHANGED * size || charactersOf(gone) > MOST_CHANGED * size) return all
  return { documents: changed, kept: { segment: base, from: previous } }
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
  previous: Previous | undefined,
  journal: Journal,
): Promise<KnownVectors> {
  const before = previous?.embedder === embedder.id ? await vectorsIn(previous.segments, wanted) : undefined
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
