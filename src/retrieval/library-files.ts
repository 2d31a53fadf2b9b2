/** Library ↔ the files of a generation. */
import { z } from 'zod'
import { CHUNKER, clauseChunks, contextOf, unitChunks, windowChunks } from '../chunks/chunk.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { Chunk, ClauseId, Document, Fallback } from '../types.ts'
import { Bm25 } from './bm25.ts'
import { ExactIndex } from './exact-index.ts'
import { HnswIndex, loadHnsw } from './hnsw-index.ts'
import type { Library } from './library.ts'
import { places } from './places-of.ts'
import type { VectorIndex } from './vector-index.ts'

/** The vectors of a library: units and windows by their own words, windows behind title and headings too. */
const VECTORS = ['units.plain', 'windows.plain', 'windows.headed'] as const
type VectorsName = (typeof VECTORS)[number]

/** Part of the fingerprint: raised when the files, or the terms of the keyword indexes, become others. */
export const LIBRARY_FORMAT = 'library/1'

/** A library with what only its builder needs: the vectors behind the indexes. */
export interface Built {
  readonly library: Library
  readonly chunker: string
  /** Row after row, unit length; absent in keyword-only mode. */
  readonly vectors?: { readonly dimensions: number; readonly rows: Readonly<Record<VectorsName, Float32Array>> }
}

export interface BuildOptions {
  readonly documents: readonly Document[]
  readonly twins: Library['twins']
  /** Absent: keyword-only mode. */
  readonly embedder?: Embedder
  /** Vectors of texts that were embedded before are taken over, where embedder and chunker are the same. */
  readonly previous?: Built
  readonly onProgress?: (step: 'keywords' | 'embedding' | 'graph', done: number, total: number) => void
  readonly generation?: string
  readonly fallback?: Fallback
}

/** Documents → chunks → keyword index and vectors. */
export async function buildLibrary(options: BuildOptions): Promise<Built> {
  const { documents, twins, embedder, onProgress } = options
  const chunks = {
    units: documents.flatMap(unitChunks),
    windows: documents.flatMap(windowChunks),
    clauses: documents.flatMap(clauseChunks),
  }
  onProgress?.('keywords', 0, 1)
  const bare: Library = {
    generation: options.generation ?? 'unsaved',
    documents,
    twins,
    embedder: embedder?.id ?? null,
    units: { chunks: chunks.units },
    windows: { chunks: chunks.windows, keywords: await Bm25.buildGently(headedTexts({ documents }, chunks.windows)) },
    clauses: { chunks: chunks.clauses, keywords: await Bm25.buildGently(headedTexts({ documents }, chunks.clauses)) },
    ...(options.fallback ? { fallback: options.fallback } : {}),
  }
  onProgress?.('keywords', 1, 1)
  if (!embedder) return { library: bare, chunker: CHUNKER }

  const known = knownVectors(embedder, options.previous)
  const texts = VECTORS.map((name) => textsOf(bare, name))
  const all = await embedAll(texts.flat(), embedder, known, (done, total) => onProgress?.('embedding', done, total))
  const { dimensions } = embedder
  const rows: Partial<Record<VectorsName, Float32Array>> = {}
  let from = 0
  VECTORS.forEach((name, at) => {
    const to = from + texts[at]!.length * dimensions
    rows[name] = all.subarray(from, to)
    from = to
  })
  onProgress?.('graph', 0, VECTORS.length)
  const indexes: Partial<Record<VectorsName, VectorIndex>> = {}
  for (const [at, name] of VECTORS.entries()) {
    indexes[name] = await indexOf(rows[name]!, dimensions)
    onProgress?.('graph', at + 1, VECTORS.length)
  }
  const whole = rows as Record<VectorsName, Float32Array>
  return { library: withIndexes(bare, indexes as Indexes), chunker: CHUNKER, vectors: { dimensions, rows: whole } }
}

type Indexes = Readonly<Record<VectorsName, VectorIndex>>

function withIndexes(library: Library, indexes: Indexes, fallback?: Fallback): Library {
  return {
    ...library,
    units: { ...library.units, plain: indexes['units.plain'] },
    windows: { ...library.windows, plain: indexes['windows.plain'], headed: indexes['windows.headed'] },
    ...exactFallback(indexes['windows.plain'], fallback ?? library.fallback),
  }
}

function exactFallback(index: VectorIndex, fallback?: Fallback): { fallback?: Fallback } {
  if (fallback) return { fallback }
  return index.kind === 'exact' ? { fallback: EXACT } : {}
}

const EXACT: Fallback = {
  from: 'hnsw',
  reason:
    'hnswlib-node 未能载入，改用逐一比较（较慢，结果相同） the native HNSW module is missing; exact search serves',
}

async function indexOf(vectors: Float32Array, dimensions: number): Promise<VectorIndex> {
  const native = await loadHnsw()
  return native instanceof Error ? new ExactIndex(vectors, dimensions) : HnswIndex.build(native, vectors, dimensions)
}

/** The texts a row of vectors is made from. */
function textsOf(library: Library, name: VectorsName): string[] {
  if (name === 'windows.headed') return headedTexts(library, library.windows.chunks)
  return plainTexts(library, (name === 'units.plain' ? library.units : library.windows).chunks)
}

function plainTexts(catalogue: Pick<Library, 'documents'>, chunks: readonly Chunk[]): string[] {
  const known = places(catalogue)
  return chunks.map(({ clause, span }) => known.get(clause)!.document.text.slice(span.start, span.end))
}

function headedTexts(catalogue: Pick<Library, 'documents'>, chunks: readonly Chunk[]): string[] {
  const known = places(catalogue)
  const contexts = new Map<ClauseId, string>()
  return chunks.map(({ clause, span }) => {
    const { document, lineage } = known.get(clause)!
    let context = contexts.get(clause)
    if (context === undefined) {
      context = contextOf(document, lineage)
      contexts.set(clause, context)
    }
    return `${context} ${document.text.slice(span.start, span.end)}`
  })
}

/** Vectors by the text they were made from; none where another embedder made them or another chunker the texts. */
function knownVectors(embedder: Embedder, previous?: Built): Map<string, Float32Array> {
  const known = new Map<string, Float32Array>()
  if (!previous?.vectors || previous.library.embedder !== embedder.id || previous.chunker !== CHUNKER) return known
  const { rows, dimensions } = previous.vectors
  for (const name of VECTORS) {
    textsOf(previous.library, name).forEach((text, row) =>
      known.set(text, rows[name].subarray(row * dimensions, (row + 1) * dimensions)),
    )
  }
  return known
}

/** Each distinct text once; what is known is not embedded again. */
async function embedAll(
  texts: readonly string[],
  embedder: Embedder,
  known: ReadonlyMap<string, Float32Array>,
  onProgress: (done: number, total: number) => void,
): Promise<Float32Array> {
  const missing = [...new Set(texts)].filter((text) => !known.has(text))
  const fresh = missing.length === 0 ? [] : await embedder.embedPassages(missing, onProgress)
  const vectorOf = new Map<string, Float32Array>(missing.map((text, at) => [text, fresh[at]!]))
  const all = new Float32Array(texts.length * embedder.dimensions)
  texts.forEach((text, row) => all.set(known.get(text) ?? vectorOf.get(text)!, row * embedder.dimensions))
  return all
}

/** A file to store: bytes, or a saver that is given the path. */
export type LibraryFile = { readonly name: string; readonly optional?: boolean } & (
  { readonly bytes: Uint8Array } | { readonly write: (path: string) => Promise<void> }
)

export function libraryFiles({ library, vectors }: Built): LibraryFile[] {
  const clauseIds = [...places(library).keys()]
  const ordinals = new Map(clauseIds.map((id, at) => [id, at]))
  const files: LibraryFile[] = [
    { name: 'documents.json', bytes: Buffer.from(JSON.stringify(library.documents)) },
    { name: 'twins.json', bytes: Buffer.from(JSON.stringify([...library.twins])) },
    { name: 'units.chunks', bytes: chunkBytes(library.units.chunks, ordinals) },
    { name: 'windows.chunks', bytes: chunkBytes(library.windows.chunks, ordinals) },
    { name: 'windows.keywords', bytes: library.windows.keywords.toBytes() },
    { name: 'clauses.chunks', bytes: chunkBytes(library.clauses.chunks, ordinals) },
    { name: 'clauses.keywords', bytes: library.clauses.keywords.toBytes() },
  ]
  if (!vectors) return files
  const indexes = {
    'units.plain': library.units.plain,
    'windows.plain': library.windows.plain,
    'windows.headed': library.windows.headed,
  }
  for (const name of VECTORS) {
    files.push({ name: `${name}.vectors`, bytes: bytesOf(vectors.rows[name]) })
    const index = indexes[name]
    if (index instanceof HnswIndex)
      files.push({ name: `${name}.hnsw`, optional: true, write: (path) => index.save(path) })
  }
  return files
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Three numbers a chunk: clause in reading order, start, end. */
function chunkBytes(chunks: readonly Chunk[], ordinals: ReadonlyMap<ClauseId, number>): Uint8Array {
  const numbers = new Uint32Array(chunks.length * 3)
  chunks.forEach(({ clause, span }, at) => numbers.set([ordinals.get(clause)!, span.start, span.end], at * 3))
  return bytesOf(numbers)
}

/** What a reader of a generation gives: only verified bytes and paths. */
export interface LibrarySource {
  readonly name: string
  readonly meta: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, unknown>>
  readonly damaged: readonly { readonly file: string; readonly reason: string }[]
  read(name: string): Promise<Uint8Array>
  path(name: string): Promise<string>
}

/** What the manifest says of the library in it. */
export const LibraryMeta = z.object({
  embedder: z.string().nullable(),
  dimensions: z.number().int().nullable(),
  chunker: z.string(),
  /** SHA-256 over everything the index is made from; equal means there is nothing to do. */
  fingerprint: z.string(),
  documents: z.array(z.object({ id: z.string(), source: z.string(), textSha256: z.string() })),
})
export type LibraryMeta = z.infer<typeof LibraryMeta>

/** @throws when a file is not what the manifest says, or not of this format */
export async function openLibrary(generation: LibrarySource): Promise<Built> {
  const meta = LibraryMeta.parse(generation.meta)
  const documents = JSON.parse(Buffer.from(await generation.read('documents.json')).toString()) as Document[]
  const twins = new Map(
    JSON.parse(Buffer.from(await generation.read('twins.json')).toString()) as [ClauseId, ClauseId[]][],
  )
  const clauseIds = [...places({ documents }).keys()]
  const chunksOf = async (name: string): Promise<Chunk[]> =>
    chunksFrom(await generation.read(`${name}.chunks`), clauseIds)
  const keywordsOf = async (name: string): Promise<Bm25> => Bm25.fromBytes(await generation.read(`${name}.keywords`))
  const bare: Library = {
    generation: generation.name,
    documents,
    twins,
    embedder: meta.embedder,
    units: { chunks: await chunksOf('units') },
    windows: { chunks: await chunksOf('windows'), keywords: await keywordsOf('windows') },
    clauses: { chunks: await chunksOf('clauses'), keywords: await keywordsOf('clauses') },
  }
  const { dimensions } = meta
  if (meta.embedder === null || dimensions === null) return { library: bare, chunker: meta.chunker }
  const opened = await Promise.all(
    VECTORS.map(async (name) => {
      const rows = floatsFrom(await generation.read(`${name}.vectors`))
      return { name, rows, index: await openIndex(generation, `${name}.hnsw`, rows, dimensions) }
    }),
  )
  const [damaged] = generation.damaged
  const fallback: Fallback | undefined = damaged && {
    from: 'hnsw',
    reason: `${damaged.file} 已损坏，改用逐一比较（较慢，结果相同） is damaged; exact search serves until the index is built anew`,
  }
  const indexes = Object.fromEntries(opened.map(({ name, index }) => [name, index])) as unknown as Indexes
  const rows = Object.fromEntries(opened.map(({ name, rows }) => [name, rows])) as Record<VectorsName, Float32Array>
  return { library: withIndexes(bare, indexes, fallback), chunker: meta.chunker, vectors: { dimensions, rows } }
}

async function openIndex(
  generation: LibrarySource,
  name: string,
  vectors: Float32Array,
  dimensions: number,
): Promise<VectorIndex> {
  const usable = name in generation.files && !generation.damaged.some(({ file }) => file === name)
  const native = usable ? await loadHnsw() : undefined
  if (!native || native instanceof Error) return new ExactIndex(vectors, dimensions)
  return HnswIndex.open(native, await generation.path(name), dimensions)
}

function floatsFrom(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

function chunksFrom(bytes: Uint8Array, clauseIds: readonly ClauseId[]): Chunk[] {
  const numbers = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  const chunks: Chunk[] = []
  for (let at = 0; at < numbers.length; at += 3) {
    chunks.push({ clause: clauseIds[numbers[at]!]!, span: { start: numbers[at + 1]!, end: numbers[at + 2]! } })
  }
  return chunks
}
