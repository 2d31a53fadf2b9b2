/**
 * Search by an engine elsewhere: it names the entries that may matter, and what they are worth is computed here, in
 * their own words, as within one process. Documents that somebody may not see, and what was replaced, are left out of
 * what the engine looks through, not of what it found.
 */
import { contextOf } from '../chunks/chunk.ts'
import type { Document, DocumentId } from '../types.ts'
import type { CountedKeywords } from './counted-keywords.ts'
import { isHeld, type AmongDocuments, type HeldSegment, type SearchEngine } from './engine.ts'
import type { Library } from './library.ts'
import { exactRanking, NEIGHBOURS, scratchOf, vectorRankings, type Query, type Rankings, type Search } from './search.ts'
import type { FieldName, Segment } from './segment.ts'
import { fold, terms } from './terms.ts'
import type { NearChunk } from './vector-field.ts'

/**
 * Entries of a segment taken from a keyword ranking. The engine's order is that of our scores but for its own lengths
 * and frequencies: over 308 questions and 1,342 laws, 100 to 2,000 find the same first clauses.
 */
export const CANDIDATES = 300
/** Of so few entries each is scored: an engine would take longer to be asked. */
const FEW = 2_000

/** Entries and chunks of a segment among those of the library. */
interface Placed {
  readonly segment: Segment
  readonly firstEntry: number
}

export class CandidateSearch implements Search {
  readonly #engine: SearchEngine
  readonly #keywords: CountedKeywords
  readonly #placed: readonly Placed[]
  readonly #most: number
  /** Of a question that is asked again for one document after the other. */
  readonly #near = new WeakMap<Float32Array, Promise<Near>>()

  /** `most`: candidates a segment. */
  constructor(engine: SearchEngine, keywords: CountedKeywords, segments: readonly Segment[], most = CANDIDATES) {
    this.#engine = engine
    this.#keywords = keywords
    this.#most = most
    let firstEntry = 0
    this.#placed = segments.map((segment) => ({ segment, firstEntry: (firstEntry += segment.entries.starts.length) - segment.entries.starts.length }))
  }

  async look(library: Library, query: Query): Promise<() => Rankings> {
    const { text, vector, documents, throughout = [] } = query
    const names = (query.exact ?? []).map(fold)
    const [near, saying, naming] = await Promise.all([
      vector && this.#nearOf(library, vector),
      this.#saying(library, text, documents),
      Promise.all(names.map((name) => this.#holding(library, text, name))),
    ])
    return () => {
      const { entries } = library
      const found = new Set(saying)
      for (const entry of naming.flat()) found.add(entry)
      for (const { entry } of [...(near?.units ?? []), ...(near?.windows ?? [])]) found.add(entry)
      for (const entry of livingOf(library, throughout)) found.add(entry)
      const keywords = this.#keywords.scores(text, found, (entry) => headedWords(library, entry), scratchOf(library))
      const limit = this.#keywords.limit(text)
      const others = names.length > 0 ? [exactRanking({ entries }, names, () => found)] : []
      if (!near) return { keywords, limit, others }
      return { keywords, limit, others: [...others, ...vectorRankings(library, near.units, near.windows)] }
    }
  }

  /** Entries that may score best by keywords, of all documents or of these. */
  async #saying(library: Library, text: string, documents?: readonly DocumentId[]): Promise<number[]> {
    const wanted = this.#keywords.telling(text).map(({ term }) => term)
    if (wanted.length === 0) return []
    const few = documents && fewOf(library, documents)
    if (few) return few
    return this.#everywhere(library, documents, (segment, among) =>
      this.#engine.saying(segment, { terms: wanted, limit: this.#most, ...(among && { among }) }),
    )
  }

  /** Those of them that hold every term of a name: it is said in the question, or the question is what else is said. */
  async #holding(library: Library, text: string, name: string): Promise<number[]> {
    const held = [...new Set(terms(name))].map((term) => (isHan(term) ? [term] : this.#keywords.wordsHolding(term)))
    if (held.length === 0 || held.some((any) => any.length === 0)) return []
    const wanted = [...new Set([...this.#keywords.telling(text).map(({ term }) => term), ...held.flat()])]
    return this.#everywhere(library, undefined, (segment, among) =>
      this.#engine.saying(segment, { terms: wanted, limit: this.#most, holding: held, ...(among && { among }) }),
    )
  }

  /** Entries of the library, of every segment; of one that the engine does not hold, all that are alive. */
  async #everywhere(
    library: Library,
    documents: readonly DocumentId[] | undefined,
    ask: (segment: HeldSegment, among: AmongDocuments | undefined) => Promise<readonly number[]>,
  ): Promise<number[]> {
    const rows = this.#placed.map(async ({ segment, firstEntry }): Promise<number[]> => {
      if (segment.entries.starts.length === 0) return [] // there is no collection of nothing
      if (!isHeld(segment)) return livingIn(library, firstEntry, segment)
      const among = amongOf(library, segment, documents)
      if (among === 'none') return []
      return (await ask(segment, among)).map((row) => firstEntry + row)
    })
    return (await Promise.all(rows)).flat()
  }

  #nearOf(library: Library, vector: Float32Array): Promise<Near> {
    const known = this.#near.get(vector)
    if (known) return known
    const near = Promise.all([this.#closest(library, 'units', vector), this.#closest(library, 'windows', vector)]).then(
      ([units, windows]) => ({ units, windows }),
    )
    near.catch(() => this.#near.delete(vector))
    this.#near.set(vector, near)
    return near
  }

  /** The closest chunks of living entries, closest first. */
  async #closest(library: Library, field: FieldName, vector: Float32Array): Promise<NearChunk[]> {
    const found = this.#placed.map(async ({ segment, firstEntry }): Promise<NearChunk[]> => {
      const { chunks } = segment.fields[field]
      if (!isHeld(segment) || chunks.entries.length === 0) return []
      const among = amongOf(library, segment)
      if (among === 'none') return []
      const near = await this.#engine.near(segment, { field, vector, limit: NEIGHBOURS, ...(among && { among }) })
      return near.map(({ row, similarity }) => ({
        entry: firstEntry + chunks.entries[row]!,
        span: { start: chunks.starts[row]!, end: chunks.ends[row]! },
        similarity,
      }))
    })
    const all = (await Promise.all(found)).flat()
    return all.sort((one, other) => other.similarity - one.similarity).slice(0, NEIGHBOURS)
  }
}

interface Near {
  readonly units: readonly NearChunk[]
  readonly windows: readonly NearChunk[]
}

const isHan = (term: string): boolean => term.charCodeAt(0) >= 0x80

/** What an entry is found by: its words behind its title and headings. */
function headedWords({ entries }: Library, entry: number): string {
  const document = entries.documentOf(entry)
  const { start, end } = entries.spanOf(entry)
  return `${contextOf(document, entries.lineageOf(entry))} ${document.text.slice(start, end)}`
}

/** Living entries of these documents. */
function livingOf({ entries }: Library, documents: readonly DocumentId[]): number[] {
  if (documents.length === 0) return []
  const wanted = entries.among(documents)
  const found: number[] = []
  for (let entry = 0; entry < entries.size; entry++) if (wanted[entry] === 1 && entries.alive[entry] === 1) found.push(entry)
  return found
}

/** As livingOf, where they are few; undefined where they are more. */
function fewOf(library: Library, documents: readonly DocumentId[]): number[] | undefined {
  const found = livingOf(library, documents)
  return found.length <= FEW ? found : undefined
}

function livingIn({ entries }: Library, from: number, { entries: { starts } }: Segment): number[] {
  return Array.from(starts, (_, at) => from + at).filter((entry) => entries.alive[entry] === 1)
}

const AMONG = new WeakMap<Library, Map<Segment, AmongDocuments | 'none' | undefined>>()

/** Which documents of a segment are looked through; undefined: all. The shorter of two ways to say it. */
function amongOf(library: Library, segment: Segment, documents?: readonly DocumentId[]): AmongDocuments | 'none' | undefined {
  if (documents) return amongThese(library, segment, documents)
  const known = AMONG.get(library) ?? new Map<Segment, AmongDocuments | 'none' | undefined>()
  AMONG.set(library, known)
  if (!known.has(segment)) known.set(segment, amongThese(library, segment))
  return known.get(segment)
}

function amongThese(library: Library, segment: Segment, documents?: readonly DocumentId[]): AmongDocuments | 'none' | undefined {
  const living = new Set<Document>(library.documents)
  const wanted = documents && new Set(documents)
  const isWanted = (document: Document): boolean => living.has(document) && wanted?.has(document.id) !== false
  const only = segment.documents.filter(isWanted).map(({ id }) => id)
  if (only.length === segment.documents.length) return undefined
  if (only.length === 0) return 'none'
  const but = segment.documents.filter((document) => !isWanted(document)).map(({ id }) => id)
  return but.length < only.length ? { but } : { only }
}
