/**
 * Documents → a segment: entries, keywords, vectors. A library is one segment, or one and the changes since: a file
 * that is edited costs what it holds, not what the library holds.
 */
import { contextOf, entriesOf, unitsOf, windowsOf, type Chunk, type Entry } from '../chunks/chunk.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { Document } from '../types.ts'
import type { EntryTable } from './entries.ts'
import { ExactIndex } from './exact-index.ts'
import { HnswIndex, loadHnsw } from './hnsw-index.ts'
import { KeywordPart } from './keyword-part.ts'
import { quantise, QuantisedRows, vectorOf } from './quantised.ts'
import type { ChunkTable } from './vector-field.ts'
import type { VectorIndex } from './vector-index.ts'

export const FIELDS = ['units', 'windows'] as const
export type FieldName = (typeof FIELDS)[number]

export interface SegmentField {
  readonly chunks: ChunkTable
  /** Absent in keyword-only mode, and while vectors are made. */
  readonly index?: VectorIndex
  /** The vectors behind it: in memory just after they were made, else read from the disk. */
  readonly vectors?: () => Promise<QuantisedRows>
}

export interface Segment {
  /** `base`, or `changes`: documents that came or changed since the base was built. */
  readonly name: 'base' | 'changes'
  readonly documents: readonly Document[]
  readonly entries: EntryTable
  /** None where an engine serves: they are read, counted and let go. */
  readonly keywords: readonly KeywordPart[]
  /** Name of its content, 16 hex digits: where an engine holds it. See engine.ts. */
  readonly key?: string
  /** The keywords behind a segment that has none in memory. */
  readonly readKeywords?: () => Promise<readonly KeywordPart[]>
  readonly fields: Readonly<Record<FieldName, SegmentField>>
}

/** Vectors by the text they were made from, as stored. */
export interface KnownVectors {
  get(text: string): Int8Array | undefined
  put(text: string, stored: Int8Array): void
}

export type OnProgress = (step: 'keywords' | 'embedding', done: number, total: number) => void

/** Entries and keywords: it can answer by these at once. */
export async function segmentOf(
  name: Segment['name'],
  documents: readonly Document[],
  onProgress?: OnProgress,
): Promise<Segment> {
  const entries: Entry[][] = []
  let since = performance.now()
  for (const document of documents) {
    entries.push(entriesOf(document))
    if (performance.now() - since < 8) continue
    await new Promise(setImmediate)
    since = performance.now()
  }
  const firsts: number[] = []
  let count = 0
  for (const { length } of entries) count = firsts.push(count) && count + length
  const keywords = await KeywordPart.build(headedEntries(documents, entries), (done) =>
    onProgress?.('keywords', done, count),
  )
  const all = entries.flat()
  const field = (chunksOf: (document: Document, entries: readonly Entry[]) => Chunk[]): SegmentField => ({
    chunks: chunkTable(documents.map((document, at) => chunksOf(document, entries[at]!)), firsts),
  })
  return {
    name,
    documents,
    entries: {
      documents: Uint32Array.from(entries.flatMap((own, at) => own.map(() => at))),
      starts: Uint32Array.from(all, ({ span }) => span.start),
      ends: Uint32Array.from(all, ({ span }) => span.end),
      whole: Uint8Array.from(all, ({ isWhole }) => (isWhole ? 1 : 0)),
    },
    keywords,
    fields: { units: field(unitsOf), windows: field(windowsOf) },
  }
}

/** What each entry of a segment is found by, in their order: its words behind its title and headings. */
export function* headedTexts({ documents, entries }: Pick<Segment, 'documents' | 'entries'>): Iterable<string> {
  let [at, contexts] = [-1, new Map<number, string>()]
  for (let row = 0; row < entries.starts.length; row++) {
    if (entries.documents[row] !== at) {
      at = entries.documents[row]!
      contexts = contextsOf(documents[at]!)
    }
    const start = entries.starts[row]!
    yield `${contexts.get(start)!} ${documents[at]!.text.slice(start, entries.ends[row])}`
  }
}

function* headedEntries(documents: readonly Document[], entries: readonly (readonly Entry[])[]): Iterable<string> {
  for (const [at, document] of documents.entries()) {
    for (const { lineage, span } of entries[at]!) {
      yield `${contextOf(document, lineage)} ${document.text.slice(span.start, span.end)}`
    }
  }
}

function chunkTable(chunks: readonly (readonly Chunk[])[], firsts: readonly number[]): ChunkTable {
  const all = chunks.flat()
  return {
    entries: Uint32Array.from(chunks.flatMap((own, at) => own.map(({ entry }) => firsts[at]! + entry))),
    starts: Uint32Array.from(all, ({ span }) => span.start),
    ends: Uint32Array.from(all, ({ span }) => span.end),
  }
}

/** The texts of a field that are embedded: units by their own words, windows behind title and headings. */
export function textsOf(segment: Texts, name: FieldName): string[] {
  const textOf = textReader(segment, name)
  return Array.from(segment.fields[name].chunks.entries, (_, row) => textOf(row))
}

type Texts = Pick<Segment, 'documents' | 'entries' | 'fields'>

/**
 * The vectors of segments for the texts that another one asks for. Words are compared first, so that only documents
 * that share some have their headings read.
 */
export async function vectorsIn(segments: readonly Segment[], wanted: Segment): Promise<Map<string, Int8Array>> {
  const found = new Map<string, Int8Array>()
  const texts = new Set(FIELDS.flatMap((field) => textsOf(wanted, field)))
  const words = new Set(FIELDS.flatMap((field) => wordsOf(wanted, field)))
  const lengths = new Set(Array.from(words, ({ length }) => length))
  for (const segment of segments) {
    for (const field of FIELDS) {
      const { chunks, vectors } = segment.fields[field]
      if (!vectors) continue
      const rows = await vectors()
      const textOf = textReader(segment, field)
      for (let row = 0; row < chunks.entries.length; row++) {
        if (!lengths.has(chunks.ends[row]! - chunks.starts[row]!) || !words.has(wordsAt(segment, field, row))) continue
        const text = textOf(row)
        if (texts.has(text) && !found.has(text)) found.set(text, rows.stored(row))
      }
    }
  }
  return found
}

/** The words of a chunk, without title and headings. */
function wordsAt({ documents, entries, fields }: Texts, name: FieldName, row: number): string {
  const { chunks } = fields[name]
  const document = documents[entries.documents[chunks.entries[row]!]!]!
  return document.text.slice(chunks.starts[row]!, chunks.ends[row]!)
}

const wordsOf = (segment: Texts, name: FieldName): string[] =>
  Array.from(segment.fields[name].chunks.entries, (_, row) => wordsAt(segment, name, row))

/** Reads the text of a row; the headings of a document are read when the first of its rows is. */
function textReader(segment: Texts, name: FieldName): (row: number) => string {
  const { documents, entries, fields } = segment
  if (name === 'units') return (row) => wordsAt(segment, name, row)
  const contexts = new Map<number, Map<number, string>>()
  return (row) => {
    const entry = fields[name].chunks.entries[row]!
    const at = entries.documents[entry]!
    const own = contexts.get(at) ?? contextsOf(documents[at]!)
    contexts.set(at, own)
    return `${own.get(entries.starts[entry]!)!} ${wordsAt(segment, name, row)}`
  }
}

/** The context of each entry of a document, by the offset it starts at. */
function contextsOf(document: Document): Map<number, string> {
  return new Map(entriesOf(document).map(({ lineage, span }) => [span.start, contextOf(document, lineage)]))
}

/** Where a text is a chunk: field and row. */
interface Use {
  readonly field: FieldName
  readonly row: number
}

/**
 * Adds vectors and the indexes over them, built while the vectors come in; each distinct text is embedded once.
 * @param forEngine the vectors alone: an engine makes an index of its own
 */
export async function withVectors(
  segment: Segment,
  embedder: Embedder,
  known: KnownVectors,
  onProgress?: OnProgress,
  forEngine = false,
): Promise<Segment> {
  const native = forEngine ? undefined : await loadHnsw()
  const uses = new Map<string, Use[]>()
  for (const field of FIELDS) {
    textsOf(segment, field).forEach((text, row) => {
      const own = uses.get(text)
      if (own) own.push({ field, row })
      else uses.set(text, [{ field, row }])
    })
  }
  const { dimensions } = embedder
  const made = Object.fromEntries(
    FIELDS.map((field) => {
      const size = segment.fields[field].chunks.entries.length
      const rows = new QuantisedRows(new Int8Array(size * dimensions), dimensions)
      const graph = native === undefined || native instanceof Error ? undefined : HnswIndex.create(native, size, dimensions)
      return [field, { rows, graph }]
    }),
  ) as Record<FieldName, { rows: QuantisedRows; graph: HnswIndex | undefined }>
  const place = (text: string, stored: Int8Array): void => {
    const vector = vectorOf(stored)
    for (const { field, row } of uses.get(text)!) {
      made[field].rows.set(row, stored)
      made[field].graph?.add(row, vector)
    }
  }

  const missing: string[] = []
  // in characters: long texts come first, and a text of 500 takes ten times one of 50
  const total = [...uses.keys()].reduce((sum, { length }) => sum + length, 0)
  let done = 0
  let since = performance.now()
  for (const text of uses.keys()) {
    const stored = known.get(text)
    if (!stored) missing.push(text)
    else {
      place(text, stored)
      done += text.length
    }
    if (performance.now() - since < 8) continue
    onProgress?.('embedding', done, total)
    await new Promise(setImmediate)
    since = performance.now()
  }
  onProgress?.('embedding', done, total)
  await embedder.embedInBatches(missing, (positions, vectors) => {
    for (const [at, position] of positions.entries()) {
      const stored = quantise(vectors.subarray(at * dimensions, (at + 1) * dimensions))
      known.put(missing[position]!, stored)
      place(missing[position]!, stored)
      done += missing[position]!.length
    }
    onProgress?.('embedding', done, total)
  })
  const fields = Object.fromEntries(
    FIELDS.map((field): [FieldName, SegmentField] => {
      const { rows, graph } = made[field]
      const { chunks } = segment.fields[field]
      const vectors = async () => rows
      return [field, forEngine ? { chunks, vectors } : { chunks, index: graph ?? new ExactIndex(rows), vectors }]
    }),
  ) as Record<FieldName, SegmentField>
  return { ...segment, fields }
}
