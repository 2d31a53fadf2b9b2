/**
 * The entries of a library by number, in the order of its segments. Two words an entry: what a clause tree knows is
 * read from the tree when a question needs it.
 */
import { isArticle, placeAt, type Lineage } from '../clauses/address.ts'
import type { Document, DocumentId, Span } from '../types.ts'
import { fold } from './terms.ts'

/** Entries of one segment, each at the same place of every array. */
export interface EntryTable {
  /** Place of the document among those of the segment. */
  readonly documents: Uint32Array
  /** Half-open ranges of UTF-16 offsets into the document's text. */
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  /** 1: the entry is one chunk. */
  readonly whole: Uint8Array
}

export class Entries {
  /** Those included whose document is no more. */
  readonly size: number
  /** 0: its document was replaced or is gone. */
  readonly alive: Uint8Array
  readonly #documents: readonly Document[]
  readonly #documentOf: Uint32Array
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  readonly #whole: Uint8Array
  /** First entry of each document. */
  readonly #firsts: ReadonlyMap<Document, number>
  readonly #among = new WeakMap<readonly DocumentId[], Uint8Array>()

  /** `isAlive`: does a document of a segment still belong to the library? */
  constructor(
    segments: readonly { readonly documents: readonly Document[]; readonly entries: EntryTable }[],
    isAlive: (document: Document) => boolean = () => true,
  ) {
    this.size = segments.reduce((sum, { entries }) => sum + entries.starts.length, 0)
    this.#documents = segments.flatMap(({ documents }) => documents)
    this.#documentOf = new Uint32Array(this.size)
    this.#starts = new Uint32Array(this.size)
    this.#ends = new Uint32Array(this.size)
    this.#whole = new Uint8Array(this.size)
    let [from, document] = [0, 0]
    for (const { documents, entries } of segments) {
      entries.documents.forEach((own, at) => (this.#documentOf[from + at] = document + own))
      this.#starts.set(entries.starts, from)
      this.#ends.set(entries.ends, from)
      this.#whole.set(entries.whole, from)
      from += entries.starts.length
      document += documents.length
    }
    const living = this.#documents.map(isAlive)
    this.alive = Uint8Array.from(this.#documentOf, (at) => (living[at] ? 1 : 0))
    const firsts = new Map<Document, number>()
    this.#documentOf.forEach((at, entry) => {
      const own = this.#documents[at]!
      if (!firsts.has(own)) firsts.set(own, entry)
    })
    this.#firsts = firsts
  }

  /** Entries whose document is there. */
  get living(): number {
    return this.alive.reduce((sum, one) => sum + one, 0)
  }

  documentOf(entry: number): Document {
    return this.#documents[this.#documentOf[entry]!]!
  }

  spanOf(entry: number): Span {
    return { start: this.#starts[entry]!, end: this.#ends[entry]! }
  }

  /** Does it hold these words in one line? `words`: folded, as terms.ts does. */
  holds(entry: number, words: string): boolean {
    const { start, end } = this.spanOf(entry)
    const lines = this.documentOf(entry).text.slice(start, end).split('\n').map(fold)
    return lines.some((line) => line.includes(words))
  }

  isWhole(entry: number): boolean {
    return this.#whole[entry] === 1
  }

  /** Outermost clause first; the last is the clause that the entry is. */
  lineageOf(entry: number): Lineage {
    const { lineage } = placeAt(this.documentOf(entry), this.spanOf(entry))
    const article = lineage.findIndex(isArticle)
    return article < 0 ? lineage : (lineage.slice(0, article + 1) as unknown as Lineage)
  }

  /** The first entry of a document that begins within a clause; undefined for a clause without words. */
  entryAt(document: Document, { start, end }: Span): number | undefined {
    const first = this.#firsts.get(document)
    if (first === undefined) return undefined
    const at = this.#documentOf[first]
    for (let entry = first; entry < this.size && this.#documentOf[entry] === at; entry++) {
      const begins = this.#starts[entry]!
      if (begins >= start) return begins < end ? entry : undefined
    }
    return undefined
  }

  /** 1 for the entries of these documents; worked out once for a list that is asked for again. */
  among(wanted: readonly DocumentId[]): Uint8Array {
    const known = this.#among.get(wanted)
    if (known) return known
    const ids = new Set(wanted)
    const isWanted = Uint8Array.from(this.#documents, ({ id }) => (ids.has(id) ? 1 : 0))
    const among = new Uint8Array(this.size)
    for (let entry = 0; entry < this.size; entry++) among[entry] = isWanted[this.#documentOf[entry]!]!
    this.#among.set(wanted, among)
    return among
  }
}
