/** Copies a place of the text: as a link, or in the forms in which writers cite it. */
import { citedOf, footnote, inText, referenceEntry, withQuotation, type Cited } from '../../citation-forms.ts'
import type { Reading } from '../../wire.ts'
import type { Citation, Span } from '../../../types.ts'
import { copyText } from '../ui/copy.ts'
import { toast } from '../ui/toast.tsx'
import { readOf } from './address.ts'
import { lineageAt, pageAt } from './place.ts'
import type { ReaderWords } from './words.ts'

export type FormName = keyof ReaderWords['forms']

const FORMS: Readonly<Record<FormName, (cited: Cited) => string>> = {
  inText,
  withQuotation,
  footnote,
  gbt2025: (cited) => referenceEntry(cited, '2025'),
  gbt2015: (cited) => referenceEntry(cited, '2015'),
}

export const FORM_NAMES = Object.keys(FORMS) as FormName[]

/** `url`, as the server gave it, is a path: copied as an address that opens from anywhere. */
export const absolute = (read: string): string => new URL(`/read/${read}`, location.href).href

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

export const formOf = (name: FormName, place: CopiedPlace): string => FORMS[name](citedAtPlace(place))

/** To the whole document leads a link to what it says now, unless an older text is open. */
export function linkTo({ reading, id, span }: CopiedPlace): string {
  if (span) return absolute(readOf(id, reading.textSha256, span))
  return absolute(reading.superseded || reading.removed ? `${id}/${reading.textSha256.slice(0, 16)}` : id)
}

export async function copyAndTell(text: string, done: string, words: ReaderWords): Promise<void> {
  toast((await copyText(text)) ? done : words.notCopied)
}
