/** Copies a place of the text: as a link, or in the forms in which writers cite it. */
import { footnote, inText, referenceEntry, withQuotation, type Cited } from '../../citation-forms.ts'
import { copyText } from '../ui/copy.ts'
import { toast } from '../ui/toast.tsx'
import { readOf } from './address.ts'
import { citedAtPlace, type CopiedPlace } from './cited-place.ts'
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

export const formOf = (name: FormName, place: CopiedPlace): string => FORMS[name](citedAtPlace(place))

/** To the whole document leads a link to what it says now, unless an older text is open. */
export function linkTo({ reading, id, span }: CopiedPlace): string {
  if (span) return absolute(readOf(id, reading.textSha256, span))
  return absolute(reading.superseded || reading.removed ? `${id}/${reading.textSha256.slice(0, 16)}` : id)
}

export async function copyAndTell(text: string, done: string, words: ReaderWords): Promise<void> {
  toast((await copyText(text)) ? done : words.notCopied)
}
