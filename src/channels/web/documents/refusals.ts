/** Files that need not be sent to know that they cannot be read: by their names and sizes alone. */

export interface NamedFile {
  readonly name: string
  /** Bytes. */
  readonly size: number
}

/** What a file becomes something readable by. */
export type Remedy = 'save-as-docx' | 'export' | 'recognise' | 'copy-table' | 'save-as-pdf' | 'unpack' | 'save-as-known'

export type Refusal =
  | { readonly kind: 'too-large'; readonly bytes: number; readonly maxBytes: number }
  | { readonly kind: 'empty' }
  | { readonly kind: 'format'; readonly remedy: Remedy; readonly endings: readonly string[] }

/** What the server takes, as GET /api/library states it. */
export interface Takes {
  readonly maxBytes: number
  /** Names of formats, or endings with a dot. */
  readonly formats: readonly string[]
}

/** A format's other endings. */
const ALSO: Readonly<Record<string, string>> = { txt: 'text', md: 'markdown', html: 'htm', docx: 'docm' }

const REMEDIES: readonly (readonly [RegExp, Remedy])[] = [
  [/\.(?:doc|dot|wps|rtf|odt|ott|wpt|dotx|dotm|pages)$/i, 'save-as-docx'],
  [/\.(?:ofd|ceb|cebx|gd|sep|caj)$/i, 'export'],
  [/\.(?:jpe?g|png|gif|bmp|tiff?|webp|heic|avif)$/i, 'recognise'],
  [/\.(?:xlsx?|xlsm|csv|et|ods|numbers)$/i, 'copy-table'],
  [/\.(?:pptx?|dps|odp|key)$/i, 'save-as-pdf'],
  [/\.(?:zip|rar|7z|tar|gz|tgz)$/i, 'unpack'],
]

/**
 * Lower-case endings with the dot, for the browser's file chooser and for the check here.
 * @example endingsOf(['docx', '.pdf']) // ['.docx', '.docm', '.pdf']
 */
export function endingsOf(formats: readonly string[]): readonly string[] {
  const bare = formats.map((format) => format.replace(/^\./, '').toLowerCase())
  return [...new Set(bare.flatMap((one) => (ALSO[one] === undefined ? [one] : [one, ALSO[one]])))].map((one) => `.${one}`)
}

/** The formats in a few words, other endings left out: txt, md, html, docx, pdf. */
export function formatWords(formats: readonly string[]): string {
  const also = new Set(Object.values(ALSO))
  return endingsOf(formats).map((ending) => ending.slice(1)).filter((ending) => !also.has(ending)).join(', ')
}

/** Undefined for a file that is worth sending. */
export function refusalOf({ name, size }: NamedFile, { maxBytes, formats }: Takes): Refusal | undefined {
  const endings = endingsOf(formats)
  const ending = /\.[^.]+$/.exec(name.toLowerCase())?.[0] ?? ''
  if (!endings.includes(ending)) {
    return { kind: 'format', remedy: REMEDIES.find(([pattern]) => pattern.test(name))?.[1] ?? 'save-as-known', endings }
  }
  if (size > maxBytes) return { kind: 'too-large', bytes: size, maxBytes }
  return size === 0 ? { kind: 'empty' } : undefined
}

/** What a folder brings along that no one put there: .DS_Store, Thumbs.db, ~$草案.docx of an open Word. */
export const isClutter = (name: string): boolean => /^(?:\.|~\$)|^(?:thumbs\.db|desktop\.ini)$/i.test(name)

const KB = 1024

/**
 * What is more than the most in words that say so: rounded up to a tenth where both would read the same.
 * @example sizeAbove(20 * 1024 * 1024 + 1, 20 * 1024 * 1024) // '20.1 MB'
 */
export function sizeAbove(bytes: number, most: number): string {
  const words = sizeWords(bytes)
  return words === sizeWords(most) && bytes >= KB * KB ? `${Math.floor((10 * bytes) / KB / KB + 1) / 10} MB` : words
}

/** @example sizeWords(1_572_864) // '1.5 MB' */
export function sizeWords(bytes: number): string {
  if (bytes < KB) return `${bytes} B`
  const [value, unit] = bytes < KB * KB ? [bytes / KB, 'KB'] : [bytes / KB / KB, 'MB']
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}`
}
