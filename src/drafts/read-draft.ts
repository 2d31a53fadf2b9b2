/** A draft as a file → its text with places. What is no draft is refused with what to do about it. */
import { decodeBytes } from '../documents/decode.ts'
import { fileKindOf, KIND_NAMES, RECOGNISE, SAVE_AS_DOCX, stepForEnding } from '../documents/file-kinds.ts'
import type { FileKind } from '../documents/file-kinds.ts'
import { PolicyError } from '../errors.ts'
import type { DraftFile } from './draft-file.ts'
import { readMarkdownDraft } from './markdown-draft.ts'
import { readTextDraft } from './text-draft.ts'
import { readWordDraft } from './word-draft.ts'

/** Largest draft read, in bytes; 2,000 pages with pictures. */
export const LARGEST_DRAFT_BYTES = 64 * 1024 * 1024
/** Of text: 2,000 pages have 6 MB. */
const LARGEST_TEXT_BYTES = 16 * 1024 * 1024
const SPLIT = '请拆分后再核对。'
const AS_DRAFT = '另存为 docx、md 或 txt 再核对。'

/**
 * @param name decides with the bytes how the file is read: `.docx`, `.docm`, `.md`, `.markdown`, else text.
 * @throws PolicyError 'file-format' for what is no draft, is damaged, locked or too large; 'file-encoding' for text in
 *   no known encoding.
 */
export async function readDraft(bytes: Uint8Array, name: string): Promise<DraftFile> {
  if (bytes.length === 0) throw refusal(`${name} 是空文件（0 字节），没有可以核对的文字。请重新取得后再核对。`)
  if (bytes.length > LARGEST_DRAFT_BYTES) throw tooLarge(name, bytes, LARGEST_DRAFT_BYTES)
  const file = isWord(bytes, name) ? await readWordDraft(bytes, name) : readCharacters(bytes, name)
  if (file.text.trim() === '') {
    const met = file.remarks.map(({ message }) => message).join('')
    throw refusal(`${name} 里没有可以核对的文字。${met}如果文字在图片里，请先做文字识别（OCR）。`)
  }
  return file
}

function readCharacters(bytes: Uint8Array, name: string): DraftFile {
  if (bytes.length > LARGEST_TEXT_BYTES) throw tooLarge(name, bytes, LARGEST_TEXT_BYTES)
  const { text, encoding } = decodeBytes(bytes, name)
  const read = /\.(?:md|markdown)$/i.test(name) ? readMarkdownDraft : readTextDraft
  return { name, encoding, ...read(text) }
}

/** @throws PolicyError for a file that is neither a Word file nor text. */
function isWord(bytes: Uint8Array, name: string): boolean {
  const kind = fileKindOf(bytes)
  const saysWord = /\.doc[xm]$/i.test(name)
  if (saysWord && (kind === 'zip' || kind === 'old-word' || kind === undefined)) return true
  if (kind === 'zip' && !/\.\w+$/.test(name)) return true // a name without ending: what it is stands in it
  const step = kind === undefined ? stepForEnding(name) : STEP_FOR_KIND[kind]
  if (kind !== undefined) throw refusal(`${name} 是${KIND_NAMES[kind]}，不能作为草稿核对。${step}`)
  if (step !== undefined) throw refusal(`${name} 的格式不能作为草稿核对。${step}`)
  if (/\.(?:html?|mht|mhtml)$/i.test(name)) throw refusal(`${name} 是网页，不能作为草稿核对。请用 Word 打开，${AS_DRAFT}`)
  return false
}

const STEP_FOR_KIND: Readonly<Record<FileKind, string>> = {
  pdf: `请核对生成它的 Word 文件；没有的，请用 Word 打开 PDF，${AS_DRAFT}`,
  zip: '如果是 Word 文件，请把扩展名改为 .docx；如果是压缩包，请解压后逐个核对。',
  'old-word': SAVE_AS_DOCX,
  rtf: SAVE_AS_DOCX,
  picture: RECOGNISE,
  archive: '请解压后逐个核对里面的文件。',
}

const refusal = (message: string): PolicyError => new PolicyError('file-format', message)

const tooLarge = (name: string, bytes: Uint8Array, most: number): PolicyError =>
  refusal(`${name} 超过 ${most / 1024 / 1024} MB（${bytes.length} 字节），未读取。${SPLIT}`)
