/** Clauses and documents as every channel shows them: addresses in words, offsets into the stored text, twins named. */
import { readingUrl } from '../answering/links.ts'
import { areVersions } from '../clauses/works.ts'
import { versionNoteOf } from '../answering/version-note.ts'
import type { Assistant, TextVersion } from '../answering/assistant.ts'
import {
  findClause,
  headingOf,
  innermost,
  labelOf,
  placeOf,
  spokenOf,
  titleFromOf,
  titleOf,
  walk,
} from '../clauses/address.ts'
import { twinsOf } from '../clauses/by-id.ts'
import { neighboursOf } from '../clauses/relative.ts'
import { outlineOf, type OutlineNode } from '../clauses/outline-nodes.ts'
import { pageField } from '../clauses/page.ts'
import { findProblems } from '../clauses/problems.ts'
import type {
  Clause,
  ClauseReference,
  Document,
  Fact,
  LookUp,
  Place,
  Provenance,
  Span,
  VersionNote,
} from '../types.ts'

export { outlineOf, type OutlineNode }

export type Catalogue = ReturnType<Assistant['catalogue']>

export interface ClauseText extends ClauseReference {
  readonly titleFrom?: Provenance
  readonly kind: Clause['kind']
  readonly heading?: string
  readonly paragraph?: number
  /** Exactly `document.text.slice(start, end)`. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** 1-based page of the file on which it begins. */
  readonly page?: number
  readonly textSha256: string
  readonly alsoIn: readonly ClauseReference[]
  readonly version?: VersionNote
  /** The clauses right before and behind it, of what a reference leads to. */
  readonly before?: ClauseReference
  readonly after?: ClauseReference
}

export type Cited =
  | { readonly outcome: 'found'; readonly reference: string; readonly clauses: readonly ClauseText[] }
  | {
      readonly outcome: 'ambiguous'
      readonly reference: string
      readonly message: string
      readonly candidates: readonly ClauseText[]
    }
  | {
      readonly outcome: 'absent'
      readonly reference: string
      readonly reason: Extract<LookUp, { outcome: 'absent' }>['reason']
      readonly message: string
      readonly parent?: ClauseText
      readonly existing: readonly string[]
    }

export interface DocumentSummary {
  readonly id: string
  readonly source: string
  readonly title: string
  readonly titleFrom?: Provenance
  readonly header: Readonly<
    Record<string, { readonly value: string; readonly from: Provenance; readonly basis?: string }>
  >
  readonly shortNames: readonly string[]
  readonly format: Document['format']
  readonly textSha256: string
  readonly length: number
  readonly clauses: number
  readonly url: string
}

/** Everything a reader needs of one text of a document. */
export interface Reading {
  /** Null where the document is no longer in the library; `title` and `source` say what it was called. */
  readonly document: DocumentSummary | null
  readonly title: string
  readonly source: string
  readonly textSha256: string
  /** A newer text of the document is indexed 已被替代. */
  readonly superseded: boolean
  /** The document is no longer in the library 已移除. */
  readonly removed: boolean
  /** [] where an older text is too long to be read anew. */
  readonly outline: readonly OutlineNode[]
  /** Offsets where the pages of the file begin, page 1 first; of the current text. */
  readonly pages?: readonly number[]
  readonly version?: VersionNote
  readonly text: string
}

/** A text with what is known of its document; undefined where nobody knows the document. */
export function readingOf(id: string, stored: TextVersion, catalogue: Catalogue): Reading | undefined {
  const { text, textSha256 } = stored
  const older = () => stored.outline?.() ?? []
  const document = catalogue.documents.find((candidate) => candidate.id === id)
  if (!document) {
    const { removed } = stored
    return removed && { document: null, title: removed.title, source: removed.source, textSha256, superseded: false, removed: true, outline: older(), text }
  }
  const isCurrent = textSha256 === document.textSha256
  const version = versionNoteOf(catalogue.documents, document)
  return {
    document: documentSummary(document),
    title: titleOf(document),
    source: document.source,
    textSha256,
    superseded: !isCurrent,
    removed: false,
    outline: isCurrent ? outlineOf(document) : older(),
    ...(isCurrent && document.pages && { pages: document.pages }),
    ...(version && { version }),
    text,
  }
}

/** A document among the others of the library. */
export interface ListedDocument extends DocumentSummary {
  /** From an operator's folder, or uploaded. */
  readonly origin: 'folder' | 'upload'
  readonly version?: VersionNote
  /** Where its numbers do not add up. */
  readonly problems: readonly { readonly path: readonly string[]; readonly message: string }[]
  /** Lines that cleaning left out. */
  readonly dropped: number
}

/** The clause as it stands in the text, with its items; one paragraph 款 of it where the place names one. */
export function clauseText(place: Place, catalogue: Catalogue): ClauseText {
  const { document, paragraph } = place
  const clause = innermost(place.lineage)
  const span = spanOfPlace(place)
  const version = versionNoteOf(catalogue.documents, document)
  return {
    ...reference(place, span),
    ...titleFrom(document),
    kind: clause.kind,
    ...headingFrom(document, clause),
    ...(paragraph !== undefined && { paragraph }),
    text: textAt(document, span),
    start: span.start,
    end: span.end,
    ...pageField(document, span.start),
    textSha256: document.textSha256,
    alsoIn: alsoIn(document, clause, catalogue),
    ...(version && { version }),
  }
}

function withNeighbours(place: Place, catalogue: Catalogue): ClauseText {
  const { before, after } = neighboursOf(place)
  return {
    ...clauseText(place, catalogue),
    ...(before && { before: reference(before, spanOfPlace(before)) }),
    ...(after && { after: reference(after, spanOfPlace(after)) }),
  }
}

/** A whole clause, or one paragraph 款 of it. */
function spanOfPlace({ lineage, paragraph }: Place): Span {
  const { paragraphs, extent } = innermost(lineage)
  return (paragraph === undefined ? undefined : paragraphs[paragraph - 1]) ?? extent
}

/** What a typed reference leads to, as GET /api/cite and `tiaowen cite --json` give it. */
export function cited(reference: string, lookUp: LookUp, catalogue: Catalogue): Cited {
  switch (lookUp.outcome) {
    case 'found':
      return { outcome: 'found', reference, clauses: lookUp.places.map((place) => withNeighbours(place, catalogue)) }
    case 'ambiguous': {
      const candidates = lookUp.candidates.map((place) => withNeighbours(place, catalogue))
      return { outcome: 'ambiguous', reference, message: `有${candidates.length}处符合，请指明文件。`, candidates }
    }
    case 'absent': {
      const { reason, message, parent, existing } = lookUp
      return {
        outcome: 'absent',
        reference,
        reason,
        message,
        ...(parent && { parent: clauseText(parent, catalogue) }),
        existing,
      }
    }
  }
}

/** The clause at a path of printed ordinals, e.g. ['二', '2']. */
export function placeOfPath(document: Document, path: readonly string[]): Place | undefined {
  const lineage = findClause(document, path)
  return lineage && placeOf(document, lineage)
}

const summaries = new WeakMap<Document, DocumentSummary>()

/** Made once for each document: a document never changes. */
export function documentSummary(document: Document): DocumentSummary {
  const known = summaries.get(document) ?? summaryOf(document)
  summaries.set(document, known)
  return known
}

const problems = new WeakMap<Document, ListedDocument['problems']>()

/** Found once for each document. */
function problemsOf(document: Document): ListedDocument['problems'] {
  const known = problems.get(document) ?? findProblems(document).map(({ path, message }) => ({ path, message }))
  problems.set(document, known)
  return known
}

export function listedDocument(
  document: Document,
  { documents }: Catalogue,
  uploaded: ReadonlySet<string>,
): ListedDocument {
  const version = versionNoteOf(documents, document)
  return {
    ...documentSummary(document),
    origin: uploaded.has(document.id) ? 'upload' : 'folder',
    ...(version && { version }),
    problems: problemsOf(document),
    dropped: document.dropped.length,
  }
}

/** All of them; of a large library the first time takes a second, and questions are answered meanwhile. */
export async function listedDocuments(catalogue: Catalogue, uploaded: ReadonlySet<string>): Promise<ListedDocument[]> {
  const listed: ListedDocument[] = []
  for (const [at, document] of catalogue.documents.entries()) {
    listed.push(listedDocument(document, catalogue, uploaded))
    if (at % 64 === 63) await new Promise(setImmediate)
  }
  return listed
}

function titleFrom(document: Document): { titleFrom?: Provenance } {
  const from = titleFromOf(document)
  return from === undefined ? {} : { titleFrom: from }
}

function summaryOf(document: Document): DocumentSummary {
  const facts = Object.entries(document.header).filter((entry): entry is [string, Fact] => entry[1] !== undefined)
  return {
    id: document.id,
    source: document.source,
    title: titleOf(document),
    ...titleFrom(document),
    header: Object.fromEntries(
      facts.map(([name, { value, from, basis }]) => [name, { value, from, ...(basis !== undefined && { basis }) }]),
    ),
    shortNames: document.shortNames,
    format: document.format,
    textSha256: document.textSha256,
    length: document.text.length,
    clauses: [...walk(document)].length,
    url: `/read/${document.id}`,
  }
}

const textAt = (document: Document, span: Span) => document.text.slice(span.start, span.end)

function headingFrom(document: Document, clause: Clause): { readonly heading?: string } {
  const heading = headingOf(document, clause)
  return heading === undefined ? {} : { heading }
}

function reference(place: Place, span: Span): ClauseReference {
  const { document } = place
  return {
    documentId: document.id,
    source: document.source,
    title: titleOf(document),
    path: innermost(place.lineage).path,
    label: labelOf(place),
    spoken: spokenOf(place),
    url: readingUrl(document, span),
  }
}

function alsoIn(own: Document, clause: Clause, catalogue: Catalogue): readonly ClauseReference[] {
  return twinsOf(catalogue, clause.id)
    .filter(({ document }) => !areVersions(catalogue.documents, own.id, document.id))
    .map((twin) => reference(placeOf(twin.document, twin.lineage), innermost(twin.lineage).extent))
}
