/** Files that people bring along, good ones and bad ones, as bytes a browser sends; and how they are dropped on a page. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import JSZip from 'jszip'
import type { Page } from 'playwright-core'

export interface MadeFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

const TYPES: Readonly<Record<string, string>> = { txt: 'text/plain', pdf: 'application/pdf', png: 'image/png' }

export function fileOf(name: string, content: string | Uint8Array): MadeFile {
  const mimeType = TYPES[name.split('.').at(-1)!] ?? 'application/octet-stream'
  return { name, mimeType, buffer: Buffer.from(content) }
}

/** A Word file with a paragraph for each line. */
export async function wordFile(name: string, lines: readonly string[]): Promise<MadeFile> {
  const body = lines.map((line) => `<w:p><w:r><w:t>${line}</w:t></w:r></w:p>`).join('')
  const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
  const zip = new JSZip().file('word/document.xml', `<w:document ${word}><w:body>${body}</w:body></w:document>`)
  return fileOf(name, await zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' }))
}

export const pdfFixture = (fixture: string, name = `${fixture}.pdf`): MadeFile => fileOf(name, readFileSync(`test/fixtures/pdf/${fixture}.pdf`))

const MOST_BYTES = 20 * 1024 * 1024
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex')
/** The smallest picture there is: one transparent point. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

/** Files that cannot be read, each with the sentence that says what it is and what to do. */
export const BAD_FILES: readonly (readonly [file: MadeFile, sentence: string])[] = [
  [fileOf('旧办法.doc', Buffer.concat([OLE, Buffer.from('WordDocument', 'utf16le')])), '这种格式不支持，没有上传。请用 Word 或 WPS 打开，另存为 docx。'],
  [fileOf('公文.ofd', 'PK'), '这种格式不支持，没有上传。请用它的阅读器打开，导出（另存）为 PDF 或 docx。'],
  [fileOf('扫描.png', PICTURE), '这种格式不支持，没有上传。请先做文字识别（OCR），另存为 docx、txt 或带文字层的 PDF。'],
  [fileOf('空.txt', ''), '是空文件（0 字节），没有上传。可能没有下载或保存完整，请重新取得。'],
  [fileOf('太大.txt', Buffer.alloc(MOST_BYTES + 1, 'a')), '文件有 20.1 MB，超过 20 MB，没有上传。请拆分，或去掉里面的图片后再试。'],
  [fileOf('改名.docx', Buffer.concat([OLE, Buffer.from('WordDocument', 'utf16le')])), '改名.docx 是旧版 Word（doc）文件，只是扩展名改成了 docx。请用 Word 或 WPS 打开，另存为 docx。'],
  [fileOf('加密.docx', Buffer.concat([OLE, Buffer.from('EncryptedPackage', 'utf16le')])), '加密.docx 设有打开密码，无法读取。请用 Word 打开，取消密码后保存，再放入文件夹。'],
  [pdfFixture('password', '加密.pdf'), '加密.pdf 有打开密码。请另存为没有密码的 PDF 再放入。'],
  [fileOf('断.docx', readFileSync('test/fixtures/docx/tables.docx').subarray(0, 3000)), '断.docx 已损坏，无法按 Word（docx）读取。请用 Word 或 WPS 打开确认，另存为 docx 后再放入。'],
  [fileOf('照片.docx', PICTURE), '照片.docx 其实是图片，只是扩展名写成了 docx。'],
]

/** Drags files and folders of the disk over the page and lets them go, as a person does; `over` is called before. */
export async function dropOn(page: Page, paths: readonly string[], over: () => Promise<void> = async () => {}): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x: 700, y: 500, data: { items: [], files: [...paths], dragOperationsMask: 1 } })
  await drag('dragEnter')
  await drag('dragOver')
  await over()
  await drag('drop')
}

/** Writes files beneath a folder of the disk; their paths. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): readonly string[] {
  return Object.entries(files).map(([name, content]) => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  })
}
