/** Clauses found → passages on the wire, and → the clauses an answer is looked for in. */
import { isArticle } from '../clauses/address.ts'
import { pageField } from '../clauses/page.ts'
import { areVersions } from '../clauses/works.ts'
import { spansOf } from '../chunks/chunk.ts'
import { twinsOf } from '../clauses/by-id.ts'
import type { Catalogue } from '../retrieval/library.ts'
import type { Found } from '../retrieval/retrieve.ts'
import type { Clause, Passage, Place, Span } from '../types.ts'
import { referenceTo } from './compose.ts'
import { versionNoteOf } from './version-note.ts'

/** From its first word to the last: of an article with all below it, of another clause its own. */
function spanOf(clause: Clause): Span {
  const spans = spansOf(clause)
  const [first, last] = [spans[0] ?? clause.extent, spans.at(-1) ?? clause.extent]
  return { start: first.start, end: last.end }
}

/** A clause found, as it is shown: the score held to 0–1 and rounded to four places. */
export function passageOf(catalogue: Catalogue, { document, lineage, span, score, twins }: Found): Passage {
  const version = versionNoteOf(catalogue.documents, document)
  return {
    ...referenceTo(document, lineage, span),
    text: document.text.slice(span.start, span.end),
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
  return { document, lineage, clause, span: spanOf(clause), score: 1, spots: [], twins: twinsOf(catalogue, clause.id) }
}

/** An article found → the article's own words and each 项 and 目 of it, all with its score and its spots. */
export function clausesOf(found: Found): Found[] {
  if (!isArticle(found.clause)) return [found]
  return [found, ...found.clause.children.flatMap((child) => below(found, child, [...found.lineage]))]
}

function below(found: Found, clause: Clause, outer: readonly [Clause, ...Clause[]]): Found[] {
  const lineage: [Clause, ...Clause[]] = [...outer, clause]
  return [{ ...found, clause, lineage, twins: [] }, ...clause.children.flatMap((child) => below(found, child, lineage))]
}
