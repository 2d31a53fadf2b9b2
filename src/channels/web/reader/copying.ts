/** A place of the text as it is copied: as a link, or in the forms in which writers cite it. */
import { CITATION_FORMS, type FormName } from '../../citation-forms.ts'
import { readOf } from './address.ts'
import { citedAtPlace, type CopiedPlace } from './cited-place.ts'

/** `url`, as the server gave it, is a path: copied as an address that opens from anywhere. */
export const absolute = (read: string): string => new URL(`/read/${read}`, location.href).href

export const formOf = (name: FormName, place: CopiedPlace): string => CITATION_FORMS[name](citedAtPlace(place))

/** To the whole document leads a link to what it says now, unless an older text is open. */
export function linkTo({ reading, id, span }: CopiedPlace): string {
  if (span) return absolute(readOf(id, reading.textSha256, span))
  return absolute(reading.superseded || reading.removed ? `${id}/${reading.textSha256.slice(0, 16)}` : id)
}
