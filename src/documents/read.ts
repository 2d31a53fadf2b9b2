/**
 * Bytes → text. Each format has a Reader.
 *
 * The text of txt and md is kept as received: line ends and blanks stay, only a byte order mark is left out. The one
 * exception are tables, in every format that has them: a row becomes a line that names its header cells, see tables.ts.
 */
import { PolicyError } from '../errors.ts'
import type { SourceText } from '../types.ts'
import { decodeBytes } from './decode.ts'
import type { DecodedText } from './decode.ts'
import { fileKindOf, KIND_NAMES, STEP_FOR_KIND, stepForEnding } from './file-kinds.ts'
import { readWordFile } from './docx.ts'
import { htmlCharset, htmlToText } from './html.ts'
import { tellTables } from './markdown-tables.ts'
import { readPdf } from './pdf.ts'

export type Format = SourceText['format']

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

const plainReader: Reader = {
  format: 'txt',
  extensions: ['.txt', '.text'],
  read: (bytes, name) => decodeBytes(bytes, name),
}

const markdownReader: Reader = {
  format: 'md',
  extensions: ['.md', '.markdown'],
  read(bytes, name) {
    const decoded = decodeBytes(bytes, name)
    return { ...decoded, text: tellTables(decoded.text) }
  },
}

const htmlReader: Reader = {
  format: 'html',
  extensions: ['.html', '.htm'],
  read(bytes, name) {
    const decoded = decodeBytes(bytes, name, htmlCharset(bytes))
    return { ...decoded, text: htmlToText(decoded.text, name) }
  },
}

const wordReader: Reader = { format: 'docx', extensions: ['.docx', '.docm'], read: readWordFile }

const pdfReader: Reader = { format: 'pdf', extensions: ['.pdf'], read: readPdf }

export const READERS: readonly Reader[] = [
  plainReader,
  markdownReader,
  htmlReader,
  wordReader,
  pdfReader,
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
  if (bytes.length === 0) {
    throw new PolicyError('file-format', `${name} 里没有文字，是空文件（0 字节）。可能没有下载或保存完整，请重新取得后再放入。`)
  }
  refuseMisnamed(bytes, name, reader.format)
  const decoded = await reader.read(bytes, name)
  if (decoded.text.trim() === '') {
    throw new PolicyError('file-format', `${name} 里没有文字。请检查文件是否完整，或将其移出文件夹。`)
  }
  return { ...decoded, format: reader.format }
}

/** A picture named .docx, an RTF named .pdf: told by what it is. Text formats tell it themselves, see decode.ts. */
function refuseMisnamed(bytes: Uint8Array, name: string, format: Format): void {
  if (format !== 'docx' && format !== 'pdf') return
  const kind = fileKindOf(bytes)
  const isWhatItSays = format === 'docx' ? kind === 'zip' || kind === 'old-word' : kind === 'pdf'
  if (kind === undefined || isWhatItSays) return
  throw new PolicyError('file-format', `${name} 其实是${KIND_NAMES[kind]}，只是扩展名写成了 ${format}。${STEP_FOR_KIND[kind]}`)
}

export function unknownFormat(name: string): string {
  const step = stepForEnding(name)
  if (step !== undefined) return `${name} 的格式不支持。${step}`
  const known = READERS.flatMap((reader) => reader.extensions).join(' ')
  return `${name} 的格式不支持（支持：${known}）。请另存为其中一种格式。`
}
