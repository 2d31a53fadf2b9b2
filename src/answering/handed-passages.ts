/** The clauses an answer cites, then those found besides → the passages that a model is handed. */
import { isArticle, spokenOf, titleOf } from '../clauses/address.ts'
import { documentById } from '../clauses/by-id.ts'
import type { Library } from '../retrieval/library.ts'
import type { Found } from '../retrieval/retrieve.ts'
import type { Citation, Clause, Document, Span } from '../types.ts'
import { openingOf } from './evidence.ts'
import { foundAt } from './passages.ts'
import { quotedPlace } from './quoted-place.ts'
import type { HandedPassage, Handle } from './written/handles.ts'

const MOST_PASSAGES = 8
/** Of all of them together, in UTF-16 units: some six thousand tokens. */
const MOST_CHARACTERS = 6_000
/** A passage that begins with the words that open its list, with the items between. */
const LONGEST_WITH_OPENING = 2_000

/** Undefined where the clause that is cited first is longer than all may be: a part of it may lack its exception. */
export function handedPassages(
  library: Library,
  citations: readonly Citation[],
  found: readonly Found[],
): Handle[] | undefined {
  const cited = citations.flatMap((citation) => {
    const document = documentById(library, citation.documentId)
    return document ? [citedIn(library, document, citation)] : []
  })
  const handed: Handing[] = []
  let characters = 0
  for (const one of [...cited, ...found.map(foundPassage)]) {
    const length = one.span.end - one.span.start
    const isThere = handed.some(({ document, span }) => document === one.document && contains(span, one.span))
    if (isThere || characters + length > MOST_CHARACTERS) {
      if (handed.length === 0) return undefined
      continue
    }
    handed.push(one)
    characters += length
    if (handed.length === MOST_PASSAGES) break
  }
  return handed.map(handleOf)
}

interface Handing {
  readonly document: Document
  readonly lineage: readonly [Clause, ...Clause[]]
  readonly span: Span
  /** The words that open its list, where they stand outside. */
  readonly opening?: string
}

const contains = (one: Span, other: Span): boolean => one.start <= other.start && other.end <= one.end

/** The clause of a citation: of an article the whole, and never less than the words cited. */
function citedIn(library: Library, document: Document, { start, end }: Citation): Handing {
  const { lineage } = quotedPlace(document, { start, end })
  const article = lineage.findIndex(isArticle)
  const outer = (article < 0 ? lineage : lineage.slice(0, article + 1)) as [Clause, ...Clause[]]
  const { span, ...found } = foundAt(library, { document, lineage: outer })
  return foundPassage({ ...found, span: { start: Math.min(start, span.start), end: Math.max(end, span.end) } })
}

/** An item begins where the words that open its list do, unless too much stands between. */
function foundPassage(found: Found): Handing {
  const { document, lineage, span } = found
  const opening = openingOf(found)
  if (!opening || opening.start >= span.start) return { document, lineage, span }
  if (span.end - opening.start <= LONGEST_WITH_OPENING)
    return { document, lineage, span: { start: opening.start, end: span.end } }
  return { document, lineage, span, opening: document.text.slice(opening.start, opening.end) }
}

function handleOf({ document, lineage, span, opening }: Handing, at: number): Handle {
  const passage: HandedPassage = {
    documentId: document.id,
    title: titleOf(document),
    spoken: spokenOf({ document, lineage }),
    text: document.text.slice(span.start, span.end),
    start: span.start,
  }
  return { name: `c${at + 1}`, passage, ...(opening === undefined ? {} : { opening }) }
}
