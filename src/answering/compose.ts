/** Evidence → segments and citations. Labels, dates and counts are computed here; every quotation is a slice. */
import { createHash } from 'node:crypto'
import { labelOf, spokenOf, titleFromOf, titleOf } from '../clauses/address.ts'
import { pageField } from '../clauses/page.ts'
import { areVersions } from '../clauses/works.ts'
import { twinsOf } from '../clauses/by-id.ts'
import type { Catalogue } from '../retrieval/library.ts'
import type { Citation, Clause, ClauseId, Document, DocumentId, Fact, Segment, Span, ClauseReference } from '../types.ts'
import { readingUrl } from './links.ts'
import { phrase, type PhraseName } from './phrases.ts'
import { quotedPlace } from './quoted-place.ts'
import { notePieces } from './version-note-words.ts'
import { versionNoteOf } from './version-note.ts'

/** A span to quote. */
export interface Quotation {
  readonly document: Document
  readonly span: Span
}

/** The date a reader would give it, and which one it is. */
export function dateOf({ header }: Document): Fact | undefined {
  return header.passed ?? header.published ?? header.effective
}

/** In hex, of the text in UTF-8. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function twinReferences(catalogue: Catalogue, own: DocumentId, id: ClauseId): ClauseReference[] {
  return twinsOf(catalogue, id)
    .filter(({ document }) => !areVersions(catalogue.documents, own, document.id))
    .map(({ document, lineage }) => referenceTo(document, lineage))
}

/** The clause at the end of a lineage and its address; the link marks `span`, or the whole clause. */
export function referenceTo(document: Document, lineage: readonly [Clause, ...Clause[]], span?: Span): ClauseReference {
  const clause = lineage.at(-1)!
  const place = { document, lineage }
  return {
    documentId: document.id,
    source: document.source,
    title: titleOf(document),
    path: clause.path,
    label: labelOf(place),
    spoken: spokenOf(place),
    url: readingUrl(document, span ?? clause.extent),
  }
}

/** A span of a document as it is cited. @param n its number in the answer, from 1 */
export function citationOf(catalogue: Catalogue, { document, span }: Quotation, n: number): Citation {
  const place = quotedPlace(document, span)
  const clause = place.lineage.at(-1)!
  const quote = document.text.slice(span.start, span.end)
  const date = dateOf(document)
  const titleFrom = titleFromOf(document)
  const version = versionNoteOf(catalogue.documents, document)
  return {
    n,
    documentId: document.id,
    source: document.source,
    title: titleOf(document),
    ...(titleFrom ? { titleFrom } : {}),
    ...(date ? { date: date.value, dateFrom: date.from } : {}),
    path: clause.path,
    label: labelOf(place),
    spoken: spokenOf(place),
    quote,
    start: span.start,
    end: span.end,
    ...pageField(document, span.start),
    textSha256: document.textSha256,
    quoteSha256: sha256(quote),
    alsoIn: twinReferences(catalogue, document.id, clause.id),
    ...(version ? { version } : {}),
    url: readingUrl(document, span),
  }
}

/** Collects segments and numbers the citations in order of appearance. */
export class Composer {
  readonly #catalogue: Catalogue
  readonly #segments: Segment[] = []
  readonly #citations: Citation[] = []
  /** Documents whose versions were told. */
  readonly #told = new Set<DocumentId>()

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  get citations(): readonly Citation[] {
    return this.#citations
  }

  say(name: PhraseName): this {
    this.#segments.push({ kind: 'connecting', text: phrase(name) })
    return this
  }

  add(segment: Segment): this {
    this.#segments.push(segment)
    return this
  }

  /** 《title》第三部分第2条：“…” for one clause; its spans stand in reading order. */
  quote(quotations: readonly [Quotation, ...Quotation[]], options: { readonly dated?: boolean } = {}): this {
    const citations = quotations.map((quotation) => this.#cite(quotation))
    const first = citations[0]!
    this.#segments.push({ kind: 'label', text: `《${first.title}》${first.spoken}`, citations: [first.n] })
    if (options.dated) this.#date(quotations[0].document, first)
    this.#version(first)
    citations.forEach((citation, at) => {
      this.say(at === 0 ? 'opening-quote' : 'next-quote')
      this.#segments.push({ kind: 'quotation', text: citation.quote, citations: [citation.n] })
      this.say('closing-quote')
    })
    return this.say('end')
  }

  /**
   * A model's sentence with the words it rests on, each held to the text before. Behind it stands what a reader must
   * know of the versions it is from.
   */
  sentence(text: string, quotations: readonly Quotation[]): this {
    const citations = [...new Set(quotations.map((quotation) => this.#cite(quotation)))]
    this.#segments.push({ kind: 'sentence', text, citations: citations.map(({ n }) => n) })
    if (!/[。！？；!?;.]$/.test(text)) this.say('stop')
    const [first, ...others] = citations.filter(
      ({ documentId }, at) => citations.findIndex((other) => other.documentId === documentId) === at,
    )
    for (const citation of first ? [first, ...others] : []) {
      if (!this.#needsVersion(citation)) continue
      if (others.length > 0) {
        this.#segments.push({ kind: 'label', text: `《${citation.title}》${citation.spoken}`, citations: [citation.n] })
      }
      this.#version(citation)
    }
    return this
  }

  #date(document: Document, citation: Citation): void {
    const date = dateOf(document)
    this.say('date-open')
    if (date) this.#segments.push({ kind: 'date', text: date.value, citations: [citation.n] })
    else this.say('undated')
    this.say('date-close')
    if (date?.from === 'operator') this.say('date-operator')
    if (date?.from === 'inferred') this.say('date-inferred')
  }

  /** （2023-12-29版；另有2018-10-26版，已被取代）, once for each document; what is not in force is marked every time. */
  #version(citation: Citation): void {
    const { n, documentId, version } = citation
    if (!version || !this.#needsVersion(citation)) return
    this.#told.add(documentId)
    this.say('version-open')
    for (const piece of notePieces(version)) {
      if ('say' in piece) this.say(piece.say)
      else if ('date' in piece) this.#segments.push({ kind: 'date', text: piece.date, citations: [n] })
      else this.#segments.push({ kind: 'label', text: `《${piece.title}》`, citations: [n] })
    }
    this.say('version-close')
  }

  #needsVersion({ documentId, version }: Citation): boolean {
    return version !== undefined && (version.status !== 'in-force' || !this.#told.has(documentId))
  }

  #cite({ document, span }: Quotation): Citation {
    const known = this.#citations.find(
      (citation) => citation.documentId === document.id && citation.start === span.start && citation.end === span.end,
    )
    if (known) return known
    const citation = citationOf(this.#catalogue, { document, span }, this.#citations.length + 1)
    this.#citations.push(citation)
    return citation
  }
}
