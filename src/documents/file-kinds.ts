/** What a file is by its first bytes, whatever its name says, and how what is not read becomes what is. */

/** A kind of file told by its first bytes. */
export type FileKind = 'pdf' | 'zip' | 'old-word' | 'rtf' | 'picture' | 'archive'

const starting = (...head: readonly number[]) => (bytes: Uint8Array): boolean =>
  head.every((byte, at) => bytes[at] === byte)

const saying = (words: string, from = 0) => (bytes: Uint8Array): boolean =>
  [...words].every((letter, at) => bytes[from + at] === letter.charCodeAt(0))

/** BM alone may begin a text: the size of the file stands behind it. */
const isBitmap = (bytes: Uint8Array): boolean =>
  saying('BM')(bytes) && bytes.length > 26 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(2, true) === bytes.length

const SIGNATURES: readonly (readonly [FileKind, (bytes: Uint8Array) => boolean])[] = [
  ['pdf', saying('%PDF')],
  ['zip', starting(0x50, 0x4b, 0x03, 0x04)],
  ['old-word', starting(0xd0, 0xcf, 0x11, 0xe0)],
  ['rtf', saying('{\\rtf')],
  ['picture', starting(0x89, 0x50, 0x4e, 0x47)],
  ['picture', starting(0xff, 0xd8, 0xff)],
  ['picture', saying('GIF8')],
  ['picture', starting(0x49, 0x49, 0x2a, 0x00)], // TIFF
  ['picture', starting(0x4d, 0x4d, 0x00, 0x2a)],
  ['picture', (bytes) => saying('RIFF')(bytes) && saying('WEBP', 8)(bytes)],
  ['picture', (bytes) => saying('ftyp', 4)(bytes) && /^(?:heic|heix|mif1|avif)$/.test(wordAt(bytes, 8))],
  ['picture', isBitmap],
  ['archive', saying('Rar!')],
  ['archive', starting(0x37, 0x7a, 0xbc, 0xaf)],
]

const wordAt = (bytes: Uint8Array, from: number): string => String.fromCharCode(...bytes.subarray(from, from + 4))

/** Undefined for text, and for what is not known. */
export const fileKindOf = (bytes: Uint8Array): FileKind | undefined =>
  SIGNATURES.find(([, isOne]) => isOne(bytes))?.[0]

/** 图片 and so on, as they stand in a sentence. */
export const KIND_NAMES: Readonly<Record<FileKind, string>> = {
  pdf: 'PDF',
  zip: 'Word（docx）或压缩包',
  'old-word': '旧版 Word（doc）',
  rtf: 'RTF',
  picture: '图片',
  archive: '压缩包',
}

export const SAVE_AS_DOCX = '请用 Word 或 WPS 打开，另存为 docx。'
export const RECOGNISE = '请先做文字识别（OCR），另存为 docx、txt 或带文字层的 PDF 再放入。'
const UNPACK = '请解压后放入里面的文件。'

/** The next step for a file that is of this kind and has another name. */
export const STEP_FOR_KIND: Readonly<Record<FileKind, string>> = {
  pdf: '请把扩展名改为 .pdf 再放入。',
  zip: '如果是 Word 文件，请把扩展名改为 .docx；如果是压缩包，请解压后再放入。',
  'old-word': SAVE_AS_DOCX,
  rtf: SAVE_AS_DOCX,
  picture: RECOGNISE,
  archive: UNPACK,
}

/** Endings that no reader takes, and the next step for each. */
const STEP_FOR_ENDING: readonly (readonly [RegExp, string])[] = [
  [/\.(?:doc|dot|wps|rtf|odt|ott|wpt|dotx|dotm)$/i, SAVE_AS_DOCX],
  [/\.(?:ofd|ceb|cebx|gd|sep|caj)$/i, '请用它的阅读器打开，导出（另存）为 PDF 或 docx。'],
  [/\.(?:jpe?g|png|gif|bmp|tiff?|webp|heic|avif)$/i, RECOGNISE],
  [/\.(?:xlsx?|xlsm|csv|et|ods|numbers)$/i, '请用 Excel 或 WPS 打开，把表格复制到 Word 里存为 docx，或另存为网页（html）。'],
  [/\.(?:pptx?|dps|odp|key)$/i, '请另存为 PDF。'],
  [/\.(?:zip|rar|7z|tar|gz|tgz)$/i, UNPACK],
]

/** The next step for a file of this name; undefined where its ending says nothing. */
export const stepForEnding = (name: string): string | undefined =>
  STEP_FOR_ENDING.find(([ending]) => ending.test(name))?.[1]
