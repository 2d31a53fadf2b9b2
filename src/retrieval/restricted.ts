/**
 * A library in which some documents do not exist: what is searched, counted and compared is what is left. Permission
 * is applied here, before anything is looked for; nothing behind a search has to filter again.
 *
 * Everything that is counted over a library is counted anew over the documents seen: term weights and lengths of BM25,
 * how often a document is cited, twins, headers inferred from another document; versions, names and slips follow from
 * the list of documents. Scores are those of a library that never held the others, so that no score tells of them.
 */
import { LRUCache } from 'lru-cache'
import { documentIdOf } from '../clauses/ids.ts'
import { inferHeaders, withoutInferred, type Twins } from '../clauses/twins.ts'
import type { ClauseId, Document, DocumentId } from '../types.ts'
import { assembledBy } from './library-files.ts'
import type { Library } from './library.ts'
import { segmentOf } from './segment.ts'

export type IsSeen = (id: DocumentId) => boolean

/** Restricted libraries of one library that are kept, and what they may weigh together. */
const MOST_VIEWS = 32
const MOST_BYTES = 512 * 1024 * 1024
/** With what answering makes of a library and keeps with its documents: slips 1 to 2, places of words 8. */
const BYTES_A_CHARACTER = 10

const VIEWS = new WeakMap<Library, LRUCache<string, Promise<Library>>>()

/**
 * The library without the documents that are not seen; the very same one where all are. Made once for each set of
 * documents and kept, so that what is remembered by its lists of documents is worked out once.
 */
export function restrictedTo(library: Library, isSeen: IsSeen): Promise<Library> {
  const hidden = library.documents.flatMap(({ id }) => (isSeen(id) ? [] : [id]))
  if (hidden.length === 0) return Promise.resolve(library)
  const views = VIEWS.get(library) ?? new LRUCache({ max: MOST_VIEWS, maxSize: MOST_BYTES })
  VIEWS.set(library, views)
  const key = hidden.sort().join(' ')
  const known = views.get(key)
  if (known) return known
  const made = without(library, new Set(hidden))
  made.catch(() => views.delete(key))
  const characters = library.documents.reduce((sum, { id, text }) => sum + (isSeen(id) ? text.length : 0), 0)
  views.set(key, made, { size: Math.min(MOST_BYTES, 1 + BYTES_A_CHARACTER * characters) })
  return made
}

async function without(library: Library, hidden: ReadonlySet<string>): Promise<Library> {
  const { embedder, generation, fallback } = library
  const twins = twinsBesides(library.twins, hidden)
  const left = library.documents.filter(({ id }) => !hidden.has(id))
  const documents = inferredAmong(left, twins)
  // a title that came from a hidden document stands in the keywords and windows too: these are left aside, and the
  // document, a copy of the hidden one, is found by keywords alone
  const changed = documents.filter((document, at) => document !== left[at])
  const segments = changed.length > 0 ? [...library.segments, await segmentOf('changes', changed)] : library.segments
  const assembly = { segments, documents, twins, embedder, generation, ...(fallback && { fallback }) }
  const seen = (await assembledBy(library.engine, assembly)).library
  if (embedder !== null) return seen
  return { ...seen, units: seen.units.withoutVectors(), windows: seen.windows.withoutVectors() }
}

function twinsBesides(twins: Twins, hidden: ReadonlySet<string>): Twins {
  const left = new Map<ClauseId, readonly ClauseId[]>()
  for (const [id, others] of twins) {
    if (hidden.has(documentIdOf(id))) continue
    const seen = others.filter((other) => !hidden.has(documentIdOf(other)))
    if (seen.length > 0) left.set(id, seen.length === others.length ? others : seen)
  }
  return left
}

/** What was inferred from a document that is not among these is inferred from another of them, or not at all. */
function inferredAmong(documents: readonly Document[], twins: Twins): readonly Document[] {
  const bare = documents.map(withoutInferred)
  if (bare.every((document, at) => document === documents[at])) return documents
  return inferHeaders(bare, twins).map((document, at) => {
    const before = documents[at]!
    return JSON.stringify(document.header) === JSON.stringify(before.header) ? before : document
  })
}
