/** Segments → a library; a library ↔ the files of a generation. */
import { z } from 'zod'
import { CHUNKER } from '../chunks/chunk.ts'
import { citedBy } from '../clauses/cited.ts'
import type { ClauseId, Document, Fallback } from '../types.ts'
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
}

/** Segments → the library that answers from them. */
export function assemble({ segments, documents, twins, embedder, generation, fallback }: Assembly): Built {
  const living = new Set(documents)
  const entries = new Entries(segments, (document) => living.has(document))
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
    entries,
    keywords: new Keywords(
      segments.flatMap(({ keywords }) => keywords),
      entries.alive,
    ),
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

/** A file to store: bytes, a saver that is given the path, or the file of an earlier generation as it is. */
export type LibraryFile = { readonly name: string; readonly optional?: boolean } & (
  | { readonly bytes: Uint8Array }
  | { readonly write: (path: string) => Promise<void> }
  | { readonly sameAs: string }
)

/** The files of a library; those of the segments in `kept` are taken over from the generation named. */
export async function libraryFiles(
  { library, segments }: Built,
  kept?: { readonly generation: string; readonly segments: readonly Segment[] },
): Promise<LibraryFile[]> {
  const files: LibraryFile[] = [{ name: 'twins.json', bytes: Buffer.from(JSON.stringify([...library.twins])) }]
  for (const segment of segments) {
    const own = await segmentFiles(segment, library.embedder !== null)
    const isKept = kept?.segments.includes(segment) === true
    for (const file of own) {
      const { name, optional } = file
      files.push(isKept ? { name, ...(optional ? { optional } : {}), sameAs: kept.generation } : file)
    }
  }
  return files
}

async function segmentFiles(segment: Segment, hasVectors: boolean): Promise<LibraryFile[]> {
  const { name, documents, entries, keywords, fields } = segment
  const files: LibraryFile[] = [
    { name: `${name}.documents`, bytes: Buffer.from(documents.map((document) => JSON.stringify(document)).join('\n')) },
    { name: `${name}.entries`, bytes: tableBytes([entries.documents, entries.starts, entries.ends, Uint32Array.from(entries.whole)]) },
    ...keywords.map((part, at) => ({ name: `${name}.keywords-${at}`, bytes: part.toBytes() })),
  ]
  for (const field of FIELDS) {
    const { chunks, index, vectors } = fields[field]
    files.push({ name: `${name}.${field}`, bytes: tableBytes([chunks.entries, chunks.starts, chunks.ends]) })
    if (!hasVectors || !index || !vectors) continue
    files.push({ name: `${name}.${field}.vectors`, bytes: bytesOf((await vectors()).numbers) })
    if (index instanceof HnswIndex) {
      files.push({ name: `${name}.${field}.hnsw`, optional: true, write: (path) => index.save(path) })
    }
  }
  return files
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
  readonly meta: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, { readonly sha256: string }>>
  readonly damaged: readonly { readonly file: string; readonly reason: string }[]
  read(name: string): Promise<Uint8Array>
  path(name: string): Promise<string>
}

/** What the manifest says of the library in it. */
export const LibraryMeta = z.object({
  format: z.literal(LIBRARY_FORMAT),
  embedder: z.string().nullable(),
  dimensions: z.number().int().nullable(),
  chunker: z.string(),
  /** SHA-256 over everything the index is made from; equal means there is nothing to do. */
  fingerprint: z.string(),
  segments: z.array(z.enum(['base', 'changes'])),
  /** In reading order: segment and place of each document in it. */
  documents: z.array(
    z.object({
      id: z.string(),
      source: z.string(),
      textSha256: z.string(),
      segment: z.number().int(),
      at: z.number().int(),
    }),
  ),
})
export type LibraryMeta = z.infer<typeof LibraryMeta>

/** What the manifest says of a library. */
export function metaOf({ library, segments, chunker }: Built, fingerprint: string, dimensions: number | null): LibraryMeta {
  const places = new Map<Document, { segment: number; at: number }>()
  segments.forEach(({ documents }, segment) => documents.forEach((document, at) => places.set(document, { segment, at })))
  return {
    format: LIBRARY_FORMAT,
    embedder: library.embedder,
    dimensions,
    chunker,
    fingerprint,
    segments: segments.map(({ name }) => name),
    documents: library.documents.map((document) => {
      const { id, source, textSha256 } = document
      return { id, source, textSha256, ...places.get(document)! }
    }),
  }
}

/**
 * Opens what a generation holds; segments that were opened before, of the same bytes, are taken as they are.
 * @throws when a file is not what the manifest says, or not of this format
 */
export async function openLibrary(generation: LibrarySource, before?: Opened): Promise<Opened> {
  const meta = LibraryMeta.parse(generation.meta)
  const segments: Segment[] = []
  for (const name of meta.segments) {
    segments.push(sameSegment(generation, before, name, meta.dimensions) ?? (await openSegment(generation, name, meta.dimensions)))
  }
  const twins = new Map(
    JSON.parse(Buffer.from(await generation.read('twins.json')).toString()) as [ClauseId, ClauseId[]][],
  )
  const [damaged] = generation.damaged
  const built = assemble({
    segments,
    documents: meta.documents.map(({ segment, at }) => segments[segment]!.documents[at]!),
    twins,
    embedder: meta.embedder,
    generation: generation.name,
    ...(damaged ? { fallback: damagedGraph(damaged.file) } : {}),
  })
  return { ...built, chunker: meta.chunker, files: generation.files, damaged: generation.damaged.length > 0 }
}

/** An opened library, and the files it was opened from. */
export interface Opened extends Built {
  readonly files: LibrarySource['files']
  readonly damaged: boolean
}

/** A library just written: as if it had been opened from there; its vectors need not stay in memory. */
export function asStored(built: Built, generation: LibrarySource, dimensions: number | null): Opened {
  const segments = built.segments.map((segment) => readFrom(segment, generation, dimensions))
  const library = { ...built.library, generation: generation.name }
  return { ...built, library, segments, files: generation.files, damaged: false }
}

/** A segment whose vectors are read from this generation: the one it was read from before may be removed any time. */
function readFrom(segment: Segment, generation: LibrarySource, dimensions: number | null): Segment {
  const { name, fields } = segment
  const field = (of: FieldName): SegmentField => {
    const { chunks, index } = fields[of]
    if (!index || dimensions === null) return { chunks }
    return { chunks, index, vectors: vectorsIn(generation, `${name}.${of}.vectors`, dimensions) }
  }
  return { ...segment, fields: { units: field('units'), windows: field('windows') } }
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

function sameSegment(
  generation: LibrarySource,
  before: Opened | undefined,
  name: string,
  dimensions: number | null,
): Segment | undefined {
  if (!before || before.damaged || generation.damaged.length > 0) return undefined
  const own = (files: LibrarySource['files']): string =>
    JSON.stringify(
      Object.entries(files)
        .filter(([file]) => file.startsWith(`${name}.`))
        .map(([file, { sha256 }]) => [file, sha256])
        .sort(),
    )
  const same = before.segments.find((segment) => segment.name === name)
  return same && own(before.files) === own(generation.files) ? readFrom(same, generation, dimensions) : undefined
}

async function openSegment(generation: LibrarySource, name: Segment['name'], dimensions: number | null): Promise<Segment> {
  const documents = documentsFrom(await generation.read(`${name}.documents`))
  const [documentOf, starts, ends, whole] = columnsOf(await generation.read(`${name}.entries`), 4) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  const keywords: KeywordPart[] = []
  for (let part = 0; `${name}.keywords-${part}` in generation.files; part++) {
    keywords.push(KeywordPart.fromBytes(await generation.read(`${name}.keywords-${part}`)))
  }
  const field = async (of: FieldName): Promise<SegmentField> => {
    const [entries, starts, ends] = columnsOf(await generation.read(`${name}.${of}`), 3) as [Uint32Array, Uint32Array, Uint32Array]
    const chunks = { entries, starts, ends }
    if (dimensions === null || !(`${name}.${of}.vectors` in generation.files)) return { chunks }
    const vectors = vectorsIn(generation, `${name}.${of}.vectors`, dimensions)
    return { chunks, vectors, index: await openIndex(generation, `${name}.${of}.hnsw`, vectors, dimensions) }
  }
  return {
    name,
    documents,
    entries: { documents: documentOf, starts, ends, whole: Uint8Array.from(whole) },
    keywords,
    fields: { units: await field('units'), windows: await field('windows') },
  }
}

/** A document a line; read line by line, so that not all of them stand in memory twice. */
function documentsFrom(bytes: Uint8Array): Document[] {
  const documents: Document[] = []
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let start = 0; start < buffer.length;) {
    const lineEnd = buffer.indexOf(10, start)
    const end = lineEnd < 0 ? buffer.length : lineEnd
    documents.push(JSON.parse(buffer.toString('utf8', start, end)) as Document)
    start = end + 1
  }
  return documents
}

async function openIndex(
  generation: LibrarySource,
  name: string,
  vectors: () => Promise<QuantisedRows>,
  dimensions: number,
): Promise<VectorIndex> {
  const usable = name in generation.files && !generation.damaged.some(({ file }) => file === name)
  const native = usable ? await loadHnsw() : undefined
  if (!native || native instanceof Error) return new ExactIndex(await vectors())
  return HnswIndex.open(native, await generation.path(name), dimensions)
}
