/** Segments → a library; a library ↔ the files of a generation. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { CHUNKER } from '../chunks/chunk.ts'
import { citedBy } from '../clauses/cited.ts'
import type { Clause, ClauseId, Document, Fallback } from '../types.ts'
import { CandidateSearch } from './candidate-search.ts'
import { CountedKeywords } from './counted-keywords.ts'
import { EmbeddedSearch } from './embedded-search.ts'
import type { SearchEngine } from './engine.ts'
import { Entries } from './entries.ts'
import { ExactIndex } from './exact-index.ts'
import { HnswIndex, loadHnsw } from './hnsw-index.ts'
import { KeywordPart } from './keyword-part.ts'
import { Keywords } from './keywords.ts'
import type { Library } from './library.ts'
import { QuantisedRows } from './quantised.ts'
import { FIELDS, type FieldName, type Segment, type SegmentField } from './segment.ts'
import { VectorField } from './vector-field.ts'
import type { VectorIndex } from './vector-index.ts'

/** Part of the fingerprint: raised when the files, or the terms of the keyword indexes, become others. */
export const LIBRARY_FORMAT = 'library/2'

/** A library with what only its builder needs. */
export interface Built {
  readonly library: Library
  readonly chunker: string
  /** The base first. */
  readonly segments: readonly Segment[]
}

export interface Assembly {
  readonly segments: readonly Segment[]
  /** Those that belong to the library, in reading order; what else a segment holds is no more. */
  readonly documents: readonly Document[]
  readonly twins: Library['twins']
  readonly embedder: string | null
  readonly generation?: string
  readonly fallback?: Fallback
  /** Made to be searched by an engine: without graphs. */
  readonly forEngine?: boolean
}

/** Segments → the library that answers from them, searched within this process. */
export function assemble(assembly: Assembly): Built {
  const entries = entriesOf(assembly)
  const parts = assembly.segments.flatMap(({ keywords }) => keywords)
  const keywords = new Keywords(parts, entries.alive)
  return libraryOf(assembly, entries, { keywords, search: new EmbeddedSearch(keywords) })
}

/**
 * Segments → the library that answers from them, searched by an engine. Postings are read, counted and let go: text and
 * what its terms count for stay in memory. Segments without a key are not held by it; few and small as they are, all of
 * their entries are looked at.
 * @param most candidates a segment
 */
export async function assembleOn(engine: SearchEngine, assembly: Assembly, most?: number): Promise<Built> {
  const entries = entriesOf(assembly)
  const keywords = await CountedKeywords.count(
    assembly.segments.map((segment) => () => keywordsOf(segment)),
    entries.alive,
  )
  const segments = assembly.segments.map((segment) => (segment.readKeywords ? withoutIndexes(segment) : segment))
  return libraryOf({ ...assembly, segments }, entries, { keywords, search: new CandidateSearch(engine, keywords, segments, most), engine })
}

async function keywordsOf({ keywords, readKeywords }: Segment): Promise<readonly KeywordPart[]> {
  return keywords.length > 0 ? keywords : ((await readKeywords?.()) ?? [])
}

/** As `assembleOn` where there is an engine, else as `assemble`. */
export async function assembledBy(engine: SearchEngine | undefined, assembly: Assembly): Promise<Built> {
  return engine ? assembleOn(engine, assembly) : assemble(assembly)
}

function entriesOf({ segments, documents }: Assembly): Entries {
  const living = new Set(documents)
  return new Entries(segments, (document) => living.has(document))
}

function libraryOf(
  { segments, documents, twins, embedder, generation, fallback }: Assembly,
  entries: Entries,
  by: Pick<Library, 'keywords' | 'search' | 'engine'>,
): Built {
  const firsts = firstEntries(segments)
  const field = (name: FieldName): VectorField =>
    new VectorField(
      segments.map(({ fields }, at) => {
        const { chunks, index } = fields[name]
        return { chunks, firstEntry: firsts[at]!, ...(index ? { index } : {}) }
      }),
    )
  const [units, windows] = [field('units'), field('windows')]
  const exact = [units.kind, windows.kind].includes('exact') ? EXACT : undefined
  const reason = fallback ?? exact
  const library: Library = {
    generation: generation ?? 'unsaved',
    documents,
    twins,
    embedder,
    segments,
    entries,
    ...by,
    units,
    windows,
    standing: standingOf(entries, documents),
    ...(reason ? { fallback: reason } : {}),
  }
  return { library, chunker: CHUNKER, segments }
}

const EXACT: Fallback = {
  from: 'hnsw',
  reason:
    'hnswlib-node 未能载入，改用逐一比较（较慢，结果相同） the native HNSW module is missing; exact search serves',
}

function firstEntries(segments: readonly Segment[]): number[] {
  let count = 0
  return segments.map(({ entries }) => (count += entries.starts.length) - entries.starts.length)
}

/** ln(1 + the number of documents that cite it) for the document of each entry. */
function standingOf(entries: Entries, documents: readonly Document[]): Float32Array {
  const cited = citedBy(documents)
  return Float32Array.from({ length: entries.size }, (_, entry) => Math.log1p(cited.get(entries.documentOf(entry).id) ?? 0))
}

/**
 * A file to store: bytes, made when their turn has come, so that those of one file at a time stand in memory; a saver
 * that is given the path; or the file of an earlier generation as it is.
 */
export type LibraryFile = { readonly name: string; readonly optional?: boolean } & (
  | { readonly make: () => Uint8Array | Promise<Uint8Array> }
  | { readonly write: (path: string) => Promise<void> }
  | { readonly sameAs: string }
)

/** The files of a library; graphs where it is searched within a process. A segment of `kept`, the generation in place, is taken over from it unread. */
export function libraryFiles(
  { segments, twins, embedder, forEngine = false }: Pick<Assembly, 'segments' | 'twins' | 'embedder' | 'forEngine'>,
  kept?: { readonly from: Pick<Previous, 'generation' | 'files'>; readonly segment: Segment },
): LibraryFile[] {
  const files: LibraryFile[] = [{ name: 'twins.json', make: () => Buffer.from(JSON.stringify([...twins])) }]
  for (const segment of segments) {
    if (segment !== kept?.segment) files.push(...segmentFiles(segment, embedder !== null))
    else {
      const names = filesOf(segment.name, kept.from.files).filter((name) => !forEngine || !isGraph(name))
      files.push(...names.map((name) => ({ name, sameAs: kept.from.generation })))
    }
  }
  return files
}

const filesOf = (segment: string, files: LibrarySource['files']): string[] =>
  Object.keys(files).filter((name) => name.startsWith(`${segment}.`))

const isGraph = (name: string): boolean => name.endsWith('.hnsw')

/** Part of the name of what an engine holds: raised when other things are written to it for the same files. */
const HELD_FORMAT = 'held/1'

/**
 * Name of what a segment holds, wherever it is held: 16 hex digits of a SHA-256 over its files, the embedder and the
 * chunker. A segment that is taken over from one generation to the next keeps it.
 */
function keyOf(segment: string, { files }: Pick<LibrarySource, 'files'>, { embedder, chunker }: Pick<LibraryMeta, 'embedder' | 'chunker'>): string {
  const names = filesOf(segment, files).filter((name) => !isGraph(name)).sort()
  const hashes = names.map((name) => [name.slice(segment.length), files[name]!.sha256])
  return createHash('sha256').update(JSON.stringify([HELD_FORMAT, LIBRARY_FORMAT, embedder, chunker, hashes])).digest('hex').slice(0, 16)
}

/** Names of what the segments of a generation hold, by its manifest; of another format: none. */
export function keysOf(generation: Pick<LibrarySource, 'meta' | 'files'>): string[] {
  const meta = LibraryMeta.safeParse(generation.meta)
  return meta.success ? meta.data.segments.map((name) => keyOf(name, generation, meta.data)) : []
}

function segmentFiles(segment: Segment, hasVectors: boolean): LibraryFile[] {
  const { name, documents, entries, keywords, fields } = segment
  const columns = [entries.documents, entries.starts, entries.ends]
  const files: LibraryFile[] = [
    { name: `${name}.documents`, make: () => bytesOfDocuments(documents) },
    { name: `${name}.entries`, make: () => tableBytes([...columns, Uint32Array.from(entries.whole)]) },
    ...keywords.map((part, at) => ({ name: `${name}.keywords-${at}`, make: () => part.toBytes() })),
  ]
  for (const field of FIELDS) {
    const { chunks, index, vectors } = fields[field]
    files.push({ name: `${name}.${field}`, make: () => tableBytes([chunks.entries, chunks.starts, chunks.ends]) })
    if (!hasVectors || !vectors) continue
    files.push({ name: `${name}.${field}.vectors`, make: async () => bytesOf((await vectors()).numbers) })
    if (index instanceof HnswIndex) {
      files.push({ name: `${name}.${field}.hnsw`, optional: true, write: (path) => index.save(path) })
    }
  }
  return files
}

/** A document a line, written into one buffer that grows: all lines beside their whole would be twice the library. */
function bytesOfDocuments(documents: readonly Document[]): Uint8Array {
  let bytes = Buffer.allocUnsafe(64 * 1024)
  let length = 0
  for (const document of documents) {
    const line = `${length === 0 ? '' : '\n'}${JSON.stringify(document)}`
    const needed = length + 3 * line.length
    if (needed > bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, Math.ceil(bytes.length * 1.25)))
      bytes.copy(larger, 0, 0, length)
      bytes = larger
    }
    length += bytes.write(line, length)
  }
  return bytes.subarray(0, length)
}

function bytesOf({ buffer, byteOffset, byteLength }: Int8Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Columns of equal length, one after the other, little-endian. */
function tableBytes(columns: readonly Uint32Array[]): Uint8Array {
  return Buffer.concat(columns.map(bytesOf))
}

function columnsOf(bytes: Uint8Array, count: number): Uint32Array[] {
  const all = new Uint32Array(new Uint8Array(bytes).buffer)
  const length = all.length / count
  return Array.from({ length: count }, (_, at) => all.subarray(at * length, (at + 1) * length))
}

/** What a reader of a generation gives: only verified bytes and paths. */
export interface LibrarySource {
  readonly name: string
  /** Tells it from another of the same name. */
  readonly manifestSha256: string
  readonly meta: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, { readonly sha256: string }>>
  readonly damaged: readonly { readonly file: string; readonly reason: string }[]
  read(name: string): Promise<Uint8Array>
  path(name: string): Promise<string>
}

/** What a build keeps of a document for the next one; older manifests have none of it. */
const DocumentRecord = z.object({
  /** Of the document as JSON. */
  sha256: z.string().optional(),
  /** Of what the operator states of its file. */
  statement: z.string().optional(),
  /** What the operator was told when its file was read. */
  notices: z.array(z.string()).optional(),
})
export type DocumentRecord = Readonly<z.infer<typeof DocumentRecord>>

/** What the manifest says of the library in it. */
export const LibraryMeta = z.object({
  format: z.literal(LIBRARY_FORMAT),
  embedder: z.string().nullable(),
  dimensions: z.number().int().nullable(),
  chunker: z.string(),
  /** SHA-256 over everything the index is made from; equal means there is nothing to do. */
  fingerprint: z.string(),
  /** Version of the code that read the documents; see documents/reader-version.ts. */
  reader: z.string().optional(),
  /** Made to be searched by an engine: there are no graphs. */
  forEngine: z.literal(true).optional(),
  segments: z.array(z.enum(['base', 'changes'])),
  /** In reading order: segment and place of each document in it. */
  documents: z.array(
    z.object({
      id: z.string(),
      source: z.string(),
      textSha256: z.string(),
      segment: z.number().int(),
      at: z.number().int(),
      ...DocumentRecord.shape,
    }),
  ),
})
export type LibraryMeta = z.infer<typeof LibraryMeta>

/** What the manifest says of a library. */
export function metaOf(
  { segments, documents, embedder, forEngine }: Pick<Assembly, 'segments' | 'documents' | 'embedder' | 'forEngine'>,
  facts: Pick<LibraryMeta, 'fingerprint' | 'dimensions' | 'reader'>,
  recordOf: (document: Document) => DocumentRecord,
): LibraryMeta {
  const places = new Map<Document, { segment: number; at: number }>()
  segments.forEach(({ documents }, segment) => documents.forEach((document, at) => places.set(document, { segment, at })))
  return {
    format: LIBRARY_FORMAT,
    embedder,
    chunker: CHUNKER,
    ...facts,
    ...(forEngine ? { forEngine } : {}),
    segments: segments.map(({ name }) => name),
    documents: documents.map((document) => {
      const { id, source, textSha256 } = document
      return { id, source, textSha256, ...places.get(document)!, ...recordOf(document) }
    }),
  }
}

/** What the next build takes over: a generation on the disk, without what only a question needs. */
export interface Previous extends Assembly {
  readonly generation: string
  readonly manifestSha256: string
  readonly chunker: string
  readonly reader?: string
  readonly fingerprint: string
  readonly dimensions: number | null
  readonly records: ReadonlyMap<string, DocumentRecord>
  readonly files: LibrarySource['files']
  /** Optional files that are not what was written. */
  readonly damaged: readonly string[]
}

/** An opened library, and the generation it was opened from. */
export interface Opened extends Built, Previous {
  readonly chunker: string
  readonly segments: readonly Segment[]
}

/**
 * Opens what a generation holds; segments that were opened before, of the same bytes, are taken as they are.
 * Every file is hashed once, also one that is not read: only what is in memory already is not looked at again, and
 * that it is the same follows from the two manifests, not from the disk.
 * @param engine what searches it; absent: this process
 * @throws when a file is not what the manifest says, or not of this format
 */
export async function openLibrary(generation: LibrarySource, before?: Previous, engine?: SearchEngine): Promise<Opened> {
  // one that was made to be searched here is, until what is made for the engine takes its place
  const by = LibraryMeta.parse(generation.meta).forEngine ? engine : undefined
  return served(await openParts(generation, by ? 'counting' : 'serving', before), by)
}

/** Opens what the next build needs: documents and tables; keywords and graphs are hashed and left where they are. */
export function openForBuilding(generation: LibrarySource): Promise<Previous> {
  return openParts(generation, 'building')
}

/** `counting`: of an engine; keywords are counted and let go, and there are no graphs. */
type Purpose = 'serving' | 'counting' | 'building'

async function openParts(generation: LibrarySource, purpose: Purpose, before?: Previous): Promise<Previous> {
  const meta = LibraryMeta.parse(generation.meta)
  const { embedder } = meta
  const segments: Segment[] = []
  for (const name of meta.segments) {
    const same = sameSegment(generation, before, name, meta)
    segments.push(same ?? (await openSegment(generation, name, meta, purpose)))
  }
  const twins = new Map(
    JSON.parse(Buffer.from(await generation.read('twins.json')).toString()) as [ClauseId, ClauseId[]][],
  )
  const damaged = generation.damaged.map(({ file }) => file)
  return {
    ...factsOf(generation, meta),
    segments,
    documents: meta.documents.map(({ segment, at }) => segments[segment]!.documents[at]!),
    twins,
    embedder,
    damaged,
    ...(meta.forEngine ? { forEngine: true } : {}),
    ...(damaged[0] === undefined ? {} : { fallback: damagedGraph(damaged[0]) }),
  }
}

type Facts = Omit<Previous, keyof Assembly | 'damaged'> & Pick<Previous, 'generation'>

/** What a generation and its manifest say of themselves. */
function factsOf({ name, manifestSha256, files }: LibrarySource, meta: LibraryMeta): Facts {
  const { chunker, reader, fingerprint, dimensions, documents } = meta
  return {
    generation: name,
    manifestSha256,
    chunker,
    ...(reader === undefined ? {} : { reader }),
    fingerprint,
    dimensions,
    records: new Map(documents.map((document) => [document.id, document])),
    files,
  }
}

/** The library of parts that hold what a question needs. */
export async function served(previous: Previous, engine?: SearchEngine): Promise<Opened> {
  const { library, segments } = await assembledBy(engine, previous)
  return { ...previous, library, segments }
}

/** A library just written, as the next build takes it over; its vectors and graphs need not stay in memory. */
export function justWritten(assembly: Assembly, generation: LibrarySource, meta: LibraryMeta): Previous {
  const segments = assembly.segments.map((segment) => onDisk(segment, generation, meta))
  return { ...assembly, ...factsOf(generation, meta), segments, damaged: [] }
}

type Held = Pick<LibraryMeta, 'dimensions' | 'embedder' | 'chunker'>

/** A segment whose vectors are read from this generation: the one it was read from before may be removed any time. */
function onDisk(segment: Segment, generation: LibrarySource, meta: Held): Segment {
  const field = (of: FieldName): SegmentField => {
    const { chunks, index, vectors } = segment.fields[of]
    if (!vectors || meta.dimensions === null) return { chunks }
    const stored = vectorsIn(generation, `${segment.name}.${of}.vectors`, meta.dimensions)
    return { chunks, ...(index ? { index } : {}), vectors: stored }
  }
  return {
    ...segment,
    key: keyOf(segment.name, generation, meta),
    readKeywords: keywordsIn(generation, segment.name),
    fields: { units: field('units'), windows: field('windows') },
  }
}

function keywordsIn(generation: LibrarySource, segment: string): () => Promise<KeywordPart[]> {
  return async () => {
    const parts: KeywordPart[] = []
    for (const name of keywordFiles(generation, segment)) parts.push(KeywordPart.fromBytes(await generation.read(name)))
    return parts
  }
}

function keywordFiles({ files }: LibrarySource, segment: string): string[] {
  const names: string[] = []
  while (`${segment}.keywords-${names.length}` in files) names.push(`${segment}.keywords-${names.length}`)
  return names
}

/** Made here, so that it holds on to nothing else: a segment lives on through many generations. */
function vectorsIn(generation: LibrarySource, name: string, dimensions: number): () => Promise<QuantisedRows> {
  return () => readVectors(generation, name, dimensions)
}

async function readVectors(generation: LibrarySource, name: string, dimensions: number): Promise<QuantisedRows> {
  const bytes = await generation.read(name)
  return new QuantisedRows(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), dimensions)
}

const damagedGraph = (file: string): Fallback => ({
  from: 'hnsw',
  reason: `${file} 已损坏，改用逐一比较（较慢，结果相同） is damaged; exact search serves until the index is built anew`,
})

/** A segment in memory whose files both manifests describe by the same hashes. */
function sameSegment(
  generation: LibrarySource,
  before: Previous | undefined,
  name: Segment['name'],
  meta: Held,
): Segment | undefined {
  if (!before || before.damaged.length > 0 || generation.damaged.length > 0) return undefined
  const own = (files: LibrarySource['files']): string =>
    JSON.stringify(filesOf(name, files).sort().map((file) => [file, files[file]!.sha256]))
  if (own(before.files) !== own(generation.files)) return undefined
  const same = before.segments.find((segment) => segment.name === name)
  return same && onDisk(same, generation, meta)
}

async function openSegment(
  generation: LibrarySource,
  name: Segment['name'],
  meta: Held,
  purpose: Purpose,
): Promise<Segment> {
  const { dimensions } = meta
  const documents = documentsFrom(await generation.read(`${name}.documents`))
  const [documentOf, starts, ends, whole] = columnsOf(await generation.read(`${name}.entries`), 4) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  const readKeywords = keywordsIn(generation, name)
  const keywords = purpose === 'serving' ? await readKeywords() : []
  if (purpose !== 'serving') for (const file of keywordFiles(generation, name)) await generation.path(file)
  const field = async (of: FieldName): Promise<SegmentField> => {
    const [entries, starts, ends] = columnsOf(await generation.read(`${name}.${of}`), 3) as [Uint32Array, Uint32Array, Uint32Array]
    const chunks = { entries, starts, ends }
    if (dimensions === null || !(`${name}.${of}.vectors` in generation.files)) return { chunks }
    await generation.path(`${name}.${of}.vectors`)
    const vectors = vectorsIn(generation, `${name}.${of}.vectors`, dimensions)
    const graph = `${name}.${of}.hnsw`
    if (purpose === 'serving') return { chunks, vectors, index: await openIndex(generation, graph, vectors, dimensions) }
    if (isWhole(generation, graph)) await generation.path(graph)
    return { chunks, vectors }
  }
  return {
    name,
    documents,
    entries: { documents: documentOf, starts, ends, whole: Uint8Array.from(whole) },
    keywords,
    key: keyOf(name, generation, meta),
    readKeywords,
    fields: { units: await field('units'), windows: await field('windows') },
  }
}

/** A document a line; read line by line, so that not all of them stand in memory twice. */
function documentsFrom(bytes: Uint8Array): Document[] {
  const documents: Document[] = []
  const shared: Shared = { words: new Map(), paths: new Map() }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let start = 0; start < buffer.length;) {
    const lineEnd = buffer.indexOf(10, start)
    const end = lineEnd < 0 ? buffer.length : lineEnd
    documents.push(sharingWords(JSON.parse(buffer.toString('utf8', start, end)) as Document, shared))
    start = end + 1
  }
  return documents
}

/** Its kinds, styles, marks and paths as those met before: a thousand laws have an article 第一条. */
function sharingWords(document: Document, { words, paths }: Shared): Document {
  const shared = (word: string): string => words.get(word) ?? (words.set(word, word), word)
  const sharedPath = (path: Clause['path']): Clause['path'] => {
    const key = path.join('\n')
    const known = paths.get(key) ?? path.map(shared)
    paths.set(key, known)
    return known
  }
  const share = (clause: Mutable<Clause>): void => {
    clause.kind = shared(clause.kind) as Clause['kind']
    clause.path = sharedPath(clause.path)
    if (clause.children.length === 0) clause.children = NONE
    if (clause.number) {
      const { style, mark } = clause.number
      clause.number = { ...clause.number, style: shared(style) as typeof style, mark: shared(mark) }
    }
    clause.children.forEach(share)
  }
  document.clauses.forEach(share)
  return document
}

/** What was met in the documents before. */
interface Shared {
  readonly words: Map<string, string>
  readonly paths: Map<string, Clause['path']>
}

const NONE: readonly Clause[] = []

type Mutable<Thing> = { -readonly [Key in keyof Thing]: Thing[Key] }

async function openIndex(
  generation: LibrarySource,
  name: string,
  vectors: () => Promise<QuantisedRows>,
  dimensions: number,
): Promise<VectorIndex> {
  const native = isWhole(generation, name) ? await loadHnsw() : undefined
  if (!native || native instanceof Error) return new ExactIndex(await vectors())
  return HnswIndex.open(native, await generation.path(name), dimensions)
}

const isWhole = ({ files, damaged }: LibrarySource, name: string): boolean =>
  name in files && !damaged.some(({ file }) => file === name)

/** Without keywords and graphs, which only questions need. */
export function withoutServing(previous: Previous): Previous {
  return { ...previous, segments: previous.segments.map(withoutIndexes) }
}

function withoutIndexes(segment: Segment): Segment {
  const bare = ({ chunks, vectors }: SegmentField): SegmentField => ({ chunks, ...(vectors ? { vectors } : {}) })
  const { units, windows } = segment.fields
  return { ...segment, keywords: [], fields: { units: bare(units), windows: bare(windows) } }
}

/** The number of entries whose document is there. */
export function livingEntries({ segments, documents }: Pick<Previous, 'segments' | 'documents'>): number {
  const living = new Set(documents)
  return segments.reduce((sum, segment) => {
    const isLiving = segment.documents.map((document) => living.has(document))
    return segment.entries.documents.reduce((count, at) => count + (isLiving[at] ? 1 : 0), sum)
  }, 0)
}
