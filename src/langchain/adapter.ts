/**
 * Tiaowen in programs made with LangChain: its embedder, its search and its index behind LangChain's interfaces.
 * The one place that imports LangChain; nothing of Tiaowen imports it.
 */
import { HNSWLib } from '@langchain/community/vectorstores/hnswlib'
import { Document } from '@langchain/core/documents'
import { Embeddings, type EmbeddingsParams } from '@langchain/core/embeddings'
import { BaseRetriever, type BaseRetrieverInput } from '@langchain/core/retrievers'
import { labelOf, placeAt, spokenOf, titleOf } from '../clauses/address.ts'
import type { Assistant } from '../answering/assistant.ts'
import { readingUrl } from '../answering/links.ts'
import { embedPassages, type Embedder } from '../embedding/embedder.ts'
import { documentById } from '../clauses/by-id.ts'
import type { Built } from '../retrieval/library-files.ts'
import type { ClauseReference, Document as PolicyDocument, DocumentId, Passage, Span } from '../types.ts'

/** Where the words of a LangChain document stand: `pageContent` is a verbatim part of the text with this SHA-256. */
export interface ClauseMetadata extends Record<string, unknown> {
  readonly documentId: DocumentId
  readonly source: string
  readonly title: string
  readonly path: readonly string[]
  /** As printed: 三、2. */
  readonly label: string
  /** As spoken: 第三部分第2条 */
  readonly spoken: string
  /** Half-open range of UTF-16 offsets into the stored text. */
  readonly start: number
  readonly end: number
  readonly textSha256?: string
  /** Relative; opens the reading page with the words marked. */
  readonly url: string
  /** 0 to 1, comparable within one search; of a search only. */
  readonly score?: number
  /** The same clause in other documents 另见; of a search only. */
  readonly alsoIn?: readonly ClauseReference[]
}

/** Our embedder as LangChain embeddings: vectors of unit length. */
export class TiaowenEmbeddings extends Embeddings {
  readonly #embedder: Embedder

  constructor(embedder: Embedder, params: EmbeddingsParams = {}) {
    super(params)
    this.#embedder = embedder
  }

  async embedDocuments(texts: string[]): Promise<number[][]> {
    return (await embedPassages(this.#embedder, texts)).map((vector) => Array.from(vector))
  }

  async embedQuery(text: string): Promise<number[]> {
    return Array.from(await this.#embedder.embedQuestion(text))
  }
}

export interface TiaowenRetrieverInput extends BaseRetrieverInput {
  readonly assistant: Assistant
  /** Passages a question; 5 when absent. */
  readonly limit?: number
  /** Only these documents; all when absent. */
  readonly documents?: readonly DocumentId[]
}

/**
 * Our hybrid search, twins folded, as a LangChain retriever: one document a clause, its paragraphs verbatim.
 * @example
 * const retriever = new TiaowenRetriever({ assistant, limit: 3 })
 * const [first] = await retriever.invoke('未来五年全社会研发投入强度要超过多少？')
 */
export class TiaowenRetriever extends BaseRetriever<ClauseMetadata> {
  static override lc_name(): string {
    return 'TiaowenRetriever'
  }

  readonly lc_namespace = ['tiaowen', 'retrievers']
  readonly #assistant: Assistant
  readonly #limit: number
  readonly #documents: readonly DocumentId[] | undefined

  constructor({ assistant, limit = 5, documents, ...fields }: TiaowenRetrieverInput) {
    super(fields)
    this.#assistant = assistant
    this.#limit = limit
    this.#documents = documents
  }

  override async _getRelevantDocuments(query: string): Promise<Document<ClauseMetadata>[]> {
    const documents = this.#documents
    const { passages } = await this.#assistant.search({
      query,
      limit: this.#limit,
      ...(documents ? { documents } : {}),
    })
    const catalogue = this.#assistant.catalogue()
    return passages.map((passage) => documentOf(passage, documentById(catalogue, passage.documentId)?.textSha256))
  }
}

function documentOf(passage: Passage, textSha256: string | undefined): Document<ClauseMetadata> {
  const { text, ...place } = passage
  return new Document({
    pageContent: text,
    metadata: { ...place, ...(textSha256 === undefined ? {} : { textSha256 }) },
  })
}

/**
 * The units of an opened library (whole articles, else single sentences) in LangChain's HNSW store, by cosine. Vectors
 * that this embedder made are taken over; else the units are embedded now.
 * @example
 * const { generation } = await openCurrent('index')
 * const store = await toHnswStore(await openLibrary(generation), embedder)
 * await store.similaritySearch('种质资源', 3)
 */
export async function toHnswStore({ library, segments }: Built, embedder: Embedder): Promise<HNSWLib> {
  const store = new HNSWLib(new TiaowenEmbeddings(embedder), { space: 'cosine', numDimensions: embedder.dimensions })
  for (const [at, { chunks, firstEntry }] of library.units.parts.entries()) {
    const rows = Array.from(chunks.entries, (_, row) => row).filter((row) => library.entries.alive[firstEntry + chunks.entries[row]!] === 1)
    const documents = rows.map((row) => {
      const span = { start: chunks.starts[row]!, end: chunks.ends[row]! }
      return unitDocument(library.entries.documentOf(firstEntry + chunks.entries[row]!), span)
    })
    const vectors = library.embedder === embedder.id ? await segments[at]!.fields.units.vectors?.() : undefined
    if (vectors) await store.addVectors(rows.map((row) => Array.from(vectors.vector(row))), documents)
    else await store.addDocuments(documents)
  }
  return store
}

function unitDocument(document: PolicyDocument, span: Span): Document<ClauseMetadata> {
  const place = placeAt(document, span)
  return new Document({
    pageContent: document.text.slice(span.start, span.end),
    metadata: {
      documentId: document.id,
      source: document.source,
      title: titleOf(document),
      path: place.lineage.at(-1)!.path,
      label: labelOf(place),
      spoken: spokenOf(place),
      ...span,
      textSha256: document.textSha256,
      url: readingUrl(document, span),
    },
  })
}
