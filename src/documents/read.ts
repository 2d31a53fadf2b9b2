/**
 * Bytes → text. Each format has a Reader; docx is added to READERS, nothing else changes.
 *
 * The text is kept as received: line ends and blanks stay, only a byte order mark is left out.
 */
import { PolicyError } from '../errors.ts'
import { decodeBytes } from './decode.ts'
import type { DecodedText } from './decode.ts'
import { htmlCharset, htmlToText } from './html.ts'
import { readPdf } from './pdf.ts'

export type Format = 'txt' | 'md' | 'html' | 'pdf'

export interface ReadText extends DecodedText {
  readonly format: Format
}

/** One kind of file. `read` throws, or rejects with, PolicyError 'file-encoding' or 'file-format'. */
export interface Reader {
  readonly format: Format
  /** Lower-case endings with the dot: `.txt`. */
  readonly extensions: readonly string[]
  read(bytes: Uint8Array, name: string): DecodedText | Promise<DecodedText>
}

const plainReader = (format: Format, extensions: readonly string[]): Reader => ({
  format,
  extensions,
  read: (bytes, name) => decodeBytes(bytes, name),
})

const htmlReader: Reader = {
  format: 'html',
  extensions: ['.html', '.htm'],
  read(bytes, name) {
    const decoded = decodeBytes(bytes, name, htmlCharset(bytes))
    return { ...decoded, text: htmlToText(decoded.text, name) }
  },
}

export const READERS: readonly Reader[] = [
  plainReader('txt', ['.txt', '.text']),
  plainReader('md', ['.md', '.markdown']),
  htmlReader,
  { format: 'pdf', extensions: ['.pdf'], read: readPdf },
]

/** Largest file read, in bytes; the longest law has under 1 MB. */
export const LARGEST_FILE_BYTES = 64 * 1024 * 1024

/** The reader for a file name, by its ending; undefined when no reader takes it. */
export function readerFor(name: string): Reader | undefined {
  const dot = name.lastIndexOf('.')
  const extension = dot < 0 ? '' : name.slice(dot).toLowerCase()
  return READERS.find((reader) => reader.extensions.includes(extension))
}

/** The text of a file. `name` is for messages and decides the reader. */
export async function readBytes(bytes: Uint8Array, name: string): Promise<ReadText> {
  const reader = readerFor(name)
  if (!reader) throw new PolicyError('file-format', unknownFormat(name))
  if (bytes.length > LARGEST_FILE_BYTES) {
    throw new PolicyError('file-format', `${name} 超过 64 MB（${bytes.length} 字节），未读取。请拆分后再放入。`)
  }
  const decoded = await reader.read(bytes, name)
  if (decoded.text.trim() === '') {
    throw new PolicyError('file-format', `${name} 里没有文字。请检查文件是否完整，或将其移出文件夹。`)
  }
  return { ...decoded, format: reader.format }
}

export function unknownFormat(name: string): string {
  const known = READERS.flatMap((reader) => reader.extensions).join(' ')
  return `${name} 的格式不支持（支持：${known}）。请另存为其中一种格式。`
}
