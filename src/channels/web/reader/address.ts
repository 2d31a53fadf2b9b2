/** What the reader is opened at: a document, a version of its text, and a place in it, as /read/… and `?read=` say it. */
import type { Span } from '../../../types.ts'

export interface ReadAddress {
  readonly id: string
  /** The first 16 digits of the text's SHA-256, or more; absent: the current text. */
  readonly sha?: string
  readonly span?: Span
}

const SHA_DIGITS = 16

/**
 * Undefined where it is none.
 * @example addressIn('d-000/213ffd5c05c1071a/0-10') // { id: 'd-000', sha: '213ffd5c05c1071a', span: { start: 0, end: 10 } }
 */
export function addressIn(read: string): ReadAddress | undefined {
  const match = /^([\w-]+)(?:\/([0-9a-f]{16,64})(?:\/(\d{1,9})-(\d{1,9}))?)?\/?$/.exec(read)
  const [, id, sha, start, end] = match ?? []
  if (id === undefined) return undefined
  const span = { start: Number(start), end: Number(end) }
  return { id, ...(sha !== undefined && { sha }), ...(start !== undefined && { span }) }
}

/** The address of a place in one version of a text. */
export const readOf = (id: string, textSha256: string, { start, end }: Span): string =>
  `${id}/${textSha256.slice(0, SHA_DIGITS)}/${start}-${end}`

/** `/read/…`, as citations carry it, without what stands before the document. */
export const readIn = (url: string): string => url.replace(/^\/read\//, '')

/** Whether both show the same words; `/read/…` or not, and however many digits of the text's name. */
export function isSamePlace(one: string, other: string): boolean {
  const [a, b] = [addressIn(readIn(one)), addressIn(readIn(other))]
  if (!a || !b || a.id !== b.id || !a.span || !b.span) return false
  return a.span.start === b.span.start && a.span.end === b.span.end && a.sha?.slice(0, SHA_DIGITS) === b.sha?.slice(0, SHA_DIGITS)
}

/** The exchange and the number of a citation, as `?at=` says it. */
export function citedAt(at: string): { readonly exchangeId: string; readonly n: number } | undefined {
  const match = /^(.+)\.(\d{1,6})$/.exec(at)
  return match ? { exchangeId: match[1]!, n: Number(match[2]) } : undefined
}
