/** Library ↔ the files of a generation. */
import { z } from 'zod'
import { clauseChunks, contextOf, windowChunks } from '../chunks/chunk.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { Chunk, ClauseId, Document, Fallback } from '../types.ts'
import { Bm25 } from './bm25.ts'
import { ExactIndex } from './exact-index.ts'
import { HnswIndex, loadHnsw } from './hnsw-index.ts'
import type { Field, Library } from './library.ts'
import { places } from './places-of.ts'
import type { VectorIndex } from './vector-index.ts'

/** A library with what only its builder needs: the vectors behind the indexes. */
export interface Built {
  readonly library: Library
  /** Row after row, unit length; absent in keyword-only mode. */
  readonly vectors?: { readonly plain: Float32Array; readonly headed: Float32Array; readonly dimensions: number }
}

export interface BuildOptions {
  readonly documents: readonly Document[]
  readonly twins: Library['twins']
  /** Absent: keyword-only mode. */
  readonly embedder?: Embedder
  /** Vectors of texts that were embedded before are taken over. */
  readonly previous?: Built
  readonly onProgress?: (step: 'keywords' | 'embedding' | 'graph', done: number, total: number) => void
  readonly generation?: string
  readonly fallback?: Fallback
}

/** Documents → chunks → keyword index and vectors. */
export async function buildLibrary(options: BuildOptions): Promise<Built> {
  const { documents, twins, embedder, onProgress } = options
  const bare: Library = {
    generation: options.generation ?? 'unsaved',
    documents,
    twins,
    embedder: embedder?.id ?? null,
    windows: emptyField(documents.flatMap(windowChunks)),
    clauses: emptyField(documents.flatMap(clauseChunks)),
    ...(options.fallback ? { fallback: options.fallback } : {}),
  }
  onProgress?.('keywords', 0, 1)
  const windows = { chunks: bare.windows.chunks, keywords: Bm25.build(headedTexts(bare, bare.windows.chunks)) }
  const clauses = { chunks: bare.clauses.chunks, keywords: Bm25.build(headedTexts(bare, bare.clauses.chunks)) }
  onProgress?.('keywords', 1, 1)
  if (!embedder) return { library: { ...bare, windows, clauses } }

  const known = options.previous?.library.embedder === embedder.id ? knownVectors(options.previous) : new Map<string, Float32Array>()
  const plainTexts = plainTextsOf(bare, windows.chunks)
  const headed = headedTexts(bare, windows.chunks)
  const vectors = await embedAll([...plainTexts, ...headed], embedder, known, (done, total) => onProgress?.('embedding', done, total))
  const { dimensions } = embedder
  const plain = vectors.subarray(0, plainTexts.length * dimensions)
  const withHeadings = vectors.subarray(plainTexts.length * dimensions)
  onProgress?.('graph', 0, 1)
  const field = { ...windows, plain: await indexOf(plain, dimensions), headed: await indexOf(withHeadings, dimensions) }
  onProgress?.('graph', 1, 1)
  return {
    library: { ...bare, windows: field, clauses, ...exactFallback(field.plain, bare.fallback) },
    vectors: { plain, headed: withHeadings, dimensions },
  }
}

function emptyField(chunks: readonly Chunk[]): Field {
  return { chunks, keywords: Bm25.build([]) }
}

function exactFallback(index: VectorIndex, fallback?: Fallback): { fallback?: Fallback } {
  if (fallback) return { fallback }
  return index.kind === 'exact' ? { fallback: EXACT } : {}
}

const EXACT: Fallback = { from: 'hnsw', reason: 'hnswlib-node 未能载入，改用逐一比较（较慢，结果相同） the native HNSW module is missing; exact search serves' }

async function indexOf(vectors: Float32Array, dimensions: number): Promise<VectorIndex> {
  const native = await loadHnsw()
  return native instanceof Error ? new ExactIndex(vectors, dimensions) : HnswIndex.build(native, vectors, dimensions)
}

function plainTextsOf(library: Library, chunks: readonly Chunk[]): string[] {
  const known = places(library)
  return chunks.map(({ clause, span }) => known.get(clause)!.document.text.slice(span.start, span.end))
}

function headedTexts(library: Library, chunks: readonly Chunk[]): string[] {
  const known = places(library)
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

function knownVectors({ library, vectors }: Built): Map<string, Float32Array> {
  const known = new Map<string, Float32Array>()
  if (!vectors) return known
  const { plain, headed, dimensions } = vectors
  const add = (texts: readonly string[], rows: Float32Array): void =>
    texts.forEach((text, row) => known.set(text, rows.subarray(row * dimensions, (row + 1) * dimensions)))
  add(plainTextsOf(library, library.windows.chunks), plain)
  add(headedTexts(library, library.windows.chunks), headed)
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
  | { readonly bytes: Uint8Array }
  | { readonly write: (path: string) => Promise<void> }
)

export function libraryFiles({ library, vectors }: Built): LibraryFile[] {
  const clauseIds = [...places(library).keys()]
  const ordinals = new Map(clauseIds.map((id, at) => [id, at]))
  const files: LibraryFile[] = [
    { name: 'documents.json', bytes: Buffer.from(JSON.stringify(library.documents)) },
    { name: 'twins.json', bytes: Buffer.from(JSON.stringify([...library.twins])) },
    { name: 'windows.chunks', bytes: chunkBytes(library.windows.chunks, ordinals) },
    { name: 'windows.keywords', bytes: library.windows.keywords.toBytes() },
    { name: 'clauses.chunks', bytes: chunkBytes(library.clauses.chunks, ordinals) },
    { name: 'clauses.keywords', bytes: library.clauses.keywords.toBytes() },
  ]
  if (!vectors) return files
  for (const name of ['plain', 'headed'] as const) {
    files.push({ name: `windows.${name}.vectors`, bytes: bytesOf(vectors[name]) })
    const index = library.windows[name]
    if (index instanceof HnswIndex) {
      files.push({ name: `windows.${name}.hnsw`, optional: true, write: (path) => index.save(path) })
    }
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

export async function openLibrary(generation: LibrarySource): Promise<Built> {
  const meta = LibraryMeta.parse(generation.meta)
  const documents = JSON.parse(Buffer.from(await generation.read('documents.json')).toString()) as Document[]
  const twins = new Map(JSON.parse(Buffer.from(await generation.read('twins.json')).toString()) as [ClauseId, ClauseId[]][])
  const bare: Library = {
    generation: generation.name,
    documents,
    twins,
    embedder: meta.embedder,
    windows: emptyField([]),
    clauses: emptyField([]),
  }
  const clauseIds = [...places(bare).keys()]
  const fieldOf = async (name: string): Promise<Field> => ({
    chunks: chunksFrom(await generation.read(`${name}.chunks`), clauseIds),
    keywords: Bm25.fromBytes(await generation.read(`${name}.keywords`)),
  })
  const windows = await fieldOf('windows')
  const clauses = await fieldOf('clauses')
  if (meta.embedder === null || meta.dimensions === null) return { library: { ...bare, windows, clauses } }
  const { dimensions } = meta
  const plain = floatsFrom(await generation.read('windows.plain.vectors'))
  const headed = floatsFrom(await generation.read('windows.headed.vectors'))
  const opened = {
    plain: await openIndex(generation, 'windows.plain.hnsw', plain, dimensions),
    headed: await openIndex(generation, 'windows.headed.hnsw', headed, dimensions),
  }
  const damaged = generation.damaged[0]
  const fallback: Fallback | undefined = damaged && {
    from: 'hnsw',
    reason: `${damaged.file} 已损坏，改用逐一比较（较慢，结果相同） is damaged; exact search serves until the index is built anew`,
  }
  return {
    library: { ...bare, windows: { ...windows, ...opened }, clauses, ...exactFallback(opened.plain, fallback) },
    vectors: { plain, headed, dimensions },
  }
}

async function openIndex(generation: LibrarySource, name: string, vectors: Float32Array, dimensions: number): Promise<VectorIndex> {
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
