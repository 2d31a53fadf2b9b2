/** Clauses found → passages on the wire. */
import { ownText } from '../clauses/address.ts'
import { pageField } from '../clauses/page.ts'
import { areVersions } from '../clauses/works.ts'
import type { Catalogue } from '../retrieval/library.ts'
import { places } from '../retrieval/places-of.ts'
import type { Found } from '../retrieval/retrieve.ts'
import type { Clause, Passage, Place, Span } from '../types.ts'
import { referenceTo } from './compose.ts'
import { versionNoteOf } from './version-note.ts'

/** From a clause's first own paragraph to its last; its heading where it has none. */
function ownSpan({ paragraphs, heading, extent }: Clause): Span {
  const first = paragraphs[0] ?? heading ?? extent
  const last = paragraphs.at(-1) ?? heading ?? extent
  return { start: first.start, end: last.end }
}

/** A clause found, as it is shown: the score held to 0–1 and rounded to four places. */
export function passageOf(catalogue: Catalogue, { document, lineage, clause, score, twins }: Found): Passage {
  const span = ownSpan(clause)
  const version = versionNoteOf(catalogue.documents, document)
  return {
    ...referenceTo(document, lineage, span),
    text: ownText(document, clause) || document.text.slice(span.start, span.end),
    ...span,
    ...pageField(document, span.start),
    score: Math.round(Math.min(1, score) * 1e4) / 1e4,
    alsoIn: twins
      .filter((twin) => !areVersions(catalogue.documents, document.id, twin.document.id))
      .map((twin) => referenceTo(twin.document, twin.lineage)),
    ...(version ? { version } : {}),
  }
}

/** A place that was named, as if it had been found with the best score. */
export function foundAt(catalogue: Catalogue, { document, lineage }: Place): Found {
  const clause = lineage.at(-1)!
  const known = places(catalogue)
  const twins = (catalogue.twins.get(clause.id) ?? []).flatMap((id) => known.get(id) ?? [])
  return { document, lineage, clause, score: 1, spots: [], twins }
}
