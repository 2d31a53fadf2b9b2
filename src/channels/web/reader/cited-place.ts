/** A place of an open text as the forms of citing need it. */
import type { Citation, Span } from '../../../types.ts'
import { citedOf, type Cited } from '../../citation-forms.ts'
import type { Reading } from '../../wire.ts'
import { lineageAt, pageAt } from './place.ts'

/** A place of an open text; without a span the document as a whole. */
export interface CopiedPlace {
  readonly reading: Reading
  readonly id: string
  readonly title: string
  readonly span: Span | undefined
  /** The citation that stands there, for it knows the paragraph 款 as well. */
  readonly citation: Citation | undefined
}

export function citedAtPlace({ reading, title, span, citation }: CopiedPlace): Cited {
  const spoken = citation?.spoken ?? (span && lineageAt(reading.outline, span.start).at(-1)?.spoken) ?? ''
  const page = span && pageAt(reading.pages, span.start)
  const place = {
    title,
    spoken,
    ...(span && { quote: reading.text.slice(span.start, span.end) }),
    ...(page !== undefined && { page }),
    ...(!reading.document && citation?.titleFrom && { titleFrom: citation.titleFrom }),
    ...(!reading.document && citation?.date !== undefined && { date: citation.date }),
  }
  return citedOf(place, reading.document ?? undefined)
}
