/**
 * Is the law that a question turns on missing? What is found in its place are the rules and interpretations made under
 * it, in much the same words; they say so where they begin, and do not say what the law says.
 */
import { Held } from '../clauses/basis.ts'
import type { Library } from '../retrieval/library.ts'
import type { Found } from '../retrieval/retrieve.ts'
import type { Document, DocumentId } from '../types.ts'
import type { Evidence } from './evidence.ts'

/**
 * Share of the question's keyword weight from which on a clause answers whatever law is missing. Over 1,342 laws, half
 * `tune`: of questions without their law 60 % are declined at 0.3, 59 % at 0.25, 53 % at 0.2, 64 % without a limit; of
 * questions that rules answer rightly without their law 36 %, 27 %, 20 % and 41 %: evals/README.md.
 */
const OWN_WORDS = 0.3
/** Where so many of the rules are without their law, that one more law is missing tells nothing. */
const MOSTLY = 0.5

const OF_LIBRARY = new WeakMap<readonly Document[], Held>()

/** What is held of the documents a request allows; absent: of all. */
export function heldIn({ documents }: Pick<Library, 'documents'>, wanted?: readonly DocumentId[]): Held {
  if (wanted) {
    const ids = new Set(wanted)
    return new Held(documents.filter(({ id }) => ids.has(id)))
  }
  const known = OF_LIBRARY.get(documents) ?? new Held(documents)
  OF_LIBRARY.set(documents, known)
  return known
}

/**
 * The missing law that most of the clauses found are made under: more of them than of the documents at large, and the
 * evidence holds little of the question. Undefined when none is missing.
 */
export function missingLaw(found: readonly Found[], lead: Evidence, held: Held): string | undefined {
  const words = lead.found.keywords
  if (words === undefined || words >= OWN_WORDS) return undefined
  // an article and its items are one
  const clauses = [...new Map(found.map((one) => [one.span, one])).values()]
  const missing = clauses.map(({ document }) => held.missingFor(document)).filter((names) => names.length > 0)
  if (missing.length <= held.lacking.ofAll * clauses.length || held.lacking.ofRules >= MOSTLY) return undefined
  const counts = new Map<string, number>()
  for (const name of missing.flat()) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0]
}
